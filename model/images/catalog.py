"""The catalog of Docker's official images: their tags and configurations.

Read from data/official-images.txt (written by tools/make_catalog.py) on first use; only the lines of requested images
are parsed.
"""

from __future__ import annotations

from .tags import is_floating_suite, split_tag, version_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .reference import ImageRef

_DIRECTORY = __file__.rpartition("images")[0] + "data/"
_IMAGES = "official-images.txt"

(
    DATE_COLUMN,
    BYTES_COLUMN,
    SUITE_COLUMN,
    USER_COLUMN,
    WORKDIR_COLUMN,
    SHELL_COLUMN,
    ENTRYPOINT_COLUMN,
    CMD_COLUMN,
    ENV_COLUMN,
) = range(9)
"""The columns of a recorded configuration."""


class TagGroup:
    """The tags that name one image."""

    __slots__ = ("is_windows", "tags")

    def __init__(self, tags: list[str], windows: bool) -> None:
        self.tags = tags
        self.is_windows = windows


class _Catalog:
    """The texts of the data files, and the lines of official images parsed so far."""

    __slots__ = ("configurations", "ends", "groups", "numbered", "texts")

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.ends: dict[str, dict[str, str]] = {}
        self.numbered: dict[str, dict[tuple[int, ...], str]] = {}
        self.groups: dict[str, dict[str, TagGroup]] = {}
        self.configurations: dict[str, dict[str, list[str]]] = {}

    def read(self, name: str = _IMAGES) -> str:
        """The text of a data file, by default that of the official images."""
        if name not in self.texts:
            with open(_DIRECTORY + name, encoding="utf-8", newline="") as file:
                self.texts[name] = file.read()
        return self.texts[name]

    def after(self, start: str) -> str:
        """What follows `start` on the line that begins with it; "" if there is none."""
        text = self.read()
        at = text.find("\n" + start)
        return text[at + 1 + len(start) : text.find("\n", at + 1)] if at >= 0 else ""

    def ends_of_support(self, product: str) -> dict[str, str]:
        """The end of each release of a product, "" if it is not set."""
        if product not in self.ends:
            text = self.read("end-of-life.txt")
            at = text.find(f"\n{product}\t")
            line = text[at + len(product) + 2 : text.find("\n", at + 1)] if at >= 0 else ""
            self.ends[product] = {name: end for name, _, end in (row.partition("=") for row in line.split())}
        return self.ends[product]

    def numbered_releases(self, product: str) -> dict[tuple[int, ...], str]:
        """The releases of a product whose names are numbers, by these, in ascending order."""
        if product not in self.numbered:
            found = {numbers: name for name in self.ends_of_support(product) if (numbers := version_numbers(name))}
            self.numbered[product] = dict(sorted(found.items()))
        return self.numbered[product]

    def tags(self, name: str) -> dict[str, TagGroup]:
        """The group of every tag of the image `name`; for a tag of Linux and Windows images, that of Linux."""
        known = self.groups.get(name)
        if known is None:
            known = self.groups[name] = {}
            for group in _unfold(self.after(name + "\t")):
                for tag in group.tags:
                    if tag not in known or known[tag].is_windows:
                        known[tag] = group
        return known

    def columns_by_tag(self, name: str) -> dict[str, list[str]]:
        """The columns of every recorded tag of the image `name`; the key "" has what they share."""
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
        """The columns recorded for `tag` or for another tag of the same image, or None."""
        known = self.columns_by_tag(name)
        columns = known.get(tag)
        if columns is None and known:
            group = self.tags(name).get(tag)
            for other in group.tags if group is not None and not group.is_windows else ():
                columns = columns or known.get(other)
        return columns

    def variant_columns(self, name: str, tag: str) -> list[list[str]]:
        """The columns of the recorded tags with the variant of `tag` ("fpm", "slim"), or of another tag of its image.

        The version and the release may be other ones.
        """
        group = self.tags(name).get(tag)
        variants = {split_tag(name, each).variant for each in (group.tags if group is not None else (tag,))}
        recorded = self.columns_by_tag(name).items()
        return [columns for each, columns in recorded if each and split_tag(name, each).variant in variants]


CATALOG = _Catalog()


def _unfold(line: str) -> Iterable[TagGroup]:
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
        yield TagGroup(tags, windows)


def catalog_source() -> str:
    """Source and date of the catalog."""
    return CATALOG.after("# source: ")


def is_official(name: str) -> bool:
    """Whether `name` is one of Docker's official images today; discontinued ones ("centos") are not."""
    return bool(name) and ":" not in name and f"\n{name}\t" in CATALOG.read()


def is_known_tag(ref: ImageRef) -> bool | None:
    """True if the catalog has the tag of `ref`; None if unknown: older, newer or not official."""
    tag = effective_tag(ref)
    return True if ref.name and tag and tag in CATALOG.tags(ref.name) else None


def effective_tag(ref: ImageRef) -> str:
    """The tag of `ref`, "latest" by default; "" if there is only a digest."""
    return ref.tag or ("" if ref.digest else "latest")


def common_suite(name: str, tags: Iterable[str]) -> str | None:
    """The suite that all tags of an image agree on, "" if none names one, None if they disagree."""
    suites = {split_tag(name, tag).suite for tag in tags} - {""}
    exact = {suite for suite in suites if not is_floating_suite(suite)} or suites
    return None if len(exact) > 1 else exact.pop() if exact else ""
