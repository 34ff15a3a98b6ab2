"""Where Poetry, uv and Pipenv create the virtual environment of a project."""

from __future__ import annotations

import posixpath
import re

from .....syntax.tree import Healthcheck
from ...base.container_start import started_commands
from ...base.copies import read_context_file
from ...base.rewrite import RewriteRejected
from .python_libraries import PYTHON_PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .....model.build import Build, Stage
    from .....model.context import Context
    from .....model.packages.calls import PackageCall
    from .....syntax.tree import Run
    from ...base.programs import ProgramUsage
    from ...manifests.python_lock import PythonProject

_FALSE = ("false", "0", "no", "off")
_FIXED = re.compile(r"/usr/local/(bin/(?!uv\b|docker-|poetry\b)[\w.]|lib/python)")
"""A path of what is installed into the image's Python."""
_OTHER_PATH = ("cron", "crond", "sudo", "su", "runuser", "login")
"""Programs that start others with another PATH."""


def environment_directory(
    build: Build, context: Context, run: Run, call: PackageCall, settings: Mapping[str, str]
) -> str:
    """The virtual environment that the manager creates; "" when it installs into the image's Python.

    `settings` is what `poetry config` sets. Raises RewriteRejected when it is unknown.
    """
    env = build.state(run).vars
    here = build.state(run).path(".") or "/"
    if call.manager.name == "uv":
        directory = posixpath.join(here, env.get("UV_PROJECT_ENVIRONMENT", ".venv"))
        return "" if directory.rstrip("/") in (PYTHON_PREFIX, "/usr") else directory
    if call.manager.name == "pipenv":
        return _pipenv_environment(env, here, call)

    def setting(name: str, default: str) -> str:
        return _poetry_setting(context, env, settings, name, default)

    if setting("create", "true") in _FALSE:
        return ""
    if is_true(setting("in-project", "")):
        return posixpath.join(here, ".venv")
    home = env.get("XDG_CACHE_HOME", f"{env.get('HOME', '/root')}/.cache")
    cache = env.get("POETRY_CACHE_DIR") or posixpath.join(home, "pypoetry")
    directory = setting("path", "{cache-dir}/virtualenvs").replace("{cache-dir}", cache)
    if not directory.startswith("/") or "cache-dir" in settings:
        raise RewriteRejected("the directory of Poetry's virtual environment is unknown", run)
    return directory


def _poetry_setting(
    context: Context, env: Mapping[str, str], settings: Mapping[str, str], name: str, default: str
) -> str:
    """A virtualenvs setting of Poetry; precedence: variables, poetry.toml, `poetry config`."""
    value = env.get("POETRY_VIRTUALENVS_" + name.upper().replace("-", "_"))
    if value is not None:
        return value.lower() if name != "path" else value
    for file in context.files():
        if posixpath.basename(file) == "poetry.toml":
            found = re.search(rf"^{name}\s*=\s*\"?([^\"\n#]+)", read_context_file(context, file) or "", re.MULTILINE)
            if found is not None:
                return found[1].strip()
    return settings.get(f"virtualenvs.{name}", default)


def _pipenv_environment(env: Mapping[str, str], here: str, call: PackageCall) -> str:
    """The directory of Pipenv's environments; "" when it installs into the image's Python."""
    if call.has("--system") or is_true(env.get("PIPENV_SYSTEM")):
        return ""
    if is_true(env.get("PIPENV_VENV_IN_PROJECT")):
        return posixpath.join(here, ".venv")
    data = env.get("XDG_DATA_HOME", f"{env.get('HOME', '/root')}/.local/share")
    return env.get("WORKON_HOME") or posixpath.join(data, "virtualenvs")


def is_true(value: str | None) -> bool:
    """Whether the value of a setting is true."""
    return bool(value) and str(value).lower() not in _FALSE


def is_reachable(build: Build, stage: Stage, environment: str) -> bool:
    """Whether an environment is on the image's PATH, or the start command names it."""
    path = stage.state(len(stage.instructions)).vars.get("PATH") or ""
    started = [each for each in started_commands(build, stage) if not isinstance(each.at, Healthcheck)]
    words = [word.value for each in started for command in each.commands for word in command.words]
    names = (f"{environment}/", f"{posixpath.basename(environment)}/bin/")
    return f"{environment}/bin" in path.split(":") or any(name in word for word in words for name in names)


def require_no_fixed_path(context: Context, uses: ProgramUsage) -> None:
    """Raise RewriteRejected when commands or files may look for packages in the image's Python."""
    other = sorted(uses.wrappers & set(_OTHER_PATH))
    if other:
        raise RewriteRejected(f"`{other[0]}` resets PATH, so what it starts may not find the virtual environment")
    for line in uses.lines:
        if line[0] in _OTHER_PATH or any(_FIXED.search(word) for word in line):
            raise RewriteRejected(
                f"`{' '.join(line)[:60]}` may not find programs in the virtual environment", uses.programs.get(line[0])
            )
    for name, size in context.files().items():
        if size < 100_000 and not name.endswith((".lock", ".md", ".rst")) and "Dockerfile" not in name:
            found = _FIXED.search(read_context_file(context, name) or "")
            if found is not None:
                raise RewriteRejected(f"`{name}` contains the path `{found[0]}…`, where no packages would be installed")


def other_python(project: PythonProject, context: Context, tag: str) -> str:
    """Why uv may download another Python; "" when it uses the image's."""
    found = re.match(r"3\.(\d+)", tag)
    minor = int(found[1]) if found else None
    name = posixpath.join(posixpath.dirname(project.manifest), ".python-version")
    if context.includes(name):
        asked = re.match(r"(?:cpython-?)?3\.(\d+)(\.\d+)?", (read_context_file(context, name) or "").strip())
        if asked is None or minor is None or int(asked[1]) != minor or (asked[2] and asked[2] not in tag):
            return f"`{name}` may require another Python version than the image has"
    for operator, number, patch in re.findall(r"(>=|<=|==|~=|!=|<|>)\s*3\.(\d+)((?:\.[\d*]+)?)", project.python):
        if not _admits(operator, int(number), patch, minor):
            return "`requires-python` may require another Python version than the image has"
    return ""


def _admits(operator: str, number: int, patch: str, minor: int | None) -> bool:
    """Whether a clause of requires-python certainly holds for Python 3.`minor`; None is the newest Python."""
    if minor is None:
        return operator == ">="
    if operator == ">=" or (operator == "~=" and not patch):
        return minor >= number
    if operator == "<":
        return minor < number
    return operator in ("==", "~=") and minor == number and patch in ("", ".*", ".0")
