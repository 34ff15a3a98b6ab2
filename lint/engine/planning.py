"""Makes the lint plan of each file from its configuration and the files that describe its build."""

from __future__ import annotations

import os

from ...model.disk import stays_inside
from ...rules.base import CONFIDENCES, MEDIUM, normalize_selector
from ...rules.options import (
    BUILT_FOR_DEVELOPMENT,
    CODE_MOUNTS,
    GIVEN_ARGUMENTS,
    NEEDS_ROOT,
    NEWER_VERSION,
    PASSED_ARGUMENTS,
    PROJECT_IMAGES,
    PROJECT_PATH,
    TARGET_PLATFORMS,
    TEMPLATES,
)
from ..config.arguments import OUTPUT_FORMATS
from ..config.layer import ENVIRONMENT_PREFIX, ConfigError, ConfigLayer, display_path
from ..config.profiles import get_profile
from ..config.resolver import Config, ConfigResolver
from ..config.selection import (
    explicitly_selected,
    rules_named,
    select_rules,
    shellcheck_codes,
    split_selectors,
)
from ..sources.invocations.index import BuildFinder
from ..sources.project_layout import ProjectImages, ProjectLayout
from ..terminal.streams import inform
from .buildkit_checks import experimental_rules
from .diagnostic import describe_internal_error
from .lint_plan import LintPlan
from .time_limit import DEFAULT_SECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ...fixers.optimize.base.container_start import ContainerStart
    from ...model.build import Build
    from ...model.context import Context
    from ...rules.base import Rule
    from ..config.arguments import CheckArguments
    from ..config.profiles import Profile
    from ..sources.context_search import ContextFinder
    from ..sources.invocations.invocation import BuildInvocation

    FindContext = Callable[[Build], Context | None]

_COMMAND_LINE = "the command line"
_RULE_OPTIONS = ("trusted-registries", "label-schema", "strict-labels", "pedantic")
"""The keys that rules read; see rules/options.py."""


def default_plans() -> LintPlans:
    """Plans without command line options. Raises ConfigError."""
    return LintPlans(default_configurations())


def default_configurations() -> ConfigResolver:
    """Configurations without command line options. Raises ConfigError."""
    from ..config.arguments import CheckArguments

    return command_line_configurations(CheckArguments())


def command_line_configurations(arguments: argparse.Namespace | CheckArguments) -> ConfigResolver:
    """Configurations with these command line options. Raises ConfigError."""
    layers: list[ConfigLayer] = []
    environment = os.environ
    file = environment.get(ENVIRONMENT_PREFIX + "CONFIG") or None
    pairs: list[str] = []
    for word in arguments.config:
        if "=" in word:
            pairs.append(word)
        elif os.path.isfile(word):
            file = word
        else:
            raise ConfigError(f"--config {word}: no such file; use --config FILE or --config KEY=VALUE")
    if file is not None and not os.path.isfile(file):
        raise ConfigError(f"{ENVIRONMENT_PREFIX}CONFIG: no such file: `{file}`")
    if pairs:
        from ..config.reader import layers_from_options

        layers += layers_from_options(pairs)
    layers += _option_layers(arguments)
    isolated_variable = environment.get(ENVIRONMENT_PREFIX + "ISOLATED", "0").lower()
    isolated: bool = arguments.isolated or isolated_variable not in ("", "0", "false")
    return ConfigResolver(layers, isolated=isolated, file=file, roots=getattr(arguments, "paths", ()))


def _option_layers(arguments: argparse.Namespace | CheckArguments) -> list[ConfigLayer]:
    """A layer with the options that are also configuration keys, of which a command need not have all."""
    values: dict[str, object] = {}
    for key in ("select", "extend-select", "ignore", "fixable", "unfixable"):
        selectors = split_selectors(getattr(arguments, key.replace("-", "_"), ()))
        if selectors:
            values[key] = selectors
    for key in ("profile", "format", "fail-level", "baseline", "confidence"):
        value: str | None = getattr(arguments, key.replace("-", "_"), None)
        if value and (key != "format" or value in OUTPUT_FORMATS):
            values[key] = value
    context: str | None = getattr(arguments, "context", None)
    if context:
        values["context"] = context
    exclude: list[str] = arguments.exclude
    if exclude:
        values["extend-exclude"] = exclude
    for key in ("unsafe-fixes", "exit-zero", "force-exclude", "preview"):
        if getattr(arguments, key.replace("-", "_"), False):
            values[key] = True
    return [ConfigLayer(_COMMAND_LINE, os.getcwd(), values)] if values else []


class LintPlans:
    """Makes the plan of each file of a run; files with the same configuration share one.

    `invocations`: the builds that compose files, bake files and workflows describe; `shellcheck`: the path of
    ShellCheck, None before it was looked up, empty if it is not installed.
    """

    def __init__(
        self,
        configurations: ConfigResolver,
        report_warning: Callable[[str], object] = inform,
        *,
        shellcheck: str | None = None,
    ) -> None:
        self._configurations = configurations
        self._report_warning = report_warning
        self._warned: set[str] = set()
        self._plans: dict[tuple[object, ...], LintPlan] = {}
        self._contexts: ContextFinder | None = None
        self._roots = _SearchRoots()
        self.invocations = BuildFinder(self._warn_once)
        self._layout = ProjectLayout()
        self.shellcheck = shellcheck

    @property
    def contexts(self) -> ContextFinder:
        """The build contexts of the run; each directory is read once."""
        if self._contexts is None:
            from ..sources.context_search import ContextFinder

            self._contexts = ContextFinder()
        return self._contexts

    def forget_contexts(self) -> None:
        """Read build contexts again: their files may have changed."""
        self._contexts = None

    def config(self, path: str) -> Config:
        """The configuration for the file at `path`. Raises ConfigError."""
        return self._configurations.of(path)

    def excluded(self, path: str, is_directory: bool) -> bool:
        """Whether the configuration excludes a file or directory found in a walk. Raises ConfigError."""
        return self._configurations.of(path).excludes(path, is_directory)

    def is_excluded(self, path: str) -> bool:
        """Whether the configuration excludes a file or one of its parent directories. Raises ConfigError."""
        parts = path.split(os.sep)
        parents = (os.sep.join(parts[:length]) for length in range(1, len(parts)))
        return self.excluded(path, False) or any(self.excluded(parent, True) for parent in parents if parent)

    def of(self, path: str, roots: Sequence[str] = ()) -> LintPlan:
        """The plan for the file at `path`; `roots`: see `builds`. Raises ConfigError and UnknownRule."""
        roots = self._roots.of(path, roots)
        plan = self.configured(path)
        settings = self._configurations.of(path).dockerfile_settings(path)
        builds = self.builds(path, roots)
        options: dict[str, object] = {}
        chain = self.invocations.directories(path, roots)
        options[PROJECT_IMAGES] = ProjectImages(self.invocations.images(path, roots), self._layout, chain)
        templates = self._layout.templates(chain, roots)
        if templates:
            options[TEMPLATES] = templates
        if self._layout.has_newer_version(path, chain):
            options[NEWER_VERSION] = True
        passed = self.invocations.passed_arguments(path, roots)
        if passed:
            options[PASSED_ARGUMENTS] = passed
        place = self.invocations.path_in_project(path, roots)
        if place != path.replace(os.sep, "/"):
            options[PROJECT_PATH] = place
        if builds or options or "target" in settings or "build-args" in settings:
            return _plan_of_builds(plan, builds, settings, options)
        return plan

    def configured(self, path: str) -> LintPlan:
        """The plan of the configuration for `path`, whatever builds it. Raises ConfigError and UnknownRule."""
        config = self._configurations.of(path)
        ignored = config.ignored_in(path)
        key = (id(config), *ignored)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._plan(config, ignored)
        return plan

    def for_text(self, path: str) -> LintPlan:
        """The plan for a text called `path`, from its configuration only. Raises ConfigError and UnknownRule."""
        config = self._configurations.of(path)
        settings = config.dockerfile_settings(path)
        return _plan_of_builds(self._plan(config, config.ignored_in(path)), [], settings)

    def inline(self, path: str, build: BuildInvocation) -> LintPlan:
        """The plan for an inline Dockerfile in the file at `path`. Raises ConfigError and UnknownRule."""
        return _plan_of_builds(self.of(path), [build], self._configurations.of(path).dockerfile_settings(path))

    def builds(self, path: str, roots: Sequence[str] = ()) -> list[BuildInvocation]:
        """The builds of the Dockerfile at `path` that other files of the project describe or run.

        They are searched for up to the repository root, or up to a directory in `roots`, the paths of the command line.
        """
        roots = self._roots.of(path, roots)
        return self.invocations.of(path, roots) if os.path.isfile(path) else []

    def bounded(self, builds: Sequence[BuildInvocation], roots: Sequence[str]) -> list[BuildInvocation]:
        """The builds, with an unknown context instead of one outside of the repository, which is noted once."""
        found: list[BuildInvocation] = []
        for build in builds:
            context, folder = build.context, os.path.dirname(build.file)
            if context is not None and os.path.isdir(context) and not stays_inside(context, folder, roots):
                self._warn_once(
                    f"{display_path(build.file)}:{build.line}: the build context `{display_path(context)}` is outside "
                    "of the repository; not read"
                )
                build = build.without_context()
            found.append(build)
        return found

    def container_starts(self, path: str, roots: Sequence[str] = ()) -> list[ContainerStart]:
        """How other files of the project start containers of the image of the Dockerfile at `path`."""
        from ..sources.container_starts import find_container_starts

        directories = self.invocations.directories(path, roots)
        return find_container_starts(directories, self.builds(path, roots), roots)

    def context_finder(self, path: str, roots: Sequence[str]) -> FindContext:
        """A function that returns the build context of the Dockerfile at `path`, or None if it is unknown.

        The context comes from the configuration, from the files that describe the build, or from what the Dockerfile
        copies; one that is only assumed counts as unknown. Parents of the directories in `roots` are not considered.
        Raises ConfigError.
        """
        roots = self._roots.of(path, roots)
        config = self._configurations.of(path)
        root, outside = config.context(path, roots)
        if root is not None and outside:
            self._warn_once(
                f"{outside}: the build context `{os.path.normpath(root)}` is outside of the repository; not read; to "
                "use it, pass `--config 'context=\"DIRECTORY\"'`"
            )
            return lambda _: None
        if root is not None and not os.path.isdir(root):
            raise ConfigError(f"build context `{root}` of {path} is not a directory; correct the key `context`")
        described = [] if root is not None else self.bounded(self.builds(path, roots), roots)

        def find(build: Build) -> Context | None:
            try:
                if root is not None:
                    return self.contexts.context_at(root, path)
                return self.contexts.locate(path, build, roots, described)
            except Exception as error:  # noqa: BLE001 - what is near a file must not stop its findings
                self._warn_once(
                    f"{path}: internal error ({describe_internal_error(error)}) while searching for the build context, "
                    "so rules about it report nothing; this is a bug in dlint, please report it"
                )
                return None

        return find

    def assumed_context(self, path: str, build: Build, roots: Sequence[str]) -> str | None:
        """The directory that is probably the build context of the Dockerfile at `path`, without evidence of it."""
        roots = self._roots.of(path, roots)
        return self.contexts.assumed(path, build, roots, self.bounded(self.builds(path, roots), roots))

    def _plan(self, config: Config, ignored: Sequence[str]) -> LintPlan:
        select, extend, ignore, name = config.selection()
        ignore += ignored
        preview: bool = config.get("preview", False)
        chosen = get_profile(name or "default", preview) if name or preview else None
        rules = select_rules(select, ignore, self._warn_once, chosen.codes if chosen else None, extend)
        options = {key: value for key in _RULE_OPTIONS if (value := config.get(key)) is not None}
        if chosen is not None and chosen.pedantic:
            options.setdefault("pedantic", True)
        severity = config.get("severity")
        overrides = None
        if severity:
            from ..config.severity import SeverityOverrides

            overrides = SeverityOverrides(severity)
            if "select" not in config.layers[-1].values or config.layers[-1].source != _COMMAND_LINE:
                self._note_severities_of_rules_off(severity, rules, ignore)
        shell = self._shell(select, ignore, extend, chosen)
        comments: bool = config.get("ignore-comments", True)
        wanted: str | None = config.get("confidence")
        lowest = wanted or (chosen.confidence if chosen else MEDIUM)
        return LintPlan(
            rules, experimental_rules(select, ignore), shell, options, chosen, overrides, comments,
            timeout=self.timeout(config),
            confidences=CONFIDENCES[: CONFIDENCES.index(lowest) + 1],
            all_confidences=explicitly_selected([*select, *extend], by_prefix=wanted is None),
        )  # fmt: skip

    @staticmethod
    def timeout(config: Config) -> float:
        """The seconds that a file with this configuration may take."""
        return config.get("timeout", DEFAULT_SECONDS)

    def _shell(
        self, select: Sequence[str], ignore: Sequence[str], extend: Sequence[str], chosen: Profile | None
    ) -> Callable[[str], bool] | None:
        """A predicate for the wanted ShellCheck codes; None if it is off or not installed."""
        wanted = _shellcheck_codes(select, ignore, extend, chosen)
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
        if _shellcheck_codes(select, ignore, extend, chosen) is None:
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
                    self._warn_once(
                        f"`severity` sets {rule.code} to `{level}`, but {rule.code} is off; "
                        f'enable it with `extend-select = ["{rule.code}"]`'
                    )

    def _warn_once(self, text: str) -> None:
        if text not in self._warned:
            self._warned.add(text)
            self._report_warning(text)


_INTERMEDIATE_TARGETS = frozenset(
    ("dev", "develop", "development", "debug", "test", "tests", "testing", "lint", "ci", "local", "base", "build",
     "builder", "deps", "dependencies")
)  # fmt: skip
"""Names of stages that are not the final image."""
_MAX_TARGETS = 4


def _plan_of_builds(
    plan: LintPlan,
    builds: Sequence[BuildInvocation],
    settings: Mapping[str, Any],
    options: Mapping[str, object] | None = None,
) -> LintPlan:
    """The plan with target, arguments and named contexts of these builds of the file; `settings` win over them.

    All targets are linted, and the last stage too if only intermediate ones are built. Build arguments are used if all
    builds agree on their value. `options`: further settings of rules.
    """
    targets = list(dict.fromkeys(build.target.lower() for build in builds))
    if targets and _INTERMEDIATE_TARGETS.issuperset(targets):
        targets.append("")
    if "target" in settings:
        targets = [settings["target"]]
    arguments: dict[str, str] = {}
    named_contexts: dict[str, str] = {}
    for build in builds:
        arguments |= build.args
        named_contexts |= build.contexts
    agreed = {key: value for key, value in arguments.items() if all(b.args.get(key) == value for b in builds)}
    found: dict[str, object] = {
        GIVEN_ARGUMENTS: {
            name: os.path.basename(build.file) for build in reversed(builds) for name in sorted(build.given)
        },
        TARGET_PLATFORMS: tuple(dict.fromkeys(platform for build in builds for platform in build.platforms)),
        NEEDS_ROOT: any(build.needs_root for build in builds),
        BUILT_FOR_DEVELOPMENT: bool(builds) and all(build.is_for_development for build in builds),
        CODE_MOUNTS: _code_mounts(builds),
        **(options or {}),
    }
    known = {name: value for name, value in found.items() if value}
    return plan.with_build(targets[:_MAX_TARGETS], {**agreed, **settings.get("build-args", {})}, named_contexts, known)


def _code_mounts(builds: Sequence[BuildInvocation]) -> tuple[str, ...]:
    """The directories over which the services mount the source code, if all builds are of such services."""
    if not all(build.code_mounts for build in builds):
        return ()
    return tuple(dict.fromkeys(each for build in builds for each in build.code_mounts))


def _shellcheck_codes(
    select: Sequence[str], ignore: Sequence[str], extend: Sequence[str], chosen: Profile | None
) -> Callable[[str], bool] | None:
    if chosen is None:
        return shellcheck_codes(select, ignore, extend=extend)
    return shellcheck_codes(select, ignore, chosen.shell, extend, chosen.shell_off)


class _SearchRoots:
    """The paths of the command line, and the working directory for a file in it that they name.

    A project that is no repository has no other sign of its top. The root directory and the user's home are not
    projects. The paths are read once for a run, however many they are.
    """

    __slots__ = ("_extended", "_named", "_paths")

    def __init__(self) -> None:
        self._paths: Sequence[str] = ()
        self._extended: Sequence[str] = ()
        self._named = frozenset[str]()

    def of(self, path: str, roots: Sequence[str]) -> Sequence[str]:
        """`roots` for the file at `path`; they may be the result of an earlier call."""
        if roots is self._extended:
            return roots
        if roots is not self._paths:
            self._paths, self._named = roots, frozenset(roots)
            self._extended = [*roots, "."]
        if path not in self._named or "." in self._named:
            return roots
        here = os.getcwd()
        is_below = os.path.realpath(path).startswith(os.path.join(os.path.realpath(here), ""))
        return self._extended if is_below and here not in ("/", os.path.expanduser("~")) else roots
