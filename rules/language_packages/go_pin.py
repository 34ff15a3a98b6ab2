"""DL3062."""

from __future__ import annotations

from ...model.layers import local_sources
from ...model.packages.calls import is_pinned
from ...syntax.tree import CopyOrAdd
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import PackageSpan, quoted_packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Run


@rule("DL3062", level=WARNING, since="0.1", prefilter=("go",))
def go_pin(run: Run, build: Build) -> Iterator[Finding]:
    """`go install`, `go get` or `go run` takes whatever version of a module is newest today.

    ## Why
    The same Dockerfile builds different images on different days.

    ## What to do
    Write `module@v1.2.3`.

    ## What is left alone
    Packages of the module itself (`./...`, `main.go`), and `go install` and `go run` without a version where sources
    were copied before: there go.mod has the version, or the package is the user's own.
    """
    own: bool | None = None
    for call in build.package_calls(run):
        if call.manager.name != "go" or call.verb not in ("install", "run"):
            continue
        loose = [package for package in call.packages if is_pinned(package, call) is False]
        if loose and call.path in ("install", "run"):
            own = _has_sources(build, run) if own is None else own
            loose = [package for package in loose if package.version or not own]
        if loose:
            yield Finding(f"{quoted_packages(loose)}: the version is left open; write `@v1.2.3`", PackageSpan(loose))


def _has_sources(build: Build, run: Run) -> bool:
    """Whether files of the build context were copied before the RUN, in its stage or one that it is FROM."""
    stage = build.stage_of(run)
    if stage is None:
        return False
    before = [*stage.instructions[: build.index_of(run)], *(i for s in stage.ancestors for i in s.instructions)]
    copied = any(isinstance(i, CopyOrAdd) and any(True for _ in local_sources(build, i)) for i in before)
    return copied or any(flag.name == "mount" and "type=cache" not in (flag.value or "") for flag in run.flags)


EXAMPLES = (
    Bad("FROM golang:1.23\nRUN go get «example.com/a/b»"),
    Bad("FROM golang:1.23\nRUN go install «example.com/a/b@latest»"),
    Bad("FROM golang:1.23\nRUN go install -ldflags '-s -w' «example.com/a/b»"),
    Bad("FROM golang:1.23\nRUN go run «example.com/a/b@latest» --flag"),
    Good("FROM golang:1.23\nRUN go install example.com/a/b@v1.2.3"),
    Good("FROM golang:1.23\nRUN go run main.go"),
    Good("FROM golang:1.23\nRUN go get -d -v ./..."),
    Good("FROM golang:1.23\nCOPY go.mod go.sum ./\nRUN go install example.com/a/b", why="go.mod has the version"),
)
