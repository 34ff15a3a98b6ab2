"""Profiles: the rules of another tool, or all rules."""

from __future__ import annotations

from ...rules import RULES
from ...rules.base import ERROR, LOW, MEDIUM, WARNING
from .selection import OFF_IN_HADOLINT, OFF_IN_SHELLCHECK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...rules.base import Rule


class Profile:
    """A set of rules.

    `codes`: the rules that run; `shell`: whether ShellCheck runs; `shell_off`: its codes that are off; `prefix`: if
    set, only findings with an alias of this prefix are reported; `level`: if set, the severity of all findings;
    `levels`: the severities of some rules, by code; `pedantic`: the option of that name; `confidence`: the lowest
    confidence that is reported.
    """

    __slots__ = ("codes", "confidence", "level", "levels", "pedantic", "prefix", "shell", "shell_off")

    def __init__(
        self,
        codes: frozenset[str],
        shell: bool,
        prefix: str = "",
        level: str = "",
        levels: Mapping[str, str] | None = None,
        pedantic: bool = False,
        confidence: str = LOW,
        shell_off: Sequence[str] = (),
    ) -> None:
        self.codes = codes
        self.shell_off = shell_off
        self.levels = levels or {}
        self.confidence = confidence
        self.pedantic = pedantic
        self.shell = shell
        self.prefix = prefix
        self.level = level

    def includes(self, code: str, aliases: Sequence[str]) -> bool:
        """Whether a finding with this code and these aliases is reported; build errors always are."""
        return not self.prefix or code.startswith("SYN") or any(alias.startswith(self.prefix) for alias in aliases)


_HADOLINT_LEVELS = {"DL3000": ERROR, "DL3004": ERROR, "DL3020": ERROR, "DL3027": WARNING, "DL4000": ERROR}
"""The rules with another severity in hadolint: what they report breaks no build."""


def _codes(wanted: Callable[[Rule], bool]) -> frozenset[str]:
    return frozenset(rule.code for rule in RULES if wanted(rule))


def get_profile(name: str, preview: bool = False) -> Profile:
    """The profile named `name`, one of PROFILE_NAMES; `preview`: whether dlint's includes rules in preview."""
    if name == "hadolint":
        codes = _codes(lambda r: r.code.startswith("DL") and r.code not in OFF_IN_HADOLINT)
        return Profile(codes, shell=True, levels=_HADOLINT_LEVELS, pedantic=True)
    if name == "buildkit":
        # BuildKit has one severity; InvalidDefinitionDescription is experimental there and off by default.
        codes = _codes(lambda r: r.code != "BK020" and any(a.startswith("buildkit:") for a in r.aliases))
        return Profile(codes | _codes(lambda r: r.code == "SYN004"), shell=False, prefix="buildkit:", level=WARNING)
    if name == "strict":
        return Profile(_codes(lambda _: True), shell=True)
    codes = _codes(lambda r: r.default and (preview or not r.preview))
    return Profile(codes, shell=True, confidence=MEDIUM, shell_off=OFF_IN_SHELLCHECK)


PROFILE_NAMES = ("default", "hadolint", "buildkit", "strict")
"""The values of `--profile`."""
