"""PHP: extensions are compiled, and Composer's packages installed, in a separate stage on the same image."""

from __future__ import annotations

import posixpath

from ..base.rewrite import RewriteRejected
from ..base.stage_facts import base_text, quoted, require_plain_base, require_root
from ..manifests.build_manifests import composer_manifests
from ..projects.php_composer import brings_composer, composer_reads_source
from ..split.language_stack import Bases, LanguageStack
from ..split.plan import Artifact, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import CopyOrAdd, Instruction, Run
    from ..base.rewrite import Preconditions, Step
    from ..base.run_steps import RunCommand
    from ..split.plan import Entry

_EXTENSIONS = ("/usr/local/lib/php/extensions", "/usr/local/etc/php/conf.d")
"""Where the official images keep compiled extensions, and the files that load them."""
_BUILDING = ("docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "pecl")
"""Commands that compile extensions."""
_APACHE = ("a2enmod", "a2dismod", "a2ensite", "a2dissite", "a2enconf", "a2disconf")
"""Commands that configure Apache, which no build depends on."""


class PhpStack(LanguageStack):
    """A stage that compiles extensions of PHP, or installs packages with Composer.

    `extensions`: the last RUN that compiles extensions
    `composer`: the RUN with `composer install`, `call`: that command
    """

    title = "Compile and install in a separate stage"
    why = "keeps headers, Composer and caches out of the image"

    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.extensions: Run | None = None
        self.composer: Run | None = None
        self.call: PackageCall | None = None

    def choose_bases(self) -> Bases:
        facts, ref = self.stage.base_facts, self.stage.base_ref
        self.checks.require(
            "the base image is an official PHP image on Debian",
            facts and facts.family == "debian",
            f"`{base_text(self.stage)}` is not an official PHP image on Debian",
            self.stage.from_,
        )
        assert ref is not None and facts is not None
        require_plain_base(self.stage, self.checks)
        return Bases(release=facts.suite if facts.suite and facts.suite in (ref.tag or "") else None)

    def is_tool(self, instruction: Instruction) -> bool:
        return brings_composer(instruction)

    def is_split(self, run: Run) -> bool:
        compiles = any(command.name in _BUILDING for command in self.build.commands(run))
        return compiles or any(call.manager.ecosystem in ("os", "php") for call in self.build.package_calls(run))

    def place_command(self, run: Run, command: RunCommand) -> tuple[Place, str]:
        call, name = command.call, command.command.name
        if name in _APACHE:
            return Place.RUNTIME, "configures Apache"
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
        if call.verb == "build" and self.composer is run:
            return Place.BUILDER, "maps the classes"
        where = "in the same RUN as an install; move it to a separate RUN"
        if call.verb == "build":
            where = "not in the same RUN as `composer install`; move it there"
        raise RewriteRejected(f"`{command.text[:60]}` is {where}", run)

    def resolve(self) -> list[Step]:
        self.install = self.composer or self.extensions
        self._find_inputs()
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

    def builder_reads(self, copy: CopyOrAdd) -> bool:
        return self.is_in_copied_directory(copy)

    def runtime_entries(self) -> Iterable[tuple[Instruction, Entry]]:
        assert self.install is not None
        if self.extensions is not None:
            yield from ((self.first_needed(), Artifact(path, "compiled extensions")) for path in _EXTENSIONS)
        if self.copied_directory:
            yield self.install, Artifact(self.copied_directory, "the source with its packages")
        elif self.composer is not None:
            directory = self.build.state(self.composer).path(".") or "/"
            yield self.first_needed(), Artifact(posixpath.join(directory, "vendor"), "packages")
