"""What each file is linted with: its configuration made into rules, settings, a build context."""

from __future__ import annotations

import os

from ..config.arguments import OUTPUT_FORMATS
from ..config.layer import ENVIRONMENT_PREFIX, ConfigError, ConfigLayer
from ..config.layers import Config, ConfigResolver
from ..config.profiles import get_profile
from ..config.selection import (
    normalize_selector,
    rules_named,
    select_rules,
    selects_hadolint,
    shellcheck_codes,
    split_selectors,
)
from ..sources.invocations.index import BuildFinder
from ..terminal.streams import inform
from .buildkit_checks import experimental_rules
from .lint_plan import LintPlan

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ...model.build import Build
    from ...model.context import Context
    from ...rules.base import Rule
    from ..config.arguments import CheckArguments
    from ..config.profiles import Profile
    from ..sources.invocations.invocation import BuildInvocation

    FindContext = Callable[[Build], Context | None]

_COMMAND_LINE = "the command line"
_OF_RULES = ("trusted-registries", "label-schema", "strict-labels", "pedantic")
"""The keys that rules read; see model/options.py."""


def plan_for(path: str) -> tuple[LintPlan, FindContext]:
    """The plan for the file at `path` and what finds its build context, as `dlint path` has them.

    For callers that lint a text themselves, such as an editor's server. Raises BadConfiguration and UnknownRule;
    `config.forget()` and `locate.forget()` let files be read anew.
    """
    plans = LintPlans(default_configurations())
    return plans.of(path, [path]), plans.context_finder(path, [path])


_known: list[LintPlans] = []


def default_plans() -> LintPlans:
    """The plans of a command without the options of `dlint check`, made once. Raises BadConfiguration."""
    if not _known:
        _known.append(LintPlans(default_configurations()))
    return _known[0]


def default_configurations() -> ConfigResolver:
    """The configurations without any option. Raises BadConfiguration."""
    from ..config.arguments import CheckArguments

    return command_line_configurations(CheckArguments())


def command_line_configurations(arguments: argparse.Namespace | CheckArguments) -> ConfigResolver:
    """The configurations under these options. Raises BadConfiguration."""
    layers: list[ConfigLayer] = []
    environment = os.environ
    file = environment.get(ENVIRONMENT_PREFIX + "CONFIG") or None
    words: list[str] = []
    for word in arguments.config:
        if "=" in word:
            words.append(word)
        elif os.path.isfile(word):
            file = word
        else:
            raise ConfigError(f"--config {word}: there is no such file; write --config FILE or --config KEY=VALUE")
    if file is not None and not os.path.isfile(file):
        raise ConfigError(f"{ENVIRONMENT_PREFIX}CONFIG: there is no file `{file}`")
    if words:
        from ..config.reader import layers_from_options

        layers += layers_from_options(words)
    layers += _of_options(arguments)
    isolated: bool = arguments.isolated or environment.get(ENVIRONMENT_PREFIX + "ISOLATED", "0").lower() not in (
        "",
        "0",
        "false",
    )
    return ConfigResolver(layers, isolated=isolated, file=file)


def _of_options(arguments: argparse.Namespace | CheckArguments) -> list[ConfigLayer]:
    """The layer of the options that are keys too; a command need not have all of them."""
    values: dict[str, object] = {}
    for key in ("select", "extend-select", "ignore", "fixable", "unfixable"):
        selectors = split_selectors(getattr(arguments, key.replace("-", "_"), ()))
        if selectors:
            values[key] = selectors
    for key in ("profile", "format", "fail-level", "baseline"):
        value: str | None = getattr(arguments, key.replace("-", "_"), None)
        if value and (key != "format" or value in OUTPUT_FORMATS):
            values[key] = value
    exclude: list[str] = arguments.exclude
    if exclude:
        values["extend-exclude"] = exclude
    for key in ("unsafe-fixes", "exit-zero", "force-exclude"):
        if getattr(arguments, key.replace("-", "_"), False):
            values[key] = True
    return [ConfigLayer(_COMMAND_LINE, os.getcwd(), values)] if values else []


class LintPlans:
    """Makes the plan of each file; files with the same configuration share one."""

    def __init__(
        self, configurations: ConfigResolver, tell: Callable[[str], object] = inform, *, shellcheck: str | None = None
    ) -> None:
        self._configurations = configurations
        self._tell = tell
        self._told: set[str] = set()
        self._plans: dict[tuple[object, ...], LintPlan] = {}
        self.invocations = BuildFinder()
        self.shellcheck = shellcheck
        """The path of ShellCheck: None before it was looked for, empty when there is none."""

    def config(self, path: str) -> Config:
        """The configuration for the file at `path`. Raises BadConfiguration."""
        return self._configurations.of(path)

    def excluded(self, path: str, folder: bool) -> bool:
        """Whether a configuration leaves out what is found at `path` in a walk. Raises BadConfiguration."""
        return self._configurations.of(path).excludes(path, folder)

    def is_excluded(self, path: str) -> bool:
        """Whether a configuration leaves out a file or one of the folders that it is in. Raises BadConfiguration."""
        parts = path.split(os.sep)
        above = (os.sep.join(parts[:length]) for length in range(1, len(parts)))
        return self.excluded(path, False) or any(self.excluded(folder, True) for folder in above if folder)

    def of(self, path: str, roots: Sequence[str] = ()) -> LintPlan:
        """The plan for the file at `path`. Raises BadConfiguration and UnknownRule."""
        config = self._configurations.of(path)
        ignored = config.ignored_in(path)
        key = (id(config), *ignored)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._plan(config, ignored)
        given = config.dockerfile_settings(path)
        builds = self.builds(path, roots)
        if builds or "target" in given or "build-args" in given:
            plan = _built(plan, builds, given)
        return plan

    def for_text(self, path: str) -> LintPlan:
        """The plan for a text called `path` by its configuration alone: no file is looked at but configuration files.

        Raises ConfigError and UnknownRule.
        """
        config = self._configurations.of(path)
        settings = config.dockerfile_settings(path)
        return _built(self._plan(config, config.ignored_in(path)), [], settings)

    def inline(self, path: str, build: BuildInvocation) -> LintPlan:
        """The plan for a Dockerfile that stands in the file at `path`. Raises BadConfiguration and UnknownRule."""
        return _built(self.of(path), [build], self._configurations.of(path).dockerfile_settings(path))

    def builds(self, path: str, roots: Sequence[str] = ()) -> list[BuildInvocation]:
        """How the Dockerfile at `path` is built, as compose files, bake files and workflows around it say."""
        return self.invocations.of(path, roots) if os.path.isfile(path) else []

    def context_finder(self, path: str, roots: Sequence[str]) -> FindContext:
        """What finds the context of the Dockerfile at `path`; folders above those in `roots` are left alone.

        It is the one of the configuration, else of those who build it, else it is told from what the file copies.
        """
        config = self._configurations.of(path)
        root: str | None = config.dockerfile_settings(path).get("context")
        if root is not None and not os.path.isdir(root):
            raise ConfigError(f"the context `{root}` of {path} is no folder; it is set by the key `context`")
        described = [] if root is not None else self.builds(path, roots)

        def find(build: Build) -> Context | None:
            from ..sources.context_search import context_at, locate_context

            return locate_context(path, build, roots, described) if root is None else context_at(root, path)

        return find

    def _plan(self, config: Config, ignored: Sequence[str]) -> LintPlan:
        select, extend, ignore, name = config.selection()
        ignore += ignored
        chosen = get_profile(name) if name else None
        rules = select_rules(select, ignore, self._once, chosen.codes if chosen else None, extend)
        options = {key: value for key in _OF_RULES if (value := config.get(key)) is not None}
        if selects_hadolint([*select, *extend]) or (chosen is not None and chosen.pedantic):
            options.setdefault("pedantic", True)
        severity = config.get("severity")
        levels = None
        if severity:
            from ..config.severity import SeverityOverrides

            levels = SeverityOverrides(severity)
            if "select" not in config.layers[-1].values or config.layers[-1].source != _COMMAND_LINE:
                self._note_severities_of_rules_off(severity, rules, ignore)
        shell = self._shell(select, ignore, extend, chosen)
        comments: bool = config.get("ignore-comments", True)
        return LintPlan(rules, experimental_rules(select, ignore), shell, options, chosen, levels, comments)

    def _shell(
        self, select: Sequence[str], ignore: Sequence[str], extend: Sequence[str], chosen: Profile | None
    ) -> Callable[[str], bool] | None:
        """Which codes of ShellCheck are wanted; None if it is not installed or off."""
        wanted = shellcheck_codes(select, ignore, chosen is None or chosen.shell, extend)
        if wanted is None:
            return None
        if self.shellcheck is None:
            from .shellcheck import find_shellcheck

            self.shellcheck = find_shellcheck()
        return wanted if self.shellcheck else None

    def lacks_shellcheck(self, path: str) -> bool:
        """Whether findings of ShellCheck are wanted in the file at `path`, and it is not installed.

        In a pipe they are wanted only if they were selected.
        """
        if self.shellcheck != "":
            return False
        select, extend, ignore, name = self._configurations.of(path).selection()
        chosen = get_profile(name) if name else None
        ignore += self._configurations.of(path).ignored_in(path)
        if shellcheck_codes(select, ignore, chosen is None or chosen.shell, extend) is None:
            return False
        import sys

        selected = any(normalize_selector(each).startswith(("sc", "shellcheck")) for each in (*select, *extend))
        return selected or (sys.stderr is not None and sys.stderr.isatty())  # pyright: ignore[reportUnnecessaryComparison]

    def _note_severities_of_rules_off(
        self, severity: Mapping[str, str], rules: Sequence[Rule], ignore: Sequence[str]
    ) -> None:
        """Note each rule that `severity` names and that does not run, except those that are ignored."""
        running = {rule.code for rule in rules}
        ignored = {rule.code for selector in ignore for rule in rules_named(selector)}
        for selector, level in severity.items():
            for rule in rules_named(selector):
                if rule.code not in running and rule.code not in ignored:
                    self._once(
                        f"`severity` sets {rule.code} to `{level}`, but {rule.code} is off; "
                        f'enable it with `extend-select = ["{rule.code}"]`'
                    )

    def _once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(text)


_PARTIAL = frozenset(
    ("dev", "develop", "development", "debug", "test", "tests", "testing", "lint", "ci", "local", "base", "build",
     "builder", "deps", "dependencies")
)  # fmt: skip
"""Names of stages that are built on the way; the image that is shipped is another."""
_MOST_TARGETS = 4


def _built(plan: LintPlan, builds: Sequence[BuildInvocation], given: Mapping[str, Any]) -> LintPlan:
    """The plan with target, arguments and named contexts of those who build the file; `given` wins.

    Every target that someone builds is looked at, and the last stage too when only partial ones are named. Of the
    arguments those count on which all builds agree.
    """
    plan = plan.of(plan.rules)
    targets = list(dict.fromkeys(build.target.lower() for build in builds))
    if targets and _PARTIAL.issuperset(targets):
        targets.append("")
    if "target" in given:
        targets = [given["target"]]
    if targets:
        plan.target, plan.extra_targets = targets[0], targets[1:_MOST_TARGETS]
    arguments: dict[str, str] = {}
    for build in builds:
        arguments |= build.args
        plan.named_contexts = {**(plan.named_contexts or {}), **build.contexts}
    agreed = {key: value for key, value in arguments.items() if all(b.args.get(key) == value for b in builds)}
    plan.build_args = {**agreed, **given.get("build-args", {})}
    return plan
