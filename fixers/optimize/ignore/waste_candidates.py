"""Find files of a build context that the build probably does not need, by name and neighboring files."""

from __future__ import annotations

import os
import posixpath
import re
from fnmatch import fnmatchcase

from ....model.context_waste import CACHE_NAMES, FIXTURE_DIRECTORIES, SECRET_NAMES, VCS_DIRECTORIES
from ....model.git_usage import read_small_file, reads_git_history
from ....model.layers import local_sources
from ....syntax.tree import CopyOrAdd, Run
from .mentions import executed_scripts, package_scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ....model.build import Build
    from ....model.context import Context
    from .context_sources import ContextSources

VERSION_CONTROL = "Version control"
GENERATED = "Caches and build output"
SECRET = "Secrets and local settings"
EDITORS = "Editors"
CI_AND_CONTAINERS = "CI and containers"
DOCUMENTATION = "Documentation"
TESTS = "Tests"
NOT_COPIED = "Not copied"
READ_BY_BUILDER = "read by the builder, not by the build"
HEADINGS = (VERSION_CONTROL, GENERATED, SECRET, EDITORS, CI_AND_CONTAINERS, DOCUMENTATION, TESTS, NOT_COPIED)

WASTE_AT_ANY_DEPTH = frozenset(("__pycache__", "node_modules", ".DS_Store", "Thumbs.db", "bower_components"))
"""Names whose pattern always applies to all directories."""
_MORE_CACHES = frozenset(("htmlcov", "coverage.xml", ".coverage", ".eslintcache", ".stylelintcache", ".tsbuildinfo"))
_EDITORS = frozenset(
    (".vscode", ".idea", ".fleet", ".project", ".classpath", ".settings", ".vs", ".swp", ".editorconfig")
)
_EDITOR_GLOBS = ("*.swp", "*.swo", "*.iml", "*.code-workspace", "*.sublime-project", "*.sublime-workspace")
_CI = frozenset(
    (".github", ".gitlab", ".gitlab-ci.yml", ".circleci", ".travis.yml", ".drone.yml", "azure-pipelines.yml",
     "bitbucket-pipelines.yml", "Jenkinsfile", "jenkinsfile", ".pre-commit-config.yaml", "CODEOWNERS", "renovate.json",
     ".dependabot", ".devcontainer", "appspec.yml", "buildspec.yml", "cloudbuild.yaml", "cloudbuild.yml",
     "skaffold.yaml", ".gitpod.yml", ".replit", "codecov.yml", ".codecov.yml", "sonar-project.properties",
     ".mailmap", ".hadolint.yaml", ".hadolint.yml", "Vagrantfile", ".appveyor.yml", "appveyor.yml", ".woodpecker",
     ".woodpecker.yml", "Tiltfile", "fly.toml", "render.yaml", "docker-bake.hcl")
)  # fmt: skip
_CONTAINER_GLOBS = ("docker-compose*.yml", "docker-compose*.yaml", "compose*.yml", "compose*.yaml", "*.dockerignore")
_DOCUMENT_GLOBS = (
    "README.md", "README.rst", "README.adoc", "README.*.md", "README-*.md", "CHANGELOG.md", "CHANGELOG.rst",
    "CHANGES.md", "CHANGES.rst", "HISTORY.md", "HISTORY.rst", "CONTRIBUTING.md", "CONTRIBUTING.rst",
    "CODE_OF_CONDUCT.md", "SECURITY.md", "SUPPORT.md", "GOVERNANCE.md", "MAINTAINERS.md", "PULL_REQUEST_TEMPLATE.md",
    "ISSUE_TEMPLATE.md",
)  # fmt: skip
_DOCUMENT_FOLDERS = frozenset(("docs", "doc"))
_DOCUMENT_FILES = (
    ".md", ".rst", ".adoc", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".puml", ".plantuml", ".drawio", ".mmd",
    ".pdf", ".odt", ".docx", ".pptx", ".xlsx", ".tex", ".bib", ".dot", ".vsdx", ".excalidraw", ".mp4",
)  # fmt: skip
_SPHINX = frozenset(("conf.py", "Makefile", "make.bat", "requirements.txt", ".nojekyll", "CNAME", ".gitkeep"))
_TEST_FOLDERS = frozenset(("tests", "test", "__tests__", "spec", "e2e", "cypress"))
_TEST_FILES = re.compile(
    r"(?:^|/)(?:test_[^/]*\.py|[^/]*_tests?\.(?:py|go|rb|exs|php)|tests?\.py|conftest\.py|[^/]*[._-](?:test|spec|cy|e2e)"
    r"(?:-spec)?\.[cm]?[jt]sx?|[^/]*_spec\.rb|[^/]*Test\.php|[^/]*\.(?:bats|feature))$"
)
_MANIFESTS = frozenset(
    ("package.json", "pyproject.toml", "setup.py", "requirements.txt", "Pipfile", "go.mod", "Cargo.toml", "pom.xml",
     "build.gradle", "build.gradle.kts", "Gemfile", "composer.json", "mix.exs", "build.sbt")
)  # fmt: skip
_JVM = frozenset(("pom.xml", "build.gradle", "build.gradle.kts", "build.sbt"))
_BUNDLERS = (
    (r"\bnext build\b", ".next"), (r"\bnuxt(?:i)? (?:build|generate)\b", ".nuxt"),
    (r"\bnuxt(?:i)? (?:build|generate)\b", ".output"), (r"\bsvelte-kit\b|\bvite build\b", ".svelte-kit"),
    (r"\bng build\b", ".angular"), (r"\bvite build\b", "dist"), (r"\breact-scripts build\b", "build"),
    (r"\bvue-cli-service build\b", "dist"), (r"\bnest build\b", "dist"), (r"\bastro build\b", "dist"),
)  # fmt: skip
_UNUSED_BYTES = 100_000
"""BuildKit does not send files that no COPY uses, but other builders do; fewer bytes are not worth a pattern."""
_HISTORY_IN_GO = re.compile(r"-buildvcs(?:=true|=1)?(?![=\w])")
_MAKES_VENV = re.compile(r"-m[\s\"',]+venv\b|\bvirtualenv\b|\buv\s+(?:venv|sync|run)\b|\b(?:poetry|pipenv|pdm)\b")
_PIP_PROJECT = re.compile(r"\bpip3?\s+install\b[^&|;\n]*\s(?:-e\s+)?\.(?:\[[^\]]*\])?(?:\s|$)", re.MULTILINE)


class WasteCandidate:
    """A file or directory that may be unnecessary.

    `pattern_stem`: the name or glob for its ignore pattern; `heading`: one of HEADINGS; `kept_if_mentioned`: it is kept
    when a file of the project mentions it.
    """

    __slots__ = ("heading", "kept_if_mentioned", "path", "pattern_stem", "reason")

    def __init__(self, path: str, family: str, heading: str, reason: str, *, kept_if_mentioned: bool = True) -> None:
        self.path = path
        self.pattern_stem = family
        self.heading = heading
        self.reason = reason
        self.kept_if_mentioned = kept_if_mentioned


class ContextUsage:
    """The files of the context and the builds that use them.

    `files`: path to bytes; `folders`: directory to the files in it; `roots`: project directories; `commands`: the text
    of the Dockerfiles that may name a file.
    """

    __slots__ = ("builds", "commands", "context", "context_sources", "files", "folders", "roots")

    def __init__(self, builds: Sequence[Build], context: Context, named: ContextSources, commands: str) -> None:
        self.builds = builds
        self.context = context
        self.files: Mapping[str, int] = context.files()
        self.context_sources = named
        self.commands = commands
        self.folders: dict[str, list[str]] = {}
        for path in self.files:
            parts = path.split("/")
            for depth in range(1, len(parts)):
                self.folders.setdefault("/".join(parts[:depth]), []).append(path)
        # Roots of projects: the context, and directories with a manifest, at most two levels deep.
        self.roots = {""} | {
            posixpath.dirname(path)
            for path in self.files
            if posixpath.basename(path) in _MANIFESTS and path.count("/") <= 2 and "node_modules" not in path
        }

    def text(self, path: str) -> str:
        """The text of a small file in the context."""
        return read_small_file(os.path.join(self.context.root, path))

    def has_sibling(self, path: str, *names: str) -> bool:
        """Whether one of these files is in the directory of `path`."""
        folder = posixpath.dirname(path)
        return any(posixpath.join(folder, name) in self.files for name in names)


def waste_candidates(project: ContextUsage, *, unused: bool = True) -> list[WasteCandidate]:
    """All candidates by path, none inside another; `unused`: also those that no COPY uses."""
    found: dict[str, WasteCandidate] = {}
    for entry in (
        *_version_control(project), *_environments(project), *_by_name(project), *_made(project), *_documents(project),
        *_tests(project), *(_unused(project) if unused else ()),
    ):  # fmt: skip
        found.setdefault(entry.path, entry)
    ordered: list[WasteCandidate] = []
    for path in sorted(found):
        parts = path.split("/")
        if not any("/".join(parts[:depth]) in found for depth in range(1, len(parts))):
            ordered.append(found[path])
    return ordered


def any_build_reads_history(project: ContextUsage) -> bool:
    """Whether a build reads the repository history."""
    if _HISTORY_IN_GO.search(project.commands):
        return True
    return any(reads_git_history(build, project.context) for build in project.builds)


def _version_control(project: ContextUsage) -> Iterator[WasteCandidate]:
    keep = any_build_reads_history(project)
    for path in (*project.folders, *project.files):
        name = posixpath.basename(path)
        if name in VCS_DIRECTORIES and not (keep and name == ".git"):
            yield WasteCandidate(path, name, VERSION_CONTROL, "repository history")


def _environments(project: ContextUsage) -> Iterator[WasteCandidate]:
    """Virtual environments of Python, which contain local paths."""
    for path in project.files:
        if path.endswith("/pyvenv.cfg"):
            folder = posixpath.dirname(path)
            name = posixpath.basename(folder)
            if name not in project.commands or _MAKES_VENV.search(project.commands):
                yield WasteCandidate(folder, name, GENERATED, "a local virtual environment", kept_if_mentioned=False)


def _by_name(project: ContextUsage) -> Iterator[WasteCandidate]:
    for path in (*project.folders, *project.files):
        folder, name = posixpath.split(path)
        is_file = path in project.files
        if name in CACHE_NAMES or name in _MORE_CACHES:
            heading = EDITORS if name in _EDITORS else GENERATED
            yield WasteCandidate(
                path, name, heading, "generated locally by a tool", kept_if_mentioned=name == ".gradle"
            )
        elif name in _EDITORS or any(fnmatchcase(name, glob) for glob in _EDITOR_GLOBS if is_file):
            family = name if name in _EDITORS else "*" + posixpath.splitext(name)[1]
            yield WasteCandidate(path, family, EDITORS, "editor settings")
        elif is_file and name in SECRET_NAMES:
            if FIXTURE_DIRECTORIES.isdisjoint(path.split("/")[:-1]):
                yield WasteCandidate(path, name, SECRET, "may contain secrets")
        elif folder in project.roots and name in _CI:
            yield WasteCandidate(path, name, CI_AND_CONTAINERS, "for CI and deployment, not used in the image")
        elif is_file and (_is_dockerfile(name) or any(fnmatchcase(name, glob) for glob in _CONTAINER_GLOBS)):
            yield WasteCandidate(path, _container_family(name), CI_AND_CONTAINERS, READ_BY_BUILDER)
        elif is_file and name == ".dockerignore":
            yield WasteCandidate(path, name, CI_AND_CONTAINERS, READ_BY_BUILDER)


def _is_dockerfile(name: str) -> bool:
    return (
        re.fullmatch(r"(?i)(?:docker|container)file(?:[.-][\w.-]+)?|[\w.-]+\.(?:docker|container)file", name)
        is not None
    )


def _container_family(name: str) -> str:
    for start in ("docker-compose", "compose"):
        if name.startswith(start):
            return f"{start}*" + posixpath.splitext(name)[1]
    if name.endswith(".dockerignore"):
        return name
    return "Dockerfile*" if name.startswith("Dockerfile") and name != "Dockerfile" else name


def _made(project: ContextUsage) -> Iterator[WasteCandidate]:
    """What the build creates itself, next to the manifest of its tool."""
    installed = set(_installed_folders(project))
    for path in project.folders:
        name = posixpath.basename(path)
        if _is_installed(project, path, installed):
            yield WasteCandidate(path, name, GENERATED, "installed by the build", kept_if_mentioned=False)
        elif _is_build_output(project, path):
            stem = "*.egg-info" if name.endswith(".egg-info") else name
            yield WasteCandidate(path, stem, GENERATED, "generated by the build", kept_if_mentioned=False)
        elif name == "coverage" and project.folders[path] and _is_coverage(project, path):
            yield WasteCandidate(path, name, GENERATED, "test report")
    yield from _compiled_python(project)


def _is_installed(project: ContextUsage, path: str, installed: set[str]) -> bool:
    """Whether a directory has packages that the build installs itself; `installed` are those with node_modules."""
    folder, name = posixpath.split(path)
    if name in ("node_modules", "bower_components"):
        return "node_modules" not in folder.split("/") and folder in installed
    if name == "vendor" and f"{path}/autoload.php" in project.files:
        return re.search(r"\bcomposer\s+(?:[-\w]+\s+)*(?:install|update)\b", project.commands) is not None
    return False


def _is_build_output(project: ContextUsage, path: str) -> bool:
    """Whether a directory is the output of a build tool that the build runs."""
    folder, name = posixpath.split(path)
    tool = ""
    if name == "target":
        tools = {"pom.xml": r"\bmvnw?\b", "Cargo.toml": r"\bcargo\b"}
        tool = "|".join(each for manifest, each in tools.items() if project.has_sibling(path, manifest))
    elif name == "build" and project.has_sibling(path, "build.gradle", "build.gradle.kts"):
        tool = r"\bgradlew?\b"
    elif name in ("bin", "obj") and _has_ending(project, folder, (".csproj", ".fsproj")):
        tool = r"\bdotnet\s+(?:build|publish|restore)\b"
    elif name.endswith(".egg-info"):
        return _PIP_PROJECT.search(project.commands) is not None
    if tool:
        return re.search(tool, project.commands) is not None
    return _is_bundled(project, path)


def _has_ending(project: ContextUsage, folder: str, endings: tuple[str, ...]) -> bool:
    return any(path.endswith(endings) and posixpath.dirname(path) == folder for path in project.files)


def _is_coverage(project: ContextUsage, path: str) -> bool:
    reports = ("lcov.info", "clover.xml", "coverage-final.json", "lcov-report/index.html", "coverage-summary.json")
    return any(f"{path}/{name}" in project.files for name in reports)


def _compiled_python(project: ContextUsage) -> Iterator[WasteCandidate]:
    for path in project.files:
        if path.endswith((".pyc", ".pyo")) and "__pycache__" not in path and path[:-1] in project.files:
            yield WasteCandidate(
                path, "*.pyc", GENERATED, "compiled from a source file next to it", kept_if_mentioned=False
            )


def _is_bundled(project: ContextUsage, path: str) -> bool:
    """Whether a script that the build runs creates this directory, and git ignores it."""
    folder, name = posixpath.split(path)
    manifest = posixpath.join(folder, "package.json")
    if manifest not in project.files or not any(made == name for _, made in _BUNDLERS):
        return False
    scripts = package_scripts(project.text(manifest))
    run = "\n".join(executed_scripts(scripts, project.commands).values()) + "\n" + project.commands
    if not any(made == name and re.search(tool, run) for tool, made in _BUNDLERS):
        return False
    return name.startswith(".") or _git_ignores(project, folder, name)


def _git_ignores(project: ContextUsage, folder: str, name: str) -> bool:
    for place in {folder, ""}:
        text = read_small_file(os.path.join(project.context.root, place, ".gitignore"))
        if any(line.strip().strip("/").removeprefix("**/") == name for line in text.splitlines()):
            return True
    return False


def _installed_folders(project: ContextUsage) -> Iterator[str]:
    """The directories of the context whose copies get node_modules in the build."""
    for build in project.builds:
        for stage in build.stages:
            installs: set[str | None] = set()
            for run in stage.instructions:
                if isinstance(run, Run) and any(
                    call.manager.ecosystem == "node"
                    and call.verb in ("install", "restore")
                    and not call.has("-g", "--global")
                    for call in build.package_calls(run)
                ):
                    installs.update(_install_folders(build, run))
            if installs:
                yield from _copied_to(project, build, installs)


def _install_folders(build: Build, run: Run) -> Iterator[str | None]:
    """The directories in the image where a RUN installs node_modules; None for one that is unknown."""
    from ....model.image_paths import commands_with_directories, resolve_image_path

    for command, folder in commands_with_directories(build, run):
        if command.name in ("npm", "yarn", "pnpm", "bun"):
            option = command.option("--prefix", "--cwd", "--dir", "-C")
            if option is not None:
                yield resolve_image_path(build, run, folder, option if isinstance(option, str) else option.value)
            else:
                yield folder


def _copied_to(project: ContextUsage, build: Build, installs: set[str | None]) -> Iterator[str]:
    manifests = [path for path in project.files if posixpath.basename(path) == "package.json"]
    inner = [path for path in manifests if "node_modules" not in path]
    for manifest in inner:
        folder = posixpath.dirname(manifest)
        if len(inner) == 1 or _image_folders(build, folder) & installs:
            yield folder
            if '"workspaces"' in project.text(manifest) or project.has_sibling(manifest, "pnpm-workspace.yaml"):
                yield from (posixpath.dirname(path) for path in inner if path.startswith(folder))


def _image_folders(build: Build, folder: str) -> set[str | None]:
    """The directories in the image to which COPY and ADD copy the manifest of a directory of the context."""
    found: set[str | None] = set()
    for stage in build.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, CopyOrAdd) and instruction.destination is not None:
                state = build.state(instruction)
                target = state.path(instruction.destination.text)
                if target is None:
                    continue
                for source in local_sources(build, instruction):
                    found |= _landing(source, folder, posixpath.normpath(target))
    return found


def _landing(source: str, folder: str, target: str) -> set[str | None]:
    if source in ("", "*", "."):
        return {posixpath.normpath(posixpath.join(target, folder))}
    if source == folder or folder.startswith(source + "/"):
        return {posixpath.normpath(posixpath.join(target, folder[len(source) :].lstrip("/")))}
    if posixpath.dirname(source) == folder and fnmatchcase("package.json", posixpath.basename(source)):
        return {posixpath.dirname(target) if posixpath.basename(target) == "package.json" else target}
    return set()


def _documents(project: ContextUsage) -> Iterator[WasteCandidate]:
    for path in project.files:
        folder, name = posixpath.split(path)
        if folder in project.roots:
            glob = next((glob for glob in _DOCUMENT_GLOBS if fnmatchcase(name, glob)), None)
            if glob is not None:
                yield WasteCandidate(path, name, DOCUMENTATION, "documentation of the source")
    for path, inside in project.folders.items():
        folder, name = posixpath.split(path)
        if folder in project.roots and name in _DOCUMENT_FOLDERS and all(_is_document(each) for each in inside):
            yield WasteCandidate(path, name, DOCUMENTATION, "documentation of the source")


def _is_document(path: str) -> bool:
    return path.lower().endswith(_DOCUMENT_FILES) or posixpath.basename(path) in _SPHINX or "/_static/" in path


def _tests(project: ContextUsage) -> Iterator[WasteCandidate]:
    if any(posixpath.basename(path) in _JVM for path in project.files):
        return  # Maven and Gradle compile and run the tests as a part of the build
    for path, inside in project.folders.items():
        folder, name = posixpath.split(path)
        if folder in project.roots and name in _TEST_FOLDERS:
            tests = any(_TEST_FILES.search(each) for each in inside) or (
                project.has_sibling(path, "Cargo.toml") and all(each.endswith(".rs") for each in inside)
            )
            if tests:
                yield WasteCandidate(path, name, TESTS, "the build runs no tests")


def _unused(project: ContextUsage) -> Iterator[WasteCandidate]:
    """Large top-level files and directories that no COPY, ADD or bind mount uses."""
    if project.context_sources.whole or not project.context_sources.sources:
        return
    for path in sorted({path.partition("/")[0] for path in project.files}):
        inside = project.folders.get(path, [path])
        large = sum(project.files[each] for each in inside) >= _UNUSED_BYTES
        if large and not project.context_sources.includes(path):
            yield WasteCandidate(
                path, path, NOT_COPIED, "not used by any COPY, ADD or bind mount", kept_if_mentioned=False
            )


def expected_patterns(project: ContextUsage, refused: set[str]) -> Iterator[tuple[str, str, str]]:
    """(pattern, heading, reason) for a new ignore file, of files that will exist later; without names in `refused`."""
    names = {posixpath.basename(path) for path in project.files}

    def free(name: str) -> bool:
        return name not in refused and not project.context_sources.includes(name)

    if free(".git") and not any_build_reads_history(project):
        yield ".git", VERSION_CONTROL, "repository history"
    if free(".dockerignore"):
        yield ".dockerignore", CI_AND_CONTAINERS, READ_BY_BUILDER
    if any(name.endswith(".py") for name in names):
        for name in ("__pycache__", ".venv"):
            if free(name):
                yield f"**/{name}" if name == "__pycache__" else name, GENERATED, "generated locally by a tool"
    installed = set(_installed_folders(project))
    if "" in installed and free("node_modules"):
        yield "node_modules" if len(installed) == 1 else "**/node_modules", GENERATED, "installed by the build"
    words = project.commands
    java = "pom.xml" in project.files and re.search(r"\bmvnw?\b", words)
    rust = "Cargo.toml" in project.files and re.search(r"\bcargo\b", words)
    if (java or rust) and free("target"):
        yield "target", GENERATED, "generated by the build"
    gradle = {"build.gradle", "build.gradle.kts"} & project.files.keys()
    if gradle and re.search(r"\bgradlew?\b", words):
        for name in (".gradle", "build"):
            if free(name):
                yield name, GENERATED, "generated by the build"
