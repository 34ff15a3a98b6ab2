"""Writes model/data/licenses.txt: the identifiers of the SPDX license list, from the package `packaging`.

    python tools/make_licenses.py DATE

A line is an identifier in lower case, in which they are compared. Exceptions, which follow WITH, begin with `+`.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

from packaging.licenses import _spdx

TARGET = Path(__file__).parent.parent / "model" / "data" / "licenses.txt"
HEAD = """\
# Identifiers of licenses and exceptions in the SPDX license list; written by tools/make_licenses.py.
# source: SPDX license list {list_version} in packaging {package_version}, {date}
"""


def main(date: str) -> None:
    """Write the list; `date` is the day on which it is made."""
    head = HEAD.format(list_version=_spdx.VERSION, package_version=version("packaging"), date=date)
    names = [*sorted(_spdx.LICENSES), *(f"+{name}" for name in sorted(_spdx.EXCEPTIONS))]
    TARGET.write_text(head + "\n".join(names) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
