"""What one file is linted with."""

from __future__ import annotations

from ...rules.base import CONFIDENCES, ERROR
from .time_limit import DEFAULT_SECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from ...rules.base import Rule
    from ..config.profiles import Profile
    from ..config.severity import SeverityOverrides


class LintPlan:
    """What one file is linted with.

    `rules`: the rules that run, `by_subject` by the class of node that they check; `experimental_rules`: rules that run
    if the file enables them; `shell`: whether a ShellCheck code is wanted, None if ShellCheck does not run;
    `options`: settings of rules; `profile`: limits the findings and may set their severity; `severity_overrides`:
    severities from the configuration; `comments`: whether comments suppress findings; `confidences`: the confidences of
    findings that are reported, `all_confidences` the codes of rules for which they do not count.
    `target`, `build_args` and `named_contexts` are those of the build. `extra_targets` are built from the same file
    too; their findings are added. `timeout`: the seconds that the file may take. `words`: those of the prefilters of
    the rules, if they are known.
    """

    __slots__ = (
        "_by_subject",
        "_words",
        "all_confidences",
        "build_args",
        "comments",
        "confidences",
        "experimental_rules",
        "extra_targets",
        "named_contexts",
        "options",
        "profile",
        "rules",
        "severity_overrides",
        "shell",
        "target",
        "timeout",
    )

    def __init__(
        self,
        rules: Sequence[Rule],
        experimental_rules: Sequence[Rule] = (),
        shell: Callable[[str], bool] | None = None,
        options: Mapping[str, object] | None = None,
        profile: Profile | None = None,
        severity_overrides: SeverityOverrides | None = None,
        comments: bool = True,
        target: str = "",
        build_args: Mapping[str, str] | None = None,
        extra_targets: Sequence[str] = (),
        named_contexts: Mapping[str, str] | None = None,
        timeout: float = DEFAULT_SECONDS,
        confidences: Collection[str] = CONFIDENCES,
        all_confidences: Collection[str] = (),
        words: frozenset[str] | None = None,
    ) -> None:
        self.rules = rules
        self.experimental_rules = experimental_rules
        self.shell = shell
        self.options = options
        self.profile = profile
        self.severity_overrides = severity_overrides
        self.comments = comments
        self.confidences = confidences
        self.all_confidences = all_confidences
        self.target = target
        self.build_args = build_args
        self.extra_targets = extra_targets
        self.named_contexts = named_contexts
        self.timeout = timeout
        self._words = words
        self._by_subject: dict[str, list[Rule]] | None = None

    @property
    def by_subject(self) -> Mapping[str, Sequence[Rule]]:
        """The rules by the class of node that they check. Most plans are only the start of others and need none."""
        if self._by_subject is None:
            self._by_subject = {}
            for rule in self.rules:
                for subject in rule.node_types:
                    self._by_subject.setdefault(subject, []).append(rule)
        return self._by_subject

    @property
    def words(self) -> frozenset[str]:
        """The words of the prefilters of all rules."""
        if self._words is None:
            self._words = frozenset(word for rule in self.rules for word in rule.prefilter)
        return self._words

    def for_text(self, text: str) -> LintPlan:
        """The plan without rules whose prefilter shows that they find nothing in this text."""
        lower = text.lower()
        found = {word for word in self.words if word in lower}
        return self.with_rules(
            [rule for rule in self.rules if not rule.prefilter or not found.isdisjoint(rule.prefilter)]
        )

    def with_rules(self, rules: Sequence[Rule]) -> LintPlan:
        """The same plan with other rules."""
        return LintPlan(
            rules, self.experimental_rules, self.shell, self.options, self.profile, self.severity_overrides,
            self.comments, self.target, self.build_args, self.extra_targets, self.named_contexts, self.timeout,
            self.confidences, self.all_confidences,
        )  # fmt: skip

    def with_build(
        self,
        targets: Sequence[str],
        build_args: Mapping[str, str],
        named_contexts: Mapping[str, str],
        options: Mapping[str, object],
    ) -> LintPlan:
        """The same plan for a build of these targets; without targets that of the last stage. `options` are added."""
        target, *extra = targets or ("",)
        return LintPlan(
            self.rules, self.experimental_rules, self.shell, {**(self.options or {}), **options}, self.profile,
            self.severity_overrides, self.comments, target, build_args, extra, named_contexts, self.timeout,
            self.confidences, self.all_confidences, self.words,
        )  # fmt: skip

    def reports(self, rule: Rule, confidence: str) -> bool:
        """Whether a finding of the rule with this confidence is reported."""
        return confidence in self.confidences or rule.code in self.all_confidences

    def severity(self, rule: Rule, is_error: bool) -> str:
        """The severity of a finding of the rule; `is_error`: the file makes it an error."""
        severity = rule.level
        if self.profile is not None and self.profile.level and not rule.code.startswith("SYN"):
            severity = self.profile.level
        elif self.profile is not None:
            severity = self.profile.levels.get(rule.code, severity)
        if self.severity_overrides is not None:
            severity = self.severity_overrides.of(rule.code) or severity
        return ERROR if is_error else severity
