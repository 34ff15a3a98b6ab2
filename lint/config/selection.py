"""Rule selection by code, prefix, name or another tool's name."""

from __future__ import annotations

from ...rules import RULES
from ...rules.base import normalize_selector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from ...rules.base import Rule

ALL_SELECTOR = "ALL"
ALWAYS_ON = ("SYN001", "SYN002", "SYN003")
"""Reported whatever is selected or ignored: a file that cannot be read, checked or parsed is never clean."""
OFF_IN_HADOLINT = frozenset(("DL1001", "DL3057"))
"""hadolint's rules that are off by default (its README); the prefix DL does not select them either."""
_DIGITS = "0123456789"
RULE_FAMILIES = {"sc": 4} | {
    (letters := rule.code.rstrip(_DIGITS)).lower(): len(rule.code) - len(letters) for rule in RULES
}
"""The letters that codes start with, in lower case, and the number of digits that follow; SC is ShellCheck's."""
_WHOLE_NAME = 1000
OFF_IN_SHELLCHECK = ("SC2016", "SC2043", "SC2046", "SC2086", "SC2155")
"""ShellCheck's codes that are off by default.

They are about words without quotes and `export A=$(b)`: the values in a build are rarely unknown, and a list of
packages in a variable must not be quoted. A variable in single quotes is meant for the file or program that gets the
text, and a loop over one word is for the day when there are two.
"""


class UnknownRule(ValueError):
    """A selector that matches no rule; the message suggests a similar name."""


def rules_named(selector: str) -> list[Rule]:
    """The rules with this name or alias."""
    wanted = normalize_selector(selector)
    return [rule for rule in RULES if wanted in rule.normalized_names]


def matching_rules(selector: str) -> list[Rule]:
    """The rules with this name or alias, otherwise those whose code starts with the selector. Raises UnknownRule."""
    if selector.upper() == ALL_SELECTOR:
        return list(RULES)
    wanted = normalize_selector(selector)
    rules = rules_named(selector) or [rule for rule in RULES if wanted and rule.code.lower().startswith(wanted)]
    if not rules and wanted not in RULE_FAMILIES and wanted != "shellcheck" and not _is_shell_code(wanted):
        near = _near(wanted)
        hint = f"did you mean `{near}`?" if near else "see `dlint rules`"
        raise UnknownRule(f"unknown rule `{selector}`; {hint}")
    return rules


def _is_shell_code(wanted: str) -> bool:
    """Whether the selector is a ShellCheck code or a prefix of one."""
    return wanted.startswith("sc") and wanted[2:].isdecimal() and len(wanted) <= 6


def _near(wanted: str) -> str:
    from ...syntax.instruction_checks import suggest

    # Numbers such as 4.9 of the CIS benchmark are near to everything.
    names = {normalize_selector(name): name for rule in RULES for name in rule.names if name[0].isalpha()}
    # Codes differ only in digits: another number is not a typo, but a letter for a digit may be one.
    letters = names if not is_code(wanted) else [name for name in names if not is_code(name)]
    return names.get(suggest(wanted, letters), "")


def is_code(selector: str) -> bool:
    """Whether the selector has the form of a code, such as DL3059 or SC2086, even if dlint has no such rule."""
    letters = selector.rstrip(_DIGITS)
    return RULE_FAMILIES.get(letters.lower()) == len(selector) - len(letters)


def is_rule_selector(word: str) -> bool:
    """Whether a word clearly means a rule: it is the name of one or has the form of a code."""
    return is_code(word) or bool(rules_named(word))


def select_rules(
    select: Sequence[str],
    ignore: Sequence[str],
    warn: Callable[[str], object] = len,
    use_defaults: Collection[str] | None = None,
    extend: Sequence[str] = (),
) -> list[Rule]:
    """The rules that run, in the order of RULES; the more specific selector wins, then the later one.

    Without `select` the rules of `use_defaults` are on (None: the default rules); `extend` adds to them. `warn` is
    called with a message for each selector without effect. Raises UnknownRule.
    """
    # By code: the specificity of the selector that decides about the rule, and whether it is on.
    decided: dict[str, tuple[int, bool]] = {}
    if not select:
        defaults = [rule.code for rule in RULES if rule.enabled] if use_defaults is None else use_defaults
        decided = dict.fromkeys(defaults, (0, True))
    for selectors, is_on in ((select, True), (extend, True), (ignore, False)):
        for selector in selectors:
            length = specificity(selector)
            for rule in _selected_rules(selector, is_on, warn):
                if rule.code in ALWAYS_ON and not is_on and length == _WHOLE_NAME:
                    warn(f"{rule.code} ({rule.name}) is always reported and cannot be ignored")
                if length >= decided.get(rule.code, (0, False))[0]:
                    decided[rule.code] = (length, is_on)
    return [rule for rule in RULES if rule.code in ALWAYS_ON or decided.get(rule.code, (0, False))[1]]


def explicitly_selected(selectors: Iterable[str], *, by_prefix: bool) -> frozenset[str]:
    """The codes of the rules that a selector names by code or name, with `by_prefix` also by a prefix or ALL."""
    named = matching_rules if by_prefix else rules_named
    return frozenset(rule.code for selector in selectors for rule in named(selector))


def specificity(selector: str) -> int:
    """How specific a selector is: 0 for ALL, the maximum for a whole name, otherwise the length of the prefix."""
    return 0 if selector.upper() == ALL_SELECTOR else _WHOLE_NAME if rules_named(selector) else len(selector)


def shellcheck_codes(
    select: Sequence[str],
    ignore: Sequence[str],
    use_defaults: bool = True,
    extend: Sequence[str] = (),
    off: Sequence[str] = OFF_IN_SHELLCHECK,
) -> Callable[[str], bool] | None:
    """A predicate for the ShellCheck codes that are selected; None if there are none. The more specific selector wins.

    `use_defaults`: whether all codes but `off` are on without `select`.
    """
    held = [] if select or not use_defaults else [("", 0, True), *((code.lower(), 0, False) for code in off)]
    for selectors, on in ((select, True), (extend, True), (ignore, False)):
        for selector in map(normalize_selector, selectors):
            if selector in ("all", "sc", "shellcheck"):
                held.append(("", 0 if selector == "all" else 2, on))
            elif selector.startswith("sc") and selector[2:].isdecimal():
                held.append((selector, len(selector), on))
    most = max((exactness for prefix, exactness, on in held if not prefix and not on), default=-1)
    if not any(on and exactness > most for _, exactness, on in held):
        return None

    def wanted(code: str) -> bool:
        best, answer = -1, False
        for prefix, exactness, on in held:
            if exactness >= best and code.lower().startswith(prefix):
                best, answer = exactness, on
        return answer

    return wanted


def _selected_rules(selector: str, is_on: bool, warn: Callable[[str], object]) -> list[Rule]:
    """The rules of a selector. Ignoring a code that dlint does not have is not an error. Raises UnknownRule."""
    try:
        rules = matching_rules(selector)
    except UnknownRule:
        if is_on or not is_code(selector):
            raise
        rules = []
    if not rules and not normalize_selector(selector).startswith(("sc", "shellcheck")):
        warn(f"no rule matches `{selector}`; --{'select' if is_on else 'ignore'} has no effect")
    if is_on and selector.upper().startswith("DL") and not is_code(selector):
        rules = [rule for rule in rules if rule.code not in OFF_IN_HADOLINT]
    return rules


def split_selectors(values: Iterable[str]) -> list[str]:
    """The selectors of an option that can be repeated and can contain commas."""
    return [part for value in values for part in value.replace(",", " ").split()]
