"""The manifests of the packages in a workspace of npm, yarn, pnpm, bun, uv or Go."""

from __future__ import annotations

import fnmatch
import posixpath
import re

from ..base.copies import read_context_file
from ..base.rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.context import Context
    from ....syntax.tree import Run


def member_manifests(
    context: Context, directory: str, patterns: Iterable[str], manifest: str, run: Run, *, exclude: Iterable[str] = ()
) -> list[str]:
    """The paths of the files called `manifest` in the directories that match patterns such as `packages/*`.

    The patterns are relative to `directory`; one with `!` excludes directories, as those in `exclude` do. Raises
    RewriteRejected for a pattern of another form.
    """
    chosen: list[list[str]] = []
    excluded = [_segments(pattern, run) for pattern in exclude]
    for pattern in patterns:
        into = excluded if pattern.startswith("!") else chosen
        into.append(_segments(pattern.removeprefix("!"), run))
    prefix = directory + "/" if directory else ""
    found: list[str] = []
    for name in context.files():
        folders = name.removeprefix(prefix).split("/")[:-1]
        if posixpath.basename(name) != manifest or not name.startswith(prefix) or "node_modules" in folders:
            continue
        if any(_matches(folders, each) for each in chosen) and not any(_matches(folders, each) for each in excluded):
            found.append(name)
    return sorted(found)


def _segments(pattern: str, run: Run) -> list[str]:
    """The parts of a pattern for directories."""
    normal = posixpath.normpath(pattern)
    if normal.startswith(("/", "..")) or set(normal) & set("{}()+@!"):
        raise RewriteRejected(f"cannot determine which directories the workspace pattern `{pattern}` matches", run)
    return normal.split("/")


def _matches(folders: list[str], pattern: list[str]) -> bool:
    """Whether the parts of a path match those of a pattern; `**` stands for any number of them."""
    if not pattern or not folders:
        return all(part == "**" for part in pattern) and not folders
    if pattern[0] == "**":
        return any(_matches(folders[number:], pattern[1:]) for number in range(len(folders) + 1))
    return fnmatch.fnmatchcase(folders[0], pattern[0]) and _matches(folders[1:], pattern[1:])


def pnpm_packages(context: Context, directory: str, run: Run) -> list[str]:
    """The patterns in pnpm-workspace.yaml. Raises RewriteRejected when it is not a plain list, or names patches."""
    name = posixpath.join(directory, "pnpm-workspace.yaml")
    found: list[str] = []
    inside = False
    for line in (read_context_file(context, name) or "").splitlines():
        text = re.sub(r"(^|\s)#.*", "", line).rstrip()
        if not text:
            continue
        item = re.fullmatch(r"\s*-\s+(['\"]?)([^'\"\[\]{}&*]?[^'\"\[\]{}&]*)\1", text)
        if inside and item is not None:
            found.append(item[2].strip())
        elif text[0] in " -" and inside:
            raise RewriteRejected(f"cannot determine the packages in `{name}`", run)
        else:
            listed = re.fullmatch(r"packages:\s*(\[[^\[\]{}&]*\])?", text)
            if text.startswith("packages:") and listed is None:
                raise RewriteRejected(f"cannot determine the packages in `{name}`", run)
            found += re.findall(r"[^\s'\",\[\]]+", listed[1] or "") if listed is not None else []
            if text.startswith(("patchedDependencies:", "configDependencies:", "pnpmfile")):
                raise RewriteRejected(f"`{name}` refers to other files of the project", run)
            inside = text == "packages:"
    return found


def go_workspace(context: Context, directory: str, run: Run) -> list[str]:
    """The directories of the modules in go.work. Raises RewriteRejected for one outside the build context."""
    name = posixpath.join(directory, "go.work")
    text = re.sub(r"//.*", "", read_context_file(context, name) or "")
    used = re.findall(r"^\s*use\s+([^\s(]+)\s*$", text, re.MULTILINE)
    for block in re.findall(r"^\s*use\s*\(([^)]*)\)", text, re.MULTILINE):
        used += block.split()
    return [local_directory(directory, each.strip('"`'), run) for each in used]


def local_directory(directory: str, path: str, run: Run) -> str:
    """The directory that `path` names relative to `directory`. Raises RewriteRejected outside the build context."""
    found = posixpath.normpath(posixpath.join(directory, path))
    if path.startswith("/") or found.startswith(".."):
        raise RewriteRejected(f"`{path}` is outside the build context", run)
    return "" if found == "." else found
