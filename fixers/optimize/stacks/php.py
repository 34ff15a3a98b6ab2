"""PHP: extensions are compiled, and Composer's packages installed, in a separate stage on the same image."""

from __future__ import annotations

import json
import posixpath
import re

from ....syntax.tree import Copy, Run
from ..base.copies import read_context_file
from ..base.programs import ProgramUsage, check_final_stage_runs
from ..base.rewrite import Preconditions, RewriteOutcome, RewriteRejected, StageRewrite, Step, run_rewrite
from ..manifests.build_manifests import composer_manifests
from ..split.stage_facts import NAME, base_text, copy_from_build, quoted, require_plain_base
from .stage_split import StageSplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ..base.run_steps import RunCommand

_EXTENSIONS = ("/usr/local/lib/php/extensions", "/usr/local/etc/php/conf.d")
"""Where the official images keep compiled extensions, and the files that load them."""
_BUILDING = ("docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "pecl")
"""Commands that compile extensions."""
_APACHE = ("a2enmod", "a2dismod", "a2ensite", "a2dissite", "a2enconf", "a2disconf")
"""Commands that configure Apache, which no build depends on."""
_COMPOSER = re.compile(
    r"curl\s+(-\S+\s+)*https://getcomposer\.org/installer\s*\|\s*php\s+--(\s+--(install-dir|filename)[= ]\S+)*$"
)
"""A RUN that installs Composer with the official script."""
_SCRIPTS = re.compile(r"^(pre|post)-(install|update|autoload|package|root)")
"""Scripts of composer.json that run during an install."""


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a PHP image into a builder and a runtime."""
    return run_rewrite(NAME, lambda checks: _PhpSplit(build, stage, context, checks).result())


class _PhpSplit(StageRewrite):
    """A stage that compiles extensions of PHP, or installs packages with Composer.

    `stage_split`: the instructions, sorted
    `extensions`: the last RUN that compiles extensions
    `composer`: the RUN with `composer install`
    `call`: that command
    """

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.stage_split = StageSplit(build, stage, context)
        self.extensions: Run | None = None
        self.composer: Run | None = None
        self.call: PackageCall | None = None

    def result(self) -> tuple[str, list[Step]]:
        """The new file and the steps to it. Raises RewriteRejected."""
        release = self._base()
        split = self.stage_split
        for instruction in self.stage.instructions:
            if isinstance(instruction, Copy) and _brings_composer(instruction):
                split.builder_only.append(instruction)
            elif isinstance(instruction, Run):
                self._sort(instruction)
        split.install = self.composer or self.extensions
        self._find_inputs()
        split.check()
        install = split.install
        self.checks.require(
            "extensions are compiled or packages are installed",
            install,
            "no RUN compiles extensions or installs packages",
        )
        assert install is not None
        self._check_final(install)
        split.packages = split.runtime_packages(release)
        split.copy_lines = self._copies(install)
        step = Step("Compile and install in a separate stage", "keeps headers, Composer and caches out of the image")
        return split.text(), [step]

    def _check_final(self, install: Run) -> None:
        """Raise RewriteRejected when RUNs of the final stage prevent a split, or it runs a build tool."""
        split = self.stage_split
        moved = split.builder_runs.keys() | split.apt_installs.keys() | {id(tool) for tool in split.builder_only}
        builds = bool(split.copied_directory)
        check_final_stage_runs(self.build, self.stage, self.context, moved, install, builds=builds)
        uses = ProgramUsage(self.build, self.stage, self.context, split.final_instructions())
        left = sorted(name for name in ("composer", "pecl", "phpize", *_BUILDING) if name in uses.programs)
        self.checks.require(
            "no build tool runs in the final image",
            not left,
            f"the final image runs {quoted(left)}",
            uses.programs.get(left[0] if left else ""),
        )

    def _copies(self, install: Run) -> list[str]:
        """COPYs of extensions and packages from the builder."""
        lines = copy_from_build(*_EXTENSIONS) if self.extensions is not None else []
        if self.composer is not None and not self.stage_split.copied_directory:
            lines += copy_from_build(posixpath.join(self.build.state(install).path(".") or "/", "vendor"))
        return lines

    def _base(self) -> str | None:
        """The Debian release in the base image's tag."""
        facts, ref = self.stage.base_facts, self.stage.base_ref
        self.checks.require(
            "the base image is an official PHP image on Debian",
            facts and facts.family == "debian",
            f"`{base_text(self.stage)}` is not an official PHP image on Debian",
            self.stage.from_,
        )
        assert ref is not None and facts is not None
        require_plain_base(self.stage, self.checks)
        return facts.suite if facts.suite and facts.suite in (ref.tag or "") else None

    # What the RUNs are for

    def _sort(self, run: Run) -> None:
        if _COMPOSER.match(" ".join(run.arguments_text.split())):
            self.stage_split.builder_only.append(run)
            return
        names = {command.name for command in self.build.commands(run)}
        calls = [call for call in self.build.package_calls(run) if call.manager.ecosystem in ("os", "php")]
        if not calls and not names & set(_BUILDING):
            return
        for command in self.stage_split.sort_run(run):
            self._take(run, command)

    def _take(self, run: Run, command: RunCommand) -> None:
        """Record what a command is for. Raises RewriteRejected for one that cannot move to the builder."""
        call = command.call
        if call is None:
            moves = self._take_program(run, command)
        elif call.manager.name == "composer":
            moves = self._take_composer(run, command, call)
        else:
            raise _shares_run(run, command)
        if moves:
            self.stage_split.builder_runs[id(run)].append(command)

    def _take_program(self, run: Run, command: RunCommand) -> bool:
        """Whether a command that is not a package manager's moves to the builder."""
        name = command.command.name
        if name in _APACHE:
            self.stage_split.final_commands.setdefault(id(run), []).append(command)
            return False
        if name in _BUILDING:
            self.extensions = run
            return True
        operands = command.command.operands()
        if name == "rm" and all("/tmp" in word.value or "cache" in word.value for word in operands):
            return False
        raise _shares_run(run, command)

    def _take_composer(self, run: Run, command: RunCommand, call: PackageCall) -> bool:
        """Whether a command of Composer moves to the builder."""
        if call.path in ("install", "i") and not call.uncertain:
            if self.composer is not None:
                raise RewriteRejected("Composer installs more than once", run)
            self.composer = run
            self.call = call
            return True
        if call.verb == "clean":
            return False
        if call.verb != "build":
            raise _shares_run(run, command)
        if self.composer is not run:
            raise RewriteRejected(
                f"`{command.text[:60]}` is not in the same RUN as `composer install`; move it there", run
            )
        return True

    def _find_inputs(self) -> None:
        """Set what the install reads: the whole source, among which it may write, or manifests alone."""
        run, call = self.composer, self.call
        if run is None or call is None:
            return
        directory = self.build.state(run).path(".")
        if directory is None or directory == "/":
            raise RewriteRejected("Composer installs in `/` or in an unknown directory; set WORKDIR", run)
        files = composer_manifests(self.build, self.stage, self.context, run, call)
        if len(self.stage_split.builder_runs[id(run)]) > 1 or self._reads_source(files[0], call):
            self.stage_split.copied_directory = directory
        else:
            self.stage_split.manifests = files

    def _reads_source(self, manifest: str, call: PackageCall) -> bool:
        """Whether an install runs scripts of composer.json, or maps the classes of the source."""
        try:
            data: object = json.loads(read_context_file(self.context, manifest) or "")
        except (ValueError, RecursionError):
            data = None
        text = json.dumps(data)
        scripts = any(_SCRIPTS.match(name) for name in re.findall(r'"([\w-]+)": ', text))
        classes = '"classmap"' in text or call.has("-o", "--optimize-autoloader", "-a", "--classmap-authoritative")
        return (scripts and not call.has("--no-scripts")) or (classes and not call.has("--no-autoloader"))


def _brings_composer(copy: Copy) -> bool:
    """Whether a COPY brings Composer from its image."""
    source = copy.flag("from")
    name = (source.value or "").partition(":")[0] if source is not None else ""
    return name.endswith("composer") and all(argument.text.endswith("/composer") for argument in copy.sources)


def _shares_run(run: Run, command: RunCommand) -> RewriteRejected:
    return RewriteRejected(f"`{command.text[:60]}` is in the same RUN as an install; move it to a separate RUN", run)
