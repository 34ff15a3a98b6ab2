"""Severities set by the configuration."""

from __future__ import annotations

from ...rules.base import normalize_selector
from .selection import ALWAYS_ON, UnknownRule, matching_rules, specificity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class SeverityOverrides:
    """The key `severity`: a level for each selector; the more specific selector wins, then the later one."""

    __slots__ = ("_by_code", "_shell")

    def __init__(self, wanted: Mapping[str, str]) -> None:
        self._by_code: dict[str, str] = {}
        self._shell: list[tuple[str, str]] = []
        for selector in sorted(wanted, key=specificity):
            level = wanted[selector]
            try:
                self._by_code |= {rule.code: level for rule in matching_rules(selector) if rule.code not in ALWAYS_ON}
            except UnknownRule:
                continue
            name = normalize_selector(selector)
            if name in ("all", "shellcheck") or name.startswith("sc"):
                self._shell.append(("" if name in ("all", "shellcheck") else name, level))

    def of(self, code: str) -> str | None:
        """The level of findings with this code; None if it is not overridden."""
        if code in self._by_code:
            return self._by_code[code]
        found = None
        if code.startswith("SC"):
            for prefix, level in self._shell:
                if code.lower().startswith(prefix):
                    found = level
        return found
