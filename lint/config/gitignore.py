"""Patterns in .gitignore syntax, also used by the configuration keys `exclude` and `per-file-ignores`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class GitignoreFile:
    """The patterns of one .gitignore file; they apply to everything under the directory `base`.

    A path is matched by itself, never through its parents: a walk does not enter an ignored directory.
    """

    __slots__ = ("_base", "_rules")

    def __init__(self, base: str, lines: Iterable[str]) -> None:
        self._base = base.rstrip("/") + "/"
        # The last matching pattern decides, so the list is reversed: (negated, directories only, matcher).
        self._rules = [rule for line in lines if (rule := _compiled(line)) is not None][::-1]

    def verdict(self, real: str, is_directory: bool) -> bool | None:
        """True if the path is ignored, False if a pattern includes it again, None if no pattern matches."""
        path = real.removeprefix(self._base).lstrip("/")
        for negated, directories_only, matches in self._rules:
            if (is_directory or not directories_only) and matches(path) is not None:
                return not negated
        return None


def _compiled(line: str) -> tuple[bool, bool, Callable[[str], object]] | None:
    """The matcher of one line; None for a comment and for an invalid pattern, which git ignores too."""
    if not line.endswith("\\ "):
        line = line.rstrip()
    if not line or line.startswith("#"):
        return None
    import re
    import warnings

    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # re warns about `[[a]`, which is a valid pattern
            # Without the slash: pathspec lets "name/" match only what is inside the directory.
            expression, _ = GitIgnoreSpecPattern.pattern_to_regex(line.removesuffix("/"))
            if expression is None:
                return None
            regex = re.compile(expression)
    except (ValueError, re.error):
        return None
    # An expression without a group is not anchored at its end, such as that of `a/**`.
    return line.startswith("!"), line.endswith("/"), regex.fullmatch if regex.groups else regex.search
