"""Places as editors count them, and files as they name them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dockerfile_dlint.lint.server.positions import UNIT_LENGTHS, Text
from dockerfile_dlint.lint.server.uris import path_to_uri, uri_to_path
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(alphabet=st.sampled_from("ab é😀日\u2028\x0b\r\n"), max_size=60)
SIZES = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


@given(TEXTS, st.sampled_from(sorted(UNIT_LENGTHS)), st.data())
def test_positions_lead_back(text: str, encoding: str, data: st.DataObject) -> None:
    counted = Text(text, encoding)
    at = data.draw(st.integers(0, len(text)))
    line, column = counted.position(at)
    before = text[:at]
    if before.endswith("\r") and text[at : at + 1] == "\n":
        before = before[:-1]  # Within a line ending is its beginning.
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    codec, size = SIZES[encoding]
    assert (line, column) == (len(lines) - 1, len(lines[-1].encode(codec)) // size)
    assert counted.offset(line, column) == len(before)


@given(TEXTS, st.sampled_from(sorted(UNIT_LENGTHS)), st.integers(-2, 9), st.integers(-2, 99))
def test_positions_outside_are_taken_for_the_nearest(text: str, encoding: str, line: int, column: int) -> None:
    counted = Text(text, encoding)
    at = counted.offset(line, column)
    assert 0 <= at <= len(text)
    if 0 <= line < counted.lines:
        assert counted.line_start(line) <= at <= counted.line_end(line)


def test_half_a_character_is_its_beginning() -> None:
    assert Text("é😀x", "utf-16").offset(0, 2) == 1
    assert Text("é😀x", "utf-8").offset(0, 4) == 1


@pytest.mark.skipif(os.name == "nt", reason="names of another system")
@pytest.mark.parametrize("name", ["Dockerfile", "a b#c?d%e", "é😀", "a%20b", "back\\slash", os.fsdecode(b"\xff\xfe")])
def test_names_of_files_lead_back(name: str) -> None:
    path = f"/srv/{name}"
    assert uri_to_path(path_to_uri(path)) == path
    if name.isprintable():
        assert uri_to_path(Path(path).as_uri()) == path


def test_what_is_no_file_has_no_path() -> None:
    assert uri_to_path("untitled:Untitled-1") == ""
    assert uri_to_path("file:///a%00b") == ""
    assert uri_to_path("file:///a%zz") == "/a%zz" or os.name == "nt"
