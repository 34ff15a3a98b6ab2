"""Patterns as .gitignore has them; the configuration's `exclude` uses the same."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class GitignoreFile:
    """The lines of one ignore file of git, which holds for all below `base`.

    A path is matched by itself, never through a folder above it: a folder that is ignored is not walked.
    """

    __slots__ = ("_base", "_rules")

    def __init__(self, base: str, lines: Iterable[str]) -> None:
        self._base = base.rstrip("/") + "/"
        # The last line that matches decides: (negated, for folders only, matcher).
        self._rules = [rule for line in lines if (rule := _compiled(line)) is not None][::-1]

    def verdict(self, real: str, folder: bool) -> bool | None:
        """Whether the path is ignored, or None when no line says anything of it."""
        path = real.removeprefix(self._base).lstrip("/")
        for negated, folders_only, matches in self._rules:
            if (folder or not folders_only) and matches(path) is not None:
                return not negated
        return None


def _compiled(line: str) -> tuple[bool, bool, Callable[[str], object]] | None:
    """One line of an ignore file of git; None for a comment, and for a bad pattern, which git passes over too."""
    if not line.endswith("\\ "):
        line = line.rstrip()
    if not line or line.startswith("#"):
        return None
    import re
    import warnings

    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # re warns of `[[a]`, which is right
            # Without its slash, as pathspec takes "folder/" for all that is in the folder.
            expression, _ = GitIgnoreSpecPattern.pattern_to_regex(line.removesuffix("/"))
            if expression is None:
                return None
            regex = re.compile(expression)
    except (ValueError, re.error):
        return None
    # An expression without a group is open at its end: that of `a/**` says "below a".
    return line.startswith("!"), line.endswith("/"), regex.fullmatch if regex.groups else regex.search
