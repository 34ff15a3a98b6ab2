"""Python: packages installed in a stage with compilers, run on the slim image of the same version.

One install goes to a folder of its own with the image's pip, and from there to where it was installed before. Several
installs, of which each has to see the ones before it, share a virtual environment.
"""

from __future__ import annotations

import posixpath
import re

from ....model.images.slimmer import find_slim_variant
from ....model.packages.runtime_libraries import runtime_libraries_for
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
from ..base.run_steps import DEPENDENCIES, SYSTEM_PACKAGES, split_run
from ..base.system import AptInstall, read_apt_install, runtime_install
from ..manifests.requirements import Requirements, normalize_name, read_requirements
from ..order.cache_order import manifest_copies, relative_to_workdir
from .shared import base_text, quoted, require_plain_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.images.slimmer import SlimVariant
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction
    from ..base.run_steps import RunCommand

NAME = "multi-stage"
VENV_DIRECTORY = "/opt/venv"
_PREFIX = "/install"
PYTHON_PREFIX = "/usr/local"
"""Where the official images have Python."""
_INSTALLERS = frozenset(("pip", "setuptools", "wheel", "uv"))
UV_IMAGES = ("ghcr.io/astral-sh/uv", "docker.io/astral/uv", "astral/uv")
"""Images of which `uv` is copied."""
_SETTINGS = ("PIP_PREFIX", "PIP_TARGET", "PIP_USER", "PIP_ROOT", "PYTHONUSERBASE", "PYTHONHOME", "VIRTUAL_ENV")
_PIP = ("pip", "pip3")
_BARRED = (
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
RUNTIME_VARIABLES = frozenset(
    """PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONIOENCODING PYTHONFAULTHANDLER PYTHONHASHSEED PORT HOST LANG
    LC_ALL TZ FLASK_APP FLASK_ENV FLASK_DEBUG FLASK_RUN_HOST FLASK_RUN_PORT DJANGO_SETTINGS_MODULE APP_HOME""".split()
)
"""Variables that no install looks at."""
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
"""Distributions that load libraries of the system, and the -dev packages of these. Source: their documentation."""
_UNKNOWN_NATIVE = frozenset(
    "wand gdal pyqt5 pyqt6 pyside2 pyside6 wxpython tensorflow-gpu jupyter notebook jupyterlab".split()
)
"""Distributions whose needs at run time are more than is known here."""
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
"""Distributions that come as wheels, and what they link to when they are compiled all the same (`--no-binary`)."""


BASE_IMAGE_LIBRARIES = frozenset(
    """libbz2-dev libexpat1-dev libffi-dev libgdbm-dev liblzma-dev libncurses-dev libncurses5-dev libreadline-dev
    libsqlite3-dev libssl-dev uuid-dev zlib1g-dev""".split()
)
"""Headers whose libraries Python itself loads: its slim images have them. Source: docker-library/python's template."""


class _SortedStage:
    """The stage, sorted: what only builds, and what the image is."""

    def __init__(self) -> None:
        self.kept: list[Instruction] = []
        self.builder_runs: dict[int, list[RunCommand]] = {}
        self.apt_installs: dict[int, AptInstall] = {}
        self.first: Run | None = None
        self.requirements = Requirements()


def rewrite(build: Build, stage: Stage, context: Context) -> RewriteOutcome:
    """Part the only stage of a Python image in a builder and a slim runtime."""
    return run_rewrite(NAME, lambda checks: _rewritten(build, stage, context, checks))


def python_base(stage: Stage, checks: Preconditions) -> tuple[SlimVariant | None, bool, str | None, str]:
    """What is known of the base; raises Refused when it is not followed.

    Answers its slim variant, whether it is slim already, the release of Debian in its tag, and its version of `wheel`.
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
    extra = uses.packages_with(app.programs)
    require_no_compiler_at_start(extra, checks)
    compiles = any(install.has_build_packages for install in parts.apt_installs.values())
    if small and not compiles:
        raise NothingToDo(
            "the base image is already slim and no compilers are installed, so a second stage saves nothing"
        )
    return _PythonSplit(
        build, stage, context, parts, release, native, extra if slim else {}, slim.text if slim else "", wheel
    ).write()


def _wheel(tag: str) -> str:
    """The last version of `wheel` for the Python of a tag: the image has that package, a new environment has not.

    Empty for a Python that is too old. Source: Requires-Python of its releases.
    """
    match = re.match(r"(\d+)(?:\.(\d+))?", tag)
    if match is None:
        return "0.45.1"
    version = int(match[1]), int(match[2] or 99)
    return "" if version < (3, 6) else {(3, 6): "0.37.1", (3, 7): "0.42.0"}.get(version, "0.45.1")


def _sorted(build: Build, stage: Stage, context: Context, checks: Preconditions) -> _SortedStage:
    parts = _SortedStage()
    for instruction in stage.instructions:
        if isinstance(instruction, Onbuild | Shell):
            raise RewriteRejected(f"a stage with {instruction.name} cannot be split", instruction)
        if not isinstance(instruction, Run):
            parts.kept.append(instruction)
            continue
        kinds = {_kind_of(build, instruction, command) for command in build.commands(instruction)}
        if not kinds & {SYSTEM_PACKAGES, DEPENDENCIES}:
            parts.kept.append(instruction)
            continue
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
    user = build.state(parts.first).user
    checks.require(
        "the dependencies are installed as root",
        user in (None, "root", "0"),
        f"the dependencies are installed as `{user}`, not as root",
        parts.first,
    )
    checks.require("the requirement files do not refer to other files of the project", True)
    installs = [step for step in parts.kept if isinstance(step, Run) and id(step) in parts.builder_runs]
    check_final_stage_runs(
        build, stage, context, parts.builder_runs.keys() | parts.apt_installs.keys(), installs[-1], builds=False
    )
    return parts


def _kind_of(build: Build, run: Run, command: object) -> str:
    for call in build.package_calls(run):
        if call.command is command:
            if call.manager.ecosystem == "os":
                return SYSTEM_PACKAGES
            if call.manager.ecosystem == "python":
                return DEPENDENCIES
            raise RewriteRejected(f"{call.manager.name} installs packages other than Python packages", run)
    return ""


def _take_apart(build: Build, stage: Stage, context: Context, run: Run, parts: _SortedStage) -> None:
    found = split_run(build, run)
    system = [piece for piece in found if piece.kind == SYSTEM_PACKAGES]
    if system:
        parts.apt_installs[id(run)] = read_apt_install(system, run)
    moved = [piece for piece in found if piece.kind != SYSTEM_PACKAGES]
    for piece in moved:
        _check_pip(build, stage, context, run, piece, parts)
    if moved:
        parts.builder_runs[id(run)] = moved
        parts.first = parts.first or run
    parts.kept.append(run)


def _check_pip(build: Build, stage: Stage, context: Context, run: Run, piece: RunCommand, parts: _SortedStage) -> None:
    call = piece.call
    if call is None:
        if piece.command.name == "rm" and all("/.cache" in word.value for word in piece.command.operands()):
            return
        raise RewriteRejected(f"`{piece.text[:60]}` is in the same RUN as an install; move it to a separate RUN", run)
    if call.manager.name == "uv" and call.verb == "install" and not _into_system(call, build.state(run).vars):
        raise RewriteRejected(f"`{piece.text[:60]}` installs into a virtual environment; add `--system`", run)
    if call.manager.name not in ("pip", "uv") or (call.manager.name == "uv" and call.path != "pip install"):
        raise RewriteRejected(f"the effect of `{piece.text[:60]}` is unknown", run)
    if call.verb == "config" or call.verb == "clean":
        return
    program = piece.command.words[0].value
    if "/" in program or call.uncertain or any(call.has(flag) for flag in _BARRED):
        raise RewriteRejected(f"`{piece.text[:60]}` does not install into the image's own Python", run)
    collect_requirements(build, stage, context, run, piece, parts.requirements)


def collect_requirements(
    build: Build, stage: Stage, context: Context, run: Run, piece: RunCommand, into: Requirements
) -> None:
    """Note what an install by pip or uv names. Raises Refused when it needs more of the project than that."""
    call = piece.call
    assert call is not None
    for package in call.packages:
        if package.kind in ("project", "file"):
            raise RewriteRejected(f"`{piece.text[:60]}` installs the project itself", run)
        if package.kind == "variable":
            raise RewriteRejected(f"`{piece.text[:60]}` installs packages named by variables", run)
        into.names.setdefault(normalize_name(package.name), package.version)
    into.no_binary |= {normalize_name(name) for value in call.values("--no-binary") for name in value.split(",")}
    for name in (*call.requirements, *call.constraints):
        path = build.state(run).path(name)
        source = context_path(build, stage, context, path) if path else None
        if source is None:
            raise RewriteRejected(f"`{name}` is not copied from the build context", run)
        read_requirements(context, source, into)


def _into_system(call: PackageCall, env: dict[str, str]) -> bool:
    """Whether `uv pip install` installs among the packages of the image."""
    return call.has("--system") or env.get("UV_SYSTEM_PYTHON", "").lower() in ("1", "true", "yes", "on")


def copies_uv(instruction: Instruction) -> bool:
    """Whether a COPY brings uv from its image."""
    source = instruction.flag("from") if isinstance(instruction, Copy) else None
    return source is not None and (source.value or "").startswith(UV_IMAGES)


def native_libraries(requirements: Requirements, release: str | None, checks: Preconditions) -> dict[str, str]:
    """The libraries that the final stage needs, each with the distribution that loads it."""
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
            if header in BASE_IMAGE_LIBRARIES:
                continue
            behind = runtime_libraries_for(header, release)
            if behind is None:
                raise RewriteRejected(
                    f"`{name}` needs the library of `{header}`, whose package name depends on the Debian release; "
                    "name the release in the base image's tag"
                )
            found.update(dict.fromkeys(behind, name))
    return found


def _upgrades_installers(piece: RunCommand) -> bool:
    """Whether a command only renews pip and what it builds with, which is of use in the builder alone."""
    call = piece.call
    names = {normalize_name(package.name) for package in call.packages} if call is not None else set[str]()
    return (
        call is not None
        and not call.requirements
        and (call.verb != "install" or (bool(names) and names <= _INSTALLERS))
    )


def _with_prefix(text: str) -> str:
    """The text of one `pip install` with the folder to install to."""
    return re.sub(r"(\bpip[\d.]*\b(?:(?!&&)[\s\S])*?\binstall\b)", rf"\1 --prefix={_PREFIX}", text, count=1)


class _PythonSplit:
    """Writes the two stages."""

    def __init__(
        self,
        build: Build,
        stage: Stage,
        context: Context,
        parts: _SortedStage,
        release: str | None,
        native: dict[str, str],
        extra: dict[str, str],
        slim: str,
        wheel: str,
    ) -> None:
        self.build = build
        self.stage = stage
        self.context = context
        self.parts = parts
        self.release = release
        self.native = native
        self.extra = extra
        self.slim = slim
        self.wheel = wheel
        installs = [
            piece
            for pieces in parts.builder_runs.values()
            for piece in pieces
            if piece.call and piece.call.verb == "install"
        ]
        self.several = sum(not _upgrades_installers(piece) for piece in installs) > 1
        if self.several and any(piece.call and piece.call.manager.name == "uv" for piece in installs):
            raise RewriteRejected("uv installs more than once; use one `uv pip install`")

    def write(self) -> tuple[str, list[Step]]:
        text = write_two_stages(self.build, self.stage, self._builder(), self._final())
        steps = [
            Step(
                "Install the dependencies in a separate stage",
                "keeps compilers, headers and caches out of the image",
                risk="packages without a wheel are compiled in the builder; check their system libraries",
            )
        ]
        if self.slim:
            steps.append(slim_base_step(self.slim))
        return text, steps

    def _builder(self) -> list[str]:
        build, parts = self.build, self.parts
        lines = [from_instruction(self.stage, name="build")]
        workdir = ""
        for instruction in self.stage.instructions:
            if (isinstance(instruction, Env) and self._matters(instruction)) or isinstance(instruction, Arg):
                lines.append(instruction_text(build, instruction))
            elif isinstance(instruction, Workdir):
                workdir = instruction_text(build, instruction)
            elif copies_uv(instruction):
                lines.append(instruction_with_comments(build, instruction))
            system = parts.apt_installs.get(id(instruction))
            if system is not None and system.needed_in_builder(full=bool(self.slim)):
                lines += [*leading_comments(build, instruction), system.line(system.packages)]
            if id(instruction) in parts.builder_runs and instruction is self._reading():
                lines += [workdir] if workdir else []
                if self.several:
                    lines.append(
                        f"RUN python -m venv {VENV_DIRECTORY} && {VENV_DIRECTORY}/bin/pip install --no-cache-dir wheel=={self.wheel}"
                    )
                    lines.append(f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"')
                lines += self._manifests()
            if id(instruction) in parts.builder_runs:
                assert isinstance(instruction, Run)
                lines.append(self._moved(instruction))
        return lines

    def _matters(self, env: Env) -> bool:
        first = self.parts.first
        return (
            first is not None
            and env.start < first.start
            and not all(pair.key.text in RUNTIME_VARIABLES and not self._named(pair.key.text) for pair in env.pairs)
        )

    def _named(self, name: str) -> bool:
        """Whether an instruction takes the variable, as `WORKDIR $APP_HOME` does."""
        return any(
            re.search(rf"\$\{{?{re.escape(name)}\b", step.arguments_text) is not None
            for step in self.stage.instructions
            if isinstance(step, Workdir | CopyOrAdd | Run | Env)
        )

    def _moved(self, run: Run) -> str:
        moved = [piece for piece in self.parts.builder_runs[id(run)] if piece.command.name != "rm"]
        system = self.parts.apt_installs.get(id(run))
        # Above the packages that compile, the comments stand already.
        comments = (
            []
            if system is not None and system.needed_in_builder(full=bool(self.slim))
            else leading_comments(self.build, run)
        )
        if self.several or all(_upgrades_installers(piece) for piece in moved):
            if system is None and len(moved) == len(self.parts.builder_runs[id(run)]):
                return instruction_with_comments(self.build, run)
            return "\n".join([*comments, run_instruction(command_texts(moved))])
        if len(moved) == 1 and system is None:
            return "\n".join([*comments, _with_prefix(instruction_text(self.build, run))])
        commands = [piece.text if _upgrades_installers(piece) else _with_prefix(piece.text) for piece in moved]
        return "\n".join([*comments, run_instruction(commands)])

    def _manifests(self) -> list[str]:
        """COPYs that bring the requirement files to where the install looks for them, those of the file first."""
        first = self._reading()
        assert first is not None
        files = self.parts.requirements.files
        if all(map(self.context.includes, files)):
            try:
                return manifest_copies(self.build, self.stage, self.context, files, first, self._last())[0]
            except RewriteRejected:
                pass
        return self._renamed(first)

    def _reading(self) -> Run | None:
        """The first RUN that installs: what only renews the installers does not wait for the requirement files."""
        moved = self.parts.builder_runs
        runs = [step for step in self.parts.kept if isinstance(step, Run) and id(step) in moved]
        reading = [run for run in runs if not all(map(_upgrades_installers, moved[id(run)]))]
        return reading[0] if reading and not self.several else self.parts.first

    def _last(self) -> Run | None:
        """The last RUN that installs."""
        runs = [step for step in self.parts.kept if isinstance(step, Run) and id(step) in self.parts.builder_runs]
        return runs[-1] if runs else None

    def _renamed(self, first: Run) -> list[str]:
        """COPYs of requirement files that get another name in the image."""
        targets: dict[str, list[str]] = {}
        workdir = self.build.state(first).path(".") or "/"
        for name in self.parts.requirements.files:
            path = next(
                (
                    place.target
                    if not place.folder
                    else posixpath.join(place.target, posixpath.relpath(name, place.source or "."))
                    for place in context_copies(self.build, self.stage, self.context)
                    if place.source == name
                    or (place.folder and (not place.source or name.startswith(place.source + "/")))
                ),
                None,
            )
            if path is None:
                raise RewriteRejected(f"the path of `{name}` in the image is unknown")
            if posixpath.basename(path) != posixpath.basename(name):
                targets.setdefault(path, []).append(name)
                continue
            folder = posixpath.dirname(path)
            targets.setdefault(relative_to_workdir(folder, workdir).rstrip("/") + "/", []).append(name)
        return [f"COPY {' '.join(names)} {target}" for target, names in targets.items()]

    def _final(self) -> list[str]:
        build, parts = self.build, self.parts
        lines = [from_instruction(self.stage, self.slim)]
        environment = [f"COPY --from=build {_PREFIX} {PYTHON_PREFIX}"]
        if self.several:
            environment = [
                f"COPY --from=build {VENV_DIRECTORY} {VENV_DIRECTORY}",
                f'ENV PATH="{VENV_DIRECTORY}/bin:$PATH"',
            ]
        added = self._packages()
        system = next((step for step in parts.kept if id(step) in parts.apt_installs), None)
        for instruction in parts.kept:
            from_context = isinstance(instruction, CopyOrAdd) and instruction.flag("from") is None
            here = from_context or instruction is self._reading() or isinstance(instruction, User)
            # What runs behind the first install may need it.
            if added and (instruction is system or (here and system is None)):
                lines.append(added)
                added = ""
            if environment and here:
                lines += environment
                environment = []
            if isinstance(instruction, CopyOrAdd) and (self._only_manifest(instruction) or copies_uv(instruction)):
                continue
            install = parts.apt_installs.get(id(instruction))
            if install is not None:
                alone = (
                    not install.needed_in_builder(full=bool(self.slim)) and id(instruction) not in parts.builder_runs
                )
                lines[-1:-1] = leading_comments(build, instruction) if alone and instruction is system else []
                lines += leading_comments(build, instruction) if alone and instruction is not system else []
                continue
            if id(instruction) not in parts.builder_runs:
                lines.append(instruction_with_comments(build, instruction))
        return lines

    def _packages(self) -> str:
        """The RUN that installs what the final stage needs."""
        installs = self.parts.apt_installs
        install = runtime_install(self.parts.kept, installs, self.release, BASE_IMAGE_LIBRARIES)
        return install.line([*install.packages, *self.native, *self.extra])

    def _only_manifest(self, copy: CopyOrAdd) -> bool:
        """Whether a later COPY brings the same files to the same places."""
        mine = [place for place in context_copies(self.build, self.stage, self.context) if place.instruction is copy]
        later = [
            place
            for place in context_copies(self.build, self.stage, self.context)
            if place.instruction.start > copy.start
        ]
        return bool(mine) and all(
            not place.folder
            and place.source in self.parts.requirements.files
            and any(other.folder and other.source_of(place.target) == place.source for other in later)
            for place in mine
        )
