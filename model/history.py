"""Whether a build reads the repository's history, so that `.git` has to be in the context."""

from __future__ import annotations

import os

from ..syntax.tree import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .build import Build
    from .context import Context

_ASKING = frozenset(
    ("describe", "rev-parse", "log", "status", "submodule", "show", "rev-list", "ls-files", "diff", "branch", "tag")
)
_WORKING = frozenset(
    ("archive", "checkout", "reset", "fetch", "pull", "lfs", "name-rev", "for-each-ref", "shortlog", "remote", "clean",
     "symbolic-ref", "cat-file", "ls-tree", "merge-base", "worktree", "restore", "switch", "stash")
)  # fmt: skip
"""What else needs a repository: the one of the context, unless the RUN clones or begins another."""
_GIT_VALUES = frozenset(("-C", "-c", "--git-dir", "--work-tree"))
_MANIFESTS = (
    "pyproject.toml", "setup.py", "setup.cfg", "package.json", "pom.xml", "build.gradle", "build.gradle.kts",
    "gradle.properties", "build.sbt", "project/plugins.sbt", "build.rs", "Cargo.toml", "mix.exs",
    "Directory.Build.props", "GitVersion.yml", "CMakeLists.txt", "meson.build",
)  # fmt: skip
_MAKEFILES = (
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Justfile",
    "Taskfile.yml",
    "Taskfile.yaml",
    "magefile.go",
)
MAX_TEXT_BYTES = 300_000
"""Of texts that are read to learn about a project, larger ones are data."""
_MAKERS = frozenset(("make", "gmake", "just", "task", "mage"))
_PLUGINS = (
    "setuptools_scm", "setuptools-scm", "hatch-vcs", "versioneer", "versioningit", "dynamic-versioning", "pbr>=",
    '"pbr', "'pbr", "git-commit-id", "gitversion", "nerdbank.gitversioning", "minver", "vergen", "shadow-rs",
    "git-properties", "axion-release", "jgitver", "sbt-dynver", "sbt-git", "git-revision-webpack-plugin",
    "microsoft.sourcelink", '"scm"', "'scm'", "flit_scm", "flit-scm", "git-versioning", "git-version", "git_version",
    "dunamai", "buildnumber-maven", "grgit", "org.ajoberstar.reckon", "nebula.release", "git-rev", "git-describe",
    "git-last-commit", "vite-plugin-git", "goreleaser",
)  # fmt: skip
"""What makes a version of the history."""


def reads_git_history(build: Build, context: Context) -> bool:
    """Whether a RUN asks git, or a build file that it works with does; of files only those by their usual names."""
    scripts: set[str] = set()
    files: set[str] = set(_MANIFESTS)
    for stage in build.stages:
        for run in stage.instructions:
            if isinstance(run, Run):
                cloned = False
                for command in build.commands(run):
                    words = [word.value for word in command.args]
                    verb = next((word.value for word in command.operands(_GIT_VALUES)), "")
                    verb = verb if command.name == "git" else ""
                    cloned = cloned or verb in ("clone", "init")
                    if verb in _ASKING or (verb in _WORKING and not cloned) or command.name == "goreleaser":
                        return True
                    if command.name in _MAKERS:
                        files.update(_MAKEFILES)
                    scripts.update(word.rpartition("/")[2] for word in (command.name, *words) if word.endswith(".sh"))
    if scripts:
        files.update(path for path in context.files() if path.rpartition("/")[2] in scripts)
    return any(_asks(read_small_file(os.path.join(context.root, name))) for name in files)


def read_small_file(path: str) -> str:
    """The text of a small file; empty for a large one and for one that cannot be read."""
    try:
        if os.path.getsize(path) > MAX_TEXT_BYTES:
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _asks(text: str) -> bool:
    import re

    lower = text.lower()
    return any(plugin in lower for plugin in _PLUGINS) or any(
        match[1] in _ASKING for match in re.finditer(r"\bgit\b['\", ]+([a-z-]+)", lower)
    )
