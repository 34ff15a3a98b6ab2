"""Writes rules/table.py, which describes every rule without importing it.

python tools/make_table.py           write
python tools/make_table.py --check   exit 1 if it is outdated
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from dockerfile_dlint.rules.base import Rule

RULES = Path(__file__).resolve().parent.parent / "rules"
TABLE = RULES / "table.py"
FAMILIES = ("SYN", "DL", "BK", "SEC", "CTX", "OPT", "COR", "PKG", "IGN", "BAS")
"""Families of codes in the order of the table."""
HEAD = '''"""All rules, so that their modules are imported only when they run. Written by tools/make_table.py."""

# fmt: off
# ruff: noqa: E501
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    Words = tuple[str, ...]
    Row = tuple[str, str, str, str, str, Words, Words, Words, str, bool, bool, Words, str, bool, str, Words]

ROWS: tuple[Row, ...] = (
'''


def rules() -> list[Rule]:
    """The rule of every file in rules/ that has one, in order of code. Raises ValueError for a new family."""
    found: list[Rule] = []
    for path in sorted(RULES.glob("*/*.py")):
        if "\n@rule(" in path.read_text("utf-8"):
            module = importlib.import_module(f"dockerfile_dlint.rules.{path.parent.name}.{path.stem}")
            found += [value for value in vars(module).values() if isinstance(value, Rule)]
    return sorted(found, key=lambda rule: (FAMILIES.index(rule.code.rstrip("0123456789")), rule.code))


def table() -> str:
    """The text of rules/table.py."""
    return HEAD + "".join(f"    {rule.row!r},\n" for rule in rules()) + ")\n"


def main() -> int:
    """Write or check the table; the exit status."""
    text = table()
    current = TABLE.exists() and TABLE.read_text("utf-8") == text
    if "--check" in sys.argv[1:]:
        if not current:
            print("rules/table.py is outdated; run python tools/make_docs.py")
        return 0 if current else 1
    TABLE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
