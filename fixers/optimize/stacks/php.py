"""PHP: extensions are compiled and packages of Composer installed in a stage of their own, on the same image."""

from __future__ import annotations

import json
import posixpath
import re

from ....syntax.tree import Copy, Run
from ..base.copies import read
from ..base.programs import Uses, check_kept
from ..base.rewrite import Checks, Outcome, Refused, Rewriter, Step, attempt
from ..manifests.build_manifests import composer_files
from .stage_split import Parting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import Call
    from ..base.run_steps import Piece

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


def rewrite(build: Build, stage: Stage, context: Context) -> Outcome:
    """Part the only stage of a PHP image in a builder and a runtime."""
    return attempt(NAME, lambda checks: _Rewrite(build, stage, context, checks).result())


class _Rewrite(Rewriter):
    def __init__(self, build: Build, stage: Stage, context: Context, checks: Checks) -> None:
        super().__init__(build, stage, context, checks)
        self.parting = Parting(build, stage, context)
        self.extensions: Run | None = None
        self.composer: Run | None = None
        self.call: Call | None = None

    def result(self) -> tuple[str, list[Step]]:
        release = self._base()
        parting = self.parting
        for instruction in self.stage.instructions:
            if isinstance(instruction, Copy) and self._brings_composer(instruction):
                parting.tools.append(instruction)
            elif isinstance(instruction, Run):
                self._sort(instruction)
        parting.install = self.composer or self.extensions
        self._must_be_whole()
        parting.check()
        install = parting.install
        self.checks.require(
            "extensions are compiled or packages are installed", install, "nothing is compiled and nothing installed"
        )
        assert install is not None
        kept = parting.kept()
        moved = parting.moved.keys() | parting.system.keys() | {id(tool) for tool in parting.tools}
        check_kept(self.build, self.stage, self.context, moved, install, builds=bool(parting.whole))
        uses = Uses(self.build, self.stage, self.context, kept)
        left = sorted(name for name in ("composer", "pecl", "phpize", *_BUILDING) if name in uses.found)
        self.checks.require(
            "what only builds is not started",
            not left,
            f"`{', '.join(left)}` runs in the image",
            uses.found.get(left[0] if left else ""),
        )
        parting.packages = parting.runtime_packages(release)
        if self.extensions is not None:
            parting.brought = [f"COPY --from=build {folder} {folder}" for folder in _EXTENSIONS]
        if self.composer is not None and not parting.whole:
            vendor = posixpath.join(self.build.state(install).path(".") or "/", "vendor")
            parting.brought.append(f"COPY --from=build {vendor} {vendor}")
        steps = [
            Step("Compile and install in a stage of their own", "headers, Composer and caches stay out of the image")
        ]
        return parting.text(), steps

    def _base(self) -> str | None:
        facts, ref, base = self.stage.facts, self.stage.ref, self.stage.from_.base
        self.checks.require(
            "the base is an official PHP image on Debian",
            facts and facts.family == "debian",
            "the base is no official PHP image on Debian",
            self.stage.from_,
        )
        assert base is not None and ref is not None and facts is not None
        self.checks.require(
            "the base is written without variables", "$" not in base.text, "a variable names the base", self.stage.from_
        )
        return facts.suite if facts.suite and facts.suite in (ref.tag or "") else None

    def _brings_composer(self, copy: Copy) -> bool:
        source = copy.flag("from")
        name = (source.value or "").partition(":")[0] if source is not None else ""
        return name.endswith("composer") and all(argument.text.endswith("/composer") for argument in copy.sources)

    # What the RUNs are for

    def _sort(self, run: Run) -> None:
        if _COMPOSER.match(" ".join(run.rest_text.split())):
            self.parting.tools.append(run)
            return
        names = {command.name for command in self.build.commands(run)}
        calls = [call for call in self.build.calls(run) if call.manager.ecosystem in ("os", "php")]
        if not calls and not names & set(_BUILDING):
            return
        for piece in self.parting.sort(run):
            self._take(run, piece)

    def _take(self, run: Run, piece: Piece) -> None:
        call, moved = piece.call, self.parting.moved[id(run)]
        if call is None and piece.command.name in _APACHE:
            self.parting.staying.setdefault(id(run), []).append(piece)
            return
        if call is None and piece.command.name in _BUILDING:
            self.extensions = run
        elif (
            call is None
            and piece.command.name == "rm"
            and all("/tmp" in word.value or "cache" in word.value for word in piece.command.operands())
        ):
            return
        elif call is not None and call.manager.name == "composer" and call.path in ("install", "i") and not call.unsure:
            if self.composer is not None:
                raise Refused("Composer installs more than once", run)
            self.composer = run
            self.call = call
        elif call is not None and call.manager.name == "composer" and call.verb in ("clean", "build"):
            if call.verb == "clean":
                return
            if self.composer is not run:
                raise Refused(f"`{piece.text[:60]}` stands apart from the install", run)
        else:
            raise Refused(f"`{piece.text[:60]}` stands in one RUN with an install", run)
        moved.append(piece)

    def _must_be_whole(self) -> None:
        """Whether the install reads the source, and may write among it; else it needs manifests alone."""
        run, call = self.composer, self.call
        if run is None or call is None:
            return
        folder = self.build.state(run).path(".")
        if folder is None or folder == "/":
            raise Refused("the folder of the install is not known", run)
        files = composer_files(self.build, self.stage, self.context, run, call)
        try:
            data: object = json.loads(read(self.context, files[0]) or "")
        except ValueError:
            data = None
        text = json.dumps(data)
        scripted = not call.has("--no-scripts") and any(
            _SCRIPTS.match(name) for name in re.findall(r'"([\w-]+)": ', text)
        )
        classes = '"classmap"' in text or call.has("-o", "--optimize-autoloader", "-a", "--classmap-authoritative")
        if scripted or (classes and not call.has("--no-autoloader")) or len(self.parting.moved[id(run)]) > 1:
            self.parting.whole = folder
        else:
            self.parting.manifests = files
