"""Which packages of Debian and Ubuntu the final stage needs, for those that the file installs."""

from __future__ import annotations

import re

from .....model.packages.distribution_libraries import debian_libraries, ubuntu_libraries
from .....model.packages.runtime_libraries import is_build_package
from ...base.rewrite import RewriteRejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from .....syntax.tree import Instruction
    from .distribution_bases import Distribution

_PIP = {
    "python-pip": "python python-setuptools ca-certificates",
    "python3-pip": "python3 python3-setuptools ca-certificates",
    "python3-venv": "python3",
    "python3-virtualenv": "python3",
    "python3-wheel": "",
}
"""Packages that install Python packages, and what of them programs need: Python, pkg_resources and certificates."""
_TOOLS = {
    **dict.fromkeys(
        """ant autopoint autotools-dev checkinstall clang-format clang-tidy cppcheck debhelper devscripts doxygen gdb
        gettext golang golang-go gradle g++-multilib lcov libtool-bin maven ninja-build qt5-qmake scons texinfo valgrind
        """.split(),
        "",
    ),
    **_PIP,
    "ruby-full": "ruby",
}
"""Packages that only build or examine programs, and the part of each that runs them."""
LEFT_UNLESS_USED = {"npm": ("npm", "npx", "yarn")}
"""Packages that the final stage gets only if it runs one of their programs."""
_GO = re.compile(r"golang-[\d.]+(-go)?$")
_JDK = re.compile(r"(default|openjdk-\d+)-jdk(-headless)?$")
_PYTHON = re.compile(r"python(3(\.\d+)?|2)?-(dev|all-dev)$")


def is_left_out(name: str) -> bool:
    """Whether the final stage does not get a package, or only a part of it."""
    return bool(
        is_build_package(name) or name in _TOOLS or name in LEFT_UNLESS_USED or _GO.match(name) or _JDK.match(name)
    )


def is_jdk(name: str) -> bool:
    """Whether a package has Java's compiler."""
    return _JDK.match(name) is not None


def adds_package_source(text: str) -> bool:
    """Whether a command adds a source of packages, or a key for one."""
    return re.search(r"\bapt-key\b|\b(add-apt|apt-add)-repository\b|/etc/apt/", text) is not None


def needed_packages(
    name: str, distribution: Distribution, run: Instruction, others: Collection[str], *, used: bool = False
) -> dict[str, str]:
    """The packages of the final stage for one that the file installs beside `others`, each with its reason.

    `used`: whether the final stage runs its programs, for those in LEFT_UNLESS_USED.
    Raises RewriteRejected when the libraries of a -dev package are unknown.
    """
    if name in LEFT_UNLESS_USED and not used:
        return {"nodejs": "what `npm` installs"}
    if name in _TOOLS:
        return dict.fromkeys(_TOOLS[name].split(), f"what `{name}` installs")
    if _GO.match(name):
        return {}
    if _JDK.match(name):
        return {name.replace("-jdk", "-jre"): "the program runs on Java"}
    if not is_build_package(name):
        return {name: "the program, as before"}
    python = {_interpreter(name): "the program runs on Python"} if _PYTHON.match(name) else {}
    return {**python, **dict.fromkeys(_libraries(name, distribution, run, others), f"what is compiled with `{name}`")}


def _interpreter(name: str) -> str:
    return name.partition("-")[0]


def _libraries(name: str, distribution: Distribution, run: Instruction, others: Collection[str]) -> tuple[str, ...]:
    release = distribution.release
    found = ubuntu_libraries(name, release) if distribution.ubuntu else debian_libraries(name, release)
    if found is not None:
        return found
    stem = re.sub(r"[\d.]*-dev$", "", name)
    if any(other.startswith(stem) and not is_build_package(other) for other in others):
        return ()
    system = f"{'Ubuntu' if distribution.ubuntu else 'Debian'} {release}"
    raise RewriteRejected(
        f"the run-time libraries for `{name}` of {system} are unknown; install them by name, too", run
    )
