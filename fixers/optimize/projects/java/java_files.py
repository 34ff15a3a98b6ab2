"""Which files of the directory of a build the program needs, besides what the build makes for it."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase

from .....syntax.tree import Add, Env
from ...base.copies import context_copies, read_context_file
from ...base.stage_facts import is_within
from .java_archives import archive_is_alone, main_archive, needs_no_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from .....model.build import Build, Stage
    from .....model.context import Context
    from ...base.programs import ProgramUsage
    from .java_commands import JavaCommands
    from .java_starts import JavaStart

_SOURCES = (".java", ".kt", ".scala", ".groovy")
_SETTINGS = re.compile(
    r"(.*/)?(src/main/resources|config)/.*\.(properties|ya?ml|xml|conf|toml|json)|(application|bootstrap)[\w.-]*"
)
_TESTS = re.compile(r"(^|/)(src/(test|it|integrationTest)|target|build|node_modules)/")
_OF_BUILD = re.compile(
    r"src|target|build|\.mvn|\.gradle|gradle|buildSrc|mvnw(\.cmd)?|gradlew(\.bat)?|pom\.xml|"
    r"(build|settings)\.gradle(\.kts)?|gradle\.properties|Dockerfile.*|\.dockerignore|\.git.*|"
    r"(README|LICENSE|HELP|CHANGELOG)(\.\w+)?"
)
_ALWAYS = re.compile(r"config|\.env|(application|bootstrap)[\w-]*\.(properties|ya?ml)")
"""What Spring Boot and Quarkus read from the working directory. After their reference documentation."""
_RESULT = re.compile(r"[^\s\"':=]*\b(?:target|build)/[^\s\"']*")
"""A path of what a build makes."""
_PROJECT_FILES = ("pom.xml", "build.gradle", "build.gradle.kts")
_IMPORT = re.compile(r"^\s*(?:import|package)\s.*$", re.MULTILINE)
_READS_SOURCE = re.compile(r"""["'(:=\s./](src|target|build)[/\\]|["'](src|target|build)["']""")


def program_files(
    build: Build,
    stage: Stage,
    context: Context,
    commands: JavaCommands,
    starts: Sequence[JavaStart],
    uses: ProgramUsage,
) -> list[str]:
    """The paths in the directory of the build that the program needs, beside what the build puts elsewhere.

    Only the directory itself when they are unknown.
    """
    directory = commands.directory
    started = [_started(build, stage, context, commands, start) for start in starts]
    opened = _opened_entries(build, stage, context, directory, uses)
    unpacks = any(isinstance(step, Add) for step in stage.instructions)
    results = any(_RESULT.search(word) for start in starts for word in start.others)
    if opened is None or unpacks or results or not all(started):
        return [directory]
    made = [path for path in commands.made if not re.match(r"(target|build)/", posixpath.relpath(path, directory))]
    found = [*dict.fromkeys([*(path for paths in started for path in paths), *made, *opened])]
    known = [path for path in found if is_within(path, directory) and not _is_in_another(path, found)]
    whole = directory in found or any(commands.removes(path) for path in known)
    touched = all(
        is_within(directory, path) or any(is_within(path, each) for each in known) for path in commands.touched
    )
    return known if touched and not whole else [directory]


def _is_in_another(path: str, paths: Collection[str]) -> bool:
    return any(is_within(path, other) for other in paths if other != path)


def _started(build: Build, stage: Stage, context: Context, commands: JavaCommands, start: JavaStart) -> list[str]:
    """The paths that a command line with `java` needs, all made by the builder; none when one is unknown."""
    found: list[str] = []
    for path in start.paths:
        if path is None:
            return []
        project = path.partition("/target/")[0] if "/target/" in path else path.partition("/build/libs/")[0]
        if "*" in path and start.is_archive:
            path = posixpath.join(project, main_archive(build, stage, context, project) or "*")
            if not fnmatchcase(path, path) or "*" in path:
                return []
        path = path.removesuffix("/*")
        copied = path in commands.made or path in commands.elsewhere
        alone = needs_no_files(build, stage, context, commands.directory) or not start.is_archive
        if not (copied and alone) and not archive_is_alone(build, stage, context, path):
            return []
        found.append(path)
    return found


def _opened_entries(
    build: Build, stage: Stage, context: Context, directory: str, uses: ProgramUsage
) -> list[str] | None:
    """The paths in a directory of the image that the program may open; None when that may be any of its sources.

    A file or folder counts when its name occurs in the program, in its settings, or in what the image starts.
    """
    text = "\n".join(_program_texts(context))
    started = [word for words in uses.lines for word in words]
    scripts = [read_context_file(context, name) or "" for name in uses.scripts]
    settings = [step.arguments_text for step in stage.instructions if isinstance(step, Env)]
    if _READS_SOURCE.search(text):
        return None
    everything = "\n".join((text, _RESULT.sub("", "\n".join((*started, *scripts))), *settings))
    found: dict[str, None] = {}
    paths = list(_copied_paths(build, stage, context, directory))
    modules = {path.split("/", 1)[0] for path in paths if "/" in path and posixpath.basename(path) in _PROJECT_FILES}
    for path in paths:
        name = path.split("/", 1)[0]
        if name in found or (_OF_BUILD.fullmatch(name) and not _ALWAYS.fullmatch(name)):
            continue
        end = "/" if name in modules else r"(?![\w-])"
        if _ALWAYS.fullmatch(name) or re.search(rf"(?<![\w.-]){re.escape(name)}{end}", everything):
            found[name] = None
    return [posixpath.join(directory, name) for name in found]


def _program_texts(context: Context) -> Iterator[str]:
    for name in context.files():
        if (name.endswith(_SOURCES) or _SETTINGS.fullmatch(name)) and not _TESTS.search(name):
            yield _IMPORT.sub("", read_context_file(context, name) or "")


def _copied_paths(build: Build, stage: Stage, context: Context, directory: str) -> Iterator[str]:
    """The files that COPYs bring into a directory of the image, relative to it."""
    for place in context_copies(build, stage, context):
        if not place.folder:
            files = [place.target] if context.includes(place.source) else []
        else:
            prefix = place.source + "/" if place.source else ""
            names = [name for name in context.files() if name.startswith(prefix)]
            files = [posixpath.join(place.target, name[len(prefix) :]) for name in names]
        yield from (posixpath.relpath(path, directory) for path in files if is_within(path, directory))
