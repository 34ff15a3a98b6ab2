"""What the final stage needs of the system: for the slim base of files with stages, and for splits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dockerfile_dlint.fixers.optimize.base.rewrite import RewriteRejected
from dockerfile_dlint.fixers.optimize.base.runtime_needs import SystemNeeds

from .rewrites.cases import refusal, rewritten

PYTHON = """\
FROM python:3.12-bookworm AS build
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /opt/venv && /opt/venv/bin/pip install -r requirements.txt

FROM python:3.12-bookworm
COPY --from=build /opt/venv /opt/venv
COPY app.py /app/
CMD ["/opt/venv/bin/python", "/app/app.py"]
"""
NODE = """\
FROM node:20-bookworm AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci

FROM node:20-bookworm
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY app.js .
CMD ["node", "app.js"]
"""
RUBY = """\
FROM ruby:3.3-bookworm AS build
WORKDIR /app
COPY Gemfile* ./
RUN bundle install

FROM ruby:3.3-bookworm
WORKDIR /app
COPY --from=build /usr/local/bundle /usr/local/bundle
COPY app.rb .
CMD ["ruby", "app.rb"]
"""


def added(text: str) -> list[str]:
    """The packages that the final stage installs."""
    final = text[text.rindex("FROM ") :]
    assert "apt-get update \\\n    && apt-get install -y --no-install-recommends \\\n" in final
    return [line.strip(" \\") for line in final.splitlines() if line.startswith("        ")]


def lock(**packages: dict[str, object]) -> str:
    names = {f"node_modules/{name}": {"version": "1.0.0", **entry} for name, entry in packages.items()}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {}, **names}})


def package(*names: str, **others: object) -> str:
    return json.dumps({"dependencies": dict.fromkeys(names, "1"), **others})


@pytest.mark.parametrize(
    ("requirements", "packages"),
    [
        ("python-magic==0.4.27", ["libmagic1"]),
        ("psycopg2==2.9", ["libpq5"]),
        ("mysqlclient", ["libmariadb3"]),
        ("GitPython", ["git", "openssh-client"]),
        ("python-hglib", ["mercurial"]),
        ("--no-binary lxml\nlxml", ["libxml2", "libxslt1.1"]),
        ("psycopg2\n# a comment\npython_magic", ["libmagic1", "libpq5"]),
    ],
)
def test_python_packages_of_a_builder(requirements: str, packages: list[str], tmp_path: Path) -> None:
    files = {"requirements.txt": requirements + "\n", "app.py": ""}
    text = rewritten(tmp_path, PYTHON, files, "slim-base").text
    assert "\nFROM python:3.12-slim-bookworm\n\nRUN apt-get" in text
    assert added(text) == packages
    assert rewritten(tmp_path, text, files, "slim-base").text == text


@pytest.mark.parametrize("requirements", ["flask\nlxml\npsycopg2-binary\nnumpy", "pdf2image\npytesseract\npydub"])
def test_packages_that_need_nothing_of_the_full_image(requirements: str, tmp_path: Path) -> None:
    files = {"requirements.txt": requirements + "\n", "app.py": ""}
    expected = "-slim-bookworm\nCOPY --from".join(PYTHON.rsplit("-bookworm\nCOPY --from", 1))
    assert rewritten(tmp_path, PYTHON, files, "slim-base").text == expected


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        ("import tkinter", ["libtk8.6"]),
        ('import ctypes\nctypes.CDLL("libmagic.so.1")', ["libmagic1"]),
        ('from ctypes.util import find_library\nfind_library("gobject-2.0")', ["libglib2.0-0"]),
        ('command = ["git", "log"]\nsubprocess.run(command)', ["git"]),
        ('os.system("cat x | wget -i -")', ["wget"]),
    ],
)
def test_what_a_python_application_loads_and_starts(source: str, packages: list[str], tmp_path: Path) -> None:
    text = rewritten(tmp_path, PYTHON, {"requirements.txt": "flask\n", "app.py": source}, "slim-base").text
    assert added(text) == packages
    single = (
        "FROM python:3.12-bookworm\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD python app.py\n"
    )
    split = rewritten(tmp_path, single, {"requirements.txt": "flask\n", "app.py": source}, "multi-stage").text
    assert added(split) == packages


@pytest.mark.parametrize(
    ("old", "new", "files", "why"),
    [
        ("", "", {"requirements.txt": "PyQt5\n"}, "4: the run-time system dependencies of `pyqt5` are unknown"),
        ("", "", {"app.py": 'ctypes.CDLL("libquux.so.2")'}, "0: `app.py` loads the library `libquux.so.2`"),
        ("", "", {"app.py": "def f(:"}, "0: it is unknown which programs `app.py` starts"),
        ("-r requirements.txt", "$PACKAGES", {}, "4: "),
        ("-r requirements.txt", ".", {}, "4: `/opt/venv/bin/pip install .` installs the project itself"),
        (
            "COPY app.py",
            "COPY --from=example.org/tool /tool /bin/\nCOPY app.py",
            {},
            "8: it is unknown which libraries",
        ),
        (
            "COPY app.py",
            "COPY --from=build /usr/bin/git /usr/bin/\nCOPY app.py",
            {},
            "8: it is unknown which libraries `/usr",
        ),
        ("COPY app.py", "COPY --from=build . /all\nCOPY app.py", {}, "8: it is unknown which libraries `.` of `build`"),
        ("&& /opt", "&& python setup.py build_ext && /opt", {}, "4: `python setup.py build_ext` may create programs"),
        ("&& /opt", "&& make && /opt", {}, "4: `make` may create programs"),
        ("&& /opt", "&& curl -o /opt/venv/x http://x && /opt", {}, "4: `curl -o /opt/venv/x http://x` may create"),
        ("AS build\n", "AS build\nRUN go build ./...\n", {}, "2: `go build ./...` may create programs"),
        ("3.12-bookworm", "3.12", {"requirements.txt": "python-magic\n"}, "4: `python-magic` needs the library of"),
        ("", "", {"app.py": 'os.system("gcc x.c")'}, "0: `the application` may need the compilers"),
    ],
)
def test_what_is_unknown_is_rejected(old: str, new: str, files: dict[str, str], why: str, tmp_path: Path) -> None:
    text = PYTHON.replace(old, new) if old else PYTHON
    assert text != PYTHON or not old
    reason = refusal(tmp_path, text, {"requirements.txt": "flask\n", "app.py": "", **files}, "slim-base")
    assert reason.startswith(why)


@pytest.mark.parametrize(
    ("manifest", "locked", "source", "packages"),
    [
        (package("gm"), lock(gm={}), "", ["imagemagick"]),
        (package("simple-git"), lock(), "", ["ca-certificates", "git", "openssh-client"]),
        (package("x"), lock(x={"dependencies": {"libpq": "1"}}, libpq={"dependencies": {"nan": "1"}}), "", ["libpq5"]),
        (package("@prisma/client"), lock(), "", ["openssl"]),
        (package("python-shell"), lock(), "", ["python3"]),
        (package(devDependencies={"gm": "1"}), lock(), "const gm = require('gm')", ["imagemagick"]),
        (package("x"), lock(), "spawn('curl', ['-f'])", ["ca-certificates", "curl"]),
        (package("x"), lock(), "const tool = 'git'\nspawn(tool, args)", ["ca-certificates", "git"]),
        (package("x"), lock(), "execSync(`cat ${x} | unzip -`)", ["unzip"]),
        (package("x"), lock(), "const command = `hg log ${x}`\nawait execAsync(command)", ["mercurial"]),
    ],
)
def test_node_packages_of_a_builder(
    manifest: str, locked: str, source: str, packages: list[str], tmp_path: Path
) -> None:
    files = {"package.json": manifest, "package-lock.json": locked, "app.js": source}
    assert added(rewritten(tmp_path, NODE, files, "slim-base").text) == packages


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package-lock.json", lock(odd={"dependencies": {"node-gyp-build": "4"}})),
        ("package-lock.json", '{"dependencies": {"odd": {"requires": {"bindings": "1"}}}}'),
        ("yarn.lock", '# yarn lockfile v1\n\nodd@^1.0.0:\n  version "1.0.0"\n  dependencies:\n    nan "^2.0.0"\n'),
        ("pnpm-lock.yaml", "packages:\n\n  /odd@1.0.0:\n    requiresBuild: true\n"),
        ("pnpm-lock.yaml", "snapshots:\n\n  odd@1.0.0:\n    dependencies:\n      bindings: 1.5.0\n"),
    ],
)
def test_an_unknown_native_package_is_named(name: str, text: str, tmp_path: Path) -> None:
    files = {"package.json": package("odd"), name: text, "app.js": ""}
    dockerfile = NODE.replace("package*.json", f"package.json {name}")
    assert refusal(tmp_path, dockerfile, files, "slim-base").startswith(
        "4: the run-time system dependencies of `odd` are unknown"
    )
    (tmp_path / name).write_text(text.replace("odd", "bcrypt"))
    (tmp_path / "package.json").write_text(package("bcrypt"))
    files = {"package.json": package("bcrypt"), name: text.replace("odd", "bcrypt"), "app.js": ""}
    assert "FROM node:20-bookworm-slim\n" in rewritten(tmp_path, dockerfile, files, "slim-base").text


POETRY = PYTHON.replace("COPY requirements.txt .", "COPY pyproject.toml poetry.lock ./").replace(
    "&& /opt/venv/bin/pip install -r requirements.txt", "&& poetry install --no-root"
)


@pytest.mark.parametrize(
    ("name", "wheel", "packages"),
    [
        ("lxml", "lxml-5.tar.gz", ["libxml2", "libxslt1.1"]),
        ("lxml", "lxml-5-cp312-cp312-manylinux_2_28_x86_64.whl", []),
        ("odd", "odd-1.tar.gz", None),
        ("odd", "odd-1-py3-none-any.whl", []),
        ("gitpython", "GitPython-3-py3-none-any.whl", ["git", "openssh-client"]),
    ],
)
def test_a_lock_file_tells_what_is_compiled(name: str, wheel: str, packages: list[str] | None, tmp_path: Path) -> None:
    files = {
        "pyproject.toml": f'[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "^3.12"\n{name} = "*"\n',
        "poetry.lock": f'[[package]]\nname = "{name}"\nfiles = [{{file = "{wheel}"}}]\n',
        "app.py": "",
    }
    if packages is None:
        assert "4: no wheel for `odd`" in refusal(tmp_path, POETRY, files, "slim-base")
        return
    text = rewritten(tmp_path, POETRY, files, "slim-base").text
    assert "FROM python:3.12-slim-bookworm\n" in text
    assert (added(text) if packages else []) == packages


WHEELS = """\
FROM python:3.12-bookworm AS build
COPY requirements.txt .
RUN pip wheel --wheel-dir /wheels -r requirements.txt

FROM python:3.12-bookworm
COPY --from=build /wheels /tmp/wheels
COPY requirements.txt app.py ./
RUN pip install /tmp/wheels/*
CMD ["python", "app.py"]
"""


@pytest.mark.parametrize(
    ("old", "new", "works"),
    [
        ("", "", True),
        ("/tmp/wheels/*", "/tmp/wheels/*.whl", True),
        ("/tmp/wheels/*", "--no-index --find-links=/tmp/wheels -r requirements.txt", True),
        ("/tmp/wheels/*", "--find-links=/tmp/wheels -r requirements.txt", False),
        ("/tmp/wheels/*", "/tmp/wheels/* gunicorn", False),
        ("/tmp/wheels/*", "/tmp/other/*", False),
        ("--wheel-dir /wheels", "--wheel-dir /others", False),
        ("pip wheel", "pip download", False),
    ],
)
def test_wheels_of_a_builder_are_not_compiled(old: str, new: str, works: bool, tmp_path: Path) -> None:
    text = WHEELS.replace(old, new) if old else WHEELS
    files = {"requirements.txt": "psycopg2\n", "app.py": ""}
    if works:
        assert added(rewritten(tmp_path, text, files, "slim-base").text) == ["libpq5"]
    else:
        assert "may need the compilers of the full image" in refusal(tmp_path, text, files, "slim-base")


def test_certificates_that_are_named_are_installed(tmp_path: Path) -> None:
    text = NODE.replace("CMD", "ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\nCMD")
    files = {"package.json": package("x"), "package-lock.json": lock(), "app.js": ""}
    assert added(rewritten(tmp_path, text, files, "slim-base").text) == ["ca-certificates"]


def test_stages_that_copy_from_each_other_are_read_once(tmp_path: Path) -> None:
    text = PYTHON.replace("FROM python:3.12-bookworm\nCOPY", "FROM python:3.12-bookworm AS s0\nCOPY")
    text = text[: text.index("CMD")]
    for number in range(1, 40):
        source = f"COPY --from=s{number - 1} /opt/venv /opt/venv\n" * 2
        text += f"FROM python:3.12-bookworm AS s{number}\n{source}"
    files = {"requirements.txt": "psycopg2\n", "app.py": ""}
    assert added(rewritten(tmp_path, text + "CMD python app.py\n", files, "slim-base").text) == ["libpq5"]


NPM = """\
FROM node:20-bookworm
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY app.js .
CMD ["node", "app.js"]
"""


@pytest.mark.parametrize(
    ("manifest", "entry", "works"),
    [
        (package("x"), {}, True),
        (package("x"), {"hasInstallScript": True}, False),
        (package("x"), {"resolved": "git+ssh://git@example.org/x.git"}, False),
        (package("x"), {"dependencies": {"nan": "1"}}, False),
        (package("x", scripts={"prepare": "husky"}), {}, False),
    ],
)
def test_an_install_that_only_unpacks(manifest: str, entry: dict[str, object], works: bool, tmp_path: Path) -> None:
    files = {"package.json": manifest, "package-lock.json": lock(x=entry), "app.js": ""}
    if works:
        expected = NPM.replace("bookworm", "bookworm-slim")
        assert rewritten(tmp_path, NPM, files, "slim-base").text == expected
        files["package-lock.json"] = '{"dependencies": {"x": {"version": "1"}}}'
    assert "`npm ci` may need the compilers" in refusal(tmp_path, NPM, files, "slim-base")


@pytest.mark.parametrize("command", ["make -C /x", "pg_config", "autoconf"])
def test_programs_that_compile_keep_the_full_image(command: str, tmp_path: Path) -> None:
    text = f"FROM python:3.12-bookworm\nRUN {command}\nCOPY app.py /\nCMD python /app.py\n"
    assert "may need the compilers of the full image" in refusal(tmp_path, text, {"app.py": ""}, "slim-base")


def test_a_front_end_brings_no_packages(tmp_path: Path) -> None:
    text = NODE.replace("RUN npm ci", "RUN npm ci\nCOPY . .\nRUN npm run build")
    text = text.replace("/app/node_modules ./node_modules", "/app/dist ./dist")
    files = {"package.json": package("gm"), "package-lock.json": lock(), "app.js": ""}
    assert "FROM node:20-bookworm-slim\nWORKDIR" in rewritten(tmp_path, text, files, "slim-base").text


@pytest.mark.parametrize(
    ("gems", "source", "packages"),
    [
        ("pg (1.5)", "", ["libpq5"]),
        ("mysql2 (0.5)", "", ["libmariadb3"]),
        ("nokogiri (1.16.0-x86_64-linux)", "", []),
        ("mini_magick (4.0)", "", ["imagemagick"]),
        ("rake (13)", "system('curl x | gpg -d')", ["curl", "gnupg"]),
    ],
)
def test_gems_of_a_builder(gems: str, source: str, packages: list[str], tmp_path: Path) -> None:
    files = {"Gemfile": "gem 'x'\n", "Gemfile.lock": f"GEM\n  specs:\n    {gems}\n", "app.rb": source}
    text = rewritten(tmp_path, RUBY, files, "slim-base").text
    assert "FROM ruby:3.3-slim-bookworm\n" in text
    assert (added(text) if packages else []) == packages


def test_a_script_from_a_builder_is_read(tmp_path: Path) -> None:
    text = PYTHON.replace('CMD ["/opt/venv/bin/python"', 'ENTRYPOINT ["/srv/start.sh"]\nCMD ["python"')
    text = text.replace("COPY app.py", "COPY --from=build /app/start.sh /srv/\nCOPY app.py")
    text = text.replace("COPY requirements.txt", "COPY start.sh requirements.txt")
    files = {"requirements.txt": "flask\n", "app.py": "", "start.sh": "#!/bin/sh\ncurl -f http://x\n"}
    assert added(rewritten(tmp_path, text, files, "slim-base").text) == ["curl"]


def test_the_packages_come_before_their_first_use(tmp_path: Path) -> None:
    text = (
        "FROM python:3.12-bookworm\n# fetched\nRUN curl -o /x https://example.org\nCOPY app.py /\nCMD python /app.py\n"
    )
    assert rewritten(tmp_path, text, {"app.py": ""}, "slim-base").text == text.replace(
        "3.12-bookworm\n",
        "3.12-slim-bookworm\n\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends \\\n"
        "        curl \\\n    && rm -rf /var/lib/apt/lists/*\n\n",
    )


SPLIT = """\
FROM python:3.12-bookworm
RUN curl -o /x https://example.org
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
RUN apt-get update && apt-get install ffmpeg
COPY app.py .
CMD ["python", "app.py"]
"""


def test_a_split_installs_before_the_first_use_and_never_asks(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask\n", "app.py": ""}
    text = rewritten(tmp_path, SPLIT, files, "multi-stage").text
    final = text[text.rindex("FROM ") :]
    assert "apt-get install -y" in final
    assert final.index("apt-get install") < final.index("RUN curl")
    run = "RUN curl https://example.org > /etc/apt/sources.list.d/x.list\n"
    source = SPLIT.replace("RUN apt-get update", f"{run}RUN apt-get update").replace(
        "RUN curl -o /x https://example.org\n", ""
    )
    assert "5: this RUN adds a source of packages" in refusal(tmp_path, source, files)


def test_a_package_that_the_image_never_had_is_not_added() -> None:
    needs = SystemNeeds("python", "bookworm")
    needs.add_packages("python", ["pdf2image", "pyusb", "soundfile"])
    assert needs.packages == {}
    needs = SystemNeeds("python", "bookworm", full=False, compiles=True)
    needs.add_packages("python", ["gitpython", "pyusb"])
    assert needs.packages == {"libusb-1.0-0": "pyusb"}


@pytest.mark.parametrize(
    ("library", "release", "packages"),
    [
        ("libmagic.so.1", "trixie", ["libmagic1t64"]),
        ("/usr/lib/x86_64-linux-gnu/libmagic.so", "bookworm", ["libmagic1"]),
        ("glib-2.0-0", "bookworm", ["libglib2.0-0"]),
        ("libMagickWand-6.Q16.so.6", "bookworm", None),
        ("libc.so.6", "bookworm", []),
        ("libnvidia-ml.so.1", "bookworm", []),
        ("libodbc.so.2", "bookworm", []),
        ("libpq.so.5", "bookworm", ["libpq5"]),
        ("unheard-of", "bookworm", []),
        ("libusb-1.0.so.0", "bookworm", []),
    ],
)
def test_libraries_by_name(library: str, release: str, packages: list[str] | None) -> None:
    needs = SystemNeeds("python", release)
    needs.add_libraries({library: "app.py"})
    assert packages is None or list(needs.packages) == packages
    assert packages is not None or "libmagickwand-6.q16-6" in needs.packages


def test_an_unknown_library_is_rejected() -> None:
    with pytest.raises(RewriteRejected, match="it is unknown which package contains it"):
        SystemNeeds("python", "bookworm").add_libraries({"libquux.so.1": "app.py"})


GO = """\
FROM golang:1.22-bookworm
WORKDIR /app
COPY . .
RUN go build -o server .
CMD ["./server"]
"""


@pytest.mark.parametrize(
    ("source", "module", "packages"),
    [
        ('exec.Command("git", "log")', "x.org/y", ["ca-certificates", "git"]),
        ('exec.CommandContext(ctx, "/usr/bin/hg")', "x.org/y", ["ca-certificates", "mercurial", "tzdata"]),
        ('exec.Command("sh", "-c", "cat x | unzip -")', "x.org/y", ["unzip"]),
        ("", "github.com/hashicorp/go-getter", ["ca-certificates", "git", "mercurial"]),
    ],
)
def test_programs_of_a_go_program(source: str, module: str, packages: list[str], tmp_path: Path) -> None:
    files = {"go.mod": f"module a\n\ngo 1.22\n\nrequire (\n\t{module} v1.0.0\n)\n", "go.sum": "", "main.go": source}
    text = rewritten(tmp_path, GO, files).text
    assert "FROM debian:bookworm-slim\n" in text
    assert set(packages) <= set(added(text))


@pytest.mark.parametrize(
    ("source", "module", "why"),
    [
        ('exec.Command("go", "version")', "x.org/y", "`main.go` starts `go`, which only the builder has"),
        ('exec.Command("gcc")', "x.org/y", "the final image runs a compiler"),
        ("", "github.com/chromedp/chromedp", "dependencies of `github.com/chromedp/chromedp` are unknown"),
    ],
)
def test_a_go_program_that_needs_the_builder(source: str, module: str, why: str, tmp_path: Path) -> None:
    files = {"go.mod": f"module a\n\ngo 1.22\n\nrequire {module} v1.0.0\n", "go.sum": "", "main.go": source}
    assert why in refusal(tmp_path, GO, files)


@pytest.mark.parametrize(
    ("base", "why"),
    [
        ("python:3.8-buster", "the packages of Debian buster have left the usual servers"),
        ("python:3.8.10", "whether the servers still have the packages of `python:3.8.10-slim` is unknown"),
        ("python:3.8", ""),
    ],
)
def test_packages_are_not_added_where_the_servers_have_none(base: str, why: str, tmp_path: Path) -> None:
    """A file that never calls apt builds with an old image; with a line that does it would not."""
    text = f"FROM {base}\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD python app.py\n"
    files = {"requirements.txt": "gitpython\n", "app.py": ""}
    outcome = next(each for each in rewritten(tmp_path, text, files).outcomes if each.name == "multi-stage")
    assert why in str(outcome.rejection or "")
    assert bool(why) == (outcome.text is None)
