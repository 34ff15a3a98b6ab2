"""What dlint does as an ordinary user: files keep owner, group, mode and attributes, or are refused and stay the same.

The process switches to the user after it has imported dlint, so the installation need not be readable for that user.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from dockerfile_dlint.lint.main import main

from bench.fuzzing.steps import import_everything

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can start processes as another user"
)

USER = GROUP = 65534
"""nobody and nogroup on Debian; a number needs no account."""
OTHER_GROUP = 54321
OLD = "from debian:12-slim\nENV A b c\nADD . /app\n"
WRITERS = {
    "fix": ("check", "--isolated", "--fix-only", "--select", "BK004,BK013,DL3020", "Dockerfile"),
    "format": ("format", "--isolated", "Dockerfile"),
    "add-ignore": (
        "check",
        "--isolated",
        "--add-ignore",
        "--exit-zero",
        "--select",
        "BK004,BK013,DL3020",
        "Dockerfile",
    ),
    "optimize": ("optimize", "--isolated", "--write", "--only", "layers", "Dockerfile"),
}
TEXTS = {"optimize": 'FROM debian:12-slim\nRUN apt-get update\nRUN apt-get install -y curl\nCMD ["curl"]\n'}


class Done:
    """What a run gave: exit status, standard output and standard error."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err
        assert "Traceback" not in err


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    import_everything()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory of the user, not below one of root's."""
    path = Path(tempfile.mkdtemp(prefix="dlint-user-"))
    path.chmod(0o755)
    os.chown(path, USER, GROUP)
    yield path
    path.chmod(0o755)
    shutil.rmtree(path)


def file_of(folder: Path, text: str = OLD, *, user: int = USER, group: int = GROUP, mode: int = 0o640) -> Path:
    path = folder / "Dockerfile"
    path.write_text(text)
    os.chown(path, user, group)
    path.chmod(mode)
    return path


def dlint(*words: str, cwd: Path, groups: Sequence[int] = ()) -> Done:
    """Run dlint in a child process of the user, who is a member of these groups too."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            os.chdir(cwd)
            os.setgroups(groups)
            os.setgid(GROUP)
            os.setuid(USER)
            written = io.BytesIO()
            sys.stdout, sys.stderr = io.TextIOWrapper(written), io.StringIO()
            status = main(words)
            with os.fdopen(writer, "w") as out:
                json.dump([status, written.getvalue().decode(), sys.stderr.getvalue()], out)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return Done(*json.loads(answer))


def state(path: Path) -> tuple[object, ...]:
    """All that a write must keep."""
    status = path.stat()
    attributes = {name: os.getxattr(path, name) for name in os.listxattr(path)}
    return status.st_uid, status.st_gid, status.st_mode, attributes


def attribute(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"no {name} on this file system: {error.strerror}")


def access_list(user: int) -> bytes:
    """An access control list that lets a user read. Source: linux/posix_acl_xattr.h."""
    nobody = 0xFFFFFFFF
    entries = ((0x01, 6, nobody), (0x02, 4, user), (0x04, 4, nobody), (0x10, 4, nobody), (0x20, 0, nobody))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o666])
def test_owner_group_mode_and_attributes_stay(command: str, mode: int, folder: Path) -> None:
    path = file_of(folder, TEXTS.get(command, OLD), mode=mode)
    attribute(path, "user.note", b"\x00x")
    attribute(path, "system.posix_acl_access", access_list(1))
    before, text = state(path), path.read_text()
    done = dlint(*WRITERS[command], cwd=folder)
    assert done.status == 0, done.err
    assert path.read_text() != text
    assert state(path) == before
    assert os.listdir(folder) == ["Dockerfile"]


def test_a_new_file_belongs_to_the_user(folder: Path) -> None:
    file_of(folder)
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "a.js").write_text("a\n")
    assert dlint("dockerignore", "--isolated", "--write", ".", cwd=folder).status == 0
    status = (folder / ".dockerignore").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o111) == (USER, GROUP, 0)


def test_a_group_of_the_user_stays(folder: Path) -> None:
    path = file_of(folder, group=OTHER_GROUP, mode=0o664)
    before = state(path)
    assert dlint(*WRITERS["fix"], cwd=folder, groups=[OTHER_GROUP]).status == 0
    assert path.read_text() != OLD
    assert state(path) == before


def test_a_directory_that_gives_its_group_away(folder: Path) -> None:
    os.chown(folder, USER, OTHER_GROUP)
    folder.chmod(0o2775)
    path = file_of(folder)
    before = state(path)
    assert dlint(*WRITERS["format"], cwd=folder, groups=[OTHER_GROUP]).status == 0
    assert path.read_text() != OLD
    assert state(path) == before


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_directory_with_an_access_list_for_new_files(mode: int, folder: Path) -> None:
    path = file_of(folder, mode=mode)
    before = state(path)
    attribute(folder, "system.posix_acl_default", access_list(1))
    assert dlint(*WRITERS["format"], cwd=folder).status == 0
    assert path.read_text() != OLD
    assert state(path) == before


@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("another user", "it belongs to another user or group, which cannot be preserved"),
        ("another group", "it belongs to another user or group, which cannot be preserved"),
        ("read-only", "it is read-only; make it writable first"),
        ("read-only directory", "its directory is read-only; make it writable first"),
    ],
)
def test_what_cannot_be_kept_is_refused(command: str, kind: str, reason: str, folder: Path) -> None:
    text = TEXTS.get(command, OLD)
    path = file_of(
        folder,
        text,
        user=1 if kind == "another user" else USER,
        group=OTHER_GROUP if kind == "another group" else GROUP,
        mode=0o444 if kind == "read-only" else 0o666,
    )
    if kind == "read-only directory":
        folder.chmod(0o555)
    before = state(path)
    done = dlint(*WRITERS[command], cwd=folder)
    assert (done.status, path.read_text(), state(path)) == (2, text, before), done.err
    assert reason in done.err
    assert os.listdir(folder) == ["Dockerfile"]


def test_a_file_that_cannot_be_read(folder: Path) -> None:
    file_of(folder, mode=0)
    done = dlint("format", "--isolated", "Dockerfile", cwd=folder)
    assert (done.status, "ermission denied" in done.err) == (2, True), done.err


def test_a_directory_that_cannot_be_read(folder: Path) -> None:
    file_of(folder)
    inner = folder / "inner"
    inner.mkdir()
    inner.chmod(0)
    done = dlint("check", "--isolated", "--select", "BK004", "--exit-zero", ".", cwd=folder)
    assert done.status == 2
    assert "inner:1:1: SYN001 error" in done.out and "permission denied" in done.out


def test_outputs(folder: Path) -> None:
    """A report goes into a file that may be written, also where no file can be made; elsewhere it is an error."""
    file_of(folder)
    report = folder / "report.json"
    report.write_text("old")
    os.chown(report, 1, 1)
    report.chmod(0o666)
    folder.chmod(0o555)
    words = ("check", "--isolated", "--exit-zero", "--select", "DL3020", "Dockerfile", "--output")
    assert dlint(*words, "json=report.json", cwd=folder).status == 0
    assert json.loads(report.read_text())["diagnostics"][0]["code"] == "DL3020"
    assert (report.stat().st_uid, report.stat().st_gid) == (1, 1)
    done = dlint(*words, "json=new.json", cwd=folder)
    assert done.status == 2
    assert "new.json" in done.err and "ermission denied" in done.err
