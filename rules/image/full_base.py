"""OPT010."""

from __future__ import annotations

import re

from ...model.images.slimmer import find_slim_variant
from ...syntax.tree import Cmd, Entrypoint, Expose
from ..base import INFO, SHIPPED, Bad, Finding, Good, rule
from ..options import project_path
from ..stages.development import is_shipped_image
from ..text import format_size, join_quoted
from .base_support import is_ended
from .pinning import is_passed_base
from .slim_contents import BUILD_TOOLS
from .tools import full_image_needs, needs_man_pages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from .tools import FullImageNeeds

_BASE = re.compile(r"(?<![a-z])base(?![a-z])")
_COMPILED = frozenset(("rust", "haskell"))
"""Images whose compiled programs run without them."""


@rule("OPT010", level=INFO, since="0.1", onbuild=False, scope=SHIPPED, subject=("slim", "alpine", "full", "jdk"))
def full_base(stage: Stage, build: Build) -> Iterator[Finding]:
    """The final image uses a full base image although a slimmer variant of the same version exists.

    ## Why
    Full variants contain compilers, headers and version control tools for building. To run a program, the slim variant
    with the same version and Debian release is enough and much smaller.

    ## What to do
    Use the slim tag. If the stage compiles or downloads with tools that only the full image has, build in one stage and
    copy the result to another: `FROM full AS build`, `FROM slim`, `COPY --from=build …`.

    ## Exceptions
    - Stages that are not part of the final image, and images for development, tests and continuous integration.
    - Base images with a digest, and images whose slim variant is not known for certain.
    - Releases that have reached end of life, see BAS001.
    - Windows images.
    - A JDK in an image whose path names it a base, such as `java-base/Dockerfile`.
    - Images that start nothing (no CMD, ENTRYPOINT or EXPOSE): they are the base of others, or tools to build with.
    - An image whose name is a build argument that a file of the project passes.
    - A JDK that the image needs at run time, and Debian with manual pages.
    """
    if stage.parent is not None or stage.is_windows:
        return
    stages = [stage, *stage.descendants]
    if not any(build.is_shipped(each) for each in stages) or not is_shipped_image(build):
        return
    ref, base = stage.base_ref, stage.from_.base
    slim = find_slim_variant(ref) if ref is not None and _starts_something(stages) else None
    if ref is None or slim is None or base is None or (ref.name == "debian" and needs_man_pages(build, stages)):
        return
    if is_ended(build, ref) or is_passed_base(build, base.text.partition(":")[0]):
        return
    if slim.kind == "runtime" and _BASE.search(project_path(build)):
        return  # images that are based on this one may use the compiler
    advice = _advice(build, stages, ref.name)
    if advice is not None:
        saved = f", {format_size(slim.saved_bytes)} smaller to download" if slim.saved_bytes else ""
        same = "same version, runtime only" if slim.kind == "runtime" else "same version and suite"
        full = base.text.strip("\"'")
        if ref.name == "rust" and _links_system_libraries(build):
            yield Finding(f"`{full}` is a full image{advice}, with the libraries that it links to", base)
            return
        yield Finding(f"`{full}` is a full image; use `{slim.text}` ({same}{saved}){advice}", base)


def _starts_something(stages: Sequence[Stage]) -> bool:
    """Whether an instruction says what the image runs or serves."""
    return any(isinstance(step, Cmd | Entrypoint | Expose) for stage in stages for step in stage.instructions)


def _advice(build: Build, stages: Sequence[Stage], image: str) -> str | None:
    """What to do in addition to changing the tag, possibly nothing; None if `stages` cannot use the slim image."""
    needs = full_image_needs(build, stages, image)
    if "" in needs.runtime_programs.values():
        return None
    facts = stages[0].base_facts
    suite = facts.suite if facts is not None else None
    advice = _compiled_advice(suite) if image in _COMPILED else _build_advice(needs)
    if needs.runtime_programs:
        advice += f"; install {join_quoted(sorted(set(needs.runtime_programs.values())))} there for use at run time"
    return advice


def _compiled_advice(suite: str | None) -> str:
    target = f"`debian:{suite}-slim`" if suite else "a slim Debian"
    return f"; to ship only the program, build in one stage and copy it into {target}"


def _links_system_libraries(build: Build) -> bool:
    """Whether a crate in Cargo.lock links a library, whose headers the slim image lacks."""
    lock = build.context.read("Cargo.lock") if build.context is not None else None
    names = {name.decode() for name in re.findall(rb'^name = "([\w-]+)"', lock or b"", re.MULTILINE)}
    return any(name.endswith("-sys") and not name.startswith(_WITHOUT_LIBRARIES) for name in names)


_WITHOUT_LIBRARIES = (
    "windows", "winapi", "linux-raw", "js-", "web-", "core-foundation", "core-graphics", "security-framework",
    "system-configuration", "inotify", "fsevent", "jni", "ndk", "errno", "wasi", "dispatch", "objc", "schannel",
    "aws-lc", "zstd", "lzma", "bzip2", "libz", "libmimalloc", "tikv-jemalloc", "ring",
)  # fmt: skip
"""Starts of the names of crates `…-sys` that link no library on Linux, or compile their own copy by default."""


def _build_advice(needs: FullImageNeeds) -> str:
    """How to replace the tools of the full image that the build needs; empty if it needs none."""
    split = "build in one stage and copy the result to a slim one"
    tools = f"; this stage uses {join_quoted(sorted(needs.tools))}" if needs.tools else ""
    if needs.tools & BUILD_TOOLS:
        return f"{tools}, so {split}"
    if needs.compiling_install:
        return f"; {needs.compiling_install}, so {split}"
    if tools and needs.maybe_compiling_install:
        return f"{tools} and `{needs.maybe_compiling_install}` may compile, so {split}"
    if tools:
        return f"{tools}, so install {'them' if len(needs.tools) > 1 else 'it'} there, or {split}"
    return f"; if `{needs.maybe_compiling_install}` has to compile, {split}" if needs.maybe_compiling_install else ""


EXAMPLES = (
    Bad("FROM «python:3.12»\nCMD python app.py", message="`python:3.12-slim`"),
    Good("FROM python:3.12-slim\nCMD python app.py"),
    Bad("FROM «node:22-bookworm»\nRUN npm ci\nCMD a", message="if `npm ci` has to compile, build in one stage"),
    Bad(
        "FROM «python:3.12»\nRUN git clone https://example.com/x\nCMD a", message="`git`, so install it there, or build"
    ),
    Bad(
        "FROM «ruby:3.3»\nRUN apt-get install -y subversion\nRUN svn co https://example.com/x\nCMD a",
        message="same version",
    ),
    Bad("FROM «python:3.12»\nRUN pip install mysqlclient\nCMD a", message="`pip install mysqlclient` compiles, so"),
    Bad(
        "FROM «python:3.12»\nRUN apt-get install -y libpq-dev\nRUN pip install -r r.txt\nCMD a",
        message="compiles against `libpq-dev`, so",
    ),
    Bad("FROM «node:22»\nHEALTHCHECK CMD curl -f localhost\nCMD node .", message="install `curl` there"),
    Bad("FROM «rust:1.80-bookworm»\nRUN cargo build\nCMD a", message="copy it into `debian:bookworm-slim`"),
    Bad(
        "FROM «rust:1.80-bookworm»\nRUN cargo build\nCMD a",
        files={"Cargo.lock": '[[package]]\nname = "openssl-sys"\n'},
        message="`rust:1.80-bookworm` is a full image; to ship only the program, build in one stage and copy it into "
        "`debian:bookworm-slim`, with the libraries that it links to",
    ),
    Bad(
        "FROM «rust:1.80-bookworm»\nRUN cargo build\nCMD a",
        files={"Cargo.lock": '[[package]]\nname = "linux-raw-sys"\n'},
        message="use `rust:1.80-slim-bookworm`",
    ),
    Bad("FROM «python:3.12» AS base\nFROM base\nCMD python app.py", why="the final stage is based on it"),
    Good(
        "FROM python:3.12 AS build\nRUN make\nFROM python:3.12-slim\nCOPY --from=build /a /a",
        why="not in the final image",
    ),
    Good("FROM python:3.12 AS test\nRUN pytest\nFROM test AS dev\nCMD bash", why="a development image"),
    Good("FROM eclipse-temurin:21\nCOPY . .\nCMD ./mvnw spring-boot:run", why="needs the JDK at run time"),
    Good("FROM debian:12\nRUN apt-get install -y man-db", why="slim variants have no manual pages"),
    Good("# escape=`\nFROM python:3.12\nCMD python app.py", why="a Windows image"),
    Good(
        "ARG I=python\nFROM $I:3.12\nCMD a",
        options={"passed-arguments": frozenset({"I"})},
        why="the project passes another image",
    ),
    Bad("ARG V=3.12\nFROM «python:$V»\nCMD a", options={"passed-arguments": frozenset({"V"})}),
    Good("FROM amazoncorretto:21\nRUN yum install -y a", why="a base image"),
    Bad("FROM «amazoncorretto:21»\nCMD java -jar a.jar", message="`amazoncorretto:21-al2023-headful`"),
    Good("FROM eclipse-temurin:21\nCMD a", options={"project-path": "java-base-image/Dockerfile"}),
    Bad("FROM «eclipse-temurin:21»\nCMD a", options={"project-path": "database/Dockerfile"}),
    Good("FROM golang:1.23\nRUN go build", why="no slim variant"),
    Good("FROM example.com/team/python:3.12", why="not an official image"),
    Good("FROM python:3.8", why="the slim variant has ended too"),
    Good("FROM python:3.12-buster", why="Debian 10 has ended"),
)
