"""The JRE image of the same version and distribution of Java as an image with a JDK."""

from __future__ import annotations

import re

from ....model.images.catalog import CATALOG, effective_tag
from ....model.images.slimmer import find_slim_variant
from ..base.container_start import started_commands
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

_SYSTEMS = r"(-(?:alpine|focal|jammy|noble|resolute))?"
_TEMURIN = {
    "maven": re.compile(rf"(?:[\w.]+-)?eclipse-temurin-(\d+){_SYSTEMS}"),
    "gradle": re.compile(rf"(?:[\w.]+-)?jdk(\d+){_SYSTEMS}"),
}
"""The tags that name the version of Eclipse Temurin. Source: the READMEs of the official images maven and gradle."""
_ALPINE = r"(-alpine)?(?:\d\.\d+)?"
_GLIBC = r"(?:-slim)?(?:-(?:stretch|buster|bullseye|bookworm|oracle|oraclelinux\d))?"
_OPENJDK = {
    "openjdk": re.compile(rf"(\d+)[\w.]*(?:-b\d+)?(?:-jdk)?(?:{_GLIBC}|{_ALPINE})"),
    "maven": re.compile(rf"(?:[\d.]+-)?(?:(?:open)?jdk|adoptopenjdk)-(\d+)(?:{_GLIBC}|{_ALPINE})"),
    "java": re.compile(r"(?:openjdk-)?(8)[\w.]*(?:-jdk)?(-alpine)?"),
    "adoptopenjdk": re.compile(r"(\d+)(?:-jdk)?-hotspot()(?:-bionic|-focal)?"),
}
"""The tags of OpenJDK, of which no image is maintained. Source: the tags of the images."""
_ADOPTOPENJDK = re.compile(r"adoptopenjdk/openjdk(\d+):(?:latest|jdk-?[\d._+]*)(?:-debian|-ubuntu|-slim)*")
"""The images of AdoptOpenJDK on glibc with a version of Java in the repository's name."""
_WITH_JDK = frozenset(("eclipse-temurin", *_OPENJDK)) - {"maven"}
_WITHOUT_JRE = frozenset(("9", "10", "12", "13", "14", "15", "16"))
"""Versions of which Eclipse Temurin has no JRE. Source: the tags of eclipse-temurin."""
_WITHOUT_ALPINE = frozenset(("18", "19", "20", "22", "23", "24"))
"""Versions whose JRE on Alpine is not in the catalog: it was not published for all of them."""
_STARTING = frozenset(("java", "exec", "echo", "cd", "sh"))
_JAVA_PATH = re.compile(r"/usr/(?:lib/jvm|java|local/openjdk)\S*|/docker-java-home\S*")
"""The directories of Java in images of OpenJDK. Source: their JAVA_HOME."""
_JDK_ONLY = re.compile(
    r"\bimport (static )?(javax\.tools|com\.sun\.(tools|source|jdi)|jdk\.(jshell|javadoc|jfr\.cmd))\b"
)
"""Packages of modules that a JRE does not contain. Source: the modules of Eclipse Temurin's JRE (jdeps, jlink)."""


class JavaImages:
    """The images of the two stages.

    `runtime`: the image with the JRE, `reason`: why this one
    `builder`: the image to build with, "" for the base image
    """

    __slots__ = ("builder", "reason", "runtime")

    def __init__(self, runtime: str, reason: str, builder: str = "") -> None:
        self.runtime = runtime
        self.reason = reason
        self.builder = builder

    @property
    def same_system(self) -> bool:
        """Whether both images have the same distribution."""
        return self.reason == _SAME_IMAGE


_SAME_IMAGE = "the runtime of the same version of Java"
_SUCCESSOR = f"{_SAME_IMAGE}; images of OpenJDK get no more updates, Eclipse Temurin is built from the same source"


def has_jdk_only(ref: ImageRef) -> bool:
    """Whether an image has a JDK and no tool that builds a project."""
    return ref.name in _WITH_JDK or _of_repository(ref) is not None


def is_java_image(ref: ImageRef) -> bool:
    """Whether an image has a JDK, with or without a tool that builds a project."""
    return ref.name in _TEMURIN or has_jdk_only(ref)


def find_java_images(ref: ImageRef) -> JavaImages | None:
    """The images to use instead of `ref`; None when unknown.

    A tag that moves to new versions of Java (`maven:latest`) is replaced by one that does not, for both stages.
    """
    if ref.digest is not None:
        return None
    if ref.name == "eclipse-temurin":
        slim = find_slim_variant(ref)
        return JavaImages(slim.text, _SAME_IMAGE) if slim is not None and slim.kind == "runtime" else None
    tag = effective_tag(ref)
    found = _of_tag(ref.name, tag) or _of_repository(ref)
    if found is not None or "-" in tag or tag[:1] not in "0123456789l":
        return found
    exact = _exact_tag(ref.name, tag)
    found = _of_tag(ref.name, exact) if exact else None
    base = ref.text.removesuffix(f":{ref.tag}") if ref.tag is not None else ref.text
    return JavaImages(found.runtime, found.reason, f"{base}:{exact}") if found else None


def _of_repository(ref: ImageRef) -> JavaImages | None:
    """The JRE image for an image that names the version of Java in its repository; None for another image."""
    match = _ADOPTOPENJDK.fullmatch(f"{ref.repository}:{effective_tag(ref)}") if ref.digest is None else None
    return _of_tag("openjdk", match[1]) if match is not None else None


def _exact_tag(name: str, tag: str) -> str:
    """The shortest tag with a Java version for the image that a tag without one names today; "" when unknown."""
    group = CATALOG.tags(name).get(tag)
    exact = sorted((each for each in (group.tags if group else ()) if _of_tag(name, each)), key=len)
    if tag != "latest":
        exact = [each for each in exact if each[:1].isdigit() == tag[:1].isdigit()]
    return exact[0] if exact else ""


def _of_tag(name: str, tag: str) -> JavaImages | None:
    """The JRE image for a tag that names the version of Java; None for another tag."""
    for table, reason in ((_TEMURIN, _SAME_IMAGE), (_OPENJDK, _SUCCESSOR)):
        expression = table.get(name)
        match = expression.fullmatch(tag) if expression is not None else None
        if match is not None:
            version, system = match[1], match[2] or ""
            missing = _WITHOUT_JRE | _WITHOUT_ALPINE if system == "-alpine" else _WITHOUT_JRE
            return JavaImages(f"eclipse-temurin:{version}-jre{system}", reason) if version not in missing else None
    return None


def require_no_java_path(stage: Stage, checks: Preconditions) -> None:
    """Raise RewriteRejected when an instruction names the directory of the base image's Java."""
    naming = next((each for each in stage.instructions if _JAVA_PATH.search(each.arguments_text)), None)
    path = match[0] if naming is not None and (match := _JAVA_PATH.search(naming.arguments_text)) else ""
    checks.require(
        "no instruction names the directory of Java",
        naming is None,
        f"the JRE image has Java in another directory than `{path}`; use `$JAVA_HOME`",
        naming,
    )


def java_start_commands(build: Build, stage: Stage, checks: Preconditions) -> list[tuple[Instruction | None, Command]]:
    """The commands that containers start, each with its instruction, None for one of another file.

    Raises RewriteRejected unless they are `java` and what every image has.
    """
    found: list[tuple[Instruction | None, Command]] = []
    for started in started_commands(build, stage):
        for command in started.commands:
            if command.name not in _STARTING:
                raise RewriteRejected(
                    f"{started.place or 'the image'} starts `{command.name}`, which the JRE image may not contain",
                    started.at,
                )
            found.append((started.at, command))
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
