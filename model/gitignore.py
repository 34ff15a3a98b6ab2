"""Patterns in .gitignore syntax, also used by the configuration keys `exclude` and `per-file-ignores`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator


def listed_patterns(content: bytes | None) -> list[str]:
    """The patterns of a .gitignore without comments and exceptions, and without white space around them.

    `content`: that of the file, None if it cannot be read.
    """
    lines = content.decode("utf-8", "replace").splitlines() if content is not None else []
    return [line.strip() for line in lines if line.strip() and not line.startswith(("#", "!"))]


class GitignoreFile:
    """The patterns of one .gitignore file; they apply to everything under the directory `base`.

    A path is matched by itself, never through its parents: a walk does not enter an ignored directory.
    """

    __slots__ = ("_base", "_rules")

    def __init__(self, base: str, lines: Iterable[str]) -> None:
        self._base = base.rstrip("/") + "/"
        # The last matching pattern decides, so the list is reversed: (negated, directories only, pattern).
        self._rules = [rule for line in lines if (rule := _compiled(line)) is not None][::-1]

    def verdict(self, real: str, is_directory: bool) -> bool | None:
        """True if the path is ignored, False if a pattern includes it again, None if no pattern matches."""
        path = real.removeprefix(self._base).lstrip("/")
        for negated, directories_only, pattern in self._rules:
            if (is_directory or not directories_only) and pattern.match(path) is not None:
                return not negated
        return None


def _compiled(line: str) -> tuple[bool, bool, re.Pattern[str]] | None:
    """The pattern of one line; None for a comment and for an invalid pattern, which git ignores too."""
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
            regex = re.compile(linear_regex(expression))
    except (ValueError, re.error):
        return None
    return line.startswith("!"), line.endswith("/"), regex


_ANY_DIRECTORIES = ("^(?:.+/)?", "(?:/.+)?/")
_STAR, _SOMETHING, _CHARACTER = "[^/]*", "[^/]+", "[^/]"
_END = "(?:(?P<ps_d>/)|$)"
_PIECE = (
    r"\^\(\?:\.\+/\)\?|\(\?:/\.\+\)\?/|\[\^/\][*+]?|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:\(\?P<ps_d>/\)\|\$\)|\^|\\.|(?s:.)"
)
"""What pathspec writes for `**`, `*`, `?` and brackets, the end of a pattern, and characters."""


def linear_regex(expression: str) -> str:
    """A regular expression for `match` of a whole path that finds what pathspec's `expression` does, in linear time.

    Each wildcard but the last of its segment, and each `**` but the last of the pattern, stops at the first place where
    what follows it matches: the next wildcard can skip anything that a later place would, so trying others is useless.
    A bracket never matches a slash, as in git. An expression of another form is only anchored.
    """
    import re

    anchored = rf"(?:{expression})\Z" if "(?P<" in expression else expression
    if expression == ".":  # `**`
        return expression
    groups: list[tuple[bool, list[str]]] = []
    end = ""
    for piece in re.findall(_PIECE, expression):
        if piece in _ANY_DIRECTORIES:
            groups.append((True, []))
        elif piece == "^":
            groups.append((False, []))
        elif piece == _END:
            end = r"\Z"
        elif not groups or end or (len(piece) == 1 and piece in ".+*?()|$[]{}"):
            return anchored
        elif piece == _SOMETHING:
            groups[-1][1].extend((_CHARACTER, _STAR))
        elif piece[0] == "[" and piece not in (_STAR, _CHARACTER):
            groups[-1][1].append(f"(?!/){piece}")
        else:
            groups[-1][1].append(piece)
    made: list[str] = []
    for number, (skips, pieces) in enumerate(groups, 1):
        text = ("/" if made else "") + ("(?:[^/]++/)*?" if skips else "") + "".join(_segments(pieces))
        made.append(f"(?>{text}(?=/))" if number < len(groups) else text + end)
    return "".join(made)


def _segments(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces with every star atomic but the last one of its segment."""
    pending: list[str] = []
    for piece in pieces:
        if piece in (_STAR, "/") and pending:
            text = "".join(pending)
            yield text if piece == "/" else f"(?>[^/]*?{text.removeprefix(_STAR)})"
            pending = []
        if piece == _STAR or pending:
            pending.append(piece)
        else:
            yield piece
    yield "".join(pending)
