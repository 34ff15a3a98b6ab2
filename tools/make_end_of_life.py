"""Write model/data/end-of-life.txt from a table of endoflife.date.

    python tools/make_end_of_life.py TABLE

TABLE has the columns product, release, codename, released, eol, extended, latest, separated by tabs, and a first line
with the date of the snapshot (`… snapshot of 2026-08-22; …`). The file has one line for each product that is the
base of an image with a support policy: its name, then `release=date`. Releases without a date are `release=`. Releases
that are superseded every few weeks, such as those of Rust, are not listed: no support ends there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PRODUCTS = (
    "debian ubuntu alpine-linux fedora amazon-linux oracle-linux almalinux rocky-linux centos centos-stream opensuse "
    "windows-server windows-nano-server nodejs python go ruby php perl julia erlang elixir eclipse-temurin "
    "amazon-corretto dotnet apache-maven gradle tomcat nginx apache-http-server haproxy postgresql mysql mariadb "
    "mongodb redis valkey rabbitmq elasticsearch kibana logstash drupal nextcloud solr apache-couchdb apache-cassandra"
).split()
FREE_EXTENSION = ("debian",)
"""Products whose extended support is free and reaches every user, as Debian's LTS does (debian.org/lts)."""
TARGET = Path(__file__).resolve().parents[1] / "model" / "data" / "end-of-life.txt"


def main(table: Path) -> None:
    """Write the data file."""
    head, *lines = table.read_text("utf-8").splitlines()
    dates = re.findall(r"snapshot of (\d{4}-\d\d-\d\d)", head)
    found: dict[str, list[str]] = {}
    for line in lines[1:]:
        product, release, _, _, end, extended, _ = line.split("\t")
        if product in FREE_EXTENSION and extended > end:
            end = extended
        if re.fullmatch(r"true|false|", end):
            end = ""
        found.setdefault(product, []).append(f"{release}={end}")
    text = (
        "# Ends of support by product and release.\n"
        "# Written by tools/make_end_of_life.py, which explains the format; do not edit.\n"
        f"# source: endoflife.date (MIT)\n# date: {dates[0]}\n"
    )
    text += "".join(f"{product}\t{' '.join(found[product])}\n" for product in PRODUCTS)
    TARGET.write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
