"""The manual page: current, complete, and right to those who set it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dockerfile_dlint.lint.commands.parsers import PARSERS
from dockerfile_dlint.lint.config.keys import CONFIG_KEYS

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = CHECKOUT / "share" / "man" / "man1" / "dlint.1"
# It has none: it would change with every change of an option.
NO_DATE = "missing date"


def output(*command: str) -> str:
    """What a program says on both of its outputs; the test is skipped where it is not installed."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def test_it_is_current() -> None:
    sys.path.insert(0, str(CHECKOUT / "tools"))
    try:
        from make_man import manual
    finally:
        sys.path.pop(0)
    assert PAGE.read_text("utf-8") == manual(), "run python tools/make_docs.py"


def test_mandoc_has_nothing_to_say() -> None:
    said = output("mandoc", "-Tlint", "-Wwarning", str(PAGE)).splitlines()
    assert [line for line in said if NO_DATE not in line] == []


def test_groff_has_nothing_to_say() -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    command = ["groff", "-ww", "-man", "-Tutf8", "-rLL=100n", str(PAGE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_option_and_key_stands_in_it() -> None:
    text = output("mandoc", "-Tascii", str(PAGE))
    text = re.sub(r".\x08", "", text)
    for name, make in PARSERS.items():
        section = re.search(rf"(?ms)^   dlint {name}\n(.*?)(?=^   dlint |^[A-Z])", text)
        assert section, name
        for action in make().visible_actions():
            for option in set(action.option_strings) - {"-h", "--help"}:
                assert re.search(rf"(?m)^       (-\w, )?{option}\b", section[1]), (name, option)
        for command, _ in make().examples:
            assert f"       {command}\n" in section[1], command
    for key in CONFIG_KEYS:
        assert f"\n       {key.name}" in text, key.name
