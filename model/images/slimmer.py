"""The slimmer variant of an official image: the same version, suite and libc."""

from __future__ import annotations

from .catalog import BYTES_COLUMN, CATALOG, TagGroup, common_suite, effective_tag
from .reference import DIGITS, ImageRef, consists_of
from .tags import CHANNELS, NODE_LINES, SUITE_PART, VERSION_PART, TagPart, tag_parts, version_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

# Version floors, in ascending order: (3, 6, 4) speaks of the 3.6 line only, (4,) of all from 4 on.
if TYPE_CHECKING:
    _Floors = tuple[tuple[int, ...], ...]


class SlimVariant:
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
        _pairs("jessie stretch buster bullseye bookworm trixie forky sid " + " ".join(CHANNELS), ((20180312,),)),
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
        words=NODE_LINES | {"lts", "current"},
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


def find_slim_variant(ref: ImageRef) -> SlimVariant | None:
    """The slimmer variant of `ref`: the same version, the same suite, the same libc.

    None when there is none, when `ref` is slim already, and when it is not certain: for digests, for Windows, for
    images that are not official and for tags that neither the catalog nor the image's naming explains.
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
    """The tag of the catalog that is the slimmer variant of `group`."""
    suite = common_suite(name, group.tags)
    if suite is None or not (suite or rule.unnamed):
        return None
    candidates = [_with_token(rule, pieces, token) for token in rule.tokens]
    numbered = any(piece.kind == VERSION_PART and piece.text[0] in DIGITS for piece in pieces)
    if numbered and not any(piece.kind == SUITE_PART for piece in pieces):
        # `9.14-slim` may be missing, or of another suite, where `9.14-slim-bookworm` is right.
        named = [*pieces, TagPart(SUITE_PART, suite)]
        candidates += [_with_token(rule, named, token) for token in rule.tokens]
    tags = CATALOG.tags(name)
    for candidate in candidates:
        found = tags.get(candidate)
        if found is not None and not found.is_windows and common_suite(name, found.tags) == suite:
            return candidate
    return None


def _with_token(rule: _Rule, pieces: Sequence[TagPart], token: str) -> str:
    """The tag of `pieces` with `token` where the image's naming puts it."""
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
    """Whether a tag that the catalog does not have follows the image's naming and had a slimmer variant."""
    versions = [piece.text for piece in pieces if piece.kind == VERSION_PART]
    others = [piece for piece in pieces if piece.kind != VERSION_PART]
    suites = [piece for piece in others if piece.kind == SUITE_PART]
    if not rule.since or len(suites) > 1 or not (versions or suites):
        return False
    if versions and versions[0] in rule.words:
        numbers: tuple[int, ...] = ()
    else:
        numbers = version_numbers(versions[0]) if versions else ()
        if versions and len(numbers) < rule.parts:
            return False
    if not all(consists_of(extra.removeprefix("b"), DIGITS + ".") for extra in versions[1:]):
        return False  # a pre-release
    if not suites and rule.until and numbers >= rule.until:
        return False
    floors = [rule.allowed.get(_allowed_key(piece)) for piece in others]
    return all(found is not None and _reached(numbers, found or rule.since) for found in floors) and (
        bool(suites) or _reached(numbers, rule.since)
    )


def _allowed_key(piece: TagPart) -> str:
    """What stands for `piece` in `allowed`: releases of Alpine and of OTP go by their family."""
    for family in ("alpine", "otp"):
        if piece.canonical.startswith(family):
            return family
    return piece.canonical


def _reached(version: tuple[int, ...], floors: _Floors) -> bool:
    """Whether `version` is at or above the floor of its line; "3" and "3.6" stand for the last of their line."""
    for floor in floors:
        if floor[: len(version)] == version:
            return True
        if floor[:-1] == version[: len(floor) - 1]:
            return version >= floor
    return version > floors[-1]


def _saved(name: str, tag: str, slim: str) -> int | None:
    full, small = CATALOG.configuration(name, tag), CATALOG.configuration(name, slim)
    return int(full[BYTES_COLUMN]) - int(small[BYTES_COLUMN]) if full is not None and small is not None else None
