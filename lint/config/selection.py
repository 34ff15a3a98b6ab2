"""Which rules run: codes, prefixes, names and other tools' names."""

from __future__ import annotations

from ...rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from ...rules.base import Rule

ALL_SELECTOR = "ALL"
ALWAYS_ON = ("SYN001", "SYN002", "SYN003")
"""Reported whatever is selected or ignored: a file that cannot be read, checked or parsed is never clean."""
OFF_IN_HADOLINT = frozenset(("DL1001", "DL3057"))
"""Rules that hadolint has and does not run unless asked (its README); nor are they meant by the prefix DL."""
_DIGITS = "0123456789"
RULE_FAMILIES = {"sc": 4} | {
    (letters := rule.code.rstrip(_DIGITS)).lower(): len(rule.code) - len(letters) for rule in RULES
}
"""The letters with which codes begin and how many digits follow; SC is ShellCheck's."""
_WHOLE_NAME = 1000


class UnknownRule(ValueError):
    """A selector that names no rule; the message proposes a near name."""


def normalize_selector(name: str) -> str:
    """The form in which names are compared: no case, no dashes, underscores or colons."""
    return name.lower().replace("-", "").replace("_", "").replace(":", "")


def rules_named(selector: str) -> list[Rule]:
    """The rules of which the selector is a whole name."""
    wanted = normalize_selector(selector)
    return [rule for rule in RULES if any(normalize_selector(name) == wanted for name in rule.names)]


def matching_rules(selector: str) -> list[Rule]:
    """The rules that a selector names: a whole name of any tool, else a prefix of a code. Raises UnknownRule."""
    if selector.upper() == ALL_SELECTOR:
        return list(RULES)
    wanted = normalize_selector(selector)
    rules = rules_named(selector) or [rule for rule in RULES if wanted and rule.code.lower().startswith(wanted)]
    if not rules and wanted not in RULE_FAMILIES and wanted != "shellcheck" and not _is_shell_code(wanted):
        near = _near(wanted)
        hint = f", did you mean `{near}`?" if near else ";"
        raise UnknownRule(f"no rule is called `{selector}`{hint} `dlint rules` lists them all")
    return rules


def _is_shell_code(wanted: str) -> bool:
    """Whether the selector is a code of ShellCheck or the beginning of one."""
    return wanted.startswith("sc") and wanted[2:].isdecimal() and len(wanted) <= 6


def _near(wanted: str) -> str:
    from ...syntax.instruction_checks import suggest

    names = {normalize_selector(name): name for rule in RULES for name in rule.names}
    # Codes differ in digits only: another number is no slip of the pen, a letter for a digit is one.
    letters = names if not is_code(wanted) else [name for name in names if not is_code(name)]
    return names.get(suggest(wanted, letters), "")


def is_code(selector: str) -> bool:
    """Whether the selector has the form of a code, such as DL3059 or SC2086, whether or not dlint has that rule."""
    letters = selector.rstrip(_DIGITS)
    return RULE_FAMILIES.get(letters.lower()) == len(selector) - len(letters)


def is_rule_selector(word: str) -> bool:
    """Whether a word can only be meant as a rule: it is a whole name of one, or has the form of a code."""
    return is_code(word) or bool(rules_named(word))


def select_rules(
    select: Sequence[str],
    ignore: Sequence[str],
    tell: Callable[[str], object] = len,
    use_defaults: Collection[str] | None = None,
    extend: Sequence[str] = (),
) -> list[Rule]:
    """The rules that run, in the order of the list of all; the longer selector wins over the shorter one.

    Without `select` those with a code in `usual`, by default those that are on; `extend` comes on top. Raises
    UnknownRule; `tell` is called with what has no effect.
    """
    # By code: how exact the selector is that decides over the rule, and whether it is on.
    held: dict[str, tuple[int, bool]] = {}
    if not select:
        held = {
            rule.code: (0, True)
            for rule in RULES
            if (rule.default if use_defaults is None else rule.code in use_defaults)
        }
    for selectors, on in ((select, True), (extend, True), (ignore, False)):
        for selector in selectors:
            rules = _told(selector, on, tell)
            if on and selects_hadolint([selector]):
                rules = [rule for rule in rules if rule.code not in OFF_IN_HADOLINT]
            length = specificity(selector)
            for rule in rules:
                if rule.code in ALWAYS_ON and not on and length == _WHOLE_NAME:
                    tell(f"{rule.code} ({rule.name}) is always reported and cannot be ignored")
                if rule.code not in held or length >= held[rule.code][0]:
                    held[rule.code] = (length, on)
    return [rule for rule in RULES if rule.code in ALWAYS_ON or held.get(rule.code, (0, False))[1]]


def specificity(selector: str) -> int:
    """How much a selector says: nothing for ALL, most for a whole name, else the length of a prefix."""
    return 0 if selector.upper() == ALL_SELECTOR else _WHOLE_NAME if rules_named(selector) else len(selector)


def selects_hadolint(select: Sequence[str]) -> bool:
    """Whether a selector asks for hadolint's rules as a set: `DL`, `DL3`; one rule's code is no set."""
    return any(selector.upper().startswith("DL") and not is_code(selector) for selector in select)


def shellcheck_codes(
    select: Sequence[str], ignore: Sequence[str], use_defaults: bool = True, extend: Sequence[str] = ()
) -> Callable[[str], bool] | None:
    """Which codes of ShellCheck are wanted; None when none can be. The longer selector wins.

    `usual` tells whether they are on without being selected.
    """
    held = [] if select or not use_defaults else [("", 0, True)]
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


def _told(selector: str, on: bool, tell: Callable[[str], object]) -> list[Rule]:
    """The rules of a selector. Another tool's code that dlint does not have is no mistake when it is ignored."""
    try:
        rules = matching_rules(selector)
    except UnknownRule:
        if on or not is_code(selector):
            raise
        rules = []
    if not rules and not normalize_selector(selector).startswith(("sc", "shellcheck")):
        tell(f"there is no rule of `{selector}` yet, so --{'select' if on else 'ignore'} has no effect for it")
    return rules


def split_selectors(values: Iterable[str]) -> list[str]:
    """The selectors of options that may be given several times and hold commas."""
    return [part for value in values for part in value.replace(",", " ").split()]
