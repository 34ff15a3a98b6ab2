"""Node.js: dependencies and build in a stage with compilers, run on the slim image of the same version."""

from __future__ import annotations

import posixpath
import re

from ....model.images.slimmer import find_slim_variant
from ....syntax.tree import Arg, Cmd, CopyOrAdd, Entrypoint, Env, Healthcheck, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import (
    from_instruction,
    instruction_text,
    instruction_with_comments,
    leading_comments,
    run_instruction,
    write_two_stages,
)
from ..base.copies import context_path, read_context_file
from ..base.programs import (
    FULL_IMAGE_PROGRAMS,
    ProgramUsage,
    add_ca_certificates,
    check_final_stage_runs,
    require_no_compiler_at_start,
)
from ..base.rewrite import (
    NothingToDo,
    Preconditions,
    RewriteOutcome,
    RewriteRejected,
    StageRewrite,
    Step,
    run_rewrite,
    slim_base_step,
)
from ..base.run_steps import FILES_AND_USERS
from ..base.system import AptInstall, runtime_install
from ..manifests.manifests import compiles_native_addon, install_inputs, read_package_json
from ..order.cache_order import manifest_copies
from ..split.stage_facts import (
    NAME,
    FinalStage,
    base_text,
    copy_from_build,
    is_copied_again,
    is_from_context,
    kept_instructions,
    places_of,
    quoted,
    reject_instruction,
    reject_ownership,
    require_plain_base,
    require_root,
    take_system_packages,
)
from .node_build import build_outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction
    from ..base.run_steps import RunCommand
    from ..manifests.manifests import PackageJson

_UNKNOWN_NATIVE = frozenset(
    """canvas electron fluent-ffmpeg gm ibm_db imagemagick libpq node-libcurl node-rdkafka nodegit odbc oracledb
    pg-native playwright puppeteer zeromq""".split()
)
"""Packages that load system libraries, or start programs, that only the full image may have."""
_STATIC = ("serve", "http-server", "nginx", "caddy", "local-web-server", "ws")
"""Web servers for static files, which run no code of the project."""
_BUILDERS = ("npx", "tsc", "vite", "webpack", "ng")
"""Programs that build when they run in a RUN."""
_COMPILED = re.compile(
    r'^"?(node-gyp(-build)?|(@mapbox/)?node-pre-gyp|nan|bindings|prebuild-install|node-addon-api|prisma|@prisma/[\w-]+)@',
    re.MULTILINE,
)
"""Packages of a yarn.lock that compile others, download compiled files, or write outside their directory."""
_YARNS_OWN = frozenset(
    """add audit cache check config create dlx exec global help info init install link list node npm outdated pack
    policies publish remove test unlink unplug up upgrade version versions why workspace workspaces""".split()
)
"""Commands of Yarn, which are not scripts of package.json."""
_LOADS_OPENSSL = frozenset(("@prisma/client", "prisma"))
"""Packages that load the system's libssl, which slim Node.js images lack. Source: Prisma's system requirements."""
_LATE = frozenset(("PORT", "HOST", "TZ", "LANG", "LC_ALL"))
"""Variables that no install and no build depends on."""
_STARTED = re.compile(r"""\b(?:exec|spawn|execFile|fork)(?:Sync)?\(\s*["'`]([\w.-]+)""")
_IMPORTED = re.compile(r"""(?:\bfrom\s*|\brequire\s*\(\s*|\bimport\s*\(\s*|\bimport\s+)["']([^"']+)["']""")
_WRITTEN = {"npm": "package-lock.json", "pnpm": "pnpm-lock.yaml", "yarn": "yarn.lock"}
"""The lock file that an install writes if there is none. Source: npm from version 5 on, which came with Node.js 8."""
_LOCKS_OR_SETTINGS = frozenset((*_WRITTEN.values(), "npm-shrinkwrap.json", ".npmrc", ".yarnrc"))
_WITHOUT_LOCK = ("--no-package-lock", "--no-lockfile", "--pure-lockfile", "--frozen-lockfile", "--no-lock")
_SOURCES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_TESTS = re.compile(r"(^|/)(tests?|__tests__|__mocks__|specs?|e2e|cypress)/|\.(test|spec|stories|e2e)\.\w+$")
_CONFIGURATION = re.compile(r"(^|/)(\.[^/]*|[^/]*\.config|[^/]*rc|gulpfile|gruntfile)\.\w+$", re.IGNORECASE)


_PROGRAMS = {
    "@angular/cli": "ng",
    "@nestjs/cli": "nest",
    "@vue/cli": "vue",
    "grunt": "grunt",
    "grunt-cli": "grunt",
    "gulp": "gulp",
    "gulp-cli": "gulp",
    "npm": "npm",
    "typescript": "tsc",
    "webpack": "webpack",
    "webpack-cli": "webpack",
}
"""Packages that are installed globally, mostly to build, and their programs. Source: `bin` of their package.json."""


class _SortedRuns:
    """The RUNs of the stage by what they are for.

    `apt_installs`: what RUNs install with apt, by their id
    `install`: the RUN that installs the dependencies
    `directory`: the directory that it works in
    `builder_runs`: the commands that the builder runs, by the id of their RUN
    `built`: the RUNs that build, in order
    `after_install`: what is built after the install in the same RUN
    """

    def __init__(self) -> None:
        self.apt_installs: dict[int, AptInstall] = {}
        self.install: Run | None = None
        self.directory = ""
        self.builder_runs: dict[int, list[str]] = {}
        self.built: list[Run] = []
        self.after_install: list[str] = []

    def moved(self) -> set[int]:
        """The ids of the RUNs that the final stage does not get as they are."""
        return {*self.builder_runs, *self.apt_installs}


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a Node.js image into a builder and a slim runtime."""
    return run_rewrite(NAME, lambda checks: _NodeSplit(build, stage, context, checks).result())


class _NodeSplit(StageRewrite):
    """A stage that installs packages for Node.js, and may build.

    `slim`: the slim base image, "" when there is none or the base image is slim
    `whole`: whether the final stage gets the whole directory of the builder
    `outputs`: the directories that the build fills, relative to the project; None when unknown
    `covered`: the COPYs of the file that bring only manifests
    `names`: all dependencies of package.json
    """

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.sorted = _SortedRuns()
        self.slim = ""
        self.whole = False
        self.outputs: list[str] | None = None
        self.covered: list[CopyOrAdd] = []
        self.names: set[str] = set()

    def result(self) -> tuple[str, list[Step]]:
        """The new file and the steps to it. Raises RewriteRejected."""
        self._base()
        for instruction in self.stage.instructions:
            reject_instruction(instruction, (Onbuild, Shell))
            if isinstance(instruction, Run):
                self._sort(instruction)
        install = self._require_install()
        manifest, data = self._require_package_json(install)
        prune = self._prunes(data, install)
        compiles = any(system.has_build_packages for system in self.sorted.apt_installs.values())
        if not self.slim and not compiles and not prune:
            raise NothingToDo(
                "the base image is already slim and nothing can be left out, so a second stage saves nothing"
            )
        self.outputs = build_outputs(self.context, posixpath.dirname(manifest), data, self._scripts())
        manifests = self._manifests(install)
        self.whole = compiles_native_addon(self.context, manifest) or not manifests or self.outputs is None
        builder, final = self._builder(install, manifests, prune), self._final(install)
        return write_two_stages(self.build, self.stage, builder, final), self._steps(prune)

    def _steps(self, prune: bool) -> list[Step]:
        steps = [Step("Install and build in a separate stage", "keeps compilers and caches out of the image")]
        if prune:
            steps.append(Step("Omit devDependencies", "the program does not import them"))
        if self.slim:
            steps.append(slim_base_step(self.slim))
        return steps

    def _require_install(self) -> Run:
        """The RUN that installs the dependencies. Raises RewriteRejected without one or when it cannot move."""
        install = self.sorted.install
        self.checks.require("a package manager installs the dependencies", install, "no RUN installs the dependencies")
        assert install is not None
        check_final_stage_runs(
            self.build,
            self.stage,
            self.context,
            self.sorted.moved(),
            self._last(install),
            builds=bool(self.sorted.built),
        )
        require_root(self.build, install, self.checks)
        return install

    def _require_package_json(self, install: Run) -> tuple[str, PackageJson]:
        """The name of package.json and its data; sets `names`. Raises RewriteRejected for unknown system libraries."""
        manifest = self._package_json()
        self.checks.require(
            "package.json is in the build context",
            manifest,
            "no package.json is copied to the directory where the install runs",
            install,
        )
        assert manifest is not None
        data = read_package_json(self.context, manifest, install)
        self.names = data.names("dependencies", "devDependencies", "optionalDependencies")
        unknown = sorted(self.names & _UNKNOWN_NATIVE)
        self.checks.require(
            "no package needs unknown system libraries",
            not unknown,
            f"the run-time system dependencies of {quoted(unknown)} are unknown",
        )
        return manifest, data

    def _package_json(self) -> str | None:
        """The name of package.json in the build context."""
        path = posixpath.join(self.sorted.directory, "package.json")
        return context_path(self.build, self.stage, self.context, path)

    def _last(self, install: Run) -> Run:
        """The last RUN of the builder."""
        return (self.sorted.built or [install])[-1]

    def _base(self) -> None:
        ref, facts = self.stage.base_ref, self.stage.base_facts
        self.checks.require(
            "the base image is an official Node.js image",
            ref and facts and facts.family in ("debian", "alpine"),
            f"`{base_text(self.stage)}` is not an official Node.js image",
            self.stage.from_,
        )
        assert ref is not None and facts is not None
        slim = find_slim_variant(ref)
        self.slim = slim.text if slim else ""
        self.checks.require(
            "the base image has a slim variant of the same version and release",
            slim or "slim" in (ref.tag or "") or facts.family == "alpine",
            f"`{ref.text}` has no slim variant",
            self.stage.from_,
        )
        require_plain_base(self.stage, self.checks)

    # What the RUNs are for

    def _sort(self, run: Run) -> None:
        calls = self.build.package_calls(run)
        # A program of a package may build (`npx tsc`).
        builds = any(command.name in _BUILDERS for command in self.build.commands(run))
        if not builds and not any(call.manager.ecosystem in ("os", "node") for call in calls):
            return
        rest = take_system_packages(self.build, run, self.sorted.apt_installs)
        if rest:
            self.sorted.builder_runs[id(run)] = []
        for command in rest:
            self._take(run, command)

    def _take(self, run: Run, command: RunCommand) -> None:
        """Record what a command is for. Raises RewriteRejected for one that cannot move to the builder."""
        call, text = command.call, command.text
        if call is None:
            self._take_program(run, command)
        elif call.manager.ecosystem != "node" or call.uncertain:
            raise RewriteRejected(f"the effect of `{text[:60]}` is unknown", run)
        elif call.verb == "clean":
            return
        elif call.packages:
            if not _is_global(call):
                raise RewriteRejected(
                    f"`{text[:60]}` adds packages to package.json; install them from package.json", run
                )
            self.sorted.builder_runs[id(run)].append(text)
        elif _is_install(call):
            self._take_install(run, call)
            self.sorted.builder_runs[id(run)].append(text)
        else:
            self._take_build(run, text)

    def _take_program(self, run: Run, command: RunCommand) -> None:
        """Record a command that is not a package manager's."""
        name, text = command.command.name, command.text
        if name == "corepack":
            self.sorted.builder_runs[id(run)].append(text)
        elif name in _BUILDERS:
            self._take_build(run, text)
        elif command.kind != FILES_AND_USERS or name != "rm" or "node_modules" in text:
            raise RewriteRejected(f"`{text[:60]}` is in the same RUN as an install; move it to a separate RUN", run)

    def _take_install(self, run: Run, call: PackageCall) -> None:
        """Record the install of the dependencies."""
        if self.sorted.install is not None and self.sorted.install is not run:
            raise RewriteRejected("the dependencies are installed more than once", run)
        if call.has("--prefix", "-C", "--cwd", "--dir", "--workspace", "-w"):
            raise RewriteRejected("the install runs in another directory; use WORKDIR instead of the option", run)
        self.sorted.install = run
        self.sorted.directory = self.build.state(run).path(".") or ""

    def _take_build(self, run: Run, text: str) -> None:
        """Record a command that builds."""
        if run not in self.sorted.built:
            self.sorted.built.append(run)
        if run is self.sorted.install:
            self.sorted.after_install.append(text)
            return
        if self._install_call(run) is not None:
            raise RewriteRejected(
                f"`{text[:60]}` runs before the install in the same RUN; move it after the install", run
            )
        self.sorted.builder_runs[id(run)].append(text)

    def _install_call(self, run: Run) -> PackageCall | None:
        """The first call in a RUN that installs the dependencies."""
        return next((call for call in self.build.package_calls(run) if _is_install(call)), None)

    def _scripts(self) -> list[str]:
        """What the RUNs that build start: `npm run x` as the name of its script, others as a command line."""
        found: list[str] = []
        for run in dict.fromkeys(self.sorted.built):
            for command in self.build.commands(run):
                words = [word.value for word in command.words]
                call = next((call for call in self.build.package_calls(run) if call.command is command), None)
                if call is not None and (call.packages or call.verb in ("install", "restore", "clean")):
                    continue
                if words[0] == "corepack":
                    continue
                found.append(_script_of(words) or " ".join(words[1:] if words[0] == "npx" else words))
        return found

    # Development dependencies

    def _prunes(self, data: PackageJson, install: Run) -> bool:
        """Whether devDependencies can be left out: nothing that runs needs them, and npm or Yarn 1 can omit them."""
        development = data.names("devDependencies")
        call = self._install_call(install)
        if not development or call is None or self.build.state(install).vars.get("NODE_ENV") == "production":
            return False
        if call.has("--production", "--prod", "--omit", "--only", "--ignore-scripts"):
            return False
        if call.manager.name == "npm":
            omits = self._npm_knows_omit()
        else:
            omits = call.manager.name == "yarn" and self._is_yarn_1(install)
        return omits and not self._uses(data, development)

    def _is_yarn_1(self, install: Run) -> bool:
        """Whether Yarn 1 follows a lock file without packages that compile, whose results it would delete."""
        try:
            names = install_inputs(self.build, self.stage, self.context, install)
        except RewriteRejected:
            return False
        lock = next((read_context_file(self.context, name) or "" for name in names if name.endswith("yarn.lock")), "")
        return "# yarn lockfile v1" in lock and _COMPILED.search(lock) is None

    def _pruning(self, install: Run) -> tuple[str, str]:
        """The option that omits devDependencies from an install, and the command that removes them afterwards."""
        if any(call.manager.name == "yarn" for call in self.build.package_calls(install)):
            return "--production", "yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline"
        return "--omit=dev", "npm prune --omit=dev"

    def _npm_knows_omit(self) -> bool:
        """Whether npm knows `--omit`: from version 7 on, which came with Node.js 15."""
        version = self._node_version()
        return version is None or version >= 16

    def _node_version(self) -> int | None:
        """The major version of Node.js in the base image's tag; None for none."""
        match = re.match(r"(\d+)", (self.stage.base_ref.tag if self.stage.base_ref else "") or "")
        return int(match[1]) if match is not None else None

    def _uses(self, data: PackageJson, development: set[str]) -> bool:
        """Whether the start command, or a source file other than tests and configuration, may use devDependencies."""
        started = self._started(data)
        if started is None or any(word in development for word in started):
            return True
        started = started[1:] if started[:1] == ["npx"] else started
        if started and started[0] in _STATIC:
            return False
        if not started or started[0] != "node":
            return True
        return any(self._imports(name, development) for name in self.context.files() if _is_run_time_source(name))

    def _imports(self, name: str, packages: set[str]) -> bool:
        """Whether a source file imports one of the packages, or cannot be read."""
        text = read_context_file(self.context, name)
        if text is None:
            return True
        for module in _IMPORTED.findall(text):
            parts = module.split("/")
            package = "/".join(parts[:2]) if module.startswith("@") else parts[0]
            if package in packages and not package.startswith("@types/"):
                return True
        return False

    def _started(self, data: PackageJson) -> list[str] | None:
        """The words of the command that the image starts, through scripts of package.json; None when unknown."""
        last: dict[str, Cmd | Entrypoint] = {}
        for instruction in self.stage.instructions:
            if isinstance(instruction, Cmd | Entrypoint):
                last[instruction.name] = instruction
            if isinstance(instruction, Healthcheck) and instruction.words:
                return None
        words: list[str] = []
        for name in ("ENTRYPOINT", "CMD"):
            if name in last:
                commands = self.build.commands(last[name])
                if len(commands) != 1:
                    return None
                words += [word.value for word in commands[0].words]
        return _through_scripts(words, data) or None

    # The text

    def _builder(self, install: Run, manifests: list[str], prune: bool) -> list[str]:
        lines = [from_instruction(self.stage, name="build")]
        source: list[str] = []
        """COPYs that wait until the dependencies are installed."""
        omits = prune and self._omits(install)
        for instruction in self.stage.instructions:
            if instruction.start > self._last(install).start:
                break
            lines += self._system_packages(instruction)
            if _is_setting(instruction):
                lines.append(instruction_text(self.build, instruction))
            elif isinstance(instruction, CopyOrAdd) and manifests and instruction.start < install.start:
                source += self._delayed_copy(instruction, manifests)
            elif isinstance(instruction, CopyOrAdd):
                lines.append(instruction_with_comments(self.build, instruction))
            elif instruction is install:
                lines += [*manifests, *self._install(install, omits=omits), *(source if self.sorted.built else ())]
                lines += [run_instruction(self.sorted.after_install)] if self.sorted.after_install else []
            elif isinstance(instruction, Run) and self.sorted.builder_runs.get(id(instruction)):
                lines.append(self._moved_run(instruction))
        if self.whole and not self.sorted.built:
            lines += source
        if prune and not omits:
            lines.append(f"RUN {self._pruning(install)[1]}")
        return lines

    def _system_packages(self, instruction: Instruction) -> list[str]:
        """The RUN with which the builder installs system packages, after its comments; empty for none."""
        system = self.sorted.apt_installs.get(id(instruction))
        if system is None or not system.packages:
            return []
        return [*leading_comments(self.build, instruction), system.line(system.packages)]

    def _delayed_copy(self, copy: CopyOrAdd, manifests: list[str]) -> list[str]:
        """A COPY before the install as the builder has it after the install; empty when it needs no more of it."""
        if not (self.whole or self.sorted.built) or self._copies_only_manifests(copy, manifests):
            return []
        return [(instruction_with_comments if self.whole else instruction_text)(self.build, copy)]

    def _install(self, install: Run, *, omits: bool) -> list[str]:
        """The RUN that installs the dependencies, without devDependencies when it `omits` them; empty for none."""
        if not self.sorted.builder_runs[id(install)]:
            return []
        line = self._moved_run(install)
        return [f"{line.rstrip()} {self._pruning(install)[0]}" if omits else line]

    def _omits(self, install: Run) -> bool:
        """Whether the install itself can omit devDependencies: nothing is built, and its RUN has no other command."""
        return not self.sorted.built and len(self.build.commands(install)) == 1

    def _manifests(self, install: Run) -> list[str]:
        """COPYs of what the install reads; empty when it may read more of the project."""
        try:
            names = install_inputs(self.build, self.stage, self.context, install)
            lines, self.covered = manifest_copies(self.build, self.stage, self.context, names, install)
        except RewriteRejected:
            return []
        return lines

    def _copies_only_manifests(self, copy: CopyOrAdd, manifests: list[str]) -> bool:
        """Whether a COPY brings only files that the lines `manifests` copy, too."""
        if copy in self.covered:
            return True
        mine = [place.source for place in places_of(self.build, self.stage, self.context, copy)]
        words = {word for line in manifests for word in line.split()}
        return bool(mine) and all(name in words for name in mine)

    def _moved_run(self, run: Run) -> str:
        commands = self.sorted.builder_runs[id(run)]
        if len(commands) == len(self.build.commands(run)):
            return instruction_with_comments(self.build, run)
        # When the RUN installs system packages, its comments are written above those.
        system = self.sorted.apt_installs.get(id(run))
        comments = [] if system is not None and system.packages else leading_comments(self.build, run)
        return "\n".join([*comments, run_instruction(commands)])

    def _final(self, install: Run) -> list[str]:
        packages = self._packages()
        copies = [] if self.whole else self._dependencies(install)
        start = from_instruction(self.stage, self.slim)
        final = FinalStage(start, self.stage, self.sorted.apt_installs, packages, copies)
        for instruction in self.stage.instructions:
            from_context = is_from_context(instruction)
            needed = from_context or instruction is install or isinstance(instruction, User)
            # What runs after the first install may need it.
            final.write_packages(instruction, needed=needed)
            if needed:
                final.write_copies()
            if isinstance(instruction, Run) and id(instruction) in self.sorted.builder_runs:
                final.lines += [*self._kept_globals(instruction), *self._results(instruction, install)]
            elif id(instruction) in self.sorted.apt_installs:
                continue
            elif not (from_context and self._is_dropped(instruction, install)):
                final.lines.append(instruction_with_comments(self.build, instruction))
        return final.lines

    def _dependencies(self, install: Run) -> list[str]:
        """COPYs of what the install writes."""
        if any("node_modules/" in name for name in self.context.files()):
            raise RewriteRejected(
                "node_modules in the build context overwrites the installed one; add it to .dockerignore"
            )
        names = ["node_modules", *self._written_lock(install)]
        return copy_from_build(*(posixpath.join(self.sorted.directory, name) for name in names))

    def _results(self, run: Run, install: Run) -> list[str]:
        """COPYs of what is built, in the place of the last RUN that is moved to the builder."""
        if self.whole:
            return copy_from_build(self.sorted.directory) if run is self._last(install) else []
        if not self.sorted.built or run is not self.sorted.built[-1]:
            return []
        return copy_from_build(*(posixpath.join(self.sorted.directory, name) for name in self.outputs or ()))

    def _written_lock(self, install: Run) -> list[str]:
        """The lock file that the install writes when the project has none."""
        call = self._install_call(install)
        assert call is not None
        lock = _WRITTEN.get(call.manager.name)
        version = self._node_version()
        if lock is None or (version is not None and version < 8):
            return []
        if not _LOCKS_OR_SETTINGS.isdisjoint(posixpath.basename(name) for name in self.context.files()):
            return []
        first = call.command.words[1].value if len(call.command.words) > 1 else ""
        if first in ("ci", "clean-install", "ic") or call.has(*_WITHOUT_LOCK):
            return []
        settings = " ".join([*self.build.state(install).vars, *call.environment]).lower()
        if "npm_config" in settings or "yarn_" in settings.replace("yarn_version", ""):
            return []
        return [lock]

    def _is_dropped(self, copy: Instruction, install: Run) -> bool:
        """Whether the final stage gets the files of a COPY in another way."""
        if not self.whole:
            return is_copied_again(self.build, self.stage, self.context, copy)
        mine = places_of(self.build, self.stage, self.context, copy)
        if not mine:
            return False
        reject_ownership(copy)
        inside = self.sorted.directory.rstrip("/") + "/"
        before = copy.start < self._last(install).start
        return before and all((place.target + "/").startswith(inside) for place in mine)

    def _kept_globals(self, run: Run) -> list[str]:
        """A RUN with the installs of global packages, and corepack, that the start command may need."""
        started, words = self._started_programs()
        needed = started | words | self._script_words()
        kept: list[str] = []
        for call in self.build.package_calls(run):
            if call.packages and _is_global(call):
                programs = {_PROGRAMS.get(package.name, "") for package in call.packages}
                if "" in programs or programs & needed:
                    kept.append(" ".join(word.text for word in call.command.words))
        if started & {"yarn", "pnpm", "corepack"}:
            kept += [command.text for command in self.build.commands(run) if command.name == "corepack"]
        return [run_instruction(kept)] if kept else []

    def _started_programs(self) -> tuple[set[str], set[str]]:
        """The names of the commands that the image starts, and all of their words."""
        commands = [
            command
            for instruction in self.stage.instructions
            if isinstance(instruction, Cmd | Entrypoint)
            for command in self.build.commands(instruction)
        ]
        return {command.name for command in commands}, {word.value for each in commands for word in each.words}

    def _script_words(self) -> set[str]:
        """The words of the scripts in package.json that the image may start."""
        manifest = self._package_json()
        if manifest is None or self.sorted.install is None:
            return set()
        data = read_package_json(self.context, manifest, self.sorted.install)
        return {
            word
            for name, line in data.scripts.items()
            if not re.search(r"build|test|lint|compile|format", name)
            for word in line.split()
        }

    def _packages(self) -> str:
        """The RUN that installs what the final stage needs; "" for none."""
        facts, ref = self.stage.base_facts, self.stage.base_ref
        suite = facts.suite if facts and ref and facts.suite and facts.suite in (ref.tag or "") else None
        install = runtime_install(self.stage.instructions, self.sorted.apt_installs, suite)
        extra = self._extra_packages()
        require_no_compiler_at_start(extra, self.checks)
        # On the same base image, the final stage has what it had before.
        return install.line([*install.packages, *(extra if self.slim else ())])

    def _extra_packages(self) -> dict[str, str]:
        """The packages of programs that only the full image contains, each with what needs it."""
        kept = kept_instructions(self.stage, self.sorted.moved())
        extra = dict(ProgramUsage(self.build, self.stage, self.context, kept).packages())
        for name in self.context.files():
            if name.endswith(_SOURCES) and "node_modules/" not in name and not _TESTS.search(name):
                for program in _STARTED.findall(read_context_file(self.context, name) or ""):
                    if program in FULL_IMAGE_PROGRAMS:
                        extra.setdefault(FULL_IMAGE_PROGRAMS[program], program)
        openssl = self.names & _LOADS_OPENSSL
        if openssl:
            extra.setdefault("openssl", sorted(openssl)[0])
        return add_ca_certificates(extra)


def _is_global(call: PackageCall) -> bool:
    """Whether a call installs packages globally."""
    return call.has("-g", "--global") or call.path.startswith("global")


def _is_install(call: PackageCall) -> bool:
    """Whether a call installs what package.json lists."""
    return call.verb in ("install", "restore") and not call.packages


def _is_setting(instruction: Instruction) -> bool:
    """Whether an instruction sets what an install or a build may depend on."""
    if isinstance(instruction, Env):
        return not all(pair.key.text in _LATE for pair in instruction.pairs)
    return isinstance(instruction, Arg | Workdir)


def _is_run_time_source(name: str) -> bool:
    """Whether a file is source code other than tests, configuration and dependencies."""
    return (
        name.endswith(_SOURCES)
        and not _TESTS.search(name)
        and not _CONFIGURATION.search(name)
        and "node_modules/" not in name
    )


def _through_scripts(words: list[str], data: PackageJson) -> list[str] | None:
    """The words of the command that a command runs, through up to three scripts of package.json; None when unknown."""
    for _ in range(3):
        script = _script_of(words)
        if not script:
            break
        line = data.scripts.get(script)
        if line is None or re.search(r"[&|;$<>`]", line):
            return None
        if {"pre" + script, "post" + script} & data.scripts.keys():
            return None
        words = line.split()
    return words


def _script_of(words: list[str]) -> str:
    """The script of package.json that a command runs: `npm start`, `npm run x`, `yarn x`; empty for another command."""
    if len(words) > 1 and words[0] in ("npm", "pnpm", "yarn", "bun"):
        if words[1] in ("start", "test") and len(words) == 2:
            return words[1]
        if words[1] in ("run", "run-script") and len(words) == 3:
            return words[2]
        if words[0] == "yarn" and len(words) == 2 and not words[1].startswith("-") and words[1] not in _YARNS_OWN:
            return words[1]
    return ""
