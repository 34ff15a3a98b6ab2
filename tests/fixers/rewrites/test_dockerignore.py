"""The .dockerignore that is proposed: what is left out, and above all what stays."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from dockerfile_dlint.fixers.optimize.ignore.proposal import IgnoreProposal, propose_ignore_file
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.context import Context
from dockerfile_dlint.model.ignore_file import IgnoreError
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source

WHOLE = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install flask\nCMD python app.py\n"
NODE = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD node index.js\n"


def proposed(folder: Path, text: str, files: dict[str, str], *others: str, name: str = "Dockerfile") -> IgnoreProposal:
    for path, content in {name: text, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content.encode())
    context = Context(str(folder), str(folder / name))
    builds = [Build(parse(Source(each, str(folder / name))), lambda _: context) for each in (text, *others)]
    return propose_ignore_file(builds, context)


def left_out(found: IgnoreProposal) -> set[str]:
    return {path for path in found.dropped if "ocker" not in path}


def test_a_new_file(tmp_path: Path) -> None:
    found = proposed(
        tmp_path,
        WHOLE,
        {
            ".git/HEAD": "x" * 10,
            ".github/workflows/a.yml": "",
            "app.py": "",
            "a/__pycache__/b.pyc": "xx",
            "data.csv": "",
        },
    )
    assert found.path == str(tmp_path / ".dockerignore")
    assert found.old == ""
    assert found.new == (
        "# Version control\n.git\n\n# Caches and build output\n**/__pycache__\n.venv\n\n"
        "# Secrets and local settings\n.env\n\n# CI and containers\nDockerfile\n.dockerignore\n.github\n"
    )
    assert (found.files_before, found.files_after) == (6, 2)
    assert found.before - found.after == 12 + len(WHOLE)
    git = next(pattern for pattern in found.patterns if pattern.text == ".git")
    assert (git.files, git.bytes, git.reason) == (1, 10, "repository history")


def test_a_second_run_adds_nothing(tmp_path: Path) -> None:
    files = {".git/HEAD": "", "app.py": "", "tests/test_a.py": "", "README.md": "", "x/.DS_Store": ""}
    once = proposed(tmp_path, WHOLE, files).new
    assert not proposed(tmp_path, WHOLE, {**files, ".dockerignore": once}).changed


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_existing_file_is_extended_at_its_end(tmp_path: Path, ending: str) -> None:
    old = ending.join(("# mine", "b", ".git", "a"))
    found = proposed(tmp_path, WHOLE, {".dockerignore": old, ".git/HEAD": "", ".github/a.yml": "", "app.py": ""})
    assert found.old == old
    assert found.new == old + ending.join(("", "", "# CI and containers", "Dockerfile", ".dockerignore", ".github", ""))


def test_the_builders_own_files_alone_are_not_worth_a_change(tmp_path: Path) -> None:
    assert not proposed(tmp_path, WHOLE, {".dockerignore": ".git\n", "app.py": ""}).changed


def test_exceptions_are_the_users_word(tmp_path: Path) -> None:
    old = "*\n!app\n!.github\n!**/README.md\n"
    files = {".dockerignore": old, "app/a.py": "", ".github/a.yml": "", "README.md": "", "app/__pycache__/a.pyc": ""}
    found = proposed(tmp_path, WHOLE, files)
    assert left_out(found) == {"app/__pycache__/a.pyc"}
    assert found.new.startswith(old)


def test_a_refused_file_is_not_extended(tmp_path: Path) -> None:
    with pytest.raises(IgnoreError):
        proposed(tmp_path, WHOLE, {".dockerignore": "[\n", "app.py": "", ".git/HEAD": ""})


@pytest.mark.parametrize(
    ("dockerfile", "files", "out"),
    [
        # What instructions name.
        ("COPY .github/a.yml /a\nCOPY . .", {".github/a.yml": ""}, set()),
        ("COPY . .\nRUN --mount=type=bind,source=docs,target=/d cp -r /d /e", {"docs/a.md": ""}, set()),
        ("COPY docs /docs", {"docs/a.md": "", "docs/__pycache__/x.pyc": ""}, {"docs/__pycache__/x.pyc"}),
        ("ARG D=x\nCOPY ${D}s/ /d", {"docs/a.md": "", ".git/HEAD": ""}, {".git/HEAD"}),
        ("COPY READ*.md /d\nCOPY . .", {"README.md": ""}, set()),
        ("COPY __pycache__ /x", {"__pycache__/a.pyc": ""}, set()),
        # What commands name.
        ("COPY . .\nRUN cat README.md", {"README.md": "", "CHANGELOG.md": ""}, {"CHANGELOG.md"}),
        ("COPY . .\nCMD pytest", {"tests/test_a.py": ""}, set()),
        ("COPY . .\nRUN make all", {"tests/test_a.py": "", "Makefile": "all:\n\tpytest\n"}, set()),
        ("COPY . .", {"tests/test_a.py": "", "Makefile": "all:\n\tpytest\n"}, {"tests/test_a.py"}),
        ("COPY . .\nRUN ./ci.sh", {"tests/test_a.py": "", "ci.sh": "npm run test\n"}, set()),
        ("COPY . .\nRUN mkdocs build", {"docs/a.md": ""}, set()),
        ('COPY . .\nENTRYPOINT ["python", "tests/test_serve.py"]', {"tests/test_serve.py": ""}, set()),
        ("COPY . .\nRUN <<EOF\ncp -r docs /x\nEOF", {"docs/a.md": ""}, set()),
        # The history.
        ("COPY . .\nRUN git rev-parse HEAD > v", {".git/HEAD": ""}, set()),
        ("COPY . .\nRUN git -C /app describe > v", {".git/HEAD": ""}, set()),
        ("COPY . .\nRUN git checkout main", {".git/HEAD": ""}, set()),
        ("COPY . .\nRUN git clone u && cd u && git checkout 1", {".git/HEAD": ""}, {".git/HEAD"}),
        ("COPY . .\nRUN pip install .", {".git/HEAD": "", "pyproject.toml": 'version = {source = "scm"}'}, set()),
        ("COPY . .\nRUN go build -buildvcs=true .", {".git/HEAD": ""}, set()),
        ("COPY . .\nRUN pip install .", {".git/HEAD": "", "pyproject.toml": 'requires = ["setuptools-scm>=8"]'}, set()),
        ("COPY . .", {".git/HEAD": "", "app.py": "import git\nprint(git.Repo('.'))\n"}, set()),
        ("COPY . .", {".git/HEAD": "", "a.js": "fs.readFileSync('.git/HEAD')"}, set()),
        ("COPY . .", {".git/HEAD": "", "a.js": "fetch('https://x.org/a.git')"}, {".git/HEAD"}),
        ("COPY . .", {".git/HEAD": "", "a.py": '"""See git log."""\n# git log\n'}, {".git/HEAD"}),
        # What the project speaks of.
        ("COPY . .", {"README.md": "", "pyproject.toml": '[project]\nreadme = "README.md"\n'}, set()),
        ("COPY . .", {"README.md": "", "setup.py": "r = open('README.md').read()"}, set()),
        ("COPY . .", {"README.md": "", "app.py": "# see README.md\n"}, {"README.md"}),
        ("COPY . .", {"README.md": "", "app.py": 'glob("**/*.md")\n'}, set()),
        ("COPY . .", {"README.md": "", "a.ts": "glob('./**/*.{md,mdx}')"}, set()),
        (
            "COPY . .",
            {"README.md": "", "CHANGES.md": "", "pyproject.toml": 'readme = {file="README.md", content-type="a/b"}'},
            {"CHANGES.md"},
        ),
        ("COPY . .", {"README.md": "", "main.go": "package main\n//go:embed README.md\nvar r string\n"}, set()),
        ("COPY . .", {"README.md": "", "src/lib.rs": '#![doc = include_str!("../README.md")]\n'}, set()),
        ("COPY . .", {"README.md": "", "MANIFEST.in": "include *.md\n"}, set()),
        ("COPY . .", {"README.md": "", "package.json": '{"devDependencies": {"docsify": "1"}}'}, set()),
        ("COPY . .", {"docs/a.md": "", "docs/docs.go": "package docs"}, set()),
        ("COPY . .", {"docs/a.md": "", "app.py": 'os.path.join(HERE, "docs", name)'}, set()),
        ("COPY . .", {"docs/a.md": "", "app.py": "x = 1  # docs\n"}, {"docs/a.md"}),
        ("COPY . .", {"docs/a.md": "", "web/a.html": '<a href="/docs/a">'}, set()),
        ("COPY . .", {"docs/conf.py": "", "docs/a.rst": ""}, {"docs/conf.py", "docs/a.rst"}),
        ("COPY . .", {"tests/test_a.py": "", "app.py": "from tests.helpers import x\n"}, set()),
        ("COPY . .", {"tests/test_a.py": "", "app.py": "import tests\n"}, set()),
        ("COPY . .", {"tests/test_a.py": "", "app/a.py": "from tests import x\n"}, set()),
        ("COPY . .", {"tests/test_a.py": "", "setup.py": "find_packages(exclude=['tests'])"}, {"tests/test_a.py"}),
        ("COPY . .", {"tests/test_a.py": "", "settings.py": "APPS = ['tests']\n"}, set()),
        ("COPY . .", {"tests/test_a.py": "", "old.py": "import tests\nprint 'x'\n"}, set()),
        ("COPY . .", {"tests/test_a.py": "", "README.md": "docker compose exec web pytest\n"}, {"README.md"}),
        ("COPY . .", {"tests/test_a.py": "", "docker-compose.yml": "services:\n a:\n  command: pytest -q\n"}, set()),
        (
            "COPY . .",
            {"tests/test_a.py": "", "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n[project]\n'},
            {"tests/test_a.py"},
        ),
        ("COPY . .", {"tests/data.json": ""}, set()),
        ("COPY . .\nRUN mvn package", {"pom.xml": "", "test/FooTest.java": "", "test/test_a.py": ""}, set()),
        # Secrets.
        ("COPY . .", {".env": "A=1", "app.py": "import os\n"}, {".env"}),
        ("COPY . .", {".env": "A=1", "app.py": "from dotenv import load_dotenv\n"}, set()),
        ("COPY . .", {".env": "A=1", "package.json": '{"devDependencies": {"vite": "5"}}'}, set()),
        ("COPY . .", {".env": "A=1", "a.js": "console.log(process.env.HOME)"}, {".env"}),
        ("COPY . .\nRUN . ./.env", {".env": "A=1"}, set()),
        ("COPY . .", {"tests/fixtures/id_rsa": "", "id_rsa": ""}, {"id_rsa"}),
        # What the build makes.
        ("COPY . .", {"venv/pyvenv.cfg": "", "venv/bin/python": ""}, {"venv/pyvenv.cfg", "venv/bin/python"}),
        ("COPY . .\nENV PATH=/app/venv/bin:$PATH", {"venv/pyvenv.cfg": ""}, set()),
        ("COPY . .", {"package.json": "{}", "node_modules/a/i.js": ""}, set()),
        ("COPY . .\nRUN npm ci", {"package.json": "{}", "node_modules/a/i.js": ""}, {"node_modules/a/i.js"}),
        (
            "COPY . .\nRUN npm ci && cd web && npm ci",
            {"package.json": "{}", "web/package.json": "{}", "node_modules/a/i.js": "", "web/node_modules/a/i.js": ""},
            {"node_modules/a/i.js", "web/node_modules/a/i.js"},
        ),
        ("COPY . .\nRUN cargo build", {"Cargo.toml": "", "target/x": ""}, {"target/x"}),
        ("COPY . .", {"Cargo.toml": "", "target/x": ""}, set()),
        ("COPY target/a.jar /a\nCOPY . .\nRUN mvn package", {"pom.xml": "", "target/a.jar": ""}, set()),
        ("COPY . .\nRUN ./gradlew jar", {"build.gradle": "", "build/x.jar": ""}, {"build/x.jar"}),
        ("COPY . .", {"composer.json": "{}", "vendor/autoload.php": ""}, set()),
        ("COPY . .\nRUN composer install", {"composer.json": "{}", "vendor/autoload.php": ""}, {"vendor/autoload.php"}),
        ("COPY . .", {"a.pyc": "", "b.py": "", "b.pyc": ""}, {"b.pyc"}),
        # What is not known to be waste.
        ("COPY . .", {"LICENSE": "", "data/x.md": "", "public/a.png": "", "notes.md": "", "dist/a.js": ""}, set()),
    ],
)  # fmt: skip
def test_only_waste_is_left_out(tmp_path: Path, dockerfile: str, files: dict[str, str], out: set[str]) -> None:
    assert (
        left_out(proposed(tmp_path, f"FROM alpine:3.20\nWORKDIR /app\n{dockerfile}\n", files)) - {"docker-compose.yml"}
        == out
    )


def test_modules_of_a_folder_in_which_nothing_is_installed_stay(tmp_path: Path) -> None:
    manifests = {"package.json": "{}", "web/package.json": "{}"}
    found = proposed(tmp_path, NODE, {**manifests, "node_modules/a/i.js": "", "web/node_modules/b/i.js": ""})
    assert left_out(found) == {"node_modules/a/i.js"}
    assert "\nnode_modules\n" in found.new


def test_what_a_folder_kept_speaks_of_stays_too(tmp_path: Path) -> None:
    files = {"app.py": "import tests\n", "tests/test_a.py": "open('README.md')\n", "README.md": "", "CHANGES.md": ""}
    found = proposed(tmp_path, WHOLE, files)
    assert left_out(found) == {"CHANGES.md"}
    assert {(kept.path, kept.reason) for kept in found.kept} == {
        ("tests", "`app.py` mentions it"),
        ("README.md", "`tests/test_a.py` mentions it"),
    }


def test_a_scripts_words_count_when_the_build_runs_it(tmp_path: Path) -> None:
    scripts = '{"scripts": {"build": "node test/gen.test.js", "e2e": "x"}}'
    files = {"package.json": scripts, "test/gen.test.js": ""}
    assert left_out(proposed(tmp_path / "a", NODE, files)) == {"test/gen.test.js"}
    assert left_out(proposed(tmp_path / "b", NODE + "RUN npm run build\n", files)) == set()


def test_a_large_folder_that_no_copy_takes(tmp_path: Path) -> None:
    files = {"app.py": "", "media/film.bin": "x" * 200_000, "small/a": "x"}
    assert left_out(proposed(tmp_path / "a", "FROM a\nCOPY app.py /\n", files)) == {"media/film.bin"}
    assert left_out(proposed(tmp_path / "b", "FROM a\nCOPY app.py /\n", files, "FROM a\nCOPY media /\n")) == set()


def test_nothing_is_proposed_for_a_build_that_copies_nothing(tmp_path: Path) -> None:
    assert not proposed(tmp_path, "FROM a\nRUN x\n", {".git/HEAD": ""}).changed


def test_a_named_folder_never_ends_empty(tmp_path: Path) -> None:
    found = proposed(tmp_path, "FROM a\nCOPY cache /c\n", {"cache/__pycache__/a.pyc": ""})
    assert left_out(found) == set()


def test_documents_of_a_project_below_are_named_one_by_one(tmp_path: Path) -> None:
    found = proposed(tmp_path, WHOLE, {"README.md": "", "web/package.json": "{}", "web/README.md": "", "app.py": ""})
    assert "# Documentation\nREADME.md\nweb/README.md\n" in found.new


def test_odd_names_are_escaped(tmp_path: Path) -> None:
    files = {"app.py": "", "[x]/pyvenv.cfg": "", "x/a.py": "", "#y/pyvenv.cfg": "", "b*/pyvenv.cfg": "", "bc/a.py": ""}
    assert left_out(proposed(tmp_path, WHOLE, files)) == {"[x]/pyvenv.cfg", "#y/pyvenv.cfg", "b*/pyvenv.cfg"}


def test_another_dockerfile_of_the_context_keeps_what_it_needs(tmp_path: Path) -> None:
    files = {"app.py": "", "docs/a.md": "", ".git/HEAD": ""}
    found = proposed(tmp_path, "FROM a\nCOPY docs /d\n", files, WHOLE)
    assert found.path.endswith("/.dockerignore")
    assert left_out(found) == {".git/HEAD"}


def test_a_dockerfile_that_needs_less_gets_a_file_of_its_own(tmp_path: Path) -> None:
    files = {"app.py": "", "docs/a.md": "", ".git/HEAD": "", ".dockerignore": "*.log\n"}
    found = proposed(tmp_path, WHOLE, files, "FROM a\nCOPY docs /d\n")
    assert found.path.endswith("/Dockerfile.dockerignore")
    assert found.old == ""
    assert found.new.startswith("*.log\n\n# ")
    assert left_out(found) == {".git/HEAD", "docs/a.md"}


def test_its_own_file_is_extended(tmp_path: Path) -> None:
    files = {"app.py": "", ".git/HEAD": "", ".dockerignore": "b\n", "web.Dockerfile.dockerignore": "a\n"}
    found = proposed(tmp_path, WHOLE, files, "FROM a\nCOPY .git /d\n", name="web.Dockerfile")
    assert found.path.endswith("/web.Dockerfile.dockerignore")
    assert found.new.startswith("a\n\n# Version control\n.git\n")


def test_the_same_listing(tmp_path: Path) -> None:
    """What a program sees that lists its folder stays, but for what is secret or made anew."""
    files = {
        "app.py": "",
        "README.md": "",
        "tests/test_a.py": "",
        ".git/HEAD": "",
        ".github/a.yml": "",
        "id_rsa": "-----BEGIN OPENSSH PRIVATE KEY-----\n",
        "a/__pycache__/b.pyc": "",
    }
    proposed(tmp_path, WHOLE, files)
    context = Context(str(tmp_path), str(tmp_path / "Dockerfile"))
    build = Build(parse(Source(WHOLE, str(tmp_path / "Dockerfile"))), lambda _: context)
    found = propose_ignore_file([build], context, same_listing=True)
    assert found.dropped == {".git/HEAD", ".github/a.yml", "id_rsa", "a/__pycache__/b.pyc"}
    assert set(found.shown) == {"Dockerfile", "README.md", "tests"}


def packages_left_out(found: IgnoreProposal) -> set[str]:
    return {path for path in left_out(found) if not path.startswith(".git/")}


def test_modules_that_git_tracks_are_content(tmp_path: Path) -> None:
    files = {"index.js": "", "package.json": "{}", "client/node_modules/a.js": "", "node_modules/own/index.js": ""}
    git(tmp_path, "init", "-q")
    assert packages_left_out(proposed(tmp_path, NODE, files)) == {"node_modules/own/index.js"}
    git(tmp_path, "add", "client/node_modules")
    assert packages_left_out(proposed(tmp_path, NODE, files)) == {"node_modules/own/index.js"}
    git(tmp_path, "add", "-f", "node_modules/own")
    found = proposed(tmp_path, NODE, files)
    assert not packages_left_out(found)
    assert "node_modules" not in found.new
    assert ("node_modules", "git tracks it") in [(each.path, each.reason) for each in found.kept]


def test_a_vendor_directory_that_git_tracks_is_content(tmp_path: Path) -> None:
    text = "FROM php:8.3-apache\nCOPY . /app\nRUN composer install\n"
    files = {"composer.json": "{}", "vendor/autoload.php": "", "index.php": ""}
    git(tmp_path, "init", "-q")
    assert packages_left_out(proposed(tmp_path, text, files)) == {"vendor/autoload.php"}
    git(tmp_path, "add", "vendor")
    assert not packages_left_out(proposed(tmp_path, text, files))


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True)


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("gunicorn tests.server:app", "tests/server.py"),
        ('["python", "-m", "tests.server"]', "tests/server.py"),
        ("app --pages=docs/index.md", "docs/index.md"),
        ("foreman start", "docs/index.md"),
    ],
)
def test_what_the_image_starts_stays(command: str, kept: str, tmp_path: Path) -> None:
    files = {"tests/server.py": "", "tests/test_a.py": "", "docs/index.md": "", "Procfile": "web: app docs/index.md\n"}
    found = proposed(tmp_path, f"FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD {command}\n", files)
    assert kept not in found.dropped
    assert f"the image uses `{kept}` when it starts" in {each.reason for each in found.kept}
