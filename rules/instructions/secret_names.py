"""Names of variables that mean a secret, and values that are none."""

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
# What a word behind the secret makes of it: no secret itself, but something about it.
_ABOUT = frozenset(
    ("name", "names", "url", "uri", "file", "files", "path", "dir", "folder", "location", "store", "size", "length",
     "len", "min", "max", "expiry", "expire", "expires", "expiration", "ttl", "lifetime", "timeout", "age", "endpoint",
     "host", "port", "type", "types", "method", "mode", "version", "policy", "prefix", "suffix", "header", "field",
     "enabled", "enable", "disabled", "required", "issuer", "audience", "algorithm", "alg", "provider", "service",
     "id", "ids", "format", "auth", "authentication", "login", "command", "cmd", "args", "service", "server", "address",
     "cache", "refresh", "validation", "reset", "review", "regex", "env", "var", "config", "arn", "ref", "list",
     "count", "limit", "limits", "rotation", "backend", "manager", "namespace", "key", "storage", "driver", "salt",
     "delimiter")
)  # fmt: skip
_NOTHING = frozenset(("", "true", "false", "yes", "no", "on", "off", "0", "1", "none", "null", "nil", "undefined", "-"))
_PATHS = ("/", "~", "./", "../", "file:")


class DeclaredVariable:
    """A variable that ARG or ENV declares: the word of its name, the name, its value (None when nobody knows it)."""

    __slots__ = ("argument", "is_arg", "name", "text", "value")

    def __init__(self, argument: Argument, name: str, text: str, value: str | None, given: bool) -> None:
        self.argument = argument
        self.name = name
        self.text = text
        self.value = value
        self.is_arg = given

    @property
    def matches_buildkit_pattern(self) -> bool:
        """Whether BuildKit takes the name for that of a secret, whatever the value is.

        Source: BuildKit frontend/dockerfile/dockerfile2llb/validations.go (getSecretsRegex).
        """
        parts = self.name.lower().split("_")
        return not _DENIED.isdisjoint(parts) and _ALLOWED.isdisjoint(parts)

    @property
    def is_secret(self) -> bool:
        """Whether the name means a secret and the value is one, or is still to come."""
        if not _means_secret(_words(self.name)):
            return False
        if self.is_arg and self.text in ("", '""', "''"):
            return True
        return not _harmless(self.text if self.value is None else self.value)


def declared_variables(instruction: Arg | Env, build: Build) -> Iterator[DeclaredVariable]:
    """The variables of an ARG or ENV within a stage. ARG before the first FROM leaves no trace in an image."""
    if build.stage_of(instruction.parent or instruction) is None:
        return
    state = build.state(instruction)
    given = isinstance(instruction, Arg)
    for pair in instruction.pairs:
        name = pair.key.text if given else state.text(pair.key.text)
        text = pair.value.text if pair.value else ""
        yield DeclaredVariable(pair.key, name, text, state.value(text), given)


def _words(name: str) -> list[str]:
    """The words of a name, in lower case: SSH_PRIVATE_KEY, clientSecret, api-key."""
    words: list[str] = []
    word = ""
    for before, char in zip(" " + name, name, strict=False):
        if not char.isalnum() or (char.isupper() and before.islower()):
            words.append(word)
            word = ""
        if char.isalnum():
            word += char.lower()
    words.append(word)
    return [word for word in words if word]


def _means_secret(words: Sequence[str]) -> bool:
    if not {"public", "pub", "file", "version"}.isdisjoint(words):
        return False
    about: set[str] = set()  # of the words behind
    for index in range(len(words) - 1, -1, -1):
        word, before = words[index], words[index - 1] if index else ""
        if word.endswith(_SECRETS):
            # SECRET_KEY is a secret; what TOKEN_KEY is nobody knows.
            found = about <= ({"key"} if word == "secret" else set())
        else:
            # Without its partner an access key's id is worth nothing, but nobody gives it alone.
            found = word == "key" and before in _KINDS_OF_KEY and about <= ({"id"} if before == "access" else set())
        if found:
            return True
        if word in _ABOUT:
            about.add(word)
    return False


def _harmless(value: str) -> bool:
    """Whether the value is none by its look: nothing, a switch, a path, a URL without a user, a blank to fill in."""
    text = value.strip("\"' ")
    lower = text.lower()
    if lower in _NOTHING or lower.startswith(_PATHS) or ":\\" in text:
        return True
    if lower.startswith(("http://", "https://")) and "@" not in text:
        return True
    blank = text[:1] in "<[{*%" and text[-1:] in ">]}*%"
    return blank or "your" in lower or lower.strip("x.*-") == ""
