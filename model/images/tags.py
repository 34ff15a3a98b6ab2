"""Parses tags of official images: version, suite, variant."""

from __future__ import annotations

from .reference import DIGITS, consists_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION_PART, SUITE_PART, VARIANT_PART = "version", "suite", "variant"


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


def invert_words(**keys: str) -> dict[str, str]:
    """The key of every word: `invert_words(debian="sid trixie")` is {"sid": "debian", "trixie": "debian"}."""
    return {word: key for key, words in keys.items() for word in words.split()}


_CODENAMES = invert_words(
    debian="wheezy jessie stretch buster bullseye bookworm trixie forky duke sid",
    ubuntu="precise trusty utopic vivid wily xenial yakkety zesty artful bionic cosmic disco eoan focal groovy hirsute "
    "impish jammy kinetic lunar mantic noble oracular plucky questing resolute stonking",
)
# Names of distributions in tags, with or without a number, and their family.
_DISTRIBUTIONS = invert_words(
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
DEBIAN_RELEASES = invert_words(
    wheezy="7", jessie="8", stretch="9", buster="10", bullseye="11", bookworm="12", trixie="13", forky="14"
)
UBUNTU_RELEASES = invert_words(
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
# Suites that move to new releases; only Debian's own images have them.
CHANNELS = word_set("stable testing unstable oldstable oldoldstable experimental")
NODE_LINES = word_set("argon boron carbon dubnium erbium fermium gallium hydrogen iron jod krypton")
_VERSION_WORDS = NODE_LINES | word_set(
    "latest lts current stable mainline unstable edge devel dev nightly beta innovation rolling tip testing rc"
)
_PRERELEASES = word_set("rc RC beta alpha ea dev preview pre b M")


class Tag:
    """A parsed tag: "3.12.4-slim-bookworm" is "3.12.4", "bookworm" and {"slim"}.

    `version`: "" for `latest` and if there is none
    `suite`: release of a distribution ("bookworm", "alpine3.20", "windowsservercore-ltsc2022"), only its name, or ""
    `variant`: everything else
    """

    __slots__ = ("suite", "variant", "version")

    def __init__(self, version: str, suite: str, variant: frozenset[str]) -> None:
        self.version = version
        self.suite = suite
        self.variant = variant

    def __repr__(self) -> str:
        return f"Tag({self.version!r}, {self.suite!r}, {sorted(self.variant)!r})"


class TagPart:
    """One part of a tag: its kind, its text as written, and for a suite its canonical name."""

    __slots__ = ("canonical", "kind", "text")

    def __init__(self, kind: str, text: str, plain: str = "") -> None:
        self.kind = kind
        self.text = text
        self.canonical = plain or text


def split_tag(name: str, tag: str) -> Tag:
    """Parse a tag of the official image `name`."""
    pieces = tag_parts(name, tag)
    versions = [piece.text for piece in pieces if piece.kind == VERSION_PART and piece.text != "latest"]
    suites = [piece.canonical for piece in pieces if piece.kind == SUITE_PART]
    variants = frozenset(piece.text for piece in pieces if piece.kind == VARIANT_PART)
    return Tag("-".join(versions), suites[0] if suites else "", variants)


def tag_parts(name: str, tag: str) -> list[TagPart]:
    """The parts of a tag of the official image `name`, from left to right."""
    tokens = tag.split("-")
    pieces: list[TagPart] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        pair = _pair(token, tokens[at + 1]) if at + 1 < len(tokens) else None
        if pair is not None:
            pieces.append(pair)
            at += 2
            continue
        if distribution_family(token) or (token in CHANNELS and name in ("debian", "buildpack-deps")):
            pieces.append(TagPart(SUITE_PART, token))
        elif _is_version(token, pieces):
            pieces.append(TagPart(VERSION_PART, token))
        else:
            pieces.append(TagPart(VARIANT_PART, token))
        at += 1
    return pieces


def _pair(token: str, after: str) -> TagPart | None:
    """The part that two tokens form: "alpine-3.24", "ubuntu-noble", "windowsservercore-1809", "otp-27"."""
    both = f"{token}-{after}"
    numeric = after[:1] in DIGITS if after else False
    if token == "alpine" and numeric and "." in after:
        return TagPart(SUITE_PART, both, token + after)
    if token in ("windowsservercore", "nanoserver") and (numeric or after.startswith("ltsc")):
        return TagPart(SUITE_PART, both)
    if token in ("ubuntu", "debian"):
        plain = UBUNTU_RELEASES.get(after, after)
        return TagPart(SUITE_PART, both, plain) if _CODENAMES.get(plain) == token else None
    if (token == "rhel" and after.startswith("ubi")) or (token.startswith("ubi") and after == "minimal"):
        return TagPart(SUITE_PART, both)
    if token == "otp" and numeric:
        return TagPart(VARIANT_PART, both)
    return None


def _is_version(token: str, before: Sequence[TagPart]) -> bool:
    if token.removeprefix("v")[:1] in DIGITS and token != "v":
        dated = len(token) >= 8 and consists_of(token[:8], DIGITS)  # a snapshot: "bookworm-20260803"
        return dated or not before or before[-1].kind == VERSION_PART
    if not before:
        return token in _VERSION_WORDS
    follows = token in NODE_LINES or token.rstrip(DIGITS + ".") in _PRERELEASES
    return follows and before[-1].kind == VERSION_PART


def distribution_family(suite: str) -> str:
    """The distribution family of `suite`; "" if it is not a suite."""
    return _CODENAMES.get(suite) or _DISTRIBUTIONS.get(suite.partition("-")[0].rstrip(DIGITS + "."), "")


def is_floating_suite(suite: str) -> bool:
    """Whether `suite` does not name a release: "alpine", "stable"."""
    return suite in _DISTRIBUTIONS or suite in CHANNELS


def version_numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version: "8u302" is (8, 302), "17.0.9_9" is (17, 0, 9, 9); () if it contains anything else."""
    parts = version.replace("u", ".").replace("_", ".").split(".")
    return tuple(int(part) for part in parts) if all(part and consists_of(part, DIGITS) for part in parts) else ()
