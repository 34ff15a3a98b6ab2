"""Which images are shipped: by path, stage, target, and the files that build them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dockerfile_dlint.lint.main import main
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.rules.stages.development import is_shipped_image, ships
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source


def build(text: str = "FROM a\n", target: str = "", path: str = "Dockerfile", **options: object) -> Build:
    return Build(parse(Source(text, path)), target=target, options=options)


@pytest.mark.parametrize(
    "path",
    [
        ".devcontainer/Dockerfile", "a/.devcontainer/b/Dockerfile", "tests/e2e/a/Dockerfile", "Dockerfile.tilt",
        "Dockerfile.ui.tilt", "tilt/Dockerfile", "playwright/compose/a/Dockerfile", ".github/actions/a/Dockerfile",
        ".ci/Dockerfile.cypress", "dev/docker/Dockerfile", "packaging/debian/Dockerfile", "tools/gen/Dockerfile",
        "docker/builder-go.dockerfile", "integration-tests/Dockerfile", "app\\tests\\Dockerfile",
        "compose/local/django/Dockerfile",
    ],
)  # fmt: skip
def test_paths_of_images_that_are_not_shipped(path: str) -> None:
    assert not is_shipped_image(build(path=path))
    assert is_shipped_image(build(path=path, pedantic=True))


@pytest.mark.parametrize(
    "path",
    [
        "Dockerfile", "docker/Dockerfile", "packaging/docker/alpine/Dockerfile", "Dockerfile.alpine",
        "latest/Dockerfile",
        "compose/production/django/Dockerfile", "local/share/a/Dockerfile",
        "contest/Dockerfile", "dev-portal/Dockerfile", "build/Dockerfile", "ci/Dockerfile.prod", "device/Dockerfile",
        "/home/tests/a/b/c/Dockerfile",
    ],
)  # fmt: skip
def test_paths_of_images_that_are_shipped(path: str) -> None:
    assert is_shipped_image(build(path=path))


def shipped(text: str, target: str = "") -> list[str]:
    model = build(text, target)
    return [stage.name for stage in model.stages if ships(model, stage)]


def test_stages() -> None:
    assert shipped("FROM a AS base\nFROM base AS prod\n") == ["base", "prod"]
    assert shipped("FROM a AS prod\nFROM prod AS dev-envs\n") == ["prod"]
    assert shipped("FROM a AS base\nFROM base AS pr-test2\n") == []
    assert shipped("FROM a AS base\nFROM base AS prod\nFROM base AS dev\n") == ["base"]
    assert shipped("FROM a AS prod\nFROM prod AS dev\n", "prod") == ["prod"]


@pytest.mark.parametrize(
    ("text", "is_for_development"),
    [
        ('FROM rust:1.80\nCOPY . .\nCMD ["cargo", "test"]\n', True),
        ("FROM rust:1.80\nCOPY . .\nCMD cargo test && cargo run\n", False),
        ("FROM rust:1.80\nRUN cargo test\nCMD a\n", False),
        ("FROM mcr.microsoft.com/devcontainers/python:3.12\nRUN a\n", True),
        ("FROM example.com/a/devcontainers:1\nRUN a\n", False),
        ('FROM node:22\nCMD ["npm", "run", "dev"]\n', False),
        ("FROM debian:12\nCMD tail -f /dev/null\n", False),
    ],
)
def test_what_the_image_is_based_on_and_starts(text: str, is_for_development: bool) -> None:
    assert is_shipped_image(build(text)) is not is_for_development


@pytest.mark.parametrize(
    ("text", "mounts", "is_for_development"),
    [
        ("FROM php:8.4\nWORKDIR /app\nCOPY . .\nCMD php -S 0.0.0.0:80\n", ["/app"], True),
        ("FROM php:8.4\nWORKDIR /app\nCOPY . .\nCMD php -S 0.0.0.0:80\n", ["/other"], False),
        ("FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD gunicorn a:app\n", ["/app"], False),
        ("FROM python:3.12\nWORKDIR /app\nCOPY main.py .\nCMD python main.py\n", ["/app"], False),
        ("FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nCMD gunicorn a:app\n", ["/app"], True),
        ("FROM php:8.4\nWORKDIR /app/www\nCOPY php.ini /etc/php/\nCMD php-fpm\n", ["/app/"], True),
        ("FROM php:8.4\nCMD php-fpm\n", ["/app"], False),
        ("FROM php:8.4\nWORKDIR /app\nCOPY . /\nCMD php-fpm\n", ["/app"], False),
        ("FROM php:8.4\nWORKDIR /app\nCMD php-fpm\n", [], False),
    ],
)
def test_services_that_mount_the_code(text: str, mounts: list[str], is_for_development: bool) -> None:
    assert is_shipped_image(build(text, **{"code-mounts": mounts})) is not is_for_development


COMPOSE = """\
services:
  web:
    build: ./web
    volumes:
      - VOLUME
"""


@pytest.mark.parametrize(
    ("volume", "is_for_development"),
    [
        ("./web:/app", True), (".:/app:ro", True), ("./web/:/app/", True),
        ("{type: bind, source: ./web, target: /app}", True),
        ("./web/conf:/app", False), ("./data:/app", False), ("web:/app", False), ("/app", False), ("./web:/srv", False),
        ("{type: volume, source: web, target: /app}", False),
    ],
)  # fmt: skip
def test_mounts_of_compose_services(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], volume: str, is_for_development: bool
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").write_text('FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["npm", "run", "dev"]\n')
    (tmp_path / "compose.yaml").write_text(COMPOSE.replace("VOLUME", volume))
    assert ("SEC001" in codes(capfd, str(tmp_path))) is not is_for_development
    (tmp_path / "compose.prod.yaml").write_text("services:\n  app:\n    build: ./web\n")
    assert "SEC001" in codes(capfd, str(tmp_path))


def test_a_target_that_is_only_copied_from_is_not_shipped() -> None:
    text = "FROM a AS lib\nRUN make\nFROM b\nCOPY --from=lib /a /a\nCMD a\n"
    assert shipped(text, "lib") == []
    assert shipped(text.replace("RUN make", "CMD make"), "lib") == ["lib"]
    assert shipped(text.replace("--from=lib ", ""), "lib") == ["lib"]


def codes(capfd: pytest.CaptureFixture[str], *words: str) -> list[str]:
    main(["check", "--isolated", "--format", "json", *words])
    return [each["code"] for each in json.loads(capfd.readouterr().out)["diagnostics"]]


DOCKERFILE = "FROM debian:12-slim\nCMD a\n"


def test_the_path_counts_from_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither the directory in which dlint runs nor those above the repository count."""
    repository = tmp_path / "tests" / "e2e" / "app"
    (repository / ".git").mkdir(parents=True)
    (repository / "test" / "a").mkdir(parents=True)
    (repository / "Dockerfile").write_text(DOCKERFILE)
    (repository / "test" / "a" / "Dockerfile").write_text(DOCKERFILE)
    monkeypatch.chdir(repository / "test" / "a")
    assert codes(capfd, "--select", "SEC001", "Dockerfile") == []
    assert codes(capfd, "--select", "SEC001", str(repository / "Dockerfile")) == ["SEC001"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"compose.yml": "services: {a: {build: .}}"}, ["SEC001"]),
        ({"compose.yml": "services: {a: {build: ., privileged: true}}"}, []),
        ({"compose.yml": "services: {a: {build: ., cap_add: [NET_ADMIN]}}"}, []),
        ({"compose.yml": "services: {a: {build: ., privileged: false}}"}, ["SEC001"]),
        ({"compose.yml": "services: {a: {build: ., user: '1000:1000'}}"}, []),
        ({"compose.yml": "services: {a: {build: ., user: '${APP_ID}'}}"}, []),
        ({"compose.yml": "services: {a: {build: ., user: root}}"}, ["SEC001"]),
        ({"compose.yml": "services: {a: {build: ., volumes: ['/var/run/docker.sock:/var/run/docker.sock']}}"}, []),
        ({"compose.yml": "services: {a: {build: ., volumes: [{type: bind, source: /run/docker.sock}]}}"}, []),
        ({"compose.yml": "services: {a: {build: ., volumes: ['./data:/data']}}"}, ["SEC001"]),
    ],
)
def test_privileges_of_a_service(
    files: dict[str, str], expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    for name, text in {"Dockerfile": DOCKERFILE, **files}.items():
        Path(name).write_text(text)
    assert codes(capfd, "--select", "SEC001", ".") == expected


@pytest.mark.parametrize(
    ("service", "name", "expected"),
    [
        ("e2e", "Dockerfile.x", []),
        ("web", "Dockerfile.x", ["SEC001"]),
        ("e2e", "Dockerfile", ["SEC001"]),
    ],
)
def test_a_service_for_tests(
    service: str, name: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A file that is just called Dockerfile may be deployed from elsewhere."""
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(DOCKERFILE)
    Path("compose.yml").write_text(f"services: {{{service}: {{build: {{context: ., dockerfile: {name}}}}}}}")
    assert codes(capfd, "--select", "SEC001", ".") == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("build.sh", 'ARGS+=(--build-arg "BASE=$B")\ndocker build $ARGS .\n', []),
        ("Makefile", "A := --build-arg BASE=$(B)\nall:\n\t$(DOCKER) $(A)\n", []),
        ("build.py", 'run(["docker", "build", "--build-arg", f"BASE={b}"])\n', []),
        ("build.py", 'args.append(f"--build-arg BASE={b}")\n', []),
        ("build.sh", "docker build --build-arg BASES=a .\n", ["BK017"]),
        ("notes.py", 'args.append(f"--build-arg BASE={b}")\n', ["BK017"]),
    ],
)
def test_build_arguments_of_any_command(
    name: str, text: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("Dockerfile").write_text("ARG BASE\nFROM $BASE\n")
    Path(name).write_text(text)
    assert codes(capfd, "--select", "BK017", ".") == expected


def test_copies_of_libraries_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for directory in ("lib/zed-1.2.3", "lib/zed", "app-1.2"):
        Path(directory).mkdir(parents=True)
        Path(directory, "Dockerfile").write_text("FROM debian:12\nMAINTAINER a\n")
    main(["check", "--isolated", "--format", "json", "--select", "DL4000", "."])
    found = {each["file"] for each in json.loads(capfd.readouterr().out)["diagnostics"]}
    assert found == {"lib/zed/Dockerfile", "app-1.2/Dockerfile"}
