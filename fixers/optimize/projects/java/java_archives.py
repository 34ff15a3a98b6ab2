"""The archives that a build with Maven or Gradle makes, as far as its files tell."""

from __future__ import annotations

import posixpath
import re
from xml.etree import ElementTree

from .....syntax.tree import Run
from ...base.copies import context_path, read_context_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .....model.build import Build, Stage
    from .....model.context import Context

_GRADLE_FILES = ("build.gradle", "build.gradle.kts")
_SETTINGS = ("settings.gradle", "settings.gradle.kts")
_REFERENCE = re.compile(r"\$\{([\w.-]+)\}")
_OUTSIDE_CLASSES = re.compile(
    r"addClasspath|classpathPrefix|Class-Path|copy-dependencies|copyDependencies|systemPath|<layout>ZIP|buildDir\s*=|"
    r"layout\.buildDirectory|<buildDirectory>|thin-la(?:yout|uncher)"
)
"""What makes an archive load classes from files beside it, or puts it elsewhere."""
_VERSION = re.compile(r"""^version\s*=?\s*['"]([^'"$]+)['"]""", re.MULTILINE)
_ROOT_NAME = re.compile(r"""^\s*rootProject\.name\s*=\s*['"]([^'"$]+)['"]""", re.MULTILINE)
_FILE_NAME = re.compile(
    r"""^\s*(?:tasks\.)?(?:named[(<]\W*)?(?:bootJar|BootJar|shadowJar)\b[^{}]*\{[^{}]*?\barchiveFileName(?:\.set\(|\s*=)\s*"""
    r"""['"]([^'"$]+)['"]""",
    re.MULTILINE,
)
_NO_ARCHIVE = re.compile(r"\bapply\s*\(?false|bootJar\b[^{}]*\{[^{}]*enabled\s*=\s*false")
_BOOT = re.compile(r"""org\.springframework\.boot['"]""")
_COORDINATES = ("artifactId", "version", "groupId")
_PACKAGING = frozenset(("package", "verify", "install", "deploy"))
_ASSEMBLING = frozenset(("build", "assemble", "bootJar", "shadowJar"))


def archive_is_alone(build: Build, stage: Stage, context: Context, path: str) -> bool:
    """Whether a build surely makes the archive `path` of the image, which loads no classes from other files."""
    directory, name = posixpath.split(path)
    if posixpath.basename(directory) == "target":
        return name in _maven_archives(build, stage, context, posixpath.dirname(directory))
    if directory.endswith("/build/libs"):
        return name in _gradle_archives(build, stage, context, directory.removesuffix("/build/libs"))
    return False


def needs_no_files(build: Build, stage: Stage, context: Context, directory: str) -> bool:
    """Whether the archives of the project in a directory of the image load no classes from files beside them."""
    names = ("pom.xml", *_GRADLE_FILES)
    texts = [_text(build, stage, context, posixpath.join(directory, name)) for name in names]
    return any(texts) and not any(_OUTSIDE_CLASSES.search(text) for text in texts)


def main_archive(build: Build, stage: Stage, context: Context, directory: str) -> str:
    """The path in a project directory of the archive that the build makes; "" when unknown."""
    maven = _maven_archives(build, stage, context, directory)
    gradle = _gradle_archives(build, stage, context, directory)
    return next((f"{place}/{names[0]}" for place, names in (("target", maven), ("build/libs", gradle)) if names), "")


def _text(build: Build, stage: Stage, context: Context, path: str) -> str:
    """The text of a file of the image that a COPY brings; "" without one."""
    name = context_path(build, stage, context, path)
    return (read_context_file(context, name) or "") if name is not None else ""


def _calls(build: Build, stage: Stage, manager: str) -> set[str]:
    """The words of all calls of a build tool."""
    runs = [step for step in stage.instructions if isinstance(step, Run)]
    calls = [call for run in runs for call in build.package_calls(run) if call.manager.name == manager]
    return {word.value for call in calls for word in call.command.args}


def _maven_archives(build: Build, stage: Stage, context: Context, directory: str) -> list[str]:
    """The names of the archives that Maven puts into `target` of a directory."""
    text = _text(build, stage, context, posixpath.join(directory, "pom.xml"))
    words = _calls(build, stage, "mvn")
    given = any(word.startswith(("-D", "-f", "--file", "-o")) and "kip" not in word.lower() for word in words)
    if not text or given or _OUTSIDE_CLASSES.search(text) or words.isdisjoint(_PACKAGING) or "<!DOCTYPE" in text:
        return []
    try:
        root = ElementTree.fromstring(re.sub(r'\sxmlns="[^"]*"', "", text, count=1))
    except ElementTree.ParseError:
        return []
    values = {f"project.{name}": root.findtext(name) or root.findtext(f"parent/{name}") or "" for name in _COORDINATES}
    values |= {each.tag: each.text or "" for each in root.find("properties") or ()}
    name = root.findtext("build/finalName") or "${project.artifactId}-${project.version}"
    for _ in range(3):
        name = _REFERENCE.sub(lambda match: values.get(match[1], match[0]).strip(), name.strip())
    profiles = root.find("profiles")
    changed = profiles is not None and _has(profiles, "finalName")
    changed = changed or root.find("build/directory") is not None
    changed = changed or not _parent_is_plain(build, stage, context, directory, root)
    if (root.findtext("packaging") or "jar") != "jar" or "$" in name or changed:
        return []
    assembled = [f"{name}-jar-with-dependencies.jar"] if "<descriptorRef>jar-with-dependencies" in text else []
    moved = "<appendAssemblyId>" in text or any(_configures_jar(plugin) for plugin in root.iter("plugin"))
    return [] if moved else [f"{name}.jar", *assembled]


def _parent_is_plain(build: Build, stage: Stage, context: Context, directory: str, root: ElementTree.Element) -> bool:
    """Whether what a pom.xml inherits is known and does not rename archives."""
    parent = root.find("parent")
    if parent is None or parent.findtext("artifactId") == "spring-boot-starter-parent":
        return True
    path = posixpath.normpath(posixpath.join(directory, parent.findtext("relativePath") or "../pom.xml"))
    text = _text(build, stage, context, path)
    inherits = re.search(r"<parent>(?![\s\S]*?<artifactId>\s*spring-boot-starter-parent\s*<)", text)
    return bool(text) and inherits is None and not re.search(r"finalName|<directory>|maven-jar-plugin", text)


def _configures_jar(plugin: ElementTree.Element) -> bool:
    """Whether a plugin gives archives another name or place."""
    name = plugin.findtext("artifactId") or ""
    parts = ("outputDirectory", "finalName", "outputFile", "skipIfEmpty", "jarName")
    names = (*parts, *(() if "boot" in name else ("classifier",)))
    renames = any(_has(plugin, part) for part in names)
    return renames and name.endswith(("jar-plugin", "boot-maven-plugin", "shade-plugin", "assembly-plugin"))


def _has(element: ElementTree.Element, tag: str) -> bool:
    """Whether a tag is in an element."""
    return next(element.iter(tag), None) is not None


def _gradle_archives(build: Build, stage: Stage, context: Context, directory: str) -> list[str]:
    """The names of the archives with dependencies that Gradle with Spring Boot puts into `build/libs`."""
    texts = [_text(build, stage, context, posixpath.join(directory, name)) for name in _GRADLE_FILES]
    text = re.sub(r"//.*", "", "\n".join(texts))
    given = _calls(build, stage, "gradle")
    elsewhere = any(word.startswith(("-P", "-p", "-b", "-c", "--build-file", "--project")) for word in given)
    elsewhere = elsewhere or ("-x" in given and "bootJar" in given) or _NO_ARCHIVE.search(text) is not None
    if not _BOOT.search(text) or elsewhere or _OUTSIDE_CLASSES.search(text) or given.isdisjoint(_ASSEMBLING):
        return []
    named = _FILE_NAME.search(text)
    if named is not None:
        return [named[1]]
    settings = "\n".join(_text(build, stage, context, posixpath.join(directory, name)) for name in _SETTINGS)
    root, version = _ROOT_NAME.search(settings), _VERSION.search(text)
    if root is None or version is None or re.search(r"archive(s?BaseName|Version|Classifier|sName|FileName)", text):
        return []
    return [f"{root[1]}-{version[1]}.jar"]
