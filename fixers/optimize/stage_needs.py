"""What the final stage needs of a full base image: its programs, the sources in it, and the packages that it contains.

This includes what COPY brings from other stages: an environment, node_modules or gems need what their packages need,
judged by what the stage that they come from installed there.
"""

from __future__ import annotations

import posixpath
import re

from ...model.python_app import PythonApp
from ...syntax.tree import Copy, Run
from .base.copies import context_copies
from .base.programs import FULL_IMAGE_PROGRAMS, ProgramUsage
from .base.rewrite import RewriteRejected
from .base.run_steps import ESSENTIAL_PROGRAMS
from .base.runtime_needs import OTHER_PROGRAMS, SystemNeeds
from .base.source_programs import node_programs, ruby_programs
from .manifests.stage_packages import StagePackages
from .projects.python.python_imports import NON_RUNTIME_FILES
from .projects.python.python_libraries import UV_IMAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...model.build import Build, Stage
    from ...model.context import Context

_BUILDING = frozenset(
    """bundle cd corepack export node npx ng nuxt next parcel pip python python3 rails rake ruby set source tsc true
    vite vue-tsc webpack . :""".split()
)
"""Programs of builders that create no native programs or libraries other than those of packages."""
_COMPILED = ("go", "rust")
"""Ecosystems whose builds are programs."""
_ASSETS = frozenset("_site assets build dist out public static www".split())
"""Directories that builds of front ends fill, which contain no packages."""
_SYSTEM_PATH = re.compile(r"/(usr/?)?((s?bin|lib(32|64|exec)?|share)(/|$)|$)|/\$")
"""Matches paths with programs and libraries of the system, and unknown ones."""
_CERTIFICATES = "/etc/ssl/certs"
_ECOSYSTEMS = {"python": "python", "pypy": "python", "node": "node", "ruby": "ruby"}


def stage_needs(build: Build, stage: Stage, context: Context, release: str | None) -> dict[str, str]:
    """The packages that the final stage needs on the slim variant of its base image, each with what needs it.

    `release` is the Debian release of that image, None when its tag names none. Raises RewriteRejected where it is
    unknown what the stage needs.
    """
    return _StageNeeds(build, stage, context, release).packages()


class _StageNeeds:
    """The needs of a final stage.

    `ecosystem`: whose packages its image runs, "" for none
    `sources`: the stages that it copies from, and their parents
    `places`, `files`: the paths in the build context that are copied, and the files in them
    """

    def __init__(self, build: Build, stage: Stage, context: Context, release: str | None) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        name = stage.base_ref.name if stage.base_ref is not None else ""
        self.image = name or ""
        self.ecosystem = _ECOSYSTEMS.get(self.image, "")
        self.needs = SystemNeeds(self.image, release)
        self.sources = self._copied_stages()
        stages = (stage, *self.sources)
        self.places = list(
            dict.fromkeys(place.source for each in stages for place in context_copies(build, each, context))
        )
        self.files = [
            file
            for file in context.files()
            if any(not place or file == place or file.startswith(place + "/") for place in self.places)
        ]

    def packages(self) -> dict[str, str]:
        """The packages, each with what needs it."""
        for source in self.sources:
            self._check_commands(source)
        self._add_programs()
        for source in (self.stage, *self.sources):
            if self.ecosystem and self._brings_packages(source):
                found = StagePackages(self.build, source, self.context, self.files)
                for name, run in found.names[self.ecosystem].items():
                    self.needs.add_packages(self.ecosystem, [name], found.compiled, run)
        # Parsing the sources takes the longest.
        self._add_application()
        fetching = next((by for package, by in self.needs.packages.items() if package in ("curl", "git", "wget")), "")
        if fetching:
            self.needs.add("ca-certificates", fetching)
        return self.needs.packages

    def _copied_stages(self) -> list[Stage]:
        """The stages that the stage copies from, also indirectly, and their parents."""
        found: dict[Stage, None] = {}
        waiting = [self.stage]
        while waiting:
            stage = waiting.pop()
            sources = [self._source(stage, step) for step in stage.instructions if isinstance(step, Copy)]
            for each in (*sources, stage.parent):
                if each is not None and each not in found:
                    found[each] = None
                    waiting.append(each)
        return list(found)

    def _source(self, stage: Stage, copy: Copy) -> Stage | None:
        """The stage that a COPY copies from; None for the build context. Raises RewriteRejected for programs."""
        flag = copy.flag("from")
        if flag is None or flag.value is None:
            return None
        source = self.build.source_stage(flag.value, stage)
        system = next((each.text for each in copy.sources if _SYSTEM_PATH.match(_absolute(each.text))), "")
        unknown = source is None and not flag.value.startswith(UV_IMAGES)
        if system or unknown:
            what = f"`{system}` of `{flag.value}`" if system else f"the files from `{flag.value}`"
            raise RewriteRejected(f"it is unknown which libraries {what} may need; keep the full base image", copy)
        return source

    def _check_commands(self, stage: Stage) -> None:
        """Raise RewriteRejected where a builder creates or downloads programs, whose libraries are unknown."""
        for run in stage.instructions:
            if not isinstance(run, Run):
                continue
            calls = {id(call.command): call for call in self.build.package_calls(run)}
            for command in self.build.commands(run):
                call = calls.get(id(command))
                compiles = call is not None and call.manager.ecosystem in _COMPILED
                compiles = compiles or any(posixpath.basename(word.value) == "setup.py" for word in command.args)
                known = call is not None or not command.name or command.name in _BUILDING | ESSENTIAL_PROGRAMS
                if compiles or not known:
                    raise RewriteRejected(
                        f"`{' '.join(command.text.split())[:60]}` may create programs, and it is unknown which "
                        "libraries these need; keep the full base image",
                        run,
                    )

    def _add_programs(self) -> None:
        """Add what the instructions of the stage and the scripts that it starts call."""
        uses = ProgramUsage(self.build, self.stage, self.context, list(self.stage.instructions))
        uses.require_known()
        called = {name: name for name in uses.programs}
        if any(_CERTIFICATES in instruction.arguments_text for instruction in self.stage.instructions):
            self.needs.add("ca-certificates", _CERTIFICATES)
        self._add_called(called)

    def _add_called(self, called: Mapping[str, str]) -> None:
        """Add the packages of programs, each with what calls it."""
        programs = {**FULL_IMAGE_PROGRAMS, **({} if self.ecosystem == "python" else OTHER_PROGRAMS)}
        for program in sorted(programs.keys() & called.keys()):
            self.needs.add_program(programs[program], called[program])

    def _add_application(self) -> None:
        """Add what the sources that the stage gets start and load."""
        if self.ecosystem == "python":
            app = PythonApp(self.context, self.places, NON_RUNTIME_FILES)
            for name, reason in app.unparsed_files.items():
                raise RewriteRejected(f"it is unknown which programs `{name}` starts, because the file {reason}")
            self._add_called(dict.fromkeys(app.programs, "the application"))
            self.needs.add_python(app)
        if self.ecosystem in ("node", "ruby"):
            self._add_called((node_programs if self.ecosystem == "node" else ruby_programs)(self.context, self.files))

    def _brings_packages(self, source: Stage) -> bool:
        """Whether the packages of a stage reach the final one: not if it copies results of front-end builds only."""
        if source is self.stage or self.ecosystem != "node":
            return True
        copied = [
            argument.text
            for stage in (self.stage, *self.sources)
            for instruction in stage.instructions
            if isinstance(instruction, Copy)
            and (flag := instruction.flag("from")) is not None
            and self.build.source_stage(flag.value or "", stage) in (source, *source.descendants)
            for argument in instruction.sources
        ]
        return not all(posixpath.basename(path.rstrip("/")) in _ASSETS for path in copied)


def _absolute(path: str) -> str:
    """A source of `COPY --from`, which is relative to the root."""
    return posixpath.normpath(f"/{path.lstrip('/')}")
