"""Writes all generated files: rules/table.py, docs/rules, generated parts of other pages, the schema, the screenshot on
the home page, and in share/ the manual page and the completions.

python tools/make_docs.py           write
python tools/make_docs.py --check   exit 1 if a file is outdated
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockerfile_dlint.rules.base import Rule

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rules"


THEMES = {
    "syntax": "Syntax and reading",
    "context": "Build context",
    "image": "Base images",
    "stages": "Stages and users",
    "layers": "Layers",
    "cache": "Build cache",
    "system_packages": "System packages",
    "language_packages": "Language packages",
    "packages": "Other package managers",
    "commands": "Shell commands",
    "instructions": "Instructions",
    "files": "Files and comments",
    "buildkit": "BuildKit checks",
    "shell": "Shell syntax",
    "correctness": "Correctness",
    "labels": "Labels",
    "security": "Security",
    "downloads": "Downloads",
    "runtime": "Run time",
}
"""The directories of rules/ with their titles, in the order of the site."""


def by_theme() -> dict[str, list[Rule]]:
    """The rules by the title of their theme."""
    from dockerfile_dlint.rules import RULES

    themes: dict[str, list[Rule]] = {title: [] for title in THEMES.values()}
    for rule in RULES:
        themes[THEMES[rule.module.partition(".")[0]]].append(rule)
    return themes


def pages() -> dict[str, str]:
    """The files of docs/rules: text by name."""
    from dockerfile_dlint.lint.output.rule_page import rule_page, shellcheck_page
    from dockerfile_dlint.rules import RULES

    texts = {f"{rule.code}.md": rule_page(rule) for rule in RULES}
    return texts | {"SC.md": shellcheck_page(), "README.md": index()}


def index() -> str:
    """The list of all rules by theme, and the names of other tools."""
    from dockerfile_dlint.rules import RULES

    lines = ["# Rules", "", "`dlint explain CODE` prints the page of a rule; `dlint rules` lists all rules by code."]
    for theme, rules in by_theme().items():
        lines += ["", f"## {theme}", "", "| rule | reports | severity | default | fix |", "|---|---|---|---|---|"]
        lines += [
            f"| {_link(rule)} | {rule.summary} | {rule.level} | {_default(rule)} | {rule.fix} |" for rule in rules
        ]
    lines += ["", "## ShellCheck", "", "[SCnnnn](SC.md): findings of ShellCheck in RUN instructions."]
    lines += ["", "## Names in other tools", "", "| name | dlint |", "|---|---|"]
    others = [(name, rule) for rule in RULES for name in rule.aliases]
    others += [(f"hadolint:{rule.code}", rule) for rule in RULES if rule.code.startswith("DL")]
    lines += [f"| {name} | {_link(rule)} |" for name, rule in sorted(others, key=lambda pair: pair[0].lower())]
    return "\n".join(lines) + "\n"


def _link(rule: Rule, directory: str = "") -> str:
    return f"[{rule.code} {rule.name}]({directory}{rule.code}.md)"


def _default(rule: Rule) -> str:
    from dockerfile_dlint.lint.commands.explain import rule_default

    return rule_default(rule)


def guides() -> dict[Path, str]:
    """Other generated files and pages with generated parts: text by path."""
    from dockerfile_dlint.lint.config.json_schema import json_schema
    from example_app import lint_screenshot

    pages = {path: _filled(path.read_text("utf-8")) for path in sorted(FOLDER.parent.glob("*.md"))}
    screenshot = FOLDER.parent / "assets" / "lint.svg"
    return {**pages, FOLDER.parent / "dlint.schema.json": json_schema(), screenshot: lint_screenshot(), **shipped()}


def shipped() -> dict[Path, str]:
    """The files in share/: the manual page and the completions."""
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
    """The text with the part between `<!-- table: TOOL … -->`, `<!-- keys -->`, `<!-- commands -->` or
    `<!-- optimized -->` and `<!-- end -->` replaced.
    """
    from dockerfile_dlint.lint.config.json_schema import config_reference
    from example_app import optimize_example

    for name, make in (("keys", config_reference), ("commands", commands), ("optimized", optimize_example)):
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
    """The rules by their names in other tools."""
    from dockerfile_dlint.rules import RULES

    pairs = [(name, rule) for rule in RULES for name in rule.aliases if name.partition(":")[0] in tools]
    pairs += [(f"hadolint:{rule.code}", rule) for rule in RULES if rule.code.startswith("DL") and "hadolint" in tools]
    lines = ["", "| name | dlint | severity | default | fix |", "|---|---|---|---|---|"]
    for name, rule in sorted(pairs, key=lambda pair: (tools.index(pair[0].partition(":")[0]), _natural(pair[0]))):
        shown = name.partition(":")[2] if len(tools) == 1 else name
        lines.append(f"| {shown} | {_link(rule, 'rules/')} | {rule.level} | {_default(rule)} | {rule.fix} |")
    return "\n".join([*lines, "", ""])


def _natural(name: str) -> list[tuple[int, str]]:
    """A sort key that puts CKV_DOCKER_2 before CKV_DOCKER_11."""
    return [(int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", name)]


def main() -> int:
    """Write or check the pages; the exit status."""
    # In a separate process: this one must import the new table.
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
            print(f"outdated: {', '.join(stale)}; run python tools/make_docs.py")
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
