"""COR021."""

from __future__ import annotations

import re

from ...model.images.tags import split_tag
from ...syntax.tree import Copy, Run
from ..base import HIGH, MEDIUM, WARNING, Bad, Finding, Good, rule
from .go_imports import imports_no_cgo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...model.build import Build, Stage
    from ...syntax.command import Command

_STATIC_DISTROLESS = re.compile(r"^(?:gcr\.io/distroless|cgr\.dev/chainguard)/static(?:-debian\d+)?(?:[:@]|$)")
_STATIC_GO = re.compile(r"-static\b|CGO_ENABLED=0|netgo|osusergo|musl")
_STATIC_RUST = re.compile(r"musl|crt-static|zigbuild")
_COMPATIBILITY = ("libc6-compat", "gcompat", "glibc", "libgcc_s")
_PYTHON_PATHS = re.compile(r"site-packages|/lib/python|venv|virtualenv|/usr/local/?$")
_PYTHON_RELEASE = re.compile(r"3\.\d+")


@rule("COR021", level=WARNING, since="0.1", confidence=MEDIUM, preview=True, onbuild=False, prefilter=("--from",))
def foreign_libc(copy: Copy, build: Build) -> Iterator[Finding]:
    """A program is copied to a stage that lacks the C library or the Python that it was built with.

    ## Why
    A program that was linked on Debian needs glibc, which Alpine, `scratch` and distroless `static` do not have:
    it does not start, and the error is `no such file or directory`. A virtual environment works only with the same
    version of Python, at the same path.

    ## What to do
    Go: set `CGO_ENABLED=0` in the build. Rust: build for `x86_64-unknown-linux-musl`. Or use a base image with the same
    C library and, for Python, the same version in both stages.

    ## Exceptions
    - A build that links statically, cross-compiles, or whose base image is unknown.
    - Go code that imports nothing but its own packages and those of the standard library that do not use cgo.
    - A stage that installs `gcompat` or `libc6-compat`.
    """
    flag, stage = copy.flag("from"), build.stage_of(copy)
    if flag is None or not flag.value or stage is None or copy.destination is None:
        return
    source = build.source_stage(flag.value, before=stage)
    if source is None or source is stage:
        return
    versions = _python_versions(source, stage, copy)
    if versions is not None:
        message = f"the files were installed for Python {versions[0]}, but this stage has Python {versions[1]}"
        yield Finding(f"{message}; use the same version in both stages", copy.destination, confidence=HIGH)
        return
    target = _without_glibc(stage)
    facts = source.base_facts
    if not target or facts is None or facts.libc != "glibc" or _is_compatible(stage):
        return
    compiler = _dynamic_compiler(build, source, copy)
    if compiler == "go":
        if imports_no_cgo(build, source):
            return
        yield Finding(
            f"a program built with cgo on glibc may not start in {target}; set `CGO_ENABLED=0` for `go build`", flag
        )
    elif compiler:
        message = (
            f"a program linked with glibc does not start in {target}; build for a musl target, or use a glibc base"
        )
        yield Finding(message, flag, confidence=HIGH)


def _without_glibc(stage: Stage) -> str:
    """The base image of a stage, for a message, if it is known to lack glibc; else empty."""
    root = stage.root
    if root.image == "scratch":
        return "`scratch`"
    facts = root.base_facts
    if root.image and (_STATIC_DISTROLESS.match(root.image) or (facts is not None and facts.libc == "musl")):
        return f"`{root.image}`"
    return ""


def _is_compatible(stage: Stage) -> bool:
    """Whether an instruction of the stage names glibc or what stands in for it; copied libraries count."""
    text = stage.build.dockerfile.source.text[stage.start : stage.end]
    copied = any(isinstance(step, Copy) and ("/lib" in step.logical.text) for step in stage.instructions)
    return copied or any(word in text for word in _COMPATIBILITY)


def _dynamic_compiler(build: Build, source: Stage, copy: Copy) -> str:
    """The compiler of the stage's own code, if it links with the C library; empty if there is none, or it may not."""
    name = source.base_ref.name if source.base_ref is not None else ""
    if name not in ("golang", "rust") or not _copies_program(copy):
        return ""
    environment = source.state(len(source.instructions)).vars
    for step in source.instructions:
        for command in build.commands(step) if isinstance(step, Run) else ():
            if name == "golang" and _is_dynamic_go(command, environment, step.logical.text):
                return "go"
            if name == "rust" and _is_dynamic_rust(command, environment, step.logical.text):
                return "rust"
    return ""


def _copies_program(copy: Copy) -> bool:
    """Whether what is copied may be a compiled program, judging by the names of the files."""
    last = copy.sources[0].text.rstrip("/").rpartition("/")[2] if len(copy.sources) == 1 else ""
    return bool(last) and "." not in last and "$" not in last and last not in _NO_PROGRAMS


_NO_PROGRAMS = frozenset(
    "certs templates static assets public dist passwd group ssl zoneinfo tmp etc html web ui config conf migrations "
    "share data www node_modules locale".split()
)


def _is_dynamic_go(command: Command, environment: Mapping[str, str], text: str) -> bool:
    arguments = [word.value for word in command.args]
    if command.name != "go" or arguments[:1] not in (["build"], ["install"]) or any("@" in each for each in arguments):
        return False  # not the stage's own code
    # cgo is off by default for another platform (cmd/cgo).
    cross = {"GOOS", "GOARCH"} & {name for name, _ in command.assignments} or "GOARCH" in text or "GOOS" in text
    if cross or not {"GOOS", "GOARCH", "GOFLAGS"}.isdisjoint(environment):
        return False
    return environment.get("CGO_ENABLED") != "0" and not _STATIC_GO.search(text)


def _is_dynamic_rust(command: Command, environment: Mapping[str, str], text: str) -> bool:
    arguments = [word.value for word in command.args]
    if command.name != "cargo" or {"build", "install", "b"}.isdisjoint(arguments[:2]) or "--target" in text:
        return False
    return not any(_STATIC_RUST.search(part) for part in (text, *environment, *environment.values()))


def _python_versions(source: Stage, stage: Stage, copy: Copy) -> tuple[str, str] | None:
    """The different versions of Python of both stages if the packages of one are copied to the other, else None."""
    first, second = source.base_ref, stage.base_ref
    if first is None or second is None or first.name != "python" or second.name != "python":
        return None
    if not any(_PYTHON_PATHS.search(path.text) for path in copy.sources):
        return None
    found = [_PYTHON_RELEASE.match(split_tag("python", ref.tag or "").version) for ref in (first, second)]
    versions = [match[0] for match in found if match is not None]
    return (versions[0], versions[1]) if len(versions) == 2 and versions[0] != versions[1] else None


EXAMPLES = (
    Bad(
        "FROM golang:1.25 AS build\nRUN go build -o /app .\nFROM alpine:3.22\nCOPY «--from=build» /app /app",
        message="set `CGO_ENABLED=0`",
    ),
    Good("FROM golang:1.25 AS build\nRUN CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY --from=build /app /app"),
    Bad("FROM golang:1.25 AS b\nRUN go build -o /app .\nFROM scratch\nCOPY «--from=b» /app /app"),
    Bad("FROM golang:1.25 AS b\nRUN go build -o /app .\nFROM gcr.io/distroless/static\nCOPY «--from=b» /app /app"),
    Bad(
        "FROM rust:1.90 AS b\nRUN cargo build --release\nFROM alpine:3.22\nCOPY «--from=b» /target/release/app /app",
        message="does not start in `alpine:3.22`",
    ),
    Bad(
        "FROM python:3.13-slim AS b\nRUN pip install a\nFROM python:3.12-slim\nCOPY --from=b /opt/venv «/opt/venv»",
        message="installed for Python 3.13, but this stage has Python 3.12",
    ),
    Good("FROM golang:1.25 AS b\nENV CGO_ENABLED=0\nRUN go build -o /app\nFROM alpine\nCOPY --from=b /app /app"),
    Good(
        'FROM golang:1.25 AS b\nCOPY <<EOF main.go\npackage main\n\nimport "fmt"\n\nfunc main() {}\nEOF\n'
        "RUN go build -o /app main.go\nFROM scratch\nCOPY --from=b /app /app",
        why="nothing that it imports uses cgo",
    ),
    Bad(
        'FROM golang:1.25 AS b\nCOPY <<EOF main.go\npackage main\n\nimport (\n  "fmt"\n  "net/http"\n)\nEOF\n'
        "RUN go build -o /app main.go\nFROM scratch\nCOPY «--from=b» /app /app",
    ),
    Good(
        "FROM golang:1.25 AS b\nCOPY . .\nRUN go build -o /app .\nFROM scratch\nCOPY --from=b /app /app",
        files={
            "go.mod": "module example.com/a\n",
            "main.go": 'package main\nimport "example.com/a/b"\nfunc main() {}\n',
            "b/b.go": 'package b\nimport (\n\t"os"\n)\n',
        },
    ),
    Bad(
        "FROM golang:1.25 AS b\nCOPY . .\nRUN go build -o /app .\nFROM scratch\nCOPY «--from=b» /app /app",
        files={"go.mod": "module example.com/a\n", "main.go": 'package main\nimport "example.com/db"\n'},
    ),
    Good("FROM golang:1.25-alpine AS b\nRUN go build -o /app\nFROM alpine:3.22\nCOPY --from=b /app /app"),
    Good("FROM golang:1.25 AS b\nRUN go build -o /app\nFROM debian:13-slim\nCOPY --from=b /app /app"),
    Good("FROM golang:1.25 AS b\nRUN GOARCH=arm64 go build -o /app\nFROM alpine:3.22\nCOPY --from=b /app /app"),
    Good("FROM golang:1.25 AS b\nRUN go build -o /app\nFROM alpine:3.22\nRUN apk add gcompat\nCOPY --from=b /app /app"),
    Good("FROM golang:1.25 AS b\nRUN go build -o /app\nFROM alpine:3.22\nCOPY --from=b /src/static /static"),
    Good(
        "FROM rust:1.90 AS b\nRUN cargo build --target x86_64-unknown-linux-musl\nFROM scratch\n"
        "COPY --from=b /target/x86_64-unknown-linux-musl/release/app /app"
    ),
    Good("FROM python:3.13-slim AS b\nRUN pip install a\nFROM python:3.13-slim\nCOPY --from=b /opt/venv /opt/venv"),
    Good("FROM python:3.13-slim AS b\nRUN a\nFROM python:3.12-slim\nCOPY --from=b /data /data"),
)
