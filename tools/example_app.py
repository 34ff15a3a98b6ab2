"""The small applications on the site's home page, and what dlint prints and writes for them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

COLUMNS = 88
REQUIREMENTS = "flask==3.0.3\ngunicorn==22.0.0\npsycopg2==2.9.9\n"
APP = """\
import os

import psycopg2
from flask import Flask

app = Flask(__name__)


@app.get("/")
def index() -> str:
    with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT version()")
        return str(cursor.fetchone()[0])
"""
LINTED = """\
FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
CMD gunicorn --bind 0.0.0.0:8000 app:app
"""
OPTIMIZED = """\
FROM python:3.12
WORKDIR /app
COPY . .
RUN apt-get update
RUN apt-get install -y gcc libpq-dev
RUN pip install -r requirements.txt
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
"""
_WEB_FONT = re.compile(r"\s*@font-face \{\{.*?\}\}", re.DOTALL)


def lint_screenshot() -> str:
    """An SVG of the terminal after `dlint .`."""
    with tempfile.TemporaryDirectory() as directory:
        _write(Path(directory), LINTED)
        return _svg("dlint .", _dlint(directory, "check", "--format", "full", "."))


def optimize_example() -> str:
    """The Dockerfile before and after `dlint optimize --write`, and the figures of the plan, in Markdown."""
    with tempfile.TemporaryDirectory() as directory:
        _write(Path(directory), OPTIMIZED)
        plan = _dlint(directory, "optimize", ".")
        _dlint(directory, "optimize", "--write", ".")
        after = Path(directory, "Dockerfile").read_text("utf-8")
    figures = re.sub(r"\x1b\[[0-9;]*m", "", plan).rpartition("\n\n")[2]
    return (
        f"\nBefore:\n\n```dockerfile\n{OPTIMIZED}```\n\n"
        f"After `dlint optimize --write`:\n\n```dockerfile\n{after}```\n\n"
        f"The figures that `dlint optimize` prints for it:\n\n```text\n{figures}```\n\n"
    )


def _write(directory: Path, dockerfile: str) -> None:
    texts = {"Dockerfile": dockerfile, "requirements.txt": REQUIREMENTS, "app.py": APP, ".dockerignore": ".git\n"}
    for name, text in texts.items():
        (directory / name).write_text(text, "utf-8")


def _dlint(directory: str, *arguments: str) -> str:
    """What dlint prints on a terminal with colors and COLUMNS columns."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DLINT_")}
    terminal = {"COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "TERM": "xterm-256color", "FORCE_HYPERLINK": "0"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "dockerfile_dlint.lint", *arguments]
    done = subprocess.run(
        command, cwd=directory, env=environment | terminal, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def _svg(command: str, output: str) -> str:
    from rich._export_format import CONSOLE_SVG_FORMAT
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(Text.from_ansi(f"\x1b[1m$ {command}\x1b[0m\n{output.rstrip()}"))
    # An image loads no fonts from the web.
    code_format = _WEB_FONT.sub("", CONSOLE_SVG_FORMAT).replace("Fira Code, monospace", "ui-monospace, monospace")
    svg = console.export_svg(title="", code_format=code_format, unique_id="dlint")
    return "\n".join(line.rstrip() for line in svg.split("\n")) + "\n"
