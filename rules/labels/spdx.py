"""SPDX license expressions: their grammar, and whether the licenses in them exist.

Source: spdx.github.io/spdx-spec, annex D (license expressions).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.packages.licenses import LicenseList

_OPERATORS = ("and", "or", "with")


def is_spdx(text: str, known: LicenseList) -> bool:
    """Whether the text is a license expression whose licenses and exceptions are known or are `LicenseRef-` names."""
    tokens = text.replace("(", " ( ").replace(")", " ) ").split()
    return bool(tokens) and _Expression(tokens, known).end(0) == len(tokens)


class _Expression:
    """The tokens of a license expression."""

    __slots__ = ("known", "tokens")

    def __init__(self, tokens: list[str], known: LicenseList) -> None:
        self.tokens = tokens
        self.known = known

    def end(self, at: int) -> int:
        """The end of the expression that starts at token `at`; -1 if there is none."""
        while True:
            at = self._term_end(at)
            if at < 0 or at == len(self.tokens) or self.tokens[at].lower() not in ("and", "or"):
                return at
            at += 1

    def _term_end(self, at: int) -> int:
        """The end of the license or parenthesized expression that starts at token `at`; -1 if there is none."""
        tokens = self.tokens
        if at >= len(tokens):
            return -1
        if tokens[at] == "(":
            end = self.end(at + 1)
            return end + 1 if 0 <= end < len(tokens) and tokens[end] == ")" else -1
        if not self._is_license(tokens[at]):
            return -1
        if at + 1 < len(tokens) and tokens[at + 1].lower() == "with":
            return at + 3 if at + 2 < len(tokens) and self._is_exception(tokens[at + 2]) else -1
        return at + 1

    def _is_license(self, token: str) -> bool:
        name = token.removesuffix("+").lower()
        if name in self.known.licenses:
            return True
        if token.startswith("DocumentRef-"):
            document, _, token = token.partition(":")
            return _is_name(document) and _is_reference(token, "LicenseRef-")
        return _is_reference(token, "LicenseRef-")

    def _is_exception(self, token: str) -> bool:
        return token.lower() in self.known.exceptions or _is_reference(token, "AdditionRef-")


def _is_reference(token: str, prefix: str) -> bool:
    """Whether the token is a name that the author has defined, such as `LicenseRef-Example`."""
    return token.startswith(prefix) and _is_name(token.removeprefix(prefix))


def _is_name(token: str) -> bool:
    """Whether the token is an idstring: letters, digits, dashes and dots, not an operator."""
    plain = token.replace("-", "").replace(".", "")
    return plain.isascii() and plain.isalnum() and token.lower() not in _OPERATORS
