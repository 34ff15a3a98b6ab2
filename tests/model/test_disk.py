"""Files are opened in one place: regular, bounded, and inside of the boundary."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.model.disk import (
    NotReadable,
    OutsideBoundary,
    boundary_of,
    is_inside,
    read_file,
    read_found,
    read_start,
    stays_inside,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no named pipes there, and links need a privilege")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a").write_text("secret")
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "a").write_text("text")
    return tmp_path


def test_a_limit_is_exact(top: Path) -> None:
    path = str(top / "in" / "a")
    assert read_file(path, 4) == b"text"
    assert read_start(path, 2) == b"te"
    with pytest.raises(NotReadable, match="larger than the limit of 3 bytes"):
        read_file(path, 3)


def test_only_regular_files_are_opened(top: Path) -> None:
    os.mkfifo(top / "pipe")
    for path in (str(top / "pipe"), str(top / "in"), "/dev/zero", "a\0b"):
        with pytest.raises(NotReadable):
            read_file(path, 10)


def test_links_are_resolved_before_the_boundary(top: Path) -> None:
    boundary = str(top / "in")
    (top / "in" / "out").symlink_to("../outside/a")
    (top / "in" / "folder").symlink_to("../outside")
    (top / "in" / "sub" / "up").symlink_to("../a")
    (top / "alias").symlink_to("in")
    for name in ("out", "folder/a", "../outside/a", "sub/../../outside/a", "folder/missing"):
        with pytest.raises(OutsideBoundary):
            read_file(f"{boundary}/{name}", 10, boundary)
    assert read_file(f"{boundary}/sub/up", 10, boundary) == b"text"
    assert read_file(f"{boundary}/a", 10, str(top / "alias")) == b"text"
    assert read_file(f"{boundary}/out", 10) == b"secret"
    # The name of one directory begins with that of the other.
    (top / "inner").mkdir()
    assert not is_inside(str(top / "inner"), boundary)


def test_a_found_link_stays_in_its_repository(top: Path) -> None:
    (top / "in" / "sub" / "up").symlink_to("../a")
    with pytest.raises(OutsideBoundary):
        read_found(str(top / "in" / "sub" / "up"), 10)
    assert read_found(str(top / "in" / "sub" / "up"), 10, [str(top / "in")]) == b"text"
    (top / "in" / ".git").mkdir()
    assert read_found(str(top / "in" / "sub" / "up"), 10) == b"text"


def test_the_boundary(top: Path) -> None:
    sub = str(top / "in" / "sub")
    assert boundary_of(sub) == sub
    assert boundary_of(sub, [str(top / "outside"), str(top / "in"), sub]) == str(top / "in")
    (top / "in" / ".git").mkdir()
    assert boundary_of(sub, [str(top)]) == str(top / "in")
    assert not is_inside(str(top / "in" / ".git" / "config"), str(top / "in"))
    assert stays_inside(str(top / "in" / "a"), sub)
    assert not stays_inside(str(top / "outside" / "a"), sub)
    assert stays_inside(str(top / "outside" / "a"), sub, [str(top / "outside")])


def test_a_context_does_not_list_what_a_link_leads_to(top: Path) -> None:
    (top / "in" / "folder").symlink_to("../outside")
    (top / "in" / "near").symlink_to("sub")
    (top / "in" / "sub" / "b").write_text("")
    context = Context(str(top / "in"))
    assert context.match("folder/*") == []
    assert context.match("near/*") == ["near/b"]
    assert context.read("folder/a") is None
    assert context.read("a") == b"text"
