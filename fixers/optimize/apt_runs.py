"""Merge the apt calls of a RUN: update, a single install with one package per line, and cleanup."""

from __future__ import annotations

from ...syntax.tree import Run
from ..edits.edit import Edit, apply_edits
from .base.rewrite import RewriteOutcome, RewriteRejected, Step
from .base.run_steps import SYSTEM_PACKAGES, deletes_caches, split_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build
    from .base.run_steps import RunCommand

_CLEAN_BASES = frozenset(("debian", "ubuntu", "python", "node", "golang", "ruby", "rust", "openjdk", "eclipse-temurin"))
"""Official images without package lists that delete apt's downloads after each call (docker-clean)."""


def rewrite(build: Build) -> RewriteOutcome:
    """Merge the installs in each RUN that only calls apt, and remove RUNs that clean what is already clean."""
    edits: list[Edit] = []
    steps: dict[str, Step] = {}
    for stage in build.stages:
        clean = stage.base_ref is not None and stage.base_ref.name in _CLEAN_BASES
        for run in stage.instructions:
            if not isinstance(run, Run):
                continue
            found = _apt_commands(build, run)
            if found and clean and _only_cleans(found) and not run.comments:
                edits.append(_without(build, run))
                steps.setdefault("clean", Step("Remove a cleanup RUN with nothing to clean", "it frees no space"))
                continue
            clean = clean and _stays_clean(build, run, found)
            line = _merged_install(found) if found and not run.comments else ""
            if line:
                edits.append(Edit(run.start, run.end, line))
                why = "versions are resolved together and the list is easy to read"
                steps.setdefault("once", Step("Install the packages of a RUN with a single call", why))
    if not edits or build.dockerfile.escape != "\\":
        return RewriteOutcome("layers")
    return RewriteOutcome("layers", apply_edits(build.dockerfile.source.text, edits), [*steps.values()])


def _apt_commands(build: Build, run: Run) -> list[RunCommand]:
    """The commands of a RUN that only calls apt; empty for any other."""
    try:
        found = split_run(build, run)
    except RewriteRejected:
        return []
    apt = all(piece.call.manager.family == "apt" if piece.call else deletes_caches(piece) for piece in found)
    return found if apt and all(piece.kind == SYSTEM_PACKAGES for piece in found) else []


def _only_cleans(found: list[RunCommand]) -> bool:
    """Whether the RUN only deletes package lists and caches, including those that it downloaded itself."""
    verbs = [piece.call.verb if piece.call is not None else "clean" for piece in found]
    fetches = "update-index" in verbs and (found[-1].call is not None or not deletes_caches(found[-1]))
    return not fetches and all(verb in ("clean", "update-index") for verb in verbs)


def _stays_clean(build: Build, run: Run, found: list[RunCommand]) -> bool:
    """Whether the RUN surely leaves neither package lists nor downloads."""
    if not any(call.manager.family == "apt" for call in build.package_calls(run)):
        return "apt" not in run.logical.text
    return bool(found) and found[-1].call is None and deletes_caches(found[-1])


def _merged_install(found: list[RunCommand]) -> str:
    """The RUN with a single install; empty where it has only one, or the installs cannot be merged."""
    updates: list[str] = []
    upgrades: list[str] = []
    words: list[str] = []
    packages: list[str] = []
    installs = cleans = 0
    for piece in found:
        call = piece.call
        if call is None or call.verb == "clean":
            cleans += call is None
            continue
        if call.verb == "update-index":
            updates.append(piece.text)
        elif call.verb in ("upgrade", "dist-upgrade") and not installs:
            upgrades.append(piece.text)
        elif call.verb == "install" and not call.uncertain and all(each.kind == "name" for each in call.packages):
            names = {id(package.word) for package in call.packages}
            head = [f"{name}={word.text}" for name, word in piece.command.assignments]
            head += [word.text for word in piece.command.words if id(word) not in names]
            if installs and head != words:
                return ""
            installs += 1
            words = head
            packages += [package.word.text for package in call.packages]
        else:
            return ""
    if len(set(updates)) != 1 or installs < 2 or not cleans:
        return ""
    listed = " \\\n        ".join(sorted(dict.fromkeys(packages)))
    commands = [updates[0], *upgrades, f"{' '.join(words)} \\\n        {listed}", "rm -rf /var/lib/apt/lists/*"]
    return "RUN " + " \\\n    && ".join(commands)


def _without(build: Build, run: Run) -> Edit:
    """The edit that removes a RUN with its line."""
    text = build.dockerfile.source.text
    end = text.find("\n", run.end)
    end = len(text) if end < 0 else end + 1
    start = text.rfind("\n", 0, run.start) + 1
    if text[:start].endswith("\n\n") and text[end : end + 1] in ("\n", ""):
        start -= 1
    return Edit(start, end, "")
