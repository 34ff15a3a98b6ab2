"""COR027."""

from __future__ import annotations

from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from ..stages.development import is_shipped_image
from .started_programs import started_programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command

_RUNNERS = {
    "go": (("run",), "`go build`"),
    "cargo": (("run", "r"), "`cargo build --release`"),
    "gradle": (("bootRun", ":bootRun", "run", ":run"), "`gradle build`"),
    "mvn": (("spring-boot:run", "quarkus:dev", "exec:java", "jetty:run"), "`mvn package`"),
    "sbt": (("run",), "`sbt stage`"),
    "dotnet": (("run",), "`dotnet publish`"),
    "stack": (("run",), "`stack install`"),
    "cabal": (("run",), "`cabal install`"),
    "swift": (("run",), "`swift build -c release`"),
    "lein": (("run", "ring"), "`lein uberjar`"),
    "dub": (("run",), "`dub build`"),
}
"""The arguments with which a build tool compiles a program and starts it, and the command that only compiles it.

Sources: the documentation of each tool.
"""
_NAMES = {"gradlew": "gradle", "mvnw": "mvn"}
_MARKS = ("golang", "go run", '"go"', "rust", *(tool for tool in _RUNNERS if tool != "go"))
_PREBUILT = ("--no-build", "--skip-build")


@rule(
    "COR027",
    level=WARNING,
    since="0.1",
    onbuild=False,
    prefilter=_MARKS,
    scope=SHIPPED,
    subject=("dev", "development", "compile", "compiles", "compiled", "compiling"),
)
def compiled_at_start(build: Build) -> Iterator[Finding]:
    """The container builds its program each time that it starts.

    ## Why
    `go run`, `cargo run`, `gradle bootRun`, `mvn spring-boot:run` and the like compile before they start the program.
    The container starts slowly, needs the compiler and the source code, may download dependencies again, and fails when
    they are not reachable. The build tool also stays the parent of the program, so signals may not reach it.

    ## What to do
    Compile in a RUN, and start the program: `RUN go build -o /app .`, `CMD ["/app"]`. Best do so in a stage of its own,
    and copy the program to a small base image.

    ## Exceptions
    - A final stage or a file for development or tests.
    - `dotnet run --no-build`.
    """
    final = build.final_stage
    if final is None or not is_shipped_image(build):
        return
    for program in started_programs(build, [final, *final.ancestors]):
        tool = _NAMES.get(program.command.name, program.command.name)
        verb = _compiling_verb(program.command, tool) if tool in _RUNNERS else ""
        if verb:
            call = f"`{program.command.name} {verb}`"
            shown = f"`{program.via}` runs {call}, which" if program.via else call
            message = (
                f"{shown} builds the program at each start; use {_RUNNERS[tool][1]} in a RUN, and start the result"
            )
            yield Finding(message, program.where)
            return


def _compiling_verb(command: Command, tool: str) -> str:
    """The argument with which the tool compiles and starts a program; empty if it does not."""
    if command.has(*_PREBUILT):
        return ""
    arguments = [word.value for word in command.args if not word.value.startswith("-")]
    if tool not in ("gradle", "mvn"):
        arguments = arguments[:1]
    return next((argument for argument in arguments if argument in _RUNNERS[tool][0]), "")


EXAMPLES = (
    Bad(
        'FROM golang:1.25\nWORKDIR /app\nCOPY . .\nCMD ["«go", "run", "main.go»"]',
        message="`go run` builds the program at each start; use `go build` in a RUN, and start the result",
    ),
    Good('FROM golang:1.25\nWORKDIR /app\nCOPY . .\nRUN go build -o /app/a .\nCMD ["/app/a"]'),
    Bad("FROM rust:1.90\nCOPY . .\nRUN cargo build --release\nCMD «cargo run --release»"),
    Bad('FROM gradle:8\nCOPY . .\nENTRYPOINT ["«./gradlew", "--no-daemon", "bootRun»"]', message="`gradlew bootRun`"),
    Bad('FROM maven:3\nCOPY . .\nCMD ["«mvn", "-q", "spring-boot:run»"]', message="`mvn package`"),
    Bad('FROM mcr.microsoft.com/dotnet/sdk:9.0\nCOPY . .\nENTRYPOINT ["«dotnet", "run", "--urls", "http://+:80»"]'),
    Good('FROM mcr.microsoft.com/dotnet/sdk:9.0\nCOPY . .\nCMD ["dotnet", "run", "--no-build"]', why="built before"),
    Good('FROM mcr.microsoft.com/dotnet/aspnet:9.0\nCMD ["dotnet", "run.dll"]'),
    Bad(
        'FROM golang:1.25\nCOPY run.sh /\nCMD ["«/run.sh»"]',
        files={"run.sh": "#!/bin/sh\nset -e\nexec go run ./cmd/server\n"},
        message="`run.sh` runs `go run`, which builds",
    ),
    Good('FROM golang:1.25 AS dev\nCMD ["go", "run", "."]', why="for development"),
    Good("FROM golang:1.25 AS a\nRUN go run ./gen\nFROM debian:12-slim\nCMD a", why="in the build"),
    Good('FROM golang:1.25\nCMD ["go", "version"]'),
    Good('FROM gradle:8\nCMD ["gradle", "test"]', why="runs no program"),
)
