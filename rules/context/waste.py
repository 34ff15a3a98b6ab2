"""What never belongs in an image, by name."""

from __future__ import annotations

from ...syntax.tree import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...model.build import Build

HISTORY = frozenset((".git", ".svn", ".hg", ".bzr"))
CACHES = frozenset(
    ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox", ".hypothesis", ".ipynb_checkpoints",
     ".gradle", ".terraform", ".terragrunt-cache", ".parcel-cache", ".turbo", ".nyc_output", ".sass-cache", ".eggs",
     ".DS_Store", "Thumbs.db", ".idea", ".vs", ".vagrant", "npm-debug.log", "yarn-error.log", ".coverage")
)  # fmt: skip
ENVIRONMENTS = frozenset((".venv", "venv"))
SECRETS = frozenset(
    (".env", ".env.local", ".env.production", "id_rsa", "id_ed25519", "id_ecdsa", "id_dsa", ".netrc", ".pypirc",
     ".aws", ".ssh", ".git-credentials", ".htpasswd", "credentials.json", "service-account.json")
)  # fmt: skip
MODULES = frozenset(("node_modules", "bower_components"))


def unwanted(build: Build) -> frozenset[str]:
    """The names that have no business in the image that this file builds.

    `.git` stays out of it when a RUN asks git about the checkout, `node_modules` unless the file installs them itself.
    """
    names = CACHES | ENVIRONMENTS | SECRETS
    if not _asks_git(build):
        names |= HISTORY
    if _installs_modules(build):
        names |= MODULES
    return names


def _runs(build: Build) -> Iterable[Run]:
    return (i for stage in build.stages for i in stage.instructions if isinstance(i, Run))


def _asks_git(build: Build) -> bool:
    asking = ("describe", "rev-parse", "log", "status", "submodule", "show", "rev-list")
    return any(
        command.name == "git" and command.args and command.args[0].value in asking
        for run in _runs(build)
        for command in build.commands(run)
    )


def _installs_modules(build: Build) -> bool:
    return any(
        call.manager.ecosystem == "node" and call.verb in ("install", "restore")
        for run in _runs(build)
        for call in build.calls(run)
    )
