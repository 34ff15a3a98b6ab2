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
    assert "no RUN uses" in refusal(tmp_path, once, {}, "cache-mounts")


@pytest.mark.parametrize(
    "text",
    [
        "FROM node:22\nUSER app\nRUN npm ci\n",
        "FROM node:22\nRUN useradd -m app\nUSER app\nRUN npm ci\n",
        "FROM node:22\nRUN npm ci || npm cache clean --force\n",
        "FROM python:3.12\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask\n",
        "FROM maven:3\nRUN mvn package\n",
        "FROM mine\nRUN apt-get update && apt-get install -y curl\n",
        "FROM debian:12\nRUN apt-get update && ./install.sh && apt-get install -y curl || exit 1\n",
        "FROM alpine\nRUN apk add curl\n",
    ],
)
def test_what_would_gain_nothing_or_break_is_left_alone(text: str, tmp_path: Path) -> None:
    assert "no RUN uses" in refusal(tmp_path, text, {}, "cache-mounts")


def test_it_is_made_on_request_only(tmp_path: Path) -> None:
    from dockerfile_dlint.fixers.optimize.pipeline import DEFAULT_REWRITES

    assert "cache-mounts" not in DEFAULT_REWRITES


def test_apt_keeps_lists_and_packages(tmp_path: Path) -> None:
    text = (
        "FROM debian:12\nRUN apt-get update && apt-get install -y curl && apt-get clean && rm -rf /var/lib/apt/lists/*"
        "\nRUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/* && git --version\n"
    )
    mounts = (
        "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\\n"
        "    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \\\n    "
    )
    assert rewritten(tmp_path, text, {}, "cache-mounts").text == (
        f"FROM debian:12\n{mounts}rm -f /etc/apt/apt.conf.d/docker-clean \\\n"
        "    && apt-get update && apt-get install -y curl\n"
        f"{mounts}apt-get update && apt-get install -y git && git --version\n"
    )


@pytest.mark.parametrize(
    ("user", "target"),
    [
        ("FROM node:22\nUSER node", "/home/node/.npm,uid=1000,gid=1000"),
        ("FROM node:22\nRUN useradd -m -u 1001 app\nUSER app", "/home/app/.npm,uid=1001"),
        ("FROM node:22-alpine\nRUN adduser -D -u 1001 -h /srv app\nUSER app", "/srv/.npm,uid=1001"),
    ],
)
def test_the_mount_belongs_to_the_user(user: str, target: str, tmp_path: Path) -> None:
    text = f"{user}\nRUN npm ci && npm cache clean --force\n"
    expected = f"{user}\nRUN --mount=type=cache,target={target} \\\n    npm ci\n"
    assert rewritten(tmp_path, text, {}, "cache-mounts").text == expected


def test_the_environments_of_poetry_lie_in_no_mount(tmp_path: Path) -> None:
    text = "FROM python:3.12\nCOPY . .\nRUN poetry install --no-root\n"
    assert rewritten(tmp_path, text, {}, "cache-mounts").text == (
        "FROM python:3.12\nCOPY . .\nRUN --mount=type=cache,target=/root/.cache/pypoetry/cache \\\n"
        "    --mount=type=cache,target=/root/.cache/pypoetry/artifacts \\\n    poetry install --no-root\n"
    )
