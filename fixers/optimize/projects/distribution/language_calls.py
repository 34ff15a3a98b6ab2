"""Where the package managers of languages put what they install, on Debian and Ubuntu."""

from __future__ import annotations

import posixpath

from .written_paths import LOCAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .....model.packages.calls import PackageCall
    from .build_record import BuildRecord
    from .placed_words import PlacedWords

_GEMS = "/var/lib/gems"
"""Where Debian's Ruby installs gems. Source: its rubygems-integration."""
_ELSEWHERE = "--user --target -t --prefix --root --editable -e --src".split()
_GLOBAL = ("-g", "--global")
_IN_DIRECTORY = ("npm", "yarn", "pnpm", "composer", "go", "mvn", "gradle", "bundle")
"""Managers that write in the directory that they run in, and to caches."""


def read_call(effects: BuildRecord, place: PlacedWords, call: PackageCall) -> None:
    """Record what a command of a package manager writes. Raises RewriteRejected when that is unknown."""
    manager, text = call.manager.name, place.text
    if call.verb in ("clean", "config"):
        return
    if "global" in call.path.split():
        raise place.rejected(f"`{text}` installs to the home directory; install in the project instead")
    if manager == "pip" and call.verb in ("install", "upgrade"):
        if call.has(*_ELSEWHERE):
            raise place.rejected(f"`{text}` does not install where the distribution's Python looks for packages")
        effects.add_pip(place, call, _environment(effects, place))
    elif manager in ("npm", "yarn", "pnpm") and call.has(*_GLOBAL):
        effects.install(place, LOCAL)
    elif manager == "gem":
        _install_gems(effects, place)
    elif manager in _IN_DIRECTORY:
        _run_in_directory(effects, place, call)
    else:
        raise place.rejected(f"what `{text}` writes is unknown; move it to a RUN after the build")


def _run_in_directory(effects: BuildRecord, place: PlacedWords, call: PackageCall) -> None:
    manager = call.manager.name
    if manager == "bundle":
        _install_gems(effects, place)
    if manager == "go" and call.path in ("install", "get"):
        raise place.rejected(f"`{place.text}` installs to Go's directory; use `go build -o`")
    if place.here == "/":
        raise place.rejected(f"`{place.text}` runs in `/`; set WORKDIR to a directory of its own")
    output = call.value("-o") if manager == "go" and call.path == "build" else None
    if output:
        effects.add_output(place, place.path(output))
    elif manager == "go" and call.path != "build":
        effects.modify(place, place.here)
    else:
        effects.modify_all(place)


def _install_gems(effects: BuildRecord, place: PlacedWords) -> None:
    effects.installed.setdefault(_GEMS, place.run)
    effects.installed.setdefault(LOCAL, place.run)


def _environment(effects: BuildRecord, place: PlacedWords) -> str:
    """The directory that pip installs to."""
    program = place.command.words[0].value
    if program.startswith(("/usr/bin/", "/bin/")):
        return LOCAL
    if "/" in program:
        return posixpath.dirname(posixpath.dirname(place.path(program)))
    path = (place.build.state(place.run).vars.get("PATH") or "").split(":")
    return next((venv for venv in effects.venvs if f"{venv}/bin" in path), LOCAL)
