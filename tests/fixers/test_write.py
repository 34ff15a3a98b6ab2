"""Replacing a file keeps all that is not its text."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from dockerfile_dlint.fixers.write import WriteError, create_file, replace_file, write_output


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


def test_a_file_that_another_run_fixed_is_no_error(file: Path) -> None:
    replace_file(str(file), b"older", b"old")
    assert file.read_bytes() == b"old"
    create_file(str(file), b"old")
    with pytest.raises(WriteError, match="created in the meantime"):
        create_file(str(file), b"new")
    assert os.listdir(file.parent) == ["Dockerfile"]


# Temporary files


def test_temporary_names_cannot_be_guessed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    original = os.open

    def recorded(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_WRONLY:
            seen.append(path)
            assert flags & os.O_EXCL
            assert flags & os.O_NOFOLLOW
        return original(path, flags, mode)

    monkeypatch.setattr(os, "open", recorded)
    replace_file(str(file), b"old", b"new")
    replace_file(str(file), b"new", b"old")
    write_output(str(file), b"x")
    create_file(f"{file}.new", b"x")
    assert len(set(seen)) == 4
    assert not any(str(os.getpid()) == part for path in seen for part in path.split("."))


def test_what_a_killed_run_left_blocks_nobody(file: Path) -> None:
    for pid in (1, os.getpid()):
        (file.parent / f".Dockerfile.{pid}.tmp").touch()
        (file.parent / f".dlint-{pid}.tmp").touch()
    replace_file(str(file), b"old", b"new")
    assert file.read_bytes() == b"new"


def test_a_name_as_long_as_names_can_be(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    create_file(str(path), b"old")
    replace_file(str(path), b"old", b"new")
    write_output(str(path), b"newer")
    assert path.read_bytes() == b"newer"


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_nothing(error: BaseException, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    for write in (
        lambda: replace_file(str(file), b"old", b"new"),
        lambda: create_file(f"{file}.new", b"new"),
        lambda: write_output(f"{file}.json", b"new"),
        lambda: write_output(str(file), b"new"),
    ):
        with pytest.raises((WriteError, OSError, KeyboardInterrupt)):
            write()
        assert os.listdir(file.parent) == ["Dockerfile"]
        assert file.read_bytes() == b"old"


# Outputs


def test_an_output_is_written_whatever_was_there(file: Path) -> None:
    file.chmod(0o640)
    write_output(str(file), b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    write_output(f"{file}.json", b"new")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(os.stat(f"{file}.json").st_mode) == 0o666 & ~mask


def test_an_output_is_written_into_a_link_and_a_hard_link(file: Path) -> None:
    link, dangling, hard = file.parent / "link", file.parent / "dangling", file.parent / "hard"
    link.symlink_to("Dockerfile")
    dangling.symlink_to("made")
    os.link(file, hard)
    for path in (link, dangling, hard):
        write_output(str(path), path.name.encode())
        assert path.read_bytes() == path.name.encode()
    assert link.is_symlink()
    assert dangling.is_symlink()
    assert file.read_bytes() == b"hard"


def test_an_output_is_written_into_a_pipe(tmp_path: Path) -> None:
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_output(pipe, b"new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)


def test_an_output_is_written_into_a_device(tmp_path: Path) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        device.write_bytes(b"")
    except OSError:
        pytest.skip("no devices can be made here")
    write_output(str(device), b"new")
    assert stat.S_ISCHR(device.stat().st_mode)


def test_a_file_that_cannot_be_replaced_is_written_into(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(os, "replace", busy)
    write_output(str(file), b"new")
    assert file.read_bytes() == b"new"
    assert os.listdir(file.parent) == ["Dockerfile"]
