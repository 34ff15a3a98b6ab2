"""Whether a file missing from the build context may exist when the build starts: generated, downloaded or provided."""

from __future__ import annotations

import os
import posixpath

from .copy_sources import looks_generated
from .git_usage import read_small_file
from .gitignore import GitignoreFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .build import Build
    from .context import Context

_COMPILED = {
    ".js": (".ts", ".tsx", ".jsx", ".coffee", ".vue"), ".mjs": (".mts", ".ts"), ".cjs": (".cts", ".ts"),
    ".css": (".scss", ".sass", ".less", ".styl"), ".class": (".java",), ".pyc": (".py",), ".py": (".pyx", ".proto"),
    ".conf": (".conf.in", ".conf.j2", ".conf.tmpl", ".conf.template"), ".html": (".pug", ".md"), ".map": (".js",),
}  # fmt: skip
"""Extensions of generated files, and those of the sources that they are generated from."""

_BUILD_FILES = (
    "Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "Taskfile.yml", "Taskfile.yaml", "Jenkinsfile",
    "Rakefile", ".gitlab-ci.yml", ".travis.yml", ".drone.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml",
    "cloudbuild.yaml", "cloudbuild.yml", "buildspec.yml", "skaffold.yaml", ".circleci/config.yml",
    "build.gradle", "build.gradle.kts", ".goreleaser.yml", ".goreleaser.yaml",
)  # fmt: skip
_SCRIPTS = (
    *((folder, (".sh", ".mk", ".ps1", ".bat")) for folder in ("", "scripts", "script", "ci", "hack", "bin", "tools")),
    *((folder, (".sh", ".yml", ".yaml")) for folder in (".ci", ".buildkite", ".buildkite/hooks", ".gitlab")),
    *((folder, (".sh", ".groovy")) for folder in (".jenkins", "jenkins", "Jenkins")),
    *((folder, (".yml", ".yaml")) for folder in (".github/workflows", ".gitlab/ci", ".woodpecker", ".tekton")),
)
"""Directories of scripts, and the extensions of scripts there; outside of the top one, they may also have none."""
_WRITES = ("> ", ">", "-o ", "--output ", "--output=", "--output-file ", "--output-file=")


def may_exist_at_build(context: Context, folders: list[str], path: str) -> bool:
    """Whether the file may exist when the image is built, or the build context may be another directory."""
    name = posixpath.basename(path)
    manifest = _is_manifest(name)
    if looks_generated(path) or ("." not in name and not manifest):
        return True
    if _in_empty_folder(context, path) or _made_from_another(context, path):
        return True
    if any(os.path.lexists(os.path.join(folder, path)) for folder in folders):
        return True
    place = os.path.join(os.path.abspath(context.root), *path.split("/"))
    # Build scripts mention manifests because they read them; only writing one is evidence that it is generated.
    words = tuple(write + name for write in _WRITES) if manifest else (name,)
    return _included_again(context, path) or _ignored_by_git(folders, place) or _mentioned(folders, words)


def _included_again(context: Context, path: str) -> bool:
    """Whether the .dockerignore includes the path itself, or its directory, by `!path`: it is there for some build."""
    ignore = context.ignore_file
    rules = ignore.rules if ignore is not None else ()
    return any(rule.negated and rule.pattern and f"{path}/".startswith(f"{rule.pattern}/") for rule in rules)


def _is_manifest(name: str) -> bool:
    """Whether the file is a manifest or lock file of a package manager, which is committed."""
    from .packages.managers import MANAGERS

    return any(name in (*manager.manifests, *manager.locks) for manager in MANAGERS)


def similar_file(context: Context, path: str) -> str:
    """A file in the same directory with a similar name, as a path; empty if there is none."""
    from ..syntax.instruction_checks import suggest

    folder, name = posixpath.split(path)
    try:
        names = os.listdir(os.path.join(context.root, folder))
    except OSError:
        return ""
    same = next((n for n in names if n.lower() == name.lower()), "")
    found = same or (suggest(name, names) if len(name) > 4 and "." in name else "")
    return posixpath.join(folder, found) if found else ""


def _made_from_another(context: Context, path: str) -> bool:
    """Whether its source exists in the same directory: `index.ts` for `index.js`, `a.conf.template` for `a.conf`."""
    stem, ending = posixpath.splitext(path)
    return any(context.exists(stem + other) for other in _COMPILED.get(ending, ()))


def _in_empty_folder(context: Context, path: str) -> bool:
    """Whether the path is in an empty directory, which in git means a submodule that is not checked out."""
    folder = posixpath.dirname(path)
    while folder and not context.exists(folder):
        folder = posixpath.dirname(folder)
    return bool(folder) and not _names(os.path.join(context.root, folder))


def ancestor_folders(build: Build, context: Context) -> list[str]:
    """The Dockerfile's directory and its parents up to the root of the repository, or of the context without one."""
    here = os.path.dirname(os.path.abspath(build.dockerfile.source.name))
    root = os.path.abspath(context.root)
    found = [here]
    while not os.path.lexists(os.path.join(here, ".git")) and os.path.dirname(here) != here:
        here = os.path.dirname(here)
        found.append(here)
    if not os.path.lexists(os.path.join(here, ".git")):
        found = found[: found.index(root) + 1] if root in found else found[:1]
    return found if root in found else [*found, root]


def _ignored_by_git(folders: list[str], place: str) -> bool:
    """Whether a .gitignore in one of `folders`, or between them and `place`, ignores the path."""
    top = min((f for f in folders if place.startswith(f + os.sep)), key=len, default="")
    here = os.path.dirname(place)
    while top and len(here) >= len(top):
        lines = read_small_file(os.path.join(here, ".gitignore")).splitlines()
        if lines:
            ignore = GitignoreFile("", lines)
            parts = os.path.relpath(place, here).split(os.sep)
            parents = ("/".join(parts[:count]) for count in range(1, len(parts)))
            # Whether it will be a file or a directory is unknown.
            verdicts = [ignore.verdict("/".join(parts), is_directory) for is_directory in (False, True)]
            if any(ignore.verdict(parent, True) for parent in parents) or any(verdicts):
                return True
            if any(verdict is not None for verdict in verdicts):
                return False
        here = os.path.dirname(here)
    return False


def _mentioned(folders: list[str], words: tuple[str, ...]) -> bool:
    """Whether a build file or script in one of the directories contains one of the texts, so may create the file."""
    return any(word in text for folder in folders for text in _build_texts(folder) for word in words)


def _build_texts(folder: str) -> Iterator[str]:
    for name in _BUILD_FILES:
        yield read_small_file(os.path.join(folder, name))
    for inner, endings in _SCRIPTS:
        place = os.path.join(folder, inner)
        if os.path.islink(place):
            continue
        scripts = [name for name in _names(place) if name.endswith(endings) or (inner and "." not in name)]
        for script in scripts[:100]:
            yield read_small_file(os.path.join(place, script))


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
