"""DL3062."""

from __future__ import annotations

from ...model.layers import has_earlier_step, local_sources
from ...model.packages.calls import is_pinned
from ...syntax.tree import CopyOrAdd
from ..base import SHIPPED, VERSION_WORDS, WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import PackageSpan, unpinned_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Instruction, Run


@rule("DL3062", level=WARNING, since="0.1", prefilter=("go",), scope=SHIPPED, subject=VERSION_WORDS)
def go_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`go install`, `go get` or `go run` uses a module without a pinned version.

    ## Why
    The same Dockerfile builds different versions on different days.

    ## What to do
    Use `module@v1.2.3`.

    ## Exceptions
    - Packages of the module itself: `./...`, `main.go`.
    - `go install` and `go run` without a version after sources were copied: go.mod pins the version, or the package is
      part of the project.
    """
    has_sources: bool | None = None
    for call in build.package_calls(run):
        if call.manager.name != "go" or call.verb not in ("install", "run"):
            continue
        unpinned = [package for package in call.packages if is_pinned(package, call) is False]
        if unpinned and call.path in ("install", "run"):
            has_sources = _has_sources(build, run) if has_sources is None else has_sources
            unpinned = [package for package in unpinned if package.version or not has_sources]
        if unpinned:
            yield Finding(unpinned_message(unpinned, "{}@<version>"), PackageSpan(unpinned))


def _has_sources(build: Build, run: Run) -> bool:
    """Whether files of the build context are copied before the RUN, in its stage or a stage it is built from."""
    if build.stage_of(run) is None:
        return False

    def copies(step: Instruction) -> bool:
        return isinstance(step, CopyOrAdd) and any(True for _ in local_sources(build, step))

    copied = has_earlier_step(build, run, "copied from the context", copies)
    return copied or any(flag.name == "mount" and "type=cache" not in (flag.value or "") for flag in run.flags)


EXAMPLES = (
    Bad("FROM golang:1.23\nRUN go install «example.com/a/b@latest»"),
    Good("FROM golang:1.23\nRUN go install example.com/a/b@v1.2.3"),
    Bad("FROM golang:1.23\nRUN go get «example.com/a/b»"),
    Bad("FROM golang:1.23\nRUN go install -ldflags '-s -w' «example.com/a/b»"),
    Bad("FROM golang:1.23\nRUN go run «example.com/a/b@latest» --flag"),
    Good("FROM golang:1.23\nRUN go run main.go"),
    Good("FROM golang:1.23\nRUN go get -d -v ./..."),
    Good("FROM golang:1.23\nCOPY go.mod go.sum ./\nRUN go install example.com/a/b", why="go.mod pins the version"),
)
