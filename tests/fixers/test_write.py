"""Replacing a file keeps all that is not its text."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from dockerfile_dlint.fixers.write import WriteError, replace_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"old")
    return path


def test_the_mode_stays(file: Path) -> None:
    file.chmod(0o751)
    replace_file(str(file), b"old", b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o751
    assert os.listdir(file.parent) == ["Dockerfile"]


def test_a_link_stays_one(file: Path) -> None:
    link = file.parent / "Containerfile"
    link.symlink_to("Dockerfile")
    replace_file(str(link), b"old", b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


def test_a_file_that_changed_is_left_alone(file: Path) -> None:
    with pytest.raises(WriteError, match="in the meantime"):
        replace_file(str(file), b"older", b"new")
    assert file.read_bytes() == b"old"
    assert os.listdir(file.parent) == ["Dockerfile"]


def test_hard_links_are_not_parted(file: Path) -> None:
    os.link(file, file.parent / "other")
    with pytest.raises(WriteError, match="hard links"):
        replace_file(str(file), b"old", b"new")


def test_a_file_that_is_gone(file: Path) -> None:
    file.unlink()
    with pytest.raises(WriteError, match="writing failed"):
        replace_file(str(file), b"old", b"new")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(file: Path) -> None:
    os.chown(file, 12, 34)
    replace_file(str(file), b"old", b"new")
    assert (file.stat().st_uid, file.stat().st_gid) == (12, 34)


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes here")
def test_attributes_stay(file: Path) -> None:
    try:
        os.setxattr(file, "user.note", b"x")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    replace_file(str(file), b"old", b"new")
    assert os.getxattr(file, "user.note") == b"x"
