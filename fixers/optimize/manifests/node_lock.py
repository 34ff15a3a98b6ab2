"""The npm packages that a package.json and its lock file install, and which of them are compiled."""

from __future__ import annotations

import json
import posixpath
import re
from typing import cast

from ..base.rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ....model.context import Context
    from .manifests import PackageJson

MAX_LOCK_BYTES = 20_000_000
"""The size limit of a lock file, beyond which it is not read."""
_COMPILERS = frozenset(
    """node-gyp node-gyp-build node-gyp-build-optional-packages node-pre-gyp @mapbox/node-pre-gyp nan bindings
    node-addon-api prebuild-install prebuildify cmake-js napi-macros neon-cli""".split()
)
"""Packages whose dependents compile, or download compiled files."""
_YARN_HEAD = re.compile(r'^"?((?:@[^@/"]+/)?[^@"\s]+)@[^\n]*:$', re.MULTILINE)
_YARN_DEPENDENCY = re.compile(r'^ {4}"?((?:@[^/"\s]+/)?[^"\s:]+)"?:? ', re.MULTILINE)
_PNPM_HEAD = re.compile(r"^  ['\"]?/?((?:@[^/'\"]+/)?[^@/'\"\s]+)[@/][^\n]*:$", re.MULTILINE)
_PNPM_DEPENDENCY = re.compile(r"^ {6}['\"]?((?:@[^/'\"]+/)?[^'\"\s:]+)['\"]?: ", re.MULTILINE)


class LockedPackage:
    """A package of a lock file.

    `requires`: the packages that it requires
    `native`: whether it is compiled
    `only_files`: whether its install is known to run no script and no git
    """

    __slots__ = ("native", "only_files", "requires")

    def __init__(self) -> None:
        self.requires: set[str] = set()
        self.native = False
        self.only_files = True

    def add(self, requires: Iterable[str], *, native: bool, only_files: bool = False) -> None:
        """Add another version of the package."""
        self.requires.update(requires)
        self.native = self.native or native or not _COMPILERS.isdisjoint(self.requires)
        self.only_files = self.only_files and only_files and not self.native


def locked_packages(context: Context, directory: str) -> dict[str, LockedPackage]:
    """The packages in the lock file of a directory of the context, by name; empty without one.

    Raises RewriteRejected when it is too large.
    """
    for name, read in (
        ("npm-shrinkwrap.json", _npm),
        ("package-lock.json", _npm),
        ("yarn.lock", _yarn),
        ("pnpm-lock.yaml", _pnpm),
    ):
        path = posixpath.join(directory, name)
        if context.includes(path):
            data = context.read(path, MAX_LOCK_BYTES + 1) or b""
            if len(data) > MAX_LOCK_BYTES:
                raise RewriteRejected(f"`{path}` is too large to read")
            return read(data.decode("utf-8", "replace"))
    return {}


def run_time_packages(data: PackageJson, locked: dict[str, LockedPackage], imported: set[str]) -> set[str]:
    """The packages that a program may load: dependencies, the imported devDependencies, and what these require."""
    waiting = list(data.names("dependencies", "optionalDependencies") | data.names("devDependencies") & imported)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += locked[name].requires if name in locked else ()
    return found


def _npm(text: str) -> dict[str, LockedPackage]:
    found: dict[str, LockedPackage] = {}
    try:
        data: object = json.loads(text)
    except (ValueError, RecursionError):
        return found
    packages = _table(data, "packages")
    for path in packages:
        name, package = path.rpartition("node_modules/")[2], _table(packages, path)
        if name:
            requires = {*_table(package, "dependencies"), *_table(package, "optionalDependencies")}
            plain = not package.get("hasInstallScript") and not str(package.get("resolved", "")).startswith("git")
            native = bool(package.get("gypfile"))
            found.setdefault(name, LockedPackage()).add(requires, native=native, only_files=plain)
    # Before version 2, packages are in the packages that need them.
    waiting = [] if packages else [_table(data, "dependencies")]
    while waiting:
        for name, package in waiting.pop().items():
            found.setdefault(name, LockedPackage()).add(_table(package, "requires"), native=False)
            waiting.append(_table(package, "dependencies"))
    return found


def _table(data: object, name: str) -> dict[str, Any]:
    """The object `name` of a JSON object; empty for anything else."""
    value = cast("dict[str, Any]", data).get(name) if isinstance(data, dict) else None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _yarn(text: str) -> dict[str, LockedPackage]:
    return _entries(text, _YARN_HEAD, _YARN_DEPENDENCY)


def _pnpm(text: str) -> dict[str, LockedPackage]:
    return _entries(text, _PNPM_HEAD, _PNPM_DEPENDENCY)


def _entries(text: str, head: re.Pattern[str], dependency: re.Pattern[str]) -> dict[str, LockedPackage]:
    """The packages of a lock file in lines: a head, and indented dependencies under it."""
    found: dict[str, LockedPackage] = {}
    heads = list(head.finditer(text))
    for at, match in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        requires = dependency.findall(text, match.end(), end)
        found.setdefault(match[1], LockedPackage()).add(
            requires, native="requiresBuild: true" in text[match.end() : end]
        )
    return found
