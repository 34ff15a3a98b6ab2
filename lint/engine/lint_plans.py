"""What each file is linted with: its configuration made into rules, settings, a build context."""

from __future__ import annotations

import os

from ..config.layer import PREFIX, BadConfiguration, Layer
from ..config.layers import Config, Configurations
from ..config.profiles import profile
from ..config.selection import asks_for_hadolint, choose, normal, shell_codes, split
from ..sources.invocations.index import Invocations
from ..terminal.streams import note
from .buildkit_checks import on_request
from .lint_plan import Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ...model.build import Build
    from ...model.context import Context
    from ..config.arguments import Arguments
    from ..config.profiles import Profile
    from ..sources.invocations.invocation import Invocation

    FindContext = Callable[[Build], Context | None]

_OF_RULES = ("trusted-registries", "label-schema", "strict-labels", "pedantic")
"""The keys that rules read; see model/options.py."""


def plan_for(path: str) -> tuple[Plan, FindContext]:
    """The plan for the file at `path` and what finds its build context, as `dlint path` has them.

    For callers that lint a text themselves, such as an editor's server. Raises BadConfiguration and UnknownRule;
    `config.forget()` and `locate.forget()` let files be read anew.
    """
    plans = Plans(of_environment())
    return plans.of(path, [path]), plans.finder(path, [path])


_known: list[Plans] = []


def of_run() -> Plans:
    """The plans of a command without the options of `dlint check`, made once. Raises BadConfiguration."""
    if not _known:
        _known.append(Plans(of_environment()))
    return _known[0]


def of_environment() -> Configurations:
    """The configurations without any option. Raises BadConfiguration."""
    from ..config.arguments import Arguments

    return configurations(Arguments())


def configurations(arguments: argparse.Namespace | Arguments) -> Configurations:
    """The configurations under these options. Raises BadConfiguration."""
    layers: list[Layer] = []
    environment = os.environ
    file = environment.get(PREFIX + "CONFIG") or None
    words: list[str] = []
    for word in arguments.config:
        if "=" in word:
            words.append(word)
        elif os.path.isfile(word):
            file = word
        else:
            raise BadConfiguration(f"--config {word}: there is no such file; write --config FILE or --config KEY=VALUE")
    if file is not None and not os.path.isfile(file):
        raise BadConfiguration(f"{PREFIX}CONFIG: there is no file `{file}`")
    if words:
        from ..config.reader import from_options

        layers += from_options(words)
    layers += _of_options(arguments)
    isolated: bool = arguments.isolated or environment.get(PREFIX + "ISOLATED", "0").lower() not in ("", "0", "false")
    return Configurations(layers, isolated=isolated, file=file)


def _of_options(arguments: argparse.Namespace | Arguments) -> list[Layer]:
    """The layer of the options that are keys too."""
    values: dict[str, object] = {}
    for key in ("select", "extend-select", "ignore", "fixable", "unfixable"):
        selectors = split(getattr(arguments, key.replace("-", "_")))
        if selectors:
            values[key] = selectors
    for key in ("profile", "format", "fail-level", "baseline"):
        value: str | None = getattr(arguments, key.replace("-", "_"))
        if value:
            values[key] = value
    exclude: list[str] = arguments.exclude
    if exclude:
        values["extend-exclude"] = exclude
    for key in ("unsafe-fixes", "exit-zero", "force-exclude"):
        if getattr(arguments, key.replace("-", "_")):
            values[key] = True
    return [Layer("the command line", os.getcwd(), values)] if values else []


class Plans:
    """Makes the plan of each file; files with the same configuration share one."""

    def __init__(self, configurations: Configurations, tell: Callable[[str], object] = note) -> None:
        self._configurations = configurations
        self._tell = tell
        self._told: set[str] = set()
        self._plans: dict[tuple[object, ...], Plan] = {}
        self.invocations = Invocations()
        self.shellcheck: str | None = None
        """The path of ShellCheck: None before it was looked for, empty when there is none."""

    def config(self, path: str) -> Config:
        """The configuration for the file at `path`. Raises BadConfiguration."""
        return self._configurations.of(path)

    def excluded(self, path: str, folder: bool) -> bool:
        """Whether a configuration leaves out what is found at `path` in a walk. Raises BadConfiguration."""
        return self._configurations.of(path).excludes(path, folder)

    def leaves_out(self, path: str) -> bool:
        """Whether a configuration leaves out a file or one of the folders that it is in. Raises BadConfiguration."""
        parts = path.split(os.sep)
        above = (os.sep.join(parts[:length]) for length in range(1, len(parts)))
        return self.excluded(path, False) or any(self.excluded(folder, True) for folder in above if folder)

    def of(self, path: str, roots: Sequence[str] = ()) -> Plan:
        """The plan for the file at `path`. Raises BadConfiguration and UnknownRule."""
        config = self._configurations.of(path)
        ignored = config.ignored_in(path)
        key = (id(config), *ignored)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._plan(config, ignored)
        given = config.of_dockerfile(path)
        builds = self.builds(path, roots)
        if builds or "target" in given or "build-args" in given:
            plan = _built(plan, builds, given)
        return plan

    def inline(self, path: str, build: Invocation) -> Plan:
        """The plan for a Dockerfile that stands in the file at `path`. Raises BadConfiguration and UnknownRule."""
        return _built(self.of(path), [build], self._configurations.of(path).of_dockerfile(path))

    def builds(self, path: str, roots: Sequence[str] = ()) -> list[Invocation]:
        """How the Dockerfile at `path` is built, as compose files, bake files and workflows around it say."""
        return self.invocations.of(path, roots) if os.path.isfile(path) else []

    def finder(self, path: str, roots: Sequence[str]) -> FindContext:
        """What finds the context of the Dockerfile at `path`; folders above those in `roots` are left alone.

        It is the one of the configuration, else of those who build it, else it is told from what the file copies.
        """
        config = self._configurations.of(path)
        root: str | None = config.of_dockerfile(path).get("context")
        if root is not None and not os.path.isdir(root):
            raise BadConfiguration(f"the context `{root}` of {path} is no folder; it is set by the key `context`")
        described = [] if root is not None else self.builds(path, roots)

        def find(build: Build) -> Context | None:
            from ..sources.context_search import context_at, locate

            return locate(path, build, roots, described) if root is None else context_at(root, path)

        return find

    def _plan(self, config: Config, ignored: Sequence[str]) -> Plan:
        select, extend, ignore, name = config.selection()
        ignore += ignored
        chosen = profile(name) if name else None
        rules = choose(select, ignore, self._once, chosen.codes if chosen else None, extend)
        options = {key: value for key in _OF_RULES if (value := config.get(key)) is not None}
        if asks_for_hadolint([*select, *extend]) or (chosen is not None and chosen.pedantic):
            options.setdefault("pedantic", True)
        severity = config.get("severity")
        levels = None
        if severity:
            from ..config.severity import Levels

            levels = Levels(severity)
        shell = self._shell(select, ignore, extend, chosen)
        comments: bool = config.get("ignore-comments", True)
        return Plan(rules, on_request(select, ignore), shell, options, chosen, levels, comments)

    def _shell(
        self, select: Sequence[str], ignore: Sequence[str], extend: Sequence[str], chosen: Profile | None
    ) -> Callable[[str], bool] | None:
        """Which codes of ShellCheck are wanted; None when it is missing (who waits for it is told) or off."""
        wanted = shell_codes(select, ignore, chosen is None or chosen.shell, extend)
        if wanted is None:
            return None
        from .shellcheck import HINT, program

        if self.shellcheck is None:
            self.shellcheck = program()
        if self.shellcheck:
            return wanted
        asked = any(normal(selector).startswith(("sc", "shellcheck")) for selector in (*select, *extend))
        import sys

        if asked or (sys.stderr is not None and sys.stderr.isatty()):  # pyright: ignore[reportUnnecessaryComparison]
            self._once(HINT)
        return None

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


def _built(plan: Plan, builds: Sequence[Invocation], given: Mapping[str, Any]) -> Plan:
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
        plan.target, plan.more_targets = targets[0], targets[1:_MOST_TARGETS]
    arguments: dict[str, str] = {}
    for build in builds:
        arguments |= build.args
        plan.named = {**(plan.named or {}), **build.contexts}
    agreed = {key: value for key, value in arguments.items() if all(b.args.get(key) == value for b in builds)}
    plan.build_args = {**agreed, **given.get("build-args", {})}
    return plan
