"""Proves by real builds that the final stage gets what it needs of a full base image. See README.md.

    python bench/needs.py [NAME...]

Each case is optimized, and the Dockerfile before and after is built with Docker; the smoke command must write the same
in both images. Then the new one is built without the packages that dlint added: there the command must fail, or the
case proves nothing. The images of the cases must be there, or stand-ins for them. Exit status 1 when a case fails.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dockerfile_dlint.fixers.optimize.pipeline import optimize
from dockerfile_dlint.model.context import Context

if TYPE_CHECKING:
    from dockerfile_dlint.fixers.optimize.base.rewrite import Step

INSTALL = re.compile(r"^RUN apt-get update \\\n(?:    .*\n)+", re.MULTILINE)


class Case(NamedTuple):
    """A Dockerfile, the files of its context, and a command that uses what the slim image lacks."""

    dockerfile: str
    files: dict[str, str]
    smoke: tuple[str, ...]
    rewrite: str = "slim-base"


def python(requirements: str, source: str, final: str = "") -> Case:
    """An environment from a builder."""
    dockerfile = (
        "FROM python:3.11-bookworm AS build\nCOPY requirements.txt .\n"
        "RUN python -m venv /opt/venv && /opt/venv/bin/pip install -q -r requirements.txt\n\n"
        f"FROM python:3.11-bookworm\n{final}COPY --from=build /opt/venv /opt/venv\nCOPY app.py /app/\n"
        'CMD ["/opt/venv/bin/python", "/app/app.py"]\n'
    )
    return Case(
        dockerfile, {"requirements.txt": requirements, "app.py": source}, ("/opt/venv/bin/python", "/app/app.py")
    )


def single(source: str, more: str = "") -> Case:
    """A stage that installs with pip."""
    dockerfile = (
        f"FROM python:3.11-bookworm\nWORKDIR /app\n{more}COPY requirements.txt .\n"
        'RUN pip install -q -r requirements.txt\nCOPY app.py .\nCMD ["python", "app.py"]\n'
    )
    files = {"requirements.txt": "six\n", "app.py": source}
    return Case(dockerfile, files, ("python", "/app/app.py"), "multi-stage")


def node(package: str, source: str) -> Case:
    """node_modules from a builder."""
    dockerfile = (
        "FROM node:20-bookworm AS build\nWORKDIR /app\nCOPY package.json .\nRUN npm install\n\n"
        "FROM node:20-bookworm\nWORKDIR /app\nCOPY --from=build /app/node_modules ./node_modules\nCOPY app.js .\n"
        'CMD ["node", "app.js"]\n'
    )
    files = {"package.json": f'{{"dependencies": {{{package}}}}}', "app.js": source}
    return Case(dockerfile, files, ("node", "/app/app.js"))


def ruby(gem: str, source: str) -> Case:
    """Gems from a builder."""
    dockerfile = (
        "FROM ruby:3.1-bookworm AS build\nWORKDIR /app\nCOPY Gemfile .\nRUN bundle install\n\n"
        "FROM ruby:3.1-bookworm\nWORKDIR /app\nCOPY --from=build /usr/local/bundle /usr/local/bundle\nCOPY app.rb .\n"
        'CMD ["ruby", "app.rb"]\n'
    )
    files = {"Gemfile": f'source "https://rubygems.org"\ngem "{gem}"\n', "app.rb": source}
    return Case(dockerfile, files, ("ruby", "/app/app.rb"))


RUN_GIT = "import subprocess\nTOOL = 'git'\ncommand = [TOOL, '--version']\nprint(subprocess.check_output(command))\n"
CASES = {
    "library-loaded-by-a-package": python("python-magic\n", "import magic\nprint(magic.from_buffer(b'%PDF-1.2'))\n"),
    "library-linked-by-a-package": python("psycopg2\n", "import psycopg2\nprint(psycopg2.__libpq_version__ > 0)\n"),
    "library-of-mysql": python("mysqlclient\n", "import MySQLdb\nprint(MySQLdb.get_client_info() > '1')\n"),
    "program-started-by-a-package": python("GitPython\n", "import git\nprint(git.Git().version())\n"),
    "library-loaded-by-name": python(
        "six\n", "import ctypes\nprint(ctypes.CDLL('libmagic.so.1').magic_version() > 0)\n"
    ),
    "program-in-a-list": python("six\n", RUN_GIT),
    "program-in-a-pipe": python("six\n", "import os\nprint(os.popen('echo x; wget -V | cut -c1-8').read())\n"),
    "first-run": python("six\n", "print(open('/version').read()[:4])\n", "RUN curl --version > /version\n"),
    "split-with-a-library": single("import ctypes\nprint(ctypes.CDLL('libmagic.so.1').magic_version() > 0)\n"),
    "split-with-a-program": single(RUN_GIT),
    "split-without-yes": single(
        "print(open('/version').read()[:4])\n",
        "RUN curl --version > /version\nRUN apt-get update && apt-get install --no-install-recommends curl\n",
    ),
    "node-program": node(
        '"simple-git": "3"', "require('simple-git')().raw('--version').then(text => console.log(text.slice(0, 11)))"
    ),
    "node-spawn": node(
        '"ms": "2"',
        "const tool = 'openssl'\n"
        "console.log(require('child_process').execFileSync(tool, ['version']).slice(0, 7) + '')",
    ),
    "ruby-library": ruby("pg", "require 'pg'\nputs PG.library_version > 0\n"),
}


def unchanged(text: str, _last: bool) -> tuple[str, list[Step]]:
    """No fixes of rules."""
    return text, []


def built(folder: Path, dockerfile: str, smoke: tuple[str, ...]) -> tuple[bool, str]:
    """Whether the build and the smoke command succeed, and what the command wrote, or why they do not."""
    image = f"dlint-needs-{folder.name.lower()}"
    (folder / "Dockerfile").write_text(dockerfile)
    done = subprocess.run(["docker", "build", "-q", "-t", image, str(folder)], capture_output=True, text=True)
    if done.returncode == 0:
        done = subprocess.run(
            ["docker", "run", "--rm", "--network=none", image, *smoke], capture_output=True, text=True
        )
        subprocess.run(["docker", "image", "rm", "-f", image], capture_output=True)
    return done.returncode == 0, done.stdout if done.returncode == 0 else (done.stderr or done.stdout)[-300:]


def check(case: Case) -> str:
    """What is wrong with a case; "" when it is proved."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in case.files.items():
            (folder / file).write_text(text)
        (folder / "Dockerfile").write_text(case.dockerfile)
        result = optimize(case.dockerfile, str(folder / "Dockerfile"), Context(name), unchanged, (case.rewrite,))
        start = result.text.rindex("FROM ")
        without = result.text[:start] + INSTALL.sub("", result.text[start:])
        if without == result.text:
            return f"nothing is added: {result.outcomes[0].rejection}"
        before, after = (built(folder, text, case.smoke) for text in (case.dockerfile, result.text))
        if not before[0] or before != after:
            return f"before {before}, after {after}"
        return "it works without the packages" if built(folder, without, case.smoke) == before else ""


def main() -> int:
    """Check the cases, all or those that are named."""
    failed = 0
    for name in sys.argv[1:] or CASES:
        start = time.monotonic()
        problem = check(CASES[name])
        failed += bool(problem)
        print(f"{name}: {problem or 'proved'} ({time.monotonic() - start:.0f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
