"""PHP: extensions are compiled and packages of Composer installed in a stage of their own, on the same image."""

from __future__ import annotations

import json
import posixpath
import re

from ....syntax.tree import Copy, Run
from ..base.copies import read_context_file
from ..base.programs import ProgramUsage, check_final_stage_runs
from ..base.rewrite import Preconditions, RewriteOutcome, RewriteRejected, StageRewrite, Step, run_rewrite
from ..manifests.build_manifests import composer_manifests
from .shared import base_text, quoted, require_plain_base
from .stage_split import StageSplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ..base.run_steps import RunCommand

NAME = "multi-stage"
_EXTENSIONS = ("/usr/local/lib/php/extensions", "/usr/local/etc/php/conf.d")
"""Where the official images keep compiled extensions, and the files that load them."""
_BUILDING = ("docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "pecl")
_APACHE = ("a2enmod", "a2dismod", "a2ensite", "a2dissite", "a2enconf", "a2disconf")
"""Commands that set Apache up, which no build looks at."""
_COMPOSER = re.compile(
    r"curl\s+(-\S+\s+)*https://getcomposer\.org/installer\s*\|\s*php\s+--(\s+--(install-dir|filename)[= ]\S+)*$"
)
_SCRIPTS = re.compile(r"^(pre|post)-(install|update|autoload|package|root)")


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Part the only stage of a PHP image in a builder and a runtime."""
    return run_rewrite(NAME, lambda checks: _PhpSplit(build, stage, context, checks).result())


class _PhpSplit(StageRewrite):
    def __init__(self, build: Build, stage: Stage, context: Context, checks: Preconditions) -> None:
        super().__init__(build, stage, context, checks)
        self.stage_split = StageSplit(build, stage, context)
        self.extensions: Run | None = None
        self.composer: Run | None = None
        self.call: PackageCall | None = None

    def result(self) -> tuple[str, list[Step]]:
        release = self._base()
        parting = self.stage_split
        for instruction in self.stage.instructions:
            if isinstance(instruction, Copy) and self._brings_composer(instruction):
                parting.builder_only.append(instruction)
            elif isinstance(instruction, Run):
                self._sort(instruction)
        parting.install = self.composer or self.extensions
        self._must_be_whole()
        parting.check()
        install = parting.install
        self.checks.require(
            "extensions are compiled or packages are installed",
            install,
            "no RUN compiles extensions or installs packages",
        )
        assert install is not None
        kept = parting.final_instructions()
        moved = parting.builder_runs.keys() | parting.apt_installs.keys() | {id(tool) for tool in parting.builder_only}
        check_final_stage_runs(
            self.build, self.stage, self.context, moved, install, builds=bool(parting.copied_directory)
        )
        uses = ProgramUsage(self.build, self.stage, self.context, kept)
        left = sorted(name for name in ("composer", "pecl", "phpize", *_BUILDING) if name in uses.programs)
        self.checks.require(
            "no build tool runs in the final image",
            not left,
            f"the final image runs {quoted(left)}",
            uses.programs.get(left[0] if left else ""),
        )
        parting.packages = parting.runtime_packages(release)
        if self.extensions is not None:
            parting.copy_lines = [f"COPY --from=build {folder} {folder}" for folder in _EXTENSIONS]
        if self.composer is not None and not parting.copied_directory:
            vendor = posixpath.join(self.build.state(install).path(".") or "/", "vendor")
            parting.copy_lines.append(f"COPY --from=build {vendor} {vendor}")
        steps = [Step("Compile and install in a separate stage", "keeps headers, Composer and caches out of the image")]
        return parting.text(), steps

    def _base(self) -> str | None:
        facts, ref, base = self.stage.base_facts, self.stage.base_ref, self.stage.from_.base
        self.checks.require(
            "the base image is an official PHP image on Debian",
            facts and facts.family == "debian",
            f"`{base_text(self.stage)}` is not an official PHP image on Debian",
            self.stage.from_,
        )
        assert base is not None and ref is not None and facts is not None
        require_plain_base(self.stage, self.checks)
        return facts.suite if facts.suite and facts.suite in (ref.tag or "") else None

    def _brings_composer(self, copy: Copy) -> bool:
        source = copy.flag("from")
        name = (source.value or "").partition(":")[0] if source is not None else ""
        return name.endswith("composer") and all(argument.text.endswith("/composer") for argument in copy.sources)

    # What the RUNs are for

    def _sort(self, run: Run) -> None:
        if _COMPOSER.match(" ".join(run.arguments_text.split())):
            self.stage_split.builder_only.append(run)
            return
        names = {command.name for command in self.build.commands(run)}
        calls = [call for call in self.build.package_calls(run) if call.manager.ecosystem in ("os", "php")]
        if not calls and not names & set(_BUILDING):
            return
        for piece in self.stage_split.sort_run(run):
            self._take(run, piece)

    def _take(self, run: Run, piece: RunCommand) -> None:
        call, moved = piece.call, self.stage_split.builder_runs[id(run)]
        if call is None and piece.command.name in _APACHE:
            self.stage_split.final_commands.setdefault(id(run), []).append(piece)
            return
        if call is None and piece.command.name in _BUILDING:
            self.extensions = run
        elif (
            call is None
            and piece.command.name == "rm"
            and all("/tmp" in word.value or "cache" in word.value for word in piece.command.operands())
        ):
            return
        elif (
            call is not None
            and call.manager.name == "composer"
            and call.path in ("install", "i")
            and not call.uncertain
        ):
            if self.composer is not None:
                raise RewriteRejected("Composer installs more than once", run)
            self.composer = run
            self.call = call
        elif call is not None and call.manager.name == "composer" and call.verb in ("clean", "build"):
            if call.verb == "clean":
                return
            if self.composer is not run:
                raise RewriteRejected(
                    f"`{piece.text[:60]}` is not in the same RUN as `composer install`; move it there", run
                )
        else:
            raise RewriteRejected(
                f"`{piece.text[:60]}` is in the same RUN as an install; move it to a separate RUN", run
            )
        moved.append(piece)

    def _must_be_whole(self) -> None:
        """Whether the install reads the source, and may write among it; else it needs manifests alone."""
        run, call = self.composer, self.call
        if run is None or call is None:
            return
        folder = self.build.state(run).path(".")
        if folder is None or folder == "/":
            raise RewriteRejected("Composer installs in `/` or in an unknown directory; set WORKDIR", run)
        files = composer_manifests(self.build, self.stage, self.context, run, call)
        try:
            data: object = json.loads(read_context_file(self.context, files[0]) or "")
        except ValueError:
            data = None
        text = json.dumps(data)
        scripted = not call.has("--no-scripts") and any(
            _SCRIPTS.match(name) for name in re.findall(r'"([\w-]+)": ', text)
        )
        classes = '"classmap"' in text or call.has("-o", "--optimize-autoloader", "-a", "--classmap-authoritative")
        if scripted or (classes and not call.has("--no-autoloader")) or len(self.stage_split.builder_runs[id(run)]) > 1:
            self.stage_split.copied_directory = folder
        else:
            self.stage_split.manifests = files
