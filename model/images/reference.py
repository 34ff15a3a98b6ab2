"""Parses image references.

The grammar is that of distribution/reference (normalize.go, regexp.go), which BuildKit uses.
"""

from __future__ import annotations

DIGITS = "0123456789"
_HEX = "0123456789abcdefABCDEF"
_LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
_ALNUM = _LOWER + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORD = _ALNUM + "_"

# The registries and the namespace that Docker's grammar knows.
_HUB = "docker.io"
_OLD_HUB = "index.docker.io"
_OFFICIAL = "library/"

_NAME_MAX = 255
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
# Consecutive separators that a path component may not contain; dashes and `__` are allowed.
_BAD_SEPARATORS = ("..", "._", "_.", ".-", "-.", "_-", "-_", "___")


class InvalidReferenceError(ValueError):
    """Not an image reference; `reason` says why, the message is BuildKit's for FROM."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"failed to parse stage name {_go_quoted(text)}: {reason}")
        self.text = text
        self.reason = reason


class ImageRef:
    """A parsed image reference.

    `text`: the reference as written
    `registry`, `repository`: normalised ("docker.io", "library/python")
    `name`: the short name of a Docker official image, otherwise ""
    `tag`, `digest`: as written, or None
    """

    __slots__ = ("digest", "name", "registry", "repository", "tag", "text")

    def __init__(self, text: str, registry: str, repository: str, tag: str | None, digest: str | None) -> None:
        self.text = text
        self.registry = registry
        self.repository = repository
        short = repository.removeprefix(_OFFICIAL)
        self.name = short if registry == _HUB and short != repository and "/" not in short else ""
        self.tag = tag
        self.digest = digest

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"ImageRef({self.text!r})"


def parse_reference(text: str) -> ImageRef:
    """Parse an image reference. Raises InvalidReferenceError if BuildKit rejects it in FROM, for the same reason."""
    if len(text) == 64 and not text.strip("abcdef" + DIGITS):
        reason = f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
        raise InvalidReferenceError(text, reason)
    domain, rest = _split_domain(text)
    remote = rest.partition(":")[0]
    if remote.lower() != remote:
        reason = f"invalid reference format: repository name ({remote}) must be lowercase"
        raise InvalidReferenceError(text, reason)
    parts = _match(domain, rest)
    if parts is None:
        lower = _match(domain.lower(), rest.lower())
        raise InvalidReferenceError(text, "repository name must be lowercase" if lower else "invalid reference format")
    registry, repository, tag, digest = parts
    if len(repository) > _NAME_MAX:
        raise InvalidReferenceError(text, f"repository name must not be more than {_NAME_MAX} characters")
    problem = _digest_problem(digest) if digest is not None else ""
    if problem:
        raise InvalidReferenceError(text, problem)
    return ImageRef(text, registry, repository, tag, digest)


def _split_domain(text: str) -> tuple[str, str]:
    """The registry and what follows it; Docker Hub if the first component cannot be a host."""
    first, slash, rest = text.partition("/")
    if not slash:
        return _HUB, _OFFICIAL + text
    if first == _OLD_HUB:
        first = _HUB
    elif not (first == "localhost" or "." in first or ":" in first or first.lower() != first):
        first, rest = _HUB, text
    if first == _HUB and "/" not in rest:
        rest = _OFFICIAL + rest
    return first, rest


def _match(domain: str, rest: str) -> tuple[str, str, str | None, str | None] | None:
    """Registry, repository, tag and digest; None if the reference is invalid."""
    body, at, digest = rest.partition("@")
    path, colon, tag = body.partition(":")
    if at and not _is_digest(digest):
        return None
    if colon and not _is_tag(tag):
        return None
    if not all(_is_component(part) for part in path.split("/")):
        return None
    if not _is_domain(domain):
        # A first component such as "a_b.c" looks like a host but is not valid as one, so it belongs to the path.
        if not _is_component(domain):
            return None
        domain, path = "", f"{domain}/{path}"
    return domain, path, tag if colon else None, digest if at else None


def _is_component(part: str) -> bool:
    if not part or part[0] in "._-" or part[-1] in "._-" or not consists_of(part, _LOWER + "._-"):
        return False
    return not any(bad in part for bad in _BAD_SEPARATORS)


def _is_domain(text: str) -> bool:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host = text
    elif not port or not consists_of(port, DIGITS):
        return False
    if host.startswith("["):
        return host.endswith("]") and len(host) > 2 and consists_of(host[1:-1], _HEX + ":")
    return all(
        part and consists_of(part, _ALNUM + "-") and part[0] != "-" and part[-1] != "-" for part in host.split(".")
    )


def _is_tag(text: str) -> bool:
    return 0 < len(text) <= 128 and text[0] in _WORD and consists_of(text, _WORD + ".-")


def _is_digest(text: str) -> bool:
    algorithm, _, encoded = text.partition(":")
    for separator in "-_+":
        algorithm = algorithm.replace(separator, ".")
    parts = algorithm.split(".")
    named = all(part and part[0] not in DIGITS and consists_of(part, _ALNUM) for part in parts)
    return named and len(encoded) >= 32 and consists_of(encoded, _HEX)


def _digest_problem(digest: str) -> str:
    """Why opencontainers/go-digest rejects a digest that the grammar allows; "" if it does not."""
    algorithm, _, encoded = digest.partition(":")
    length = _DIGEST_LENGTHS.get(algorithm)
    if length is None:
        lower = algorithm.lower() == algorithm
        return "unsupported digest algorithm" if lower else "invalid checksum digest format"
    if len(encoded) != length:
        return "invalid checksum digest length"
    return "" if encoded.lower() == encoded else "invalid checksum digest format"


def consists_of(text: str, chars: str) -> bool:
    """Whether the text contains only these characters."""
    return all(char in chars for char in text)


def _go_quoted(text: str) -> str:
    """`text` as Go's %q prints it."""
    escapes = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
    escapes |= {"\\": "\\\\", '"': '\\"'}
    return f'"{"".join(escapes.get(char) or _go_char(char) for char in text)}"'


def _go_char(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
