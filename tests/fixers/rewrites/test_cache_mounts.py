"""Cache mounts for downloads, on request."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import refusal, rewritten


def test_every_install_of_root_gets_a_mount(tmp_path: Path) -> None:
    text = (
        "FROM python:3.12 AS a\nCOPY . .\nRUN pip install --no-cache-dir -r requirements.txt\n"
        "FROM golang:1.25\nWORKDIR /a\nCOPY . .\nRUN go build -o b .\nRUN ls\nCMD a\n"
    )
    assert rewritten(tmp_path, text, {}, "cache-mounts").text == (
        "FROM python:3.12 AS a\nCOPY . .\n"
        "RUN --mount=type=cache,target=/root/.cache/pip \\\n    pip install -r requirements.txt\n"
        "FROM golang:1.25\nWORKDIR /a\nCOPY . .\n"
        "RUN --mount=type=cache,target=/go/pkg/mod \\\n    --mount=type=cache,target=/root/.cache/go-build \\\n"
        "    go build -o b .\nRUN ls\nCMD a\n"
    )


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    once = rewritten(tmp_path, "FROM node:22\nCOPY . .\nRUN npm ci\nCMD a\n", {}, "cache-mounts").text
    assert "target=/root/.npm" in once
    assert "no RUN by root installs" in refusal(tmp_path, once, {}, "cache-mounts")


@pytest.mark.parametrize(
    "text",
    [
        "FROM node:22\nUSER node\nRUN npm ci\n",
        "FROM python:3.12\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask\n",
        "FROM maven:3\nRUN mvn package\n",
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
    ],
)
def test_what_would_gain_nothing_or_break_is_left_alone(text: str, tmp_path: Path) -> None:
    assert "no RUN by root installs" in refusal(tmp_path, text, {}, "cache-mounts")


def test_it_is_made_on_request_only(tmp_path: Path) -> None:
    from dockerfile_dlint.fixers.rewrites.optimize import NAMES

    assert "cache-mounts" not in NAMES
