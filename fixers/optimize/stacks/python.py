"""Python: packages installed in a stage with compilers, and run on the slim image of the same version.

A single install goes to a separate directory with the image's pip, and is copied from there to where it was installed
before. Several installs, of which each has to see the earlier ones, share a virtual environment.
"""

from __future__ import annotations

import posixpath
import re

from ....model.images.slimmer import find_slim_variant
from ....model.python_app import PythonApp
from ....syntax.tree import Arg, Copy, CopyOrAdd, Env, Onbuild, Run, Shell, User, Workdir
from ..base.blocks import (
    command_texts,
    from_instruction,
    instruction_text,
    instruction_with_comments,
    leading_comments,
    run_instruction,
    write_two_stages,
)
from ..base.copies import context_copies, context_path
from ..base.programs import ProgramUsage, check_final_stage_runs, require_no_compiler_at_start
from ..base.rewrite import (
    NothingToDo,
    Preconditions,
    RewriteOutcome,
    RewriteRejected,
    Step,
    run_rewrite,
    slim_base_step,
)
from ..base.run_steps import DEPENDENCIES, SYSTEM_PACKAGES
from ..base.system import AptInstall, runtime_install
from ..manifests.requirements import Requirements, normalize_name, read_requirements
from ..order.cache_order import manifest_copies, relative_to_workdir
from ..split.stage_facts import (
    NAME,
    FinalStage,
    affects_build,
    base_text,
    copy_from_build,
    is_copied_again,
    is_from_context,
    library_packages,
    places_of,
    quoted,
    reject_instruction,
    require_plain_base,
    require_root,
    take_system_packages,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.images.slimmer import SlimVariant
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction
    from ..base.run_steps import RunCommand

VENV_DIRECTORY = "/opt/venv"
_PREFIX = "/install"
PYTHON_PREFIX = "/usr/local"
"""Where the official images have Python."""
_INSTALLERS = frozenset(("pip", "setuptools", "wheel", "uv"))
UV_IMAGES = ("ghcr.io/astral-sh/uv", "docker.io/astral/uv", "astral/uv")
"""Images that `uv` is copied from."""
_SETTINGS = ("PIP_PREFIX", "PIP_TARGET", "PIP_USER", "PIP_ROOT", "PYTHONUSERBASE", "PYTHONHOME", "VIRTUAL_ENV")
"""Variables that change where pip installs."""
_PIP = ("pip", "pip3")
_OTHER_LOCATION = (
    "--user",
    "--target",
    "-t",
    "--prefix",
    "--root",
    "--editable",
    "-e",
    "--src",
    "--python",
    "--break-system-packages",
)
"""Options of pip with which packages do not go to the image's Python as usual."""
RUNTIME_VARIABLES = frozenset(
    """PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONIOENCODING PYTHONFAULTHANDLER PYTHONHASHSEED PORT HOST LANG
    LC_ALL TZ FLASK_APP FLASK_ENV FLASK_DEBUG FLASK_RUN_HOST FLASK_RUN_PORT DJANGO_SETTINGS_MODULE APP_HOME""".split()
)
"""Variables that no install depends on."""
NATIVE_LIBRARIES = {
    "cairocffi": "libcairo2-dev",
    "cairosvg": "libcairo2-dev",
    "gssapi": "libkrb5-dev",
    "mariadb": "libmariadb-dev",
    "mysqlclient": "default-libmysqlclient-dev",
    "opencv-contrib-python": "libgl1-mesa-dev libglib2.0-dev",
    "opencv-python": "libgl1-mesa-dev libglib2.0-dev",
    "psycopg": "libpq-dev",
    "psycopg2": "libpq-dev",
    "pyaudio": "portaudio19-dev",
    "pycairo": "libcairo2-dev",
    "pycurl": "libcurl4-openssl-dev",
    "pygobject": "libgirepository1.0-dev",
    "pygraphviz": "libgraphviz-dev",
    "pylibmc": "libmemcached-dev",
    "pyodbc": "unixodbc-dev",
    "python-ldap": "libldap2-dev libsasl2-dev",
    "python-magic": "libmagic-dev",
    "python-snappy": "libsnappy-dev",
    "pyzbar": "libzbar-dev",
    "uwsgi": "libxml2-dev",
    "weasyprint": "libpango1.0-dev",
    "xmlsec": "libxmlsec1-dev",
}
"""Distributions that load system libraries, and the -dev packages of these. Source: their documentation."""
_UNKNOWN_NATIVE = frozenset(
    "wand gdal pyqt5 pyqt6 pyside2 pyside6 wxpython tensorflow-gpu jupyter notebook jupyterlab".split()
)
"""Distributions whose run-time dependencies are not known here."""
_BUILT_WITH_LIBRARIES = {
    "pillow": "libjpeg62-turbo-dev zlib1g-dev libtiff-dev libfreetype-dev liblcms2-dev libwebp-dev libopenjp2-7-dev",
    "lxml": "libxml2-dev libxslt1-dev",
    "cffi": "libffi-dev",
    "cryptography": "libssl-dev",
    "pyyaml": "libyaml-dev",
    "psycopg2-binary": "libpq-dev",
    "h5py": "libhdf5-dev",
    "shapely": "libgeos-dev",
}
"""Distributions that come as wheels, and what they link to when they are compiled anyway (`--no-binary`)."""


BASE_IMAGE_LIBRARIES = frozenset(
    """libbz2-dev libexpat1-dev libffi-dev libgdbm-dev liblzma-dev libncurses-dev libncurses5-dev libreadline-dev
    libsqlite3-dev libssl-dev uuid-dev zlib1g-dev""".split()
)
"""Headers whose libraries Python itself loads: slim images have them. Source: docker-library/python's template."""


class _SortedStage:
    """The instructions of the stage by what they are for.

    `kept`: all that are not moved as a whole, in order
    `builder_runs`: the commands of RUNs that install with pip or uv, by the id of the RUN
    `apt_installs`: what RUNs install with apt, by their id
    `first`: the first RUN that installs with pip or uv
    `requirements`: what they install
    """

    def __init__(self) -> None:
        self.kept: list[Instruction] = []
        self.builder_runs: dict[int, list[RunCommand]] = {}
        self.apt_installs: dict[int, AptInstall] = {}
        self.first: Run | None = None
        self.requirements = Requirements()

    def installs(self) -> list[Run]:
        """The RUNs that install with pip or uv, in order."""
        return [step for step in self.kept if isinstance(step, Run) and id(step) in self.builder_runs]


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Split the only stage of a Python image into a builder and a slim runtime."""
    return run_rewrite(NAME, lambda checks: _rewritten(build, stage, context, checks))


def python_base(stage: Stage, checks: Preconditions) -> tuple[SlimVariant | None, bool, str | None, str]:
    """What is known of the base image: its slim variant, whether it is slim already, the Debian release in its tag, and
    its version of `wheel`. Raises RewriteRejected when it is not supported.
    """
    ref, facts = stage.base_ref, stage.base_facts
    checks.require(
        "the base image is an official Python image on Debian",
        ref and facts and facts.family == "debian",
        f"`{base_text(stage)}` is not an official Python image on Debian",
        stage.from_,
    )
    assert ref is not None and facts is not None
    slim = find_slim_variant(ref)
    small = slim is None and "slim" in (ref.tag or "")
    checks.require(
        "the base image has a slim variant of the same version and release",
        slim or small,
        f"`{ref.text}` has no slim variant",
        stage.from_,
    )
    require_plain_base(stage, checks)
    release = facts.suite if facts.suite and (ref.tag or "").endswith(facts.suite) else None
    wheel = _wheel(ref.tag or "")
    checks.require(
        "its Python supports virtual environments", wheel, "Python older than 3.6 is not supported", stage.from_
    )
    return slim, small, release, wheel


def _rewritten(build: Build, stage: Stage, context: Context, checks: Preconditions) -> tuple[str, list[Step]]:
    slim, small, release, wheel = python_base(stage, checks)
    parts = _sorted(build, stage, context, checks)
    native = native_libraries(parts.requirements, release, checks)
    uses = ProgramUsage(build, stage, context, parts.kept)
    if "uv" in uses.programs:
        left = ProgramUsage(build, stage, context, [step for step in parts.kept if id(step) not in parts.builder_runs])
        checks.require(
            "uv is only used to install",
            "uv" not in left.programs,
            "uv runs in the final image",
            left.programs.get("uv"),
        )
    app = PythonApp(context, [place.source for place in context_copies(build, stage, context)])
    require_parsed(app, checks)
    extra = uses.packages_with(app.programs)
    require_no_compiler_at_start(extra, checks)
    compiles = any(install.has_build_packages for install in parts.apt_installs.values())
    if small and not compiles:
        raise NothingToDo(
            "the base image is already slim and no compilers are installed, so a second stage saves nothing"
        )
    split = _PythonSplit(build, stage, context, parts)
    split.slim = slim.text if slim else ""
    split.wheel = wheel
    split.release = release
    split.extra = [*native, *(extra if slim else ())]
    return split.text(), split.steps()


def require_parsed(app: PythonApp, checks: Preconditions) -> None:
    """Require that every Python file is parsed: the slim image may lack a program that another one starts."""
    name, reason = next(iter(app.unparsed_files.items()), ("", ""))
    checks.require(
        "the Python files can be parsed",
        not app.unparsed_files,
        f"it is unknown which programs `{name}` starts, because the file {reason}; if the image does not need it, "
        "add it to .dockerignore",
    )


def _wheel(tag: str) -> str:
    """The last version of `wheel` for the Python of a tag; "" when that is too old.

    The image has the package, but a new environment has not. Source: Requires-Python of its releases.
    """
    match = re.match(r"(\d+)(?:\.(\d+))?", tag)
    if match is None:
        return "0.45.1"
    version = int(match[1]), int(match[2] or 99)
    return "" if version < (3, 6) else {(3, 6): "0.37.1", (3, 7): "0.42.0"}.get(version, "0.45.1")


def _sorted(build: Build, stage: Stage, context: Context, checks: Preconditions) -> _SortedStage:
    parts = _SortedStage()
    for instruction in stage.instructions:
        reject_instruction(instruction, (Onbuild, Shell))
        parts.kept.append(instruction)
        if isinstance(instruction, Run):
            kinds = {_kind_of(build, instruction, command) for command in build.commands(instruction)}
            if kinds & {SYSTEM_PACKAGES, DEPENDENCIES}:
                _take_apart(build, stage, context, instruction, parts)
    checks.require("pip installs the dependencies", parts.first, "no RUN installs packages with pip")
    assert parts.first is not None
    settings = [name for name in _SETTINGS if name in build.state(parts.first).vars]
    checks.require(
        "no variable changes where pip installs",
        not settings,
        f"the install location is set by {quoted(settings)}; remove that setting",
        parts.first,
    )
    require_root(build, parts.first, checks)
    checks.require("the requirement files do not refer to other files of the project", True)
    check_final_stage_runs(
        build,
        stage,
        context,
        parts.builder_runs.keys() | parts.apt_installs.keys(),
        parts.installs()[-1],
        builds=False,
    )
    return parts


def _kind_of(build: Build, run: Run, command: object) -> str:
    """What a command of a RUN installs; "" for nothing. Raises RewriteRejected for packages of other languages."""
    for call in build.package_calls(run):
        if call.command is command:
            if call.manager.ecosystem == "os":
                return SYSTEM_PACKAGES
            if call.manager.ecosystem == "python":
                return DEPENDENCIES
            raise RewriteRejected(f"{call.manager.name} installs packages other than Python packages", run)
    return ""


def _take_apart(build: Build, stage: Stage, context: Context, run: Run, parts: _SortedStage) -> None:
    """Sort the commands of a RUN that installs."""
    moved = take_system_packages(build, run, parts.apt_installs)
    for command in moved:
        _check_pip(build, stage, context, run, command, parts)
    if moved:
        parts.builder_runs[id(run)] = moved
        parts.first = parts.first or run


def _check_pip(
    build: Build, stage: Stage, context: Context, run: Run, command: RunCommand, parts: _SortedStage
) -> None:
    """Collect what a command installs. Raises RewriteRejected for one that cannot move to the builder."""
    call, text = command.call, command.text[:60]
    if call is None:
        if not deletes_user_cache(command):
            raise RewriteRejected(f"`{text}` is in the same RUN as an install; move it to a separate RUN", run)
        return
    if call.manager.name == "uv" and call.verb == "install" and not _into_system(call, build.state(run).vars):
        raise RewriteRejected(f"`{text}` installs into a virtual environment; add `--system`", run)
    if call.manager.name != "pip" and not (call.manager.name == "uv" and call.path == "pip install"):
        raise RewriteRejected(f"the effect of `{text}` is unknown", run)
    if call.verb in ("config", "clean"):
        return
    program = command.command.words[0].value
    if "/" in program or call.uncertain or call.has(*_OTHER_LOCATION):
        raise RewriteRejected(f"`{text}` does not install into the image's own Python", run)
    collect_requirements(build, stage, context, run, command, parts.requirements)


def deletes_user_cache(command: RunCommand) -> bool:
    """Whether a command only deletes files in `~/.cache`."""
    return command.command.name == "rm" and all("/.cache" in word.value for word in command.command.operands())


def collect_requirements(
    build: Build, stage: Stage, context: Context, run: Run, command: RunCommand, into: Requirements
) -> None:
    """Add what pip or uv installs to `into`. Raises RewriteRejected when the install reads more of the project."""
    call = command.call
    assert call is not None
    for package in call.packages:
        if package.kind in ("project", "file"):
            raise RewriteRejected(f"`{command.text[:60]}` installs the project itself", run)
        if package.kind == "variable":
            raise RewriteRejected(f"`{command.text[:60]}` installs packages named by variables", run)
        into.names.setdefault(normalize_name(package.name), package.version)
    into.no_binary |= {normalize_name(name) for value in call.values("--no-binary") for name in value.split(",")}
    for name in (*call.requirements, *call.constraints):
        path = build.state(run).path(name)
        source = context_path(build, stage, context, path) if path else None
        if source is None:
            raise RewriteRejected(f"`{name}` is not copied from the build context", run)
        read_requirements(context, source, into)


def _into_system(call: PackageCall, env: Mapping[str, str]) -> bool:
    """Whether `uv pip install` installs into the image's own Python."""
    return call.has("--system") or env.get("UV_SYSTEM_PYTHON", "").lower() in ("1", "true", "yes", "on")


def copies_uv(instruction: Instruction) -> bool:
    """Whether a COPY brings uv from its image."""
    source = instruction.flag("from") if isinstance(instruction, Copy) else None
    return source is not None and (source.value or "").startswith(UV_IMAGES)


def native_libraries(requirements: Requirements, release: str | None, checks: Preconditions) -> dict[str, str]:
    """The packages with the libraries that the final stage needs, each with the distribution that loads it."""
    found: dict[str, str] = {}
    unknown = sorted(requirements.names.keys() & _UNKNOWN_NATIVE)
    checks.require(
        "the system libraries of the packages are known",
        not unknown,
        f"the run-time system dependencies of {quoted(unknown)} are unknown",
    )
    for name in requirements.names:
        headers = NATIVE_LIBRARIES.get(name, "")
        if requirements.no_binary & {name, ":all:"}:
            headers = f"{headers} {_BUILT_WITH_LIBRARIES.get(name, '')}"
        for header in headers.split():
            if header not in BASE_IMAGE_LIBRARIES:
                found.update(dict.fromkeys(library_packages(name, header, release), name))
    return found


def _upgrades_installers(command: RunCommand) -> bool:
    """Whether a command only upgrades pip and its build tools, which only the builder needs."""
    call = command.call
    if call is None or call.requirements:
        return False
    names = {normalize_name(package.name) for package in call.packages}
    return call.verb != "install" or (bool(names) and names <= _INSTALLERS)


def _with_prefix(text: str) -> str:
    """The text of one `pip install` with the directory to install into."""
    return re.sub(r"(\bpip[\d.]*\b(?:(?!&&)[\s\S])*?\binstall\b)", rf"\1 --prefix={_PREFIX}", text, count=1)


class _PythonSplit:
    """The text of the two stages.

    `parts`: the instructions, sorted
    `slim`: the slim base image of the final stage, "" when the base image is slim
    `release`: the Debian release in the base image's tag
    `extra`: packages that the final stage needs in addition to those of the file
    `wheel`: the version of `wheel` for a virtual environment
    `several`: whether pip installs more than once, and so into a virtual environment
    """

    def __init__(self, build: Build, stage: Stage, context: Context, parts: _SortedStage) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.parts = parts
        self.slim = ""
        self.release: str | None = None
        self.extra: list[str] = []
        self.wheel = ""
        commands = [command for found in parts.builder_runs.values() for command in found]
        installs = [command for command in commands if command.call and command.call.verb == "install"]
        self.several = sum(not _upgrades_installers(command) for command in installs) > 1
        if self.several and any(command.call and command.call.manager.name == "uv" for command in installs):
            raise RewriteRejected("uv installs more than once; use one `uv pip install`")

    def text(self) -> str:
        """The file with both stages."""
        return write_two_stages(self.build, self.stage, self._builder(), self._final())

    def steps(self) -> list[Step]:
        """The steps to the text."""
        step = Step(
            "Install the dependencies in a separate stage",
            "keeps compilers, headers and caches out of the image",
            risk="packages without a wheel are compiled in the builder; check their system libraries",
        )
        return [step, slim_base_step(self.slim)] if self.slim else [step]

    def _builder(self) -> list[str]:
        build, parts = self.build, self.parts
        lines = [from_instruction(self.stage, name="build")]
        workdir: list[str] = []
        for instruction in self.stage.instructions:
            if isinstance(instruction, Workdir):
                workdir = [instruction_text(build, instruction)]
            elif copies_uv(instruction):
                lines.append(instruction_with_comments(build, instruction))
            elif isinstance(instruction, Arg) or (isinstance(instruction, Env) and self._is_for_build(instruction)):
                lines.append(instruction_text(build, instruction))
            if self._builds_with(instruction):
                system = parts.apt_installs[id(instruction)]
                lines += [*leading_comments(build, instruction), system.line(system.packages)]
            if isinstance(instruction, Run) and id(instruction) in parts.builder_runs:
                if instruction is self._first_reading():
                    lines += [*workdir, *self._create_environment(), *self._manifests()]
                lines.append(self._moved_run(instruction))
        return lines

    def _is_for_build(self, env: Env) -> bool:
        """Whether the builder needs an ENV."""
        first = self.parts.first
        return first is not None and env.start < first.start and affects_build(self.stage, env, RUNTIME_VARIABLES)

    def _builds_with(self, instruction: Instruction) -> bool:
        """Whether the builder needs the system packages of an instruction."""
        system = self.parts.apt_installs.get(id(instruction))
        return system is not None and system.needed_in_builder(full=bool(self.slim))

    def _create_environment(self) -> list[str]:
        """The virtual environment for several installs."""
        if not self.several:
            return []
        directory = VENV_DIRECTORY
        wheel = f"{directory}/bin/pip install --no-cache-dir wheel=={self.wheel}"
        return [f"RUN python -m venv {directory} && {wheel}", f'ENV PATH="{directory}/bin:$PATH"']

    def _moved_run(self, run: Run) -> str:
        """A RUN as the builder has it."""
        found = self.parts.builder_runs[id(run)]
        moved = [command for command in found if command.command.name != "rm"]
        has_system = id(run) in self.parts.apt_installs
        # The comments are written above the packages that compile.
        comments = [] if self._builds_with(run) else leading_comments(self.build, run)
        if self.several or all(map(_upgrades_installers, moved)):
            if not has_system and len(moved) == len(found):
                return instruction_with_comments(self.build, run)
            return "\n".join([*comments, run_instruction(command_texts(moved))])
        if len(moved) == 1 and not has_system:
            return "\n".join([*comments, _with_prefix(instruction_text(self.build, run))])
        texts = [each.text if _upgrades_installers(each) else _with_prefix(each.text) for each in moved]
        return "\n".join([*comments, run_instruction(texts)])

    def _manifests(self) -> list[str]:
        """COPYs that bring the requirement files to where the install looks for them, those of the file first."""
        first = self._first_reading()
        assert first is not None
        files = self.parts.requirements.files
        if all(map(self.context.includes, files)):
            try:
                last = self.parts.installs()[-1]
                return manifest_copies(self.build, self.stage, self.context, files, first, last)[0]
            except RewriteRejected:
                pass
        return self._renamed(first)

    def _first_reading(self) -> Run | None:
        """The first RUN that reads requirement files: one that only upgrades installers does not wait for them."""
        moved = self.parts.builder_runs
        reading = [run for run in self.parts.installs() if not all(map(_upgrades_installers, moved[id(run)]))]
        return reading[0] if reading and not self.several else self.parts.first

    def _renamed(self, first: Run) -> list[str]:
        """COPYs of requirement files that have another name in the image."""
        targets: dict[str, list[str]] = {}
        workdir = self.build.state(first).path(".") or "/"
        for name in self.parts.requirements.files:
            path = self._target(name)
            if posixpath.basename(path) == posixpath.basename(name):
                path = relative_to_workdir(posixpath.dirname(path), workdir).rstrip("/") + "/"
            targets.setdefault(path, []).append(name)
        return [f"COPY {' '.join(names)} {target}" for target, names in targets.items()]

    def _target(self, name: str) -> str:
        """The path in the image of a file of the build context. Raises RewriteRejected when it is not copied."""
        for place in context_copies(self.build, self.stage, self.context):
            if not place.folder and place.source == name:
                return place.target
            if place.folder and (place.source in ("", name) or name.startswith(place.source + "/")):
                return posixpath.join(place.target, posixpath.relpath(name, place.source or "."))
        raise RewriteRejected(f"the path of `{name}` in the image is unknown")

    def _final(self) -> list[str]:
        parts = self.parts
        copies = [f"COPY --from=build {_PREFIX} {PYTHON_PREFIX}"]
        if self.several:
            copies = [*copy_from_build(VENV_DIRECTORY), f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"']
        start = from_instruction(self.stage, self.slim)
        install = runtime_install(parts.kept, parts.apt_installs, self.release, BASE_IMAGE_LIBRARIES)
        packages = install.line([*install.packages, *self.extra])
        final = FinalStage(start, self.stage, parts.apt_installs, packages, copies)
        for instruction in parts.kept:
            needed = (
                is_from_context(instruction) or instruction is self._first_reading() or isinstance(instruction, User)
            )
            # What runs after the first install may need it.
            final.write_packages(instruction, needed=needed)
            if needed:
                final.write_copies()
            moved = id(instruction) in parts.builder_runs
            if isinstance(instruction, CopyOrAdd) and (self._only_manifest(instruction) or copies_uv(instruction)):
                continue
            if id(instruction) in parts.apt_installs:
                if not moved and not self._builds_with(instruction):
                    final.write_comments(self.build, instruction)
            elif not moved:
                final.lines.append(instruction_with_comments(self.build, instruction))
        return final.lines

    def _only_manifest(self, copy: CopyOrAdd) -> bool:
        """Whether a COPY brings only requirement files that a later one copies again."""
        files = self.parts.requirements.files
        mine = places_of(self.build, self.stage, self.context, copy)
        return all(place.source in files for place in mine) and is_copied_again(
            self.build, self.stage, self.context, copy
        )
