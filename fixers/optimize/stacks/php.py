"""PHP: extensions are compiled, and Composer's packages installed, in a separate stage on the same image."""

from __future__ import annotations

import posixpath
import re

from ....syntax.tree import Run
from ..base.rewrite import NothingToDo, RewriteRejected
from ..base.run_steps import RunCommand, RunGroup, split_run, split_run_groups
from ..base.stage_facts import base_text, quoted, require_plain_base, require_root, take_packages
from ..base.system import APK_ADD
from ..manifests.build_manifests import composer_manifests
from ..projects.php_composer import brings_composer, composer_reads_source, installs_composer
from ..split.language_stack import Bases, LanguageStack
from ..split.plan import Artifact, Place, RuntimePackage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.command import Command
    from ....syntax.tree import CopyOrAdd, Instruction
    from ..base.rewrite import Preconditions, Step
    from ..split.plan import Entry

_EXTENSIONS = "/usr/local/lib/php/extensions"
"""Where the official images keep compiled extensions."""
_SETTINGS = "/usr/local/etc/php/conf.d"
"""Where they keep the files that load and configure extensions."""
_BUILDING = ("docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "pecl")
"""Commands that compile extensions."""
_APACHE = ("a2enmod", "a2dismod", "a2ensite", "a2dissite", "a2enconf", "a2disconf")
"""Commands that configure Apache, which no build depends on."""
_WRITING = ("echo", "printf", "sed")
_C_EXTENSIONS = frozenset("apcu ast ds igbinary mailparse msgpack pcov redis uuid xdebug yaml zip".split())
"""Extensions of PECL that are not written in C++."""


class PhpStack(LanguageStack):
    """A stage that compiles extensions of PHP, or installs packages with Composer.

    `extensions`: the last RUN that compiles extensions
    `composer`: the RUN with `composer install`, `call`: that command
    `is_alpine`: whether the base image is on Alpine
    `until`: the end of the last RUN that compiles or installs
    `installs_packages`: whether a RUN installs what a composer.json requires
    """

    title = "Compile and install in a separate stage"
    why = "keeps headers, Composer and caches out of the image"
    # PHP itself is linked with them. Source: the Dockerfiles of the official images.
    base_libraries = frozenset(("curl-dev", "libcurl4-openssl-dev", "libssl-dev", "openssl-dev"))

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.extensions: Run | None = None
        self.composer: Run | None = None
        self.call: PackageCall | None = None
        self.is_alpine = False
        runs = [step for step in stage.instructions if isinstance(step, Run)]
        self.until = max((run.end for run in runs if self._installs(run)), default=0)
        # Where nothing is installed from a composer.json, Composer is for those who use the image.
        self.installs_packages = any(
            call.manager.name == "composer" and call.verb == "restore"
            for run in runs
            for call in build.package_calls(run)
        )

    def _installs(self, run: Run) -> bool:
        """Whether a RUN compiles extensions, or installs packages of the system or of Composer."""
        compiles = any(command.name in _BUILDING for command in self.build.commands(run))
        return compiles or any(call.manager.ecosystem in ("os", "php") for call in self.build.package_calls(run))

    def choose_bases(self) -> Bases:
        facts, ref = self.stage.base_facts, self.stage.base_ref
        self.checks.require(
            "the base image is an official PHP image on Debian or Alpine",
            facts and facts.family in ("debian", "alpine"),
            f"`{base_text(self.stage)}` is not an official PHP image on Debian or Alpine",
            self.stage.from_,
        )
        assert ref is not None and facts is not None
        require_plain_base(self.stage, self.checks)
        if facts.family == "alpine":
            self.is_alpine, self.install_words = True, APK_ADD
            return Bases()
        return Bases(release=facts.suite if facts.suite and facts.suite in (ref.tag or "") else None)

    def is_tool(self, instruction: Instruction) -> bool:
        return self.installs_packages and brings_composer(instruction)

    def is_split(self, run: Run) -> bool:
        if self._installs(run):
            return True
        commands = self.build.commands(run)
        configures = not all(command.name in _APACHE for command in commands) and all(map(_configured, commands))
        return run.start < self.until and (configures or brings_composer(run))

    def run_groups(self, run: Run) -> list[RunGroup]:
        found = split_run_groups(self.build, run)
        piped = [group for group in found.groups if not group.is_plain and installs_composer(group.text)]
        if not piped or found.is_whole or found.options or any(
            not group.is_plain and group not in piped for group in found.groups
        ):  # fmt: skip
            commands = split_run(self.build, run, caches=True)
        else:
            commands = [
                command if group.is_plain else RunCommand(command.command, command.kind, None, group.text)
                for group in found.groups
                for command in group.commands[:1]
            ]
        rest = take_packages(run, commands, self.system, ("apk" if self.is_alpine else "apt",))
        return [RunGroup.of(command) for command in rest]

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        call, name = command.call, command.command.name
        configured = _configured(command.command)
        if configured:
            return configured
        if installs_composer(command.text) or (call is not None and call.path in ("self-update", "selfupdate")):
            return Place.BUILDER if self.installs_packages else Place.RUNTIME, "brings Composer"
        if call is None and name in _BUILDING:
            self.extensions = run
            return Place.BUILDER, "compiles extensions"
        operands = [word.value for word in command.command.operands()]
        cleans = name == "rm" and all("/tmp" in path or "cache" in path for path in operands)
        if cleans or (call is not None and call.manager.name == "composer" and call.verb == "clean"):
            return Place.DROPPED, "deletes caches, which the final stage does not get"
        if call is None or call.manager.name != "composer":
            raise RewriteRejected(
                f"`{command.text[:60]}` is in the same RUN as an install; move it to a separate RUN", run
            )
        return self._place_composer(run, command, call)

    def _place_composer(self, run: Run, command: RunCommand, call: PackageCall) -> tuple[Place, str]:
        """The place of a command of Composer."""
        if call.path in ("install", "i") and not call.uncertain:
            if self.composer is not None:
                raise RewriteRejected("Composer installs more than once", run)
            self.composer = run
            self.call = call
            return Place.BUILDER, "installs packages"
        if call.path == "global require" and self.installs_packages:
            self._require_unused_tools(run)
            return Place.BUILDER, "installs a plugin or a tool of Composer"
        if call.verb == "build" and self.composer is run:
            return Place.BUILDER, "maps the classes"
        where = "in the same RUN as an install; move it to a separate RUN"
        if call.verb == "build":
            where = "not in the same RUN as `composer install`; move it there"
        raise RewriteRejected(f"`{command.text[:60]}` is {where}", run)

    def _require_unused_tools(self, run: Run) -> None:
        """Raise RewriteRejected when the final stage may run what `composer global require` installs."""
        texts = [step.arguments_text for step in self.stage.instructions if step is not run]
        if any("composer/" in text and "vendor/bin" in text for text in texts):
            raise RewriteRejected("the image may run the tools of `composer global require`", run)

    def resolve(self) -> list[Step]:
        self.install = self.composer or self.extensions
        self._find_inputs()
        if (
            self.composer is None
            and not self.packs()
            and not any(each.has_build_packages for each in self.system.values())
        ):
            raise NothingToDo(
                "no headers, packages of PECL or of Composer are installed, so a second stage saves nothing"
            )
        self.checks.require(
            "extensions are compiled or packages are installed",
            self.install,
            "no RUN compiles extensions or installs packages",
        )
        assert self.install is not None
        require_root(self.build, self.install, self.checks)
        self.require_remaining_runs()
        programs = self.programs().programs
        left = sorted(name for name in ("composer", "pecl", "phpize", *_BUILDING) if name in programs)
        self.checks.require(
            "no build tool runs in the final image",
            not left,
            f"the final image runs {quoted(left)}",
            programs.get(left[0] if left else ""),
        )
        return []

    def _find_inputs(self) -> None:
        """Find what the install reads: the whole source, among which it may write, or manifests alone."""
        run, call = self.composer, self.call
        if run is None or call is None:
            return
        directory = self.build.state(run).path(".")
        if directory is None or directory == "/":
            raise RewriteRejected("Composer installs in `/` or in an unknown directory; set WORKDIR", run)
        files = composer_manifests(self.build, self.stage, self.context, run, call)
        if len(self.commands_in(run, Place.BUILDER)) > 1 or composer_reads_source(self.context, files[0], call):
            self.copied_directory = directory
            self.compiles = True
        else:
            self.find_manifests(files)

    def packs(self) -> list[str]:
        """The packages that `pecl install` compiles, without their versions."""
        words = [
            [word.value for word in command.operands()]
            for run in self.builder_runs()
            for command in self.build.commands(run)
            if command.name == "pecl"
        ]
        return [word.partition("-")[0] for each in words if each[:1] == ["install"] for word in each[1:]]

    def runtime_packages(self) -> Iterable[RuntimePackage]:
        if self.is_alpine and not _C_EXTENSIONS.issuperset(self.packs()):
            # The compiler had brought it.
            yield RuntimePackage("libstdc++", "extensions in C++")

    def builder_reads(self, copy: CopyOrAdd) -> bool:
        return self.is_in_copied_directory(copy)

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.install is not None
        placed = [each for run in self.builder_runs() for each in self.commands_in(run, Place.BUILDER)]
        if self.extensions is not None:
            yield self.first_needed(), Artifact(_EXTENSIONS, "compiled extensions")
        if self.extensions is not None or any(_configured(each.command.command) for each in placed):
            yield self.first_needed(), Artifact(_SETTINGS, "the files that load and configure extensions")
        if self.copied_directory:
            yield self.install, Artifact(self.copied_directory, "the source with its packages")
        elif self.composer is not None:
            directory = self.build.state(self.composer).path(".") or "/"
            yield self.first_needed(), Artifact(posixpath.join(directory, "vendor"), "packages")


def _configured(command: Command) -> tuple[Place, str] | None:
    """The place of a command that configures Apache or PHP; None for another command."""
    name, text = command.name, command.script.text[command.start_index : command.end_index]
    if name in _APACHE or (name in _WRITING and "/etc/apache2/" in text):
        return Place.RUNTIME, "configures Apache"
    if name in _WRITING and re.search(r">\s*\"?(\$\{?PHP_INI_DIR\}?|/usr/local/etc/php)/conf\.d/", text):
        return Place.BUILDER, "configures extensions"
    if name in ("cp", "mv") and "php.ini-" in text:
        return Place.BOTH, "configures PHP"
    return None
