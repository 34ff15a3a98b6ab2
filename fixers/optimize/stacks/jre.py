"""The JRE image of the same version and distribution of Java as an image with a JDK."""

from __future__ import annotations

import re

from ....model.images.catalog import CATALOG, effective_tag
from ....model.images.slimmer import find_slim_variant
from ....syntax.tree import Cmd, Entrypoint, Healthcheck
from ..base.copies import read_context_file
from ..base.rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.images.reference import ImageRef
    from ....syntax.command import Command
    from ....syntax.tree import Instruction
    from ..base.rewrite import Preconditions

_TEMURIN = {
    "maven": re.compile(r"(?:[\w.]+-)?eclipse-temurin-(\d+)(-(?:focal|jammy|noble))?"),
    "gradle": re.compile(r"(?:[\w.]+-)?jdk(\d+)(-(?:focal|jammy|noble))?"),
}
"""The tags that name the version of Eclipse Temurin. Source: the READMEs of the official images maven and gradle."""
_OPENJDK = {
    "maven": re.compile(r"(?:[\d.]+-)?(?:open)?jdk-(8|11)(?:-slim)?"),
    "openjdk": re.compile(r"(8|11)(?:-jdk)?(?:-slim)?(-buster|-bullseye)?"),
}
"""The tags of OpenJDK on Debian. From 12 on openjdk has no image with a JRE."""
_WITHOUT_JRE = frozenset(("9", "10", "12", "13", "14", "15", "16"))
"""Versions of which Eclipse Temurin has no JRE. Source: the tags of eclipse-temurin."""
_STARTING = frozenset(("java", "exec", "echo", "cd", "sh"))
_JDK_ONLY = re.compile(
    r"\bimport (static )?(javax\.tools|com\.sun\.(tools|source|jdi)|jdk\.(jshell|javadoc|jfr\.cmd))\b"
)
"""Packages of modules that a JRE does not contain. Source: the modules of Eclipse Temurin's JRE (jdeps, jlink)."""


class JavaImages:
    """The images of the two stages.

    `runtime`: the image with the JRE
    `builder`: the image to build with, "" for the base image
    """

    __slots__ = ("builder", "runtime")

    def __init__(self, runtime: str, builder: str = "") -> None:
        self.runtime = runtime
        self.builder = builder


def find_java_images(ref: ImageRef) -> JavaImages | None:
    """The images to use instead of `ref`; None when unknown.

    A tag that moves to new versions of Java (`maven:latest`) is replaced by one that does not, for both stages.
    """
    if ref.digest is not None:
        return None
    if ref.name == "eclipse-temurin":
        slim = find_slim_variant(ref)
        return JavaImages(slim.text) if slim is not None and slim.kind == "runtime" else None
    tag = effective_tag(ref)
    found = _of_tag(ref.name, tag)
    if found is not None or "-" in tag or tag[:1] not in "0123456789l":
        return found
    exact = _exact_tag(ref.name, tag)
    found = _of_tag(ref.name, exact) if exact else None
    base = ref.text.removesuffix(f":{ref.tag}") if ref.tag is not None else ref.text
    return JavaImages(found.runtime, f"{base}:{exact}") if found else None


def _exact_tag(name: str, tag: str) -> str:
    """The shortest tag with a Java version for the image that a tag without one names today; "" when unknown."""
    group = CATALOG.tags(name).get(tag)
    exact = sorted((each for each in (group.tags if group else ()) if _of_tag(name, each)), key=len)
    if tag != "latest":
        exact = [each for each in exact if each[:1].isdigit() == tag[:1].isdigit()]
    return exact[0] if exact else ""


def _of_tag(name: str, tag: str) -> JavaImages | None:
    """The JRE image for a tag that names the version of Java; None for another tag."""
    temurin, openjdk = _TEMURIN.get(name), _OPENJDK.get(name)
    match = temurin.fullmatch(tag) if temurin is not None else None
    if match and match[1] not in _WITHOUT_JRE:
        return JavaImages(f"eclipse-temurin:{match[1]}-jre{match[2] or ''}")
    match = openjdk.fullmatch(tag) if openjdk is not None else None
    return JavaImages(f"openjdk:{match[1]}-jre-slim{match[2] or '' if name == 'openjdk' else ''}") if match else None


def java_start_commands(build: Build, stage: Stage, checks: Preconditions) -> list[tuple[Instruction, Command]]:
    """The commands that the image starts. Raises RewriteRejected unless they are `java` and what every image has."""
    found: list[tuple[Instruction, Command]] = []
    for instruction in stage.instructions:
        if isinstance(instruction, Cmd | Entrypoint | Healthcheck):
            for command in build.commands(instruction):
                if command.name not in _STARTING:
                    raise RewriteRejected(
                        f"the image starts `{command.name}`, which the JRE image may not contain", instruction
                    )
                found.append((instruction, command))
    java = any(command.name == "java" for _, command in found)
    checks.require("the image starts `java`", java, "the image does not start `java`")
    return found


def require_no_jdk_use(context: Context, checks: Preconditions) -> None:
    """Raise RewriteRejected when a source file of the build context uses what only a JDK contains."""
    names = [name for name in context.files() if name.endswith((".java", ".kt", ".scala", ".groovy"))]
    using = next((name for name in names if _JDK_ONLY.search(read_context_file(context, name) or "")), "")
    checks.require(
        "no source file uses JDK tools", not using, f"`{using}` uses JDK tools, which a JRE does not contain"
    )
