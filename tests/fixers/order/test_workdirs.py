"""`RUN cd folder && …` is followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..rewrites.cases import rewritten

FILES = {"requirements.txt": "flask\n", "app.py": "", "client/package.json": "{}", "client/a.js": ""}


def test_cd_becomes_a_working_directory(tmp_path: Path) -> None:
    text = "FROM python:3.12-slim\nADD . /app\nRUN cd /app && pip install -r requirements.txt\nWORKDIR /app\nCMD a\n"
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
        "ADD . /app\nCMD a\n"
    )


def test_where_the_folder_is_asked_for_later_it_is_set_again(tmp_path: Path) -> None:
    text = "FROM node:22-slim\nCOPY . /app\nRUN cd /app/client && npm install && npm run build\nCMD node app/a\n"
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM node:22-slim\nWORKDIR /app/client\nCOPY client/package.json ./\nRUN npm install\n"
        "COPY . /app\nRUN npm run build\nWORKDIR /\nCMD node app/a\n"
    )


@pytest.mark.parametrize(
    "run",
    [
        "cd $X && pip install -r requirements.txt",
        "cd /app; pip install -r requirements.txt",
        "cd /app && cd x && pip install -r requirements.txt",
        "cd /app && make",
        "cd /app && pip install -e .",
    ],
)
def test_what_brings_nothing_stays(run: str, tmp_path: Path) -> None:
    text = f"FROM python:3.12-slim\nADD . /app\nRUN {run}\nCMD a\n"
    assert rewritten(tmp_path, text, FILES, "order").text == text
