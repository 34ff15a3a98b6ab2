"""OPT030."""

from __future__ import annotations

import posixpath
import re

from ...syntax.tree import Run
from ..base import INFO, MEDIUM, SHIPPED, Bad, Finding, Good, rule
from ..runtime.started_programs import started_programs
from .development import is_shipped_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.command import Command

_TOOLCHAINS = {"golang": ("go", "the Go toolchain"), "rust": ("cargo", "the Rust toolchain")}
_JAVA = {"maven": "Maven and a JDK", "gradle": "Gradle and a JDK"}
_JDK = frozenset(("openjdk", "eclipse-temurin", "amazoncorretto", "ibm-semeru-runtimes", "sapmachine"))
_STATIC_SERVERS = frozenset(("serve", "http-server", "sirv", "static-server", "lite-server"))
_OUTPUTS = re.compile(r"(?:\./|/.*/)?(?:build|dist|out|public|_site)(?:/[\w-]+)*/?")
"""The directories in which bundlers write a site."""
_LAUNCHERS = ("tini", "dumb-init", "exec", "npx", "--", "-g", "-s")


@rule(
    "OPT030",
    level=INFO,
    since="0.1",
    confidence=MEDIUM,
    onbuild=False,
    prefilter=("go build", "go install", "cargo", "mvn", "gradle", "dotnet/", "serve", "http-server", "sirv"),
    scope=SHIPPED,
    subject=("single stage", "multi-?stage", "toolchain", "compiler", "compile"),
)
def single_stage(build: Build) -> Iterator[Finding]:
    """The image ships a compiler and the source code, but only starts the program that was built with them.

    ## Why
    The Go, Rust and .NET SDK images are 800 MB and more, and a program often 20 MB. Each pull transfers the rest as
    well, scanners report its vulnerabilities, and an attacker finds a compiler and the source code in the container.

    ## What to do
    Build in a stage of its own, and copy the result to a small base image:

        FROM golang:1.25 AS build
        …
        FROM debian:13-slim
        COPY --from=build /app/server /server

    Also copy the files that the program reads at run time. `dlint optimize --diff` shows the split for many files with
    one stage, or says why it leaves them.

    ## Exceptions
    - Images for development or tests, and those that start the compiler, a build tool, a shell or an unknown script.
    - A program that this stage does not build, and a target that is not the last stage.
    """
    final = build.final_stage
    if final is None or final is not build.stages[-1] or final.is_windows or final.from_.base is None:
        return
    if not is_shipped_image(build):
        return
    chain = [final, *final.ancestors]
    tool, ships = _toolchain(final)
    built = [call for call in _build_calls(build, chain) if call.manager.name in tool.split()]
    if not built:
        return
    for program in started_programs(build, chain):
        shown = _built_program(program.command, tool, built)
        if shown:
            yield Finding(
                f"the image ships {ships}, but only starts `{shown}`; build in another stage, and copy the result to a "
                f"{'web server such as nginx' if tool == _NODE else 'small base image'}",
                final.from_.base,
            )
            return


_NODE = "npm yarn pnpm bun"


def _toolchain(final: Stage) -> tuple[str, str]:
    """The build tools of the base image, and what to call it; empty if it has none."""
    ref = final.base_ref
    if ref is None:
        return "", ""
    if ref.registry == "mcr.microsoft.com" and ref.repository in ("dotnet/sdk", "dotnet/core/sdk"):
        return "dotnet", "the .NET SDK"
    name = ref.name
    if name in _TOOLCHAINS:
        return _TOOLCHAINS[name]
    if name in _JAVA or (name in _JDK and "jre" not in (ref.tag or "")):
        return "mvn gradle", _JAVA.get(name, "a JDK and the build")
    return (_NODE, "Node.js and all modules") if name == "node" else ("", "")


def _build_calls(build: Build, chain: Sequence[Stage]) -> Iterator[PackageCall]:
    runs = (step for stage in chain for step in stage.instructions if isinstance(step, Run))
    for call in (call for run in runs for call in build.package_calls(run)):
        own = call.verb == "install" and any(package.kind in ("project", "file") for package in call.packages)
        if call.verb == "build" or own or (call.verb == "run" and call.manager.ecosystem == "node"):
            yield call


def _built_program(command: Command, tool: str, built: Sequence[PackageCall]) -> str:
    """The started program as written, if one of the calls has built it; else empty."""
    words = [word.value for word in command.words]
    while words and posixpath.basename(words[0]) in _LAUNCHERS:
        words = words[1:]
    if not words:
        return ""
    name = posixpath.basename(words[0])
    arguments = words[1:]
    if tool == "dotnet":
        return f"dotnet {arguments[0]}" if name == "dotnet" and arguments[:1] and arguments[0].endswith(".dll") else ""
    if tool == "mvn gradle":
        jar = next((word for word in arguments if word.endswith(".jar")), "") if name == "java" else ""
        return f"java -jar {jar}" if jar and "-jar" in arguments else ""
    if tool == _NODE:
        site = next((word for word in arguments if _OUTPUTS.fullmatch(word)), "") if name in _STATIC_SERVERS else ""
        return f"{name} {site}" if site else ""
    if tool == "cargo":
        own = any(call.verb == "install" for call in built)
        return words[0] if "target/" in words[0] or (own and name in _installed(built)) else ""
    return words[0] if name in _go_outputs(built) or (words[0].startswith("./") and "." not in name) else ""


def _installed(built: Sequence[PackageCall]) -> set[str]:
    """The names of the programs of `cargo install --path DIR`, as far as the directory or --bin tell them."""
    return {posixpath.basename(call.value("--bin", "--path") or "") for call in built if call.verb == "install"}


def _go_outputs(built: Sequence[PackageCall]) -> set[str]:
    """The names of the programs that `go build` writes, as -o or the package tell them."""
    names: set[str] = set()
    for call in built:
        output = call.value("-o")
        paths = [output] if output else [word.value for word in call.operands]
        names.update(posixpath.basename(path.rstrip("/")).removesuffix(".go") for path in paths)
    return names - {"", ".", "..", "..."}


_GO = "FROM «golang:1.25»\nWORKDIR /app\nCOPY . .\n"

EXAMPLES = (
    Bad(
        f'{_GO}RUN go build -o server .\nCMD ["/app/server"]',
        message="the image ships the Go toolchain, but only starts `/app/server`; build in another stage",
    ),
    Good(
        "FROM golang:1.25 AS build\nWORKDIR /app\nCOPY . .\nRUN CGO_ENABLED=0 go build -o server .\n"
        'FROM scratch\nCOPY --from=build /app/server /server\nCMD ["/server"]'
    ),
    Bad(f"{_GO}RUN go build main.go\nCMD ./main"),
    Bad(f'{_GO}RUN go install ./cmd/server\nENTRYPOINT ["server"]'),
    Bad(
        'FROM «rust:1.90»\nCOPY . .\nRUN cargo build --release\nCMD ["./target/release/app"]', message="Rust toolchain"
    ),
    Bad('FROM «maven:3-eclipse-temurin-21»\nCOPY . .\nRUN mvn package\nCMD ["java", "-jar", "target/a.jar"]'),
    Bad('FROM «eclipse-temurin:21»\nCOPY . .\nRUN ./gradlew build\nCMD ["java", "-jar", "build/libs/a.jar"]'),
    Bad(
        "FROM «mcr.microsoft.com/dotnet/sdk:9.0»\nCOPY . .\nRUN dotnet publish -o /out\n"
        'ENTRYPOINT ["dotnet", "/out/a.dll"]',
        message="the .NET SDK",
    ),
    Bad(
        'FROM «node:22-slim»\nCOPY . .\nRUN npm ci && npm run build\nCMD ["npx", "serve", "-s", "dist"]',
        message="copy the result to a web server such as nginx",
    ),
    Good('FROM node:22-slim\nCOPY . .\nRUN npm ci && npm run build\nCMD ["node", "dist/main.js"]', why="needs Node.js"),
    Good(f'{_GO}RUN go build -o server .\nCMD ["go", "test", "./..."]'.replace("«", "").replace("»", "")),
    Good('FROM golang:1.25\nRUN go install a.example/tool@v1.2.3\nCMD ["tool"]', why="not built from its source code"),
    Good('FROM golang:1.25\nCOPY server /\nCMD ["/server"]', why="not built here"),
    Good("FROM golang:1.25\nCOPY . .\nRUN go build -o server .", why="starts nothing of its own"),
    Good('FROM golang:1.25 AS dev\nCOPY . .\nRUN go build -o server .\nCMD ["./server"]', why="for development"),
    Good('FROM eclipse-temurin:21-jre\nCOPY a.jar /\nCMD ["java", "-jar", "/a.jar"]'),
)
