"""Which variable names suggest a secret, and which values are not secrets."""

from __future__ import annotations

from ...syntax.tree import Arg

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build
    from ...syntax.tree import Argument, Env

_DENIED = frozenset(
    ("apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token")
)
_ALLOWED = frozenset(("public", "file", "version"))

_SECRETS = (
    "password", "passwords", "passwd", "pword", "passphrase", "token", "tokens", "secret", "secrets", "apikey",
    "apikeys", "credentials",
)  # fmt: skip
_KINDS_OF_KEY = frozenset(
    ("api", "access", "private", "priv", "prv", "secret", "ssh", "encryption", "signing", "master", "deploy", "license",
     "auth", "session", "consumer", "account", "storage", "service", "client", "app")
)  # fmt: skip
# A later part of the name that makes it a setting about a secret, not the secret itself.
_ABOUT = frozenset(
    ("name", "names", "url", "uri", "file", "files", "path", "dir", "folder", "location", "store", "size", "length",
     "len", "min", "max", "expiry", "expire", "expires", "expiration", "ttl", "lifetime", "timeout", "age", "endpoint",
     "host", "port", "type", "types", "method", "mode", "version", "policy", "prefix", "suffix", "header", "field",
     "enabled", "enable", "disabled", "required", "issuer", "audience", "algorithm", "alg", "provider", "service",
     "id", "ids", "format", "auth", "authentication", "login", "command", "cmd", "args", "service", "server", "address",
     "cache", "refresh", "validation", "reset", "review", "regex", "env", "var", "config", "arn", "ref", "list",
     "count", "limit", "limits", "rotation", "backend", "manager", "namespace", "key", "storage", "driver", "salt",
     "delimiter", "prompt", "hint", "chars", "characters", "strength", "message", "label", "alias", "class",
     "scope", "scopes", "source", "symbol", "grant", "engine", "error", "title", "template", "placeholder",
     "pattern", "help", "complexity", "entropy", "encoding", "encoder", "budget", "window", "rate", "parser",
     "generator", "owner", "bucket", "contract", "decimals", "supply", "quota", "interval", "duration", "retries",
     "mount", "destination", "page", "charset", "separator", "claim",
     "claims", "fingerprint", "fingerprints", "checksum", "sha256", "sha512", "leeway", "realm", "strategy", "usage",
     "estimate", "counter", "rules")
)  # fmt: skip
# A part before `token` or `tokens` that makes it a piece of text or an amount of it, as in MAX_TOKENS and PAD_TOKEN.
_AMOUNTS = frozenset(
    ("max", "min", "num", "new", "total", "context", "input", "output", "prompt", "completion", "batch", "batched",
     "batches", "chunk", "stop", "special", "pad", "eos", "bos", "unk", "sep", "cls", "mask", "per")
)  # fmt: skip
_FINGERPRINT_DIGITS = 40
"""The length of a fingerprint of an OpenPGP key (RFC 4880, 12.2)."""
_NO_VALUE = frozenset(
    ("", "true", "false", "yes", "no", "on", "off", "0", "1", "none", "null", "nil", "undefined", "-")
)
_PUBLIC = ("sha256:", "ssh-", "ecdsa-sha2-", "-----begin public", "-----begin pgp public")
"""How fingerprints of SSH keys and public keys begin, in lower case. Source: ssh-keygen(1), RFC 7468."""
_PATHS = ("/", "~", "./", "../", "file:")


class DeclaredVariable:
    """A variable that ARG or ENV declares.

    `argument`: the name in the source, `name`: the expanded name, `text`: the value as written, `value`: the expanded
    value, None if unknown, `is_arg`: whether ARG declares it.
    """

    __slots__ = ("argument", "is_arg", "name", "text", "value")

    def __init__(self, argument: Argument, name: str, text: str, value: str | None, is_arg: bool) -> None:
        self.argument = argument
        self.name = name
        self.text = text
        self.value = value
        self.is_arg = is_arg

    @property
    def matches_buildkit_pattern(self) -> bool:
        """Whether BuildKit reports the name as that of a secret, regardless of the value.

        Source: BuildKit frontend/dockerfile/dockerfile2llb/validations.go (getSecretsRegex).
        """
        parts = self.name.lower().split("_")
        return not _DENIED.isdisjoint(parts) and _ALLOWED.isdisjoint(parts)

    @property
    def is_secret(self) -> bool:
        """Whether the name suggests a secret and the value is one, or is given by a build argument."""
        parts = _name_parts(self.name)
        if not _suggests_secret(parts):
            return False
        if self.is_arg and self.text in ("", '""', "''"):
            return True
        value = self.text if self.value is None else self.value
        if parts[-1] == "tokens" and value.strip("\"' ").isdigit():
            return False
        return not (_harmless(value) or ("key" in parts and _is_fingerprint(value, "gpg" in parts or "pgp" in parts)))


def declared_variables(instruction: Arg | Env, build: Build) -> Iterator[DeclaredVariable]:
    """The variables of an ARG or ENV in a stage. An ARG before the first FROM is not stored in the image."""
    if build.stage_of(instruction.parent or instruction) is None:
        return
    state = build.state(instruction)
    is_arg = isinstance(instruction, Arg)
    for pair in instruction.pairs:
        name = pair.key.text if is_arg else state.text(pair.key.text)
        text = pair.value.text if pair.value else ""
        yield DeclaredVariable(pair.key, name, text, state.value(text), is_arg)


def _name_parts(name: str) -> list[str]:
    """The parts of a name, in lower case: SSH_PRIVATE_KEY, clientSecret, api-key."""
    parts: list[str] = []
    part = ""
    for before, char in zip(" " + name, name, strict=False):
        if not char.isalnum() or (char.isupper() and before.islower()):
            parts.append(part)
            part = ""
        if char.isalnum():
            part += char.lower()
    parts.append(part)
    return [part for part in parts if part]


def _suggests_secret(parts: Sequence[str]) -> bool:
    """Whether the parts of a name name a secret, rather than a setting about one."""
    if not {"public", "pub", "file", "version"}.isdisjoint(parts):
        return False
    about: set[str] = set()  # later parts that are in _ABOUT
    for index in range(len(parts) - 1, -1, -1):
        part, before = parts[index], parts[index - 1] if index else ""
        if part.endswith(_SECRETS):
            # SECRET_KEY is a secret; TOKEN_KEY may not be one.
            found = about <= ({"key"} if part == "secret" else set())
            if found and part in ("token", "tokens") and before in _AMOUNTS:
                return False
        else:
            # The ID of an access key is not secret by itself, but usually given with the key.
            found = part == "key" and before in _KINDS_OF_KEY and about <= ({"id"} if before == "access" else set())
        if found:
            return True
        if part in _ABOUT:
            about.add(part)
    return False


def _harmless(value: str) -> bool:
    """Whether the value does not look like a secret: empty, a switch, a path, a URL without a user, a placeholder."""
    text = value.strip("\"' ")
    lower = text.lower()
    if lower in _NO_VALUE or lower.startswith((*_PATHS, *_PUBLIC)) or ":\\" in text:
        return True
    if lower.startswith(("http://", "https://")) and "@" not in text:
        return True
    placeholder = text[:1] in "<[{*%" and text[-1:] in ">]}*%"
    return placeholder or "your" in lower or lower.strip("x.*-") == ""


def _is_fingerprint(value: str, is_openpgp: bool) -> bool:
    """Whether it is the fingerprint of a public key: 40 hexadecimal digits in capitals, perhaps in groups.

    With `is_openpgp`, also in lower case, and the 8 or 16 digits of the ID of a key.
    """
    digits = value.strip("\"'").replace(" ", "").removeprefix("0x")
    if is_openpgp:
        return len(digits) in (8, 16, _FINGERPRINT_DIGITS) and set(digits.upper()) <= set("0123456789ABCDEF")
    return len(digits) == _FINGERPRINT_DIGITS and set(digits) <= set("0123456789ABCDEF")
