"""Files in a build context that do not belong in an image, by name."""

from __future__ import annotations

import posixpath

from ..syntax.tree import Run
from .git_usage import reads_git_history, tracked_directories, tracked_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .build import Build
    from .context import Context

VCS_DIRECTORIES = frozenset((".git", ".svn", ".hg", ".bzr"))
CACHE_NAMES = frozenset(
    ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox", ".hypothesis", ".ipynb_checkpoints",
     ".gradle", ".terraform", ".terragrunt-cache", ".parcel-cache", ".turbo", ".nyc_output", ".sass-cache", ".eggs",
     ".DS_Store", "Thumbs.db", ".idea", ".vs", ".vagrant", "npm-debug.log", "yarn-error.log", ".coverage", ".venv")
)  # fmt: skip
SECRET_NAMES = frozenset(
    (".env", ".env.local", ".env.production", ".env.production.local", ".env.development.local", "id_rsa",
     "id_ed25519", "id_ecdsa", "id_dsa", ".netrc", ".pypirc", ".git-credentials", "credentials.json",
     "service-account.json")
)  # fmt: skip
MODULE_DIRECTORIES = frozenset(("node_modules", "bower_components"))
FIXTURE_DIRECTORIES = frozenset(
    ("test", "tests", "testing", "testdata", "test-data", "__tests__", "fixtures", "fixture", "__fixtures__", "spec",
     "specs", "mock", "mocks", "example", "examples", "sample", "samples", "demo", "docs")
)  # fmt: skip
"""Directories in which keys and modules are test data."""
_OF_OTHERS = frozenset(("vendor", "node_modules", "site-packages"))
"""Directories of packages of other projects, whose secrets are published."""

SizedPath = tuple[str, int]
"""A path in the context, and its size in bytes."""


def find_waste(build: Build, context: Context) -> list[SizedPath]:
    """The files and directories that are sent but do not belong in the image. Walks the context.

    Includes `node_modules` only if the build installs the modules itself, and `.git` only if the build does not read
    it. Excludes secrets and modules in tests and examples, and `.env.production` if the build installs modules, as
    bundlers keep public settings in it, and modules and `.env` files that git tracks.
    """
    files = context.files()
    installs = _installs_modules(build)
    names = CACHE_NAMES | VCS_DIRECTORIES | SECRET_NAMES
    if installs:
        names = names - {".env.production"} | MODULE_DIRECTORIES
    found: dict[str, int] = {}
    environments: list[str] = []
    for path, count in files.items():
        parts = path.split("/")
        if not names.isdisjoint(parts):
            at = next(at for at, part in enumerate(parts, 1) if part in names)
            top = "/".join(parts[:at])
            found[top] = found.get(top, 0) + count
        elif parts[-1] == "pyvenv.cfg":
            environments.append(posixpath.dirname(path))
    for directory in environments:
        found = {path: count for path, count in found.items() if not path.startswith(directory + "/")}
        found[directory] = context.size(directory)
    history = any(path.rpartition("/")[2] in VCS_DIRECTORIES for path in found) and not reads_git_history(
        build, context
    )
    waste = [entry for entry in found.items() if _is_waste(entry[0], files, history=history)]
    # Everyone who has the repository has settings that git tracks, and modules that git tracks are content.
    settings = [path for path, _ in waste if posixpath.basename(path).startswith(".env")]
    modules = [path for path, _ in waste if posixpath.basename(path) in MODULE_DIRECTORIES]
    public = tracked_files(context.root, settings) if settings else set[str]()
    public |= tracked_directories(context.root, modules) if modules else set[str]()
    return [entry for entry in waste if entry[0] not in public]


def _installs_modules(build: Build) -> bool:
    return any(
        call.manager.ecosystem == "node" and call.verb in ("install", "restore")
        for stage in build.stages
        for run in stage.instructions
        if isinstance(run, Run)
        for call in build.package_calls(run)
    )


def _is_waste(path: str, files: Mapping[str, int], *, history: bool) -> bool:
    """Whether a path with such a name is waste."""
    *above, name = path.split("/")
    if name in VCS_DIRECTORIES:  # in a submodule it is a file with one line
        return history and path not in files
    if name in SECRET_NAMES:
        return path in files and (FIXTURE_DIRECTORIES | _OF_OTHERS).isdisjoint(above)
    return name not in MODULE_DIRECTORIES or FIXTURE_DIRECTORIES.isdisjoint(above)


def describe_entries(entries: Sequence[SizedPath], most: int = 3) -> str:
    """The entries for a message: secrets and the largest first, those with the same name together."""
    groups: dict[str, list[SizedPath]] = {}
    for entry in entries:
        groups.setdefault(posixpath.basename(entry[0]), []).append(entry)
    order = sorted(groups, key=lambda name: (name not in SECRET_NAMES, -sum(count for _, count in groups[name]), name))
    words = [f"`{groups[name][0][0]}`" if len(groups[name]) == 1 else f"{len(groups[name])} `{name}`" for name in order]
    rest = sum(len(groups[name]) for name in order[most:])
    words[most:] = [f"{rest} more"] if rest else []
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
