"""No Python file crashes the parser or keeps it busy: what could is not parsed, with a reason."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.model.python_app import PythonApp
from dockerfile_dlint.model.python_syntax import PythonWork, UnreadPython, parse_python, parsing_work

MANY = 20_000
HOSTILE = {
    "parentheses": "x = " + "(" * MANY + "1" + ")" * MANY,
    "brackets": "x = " + "[" * MANY + "1" + "]" * MANY,
    "dictionaries": "x = " + "{1:" * MANY + "1" + "}" * MANY,
    "never closed": "x = " + "(" * MANY,
    "sum": "x = " + "+".join(['"a"'] * MANY),
    "continued sum": "x = 1" + "+\\\n1" * MANY,
    "strings side by side": "x = " + " ".join(['"a"'] * MANY),
    "or": "x = " + " or ".join("a" * MANY),
    "not": "x = " + "not " * MANY + "a",
    "minus": "x = " + "- " * MANY + "a",
    "minus without blanks": "x = " + "-" * MANY + "a",
    "power": "x = " + "**".join("a" * MANY),
    "attributes": "x = " + ".".join("a" * MANY),
    "import": "import " + ".".join("a" * MANY),
    "subscripts": "x = a" + "[0]" * MANY,
    "calls": "x = a" + "()" * MANY,
    "lambda": "x = " + "lambda: " * MANY + "1",
    "lambda in defaults": "x = " + "lambda a=" * MANY + "1" + ": 1" * MANY,
    "elif": "if a:\n pass\n" + "elif a:\n pass\n" * MANY,
    "elif with less indentation": "if a:\n pass\n"
    + "".join(f"\\\n{' ' * (MANY - at)}elif a:\n pass\n" for at in range(0, MANY, 100)),
    "comprehension": "x = [a" + " for a in b" * MANY + "]",
    "comprehensions": "x = " + "[a for a in " * MANY + "b" + "]" * MANY,
    "ternary": "x = " + "a if b else " * MANY + "c",
    "walrus": "x = " + "(a:=" * MANY + "1" + ")" * MANY,
    "formatted strings": "x = " + "f'{" * MANY + "1" + "}'" * MANY,
    "formatted string": "x = f'{" + "(" * MANY + ")" * MANY + "}'",
    "format specifications": 'x = f"' + "{a:" * MANY + "}" * MANY + '"',
    "raw formatted string": "x = rF'''{" + "[" * MANY + "]" * MANY + "}'''",
    "left operands": "x = " + ("(" * 90) + "a" + ("+a" * 90 + ")") * 90,
    "targets": "(" * MANY + "a" + ")" * MANY + " = 1",
    "with": "with " + "(" * MANY + "a" + ")" * MANY + ": pass",
    "indentation": "".join(" " * at + "if a:\n" for at in range(900)) + " " * 900 + "pass\n",
    "another encoding": "# coding: utf-7\nx = +" + "ACg-+" * MANY + "-1\n",
    "case of brackets": "match a:\n case " + "[" * 25 + "1" + "]" * 25 + ": pass\n",
    "case of calls": "match a:\n case " + "A(a=" * 25 + "1" + ")" * 25 + ": pass\n",
    "case of dictionaries": "match a:\n case " + "{1:" * 12 + "1" + "}" * 12 + " if b: pass\n",
    "case after a colon": "match a:\n case 1: pass\n case \\\n" + "(" * 25 + "1" + ")" * 25 + ": pass\n",
    "many cases": "match a:\n" + (" case " + "{1:" * 6 + "1" + "}" * 6 + ": pass\n") * 3_000,
    "statements": "a;" * 480_000,
    "nests below the limit, often": ("x = " + "f(a," * 60 + "1" + ")" * 60 + "\n") * 800,
}
"""Each of these ends libcst 1.8 by SIGSEGV, or takes it more than 5 seconds, or a recursion of Python code."""

CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from dockerfile_dlint.model.python_syntax import UnreadPython, parse_python
try:
    parse_python(sys.stdin.buffer.read())
except UnreadPython as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs the module resource")
@pytest.mark.parametrize("name", HOSTILE)
def test_what_could_crash_the_parser_is_not_parsed(name: str) -> None:
    called = subprocess.run(
        [sys.executable, "-c", CHILD], input=HOSTILE[name].encode(), capture_output=True, timeout=30, check=False
    )
    assert (called.returncode, called.stderr.decode()) == (0, "")
    assert called.stdout.decode().startswith(
        ("nests too deeply", "has too much", "is not valid", "is larger", "begins")
    )


ORDINARY = {
    "a table of texts": "X = [\n"
    + "    'a', \"b\" 'c', f'{x!r:>{width}} and {y[0]} (or so)', r'\\d+(', b'[',\n" * 500
    + "]\n",
    "a sum": "x = (" + "\n + ".join(f"f'{{a}} line {i}'" for i in range(60)) + ")\n",
    "a chain of calls": "x = (q" + ".filter(a.b == c, d[0]).join(e)" * 20 + ")\n",
    "branches": "if a == 1:\n    pass\n" + "elif a == 2:\n    pass\n" * 80 + "else:\n    pass\n",
    "case": "match a:\n    case {'a': [A(x=1), *_], **rest} if f(g(h[0])):\n        pass\n",
    "case as a name": "case = f(a(b(c(d(e())))))\n",
    "a lambda": "f(key=lambda a, b=(1, 2): a if b else -a)\n",
    "quotes in comments": "# don't (\nx = '''it's ((((''' # \"\n",
    "a byte order mark": "\ufeffimport a\n",
    "Windows line ends": "if a:\r\n    x = 1 + \\\r\n        2\r\n",
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_code_is_parsed(name: str) -> None:
    assert parse_python(ORDINARY[name].encode()).code == ORDINARY[name].removeprefix("\ufeff")


def test_another_encoding_is_parsed() -> None:
    assert "é" in parse_python("# coding: latin-1\nx = 'é'\n".encode("latin-1")).code


def test_the_standard_library_is_parsed_but_for_tables() -> None:
    """Of 200 files that people write, the limits refuse none but generated tables and files that are too large."""
    import os

    folder = Path(os.__file__).parent
    files = [*sorted(folder.glob("*.py"))[:150], *sorted(folder.glob("[a-z]*/__init__.py"))[:50]]
    refused: list[str] = []
    for file in files:
        try:
            parsing_work(file.read_text("utf-8"))
        except UnreadPython:
            refused.append(file.name)
        except UnicodeError:
            pass
    assert len(files) > 100
    assert len(refused) <= 1, refused


def test_the_files_of_an_application_share_a_budget() -> None:
    work = PythonWork(1_000)
    parse_python("a = 1\n" * 50, work)
    with pytest.raises(UnreadPython, match="beyond the limit for all"):
        parse_python("a = 1\n" * 200, work)
    with pytest.raises(UnreadPython, match="beyond the limit for all"):
        parse_python("a = 1\n", work)


@pytest.mark.skipif(sys.platform == "win32", reason="makes a FIFO and needs rights to make links")
def test_an_application_says_which_files_are_not_parsed(tmp_path: Path) -> None:
    import os

    (tmp_path / "a.py").write_text("import flask\n")
    (tmp_path / "deep.py").write_text(HOSTILE["brackets"])
    (tmp_path / "old.py").write_text("print 'a'\n")
    (tmp_path / "z.py").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "f.py")
    start = time.monotonic()
    app = PythonApp(Context(str(tmp_path)), [""])
    assert time.monotonic() - start < 10
    assert app.imports == {"flask"}
    assert app.unparsed_files["deep.py"] == "nests too deeply"
    assert app.unparsed_files["old.py"] == "is not valid Python 3"
    assert not app.unparsed_files.keys() - {"deep.py", "old.py", "z.py", "f.py"}
