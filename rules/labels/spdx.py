"""SPDX license expressions: their grammar, and names that are often mistaken for license identifiers.

Source: spdx.github.io/spdx-spec, annex D (license expressions). The list of licenses has more than 600 names and grows,
so unknown names are accepted.
"""

from __future__ import annotations

_NOT_LICENSES = frozenset(
    ("apache", "apache2", "apache-2", "apache2.0", "apachev2", "apache-v2", "asl-2.0", "asl2.0",
     "agpl", "agplv3", "agpl3", "agpl-3", "bsd", "bsd2", "bsd3", "bsd-2", "bsd-3", "bsd2clause", "bsd3clause",
     "commercial", "copyright", "eula", "gpl", "gpl2", "gpl3", "gpl-2", "gpl-3", "gplv2", "gplv3", "gplv2+", "gplv3+",
     "lgpl", "lgpl2", "lgpl3", "lgpl-2", "lgpl-3", "lgplv2", "lgplv3", "mpl", "mpl2", "mpl-2", "mplv2", "mpl2.0",
     "none", "noassertion", "private", "proprietary", "public-domain", "unlicensed", "cc0", "cc-by", "closed")
)  # fmt: skip
"""Common mistakes that are not identifiers, in lower case: identifiers are case-insensitive."""

_OPERATORS = ("and", "or", "with")


def is_spdx(text: str) -> bool:
    """Whether the text is a license expression by its syntax and contains no name known to be wrong."""
    tokens = text.replace("(", " ( ").replace(")", " ) ").split()
    return bool(tokens) and _expression(tokens, 0) == len(tokens)


def _expression(tokens: list[str], at: int) -> int:
    """The end of the expression that starts at token `at`; -1 if there is none."""
    while True:
        at = _term(tokens, at)
        if at < 0 or at == len(tokens) or tokens[at].lower() not in ("and", "or"):
            return at
        at += 1


def _term(tokens: list[str], at: int) -> int:
    """The end of the license or parenthesized expression that starts at token `at`; -1 if there is none."""
    if at >= len(tokens):
        return -1
    if tokens[at] == "(":
        end = _expression(tokens, at + 1)
        return end + 1 if 0 <= end < len(tokens) and tokens[end] == ")" else -1
    if not _is_license(tokens[at]):
        return -1
    if at + 1 < len(tokens) and tokens[at + 1].lower() == "with":
        return at + 3 if at + 2 < len(tokens) and _is_name(tokens[at + 2]) else -1
    return at + 1


def _is_license(token: str) -> bool:
    name = token[:-1] if token.endswith("+") else token
    if name.startswith("DocumentRef-"):
        document, _, name = name.partition(":")
        return _is_name(document) and name.startswith("LicenseRef-") and _is_name(name)
    return _is_name(name) and token.lower() not in _NOT_LICENSES and name.lower() not in _NOT_LICENSES


def _is_name(token: str) -> bool:
    """Whether the token is an idstring: letters, digits, dashes and dots, not an operator."""
    plain = token.replace("-", "").replace(".", "")
    return plain.isascii() and plain.isalnum() and token.lower() not in _OPERATORS
