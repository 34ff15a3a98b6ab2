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
        "FROM mine\nRUN apk add --no-cache curl\n",
        "FROM mine\nRUN dnf install -y curl\n",
        "FROM redhat/ubi9\nRUN microdnf install -y curl\n",
        "FROM maven:3 AS a\nRUN mvn dependency:go-offline\nRUN mvn -o package\nFROM debian\nCOPY --from=a /a /b\n",
        "FROM maven:3 AS a\nRUN mvn -f lib install\nRUN mvn -f app package\nFROM debian\nCOPY --from=a /a /b\n",
        "FROM maven:3 AS a\nRUN mvn package\nFROM debian\nCOPY --from=a /root/.m2 /b\n",
        "FROM maven:3 AS a\nCOPY x /root/.m2/repository/x\nRUN mvn package\nFROM debian\nCOPY --from=a /a /b\n",
        "FROM maven:3 AS a\nRUN mvn package\nRUN ./publish\nFROM debian\nCOPY --from=a /a /b\n",
        "FROM maven:3\nRUN mvn package\nCMD mvn spring-boot:run\n",
        "FROM golang AS a\nRUN go mod download\nRUN make\nFROM debian\nCOPY --from=a /a /b\n",
        "FROM golang AS a\nRUN go mod download\nFROM a AS b\nRUN make\nFROM debian\nCOPY --from=b /a /b\n",
        "FROM golang AS a\nRUN go build\nFROM debian\nCOPY --from=a / /b\n",
        "FROM golang AS a\nRUN go build\nFROM debian\nRUN --mount=from=a,target=/x cp /x/a /\n",
        "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS a\nRUN dotnet restore\nRUN dotnet publish --no-restore\nFROM x\n",
        "FROM ruby:3.3\nRUN bundle config set deployment true && bundle install\nCMD ruby a.rb\n",
        "FROM node:22\nRUN npm ci && rm -rf /root/.npm/_logs /root || true\nCMD a\n",
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


@pytest.mark.parametrize(
    ("base", "run", "target", "after"),
    [
        ("maven:3", "mvn -B package", "/root/.m2/repository", ""),
        ("gradle:8", "./gradlew build", "/root/.gradle/caches,sharing=locked", ""),
        ("rust:1", "cargo build --release", "/usr/local/cargo/registry", ""),
        ("mcr.microsoft.com/dotnet/sdk:8.0", "dotnet publish -o /out", "/root/.nuget/packages", ""),
        ("ruby:3.3", "bundle install && rm -rf /usr/local/bundle/cache", "/usr/local/bundle/cache", "bundle install"),
        ("oven/bun:1", "bun install", "/root/.bun/install/cache", ""),
        ("python:3", "pipenv sync", "/root/.cache/pipenv", ""),
        ("node:22", "yarn install", "/usr/local/share/.cache/yarn", ""),
        ("node:22", "pnpm install", "/root/.local/share/pnpm/store", ""),
        ("composer:2", "composer install", "/tmp/cache", "COMPOSER_CACHE_DIR=/tmp/cache composer install"),
        ("alpine:3", "apk add --no-cache a", "/etc/apk/cache,sharing=locked", "apk add --update-cache a"),
        ("alpine:3", "apk add -U a && rm -rf /var/cache/apk/*", "/etc/apk/cache,sharing=locked", "apk add -U a"),
        (
            "fedora:42",
            "dnf install -y a && dnf clean all",
            "/var/cache/libdnf5,sharing=locked",
            "dnf install --setopt=keepcache=1 -y a",
        ),
        ("rockylinux:9", "dnf install a", "/var/cache/dnf,sharing=locked", "dnf install --setopt=keepcache=1 a"),
        ("centos:7", "yum install a", "/var/cache/yum,sharing=locked", "yum install --setopt=keepcache=1 a"),
    ],
)
def test_managers_and_their_caches(base: str, run: str, target: str, after: str, tmp_path: Path) -> None:
    text = f"FROM {base} AS build\nWORKDIR /a\nRUN {run}\n\nFROM debian:12\nCOPY --from=build /a/b /b\nCMD /b\n"
    new = rewritten(tmp_path, text, {}, "cache-mounts").text
    assert f"WORKDIR /a\nRUN --mount=type=cache,target={target} \\\n    " in new
    assert f"    {after or run}\n\nFROM" in new
    assert "no RUN uses" in refusal(tmp_path, new, {}, "cache-mounts")


def test_every_later_command_of_the_manager_gets_the_mount(tmp_path: Path) -> None:
    text = (
        "FROM golang:1.25 AS build\nWORKDIR /a\nCOPY go.mod .\nRUN go mod download\nCOPY . .\nRUN go build -o /b .\n"
        "FROM debian:12\nCOPY --from=build /b /b\nCMD /b\n"
    )
    assert rewritten(tmp_path, text, {}, "cache-mounts").text.count("target=/go/pkg/mod") == 2


@pytest.mark.parametrize(
    ("files", "target"),
    [
        ({"package.json": '{"packageManager": "yarn@4.1.0"}'}, "/root/.yarn/berry/cache"),
        ({"package.json": '{"packageManager": "yarn@3.1.0"}', ".yarnrc.yml": ""}, ""),
        ({".yarnrc.yml": "enableGlobalCache: true\n"}, "/root/.yarn/berry/cache"),
        ({"yarn.lock": "# yarn lockfile v1\n"}, "/usr/local/share/.cache/yarn"),
        ({"yarn.lock": "__metadata:\n  version: 8\n"}, ""),
    ],
)
def test_the_cache_of_yarn_depends_on_its_release(files: dict[str, str], target: str, tmp_path: Path) -> None:
    text = "FROM node:22\nWORKDIR /a\nCOPY . .\nRUN yarn install\nCMD a\n"
    new = rewritten(tmp_path, text, files, "cache-mounts").text
    assert f"target={target} " in new if target else new == text


CARGO = (
    "FROM rust:1 AS build\nWORKDIR /src\nCOPY . .\nRUN cargo build --release\n\n"
    "FROM debian:12\nCOPY --from=build /src/target/release/a /usr/local/bin/\nCMD a\n"
)


def test_the_target_of_cargo_is_kept_and_the_program_copied_out_of_it(tmp_path: Path) -> None:
    new = rewritten(tmp_path, CARGO, {}, "cache-mounts").text
    assert new == (
        "FROM rust:1 AS build\nWORKDIR /src\nCOPY . .\nRUN --mount=type=cache,target=/usr/local/cargo/registry \\\n"
        "    --mount=type=cache,target=/usr/local/cargo/git/db \\\n"
        "    --mount=type=cache,target=/src/target,sharing=locked \\\n"
        "    cargo build --release \\\n    && mkdir -p /out \\\n    && cp -r target/release/a /out/\n\n"
        "FROM debian:12\nCOPY --from=build /out/a /usr/local/bin/\nCMD a\n"
    )
    assert "no RUN uses" in refusal(tmp_path, new, {}, "cache-mounts")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("COPY . .\n", "COPY . .\nRUN cargo fetch && cargo test\n"),
        ("COPY . .\n", "COPY . .\nENV CARGO_TARGET_DIR=/t\n"),
        ("--release\n", "--release\nRUN strip target/release/a\n"),
        ("--release\n", "--release || true\n"),
        ("/src/target/release/a ", "/src/target/release/* "),
        ("/src/target/release/a ", "/src "),
        ("/src/target/release/a ", "/src/target/release/a /src/target/debug/a "),
        ("cargo build", "cargo build --target-dir /x"),
        ("cargo build", "cd sub && cargo build"),
        ("COPY . .\n", "COPY . .\nCOPY --from=x /out /out\n"),
    ],
)
def test_the_target_of_cargo_stays_where_it_may_be_needed(old: str, new: str, tmp_path: Path) -> None:
    assert "target=/src/target" not in rewritten(tmp_path, CARGO.replace(old, new), {}, "cache-mounts").text


def test_a_cleanup_of_other_directories_stays(tmp_path: Path) -> None:
    text = (
        "FROM debian:12\nRUN apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/* /tmp/* /var/tmp/*\n"
        "FROM node:22\nRUN npm ci && rm -rf /root/.npm /tmp/x\nCMD a\n"
    )
    new = rewritten(tmp_path, text, {}, "cache-mounts").text
    assert "apt-get install -y a && rm -rf /tmp/* /var/tmp/*\n" in new
    assert "npm ci && rm -rf /tmp/x\n" in new


@pytest.mark.parametrize("base", ["example.org/rust:1", "$BASE"])
def test_the_home_of_cargo_is_unknown_in_an_unknown_image(base: str, tmp_path: Path) -> None:
    text = f"ARG BASE\nFROM {base} AS build\nRUN cargo build\nFROM debian:12\nCOPY --from=build /x /x\nCMD /x\n"
    assert "no RUN uses" in refusal(tmp_path, text, {}, "cache-mounts")
