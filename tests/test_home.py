"""The tests have a home of their own (conftest.py)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from dockerfile_dlint.lint.output.links import cached_page_file


def test_what_dlint_keeps_for_a_user_is_in_the_home_of_the_tests() -> None:
    assert Path.home().is_relative_to(tempfile.gettempdir())
    assert Path(cached_page_file("DL3008", "0")).is_relative_to(os.environ["HOME"])
