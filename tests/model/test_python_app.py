"""The programs and libraries of a Python application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.model.python_app import PythonApp

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, text: str) -> PythonApp:
    (folder / "app.py").write_text(text)
    app = PythonApp(Context(str(folder)), [""])
    assert app.unparsed_files == {}
    return app


@pytest.mark.parametrize(
    ("text", "programs"),
    [
        ('subprocess.run(["git", "log"])', {"git"}),
        ('subprocess.run(args=["ssh"] + hosts)', {"ssh"}),
        ('command = ["curl", "-f"]\ncommand.append(url)\nsubprocess.run(command)', {"curl"}),
        ('command: list[str] = ["curl"]\nsubprocess.run(command)', {"curl"}),
        ('TOOL = "git"\nsubprocess.run(f"{TOOL} clone {url}", shell=True)', {"git"}),
        ('subprocess.run(f"git clone {url}", shell=True)', {"git"}),
        ('subprocess.run(f"git-{name}")', set()),
        ('subprocess.run("git {}".format(name).split())', {"git"}),
        ('subprocess.run(shlex.split("git log"))', {"git"}),
        ('subprocess.run(" ".join(["hg", name]), shell=True)', {"hg"}),
        ('os.popen("svn co %s" % url)', {"svn"}),
        ('os.system("cat x | wget -O - y && gpg -d z")', {"cat", "wget", "gpg"}),
        ('def run(program="patch"):\n    subprocess.Popen([program, "x"])', {"patch"}),
        ('subprocess.run(["gpg" if x else "gpg2", "-d"])', {"gpg", "gpg2"}),
        ('tool = shutil.which("/usr/bin/file")', {"file"}),
        ("import sh\nsh.make('-j')", {"make"}),
        ("from plumbum.cmd import hg, git", {"hg", "git"}),
        ("a = b\nb = a\nsubprocess.run(a)", set()),
    ],
)
def test_programs(text: str, programs: set[str], tmp_path: Path) -> None:
    assert read(tmp_path, text).programs == programs


@pytest.mark.parametrize(
    ("text", "libraries"),
    [
        ('ctypes.CDLL("libmagic.so.1")', {"libmagic.so.1"}),
        ('ctypes.cdll.LoadLibrary(find_library("magic") or "libmagic.so.1")', {"magic", "libmagic.so.1"}),
        ('ffi.dlopen("libcairo.so.2")', {"libcairo.so.2"}),
        ('NAME = "libz.so.1"\nctypes.CDLL(NAME)', {"libz.so.1"}),
        ('ctypes.CDLL("/usr/lib/x86_64-linux-gnu/libz.so.1")', {"/usr/lib/x86_64-linux-gnu/libz.so.1"}),
        ("ctypes.CDLL(None)", set()),
        ('ctypes.CDLL("./mine.so")\nctypes.CDLL("lib/mine.so")\nctypes.CDLL("/app/mine.so")', set()),
    ],
)
def test_libraries(text: str, libraries: set[str], tmp_path: Path) -> None:
    assert read(tmp_path, text).libraries == dict.fromkeys(libraries, "app.py")


def test_variables_are_read_once(tmp_path: Path) -> None:
    text = "".join(f"a = a + b\nb = b + a + 'x{number}'\n" for number in range(100)) + "subprocess.run(a)\n"
    assert read(tmp_path, text).programs <= {f"x{number}" for number in range(100)}
