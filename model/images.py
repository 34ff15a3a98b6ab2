"""References to images, and what is known of Docker's official ones: tags, slimmer variants, configuration.

The grammar of references is that of distribution/reference (normalize.go, regexp.go), which BuildKit uses. The facts
on official images come from data/official-images.txt, which tools/make_catalog.py writes; it is read on the first
question, and only the lines of the image in question are taken apart.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_DIGITS = "0123456789"
_HEX = "0123456789abcdefABCDEF"
_LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
_ALNUM = _LOWER + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORD = _ALNUM + "_"

# The hosts and the namespace that are part of Docker's own grammar.
_HUB = "docker.io"
_OLD_HUB = "index.docker.io"
_OFFICIAL = "library/"

_NAME_MAX = 255
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
# Two separators in a row that a path component may not hold; a run of dashes and `__` are allowed.
_BAD_SEPARATORS = ("..", "._", "_.", ".-", "-.", "_-", "-_", "___")


class InvalidReferenceError(ValueError):
    """A text that is no image reference; `reason` says why, the message is the one that BuildKit gives for FROM."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"failed to parse stage name {_go_quoted(text)}: {reason}")
        self.text = text
        self.reason = reason


class ImageRef:
    """An image reference, taken apart.

    `text` is the reference as written, `registry` and `repository` are normalised ("docker.io", "library/python"),
    `name` is the short name of an image in Docker's official namespace or "", `tag` and `digest` are what is written
    or None.
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
    """Take the reference `text` apart.

    Raises InvalidReferenceError where BuildKit refuses it in FROM, for the same reason.
    """
    if len(text) == 64 and not text.strip("abcdef" + _DIGITS):
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
    fault = _digest_fault(digest) if digest is not None else ""
    if fault:
        raise InvalidReferenceError(text, fault)
    return ImageRef(text, registry, repository, tag, digest)


def _split_domain(text: str) -> tuple[str, str]:
    """The registry and what follows it; Docker Hub when the first component cannot be a host."""
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
    """Registry, repository, tag and digest; None when the grammar does not hold."""
    body, at, digest = rest.partition("@")
    path, colon, tag = body.partition(":")
    if at and not _is_digest(digest):
        return None
    if colon and not _is_tag(tag):
        return None
    if not all(_is_component(part) for part in path.split("/")):
        return None
    if not _is_domain(domain):
        # A first component such as "a_b.c" looks like a host, is none, and then belongs to the path.
        if not _is_component(domain):
            return None
        domain, path = "", f"{domain}/{path}"
    return domain, path, tag if colon else None, digest if at else None


def _is_component(part: str) -> bool:
    if not part or part[0] in "._-" or part[-1] in "._-" or not _only(part, _LOWER + "._-"):
        return False
    return not any(bad in part for bad in _BAD_SEPARATORS)


def _is_domain(text: str) -> bool:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host = text
    elif not port or not _only(port, _DIGITS):
        return False
    if host.startswith("["):
        return host.endswith("]") and len(host) > 2 and _only(host[1:-1], _HEX + ":")
    return all(part and _only(part, _ALNUM + "-") and part[0] != "-" and part[-1] != "-" for part in host.split("."))


def _is_tag(text: str) -> bool:
    return 0 < len(text) <= 128 and text[0] in _WORD and _only(text, _WORD + ".-")


def _is_digest(text: str) -> bool:
    algorithm, _, encoded = text.partition(":")
    for separator in "-_+":
        algorithm = algorithm.replace(separator, ".")
    parts = algorithm.split(".")
    named = all(part and part[0] not in _DIGITS and _only(part, _ALNUM) for part in parts)
    return named and len(encoded) >= 32 and _only(encoded, _HEX)


def _digest_fault(digest: str) -> str:
    """What opencontainers/go-digest objects to in a digest that the grammar allows; "" for nothing."""
    algorithm, _, encoded = digest.partition(":")
    length = _DIGEST_LENGTHS.get(algorithm)
    if length is None:
        lower = algorithm.lower() == algorithm
        return "unsupported digest algorithm" if lower else "invalid checksum digest format"
    if len(encoded) != length:
        return "invalid checksum digest length"
    return "" if encoded.lower() == encoded else "invalid checksum digest format"


def _only(text: str, chars: str) -> bool:
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


# ---- tags -----------------------------------------------------------------------------------------------------------

_VERSION, _SUITE, _VARIANT = "version", "suite", "variant"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _by_word(**keys: str) -> dict[str, str]:
    """The key of every word: `_by_word(debian="sid trixie")` is {"sid": "debian", "trixie": "debian"}."""
    return {word: key for key, words in keys.items() for word in words.split()}


_CODENAMES = _by_word(
    debian="wheezy jessie stretch buster bullseye bookworm trixie forky duke sid",
    ubuntu="precise trusty utopic vivid wily xenial yakkety zesty artful bionic cosmic disco eoan focal groovy hirsute "
    "impish jammy kinetic lunar mantic noble oracular plucky questing resolute stonking",
)
# What names a distribution, with or without a number behind it, and the family that it belongs to.
_DISTRIBUTIONS = _by_word(
    almalinux="almalinux",
    alpine="alpine",
    amazonlinux="amazonlinux al",
    centos="centos",
    debian="debian",
    fedora="fedora",
    oraclelinux="oraclelinux oracle",
    rhel="rhel ubi",
    rockylinux="rockylinux",
    ubuntu="ubuntu",
    windows="windowsservercore nanoserver",
)
_DEBIAN_RELEASES = _by_word(
    wheezy="7", jessie="8", stretch="9", buster="10", bullseye="11", bookworm="12", trixie="13", forky="14"
)
_UBUNTU_RELEASES = _by_word(
    precise="12.04",
    trusty="14.04",
    utopic="14.10",
    vivid="15.04",
    wily="15.10",
    xenial="16.04",
    yakkety="16.10",
    zesty="17.04",
    artful="17.10",
    bionic="18.04",
    cosmic="18.10",
    disco="19.04",
    eoan="19.10",
    focal="20.04",
    groovy="20.10",
    hirsute="21.04",
    impish="21.10",
    jammy="22.04",
    kinetic="22.10",
    lunar="23.04",
    mantic="23.10",
    noble="24.04",
    oracular="24.10",
    plucky="25.04",
    questing="25.10",
    resolute="26.04",
    stonking="26.10",
)
# Suites whose meaning moves; only Debian's own images have them.
_CHANNELS = _words("stable testing unstable oldstable oldoldstable experimental")
_NODE_LINES = _words("argon boron carbon dubnium erbium fermium gallium hydrogen iron jod krypton")
_VERSION_WORDS = _NODE_LINES | _words(
    "latest lts current stable mainline unstable edge devel dev nightly beta innovation rolling tip testing rc"
)
_PRERELEASES = _words("rc RC beta alpha ea dev preview pre b M")


class Tag:
    """The tag of an official image, taken apart: "3.12.4-slim-bookworm" is "3.12.4", "bookworm" and {"slim"}.

    `version` is "" for `latest` and where none is named; `suite` is the distribution's release ("bookworm", "noble",
    "alpine3.20", "windowsservercore-ltsc2022"), or only its name, or ""; `variant` is all else.
    """

    __slots__ = ("suite", "variant", "version")

    def __init__(self, version: str, suite: str, variant: frozenset[str]) -> None:
        self.version = version
        self.suite = suite
        self.variant = variant

    def __repr__(self) -> str:
        return f"Tag({self.version!r}, {self.suite!r}, {sorted(self.variant)!r})"


class _Piece:
    """One part of a tag: its kind, its text as written, and the suite by its usual name."""

    __slots__ = ("kind", "plain", "text")

    def __init__(self, kind: str, text: str, plain: str = "") -> None:
        self.kind = kind
        self.text = text
        self.plain = plain or text


def split_tag(name: str, tag: str) -> Tag:
    """Take apart the tag of the official image `name`."""
    pieces = _pieces(name, tag)
    versions = [piece.text for piece in pieces if piece.kind == _VERSION and piece.text != "latest"]
    suites = [piece.plain for piece in pieces if piece.kind == _SUITE]
    variants = frozenset(piece.text for piece in pieces if piece.kind == _VARIANT)
    return Tag("-".join(versions), suites[0] if suites else "", variants)


def _pieces(name: str, tag: str) -> list[_Piece]:
    tokens = tag.split("-")
    pieces: list[_Piece] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        pair = _pair(token, tokens[at + 1]) if at + 1 < len(tokens) else None
        if pair is not None:
            pieces.append(pair)
            at += 2
            continue
        if _family_of(token) or (token in _CHANNELS and name in ("debian", "buildpack-deps")):
            pieces.append(_Piece(_SUITE, token))
        elif _is_version(token, pieces):
            pieces.append(_Piece(_VERSION, token))
        else:
            pieces.append(_Piece(_VARIANT, token))
        at += 1
    return pieces


def _pair(token: str, after: str) -> _Piece | None:
    """The piece that two tokens make together: "alpine-3.24", "ubuntu-noble", "windowsservercore-1809", "otp-27"."""
    both = f"{token}-{after}"
    numeric = after[:1] in _DIGITS if after else False
    if token == "alpine" and numeric and "." in after:
        return _Piece(_SUITE, both, token + after)
    if token in ("windowsservercore", "nanoserver") and (numeric or after.startswith("ltsc")):
        return _Piece(_SUITE, both)
    if token in ("ubuntu", "debian"):
        plain = _UBUNTU_RELEASES.get(after, after)
        return _Piece(_SUITE, both, plain) if _CODENAMES.get(plain) == token else None
    if (token == "rhel" and after.startswith("ubi")) or (token.startswith("ubi") and after == "minimal"):
        return _Piece(_SUITE, both)
    if token == "otp" and numeric:
        return _Piece(_VARIANT, both)
    return None


def _is_version(token: str, before: Sequence[_Piece]) -> bool:
    if token.removeprefix("v")[:1] in _DIGITS and token != "v":
        dated = len(token) >= 8 and _only(token[:8], _DIGITS)  # a snapshot: "bookworm-20260803"
        return dated or not before or before[-1].kind == _VERSION
    if not before:
        return token in _VERSION_WORDS
    follows = token in _NODE_LINES or token.rstrip(_DIGITS + ".") in _PRERELEASES
    return follows and before[-1].kind == _VERSION


def _family_of(suite: str) -> str:
    """The family of distributions that `suite` belongs to; "" when it is no suite."""
    return _CODENAMES.get(suite) or _DISTRIBUTIONS.get(suite.partition("-")[0].rstrip(_DIGITS + "."), "")


def _is_vague(suite: str) -> bool:
    """Whether `suite` names no release: "alpine", "stable"."""
    return suite in _DISTRIBUTIONS or suite in _CHANNELS


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version: "8u302" is (8, 302), "17.0.9_9" is (17, 0, 9, 9); () when it holds anything else."""
    parts = version.replace("u", ".").replace("_", ".").split(".")
    return tuple(int(part) for part in parts) if all(part and _only(part, _DIGITS) for part in parts) else ()


# ---- the catalog ----------------------------------------------------------------------------------------------------

_DATA = __file__.rpartition("images")[0] + "data/official-images.txt"


class _Group:
    """The tags that name one image."""

    __slots__ = ("tags", "windows")

    def __init__(self, tags: list[str], windows: bool) -> None:
        self.tags = tags
        self.windows = windows


class _Catalog:
    """The text of the data file, and the lines of it that were taken apart so far."""

    __slots__ = ("configurations", "groups", "text")

    def __init__(self) -> None:
        self.text = ""
        self.groups: dict[str, dict[str, _Group]] = {}
        self.configurations: dict[str, dict[str, list[str]]] = {}

    def read(self) -> str:
        """The text of the data file."""
        if not self.text:
            with open(_DATA, encoding="utf-8", newline="") as file:
                self.text = file.read()
        return self.text

    def after(self, start: str) -> str:
        """What follows `start` on the line that begins with it; "" when there is none."""
        text = self.read()
        at = text.find("\n" + start)
        return text[at + 1 + len(start) : text.find("\n", at + 1)] if at >= 0 else ""

    def tags(self, name: str) -> dict[str, _Group]:
        """The group of every tag of the image `name`; a tag that Linux and Windows share leads to the one of Linux."""
        known = self.groups.get(name)
        if known is None:
            known = self.groups[name] = {}
            for group in _unfold(self.after(name + "\t")):
                for tag in group.tags:
                    if tag not in known or known[tag].windows:
                        known[tag] = group
        return known

    def configured(self, name: str) -> dict[str, list[str]]:
        """The columns of every recorded tag of the image `name`; "" has what they have in common."""
        known = self.configurations.get(name)
        if known is None:
            known = self.configurations[name] = {}
            text = self.read()
            at = text.find(f"\n{name}:")
            while at >= 0 and text.startswith(name + ":", at + 1):
                end = text.find("\n", at + 1)
                tag, *columns = text[at + len(name) + 2 : end].split("\t")
                known[tag] = columns
                at = end
        return known

    def configuration(self, name: str, tag: str) -> list[str] | None:
        """The columns recorded for `tag`, or for another name of the same image."""
        known = self.configured(name)
        columns = known.get(tag)
        if columns is None and known:
            group = self.tags(name).get(tag)
            for other in group.tags if group is not None and not group.windows else ():
                columns = columns or known.get(other)
        return columns


_catalog = _Catalog()


def _unfold(line: str) -> Iterable[_Group]:
    """The groups of an image's line; tools/make_catalog.py explains the format."""
    heads = [""]
    for written in line.split(";") if line else ():
        windows = written.startswith("!")
        tags: list[str] = []
        for product in (written[1:] if windows else written).split("+"):
            head, _, tail = product.partition("/")
            if head != "=":
                heads = head.split(",")
            tails = tail.split(",")
            tags += [head + tail if head else tail[1:] for head in heads for tail in tails]
        yield _Group(tags, windows)


def catalog_source() -> str:
    """Where the catalog comes from and of which day it is."""
    return _catalog.after("# source: ")


def is_official(name: str) -> bool:
    """Whether `name` is one of Docker's official images of today; those that were given up ("centos") are not."""
    return bool(name) and ":" not in name and f"\n{name}\t" in _catalog.read()


def known_tag(ref: ImageRef) -> bool | None:
    """True when the catalog has the tag that `ref` names; None when it cannot be told: older, newer or unknown."""
    tag = _tag_of(ref)
    return True if ref.name and tag and tag in _catalog.tags(ref.name) else None


def _tag_of(ref: ImageRef) -> str:
    """The tag that `ref` names; "" when a digest alone says which image it is."""
    return ref.tag or ("" if ref.digest else "latest")


def _suite_of(name: str, tags: Iterable[str]) -> str | None:
    """The one suite that the names of an image agree on, "" when none of them names one, None when they disagree."""
    suites = {split_tag(name, tag).suite for tag in tags} - {""}
    exact = {suite for suite in suites if not _is_vague(suite)} or suites
    return None if len(exact) > 1 else exact.pop() if exact else ""


# ---- slimmer variants -----------------------------------------------------------------------------------------------

# Version floors, in ascending order: (3, 6, 4) speaks of the 3.6 line only, (4,) of all from 4 on.
if TYPE_CHECKING:
    _Floors = tuple[tuple[int, ...], ...]


class Slim:
    """The slimmer variant of an image: its tag, the whole reference, what it saves, and what kind it is.

    `kind` is "slim" for the same tools on fewer packages and "runtime" when the compiler is gone. `saved_bytes` is
    the difference of the compressed sizes, None when one of them is not recorded.
    """

    __slots__ = ("kind", "saved_bytes", "tag", "text")

    def __init__(self, tag: str, text: str, saved_bytes: int | None, kind: str) -> None:
        self.tag = tag
        self.text = text
        self.saved_bytes = saved_bytes
        self.kind = kind

    def __repr__(self) -> str:
        return f"Slim({self.text!r}, {self.saved_bytes!r}, {self.kind!r})"


class _Rule:
    """How an image names its slimmer variants, and since when it has them.

    `token` is put after the version, before the suite or at the end of the tag (`place`), or it takes the place of the
    last of `replaces`; the first of `tokens` that the catalog has is taken. The rest is for tags that the catalog does
    not have: `since` are the floors for tags without a suite, `until` the first version for which these floors say
    nothing, `parts` how many numbers a version has at least, `allowed` the suites and variants that pair with a
    slimmer one, with floors of their own or () for `since`, `words` versions that are no number. No `since`: only the
    catalog knows. `unnamed`: no tag names a suite, and the full image and the slim one always share it.
    """

    __slots__ = ("allowed", "kind", "parts", "place", "replaces", "since", "tokens", "unnamed", "until", "words")

    def __init__(
        self,
        place: str,
        since: _Floors = (),
        allowed: Mapping[str, _Floors] | None = None,
        *,
        until: tuple[int, ...] = (),
        parts: int = 1,
        words: Collection[str] = (),
        tokens: tuple[str, ...] = ("slim",),
        replaces: tuple[str, ...] = (),
        kind: str = "slim",
        unnamed: bool = False,
    ) -> None:
        self.place = place
        self.since = since
        self.allowed = allowed or {}
        self.until = until
        self.parts = parts
        self.words = words
        self.tokens = tokens
        self.replaces = replaces
        self.kind = kind
        self.unnamed = unnamed


def _pairs(suites: str, floors: _Floors = ()) -> dict[str, _Floors]:
    return dict.fromkeys(suites.split(), floors)


_DEBIANS = _pairs("buster bullseye bookworm trixie forky")

# Floors are no first appearance: they are the earliest that was found in the tag lists of docker-library/docs,
# docker-library/repo-info and official-images, or in public Dockerfiles. What is not certain is left out. Debian's own
# wheezy-slim and python's 3.3-slim existed for a while; both are long past their end.
_RULES = {
    "clojure": _Rule("end"),
    "debian": _Rule(
        "end",
        ((8, 10), (9, 4), (10,)),
        # Snapshots got a slim name of their own in March 2018.
        _pairs("jessie stretch buster bullseye bookworm trixie forky sid " + " ".join(_CHANNELS), ((20180312,),)),
    ),
    "elixir": _Rule("end", ((1, 5),), {"otp": ((1, 13),)}, parts=2, unnamed=True),
    "erlang": _Rule("end", ((20,),), unnamed=True),
    # From 9.10 on it goes by version whether a slim name without suite exists, and of which suite it is.
    "haskell": _Rule(
        "suite",
        ((8, 10, 7), (9, 0, 2), (9, 2, 4), (9, 4, 2), (9, 6, 0), (9, 8, 0)),
        _pairs("buster bullseye bookworm"),
        until=(9, 9),
    ),
    "node": _Rule(
        "end",
        ((0, 10, 40), (0, 12, 7), (4,)),
        # 8.11-stretch had no slim; docker-node added it in 2019.
        {**_DEBIANS, "stretch": ((8, 16), (10, 16), (11, 15), (12,))},
        words=_NODE_LINES | {"lts", "current"},
    ),
    # From 12 on the image without a suite is Oracle Linux and the slim one Debian: no pair.
    "openjdk": _Rule("suite", ((8, 262), (11, 0, 8)), {**_DEBIANS, **_pairs("jdk jre")}, until=(12,)),
    "perl": _Rule(
        "version",
        ((5, 24, 4), (5, 26, 2), (5, 28)),
        {**_pairs("buster bullseye bookworm trixie", ((5, 32),)), "threaded": ()},
    ),
    "pypy": _Rule("suite", ((2, 7), (3, 6)), _DEBIANS),
    "python": _Rule(
        "version",
        ((2, 7, 8), (3, 4, 2)),
        {**_DEBIANS, "stretch": ((2, 7, 15), (3, 4, 9), (3, 5, 6), (3, 6, 4), (3, 7))},
    ),
    "ruby": _Rule("version", ((2, 1, 6), (2, 2)), {**_DEBIANS, "stretch": ((2, 5),)}),
    "rust": _Rule("version", ((1, 26),), {**_DEBIANS, "stretch": ()}),
    # 5.1.5-bionic has no slim (it was misspelt); the slim images hold no compiler.
    "swift": _Rule(
        "end",
        ((5, 2),),
        _pairs("xenial bionic focal jammy noble amazonlinux2 centos7 centos8 rhel-ubi9"),
        parts=2,
        kind="runtime",
    ),
    # headless also lacks the desktop libraries, so headful is the one that lacks only the compiler.
    "amazoncorretto": _Rule("end", tokens=("jre", "headful"), replaces=("jdk", "full"), kind="runtime"),
    # 16 came without a JRE, 17 got one with 17.0.1.
    "eclipse-temurin": _Rule(
        "version",
        ((8, 302), (11, 0, 12), (17, 0, 1), (18,)),
        _pairs("alpine centos7 focal jammy noble resolute ubi9-minimal ubi10-minimal jdk"),
        tokens=("jre",),
        replaces=("jdk",),
        kind="runtime",
    ),
    "ibm-semeru-runtimes": _Rule("version", tokens=("jre",), replaces=("jdk",), kind="runtime"),
    "sapmachine": _Rule("version", tokens=("jre",), replaces=("jdk",), kind="runtime"),
}


def slimmer(ref: ImageRef) -> Slim | None:
    """The slimmer variant of `ref`: the same version, the same suite, the same libc.

    None when there is none, when `ref` is slim already, and when it is not certain: for digests, for Windows, for
    images that are not official and for tags that neither the catalog nor the image's naming explains.
    """
    rule = _RULES.get(ref.name)
    if rule is None or ref.digest is not None:
        return None
    tag = _tag_of(ref)
    pieces = _pieces(ref.name, tag)
    group = _catalog.tags(ref.name).get(tag)
    if group is not None:
        slim = _slim_in_catalog(ref.name, rule, pieces, group)
    else:
        slim = _with_token(rule, pieces, rule.tokens[0]) if _had_slim(rule, pieces) else None
    if slim is None:
        return None
    base = ref.text.removesuffix(f":{ref.tag}") if ref.tag is not None else ref.text
    return Slim(slim, f"{base}:{slim}", _saved(ref.name, tag, slim), rule.kind)


def _slim_in_catalog(name: str, rule: _Rule, pieces: Sequence[_Piece], group: _Group) -> str | None:
    """The tag of the catalog that is the slimmer variant of `group`."""
    suite = _suite_of(name, group.tags)
    if suite is None or not (suite or rule.unnamed):
        return None
    candidates = [_with_token(rule, pieces, token) for token in rule.tokens]
    numbered = any(piece.kind == _VERSION and piece.text[0] in _DIGITS for piece in pieces)
    if numbered and not any(piece.kind == _SUITE for piece in pieces):
        # `9.14-slim` may be missing, or of another suite, where `9.14-slim-bookworm` is right.
        named = [*pieces, _Piece(_SUITE, suite)]
        candidates += [_with_token(rule, named, token) for token in rule.tokens]
    tags = _catalog.tags(name)
    for candidate in candidates:
        found = tags.get(candidate)
        if found is not None and not found.windows and _suite_of(name, found.tags) == suite:
            return candidate
    return None


def _with_token(rule: _Rule, pieces: Sequence[_Piece], token: str) -> str:
    """The tag of `pieces` with `token` where the image's naming puts it."""
    pieces = [piece for piece in pieces if piece.text != "latest"]
    texts = [piece.text for piece in pieces]
    for at in reversed(range(len(texts))):
        if texts[at] in rule.replaces:
            texts[at] = token
            return "-".join(texts)
    at = len(texts)
    if rule.place == "version":
        at = max((index + 1 for index, piece in enumerate(pieces) if piece.kind == _VERSION), default=0)
    elif rule.place == "suite":
        at = min((index for index, piece in enumerate(pieces) if piece.kind == _SUITE), default=at)
    return "-".join((*texts[:at], token, *texts[at:]))


def _had_slim(rule: _Rule, pieces: Sequence[_Piece]) -> bool:
    """Whether a tag that the catalog does not have follows the image's naming and had a slimmer variant."""
    versions = [piece.text for piece in pieces if piece.kind == _VERSION]
    others = [piece for piece in pieces if piece.kind != _VERSION]
    suites = [piece for piece in others if piece.kind == _SUITE]
    if not rule.since or len(suites) > 1 or not (versions or suites):
        return False
    if versions and versions[0] in rule.words:
        numbers: tuple[int, ...] = ()
    else:
        numbers = _numbers(versions[0]) if versions else ()
        if versions and len(numbers) < rule.parts:
            return False
    if not all(_only(extra.removeprefix("b"), _DIGITS + ".") for extra in versions[1:]):
        return False  # a pre-release
    if not suites and rule.until and numbers >= rule.until:
        return False
    floors = [rule.allowed.get(_allowed_key(piece)) for piece in others]
    return all(found is not None and _reached(numbers, found or rule.since) for found in floors) and (
        bool(suites) or _reached(numbers, rule.since)
    )


def _allowed_key(piece: _Piece) -> str:
    """What stands for `piece` in `allowed`: releases of Alpine and of OTP go by their family."""
    for family in ("alpine", "otp"):
        if piece.plain.startswith(family):
            return family
    return piece.plain


def _reached(version: tuple[int, ...], floors: _Floors) -> bool:
    """Whether `version` is at or above the floor of its line; "3" and "3.6" stand for the last of their line."""
    for floor in floors:
        if floor[: len(version)] == version:
            return True
        if floor[:-1] == version[: len(floor) - 1]:
            return version >= floor
    return version > floors[-1]


def _saved(name: str, tag: str, slim: str) -> int | None:
    full, small = _catalog.configuration(name, tag), _catalog.configuration(name, slim)
    return int(full[_BYTES]) - int(small[_BYTES]) if full is not None and small is not None else None


# ---- what an image brings along -------------------------------------------------------------------------------------

_DATE, _BYTES, _RECORDED_SUITE, _USER, _WORKDIR, _SHELL, _ENTRYPOINT, _CMD, _ENV = range(9)

# What Docker sets where an image sets none.
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DEFAULT_SHELL = ("/bin/sh", "-c")

# The family of every tag.
_ALWAYS = _by_word(
    almalinux="almalinux",
    alpine="alpine bash composer",
    amazonlinux="amazonlinux",
    archlinux="archlinux",
    busybox="busybox",
    centos="centos",
    clearlinux="clearlinux",
    debian="debian r-base",
    fedora="fedora",
    mageia="mageia",
    oraclelinux="oraclelinux",
    photon="photon",
    rockylinux="rockylinux",
    scratch="hello-world",
    ubuntu="ubuntu",
)
# The family of tags that name no suite: the other families always have their name in the tag.
_USUAL = _by_word(
    alpine="docker",
    amazonlinux="amazoncorretto",
    debian="buildpack-deps couchdb dart drupal elixir erlang gcc ghost golang haproxy haskell httpd iojs java julia "
    "memcached nginx node perl php postgres pypy python redis ruby rust wordpress",
    ubuntu="eclipse-temurin swift",
)
_GLIBC = _words(
    "almalinux amazonlinux archlinux centos clearlinux debian fedora mageia oraclelinux photon rhel rockylinux ubuntu"
)
# Images whose packages on Alpine are known to lack bash, or to have it.
_ALPINE_WITHOUT_BASH = _words("alpine golang httpd memcached nginx node php python redis ruby rust")
_ALPINE_WITH_BASH = _words("bash composer maven postgres rabbitmq")


class BaseFacts:
    """What is known of an official image, all of it None (or empty) where it is not known.

    `recorded` is the day of the page that user, workdir, shell, path, env, entrypoint, cmd and compressed_bytes come
    from; versions in `env` are those of that day. It is "" when there is none; then user, workdir, shell and path are
    what every recorded tag of the image has, and the others are not known.
    `user` and `workdir` are the effective ones, "root" and "/" where the image sets none. `suite` is "bookworm",
    "noble", "alpine3.24", …; `family` the distribution, "busybox", "windows" or "scratch"; `libc` "glibc" or "musl";
    `manager` "apt", "apk", "dnf" or "yum", None also for those that have another one, such as microdnf.
    """

    __slots__ = (
        "cmd",
        "compressed_bytes",
        "entrypoint",
        "env",
        "family",
        "has_bash",
        "libc",
        "manager",
        "path",
        "recorded",
        "shell",
        "suite",
        "user",
        "workdir",
    )

    def __init__(self, family: str | None, suite: str | None = None) -> None:
        self.family = family
        self.suite = suite
        self.libc: str | None = None
        self.manager: str | None = None
        self.has_bash: bool | None = None
        self.recorded = ""
        self.user: str | None = None
        self.workdir: str | None = None
        self.shell: tuple[str, ...] | None = None
        self.path: str | None = None
        self.env: dict[str, str] = {}
        self.entrypoint: tuple[str, ...] | None = None
        self.cmd: tuple[str, ...] | None = None
        self.compressed_bytes: int | None = None


def base_facts(ref: ImageRef) -> BaseFacts | None:
    """What is known of the image `ref`; None when nothing is.

    A digest beside a tag is taken for some image of that tag, of whatever day: its distribution is told, its release
    and its configuration are not, unless the tag itself says so.
    """
    if ref.text == "scratch":
        return _scratch()
    name, tag = ref.name, _tag_of(ref)
    group = _catalog.tags(name).get(tag) if name and tag and ref.digest is None else None
    columns = _catalog.configuration(name, tag) if name and tag and ref.digest is None else None
    names = group.tags if group is not None else [tag] if tag else []
    suite = _exact_suite(name, tag, names)
    if columns is not None and columns[_RECORDED_SUITE] != "-" and (not suite or _is_vague(suite)):
        suite = columns[_RECORDED_SUITE]
    family = _family(name, tag, suite)
    if family is None and columns is None:
        return None
    facts = BaseFacts(family, suite or None)
    facts.libc = _libc(family, tag)
    facts.manager = _manager(family, name, suite, names)
    facts.has_bash = _has_bash(family, name)
    if columns is not None:
        _fill_recorded(facts, columns)
    elif family != "windows":
        _fill_common(facts, _catalog.configured(name).get(""))
    return facts


def _exact_suite(name: str, tag: str, names: Sequence[str]) -> str:
    """The suite of the image with the tag `tag`, as exactly as `names`, its tags, have it; "" when they do not."""
    suite = split_tag(name, tag).suite if tag else ""
    if not suite or _is_vague(suite):
        suite = _suite_of(name, names) or suite
    return suite or _numbered_suite(name, names)


def _numbered_suite(name: str, names: Iterable[str]) -> str:
    """The suite of a distribution's own image whose tags name it by number: debian:12.5, ubuntu:22.04, alpine:3.20."""
    for tag in names:
        major, dot, rest = split_tag(name, tag).version.partition(".")
        release = f"{major}.{rest.partition('.')[0]}"
        if name == "alpine" and dot:
            return name + release
        table = _DEBIAN_RELEASES if name == "debian" else _UBUNTU_RELEASES if name == "ubuntu" else {}
        suite = table.get(major) or table.get(release)
        if suite:
            return suite
    return ""


def _scratch() -> BaseFacts:
    facts = BaseFacts("scratch")
    facts.has_bash = False
    facts.user, facts.workdir, facts.path = "root", "/", _DEFAULT_PATH
    facts.compressed_bytes = 0
    return facts


def _fill_recorded(facts: BaseFacts, columns: Sequence[str]) -> None:
    """Take over what is recorded of this very image."""
    _fill_common(facts, columns)
    facts.recorded = columns[_DATE]
    facts.compressed_bytes = int(columns[_BYTES])
    facts.entrypoint = _items(columns[_ENTRYPOINT])
    facts.cmd = _items(columns[_CMD])
    for pair in columns[_ENV:]:
        key, _, value = pair.partition("=")
        facts.env[key] = value.replace("\\t", "\t")


def _fill_common(facts: BaseFacts, columns: Sequence[str] | None) -> None:
    """Take over the columns that are the same for all recorded tags; `?` is not known, `-` is not set."""
    if columns is None:
        return
    facts.user = _known(columns[_USER], "root")
    facts.workdir = _known(columns[_WORKDIR], "/")
    facts.shell = None if columns[_SHELL] == "?" else _items(columns[_SHELL]) or _DEFAULT_SHELL
    path = next((pair[5:] for pair in columns[_ENV:] if pair.startswith("PATH=")), "-")
    facts.path = _known(path, _DEFAULT_PATH)


def _known(column: str, unset: str) -> str | None:
    return None if column == "?" else unset if column == "-" else column


def _items(column: str) -> tuple[str, ...] | None:
    return None if column in "-?" else tuple(column.replace("\\t", "\t").split("|"))


def _family(name: str, tag: str, suite: str) -> str | None:
    if suite and name != "busybox":
        family = _family_of(suite)
        if family:
            return family
    if name in _ALWAYS:
        return _ALWAYS[name]
    if name == "openjdk" and tag:
        major = _numbers(split_tag(name, tag).version.partition("-")[0])[:1]
        # The image's description: from openjdk:12 on the image without a suite is Oracle Linux.
        slim = "slim" in split_tag(name, tag).variant
        return None if not major else "debian" if major < (12,) or slim else "oraclelinux"
    return _USUAL.get(name) if tag else None


def _libc(family: str | None, tag: str) -> str | None:
    if family == "busybox":
        kinds = tag.split("-")
        return next((kind for kind in ("musl", "glibc") if kind in kinds), None)
    return "musl" if family == "alpine" else "glibc" if family in _GLIBC else None


def _has_bash(family: str | None, name: str) -> bool | None:
    if family == "alpine":
        return True if name in _ALPINE_WITH_BASH else False if name in _ALPINE_WITHOUT_BASH else None
    return True if family in _GLIBC else False if family in ("busybox", "scratch") else None


def _manager(family: str | None, name: str, suite: str, names: Sequence[str]) -> str | None:
    """The package manager; `names` are the tags of the image."""
    if family in ("debian", "ubuntu"):
        return "apt"
    if family == "alpine":
        return "apk"
    small = any(part in ("slim", "minimal") for tag in (*names, suite) for part in tag.split("-"))
    release = _release(name, suite, names)
    if family == "amazonlinux":
        # 2022 was the preview of 2023; 1, 2 and the dated 2016.09 to 2018.03 have yum.
        return "dnf" if release in (2022, 2023) else "yum" if release is not None else None
    if family == "oraclelinux" and name != "oraclelinux":
        small = True  # openjdk and mysql build on oraclelinux:…-slim
    if family in ("almalinux", "centos", "oraclelinux", "rhel", "rockylinux"):
        # From 8 on slim and minimal images have microdnf only.
        return None if release is None else "yum" if release < 8 else None if small else "dnf"
    if family == "fedora":
        return "dnf" if release is None or release >= 22 else "yum"
    return "dnf" if family == "mageia" else None


def _release(name: str, suite: str, names: Sequence[str]) -> int | None:
    """The major release of an RPM distribution, from the suite or from a tag of the distribution's own image."""
    named = suite.removesuffix("-minimal")
    number = named[len(named.rstrip(_DIGITS + ".")) :]
    if number:
        return int(number.partition(".")[0])
    for tag in names if name in _ALWAYS else ():
        numbers = _numbers(split_tag(name, tag).version.partition("-")[0] or tag.removeprefix("stream"))
        if numbers:
            return numbers[0]
    return 8 if name == "centos" and "latest" in names else None  # the last release of CentOS Linux
