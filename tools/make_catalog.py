"""Writes the catalog of Docker's official images from two reference files.

    python tools/make_catalog.py official-images.json base-images.json [--output FILE]

The first file contains every tag of every official image, in groups that name the same image; the second the size and
the configuration of the most used ones. The output is a text file with one line per image, small enough to read at once
and to review in a diff; model/images/catalog.py reads it. The same input gives the same output.

The line of an image is its name, a tab and its groups, separated by `;`. A group for Windows only starts with `!`. It
is one or more products, separated by `+`; a product `3.12,3.12.14/-slim,-slim-trixie` means every prefix with every
suffix; `=` repeats the prefixes of the previous product; an empty prefix drops the dash of the suffix. A tag may occur
twice: `1,1-a/,-a` is 1, 1-a and 1-a-a.

The line of a configuration is `image:tag`, the columns of COLUMNS and the environment as `NAME=value`, separated by
tabs. `-` means not set. `image:` without a tag has what all recorded tags of an image share, `?` for what differs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "model" / "data" / "official-images.txt"
COLUMNS = ("date", "compressed_bytes", "suite", "user", "workdir", "shell", "entrypoint", "cmd")
SHARED_COLUMNS = frozenset(("user", "workdir", "shell"))
UBUNTU = {"20.04": "focal", "22.04": "jammy", "24.04": "noble", "26.04": "resolute"}


def splits(tag: str) -> list[tuple[str, str]]:
    """Every (prefix, suffix) that forms `tag`."""
    dashes = [at for at, char in enumerate(tag) if char == "-"]
    return [(tag, ""), *((tag[:at], tag[at:]) for at in dashes), ("", "-" + tag)]


def joined(prefix: str, suffix: str) -> str:
    """The tag that `prefix` and `suffix` form."""
    return prefix + suffix if prefix else suffix[1:]


def products(tags: list[str]) -> list[tuple[list[str], list[str]]]:
    """Products that together are exactly `tags`, the one that saves most characters first."""
    left = set(tags)
    found: list[tuple[list[str], list[str]]] = []
    while left:
        prefixes: dict[str, set[str]] = {}
        for tag in left:
            for prefix, suffix in splits(tag):
                prefixes.setdefault(suffix, set()).add(prefix)
        best = (-1, [""], [""])
        for suffix in sorted(prefixes):
            heads = sorted(prefixes[suffix])
            tails = sorted(other for other in prefixes if prefixes[other] >= prefixes[suffix])
            written = len(",".join(heads)) + len(",".join(tails))
            saved = sum(len(tag) + 1 for tag in {joined(head, tail) for head in heads for tail in tails}) - written
            best = max(best, (saved, heads, tails), key=lambda product: product[0])
        found.append(best[1:])
        left -= {joined(head, tail) for head in best[1] for tail in best[2]}
    return found


def image_line(name: str, groups: list[dict[str, Any]]) -> str:
    """The line of one image."""
    written: list[str] = []
    last = ""
    for group in groups:
        parts: list[str] = []
        for heads, tails in products([*group["tags"], *group["shared"]]):
            head, tail = ",".join(heads), ",".join(tails)
            parts.append(("=" if head == last else head) + (f"/{tail}" if tail else ""))
            last = head
        written.append(("!" if group["windows"] else "") + "+".join(parts))
    return f"{name}\t{';'.join(written)}"


def suite_name(suite: str | None) -> str | None:
    """The suite as tags name it: "ubuntu-24.04" is "noble", "alpine-3.24.2" is "alpine3.24"."""
    family, _, version = (suite or "").partition("-")
    if family == "ubuntu":
        return UBUNTU[version]
    if family == "alpine":
        return "alpine" + version.rpartition(".")[0]
    if family == "oraclelinux":
        return "oraclelinux" + version.removesuffix("-slim")
    return family if family and not version else None


def field(value: str | int | list[str] | None) -> str:
    """One column: `-` for None, lists separated by `|`. Raises ValueError for what the format cannot represent."""
    if value is None:
        return "-"
    text = "|".join(value) if isinstance(value, list) else str(value)
    if text in ("", "-", "?") or any(char in text for char in "\n\\") or (isinstance(value, str) and "|" in value):
        raise ValueError(f"the format cannot represent {value!r}")
    return text.replace("\t", "\\t")


def configuration_lines(images: list[dict[str, Any]]) -> list[str]:
    """The lines of all recorded configurations, grouped by image."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for image in images:
        rows.setdefault(image["image"], []).append({**image, "suite": suite_name(image["suite"])})
    lines: list[str] = []
    for name in sorted(rows):
        if len(rows[name]) > 1:
            lines.append(shared_line(name, rows[name]))
        for row in sorted(rows[name], key=lambda row: row["tag"]):
            environment = [field(f"{key}={value}") for key, value in row["env"].items()]
            lines.append("\t".join((f"{name}:{row['tag']}", *(field(row[key]) for key in COLUMNS), *environment)))
    return lines


def shared_line(name: str, rows: list[dict[str, Any]]) -> str:
    """What all recorded tags of an image share; of the environment only PATH, as the rest depends on the version."""
    columns = ["?"] * len(COLUMNS)
    for at, key in enumerate(COLUMNS):
        values = {field(row[key]) for row in rows}
        if key in SHARED_COLUMNS and len(values) == 1:
            columns[at] = values.pop()
    paths = {row["env"].get("PATH") for row in rows}
    path = paths.pop() if len(paths) == 1 else "?"
    return "\t".join((f"{name}:", *columns, *([f"PATH={path}"] if path else [])))


def render(official: Path, base: Path) -> str:
    """The text of the catalog."""
    tags = json.loads(official.read_text("utf-8"))
    configurations = json.loads(base.read_text("utf-8"))
    lines = [
        "# Docker's official images: their tags, and the configuration of the most used ones.",
        "# Written by tools/make_catalog.py, which explains the format; do not edit.",
        f"# source: {tags['source']}",
        f"# configurations: {configurations['source']}",
        *(image_line(name, tags["images"][name]) for name in sorted(tags["images"])),
        *configuration_lines(configurations["images"]),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the arguments and write the catalog."""
    parser = argparse.ArgumentParser(description="Write the catalog of Docker's official images.")
    parser.add_argument("official", type=Path, help="official-images.json")
    parser.add_argument("base", type=Path, help="base-images.json")
    parser.add_argument("--output", type=Path, default=DATA)
    arguments = parser.parse_args()
    arguments.output.write_text(render(arguments.official, arguments.base), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
