"""Finds the slimmer variant of an official image, with the same version, suite and libc."""

from __future__ import annotations

from .catalog import BYTES_COLUMN, CATALOG, TagGroup, common_suite, effective_tag
from .reference import DIGITS, ImageRef, consists_of
from .tags import CHANNELS, NODE_LINES, SUITE_PART, VERSION_PART, TagPart, tag_parts, version_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

# Lowest versions, in ascending order: (3, 6, 4) applies to the 3.6 line only, (4,) to all since 4.
if TYPE_CHECKING:
    _Versions = tuple[tuple[int, ...], ...]


class SlimVariant:
    """The slimmer variant of an image.

    `text`: the whole reference, `tag`: its tag
    `kind`: "slim" for the same tools with fewer packages, "runtime" without the compiler
    `saved_bytes`: difference of the compressed sizes, None if one is not recorded
    """

    __slots__ = ("kind", "saved_bytes", "tag", "text")

    def __init__(self, tag: str, text: str, saved_bytes: int | None, kind: str) -> None:
        self.tag = tag
        self.text = text
        self.saved_bytes = saved_bytes
        self.kind = kind

    def __repr__(self) -> str:
        return f"SlimVariant({self.text!r}, {self.saved_bytes!r}, {self.kind!r})"


class _Rule:
    """How an image names its slimmer variants, and since which version it has them.

    `place`: where the token goes: after the "version", before the "suite", at the "end"
    `tokens`: the first one that the catalog has is used
    `replaces`: variants that the token replaces (the last one in the tag)
    `unnamed`: no tag names a suite, and the full and the slim image always share it
    `explicit`: tags that name the suite are preferred, as the meaning of those without one has changed

    For tags that are not in the catalog (without `since` there are none):
    `since`: lowest versions of tags without a suite, `until`: first version to which they do not apply
    `allowed`: suites and variants that have a slimmer variant, with their lowest versions; () for `since`
    `parts`: least number of components of a version
    `words`: versions that are not numbers
    """

    __slots__ = (
        "allowed",
        "explicit",
        "kind",
        "parts",
        "place",
        "replaces",
        "since",
        "tokens",
        "unnamed",
        "until",
        "words",
    )

    def __init__(
        self,
        place: str,
        since: _Versions = (),
        allowed: Mapping[str, _Versions] | None = None,
        *,
        until: tuple[int, ...] = (),
        parts: int = 1,
        words: Collection[str] = (),
        tokens: tuple[str, ...] = ("slim",),
        replaces: tuple[str, ...] = (),
        kind: str = "slim",
        unnamed: bool = False,
        explicit: bool = False,
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
        self.explicit = explicit


def _pairs(suites: str, since: _Versions = ()) -> dict[str, _Versions]:
    return dict.fromkeys(suites.split(), since)


_DEBIANS = _pairs("buster bullseye bookworm trixie forky")

# The lowest versions are the earliest found in the tag lists of docker-library/docs, docker-library/repo-info and
# official-images, or in public Dockerfiles; there may have been earlier ones. Uncertain ones are left out, and so are
# debian:wheezy-slim and python:3.3-slim, which existed for a while but are long past their end of life.
_RULES = {
    "clojure": _Rule("end"),
    "debian": _Rule(
        "end",
        ((8, 10), (9, 4), (10,)),
        # Snapshots have a slim variant since March 2018.
        _pairs("jessie stretch buster bullseye bookworm trixie forky sid " + " ".join(CHANNELS), ((20180312,),)),
    ),
    "elixir": _Rule("end", ((1, 5),), {"otp": ((1, 13),)}, parts=2, unnamed=True),
    "erlang": _Rule("end", ((20,),), unnamed=True),
    # Since 9.10 it depends on the version whether a slim tag without suite exists, and on which suite.
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
        words=NODE_LINES | {"lts", "current"},
    ),
    # Since 12 the image without a suite is Oracle Linux and the slim one Debian, so they do not match.
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
    # 5.1.5-bionic has no slim variant (its name was misspelt); the slim images contain no compiler.
    "swift": _Rule(
        "end",
        ((5, 2),),
        _pairs("xenial bionic focal jammy noble amazonlinux2 centos7 centos8 rhel-ubi9"),
        parts=2,
        kind="runtime",
    ),
    # headless also lacks the desktop libraries, so only headful is the same without the compiler. Before 22, a plain
    # number has meant Amazon Linux 2 and is 2023 in the catalog, so the suite is named.
    "amazoncorretto": _Rule(
        "end", ((22,),), tokens=("jre", "headful"), replaces=("jdk", "full"), kind="runtime", explicit=True
    ),
    # 16 had no JRE, 17 has one since 17.0.1.
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


def find_slim_variant(ref: ImageRef) -> SlimVariant | None:
    """The slimmer variant of `ref` with the same version, suite and libc.

    None if there is none, if `ref` is already slim, and if it is uncertain: for digests, Windows, images that are not
    official, and tags that neither the catalog nor the naming rules of the image explain.
    """
    rule = _RULES.get(ref.name)
    if rule is None or ref.digest is not None:
        return None
    tag = effective_tag(ref)
    pieces = tag_parts(ref.name, tag)
    group = CATALOG.tags(ref.name).get(tag)
    if group is not None:
        slim = _slim_in_catalog(ref.name, rule, pieces, group)
    else:
        slim = _with_token(rule, pieces, rule.tokens[0]) if _had_slim(rule, pieces) else None
    if slim is None:
        return None
    base = ref.text.removesuffix(f":{ref.tag}") if ref.tag is not None else ref.text
    return SlimVariant(slim, f"{base}:{slim}", _saved(ref.name, tag, slim), rule.kind)


def _slim_in_catalog(name: str, rule: _Rule, pieces: Sequence[TagPart], group: TagGroup) -> str | None:
    """The tag in the catalog that is the slimmer variant of `group`."""
    suite = common_suite(name, group.tags)
    if suite is None or not (suite or rule.unnamed):
        return None
    candidates = [_with_token(rule, pieces, token) for token in rule.tokens]
    numbered = any(piece.kind == VERSION_PART and piece.text[0] in DIGITS for piece in pieces)
    if numbered and not any(piece.kind == SUITE_PART for piece in pieces):
        # `9.14-slim` may be missing or on another suite, while `9.14-slim-bookworm` exists.
        named = [*pieces, TagPart(SUITE_PART, suite)]
        others = [_with_token(rule, named, token) for token in rule.tokens]
        candidates = [*others, *candidates] if rule.explicit else [*candidates, *others]
    tags = CATALOG.tags(name)
    for candidate in candidates:
        found = tags.get(candidate)
        if found is not None and not found.is_windows and common_suite(name, found.tags) == suite:
            return candidate
    return None


def _with_token(rule: _Rule, pieces: Sequence[TagPart], token: str) -> str:
    """The tag made of `pieces` with `token` in the right place."""
    pieces = [piece for piece in pieces if piece.text != "latest"]
    texts = [piece.text for piece in pieces]
    for at in reversed(range(len(texts))):
        if texts[at] in rule.replaces:
            texts[at] = token
            return "-".join(texts)
    at = len(texts)
    if rule.place == "version":
        at = max((index + 1 for index, piece in enumerate(pieces) if piece.kind == VERSION_PART), default=0)
    elif rule.place == "suite":
        at = min((index for index, piece in enumerate(pieces) if piece.kind == SUITE_PART), default=at)
    return "-".join((*texts[:at], token, *texts[at:]))


def _had_slim(rule: _Rule, pieces: Sequence[TagPart]) -> bool:
    """Whether a tag that is not in the catalog follows the naming rules and had a slimmer variant."""
    versions = [piece.text for piece in pieces if piece.kind == VERSION_PART]
    others = [piece for piece in pieces if piece.kind != VERSION_PART]
    suites = [piece for piece in others if piece.kind == SUITE_PART]
    if not rule.since or len(suites) > 1 or not (versions or suites):
        return False
    numbers = _numbers(rule, versions)
    if numbers is None:
        return False
    if not suites and ((rule.until and numbers >= rule.until) or not _reached(numbers, rule.since)):
        return False
    return all(_is_allowed(rule, piece, numbers) for piece in others)


def _is_allowed(rule: _Rule, piece: TagPart, version: tuple[int, ...]) -> bool:
    """Whether a suite or variant had a slimmer variant in this version."""
    since = rule.allowed.get(_allowed_key(piece))
    return since is not None and _reached(version, since or rule.since)


def _numbers(rule: _Rule, versions: Sequence[str]) -> tuple[int, ...] | None:
    """The version numbers of a tag, () if it has none; None for a pre-release and for an incomplete version."""
    if not all(consists_of(extra.removeprefix("b"), DIGITS + ".") for extra in versions[1:]):
        return None
    if not versions or versions[0] in rule.words:
        return ()
    numbers = version_numbers(versions[0])
    return numbers if len(numbers) >= rule.parts else None


def _allowed_key(piece: TagPart) -> str:
    """The key of `piece` in `allowed`: the family for releases of Alpine and OTP."""
    for family in ("alpine", "otp"):
        if piece.canonical.startswith(family):
            return family
    return piece.canonical


def _reached(version: tuple[int, ...], since: _Versions) -> bool:
    """Whether `version` is at or above the lowest version of its line; "3" and "3.6" mean the last of their line."""
    for lowest in since:
        if lowest[: len(version)] == version:
            return True
        if lowest[:-1] == version[: len(lowest) - 1]:
            return version >= lowest
    return version > since[-1]


def _saved(name: str, tag: str, slim: str) -> int | None:
    full, small = CATALOG.configuration(name, tag), CATALOG.configuration(name, slim)
    return int(full[BYTES_COLUMN]) - int(small[BYTES_COLUMN]) if full is not None and small is not None else None
