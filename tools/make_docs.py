"""Writes rules/table.py and docs/rules from the rules: a page each and an index by code and by other tools' names.

python tools/make_docs.py           write
python tools/make_docs.py --check   exit 1 when a page is not current
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rules"


def pages() -> dict[str, str]:
    """File name to text of all that belongs in docs/rules."""
    from dockerfile_dlint.lint.page import page
    from dockerfile_dlint.rules import RULES

    texts = {f"{rule.code}.md": page(rule) for rule in RULES}
    texts["README.md"] = index()
    return texts


def index() -> str:
    """The list of all rules, and where rules of other tools are found."""
    from dockerfile_dlint.rules import RULES

    lines = ["# Rules", "", "| code | name | severity | default | what it finds |", "|---|---|---|---|---|"]
    for rule in RULES:
        on = "on" if rule.default else "off"
        lines.append(f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.level} | {on} | {rule.summary} |")
    lines += ["", "## By other tools' names", "", "| name | dlint |", "|---|---|"]
    others = [(name, rule) for rule in RULES for name in rule.also]
    others += [(f"hadolint:{rule.code}", rule) for rule in RULES if rule.code.startswith("DL")]
    for name, rule in sorted(others, key=lambda pair: pair[0].lower()):
        lines.append(f"| {name} | [{rule.code}]({rule.code}.md) {rule.name} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check the pages; the exit status."""
    # In a process of its own: this one is to read the new table.
    table = subprocess.run([sys.executable, Path(__file__).with_name("make_table.py"), *sys.argv[1:]], check=False)
    if table.returncode:
        return table.returncode
    wanted = pages()
    have = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
    if "--check" in sys.argv[1:]:
        stale = sorted(name for name in wanted.keys() | have.keys() if wanted.get(name) != have.get(name))
        if stale:
            print(f"not current: {', '.join(stale)}; run python tools/make_docs.py")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in have.keys() - wanted.keys():
        (FOLDER / name).unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
