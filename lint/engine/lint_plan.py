"""What one file is linted with."""

from __future__ import annotations

from ...rules.base import ERROR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...rules.base import Rule
    from ..config.profiles import Profile
    from ..config.severity import SeverityOverrides


class LintPlan:
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
        "experimental_rules",
        "extra_targets",
        "named_contexts",
        "options",
        "profile",
        "rules",
        "severity_overrides",
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
        levels: SeverityOverrides | None = None,
        comments: bool = True,
        target: str = "",
        build_args: Mapping[str, str] | None = None,
    ) -> None:
        self.profile = profile
        self.severity_overrides = levels
        self.comments = comments
        self.target = target
        self.build_args = build_args
        self.extra_targets: Sequence[str] = ()
        self.named_contexts: Mapping[str, str] | None = None
        self.rules = rules
        self.experimental_rules = on_request
        self.shell = shell
        self.options = options
        self.by_subject: dict[str, list[Rule]] = {}
        for rule in rules:
            for subject in rule.node_types:
                self.by_subject.setdefault(subject, []).append(rule)

    def for_text(self, text: str) -> LintPlan:
        """The plan without the rules that have nothing to look for in this text."""
        lower = text.lower()
        return self.of(
            [rule for rule in self.rules if not rule.prefilter or any(word in lower for word in rule.prefilter)]
        )

    def of(self, rules: Sequence[Rule]) -> LintPlan:
        """The plan with these rules."""
        plan = LintPlan(
            rules, self.experimental_rules, self.shell, self.options, self.profile, self.severity_overrides, self.comments,
            self.target, self.build_args,
        )  # fmt: skip
        plan.extra_targets, plan.named_contexts = self.extra_targets, self.named_contexts
        return plan

    def level(self, rule: Rule, fails: bool) -> str:
        """How grave a finding of the rule is; `fails` tells that the file makes an error of it."""
        level = rule.level
        if self.profile is not None and self.profile.level and not rule.code.startswith("SYN"):
            level = self.profile.level
        if self.severity_overrides is not None:
            level = self.severity_overrides.of(rule.code) or level
        return ERROR if fails else level
