"""Programs that builds call, by what they do, and whether a RUN builds."""

from __future__ import annotations

import posixpath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .....model.build import Build
    from .....syntax.tree import Run

ONLY_SYSTEM = "the build only installs system packages and copies files, so a second stage saves nothing"
MAKE = ("make", "gmake", "ninja")
BUILD = frozenset(
    """aclocal ar autoconf autoheader automake autopoint autoreconf cmake cmake3 config Configure configure ctest
    gradlew libtoolize meson mvnw patch qmake ranlib strip autogen.sh bootstrap bootstrap.sh buildconf""".split()
)
QUIET = frozenset(
    """[ : arch awk basename cat cut date dirname dpkg echo env exit export expr false find
    getconf grep head hash id ls mktemp nproc printf pwd
    read readlink set sha1sum sha256sum sha512sum md5sum sleep sort stat
    tail test tr true umask uname uniq unset wc which xargs""".split()
)
"""Commands that only write where a redirection says."""
FILES = frozenset("chgrp chmod chown cp install ln mkdir mv rm rmdir sed touch truncate".split())
PROGRAMS = ("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/opt", "/srv")
"""Directories that exist in a distribution, and that single files are copied to."""
SHELLS = ("sh", "bash")
PYTHONS = ("python", "python2", "python3")
COMPILERS = frozenset("gcc g++ cc c++ clang clang++ gfortran".split())
FETCH = ("git", "wget", "curl", "tar", "unzip", "gunzip", "bunzip2", "unxz")


def called_name(name: str, operands: Sequence[str]) -> str:
    """The name of the program or script that a command runs."""
    return posixpath.basename(operands[0]) if name in SHELLS and operands else name


def builds(build: Build, run: Run) -> bool:
    """Whether a RUN downloads, compiles or installs more than packages of the system."""
    calls = {id(call.command): call for call in build.package_calls(run)}
    for command in build.commands(run):
        call = calls.get(id(command))
        if call is None and _is_builder_command(command.name, [word.value for word in command.args]):
            return True
        if call is not None and call.manager.ecosystem != "os" and call.verb not in ("clean", "config"):
            return True
    return False


def _is_builder_command(name: str, words: Sequence[str]) -> bool:
    """Whether a command downloads, compiles or installs."""
    called = called_name(name, [word for word in words if not word.startswith("-")])
    installs = name in PYTHONS and any(posixpath.basename(word) in ("venv", "setup.py", "get-pip.py") for word in words)
    return called in (*FETCH, *COMPILERS, *MAKE, *BUILD, "virtualenv") or installs
