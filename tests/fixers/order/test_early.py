"""Installs of packages by name go before the source."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..rewrites.cases import rewritten

FILES = {"app.py": "", "src/a.py": "", "package.json": "{}"}


def test_packages_by_name_go_before_the_source(tmp_path: Path) -> None:
    text = """\
FROM debian:12
WORKDIR /app

# the source
COPY . .
EXPOSE 80

# for downloads
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
RUN pip install --upgrade pip
RUN make
"""
    expected = """\
FROM debian:12
WORKDIR /app

# for downloads
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
RUN pip install --upgrade pip

# the source
COPY . .
EXPOSE 80
RUN make
"""
    result = rewritten(tmp_path, text, FILES, "order")
    assert result.text == expected
    titles = [step.title for outcome in result.outcomes for step in outcome.steps]
    assert titles == ["Install `curl` before copying the source", "Install `pip` before copying the source"]
    assert rewritten(tmp_path, expected, FILES, "order").text == expected


def test_then_the_dependencies_no_longer_wait(tmp_path: Path) -> None:
    text = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN apt-get install -y gcc\nRUN pip install -r r.txt\n"
    result = rewritten(tmp_path, text, {**FILES, "r.txt": "flask\n"}, "order")
    assert result.text == (
        "FROM python:3.12-slim\nWORKDIR /app\nRUN apt-get install -y gcc\n"
        "COPY r.txt ./\nRUN pip install -r r.txt\nCOPY . .\n"
    )


@pytest.mark.parametrize(
    "steps",
    [
        "COPY . .\nRUN apt-get install -y ./a.deb",
        "COPY . .\nRUN apt-get install -y gcc && make",
        "COPY . .\nRUN make\nRUN apt-get install -y gcc",
        "COPY . /\nRUN apt-get install -y gcc",
        "COPY . /etc/apt\nRUN apt-get install -y gcc",
        "COPY . /var/www/html\nRUN apt-get install -y nginx",
        "COPY . /root\nRUN npm install -g pnpm",
        "COPY . .\nENV PATH=/app/bin:$PATH\nRUN pip install flask",
        "COPY . .\nUSER node\nRUN npm install -g pnpm",
        'COPY . .\nSHELL ["/bin/bash", "-c"]\nRUN apt-get install -y gcc',
        "COPY . .\nARG WHAT=gcc\nRUN apt-get install -y $WHAT",
        "COPY . .\nCOPY --from=tools /usr/local/bin/npm /usr/local/bin/npm\nRUN npm install -g pnpm",
        "COPY package.json .\nRUN npm install -g pnpm",
        "COPY . .\nRUN npm install",
        "COPY . .\nRUN --mount=type=bind,target=/x apt-get install -y gcc",
    ],
)
def test_what_may_need_the_source_stays(steps: str, tmp_path: Path) -> None:
    text = f"FROM debian:12\nWORKDIR /app\n{steps}\n"
    files = {**FILES, "package.json": '{"scripts": {"prepare": "x"}}', "etc/a": ""}
    assert rewritten(tmp_path, text, files, "order").text == text
