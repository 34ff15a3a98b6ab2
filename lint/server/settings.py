"""The user's settings in the editor, in the section `dlint`."""

from __future__ import annotations

from ..config.layer import or_list
from ..config.profiles import PROFILE_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def as_object(value: object) -> dict[str, Any]:
    """A JSON object; an empty one for other values."""
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType] - JSON has text keys


def as_list(value: object) -> list[Any]:
    """A JSON list; an empty one for other values."""
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType] - of any values


class Settings:
    """The settings of a folder. Missing and invalid settings get their defaults; `problems` describes invalid ones."""

    __slots__ = ("ignore", "inlay_hints", "problems", "profile", "rule_url", "select", "shellcheck", "unsafe_fixes")

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.problems: list[str] = []
        values = values or {}
        self.select: Sequence[str] = self._strings(values, "select")
        self.ignore: Sequence[str] = self._strings(values, "ignore")
        self.profile: str = self._typed(values, "profile", str, "")
        if self.profile and self.profile not in PROFILE_NAMES:
            self.problems.append(f"unknown profile `{self.profile}` (expected {or_list(PROFILE_NAMES)})")
            self.profile = ""
        self.shellcheck: bool = self._typed(values, "shellcheck", bool, True)
        self.unsafe_fixes: bool = self._typed(values, "unsafeFixes", bool, True)
        self.inlay_hints: bool = self._typed(values, "inlayHints", bool, False)
        self.rule_url: str = self._typed(values, "ruleUrl", str, "")

    @property
    def selection(self) -> tuple[object, ...]:
        """The settings that affect the rules that run."""
        return tuple(self.select), tuple(self.ignore), self.profile, self.shellcheck

    @property
    def all(self) -> tuple[object, ...]:
        """All settings."""
        return (*self.selection, self.unsafe_fixes, self.inlay_hints, self.rule_url)

    def _typed(self, values: Mapping[str, Any], key: str, wanted: type, default: Any) -> Any:
        value = values.get(key)
        if value is None:
            return default
        if not isinstance(value, wanted):
            self.problems.append(
                f"ignoring setting `dlint.{key}`: expected {'a string' if wanted is str else 'true or false'}"
            )
            return default
        return value

    def _strings(self, values: Mapping[str, Any], key: str) -> Sequence[str]:
        value = values.get(key)
        if value is None:
            return ()
        listed: list[Any] = value.replace(",", " ").split() if isinstance(value, str) else value
        if not isinstance(value, str | list) or not all(isinstance(each, str) for each in listed):
            self.problems.append(f"ignoring setting `dlint.{key}`: expected a list of rules")
            return ()
        return tuple(listed)
