"""`dlint explain RULE` and `dlint rules`."""

from __future__ import annotations

import sys

from ..rules import RULES
from .page import page
from .select import UnknownRule, matching, split
from .status import BROKEN, CLEAN

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def explain(arguments: argparse.Namespace) -> int:
    """Write the pages of the rules that are named."""
    try:
        rules = [rule for selector in split(arguments.rules) for rule in matching(selector)]
    except UnknownRule as error:
        sys.stderr.write(f"dlint: {error}\n")
        return BROKEN
    text = "\n".join(page(rule) for rule in rules)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        sys.stdout.write(text)
    return CLEAN


def listing(arguments: argparse.Namespace) -> int:
    """Write a line a rule."""
    if arguments.format == "json":
        import json

        rows = [
            {
                "code": rule.code,
                "name": rule.name,
                "severity": rule.level,
                "default": rule.default,
                "aliases": list(rule.also),
                "summary": rule.summary,
            }
            for rule in RULES
        ]
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return CLEAN
    width = max(len(rule.name) for rule in RULES)
    for rule in RULES:
        on = "on" if rule.default else "off"
        sys.stdout.write(f"{rule.code:8}{rule.name:{width + 2}}{rule.level:9}{on:5}{rule.summary}\n")
    return CLEAN
