"""The invariants of ARCHITECTURE.md: what imports what, and what never happens.

All imports count: those inside functions, and those for type checkers only.
"""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGE = "dockerfile_dlint"
LAYERS = ("lint", "rules", "fixers", "model", "syntax")
"""From top to bottom: a directory imports only from itself and from those after it."""
PARTS = {
    "lint": ("library", "main", "server", "commands", "output", "engine", "sources", "config", "terminal"),
    "fixers": ("verify", "optimize", "format", "repair", "gate", "edits", "write"),
    "fixers/optimize": (
        "pipeline",
        "rewrite_gate",
        "apt_runs",
        "cache_mounts",
        "non_root",
        "slim_base",
        "stacks",
        "projects",
        "split",
        "order",
        "manifests",
        "ignore",
        "base",
    ),
    "model": ("images", "packages"),
}
"""The parts of a directory, from top to bottom: subdirectories and files."""
MOST_FILES = 20
"""In one directory, without its `__init__.py`."""

SOURCES = {
    path.relative_to(CHECKOUT).with_suffix("").as_posix(): ast.parse(path.read_text("utf-8"))
    for layer in LAYERS
    for path in sorted((CHECKOUT / layer).rglob("*.py"))
}
"""The tree of every module, by its path without the ending: `lint/main`."""


def resolved(module: str, node: ast.ImportFrom) -> tuple[str, ...] | None:
    """The package-relative path that an import names; None for other packages. Raises nothing."""
    if node.level:
        folder = module.split("/")[:-1]
        return (*folder[: len(folder) - node.level + 1], *(node.module.split(".") if node.module else ()))
    name = (node.module or "").split(".")
    return tuple(name[1:]) if name[0] == PACKAGE else None


def imported(module: str, tree: ast.AST) -> set[str]:
    """The modules of the package that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update("/".join(a.name.split(".")[1:]) for a in node.names if a.name.split(".")[0] == PACKAGE)
        elif isinstance(node, ast.ImportFrom) and (path := resolved(module, node)) is not None:
            for alias in node.names:
                inside = "/".join((*path, alias.name))
                found.add(
                    inside
                    if inside in SOURCES or "/".join((*path, alias.name, "__init__")) in SOURCES
                    else "/".join(path)
                )
    return {f"{name}/__init__" if f"{name}/__init__" in SOURCES else name for name in found if name} - {module}


IMPORTS = {module: imported(module, tree) for module, tree in SOURCES.items()}


def outside(tree: ast.AST) -> set[str]:
    """The top-level names of the other packages that a module imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found


def calls(tree: ast.AST) -> set[str]:
    """The names that a module calls, dotted as they are written: `open`, `os.stat`."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def modules(*starts: str) -> list[str]:
    """The modules with one of these paths, or under one of these folders."""
    return [name for name in SOURCES if any(name == start or name.startswith(f"{start}/") for start in starts)]


def users(package: str) -> set[str]:
    """The modules that import another package."""
    return {name for name, tree in SOURCES.items() if package in outside(tree)}


# Imports


@pytest.mark.parametrize("module", SOURCES)
def test_layers_import_downwards(module: str) -> None:
    layer = module.split("/")[0]
    below = LAYERS[LAYERS.index(layer) :]
    upward = {name for name in IMPORTS[module] if name.split("/")[0] not in below}
    assert not upward, f"{module} imports {sorted(upward)}; it may import from {', '.join(below)} only"


@pytest.mark.parametrize("folder", PARTS)
def test_parts_import_downwards(folder: str) -> None:
    parts = PARTS[folder]

    def part(module: str) -> str | None:
        inside = module.removeprefix(f"{folder}/").split("/")[0]
        return inside if module.startswith(f"{folder}/") and inside in parts else None

    wrong = [
        f"{module} imports {name}"
        for module, names in IMPORTS.items()
        for name in names
        if (own := part(module)) and (other := part(name)) and parts.index(other) < parts.index(own)
    ]
    assert not wrong


def test_no_circles() -> None:
    """No file imports itself through others."""
    state: dict[str, int] = {}
    circles: list[list[str]] = []

    def visit(module: str, path: list[str]) -> None:
        state[module] = 1
        for name in sorted(IMPORTS.get(module, ())):
            if state.get(name) == 1:
                circles.append([*path[path.index(name) :], name])
            elif name not in state:
                visit(name, [*path, name])
        state[module] = 2

    for module in SOURCES:
        if module not in state:
            visit(module, [module])
    assert not circles


def test_folders_are_small() -> None:
    counts: dict[str, int] = defaultdict(int)
    for top in (*LAYERS, "tests", "bench", "tools"):
        for path in (CHECKOUT / top).rglob("*.py"):
            counts[path.parent.relative_to(CHECKOUT).as_posix()] += path.name != "__init__.py"
    assert {folder: count for folder, count in counts.items() if count > MOST_FILES} == {}


def test_no_two_files_share_a_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for module in SOURCES:
        if not module.endswith("/__init__"):
            places[module.rpartition("/")[2]].append(module)
    assert [each for each in places.values() if len(each) > 1] == []


INTERFACES = frozenset(("EXAMPLES", "NAME", "render", "rewrite"))
"""What modules of one kind define under one name, because one caller uses each of them by it."""


def test_no_two_things_share_a_name() -> None:
    """Public functions and classes have one name in the whole tree."""
    places: dict[str, list[str]] = defaultdict(list)
    for module, tree in SOURCES.items():
        assert isinstance(tree, ast.Module)
        for node in tree.body:
            # The library exports values and functions under the names that its users know.
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_" and module != "lint/library":
                places[node.name].append(module)
    assert {name: each for name, each in places.items() if len(each) > 1 and name not in INTERFACES} == {}


def test_everything_is_installed() -> None:
    """What is installed is listed: a folder that pyproject.toml forgets would be missing in the wheel only."""
    setuptools = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    folders = {module.rpartition("/")[0] for module in SOURCES}
    assert {PACKAGE, *(f"{PACKAGE}.{folder.replace('/', '.')}" for folder in folders)} == set(setuptools["packages"])
    assert setuptools["package-dir"].keys() == {PACKAGE, *(f"{PACKAGE}.{layer}" for layer in LAYERS)}


# Invariants


READING = frozenset(("open", "os.stat", "os.lstat", "os.scandir", "os.listdir", "os.walk", "os.open", "os.readlink"))
CHECKING = frozenset(("os.path.exists", "os.path.lexists", "os.path.isfile", "os.path.isdir", "os.path.realpath"))


def test_syntax_knows_nothing_of_files() -> None:
    assert not {name for name in modules("syntax") if "os" in outside(SOURCES[name])}
    assert not {name: found for name in modules("syntax") if (found := calls(SOURCES[name]) & READING)}


def test_no_rule_reads_the_disk() -> None:
    """Rules ask the build context; nothing in rules/ opens or looks for a file."""
    assert not {name: found for name in modules("rules") if (found := calls(SOURCES[name]) & (READING | CHECKING))}


def test_only_lint_knows_a_command_line() -> None:
    below = modules("rules", "fixers", "model", "syntax")
    assert not {name for name in below if outside(SOURCES[name]) & {"argparse", "getopt"}}
    assert not {name: found for name in below if (found := calls(SOURCES[name]) & {"print", "sys.exit", "input"})}


def test_only_one_file_parses_yaml() -> None:
    assert users("yaml") == {"lint/config/yaml_nodes"}


def test_each_library_has_its_place() -> None:
    assert not {name for name in users("tree_sitter") | users("tree_sitter_bash") if not name.startswith("syntax/")}
    assert users("libcst") <= {"model/python_syntax", "model/python_app", "fixers/optimize/ignore/python_strings"}
    assert users("pathspec") <= {"model/gitignore", "model/ignore_file"}
    assert not {
        name for name in users("rich") if not name.startswith(("lint/commands/", "lint/output/", "lint/terminal/"))
    }
    assert not {name for name in users("pygls") | users("lsprotocol") if not name.startswith("lint/server/")}


def test_processes_are_started_in_few_places() -> None:
    assert users("subprocess") <= {
        "fixers/verify/builders",
        "lint/engine/changed_since",
        "lint/engine/shellcheck",
        "model/git_usage",
    }


def test_nothing_reaches_the_network() -> None:
    """The server's own port is the exception."""
    network = users("socket") | users("ssl") | users("http") | users("asyncio")
    assert network <= {"lint/server/transport", "lint/output/links"}
    assert not {name for name, tree in SOURCES.items() if "urllib.request" in ast.unparse(tree)}


READERS = {
    "model/disk": "files of a repository and those that the user names",
    "lint/sources/named_pipe": "a pipe on the command line, with a timeout",
    "model/images/catalog": "data of the package",
    "model/packages/licenses": "data of the package",
    "model/packages/package_needs": "data of the package",
    "model/packages/runtime_libraries": "data of the package",
}
"""What opens files for reading, and what these are."""


def opens(node: ast.AST) -> bool:
    """Whether a node is a call that opens a file other than for writing."""
    if not isinstance(node, ast.Call) or writes(node):
        return False
    name = ast.unparse(node.func)
    return name in ("open", "io.open", "os.open") or name.rpartition(".")[2] in (
        "read_text", "read_bytes", "fileinput", "mmap", "open_code", "get_data",
    )  # fmt: skip


def test_one_module_opens_files_to_read() -> None:
    """It takes regular files only, never waits, reads no more than a limit, and knows the boundary of a repository."""
    assert {name for name, tree in SOURCES.items() if any(map(opens, ast.walk(tree)))} == set(READERS)


def test_opening_is_seen() -> None:
    """The test above would pass if nothing was found."""
    for text in ("open(a)", "open(a, 'rb')", "os.open(a, os.O_RDONLY)", "path.read_text()", "Path(a).read_bytes()"):
        assert any(map(opens, ast.walk(ast.parse(text)))), text
    for text in ("open(a, 'wb')", "tarfile.open(a)", "read_file(a, 1)"):
        assert not any(map(opens, ast.walk(ast.parse(text)))), text


WRITERS = {
    "fixers/write": "writes everything that a user keeps",
    "fixers/verify/workspace": "a private temporary directory, a copy of the build context",
    "lint/engine/shellcheck": "a private temporary directory, scripts for ShellCheck",
    "lint/engine/parallel": "a pipe to a worker process",
    "lint/server/transport": "a copy of standard output, for messages",
    "lint/terminal/streams": "the null device, in place of a standard output that is gone",
    "lint/output/links": "makes the directory of the cache of rule pages",
    "lint/server/rule_links": "makes the directory of the cache of rule pages",
}
"""What opens, makes, moves or removes files, and why it may."""
WRITING = frozenset(
    f"os.{name}"
    for name in (
        "replace rename renames link symlink unlink remove rmdir removedirs mkdir makedirs mkfifo mknod truncate chmod"
    ).split()
)


def writes(node: ast.AST) -> bool:
    """Whether a node is a call that writes: `open` other than for reading, and what changes directories."""
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func)
    if name in ("open", "io.open", "os.fdopen"):
        given = [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "mode")]
        return any(not isinstance(mode, ast.Constant) or set(str(mode.value)) & set("wax+") for mode in given)
    if name == "os.open":
        return not ast.unparse(node).count("os.O_RDONLY")
    method = name.rpartition(".")[2]
    return (
        name in WRITING
        or name.startswith(("tempfile.", "shutil.copy", "shutil.move", "shutil.rmtree"))
        or method in ("write_text", "write_bytes", "symlink_to", "hardlink_to", "NamedTemporaryFile", "mkstemp")
    )


def test_one_module_writes_files() -> None:
    found = {name for name, tree in SOURCES.items() if any(map(writes, ast.walk(tree)))}
    assert found == set(WRITERS)


def test_one_module_writes_to_terminals() -> None:
    """It escapes what controls a terminal or a log."""
    stream = ("sys.stdout.", "sys.stderr.", "sys.__stdout__.", "sys.__stderr__.")
    quiet = (".isatty", ".fileno", ".flush")
    found = {
        name
        for name, tree in SOURCES.items()
        if any(call == "print" or (call.startswith(stream) and not call.endswith(quiet)) for call in calls(tree))
    }
    assert found == {"lint/terminal/streams"}


def test_writing_is_seen() -> None:
    """The test above would pass if nothing was found."""
    for text in (
        "open(a, 'w')",
        "open(a, mode='ab')",
        "open(a, b)",
        "os.open(a, b)",
        "path.write_text(a)",
        "os.link(a, b)",
    ):
        assert any(map(writes, ast.walk(ast.parse(text)))), text
    for text in ("open(a)", "open(a, 'rb')", "os.open(a, os.O_RDONLY | os.O_NONBLOCK)", "a.replace(b, c)"):
        assert not any(map(writes, ast.walk(ast.parse(text)))), text


def test_no_module_keeps_a_cache() -> None:
    """A long-lived process would have to invalidate caches in modules."""
    found: list[str] = []
    for module, tree in SOURCES.items():
        assert isinstance(tree, ast.Module)
        for node in tree.body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            empty = isinstance(value, ast.Dict | ast.List) and not ast.unparse(value).strip("[]{}")
            called = (
                isinstance(value, ast.Call) and not value.args and ast.unparse(value.func) in ("set", "dict", "list")
            )
            if empty or called:
                found.append(f"{module}: {ast.unparse(node)}")
    assert not found


FILLING = (
    "fixers/format/line_breaks",
    "fixers/optimize/ignore/proposal",
    "fixers/optimize/manifests",
    "fixers/optimize/projects",
    "fixers/verify/verification",
    "syntax/parser",
)
"""These fill values that they have just made, before anyone else sees them."""


def test_no_value_is_changed_from_outside() -> None:
    """Attributes are set on `self` alone."""
    wrong: list[str] = []
    for module in SOURCES.keys() - set(modules(*FILLING)):
        for node in ast.walk(SOURCES[module]):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                owner = ast.unparse(node.value)
                if not owner.startswith("self") and owner not in ("found", "parser"):
                    wrong.append(f"{module}:{node.lineno}: {ast.unparse(node)}")
    assert not wrong


def test_the_imports_of_tests_are_seen() -> None:
    """The tests above would pass if nothing was found."""
    tree = ast.parse("def f():\n    from ..lint.main import main\nif TYPE_CHECKING:\n    from .base import Rule\n")
    assert imported("rules/table", tree) == {"lint/main", "rules/base"}
    assert len(IMPORTS["lint/main"]) > 5
