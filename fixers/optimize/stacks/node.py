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
from ..base.copies import context_copies, context_path, read_context_file
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
from ..base.run_steps import FILES_AND_USERS, SYSTEM_PACKAGES, split_run
from ..base.system import AptInstall, read_apt_install, runtime_install
from ..manifests.manifests import compiles_native_addon, install_inputs, read_package_json
from ..order.cache_order import manifest_copies
from .node_build import build_outputs
from .shared import base_text, quoted, require_plain_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction
    from ..base.run_steps import RunCommand
    from ..manifests.manifests import PackageJson

NAME = "multi-stage"
_UNKNOWN_NATIVE = frozenset(
    """canvas electron fluent-ffmpeg gm ibm_db imagemagick libpq node-libcurl node-rdkafka nodegit odbc oracledb
    pg-native playwright puppeteer zeromq""".split()
)
"""Packages that load libraries of the system, or start programs, that only the full image may have."""
_STATIC = ("serve", "http-server", "nginx", "caddy", "local-web-server", "ws")
"""Servers of files, which run nothing of the project."""
_BUILDERS = ("npx", "tsc", "vite", "webpack", "ng")
_COMPILED = re.compile(
    r'^"?(node-gyp(-build)?|(@mapbox/)?node-pre-gyp|nan|bindings|prebuild-install|node-addon-api|prisma|@prisma/[\w-]+)@',
    re.MULTILINE,
)
"""Packages of a yarn.lock with which others compile, fetch what is compiled, or write beside themselves."""
_YARNS_OWN = frozenset(
    """add audit cache check config create dlx exec global help info init install link list node npm outdated pack
    policies publish remove test unlink unplug up upgrade version versions why workspace workspaces""".split()
)
"""Commands of Yarn, which are no scripts of package.json."""
_LOADS_OPENSSL = frozenset(("@prisma/client", "prisma"))
"""Packages that load libssl of the system, which slim images of Node.js lack. Source: Prisma's system requirements."""
_LATE = frozenset(("PORT", "HOST", "TZ", "LANG", "LC_ALL"))
_STARTED = re.compile(r"""\b(?:exec|spawn|execFile|fork)(?:Sync)?\(\s*["'`]([\w.-]+)""")
_IMPORTED = re.compile(r"""(?:\bfrom\s*|\brequire\s*\(\s*|\bimport\s*\(\s*|\bimport\s+)["']([^"']+)["']""")
_WRITTEN = {"npm": "package-lock.json", "pnpm": "pnpm-lock.yaml", "yarn": "yarn.lock"}
"""What an install writes beside package.json. Source: npm from version 5 on, which came with Node.js 8."""
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
"""Packages that are installed for all and mostly build, and their programs. Source: `bin` of their package.json."""


class _SortedRuns:
    """The RUNs of the stage by what they are for."""

    def __init__(self) -> None:
        self.apt_installs: dict[int, AptInstall] = {}
        self.install: Run | None = None
        self.builder_runs: dict[int, list[str]] = {}
        self.built: list[Run] = []
        self.behind: list[str] = []
        """What is built behind the install in one RUN with it."""
        self.folder = ""


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Part the only stage of a Node.js image in a builder and a slim runtime."""
    return run_rewrite(NAME, lambda checks: _NodeSplit(build, stage, context, checks).result())


class _NodeSplit(StageRewrite):
    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.sorted = _SortedRuns()
        self.slim = ""
        self.whole = False
        self.outputs: list[str] | None = None
        self.covered: list[CopyOrAdd] = []
        self.names: set[str] = set()
        self.steps: list[Step] = []

    def result(self) -> tuple[str, list[Step]]:
        self._base()
        for instruction in self.stage.instructions:
            if isinstance(instruction, Onbuild | Shell):
                raise RewriteRejected(f"a stage with {instruction.name} cannot be split", instruction)
            if isinstance(instruction, Run):
                self._sort(instruction)
        install = self.sorted.install
        self.checks.require("a package manager installs the dependencies", install, "no RUN installs the dependencies")
        assert install is not None
        last = (self.sorted.built or [install])[-1]
        taken = self.sorted.builder_runs.keys() | self.sorted.apt_installs.keys()
        check_final_stage_runs(self.build, self.stage, self.context, taken, last, builds=bool(self.sorted.built))
        user = self.build.state(install).user
        self.checks.require(
            "the dependencies are installed as root",
            user in (None, "root", "0"),
            f"the dependencies are installed as `{user}`, not as root",
            install,
        )
        manifest = context_path(
            self.build, self.stage, self.context, posixpath.join(self.sorted.folder, "package.json")
        )
        self.checks.require(
            "package.json is in the build context",
            manifest,
            "no package.json is copied to the directory where the install runs",
            install,
        )
        assert manifest is not None
        data = read_package_json(self.context, manifest, install)
        names = data.names("dependencies", "devDependencies", "optionalDependencies")
        self.names = names
        unknown = sorted(names & _UNKNOWN_NATIVE)
        self.checks.require(
            "no package needs unknown system libraries",
            not unknown,
            f"the run-time system dependencies of {quoted(unknown)} are unknown",
        )
        compiles = any(system.has_build_packages for system in self.sorted.apt_installs.values())
        if not self.slim and not compiles and not self._prunes(data, install):
            raise NothingToDo(
                "the base image is already slim and nothing can be left out, so a second stage saves nothing"
            )
        self.outputs = build_outputs(self.context, posixpath.dirname(manifest), data, self._scripts())
        early = self._manifests(install)
        self.whole = compiles_native_addon(self.context, manifest) or not early or self.outputs is None
        prune = self._prunes(data, install)
        text = write_two_stages(self.build, self.stage, self._builder(install, prune), self._final(install))
        self.steps.append(Step("Install and build in a separate stage", "keeps compilers and caches out of the image"))
        if prune:
            self.steps.append(Step("Omit devDependencies", "the program does not import them"))
        if self.slim:
            self.steps.append(slim_base_step(self.slim))
        return text, self.steps

    def _base(self) -> None:
        ref, facts = self.stage.base_ref, self.stage.base_facts
        self.checks.require(
            "the base image is an official Node.js image",
            ref and facts and facts.family in ("debian", "alpine"),
            f"`{base_text(self.stage)}` is not an official Node.js image",
            self.stage.from_,
        )
        assert ref is not None and facts is not None and self.stage.from_.base is not None
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
        if not any(call.manager.ecosystem in ("os", "node") for call in calls) and not self._builds_without(run):
            return
        found = split_run(self.build, run)
        system = [piece for piece in found if piece.kind == SYSTEM_PACKAGES]
        if system:
            self.sorted.apt_installs[id(run)] = read_apt_install(system, run)
        rest = [piece for piece in found if piece.kind != SYSTEM_PACKAGES]
        if rest:
            self.sorted.builder_runs[id(run)] = []
        for piece in rest:
            self._take(run, piece)

    def _builds_without(self, run: Run) -> bool:
        """Whether the RUN builds by a program of a package (`npx tsc`)."""
        return any(command.name in _BUILDERS for command in self.build.commands(run))

    def _take(self, run: Run, piece: RunCommand) -> None:
        call, text = piece.call, piece.text
        if call is None:
            if piece.command.name == "corepack":
                self.sorted.builder_runs[id(run)].append(text)
                return
            if piece.command.name in _BUILDERS:
                self._builds(run, text)
                return
            if piece.kind == FILES_AND_USERS and piece.command.name == "rm" and "node_modules" not in text:
                return
            raise RewriteRejected(f"`{text[:60]}` is in the same RUN as an install; move it to a separate RUN", run)
        if call.manager.ecosystem != "node" or call.uncertain:
            raise RewriteRejected(f"the effect of `{text[:60]}` is unknown", run)
        if call.verb == "clean":
            return
        if call.packages:
            if not call.has("-g", "--global") and not call.path.startswith("global"):
                raise RewriteRejected(
                    f"`{text[:60]}` adds packages to package.json; install them from package.json", run
                )
            self.sorted.builder_runs[id(run)].append(text)
            return
        if call.verb in ("install", "restore"):
            if self.sorted.install is not None and self.sorted.install is not run:
                raise RewriteRejected("the dependencies are installed more than once", run)
            if call.has("--prefix", "-C", "--cwd", "--dir", "--workspace", "-w"):
                raise RewriteRejected("the install runs in another directory; use WORKDIR instead of the option", run)
            self.sorted.install = run
            self.sorted.folder = self.build.state(run).path(".") or ""
        else:
            self._builds(run, text)
            return
        self.sorted.builder_runs[id(run)].append(text)

    def _builds(self, run: Run, text: str) -> None:
        if run not in self.sorted.built:
            self.sorted.built.append(run)
        if run is self.sorted.install:
            self.sorted.behind.append(text)
            return
        if any(call.verb in ("install", "restore") and not call.packages for call in self.build.package_calls(run)):
            raise RewriteRejected(
                f"`{text[:60]}` runs before the install in the same RUN; move it after the install", run
            )
        self.sorted.builder_runs[id(run)].append(text)

    def _scripts(self) -> list[str]:
        """What the RUNs that build run: `npm run x` as the name of its script, others as a command line."""
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
        """Whether devDependencies can be left behind: nothing that runs needs them, and npm or Yarn 1 can tell them."""
        development = data.names("devDependencies")
        call = next(
            (
                call
                for call in self.build.package_calls(install)
                if call.verb in ("install", "restore") and not call.packages
            ),
            None,
        )
        value = self.build.state(install).vars.get("NODE_ENV")
        if (
            not development
            or call is None
            or value == "production"
            or call.has("--production", "--prod", "--omit", "--only", "--ignore-scripts")
        ):
            return False
        tells = self._modern() if call.manager.name == "npm" else call.manager.name == "yarn" and self._classic(install)
        return tells and not self._uses(data, development)

    def _classic(self, install: Run) -> bool:
        """Whether Yarn 1 follows a lock file without packages that compile: what these make, it would delete."""
        try:
            names = install_inputs(self.build, self.stage, self.context, install)
        except RewriteRejected:
            return False
        lock = next((read_context_file(self.context, name) or "" for name in names if name.endswith("yarn.lock")), "")
        return "# yarn lockfile v1" in lock and _COMPILED.search(lock) is None

    def _pruning(self, install: Run) -> tuple[str, str]:
        """The flag with which an install leaves devDependencies out, and the command that takes them out again."""
        if any(call.manager.name == "yarn" for call in self.build.package_calls(install)):
            return "--production", "yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline"
        return "--omit=dev", "npm prune --omit=dev"

    def _modern(self) -> bool:
        """Whether npm knows `--omit`: from 7 on, which came with Node.js 15."""
        match = re.match(r"(\d+)", (self.stage.base_ref.tag if self.stage.base_ref else "") or "")
        return match is None or int(match[1]) >= 16

    def _uses(self, data: PackageJson, development: set[str]) -> bool:
        """Whether what is started, or a source file beside tests and configuration, names a development dependency."""
        started = self._started(data)
        if started is None or any(word in development for word in started):
            return True
        started = started[1:] if started[:1] == ["npx"] else started
        if started and started[0] in _STATIC:
            return False
        if not started or started[0] != "node":
            return True
        for name in self.context.files():
            if (
                not name.endswith(_SOURCES)
                or _TESTS.search(name)
                or _CONFIGURATION.search(name)
                or "node_modules/" in name
            ):
                continue
            text = read_context_file(self.context, name)
            if text is None:
                return True
            for module in _IMPORTED.findall(text):
                parts = module.split("/")
                package = "/".join(parts[:2]) if module.startswith("@") else parts[0]
                if package in development and not package.startswith("@types/"):
                    return True
        return False

    def _started(self, data: PackageJson) -> list[str] | None:
        """The words of the command that the image starts, through scripts of package.json; None when not known."""
        last: dict[str, Instruction] = {}
        for instruction in self.stage.instructions:
            if isinstance(instruction, Cmd | Entrypoint):
                last[instruction.name] = instruction
            if isinstance(instruction, Healthcheck) and instruction.words:
                return None
        words: list[str] = []
        for name in ("ENTRYPOINT", "CMD"):
            if name in last:
                assert isinstance(last[name], Cmd | Entrypoint)
                commands = self.build.commands(last[name])  # pyright: ignore[reportArgumentType] - checked above
                if len(commands) != 1:
                    return None
                words += [word.value for word in commands[0].words]
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
        return words or None

    # The text

    def _builder(self, install: Run, prune: bool) -> list[str]:
        build, stage = self.build, self.stage
        early = self._manifests(install)
        lines = [from_instruction(stage, name="build")]
        waiting: list[str] = []
        last = (self.sorted.built or [install])[-1]
        for instruction in stage.instructions:
            if instruction.start > last.start:
                break
            system = self.sorted.apt_installs.get(id(instruction))
            if system is not None and system.packages:
                lines += [*leading_comments(build, instruction), system.line(system.packages)]
            if isinstance(instruction, Env):
                if not all(pair.key.text in _LATE for pair in instruction.pairs):
                    lines.append(instruction_text(build, instruction))
            elif isinstance(instruction, Arg | Workdir):
                lines.append(instruction_text(build, instruction))
            elif isinstance(instruction, CopyOrAdd):
                if instruction.start < install.start and early:
                    if (self.whole or self.sorted.built) and not self._covered(instruction, early):
                        waiting.append(
                            (instruction_with_comments if self.whole else instruction_text)(build, instruction)
                        )
                else:
                    lines.append(instruction_with_comments(build, instruction))
            elif id(instruction) in self.sorted.builder_runs:
                assert isinstance(instruction, Run)
                if instruction is install:
                    lines += early
                if self.sorted.builder_runs[id(instruction)]:
                    moved = self._moved(instruction)
                    omits = instruction is install and prune and self._omits(install)
                    lines.append(f"{moved.rstrip()} {self._pruning(install)[0]}" if omits else moved)
                if instruction is install and self.sorted.built:
                    lines += waiting
                if instruction is install and self.sorted.behind:
                    lines.append(run_instruction(self.sorted.behind))
        if self.whole and not self.sorted.built:
            lines += waiting
        if prune and not self._omits(install):
            lines.append(f"RUN {self._pruning(install)[1]}")
        return lines

    def _omits(self, install: Run) -> bool:
        """Whether the install itself can leave devDependencies out: nothing is built, and it stands alone."""
        return not self.sorted.built and len(self.build.commands(install)) == 1

    def _manifests(self, install: Run) -> list[str]:
        """COPYs of what the install reads; empty where it may read more of the project."""
        try:
            names = install_inputs(self.build, self.stage, self.context, install)
            lines, self.covered = manifest_copies(self.build, self.stage, self.context, names, install)
            return lines
        except RewriteRejected:
            return []

    def _covered(self, copy: CopyOrAdd, early: list[str]) -> bool:
        """Whether the copy brings manifests alone, which were copied already."""
        if copy in self.covered:
            return True
        mine = [
            place.source for place in context_copies(self.build, self.stage, self.context) if place.instruction is copy
        ]
        words = {word for line in early for word in line.split()}
        return bool(mine) and all(name in words for name in mine)

    def _moved(self, run: Run) -> str:
        whole = len(self.sorted.builder_runs[id(run)]) == len(self.build.commands(run))
        if whole:
            return instruction_with_comments(self.build, run)
        # Above a RUN that installed packages too, the comments stand already.
        system = self.sorted.apt_installs.get(id(run))
        comments = [] if system is not None and system.packages else leading_comments(self.build, run)
        return "\n".join([*comments, run_instruction(self.sorted.builder_runs[id(run)])])

    def _final(self, install: Run) -> list[str]:
        build, stage = self.build, self.stage
        lines = [from_instruction(stage, self.slim)]
        folder = self.sorted.folder
        added = self._packages()
        whole = self.whole
        brought = False
        first = next((step for step in stage.instructions if id(step) in self.sorted.apt_installs), None)
        for instruction in stage.instructions:
            early = isinstance(instruction, CopyOrAdd) and instruction.flag("from") is None
            here = early or instruction is install or isinstance(instruction, User)
            # What runs behind the first install may need it.
            if added and (instruction is first or (here and first is None)):
                lines.append(added)
                added = ""
            if not brought and here:
                brought = True
                if not whole:
                    if any("node_modules/" in name for name in self.context.files()):
                        raise RewriteRejected(
                            "node_modules in the build context overwrites the installed one; add it to .dockerignore"
                        )
                    names = ["node_modules", *self._written_lock(install)]
                    paths = [posixpath.join(folder, name) for name in names]
                    lines += [f"COPY --from=build {path} {path}" for path in paths]
            if id(instruction) in self.sorted.apt_installs and id(instruction) not in self.sorted.builder_runs:
                continue
            if id(instruction) in self.sorted.builder_runs:
                lines += self._kept_globals(instruction)
                if whole and instruction is (self.sorted.built or [install])[-1]:
                    lines.append(f"COPY --from=build {folder} {folder}")
                elif not whole and self.sorted.built and instruction is self.sorted.built[-1]:
                    paths = [posixpath.join(folder, name) for name in self.outputs or ()]
                    lines += [f"COPY --from=build {path} {path}" for path in paths]
                continue
            if early and self._dropped(instruction, whole, install):
                continue
            lines.append(instruction_with_comments(build, instruction))
        return lines

    def _written_lock(self, install: Run) -> list[str]:
        """The lock file that the install writes where the project has none."""
        call = next(
            call
            for call in self.build.package_calls(install)
            if call.verb in ("install", "restore") and not call.packages
        )
        lock = _WRITTEN.get(call.manager.name)
        version = re.match(r"(\d+)", (self.stage.base_ref.tag if self.stage.base_ref else "") or "")
        settings = " ".join([*self.build.state(install).vars, *call.environment]).lower()
        beside = {posixpath.basename(name) for name in self.context.files()}
        if (
            lock is None
            or beside & {*_WRITTEN.values(), "npm-shrinkwrap.json", ".npmrc", ".yarnrc"}
            or (call.command.words[1:2] and call.command.words[1].value in ("ci", "clean-install", "ic"))
            or call.has("--no-package-lock", "--no-lockfile", "--pure-lockfile", "--frozen-lockfile", "--no-lock")
            or "npm_config" in settings
            or "yarn_" in settings.replace("yarn_version", "")
            or (version is not None and int(version[1]) < 8)
        ):
            return []
        return [lock]

    def _dropped(self, copy: Instruction, whole: bool, install: Run) -> bool:
        """Whether the final stage gets the files of the copy in another way."""
        everything = list(context_copies(self.build, self.stage, self.context))
        mine = [place for place in everything if place.instruction is copy]
        if not mine:
            return False
        if whole:
            inside = self.sorted.folder.rstrip("/") + "/"
            last = (self.sorted.built or [install])[-1]
            owned = copy.flag("chown") or copy.flag("chmod")
            if owned is not None:
                raise RewriteRejected(
                    "the source is copied with another owner or mode, which the split would lose", copy
                )
            return copy.start < last.start and all((place.target + "/").startswith(inside) for place in mine)
        later = [place for place in everything if place.instruction.start > copy.start and place.folder]
        return all(
            not place.folder and any(other.source_of(place.target) == place.source for other in later) for place in mine
        )

    def _kept_globals(self, instruction: Instruction) -> list[str]:
        """Installs of global packages, and corepack, that what is started may need."""
        assert isinstance(instruction, Run)
        started = {
            command.name
            for each in self.stage.instructions
            if isinstance(each, Cmd | Entrypoint)
            for command in self.build.commands(each)
        }
        words = {
            word.value
            for each in self.stage.instructions
            if isinstance(each, Cmd | Entrypoint)
            for command in self.build.commands(each)
            for word in command.words
        }
        scripted = self._scripted()
        kept: list[str] = []
        for call in self.build.package_calls(instruction):
            if call.packages and (call.has("-g", "--global") or call.path.startswith("global")):
                programs = {_PROGRAMS.get(package.name, "") for package in call.packages}
                if "" in programs or programs & (started | words | scripted):
                    kept.append(_text_of(call))
        if started & {"yarn", "pnpm", "corepack"}:
            kept += [command.text for command in self.build.commands(instruction) if command.name == "corepack"]
        return [run_instruction(kept)] if kept else []

    def _scripted(self) -> set[str]:
        """The words of all scripts of package.json: one of them may be started."""
        manifest = context_path(
            self.build, self.stage, self.context, posixpath.join(self.sorted.folder, "package.json")
        )
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
        facts, ref = self.stage.base_facts, self.stage.base_ref
        suite = facts.suite if facts and ref and facts.suite and facts.suite in (ref.tag or "") else None
        install = runtime_install(self.stage.instructions, self.sorted.apt_installs, suite)
        taken = self.sorted.apt_installs.keys() | self.sorted.builder_runs.keys()
        kept = [step for step in self.stage.instructions if id(step) not in taken]
        extra = dict(ProgramUsage(self.build, self.stage, self.context, kept).packages())
        for name in self.context.files():
            if name.endswith(_SOURCES) and "node_modules/" not in name and not _TESTS.search(name):
                for program in _STARTED.findall(read_context_file(self.context, name) or ""):
                    if program in FULL_IMAGE_PROGRAMS:
                        extra.setdefault(FULL_IMAGE_PROGRAMS[program], program)
        names = self.names & _LOADS_OPENSSL
        if names:
            extra.setdefault("openssl", sorted(names)[0])
        extra = add_ca_certificates(extra)
        require_no_compiler_at_start(extra, self.checks)
        # On the base that it had, the image has what it had.
        return install.line([*install.packages, *(extra if self.slim else ())])


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


def _text_of(call: PackageCall) -> str:
    return " ".join(word.text for word in call.command.words)
