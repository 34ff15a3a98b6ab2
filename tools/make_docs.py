"""Writes what is made from the rules, the parsers and the table of configuration keys.

That is rules/table.py; docs/rules, a page each and an index by code and by other tools' names; parts of other pages;
the schema; and share/, the manual page and the completions.

python tools/make_docs.py           write
python tools/make_docs.py --check   exit 1 when a page is not current
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rules"


def pages() -> dict[str, str]:
    """File name to text of all that belongs in docs/rules."""
    from dockerfile_dlint.lint.output.rule_page import rule_page
    from dockerfile_dlint.rules import RULES

    texts = {f"{rule.code}.md": rule_page(rule) for rule in RULES}
    texts["README.md"] = index()
    return texts


def index() -> str:
    """The list of all rules, and where rules of other tools are found."""
    from dockerfile_dlint.rules import RULES

    lines = ["# Rules", "", "| rule | severity | default | what it finds |", "|---|---|---|---|"]
    for rule in RULES:
        on = "on" if rule.default else "off"
        lines.append(f"| [{rule.code}]({rule.code}.md) {rule.name} | {rule.level} | {on} | {rule.summary} |")
    lines += ["", "## By other tools' names", "", "| name | dlint |", "|---|---|"]
    others = [(name, rule) for rule in RULES for name in rule.aliases]
    others += [(f"hadolint:{rule.code}", rule) for rule in RULES if rule.code.startswith("DL")]
    for name, rule in sorted(others, key=lambda pair: pair[0].lower()):
        lines.append(f"| {name} | [{rule.code}]({rule.code}.md) {rule.name} |")
    return "\n".join(lines) + "\n"


def guides() -> dict[Path, str]:
    """The hand-written pages with a generated part in them, and files beside them: path to text as it should be."""
    from dockerfile_dlint.lint.config.schema import json_schema

    pages = {path: _filled(path.read_text("utf-8")) for path in sorted(FOLDER.parent.glob("*.md"))}
    return {**pages, FOLDER.parent / "dlint.schema.json": json_schema(), **shipped()}


def shipped() -> dict[Path, str]:
    """What is installed below share/: the manual page and the completions."""
    from dockerfile_dlint.lint.commands.completions import completion_script
    from make_man import manual

    folder = FOLDER.parent.parent / "share"
    return {
        folder / "man" / "man1" / "dlint.1": manual(),
        folder / "bash-completion" / "completions" / "dlint": completion_script("bash"),
        folder / "zsh" / "site-functions" / "_dlint": completion_script("zsh"),
        folder / "fish" / "vendor_completions.d" / "dlint.fish": completion_script("fish"),
    }


def _filled(text: str) -> str:
    """The text with what stands between `<!-- table: TOOL … -->`, `<!-- keys -->` or `<!-- commands -->` and
    `<!-- end -->` written anew.
    """
    from dockerfile_dlint.lint.config.schema import config_reference

    for name, make in (("keys", config_reference), ("commands", commands)):
        head, mark, rest = text.partition(f"<!-- {name} -->\n")
        if mark:
            return f"{head}{mark}{make()}<!-- end -->\n{rest.partition('<!-- end -->' + chr(10))[2]}"
    before, mark, rest = text.partition("<!-- table: ")
    if not mark:
        return text
    tools, _, rest = rest.partition(" -->\n")
    _, _, after = rest.partition("<!-- end -->\n")
    return f"{before}{mark}{tools} -->\n{table(tools.split())}<!-- end -->\n{after}"


def commands() -> str:
    """The help of every command, 80 columns wide."""
    from dockerfile_dlint.lint.commands.parsers import PARSERS

    os.environ["COLUMNS"] = "80"
    parts = [f"\n### dlint {name}\n\n```text\n{make().format_help()}```\n" for name, make in PARSERS.items()]
    return "".join(parts) + "\n"


def table(tools: list[str]) -> str:
    """Where the rules of other tools are found, a row for each of their names."""
    from dockerfile_dlint.rules import RULES

    pairs = [(name, rule) for rule in RULES for name in rule.aliases if name.partition(":")[0] in tools]
    pairs += [(f"hadolint:{rule.code}", rule) for rule in RULES if rule.code.startswith("DL") and "hadolint" in tools]
    lines = ["", "| name | dlint | severity | default | fix |", "|---|---|---|---|---|"]
    for name, rule in sorted(pairs, key=lambda pair: (tools.index(pair[0].partition(":")[0]), _natural(pair[0]))):
        shown = name.partition(":")[2] if len(tools) == 1 else name
        link = f"[{rule.code}](rules/{rule.code}.md) {rule.name}"
        lines.append(f"| {shown} | {link} | {rule.level} | {'on' if rule.default else 'off'} | {rule.fix} |")
    return "\n".join([*lines, "", ""])


def _natural(name: str) -> list[tuple[int, str]]:
    """The order in which CKV_DOCKER_2 comes before CKV_DOCKER_11."""
    return [(int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", name)]


def main() -> int:
    """Write or check the pages; the exit status."""
    # In a process of its own: this one is to read the new table.
    table = subprocess.run([sys.executable, Path(__file__).with_name("make_table.py"), *sys.argv[1:]], check=False)
    if table.returncode:
        return table.returncode
    wanted = pages()
    have = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
    stale_guides = {p: text for p, text in guides().items() if not p.exists() or p.read_text("utf-8") != text}
    if "--check" in sys.argv[1:]:
        stale = sorted(name for name in wanted.keys() | have.keys() if wanted.get(name) != have.get(name))
        stale += [path.name for path in stale_guides]
        if stale:
            print(f"not current: {', '.join(stale)}; run python tools/make_docs.py")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in have.keys() - wanted.keys():
        (FOLDER / name).unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text)
    for path, text in stale_guides.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
