"""Repositories that were made to hurt whoever lints them; each is a function that writes one into an empty directory.

Beside the repository `here` stands the directory `../outside`, which no run may read, write or show.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

SECRET = "hunter2secret"
"""Stands in every file of `../outside` that a run could read."""
Repository = Callable[[Path], None]
REPOSITORIES: dict[str, Repository] = {}
WORKFLOW = ".github/workflows/ci.yml"


def repository(make: Repository) -> Repository:
    """Add a repository to the table, under the name of the function."""
    REPOSITORIES[make.__name__] = make
    return make


def write(path: Path, text: str) -> None:
    """Write a file and the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def one_file(name: str, file: str, text: str, **more: str) -> None:
    """A repository of `file` beside a Dockerfile."""

    def make(here: Path) -> None:
        write(here / "Dockerfile", more.get("dockerfile", "FROM debian:12-slim\nCOPY . /app\n"))
        write(here / file, text)

    make.__name__ = name
    repository(make)


def dockerfile(name: str, text: str) -> None:
    """A repository of one Dockerfile."""
    one_file(name, "Dockerfile", text)


def link(name: str, file: str, target: str, **more: str) -> None:
    """A repository in which `file` is a symbolic link to `target`."""

    def make(here: Path) -> None:
        write(here / "Dockerfile", more.get("dockerfile", "FROM debian:12-slim\nCOPY . /app\n"))
        (here / file).parent.mkdir(parents=True, exist_ok=True)
        (here / file).unlink(missing_ok=True)
        (here / file).symlink_to(target)

    make.__name__ = name
    repository(make)


def special(name: str, file: str, make_it: Callable[[Path], object], **more: str) -> None:
    """A repository in which `make_it` creates `file`."""

    def make(here: Path) -> None:
        write(here / "Dockerfile", more.get("dockerfile", "FROM debian:12-slim\nCOPY . /app\n"))
        (here / file).parent.mkdir(parents=True, exist_ok=True)
        (here / file).unlink(missing_ok=True)
        make_it(here / file)

    make.__name__ = name
    repository(make)


def sparse(path: Path) -> None:
    """A file of 20 GB that takes no space."""
    with open(path, "wb") as file:
        file.truncate(20_000_000_000)


def bound_socket(path: Path) -> None:
    """A Unix socket."""
    old = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(old)


def nested(opening: str, closing: str, depth: int = 20_000, inner: str = "1") -> str:
    """`inner` in `depth` pairs of brackets."""
    return opening * depth + inner + closing * depth


PYTHON = 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n'
NODE = 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm install\nCMD ["npm", "start"]\n'
GO = 'FROM golang:1.25\nWORKDIR /app\nCOPY . .\nRUN go build -o /bin/app .\nCMD ["/bin/app"]\n'
RUST = 'FROM rust:1.90\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD ["target/release/app"]\n'
JAVA = (
    'FROM maven:3-eclipse-temurin-21\nWORKDIR /app\nCOPY . .\nRUN mvn package\nCMD ["java", "-jar", "target/a.jar"]\n'
)

# Links that lead out, in circles, or to something endless.
link("dockerfile_links_out", "Dockerfile", "../outside/Dockerfile")
link("dockerfile_links_to_credentials", "Dockerfile", "../outside/credentials")
link("dockerfile_links_to_a_device", "Dockerfile", "/dev/zero")
link("dockerfile_links_to_standard_input", "Dockerfile", "/dev/stdin")
link("dockerfile_links_to_a_process", "Dockerfile", "/proc/self/environ")
link("dockerfile_links_to_itself", "Dockerfile", "Dockerfile")
link("directory_links_out", "deploy", "../outside")
link("directory_links_to_itself", "loop", ".")
link("ignore_file_links_out", ".dockerignore", "../outside/credentials")
link("own_ignore_file_links_out", "Dockerfile.dockerignore", "../outside/credentials")
link("gitignore_links_out", ".gitignore", "../outside/credentials")
link("configuration_links_out", "dlint.toml", "../outside/credentials")
link("hadolint_configuration_links_out", ".hadolint.yaml", "../outside/credentials")
link("compose_links_out", "compose.yaml", "../outside/compose.yaml")
link("bake_links_out", "docker-bake.hcl", "../outside/credentials")
link("workflow_links_out", WORKFLOW, "../../../outside/compose.yaml")
link("git_directory_links_out", ".git/config", "../../outside/credentials")
link("requirements_link_to_a_device", "requirements.txt", "/dev/zero", dockerfile=PYTHON)
link("program_links_to_a_device", "app.py", "/dev/zero", dockerfile=PYTHON)
link("package_json_links_to_a_device", "package.json", "/dev/zero", dockerfile=NODE)
link("makefile_links_to_a_device", "Makefile", "/dev/zero")
link("readme_links_to_a_device", "README.md", "/dev/zero")
link(
    "entrypoint_links_to_a_device",
    "run.sh",
    "/dev/zero",
    dockerfile='FROM debian:12-slim\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n',
)
link(
    "entrypoint_links_out",
    "run.sh",
    "../outside/credentials",
    dockerfile='FROM debian:12-slim\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n',
)

# Pipes, sockets, directories and sparse files in place of files.
for _name in (
    "Dockerfile",
    ".dockerignore",
    ".gitignore",
    "dlint.toml",
    ".hadolint.yaml",
    "pyproject.toml",
    "compose.yaml",
    "docker-bake.hcl",
    WORKFLOW,
    ".env",
    "Makefile",
    "package.json",
    "README.md",
):
    _short = _name.rpartition("/")[2].strip(".").replace(".", "_").replace("-", "_").lower()
    special(f"pipe_as_{_short}", _name, os.mkfifo)
    special(f"directory_as_{_short}", _name, os.mkdir)
    special(f"sparse_{_short}", _name, sparse)
for _name, _text in (
    ("requirements.txt", PYTHON),
    ("app.py", PYTHON),
    ("package-lock.json", NODE),
    ("go.mod", GO),
    ("Cargo.toml", RUST),
    ("pom.xml", JAVA),
):
    _short = _name.replace(".", "_").replace("-", "_").lower()
    special(f"pipe_as_{_short}", _name, os.mkfifo, dockerfile=_text)
    special(f"sparse_{_short}", _name, sparse, dockerfile=_text)
special("socket_as_dockerfile", "Dockerfile", bound_socket)


@repository
def pipe_as_git_directory(here: Path) -> None:
    """The entry that marks a repository is a pipe."""
    (here / ".git").rmdir()
    os.mkfifo(here / ".git")
    write(here / "Dockerfile", "FROM debian\n")


@repository
def git_directory_elsewhere(here: Path) -> None:
    """A .git file names a directory beyond the repository."""
    (here / ".git").rmdir()
    write(here / ".git", "gitdir: ../outside\n")
    write(here / "Dockerfile", "FROM debian\nCOPY . /app\n")


@repository
def many_links(here: Path) -> None:
    """A chain of links, longer than the system follows."""
    write(here / "Dockerfile", "FROM debian\n")
    for number in range(100):
        (here / f"{number}.Dockerfile").symlink_to(f"{number + 1}.Dockerfile")


@repository
def links_in_a_web(here: Path) -> None:
    """Directories that link to each other: a walk that follows links never ends."""
    write(here / "Dockerfile", "FROM debian\nCOPY . /app\n")
    for name in "abcdef":
        (here / name).mkdir()
        for other in "abcdef":
            (here / name / other).symlink_to(f"../{other}")


# Files that name what lies beyond the repository.
for _number, _build in enumerate(
    (
        "context: ../outside",
        "{context: ., dockerfile: ../outside/Dockerfile}",
        "{context: ., dockerfile: ../outside/credentials}",
        "{context: /}",
        "{context: ., additional_contexts: {all: /}}",
        "{context: ~, dockerfile: ~/Dockerfile}",
        "{context: ../../../../../../../../../..}",
        '{context: "$HOME"}',
        "{context: /proc/self/root}",
        '{context: "\\0"}',
    )
):
    _text = _build if _build.startswith("{") else f"{{{_build}}}"
    one_file(f"compose_names_outside_{_number}", "compose.yaml", f"services: {{a: {{build: {_text}}}}}\n")
one_file("compose_includes_outside", "compose.yaml", "include: [../outside/compose.yaml, /dev/zero, ., compose.yaml]\n")
one_file(
    "compose_extends_outside",
    "compose.yaml",
    "services:\n  a: {extends: {file: ../outside/compose.yaml, service: a}}\n"
    "  b: {extends: {file: /dev/zero, service: a}}\n  c: {extends: c}\n",
)
one_file(
    "compose_environment_outside",
    "compose.yaml",
    "services: {a: {build: {context: ., args: {A: $SECRET}}, env_file: [../outside/credentials, /dev/zero]}}\n",
)
one_file(
    "bake_names_outside",
    "docker-bake.hcl",
    'target "a" { dockerfile = "../outside/Dockerfile" }\ntarget "b" { context = "/" }\n'
    'target "c" { context = "../outside" }\ntarget "d" { dockerfile = "../outside/credentials" }\n',
)
one_file(
    "workflow_names_outside",
    WORKFLOW,
    "jobs:\n  a:\n    steps:\n    - uses: docker/build-push-action@v6\n"
    "      with: {context: /, file: ../outside/Dockerfile}\n"
    "    - run: docker build -f ../outside/credentials ../..\n      working-directory: ../outside\n",
)
one_file(
    "makefile_names_outside", "Makefile", "all:\n\tdocker build -f ../outside/credentials /\n\tcd / && docker build .\n"
)
one_file("shell_script_names_outside", "build.sh", "#!/bin/sh\ndocker build -f ../outside/Dockerfile ../outside\n")
one_file("configuration_names_outside", "dlint.toml", 'extend = ["../outside/dlint.toml"]\n')
one_file("configuration_extends_a_device", "dlint.toml", 'extend = ["/dev/zero"]\n')
one_file("configuration_extends_itself", "dlint.toml", 'extend = ["dlint.toml", "./dlint.toml"]\n')
one_file("baseline_outside", "dlint.toml", 'baseline = "../outside/credentials"\n')
one_file("baseline_is_a_device", "dlint.toml", 'baseline = "/dev/zero"\n')
one_file("context_is_everything", "dlint.toml", 'context = "/"\n')
one_file("context_outside", "dlint.toml", 'context = "../outside"\n')
one_file(
    "requirements_outside",
    "requirements.txt",
    "-r ../outside/credentials\n-r /dev/zero\n-r requirements.txt\n-e /\n",
    dockerfile=PYTHON,
)
one_file(
    "workspaces_outside",
    "package.json",
    '{"workspaces": ["../outside", "/", "**/**/**", "../**"], "main": "/dev/zero"}\n',
    dockerfile=NODE,
)
one_file(
    "crates_outside",
    "Cargo.toml",
    '[workspace]\nmembers = ["../outside", "/", "**/**"]\n[dependencies]\na = {path = "/"}\n',
    dockerfile=RUST,
)
one_file("go_module_outside", "go.mod", "module a\nreplace b => ../outside\nreplace c => /\n", dockerfile=GO)
one_file(
    "parent_pom_outside",
    "pom.xml",
    "<project><parent><relativePath>../outside/credentials</relativePath></parent></project>",
    dockerfile=JAVA,
)
dockerfile(
    "copies_outside", "FROM debian:12-slim\nCOPY ../outside/credentials /\nCOPY ../../.. /x\nADD /../../outside /y\n"
)

# Texts that describe far more work than they have bytes.
one_file("yaml_nesting", "compose.yaml", nested("[", "]"))
one_file("yaml_block_nesting", "compose.yaml", "".join(" " * i + "a:\n" for i in range(2000)))
one_file("yaml_recursion", "compose.yaml", "services: &a\n  a: {build: .}\n  b: *a\nx: &b [*b]\n")
one_file("yaml_objects", "compose.yaml", "services: !!python/object/apply:os.system ['touch ../outside/new']\n")
one_file(
    "yaml_numbers",
    "compose.yaml",
    "services: {a: {build: {context: ., args: {A: " + "9" * 100_000 + ", B: 1:2:3, C: 2024-99-99}}}}\n",
)
one_file("yaml_keys", "compose.yaml", "services: {a: {build: .}, a: {build: .}, ? [b, c] : 1, 1: 2, ~: 3, .nan: 4}\n")
one_file(
    "yaml_wide",
    "compose.yaml",
    "services:\n" + "".join(f"  s{i}: {{build: {{context: ., target: t{i}}}}}\n" for i in range(3000)),
)
one_file("hcl_nesting", "docker-bake.hcl", 'target "a" { context = ' + nested("(", ")", 5000, '"."') + " }\n")
one_file("hcl_operators", "docker-bake.hcl", 'target "a" { context = ' + " == ".join(['"a"'] * 5000) + " }\n")
one_file(
    "hcl_conditions", "docker-bake.hcl", 'target "a" { context = ' + "true ? " * 5000 + '"a"' + ' : "b"' * 5000 + " }\n"
)
one_file(
    "hcl_variables_in_a_circle",
    "docker-bake.hcl",
    'variable "a" {default = b}\nvariable "b" {default = a}\ntarget "t" {context = a}\n',
)
one_file(
    "hcl_functions_in_a_circle",
    "docker-bake.hcl",
    'function "f" {\n params=[x]\n result=g(x)\n}\n'
    'function "g" {\n params=[x]\n result="${f(x)}${f(x)}"\n}\ntarget "t" {context=f("a")}\n',
)
one_file(
    "hcl_inheritance_in_a_circle", "docker-bake.hcl", 'target "a" {inherits=["b"]}\ntarget "b" {inherits=["a","b"]}\n'
)
one_file(
    "hcl_matrix",
    "docker-bake.hcl",
    'target "a" {\n name = "a-${x}-${y}-${z}"\n matrix = {x = [%s], y = [%s], z = [%s]}\n}\n'
    % ((",".join(f'"{i}"' for i in range(200)),) * 3),
)
one_file("bake_json_nesting", "docker-bake.json", '{"target": ' + nested("[", "]") + "}")
one_file("toml_nesting", "dlint.toml", "ignore = " + nested("[", "]", 5000, ""))
one_file("toml_keys", "dlint.toml", ".".join(["a"] * 5000) + " = 1\n")
one_file("toml_number", "pyproject.toml", "[tool.dlint]\nx = " + "9" * 10_000 + "\n")
one_file("hadolint_yaml_nesting", ".hadolint.yaml", "ignored: " + nested("[", "]"))


@repository
def baseline_nesting(here: Path) -> None:
    """A baseline of brackets."""
    write(here / "Dockerfile", "FROM debian\n")
    write(here / "dlint.toml", 'baseline = "b.json"\n')
    write(here / "b.json", nested("[", "]", 100_000))


for _number, _pattern in enumerate(
    (
        "*a" * 20 + "b",
        "**/a/" * 12 + "b",
        "[" * 1000,
        "[a-" * 1000 + "]",
        "?" * 1000,
        "*" * 1000,
        "!" * 1000,
        "\\" * 1001,
        "/".join(["**"] * 500),
        "{" * 300 + "a,b" + "}" * 300,
    )
):
    one_file(f"gitignore_pattern_{_number}", ".gitignore", _pattern + "\n")
    one_file(f"dockerignore_pattern_{_number}", ".dockerignore", _pattern + "\n")
    one_file(
        f"exclude_pattern_{_number}",
        "dlint.toml",
        f"exclude = ['{_pattern}']\nper-file-ignores = {{'{_pattern}' = ['DL3006']}}\n",
    )
    dockerfile(f"copy_pattern_{_number}", f"FROM debian:12-slim\nCOPY {_pattern} /app/\n")


@repository
def names_for_patterns(here: Path) -> None:
    """Long and deep names that make a pattern try every way."""
    write(here / "Dockerfile", "FROM debian:12-slim\nCOPY *a*a*a*a*a*a*a*b /app/\nCOPY **/a/**/a/**/b /app/\n")
    write(here / ("a" * 230 + ".Dockerfile"), "FROM debian\n")
    write(here / ("/".join(["a"] * 60)) / "c", "")
    write(here / ".gitignore", "*a" * 20 + "b\n" + "**/a/" * 12 + "b\n")
    write(here / ".dockerignore", "*a" * 20 + "b\n" + "**/a/" * 12 + "b\n")


# Dockerfiles that expand, nest and repeat.
dockerfile(
    "arguments_double",
    "ARG A0=aaaaaaaaaa\n" + "".join(f"ARG A{i}=$A{i - 1}$A{i - 1}\n" for i in range(1, 60)) + "FROM $A59\n",
)
dockerfile(
    "labels_double",
    "FROM debian\nENV V0=aaaaaaaaaa\n"
    + "".join(f"ENV V{i}=${{V{i - 1}:-$V{i - 1}}}$V{i - 1}\n" for i in range(1, 60))
    + "LABEL a=$V59$V59\nWORKDIR $V59\nUSER $V59\nEXPOSE $V59\n",
)
dockerfile(
    "substitutions_nest", "FROM debian\nENV A=" + "${A:-" * 5000 + "}" * 5000 + "\nCOPY a " + "${A:+" * 5000 + "\n"
)
dockerfile(
    "patterns_in_substitutions",
    "FROM debian\nENV A=" + "a" * 5000 + "\nENV B=${A//*a*a*a*a*a*b/x}${A##*a*a*a*a*b}${A%%*a*a*b}\n",
)
dockerfile("heredocs_never_end", "FROM debian\n" + "".join(f"RUN <<E{i} <<F{i}\n" for i in range(2000)))
dockerfile("json_nests", "FROM debian\nCMD " + nested("[", "]", 50_000, '"a"') + "\nSHELL " + '["a", ' * 5000 + "\n")
dockerfile("triggers_nest", "FROM debian\n" + "ONBUILD " * 20_000 + "RUN a\n")
dockerfile("stages_in_a_circle", "FROM b AS a\nFROM a AS b\nCOPY --from=b / /\nFROM a AS a\nCOPY --from=a / /\n")
dockerfile(
    "mounts_in_a_circle",
    "FROM debian AS a\n" + "RUN --mount=from=a,target=/a --mount=from=b,target=/b true\n" * 500 + "FROM a AS b\n",
)
OPENINGS = ("(", "$(", "`", '"$(', "{ ", "if ", "<(", "((", "case a in (", "! ", "sh -c '")
dockerfile("shell_nests", "FROM debian\n" + "".join(f"RUN {opening * 3000}\n" for opening in OPENINGS))
dockerfile(
    "shell_repeats",
    "FROM debian\nRUN "
    + "a | " * 5000
    + "b\nRUN "
    + "a && " * 5000
    + "b\nRUN {"
    + "a," * 5000
    + "b}\nRUN "
    + "a=b " * 5000
    + "\n",
)
dockerfile("one_endless_word", "FROM debian\nRUN echo " + "a" * 1_000_000 + "\n")
dockerfile(
    "packages_without_end",
    "FROM debian\nRUN apt-get update && apt-get install -y " + " ".join(f"p{i}" for i in range(20_000)) + "\n",
)
dockerfile(
    "comments_that_suppress",
    "FROM debian\n" + "# dlint ignore=DL3006,DL3007\n# hadolint ignore=DL3008,DL3009\nRUN a\n" * 3000,
)
dockerfile("continuations", "FROM debian\nRUN a " + "\\\n# b\n" * 20_000 + "c\nRUN " + "\\\n" * 20_000 + "\n")
dockerfile(
    "directives", "# syntax=" + "a" * 100_000 + "\n# escape=`\n# check=skip=all;error=true\n# escape=\\\nFROM debian\n"
)
dockerfile("odd_bytes", "\ufeffFROM debian\r\nRUN a\0b\x1b[2J\u202e\v\f\u2028\u0085c\r\rRUN\n")
dockerfile(
    "mixed_escape",
    "# escape=`\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2025\nRUN a `\n # b\n `\n\n  c\\\nCOPY c:\\ d:\\\n",
)
one_file("suppressed_everything", "dlint.toml", "ignore = [" + ", ".join(f'"DL{i:04}"' for i in range(9999)) + "]\n")

# Applications that the rewrites read.
for _number, _program in enumerate(
    (
        "x = " + nested("(", ")", 3000),
        "x = " + " + ".join(['"a"'] * 5000),
        "x = " + nested("[", "]", 3000),
        "x = f'" + "{f'" * 50 + "'",
        "".join(" " * i + "if 1:\n" for i in range(300)) + " " * 300 + "pass\n",
        "if a: pass\n" + "elif a: pass\n" * 5000,
        "x = " + "not " * 5000 + "1\n",
        "x = " + "-" * 5000 + "1\n",
        "x = a" + ".b" * 5000 + "\n",
        "x = a" + "[0]" * 5000 + "\n",
        "x = a" + "()" * 5000 + "\n",
        "x = " + "lambda: " * 3000 + "1\n",
        "x = " + "1 if a else " * 3000 + "1\n",
        "x = " + "a < " * 5000 + "a\n",
        "x = " + "a ** " * 3000 + "a\n",
        "x = {" + "'a': " + "1, 'b': " * 200_000 + "1}\n",
        "import a\0b\n",
        "x = 1" + "0" * 100_000 + "\n",
        "@" + "a(" * 500 + "\n",
        "\t \tif 1:\n  x\n",
        "x = " + "await " * 3000 + "a\n",
        "with " + "a as b, " * 5000 + "a: pass\n",
        "match a:\n case " + nested("[", "]", 2000) + ": pass\n",
        "x = " + "*" * 5000 + "a\n",
    )
):

    def _make(here: Path, program: str = _program) -> None:
        write(here / "Dockerfile", PYTHON)
        write(here / "requirements.txt", "flask\n")
        write(here / "app.py", "import flask\n" + program)

    _make.__name__ = f"python_program_{_number}"
    repository(_make)


@repository
def python_imports_in_circles(here: Path) -> None:
    """Modules that all import each other."""
    write(here / "Dockerfile", PYTHON)
    write(here / "requirements.txt", "flask\n")
    for name in ("app", *(f"m{i}" for i in range(60))):
        write(here / f"{name}.py", "import app, flask\n" + "".join(f"from m{i} import *\n" for i in range(60)))


@repository
def npm_scripts_in_a_circle(here: Path) -> None:
    """Scripts that call each other, twice each."""
    write(here / "Dockerfile", NODE)
    write(
        here / "package.json",
        '{"scripts": {"start": "npm run a && npm run a", "a": "npm run b && npm run b", "b": "npm start"}}\n',
    )


one_file("package_json_nesting", "package.json", '{"scripts": ' + nested('{"a": ', "}") + "}", dockerfile=NODE)
one_file("package_json_numbers", "package.json", '{"version": ' + "9" * 100_000 + "}", dockerfile=NODE)
one_file("cargo_nesting", "Cargo.toml", "[package]\nname = " + nested("[", "]", 5000), dockerfile=RUST)
one_file("go_module_repeats", "go.mod", "module a\n" + "require b v1\n" * 20_000, dockerfile=GO)
one_file(
    "pom_entities",
    "pom.xml",
    '<!DOCTYPE a [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{i} "&a{i - 1};&a{i - 1};&a{i - 1};">' for i in range(1, 30))
    + "]><project><modules>&a29;</modules></project>",
    dockerfile=JAVA,
)
one_file("pom_nesting", "pom.xml", nested("<a>", "</a>"), dockerfile=JAVA)
one_file(
    "requirements_repeat",
    "requirements.txt",
    "-r requirements.txt\n" * 5000 + "-c requirements.txt\n",
    dockerfile=PYTHON,
)
one_file(
    "pyproject_nesting", "pyproject.toml", "[project]\ndependencies = " + nested("[", "]", 5000, ""), dockerfile=PYTHON
)


# Names.
@repository
def odd_names(here: Path) -> None:
    """Names that are options, orders to a log, or no text."""
    for name in (
        b"--fix.Dockerfile",
        b"-rf.Dockerfile",
        b"\xff\xfe.Dockerfile",
        b"a\n::error::b.Dockerfile",
        b" .Dockerfile",
        b"*.Dockerfile",
        b"a" * 240 + b".Dockerfile",
    ):
        with open(os.path.join(os.fsencode(here), name), "wb") as file:
            file.write(b"FROM debian\nCOPY . /app\n")


@repository
def many_files(here: Path) -> None:
    """A thousand Dockerfiles and ten thousand other files."""
    for number in range(1000):
        write(here / f"d{number}" / "Dockerfile", "FROM debian:12-slim\nCOPY . /app\n")
        for other in range(10):
            write(here / f"d{number}" / str(other), "")


@repository
def deep_directories(here: Path) -> None:
    """Directories of a depth at which a path is longer than the system takes."""
    write(here / "Dockerfile", "FROM debian\nCOPY . /app\n")
    descriptor = os.open(here, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("a" * 40, dir_fd=descriptor)
        inner = os.open("a" * 40, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)
