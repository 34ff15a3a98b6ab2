"""What installs of Python packages have in common: base images, requirements, and the system libraries they load."""

from __future__ import annotations

import posixpath
import re

from ....syntax.tree import Copy
from ..base.copies import context_copies, context_path
from ..base.rewrite import RewriteRejected
from ..base.runtime_needs import library_packages
from ..base.stage_facts import quoted
from ..manifests.requirements import Requirements, normalize_name, read_requirements
from ..order.cache_order import relative_to_workdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.python_app import PythonApp
    from ....syntax.tree import Instruction, Run
    from ..base.rewrite import Preconditions
    from ..base.run_steps import RunCommand

VENV_DIRECTORY = "/opt/venv"
PYTHON_PREFIX = "/usr/local"
"""Where the official images have Python."""
UV_IMAGES = ("ghcr.io/astral-sh/uv", "docker.io/astral/uv", "astral/uv")
"""Images that `uv` is copied from."""
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


def require_parsed(app: PythonApp, checks: Preconditions) -> None:
    """Require that every Python file is parsed: the slim image may lack a program that another one starts."""
    name, reason = next(iter(app.unparsed_files.items()), ("", ""))
    checks.require(
        "the Python files can be parsed",
        not app.unparsed_files,
        f"it is unknown which programs `{name}` starts, because the file {reason}; if the image does not need it, "
        "add it to .dockerignore",
    )


def wheel_version(tag: str) -> str:
    """The last version of `wheel` for the Python of a tag; "" when that is too old.

    The image has the package, but a new environment has not. Source: Requires-Python of its releases.
    """
    match = re.match(r"(\d+)(?:\.(\d+))?", tag)
    if match is None:
        return "0.45.1"
    version = int(match[1]), int(match[2] or 99)
    return "" if version < (3, 6) else {(3, 6): "0.37.1", (3, 7): "0.42.0"}.get(version, "0.45.1")


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


def renamed_copies(build: Build, stage: Stage, context: Context, files: Iterable[str], run: Run) -> list[str]:
    """COPYs before `run` of requirement files that have another name in the image. Raises RewriteRejected."""
    targets: dict[str, list[str]] = {}
    workdir = build.state(run).path(".") or "/"
    for name in files:
        path = _path_in_image(build, stage, context, name)
        if posixpath.basename(path) == posixpath.basename(name):
            path = relative_to_workdir(posixpath.dirname(path), workdir).rstrip("/") + "/"
        targets.setdefault(path, []).append(name)
    return [f"COPY {' '.join(names)} {target}" for target, names in targets.items()]


def _path_in_image(build: Build, stage: Stage, context: Context, name: str) -> str:
    """The path in the image of a file of the build context. Raises RewriteRejected when it is not copied."""
    for place in context_copies(build, stage, context):
        if not place.folder and place.source == name:
            return place.target
        if place.folder and (place.source in ("", name) or name.startswith(place.source + "/")):
            return posixpath.join(place.target, posixpath.relpath(name, place.source or "."))
    raise RewriteRejected(f"the path of `{name}` in the image is unknown")
