"""`dlint explain RULE` and `dlint rules`."""

from __future__ import annotations

import sys

from ...rules import RULES
from ..config.selection import UnknownRule, is_code, matching_rules, split_selectors
from ..output.rule_page import rule_page, shellcheck_page
from ..terminal.exit_status import BROKEN, CLEAN
from ..terminal.streams import warn, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ...rules.base import Rule

PAGE_WIDTH = 80
"""The width in columns to which pages are folded if standard output is not a terminal."""
_SHELLCHECK = ("SC", "SHELLCHECK")


def run_explain(arguments: argparse.Namespace) -> int:
    """Print the pages of the selected rules."""
    pages: dict[str, str] = {}
    try:
        for selector in split_selectors(arguments.rules):
            pages |= _pages(selector)
    except UnknownRule as error:
        warn(str(error))
        return BROKEN
    if not pages:
        warn("no rule given; see `dlint rules`")
        return BROKEN
    text = "\n".join(pages.values())
    write_stdout(_drawn(text) if sys.stdout.isatty() else wrap_markdown(text))
    return CLEAN


def _pages(selector: str) -> dict[str, str]:
    """Pages by code. Raises UnknownRule."""
    name = selector.upper()
    if name in _SHELLCHECK:
        return {name: shellcheck_page()}
    if is_code(name) and name.startswith("SC"):
        return {name: shellcheck_page(name)}
    rules = matching_rules(selector)
    if not rules:
        warn(f"no rules match `{selector}`")
    return {rule.code: rule_page(rule) for rule in rules}


def _drawn(text: str) -> str:
    """The pages rendered by rich, with the width and colors of the terminal."""
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    from ..output.formats.full import Terminal

    terminal = Terminal()
    page = StringIO()
    colors = "standard" if terminal.colors else None
    console = Console(file=page, force_terminal=True, color_system=colors, width=terminal.width)
    console.print(Markdown(text))
    return "".join(line.rstrip() + "\n" for line in page.getvalue().splitlines())


def wrap_markdown(text: str) -> str:
    """Markdown with paragraphs and list items folded to PAGE_WIDTH; code, headings and tables are unchanged."""
    out: list[str] = []
    paragraph: list[str] = []
    code = False
    for line in [*text.split("\n"), ""]:
        fence = line.startswith("```")
        if code or fence or not line.strip() or line.startswith(("#", "|", "- ")):
            out += _fold(paragraph)
            paragraph = []
        if code or fence or not line.strip() or line.startswith(("#", "|")):
            out.append(line)
        else:
            paragraph.append(line)
        code ^= fence
    return "\n".join(out[:-1])


def _fold(paragraph: list[str]) -> list[str]:
    import re
    import textwrap

    indent = "  " if paragraph and paragraph[0].startswith("- ") else ""
    joined = " ".join(line.strip() for line in paragraph)
    # Code spans are not broken: they are copied.
    joined = re.sub("`[^`]*`", lambda span: span[0].replace(" ", "\0"), joined)
    lines = textwrap.wrap(joined, PAGE_WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def run_rules(arguments: argparse.Namespace) -> int:
    """Print one line per rule, on a terminal folded to its width; or JSON."""
    if arguments.format == "json":
        from ..output.formats.json import dumps

        write_stdout(dumps([_row(rule) for rule in RULES]))
        return CLEAN
    columns = 0
    if sys.stdout.isatty():
        import shutil

        columns = shutil.get_terminal_size().columns
    width = max(len(rule.name) for rule in RULES)
    lines: list[str] = []
    for rule in RULES:
        head = f"{rule.code:8}{rule.name:{width + 2}}{rule.level:9}{rule_default(rule):9}"
        room = columns - len(head)
        if columns == 0 or len(rule.summary) <= room:
            lines.append(head + rule.summary)
        elif room >= 20:
            first, *more = _wrap(rule.summary, room)
            lines += [head + first, *(" " * len(head) + line for line in more)]
        else:
            lines += [" ".join(head.split()), *("  " + line for line in _wrap(rule.summary, max(10, columns - 2)))]
    write_stdout("".join(line + "\n" for line in lines))
    return CLEAN


def rule_default(rule: Rule) -> str:
    """What lists of rules say about the default: on, off or preview."""
    return "on" if rule.enabled else "preview" if rule.preview and rule.default else "off"


def _wrap(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width, break_on_hyphens=False)


def _row(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.level,
        "confidence": rule.confidence,
        "default": rule.enabled,
        "preview": rule.preview,
        "aliases": [name.partition(":")[2] or name for name in rule.aliases],
        "summary": rule.summary,
    }
