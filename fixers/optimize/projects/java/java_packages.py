"""The system packages of an image with Java: those for the build, and those that Debian and Ubuntu call the same."""

from __future__ import annotations

import re

from .....model.packages.runtime_libraries import is_build_package
from ...base.copies import read_context_file
from ...base.rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .....model.context import Context
    from .....syntax.tree import Instruction, Run
    from ...base.run_steps import RunCommand
    from ...base.system import AptInstall

_TOOLS = {
    "ant": "ant", "dos2unix": "dos2unix", "git": "git", "gradle": "gradle", "make": "make", "maven": "mvn",
    "nano": "nano", "subversion": "svn", "unzip": "unzip", "vim": "vim", "vim-tiny": "vi", "zip": "zip",
}  # fmt: skip
"""Packages for building and editing, and the program of each."""
_SAME_NAME = frozenset(
    """bash bzip2 ca-certificates cron curl dnsutils dumb-init ffmpeg file fontconfig fonts-dejavu fonts-dejavu-core
    fonts-dejavu-extra fonts-freefont-ttf fonts-liberation fonts-noto fonts-noto-cjk fonts-noto-color-emoji ghostscript
    gnupg gosu graphviz gzip imagemagick iproute2 iputils-ping jq less libfontconfig1 libfreetype6 libgomp1
    libreoffice locales lsof nano net-tools netcat-openbsd openssh-client openssl poppler-utils postgresql-client procps
    python3 rsync supervisor tar tesseract-ocr tini tzdata wget xz-utils""".split()
)
"""Packages that have this name in Debian and in Ubuntu, which takes them from there.

Checked with the package index of Debian 12; a list by hand for the others.
"""
_JAVA = re.compile(r"(openjdk|temurin|zulu|java)\S*(jdk|jre)|openjdk\d|default-j")
_PROCESSES = re.compile(r"\bProcessBuilder\b|\bgetRuntime\(\)\s*\.exec\b|\bCommandLine\b|\.execute\(\)|sys\.process")


_APK = frozenset(
    """bash ca-certificates curl dumb-init fontconfig freetype gcompat jq libc6-compat libstdc++ msttcorefonts-installer
    openssl procps su-exec tini ttf-dejavu tzdata wget""".split()
)
"""Packages that have this name in the maintained releases of Alpine; a list by hand, after its aports."""


def require_known_apk(pieces: Sequence[RunCommand], run: Run, *, same_system: bool) -> None:
    """Raise RewriteRejected where apk does more than install packages that the release of the JRE image has, too."""
    for piece in pieces:
        call = piece.call
        assert call is not None
        if call.verb in ("update-index", "clean"):
            continue
        if call.verb != "install" or call.uncertain or any(package.kind != "name" for package in call.packages):
            raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
        for package in call.packages:
            if _JAVA.match(package.name):
                raise RewriteRejected(f"`{package.name}` installs another Java; use the one of the base image", run)
            known = package.name in _APK or is_only_for_build(package.name)
            if not same_system and (not known or package.word.value != package.name):
                raise RewriteRejected(f"whether the release of the JRE image has `{package.name}` is unknown", run)


def is_only_for_build(name: str) -> bool:
    """Whether a package is for compiling, building or editing."""
    return name in _TOOLS or is_build_package(name)


def starts_processes(context: Context) -> bool:
    """Whether a source file of the build context may start other programs."""
    names = [name for name in context.files() if name.endswith((".java", ".kt", ".scala", ".groovy"))]
    return any(_PROCESSES.search(read_context_file(context, name) or "") for name in names)


def packages_to_keep(
    install: AptInstall, run: Instruction, started: Collection[str], *, same_system: bool, any_program: bool
) -> list[str]:
    """The packages of an install, as written, that the final stage needs.

    `started`: the programs that the image starts; `any_program`: whether the program may start others, too. Raises
    RewriteRejected where a package is another one in the distribution of the JRE image.
    """
    kept: list[str] = []
    for word, name in zip(install.packages, install.names(), strict=True):
        if _JAVA.match(name):
            raise RewriteRejected(f"`{name}` installs another Java; use the one of the base image", run)
        tool = _TOOLS.get(name)
        if name in install.removed or (is_build_package(name) and not name.endswith("-dev")):
            continue
        if tool is not None and tool not in started and not any_program:
            continue
        if name.endswith("-dev") or (not same_system and (word != name or name not in _SAME_NAME | _TOOLS.keys())):
            raise RewriteRejected(
                f"the JRE image has another distribution, and whether `{name}` is the same there is unknown", run
            )
        kept.append(word)
    return kept
