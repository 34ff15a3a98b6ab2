"""What commands of pip install, and where."""

from __future__ import annotations

import re

from ...manifests.requirements import normalize_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...base.run_steps import RunCommand

INSTALL_PREFIX = "/install"
"""Where the builder installs packages."""
_INSTALLERS = frozenset(("pip", "setuptools", "wheel", "uv"))
OTHER_LOCATION = "--user --target -t --prefix --root --editable -e --src --python --break-system-packages".split()
"""Options of pip with which packages do not go to the image's Python as usual."""


def prepares_pip(command: RunCommand) -> bool:
    """Whether a command configures pip, or only upgrades it and its build tools."""
    call = command.call
    if call is None or call.requirements:
        return False
    names = {normalize_name(package.name) for package in call.packages}
    return call.verb != "install" or (bool(names) and names <= _INSTALLERS)


def with_prefix(text: str) -> str:
    """The text of one `pip install` with the directory to install into."""
    return re.sub(r"(\bpip[\d.]*\b(?:(?!&&)[\s\S])*?\binstall\b)", rf"\1 --prefix={INSTALL_PREFIX}", text, count=1)
