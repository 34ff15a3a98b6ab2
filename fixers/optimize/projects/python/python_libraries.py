"""What installs of Python packages have in common: places, tools, and the files that they read."""

from __future__ import annotations

import posixpath
import re

from .....syntax.tree import Copy
from ...base.copies import context_copies
from ...base.rewrite import RewriteRejected
from ...order.cache_order import relative_to_workdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .....model.build import Build, Stage
    from .....model.context import Context
    from .....model.python_app import PythonApp
    from .....syntax.tree import Instruction, Run
    from ...base.rewrite import Preconditions
    from ...base.run_steps import RunCommand

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


def copies_uv(instruction: Instruction) -> bool:
    """Whether a COPY brings uv from its image."""
    source = instruction.flag("from") if isinstance(instruction, Copy) else None
    return source is not None and (source.value or "").startswith(UV_IMAGES)


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
