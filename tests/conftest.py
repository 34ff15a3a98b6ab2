"""A separate home for the tests: none of them reads or writes the home, cache or configuration of the user."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_MARK = "DLINT_TESTS_HOME"
"""Set for the processes of pytest-xdist, which share the home of the one that started them."""


def pytest_configure(config: pytest.Config) -> None:
    """Move to a new home before any test is imported."""
    if _MARK in os.environ:
        return
    old = Path.home()
    home = tempfile.mkdtemp(prefix="dlint-tests-home-")
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    os.environ[_MARK] = home
    # How to reach the package registries is the machine's, and only read.
    for variable, file in (("PIP_CONFIG_FILE", ".config/pip/pip.conf"), ("NPM_CONFIG_USERCONFIG", ".npmrc")):
        if (old / file).is_file():
            os.environ.setdefault(variable, str(old / file))
    os.environ["HOME"] = os.environ["USERPROFILE"] = home
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "PRE_COMMIT_HOME"):
        os.environ.pop(variable, None)
    for variable in [name for name in os.environ if name.startswith("DLINT_") and name not in (_MARK, "DLINT_SHARED")]:
        del os.environ[variable]


@pytest.fixture(autouse=True, scope="session")
def _own_home() -> None:
    """Fail when something took the tests back to the user's home."""
    assert os.path.expanduser("~") == os.environ[_MARK]
