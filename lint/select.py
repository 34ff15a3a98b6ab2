"""Which rules run: codes, prefixes, names and other tools' names."""

from __future__ import annotations

from ..rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..rules.base import Rule

ALL = "ALL"
ALWAYS = "SYN003"
"""Syntax errors are told whatever is selected: a file that cannot be built is never clean."""


class UnknownRule(ValueError):
    """A selector that names no rule; the message proposes a near name."""


def normal(name: str) -> str:
    """The form in which names are compared: no case, no dashes, underscores or colons."""
    return name.lower().replace("-", "").replace("_", "").replace(":", "")


def matching(selector: str) -> list[Rule]:
    """The rules that a selector names: a whole name of any tool, else a prefix of a code. Raises UnknownRule."""
    if selector.upper() == ALL:
        return list(RULES)
    wanted = normal(selector)
    rules = [rule for rule in RULES if any(normal(name) == wanted for name in rule.names)]
    if not rules and wanted:
        rules = [rule for rule in RULES if rule.code.lower().startswith(wanted)]
    if not rules and wanted in KNOWN_PREFIXES:
        return []
    if not rules:
        raise UnknownRule(f"no rule is called `{selector}`{_hint(wanted)}; `dlint rules` lists them all")
    return rules


KNOWN_PREFIXES = frozenset(("dl", "bk", "sec", "ctx", "opt", "syn", "sc"))
"""Families of codes (see DESIGN): naming one that has no rule yet is no mistake."""


def _hint(wanted: str) -> str:
    from ..syntax.check import suggest

    near = suggest(wanted, [normal(name) for rule in RULES for name in rule.names])
    for rule in RULES:
        for name in rule.names:
            if near and normal(name) == near:
                return f", did you mean `{name}`?"
    return ""


def choose(select: Sequence[str], ignore: Sequence[str]) -> list[Rule]:
    """The rules that run, in the order of the list of all; the longer selector wins over the shorter one.

    Without `select` those that are on by default. Raises UnknownRule.
    """
    strength: dict[str, tuple[int, bool]] = {}
    if not select:
        strength = {rule.code: (0, True) for rule in RULES if rule.default}
    for selectors, on in ((select, True), (ignore, False)):
        for selector in selectors:
            weight = 0 if selector.upper() == ALL else len(selector)
            for rule in matching(selector):
                exact = any(normal(name) == normal(selector) for name in rule.names)
                rank = (1000 if exact else weight, not on)
                held = strength.get(rule.code)
                if held is None or rank >= (held[0], held[1]):
                    strength[rule.code] = (rank[0], on)
    return [rule for rule in RULES if rule.code == ALWAYS or strength.get(rule.code, (0, False))[1]]


def split(values: Iterable[str]) -> list[str]:
    """The selectors of options that may be given several times and hold commas."""
    return [part for value in values for part in value.replace(",", " ").split()]
