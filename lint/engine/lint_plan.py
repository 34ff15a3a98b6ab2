"""What one file is linted with."""

from __future__ import annotations

from ...rules.base import ERROR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...rules.base import Rule
    from ..config.profiles import Profile
    from ..config.severity import Levels


class Plan:
    """The rules that run, by the class of node that each wants to see; `on_request` run where a file asks for them.

    `shell` tells which codes of ShellCheck are wanted, None when it does not run. `options` are the settings of rules.
    With `profile` only a part of the findings may count, and severities may change; `levels` changes them last.
    `comments` tells whether comments switch findings off. `target`, `build_args` and `named` (contexts) are those of
    the build, `more_targets` of other builds of the same file, whose findings count too.
    """

    __slots__ = (
        "build_args",
        "by_subject",
        "comments",
        "levels",
        "more_targets",
        "named",
        "on_request",
        "options",
        "profile",
        "rules",
        "shell",
        "target",
    )

    def __init__(
        self,
        rules: Sequence[Rule],
        on_request: Sequence[Rule] = (),
        shell: Callable[[str], bool] | None = None,
        options: Mapping[str, object] | None = None,
        profile: Profile | None = None,
        levels: Levels | None = None,
        comments: bool = True,
        target: str = "",
        build_args: Mapping[str, str] | None = None,
    ) -> None:
        self.profile = profile
        self.levels = levels
        self.comments = comments
        self.target = target
        self.build_args = build_args
        self.more_targets: Sequence[str] = ()
        self.named: Mapping[str, str] | None = None
        self.rules = rules
        self.on_request = on_request
        self.shell = shell
        self.options = options
        self.by_subject: dict[str, list[Rule]] = {}
        for rule in rules:
            for subject in rule.subjects:
                self.by_subject.setdefault(subject, []).append(rule)

    def for_text(self, text: str) -> Plan:
        """The plan without the rules that have nothing to look for in this text."""
        lower = text.lower()
        return self.of([rule for rule in self.rules if not rule.words or any(word in lower for word in rule.words)])

    def of(self, rules: Sequence[Rule]) -> Plan:
        """The plan with these rules."""
        plan = Plan(
            rules, self.on_request, self.shell, self.options, self.profile, self.levels, self.comments,
            self.target, self.build_args,
        )  # fmt: skip
        plan.more_targets, plan.named = self.more_targets, self.named
        return plan

    def level(self, rule: Rule, fails: bool) -> str:
        """How grave a finding of the rule is; `fails` tells that the file makes an error of it."""
        level = rule.level
        if self.profile is not None and self.profile.level and not rule.code.startswith("SYN"):
            level = self.profile.level
        if self.levels is not None:
            level = self.levels.of(rule.code) or level
        return ERROR if fails else level
