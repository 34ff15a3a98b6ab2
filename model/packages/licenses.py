"""The identifiers of the SPDX license list."""

from __future__ import annotations

import os


class LicenseList:
    """The identifiers of `licenses`, and of the `exceptions` to them, in lower case, as they are case-insensitive.

    Source: model/data/licenses.txt, which names the version of the SPDX license list.
    """

    __slots__ = ("exceptions", "licenses")

    def __init__(self) -> None:
        path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "licenses.txt")
        with open(path, encoding="utf-8") as file:
            names = [line for line in file.read().splitlines() if not line.startswith("#")]
        self.licenses = frozenset(name for name in names if not name.startswith("+"))
        self.exceptions = frozenset(name[1:] for name in names if name.startswith("+"))
