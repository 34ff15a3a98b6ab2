"""What an image with Java starts: the programs, and the archives and class paths of `java`."""

from __future__ import annotations

import posixpath
import re

from .....syntax.tree import Cmd, Entrypoint, Healthcheck
from ...base.copies import read_context_file
from ...base.program_walk import SHELLS
from ...base.programs import FULL_IMAGE_PROGRAMS
from ...base.rewrite import RewriteRejected
from ...base.run_steps import ESSENTIAL_PROGRAMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from .....model.build import Build, Stage
    from .....model.context import Context
    from ...base.programs import ProgramUsage

_SHELL = frozenset(
    """. : break command continue declare eval exec exit export getopts jobs let local printf read readonly return set
    shift source trap type ulimit umask unset wait cd kill nc ncat netcat timeout [[ awk
    dd df du nohup nproc paste printenv seq stdbuf tac whoami""".split()
)
"""Commands of the shell, and programs that the image with the JDK lacks as well."""
_OF_BUSYBOX = ("bunzip2", "bzip2", "free", "pgrep", "pkill", "ps", "top", "unxz", "unzip", "uptime", "wget")
_LOST = frozenset(
    """jar jarsigner javac javadoc javap jcmd jdb jdeps jinfo jlink jmap jpackage jps
    jshell jstack jstat perl python3""".split()
)
"""Programs that only the image with the JDK has."""
_BUILDING = frozenset(("mvn", "mvnw", "gradle", "gradlew", "ant", "sbt"))


def require_known_programs(uses: ProgramUsage, installed: Collection[str], archive: str, *, is_alpine: bool) -> None:
    """Raise RewriteRejected unless an image starts `java`, and otherwise what every image has or what is `installed`.

    `archive`: the archive that the build makes, "" when unknown
    """
    own = {posixpath.basename(name) for name in uses.files}
    others = _OF_BUSYBOX if is_alpine else FULL_IMAGE_PROGRAMS
    known = {*ESSENTIAL_PROGRAMS, *_SHELL, *SHELLS, *others, *installed, *own, "java"}
    # A script may run what it is given, of which only some is a program.
    scripted = [words for words in uses.lines if posixpath.basename(words[0]) in own]
    passed = {posixpath.basename(word) for words in scripted for word in words[1:]}
    for name, at in uses.programs.items():
        if name in _BUILDING:
            remedy = f"build in a RUN, and start the archive with `java -jar {archive or '<archive>'}`"
            raise RewriteRejected(f"`{name}` builds or runs the source whenever the image starts; {remedy}", at)
        if name not in known and (name in _LOST or name not in passed):
            raise RewriteRejected(f"the image starts `{name}`, which the JRE image may not contain", at)
    uses.require_known()
    if "java" not in uses.programs:
        raise RewriteRejected("the image does not start `java`")


class JavaStart:
    """A command line with `java`.

    `is_archive`: whether it starts an archive, and not a class; `paths`: those in the image of the archive or of the
    class path, None for an unknown one; `others`: the other words
    """

    __slots__ = ("is_archive", "others", "paths")

    def __init__(self, words: list[str], directory: str | None) -> None:
        self.is_archive = "-jar" in words[:-1]
        options = ("-jar",) if self.is_archive else ("-cp", "-classpath", "--class-path")
        at = next((number for number, word in enumerate(words[:-1]) if word in options), None)
        value = words[at + 1] if at is not None else "."
        self.others = [word for number, word in enumerate(words) if at is None or number != at + 1]
        parts = [value] if self.is_archive else [part for part in value.split(":") if part]
        self.paths = [_path(directory, part) for part in parts]


def java_starts(build: Build, stage: Stage, uses: ProgramUsage, context: Context) -> list[JavaStart]:
    """The command lines with `java` that the image starts."""
    scripts = [read_context_file(context, name) or "" for name in uses.scripts]
    texts = [each.arguments_text for each in stage.instructions if isinstance(each, Cmd | Entrypoint | Healthcheck)]
    moves = any(re.search(r"\b(cd|pushd)\b", text) for text in (*scripts, *texts))
    directory = stage.state(len(stage.instructions)).workdir or "/"
    lines = [words for words in uses.lines if posixpath.basename(words[0]) == "java"]
    return [JavaStart(words, None if moves else directory) for words in lines]


def _path(directory: str | None, word: str) -> str | None:
    if "$" in word or (directory is None and not word.startswith("/")):
        return None
    return posixpath.normpath(posixpath.join(directory or "/", word))
