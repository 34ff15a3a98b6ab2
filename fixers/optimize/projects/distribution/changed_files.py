"""Which files commands such as `cp` and `mkdir` write."""

from __future__ import annotations

import posixpath
import re

from ...base.stage_facts import is_within
from .build_programs import PROGRAMS
from .written_paths import LOCAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .placed_words import PlacedWords
    from .written_paths import WrittenPaths


def change_files(paths: WrittenPaths, place: PlacedWords, name: str) -> None:
    """Record the files that `cp`, `mkdir` and others write or delete. Raises RewriteRejected for an unknown path."""
    valued = () if name in ("sed", "rm", "mkdir") else ("-m", "-o", "-g", "-S")
    operands = [word.value for word in place.command.operands(valued)]
    if name in ("rm", "rmdir"):
        paths.remove(place, operands)
    elif name in ("chgrp", "chmod", "chown"):
        for word in operands[1:]:
            paths.write(place, place.path(posixpath.dirname(word.partition("*")[0]) or "." if "*" in word else word))
    elif name == "sed" and place.command.has("-i", "--in-place"):
        paths.write(place, place.path(operands[-1]))
    elif name in ("mkdir", "touch", "truncate") or (name == "install" and place.command.has("-d")):
        for word in _expanded(operands):
            paths.write(place, place.path(word))
    elif name != "sed" and operands:
        if name == "ln":
            paths.link(place.path(word) for word in operands[:-1])
        _copy(paths, place, operands)


def _copy(paths: WrittenPaths, place: PlacedWords, operands: Sequence[str]) -> None:
    into = place.option("-t", "--target-directory")
    target = place.path(into or operands[-1])
    sources = operands if into else operands[:-1]
    directory = into or operands[-1].endswith("/") or len(sources) > 1 or target in (*paths.files, *PROGRAMS)
    if not directory or is_within(target, LOCAL) or paths.tree_of(target):
        paths.write(place, target)
        return
    for word in sources:
        paths.write(place, posixpath.join(target, posixpath.basename(place.path(word))))


def _expanded(words: Iterable[str]) -> list[str]:
    """The words with `{a,b}` expanded once."""
    found: list[str] = []
    for word in words:
        match = re.search(r"\{([^{}]*,[^{}]*)\}", word)
        parts = match[1].split(",") if match else []
        found += [word[: match.start()] + part + word[match.end() :] for part in parts] if match else [word]
    return found
