"""What the editor's user set, below `dlint` in the editor's settings."""

from __future__ import annotations

from ..config.profiles import PROFILE_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def as_object(value: object) -> dict[str, Any]:
    """An object of JSON; an empty one for anything else."""
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType] - JSON has text keys


def as_list(value: object) -> list[Any]:
    """A list of JSON; an empty one for anything else."""
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType] - of whatever


class Settings:
    """The settings for a folder; what is left out, or has the wrong type, is as if it were not set.

    `problems` says what has the wrong type.
    """

    __slots__ = ("ignore", "inlay_hints", "problems", "profile", "rule_url", "select", "shellcheck", "unsafe_fixes")

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.problems: list[str] = []
        values = values or {}
        self.select: Sequence[str] = self._strings(values, "select")
        self.ignore: Sequence[str] = self._strings(values, "ignore")
        self.profile: str = self._typed(values, "profile", str, "")
        if self.profile and self.profile not in PROFILE_NAMES:
            self.problems.append(f"there is no profile `{self.profile}`; there are {', '.join(PROFILE_NAMES)}")
            self.profile = ""
        self.shellcheck: bool = self._typed(values, "shellcheck", bool, True)
        self.unsafe_fixes: bool = self._typed(values, "unsafeFixes", bool, True)
        self.inlay_hints: bool = self._typed(values, "inlayHints", bool, False)
        self.rule_url: str = self._typed(values, "ruleUrl", str, "")

    @property
    def selection(self) -> tuple[object, ...]:
        """What decides over the rules that run."""
        return tuple(self.select), tuple(self.ignore), self.profile, self.shellcheck

    @property
    def all(self) -> tuple[object, ...]:
        """All that is set."""
        return (*self.selection, self.unsafe_fixes, self.inlay_hints, self.rule_url)

    def _typed(self, values: Mapping[str, Any], key: str, wanted: type, default: Any) -> Any:
        value = values.get(key)
        if value is None:
            return default
        if not isinstance(value, wanted):
            self.problems.append(f"the setting `dlint.{key}` is no {wanted.__name__}; it is not used")
            return default
        return value

    def _strings(self, values: Mapping[str, Any], key: str) -> Sequence[str]:
        value = values.get(key)
        if value is None:
            return ()
        listed: list[Any] = value.replace(",", " ").split() if isinstance(value, str) else value
        if not isinstance(value, str | list) or not all(isinstance(each, str) for each in listed):
            self.problems.append(f"the setting `dlint.{key}` is no list of rules; it is not used")
            return ()
        return tuple(listed)
