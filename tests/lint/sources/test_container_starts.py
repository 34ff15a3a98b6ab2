"""How compose files, manifests of Kubernetes and Fly apps start containers of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dockerfile_dlint.lint.engine.planning import default_plans

from ..runner import dlint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COMPOSE = "services:\n  web:\n    build: .\n    image: acme/web:1\n"
POD = """\
apiVersion: v1
kind: Secret
---
apiVersion: batch/v1
kind: CronJob
spec:
  jobTemplate:
    spec:
      template:
        spec:
          initContainers:
            - image: registry.example.com/acme/web:v2
              command: [migrate, $(MODE)]
          containers:
            - name: other
              image: postgres
              args: [none]
            - name: web
              image: acme/web
              args: ["serve"]
              livenessProbe: {exec: {command: [pgrep, web]}}
              lifecycle:
                preStop: {exec: {command: [sleep, "5"]}}
"""


def starts(folder: Path, files: Mapping[str, str]) -> list[tuple[str, object, object, list[object], str]]:
    """How the files start containers of the Dockerfile next to them."""
    (folder / ".git").mkdir()
    for name, text in {"Dockerfile": "FROM debian:12\nCMD web\n", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    found = default_plans().container_starts(str(folder / "Dockerfile"), [str(folder)])
    return [
        (each.place.rpartition("/")[2], each.entrypoint, each.command, [*each.others], each.target) for each in found
    ]


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("command: git log", (None, ["git", "log"], [])),
        ("command: 'sh -c \"a b\"'", (None, ["sh", "-c", "a b"], [])),
        ("command: [git, log]", (None, ["git", "log"], [])),
        ("entrypoint: [a]\n    command: []", (["a"], [], [])),
        ("entrypoint: ''", ([], None, [])),
        ("command: a $$X ${Y:-d} ${Z}", (None, ["a", "$X", "d", "${Z}"], [])),
        ("healthcheck: {test: curl -f x}", (None, None, [["sh", "-c", "curl -f x"]])),
        ("healthcheck: {test: [CMD, curl, x]}", (None, None, [["curl", "x"]])),
        ("healthcheck: {test: [CMD-SHELL, curl x || exit 1]}", (None, None, [["sh", "-c", "curl x || exit 1"]])),
    ],
)
def test_a_compose_service_starts_the_image(service: str, expected: tuple[object, ...], tmp_path: Path) -> None:
    assert starts(tmp_path, {"compose.yaml": f"{COMPOSE}    {service}\n"}) == [("compose.yaml:2", *expected, "")]


@pytest.mark.parametrize("service", ["healthcheck: {disable: true}", "healthcheck: {test: [NONE]}", "ports: ['80:80']"])
def test_a_service_without_a_command_starts_what_the_image_says(service: str, tmp_path: Path) -> None:
    assert starts(tmp_path, {"compose.yaml": f"{COMPOSE}    {service}\n"}) == []


def test_other_services_and_files_start_the_same_image(tmp_path: Path) -> None:
    files = {
        "compose.yaml": COMPOSE
        + "  job: {image: 'acme/web:1', command: job}\n"
        + "  more:\n    extends: {service: web}\n    command: more\n"
        + "  db: {image: postgres, command: none}\n"
        + "  own: {build: own, command: none}\n",
        "compose.dev.yaml": "services:\n  web:\n    command: dev\n",
        "own/Dockerfile": "FROM debian:12\n",
    }
    found = [(place, command) for place, _, command, _, _ in starts(tmp_path, files)]
    assert found == [("compose.dev.yaml:2", ["dev"]), ("compose.yaml:5", ["job"]), ("compose.yaml:6", ["more"])]


def test_a_service_of_a_target_starts_that_stage(tmp_path: Path) -> None:
    text = "services:\n  a:\n    build: {context: ., target: dev}\n    command: dev\n"
    assert starts(tmp_path, {"compose.yaml": text}) == [("compose.yaml:2", None, ["dev"], [], "dev")]


def test_a_container_of_kubernetes_starts_the_image(tmp_path: Path) -> None:
    found = starts(tmp_path, {"compose.yaml": COMPOSE, "deploy/k8s/job.yaml": POD})
    assert sorted(found) == [
        ("job.yaml:12", ["migrate", "${MODE}"], None, [], ""),
        ("job.yaml:18", None, ["serve"], [["pgrep", "web"], ["sleep", "5"]], ""),
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"k8s/job.yaml": POD},  # which image it is, is unknown
        {"compose.yaml": COMPOSE, "chart/Chart.yaml": "name: x\n", "chart/templates/pod.yaml": POD},
        {"compose.yaml": COMPOSE, "k8s/job.yaml": POD.replace("migrate", "{{ .Values.command }}")},
        {"compose.yaml": COMPOSE, "k8s/job.yaml": "a: [\nimage containers\n"},
        {"compose.yaml": COMPOSE, "k8s/job.yaml": "image: &a\n  containers: [*a]\n"},
        {"compose.yaml": "services: [1]\nbuild: 2\n"},
    ],
)
def test_what_is_unknown_starts_nothing(files: dict[str, str], tmp_path: Path) -> None:
    assert starts(tmp_path, files) == []


def test_a_fly_app_starts_the_image(tmp_path: Path) -> None:
    text = "[build]\n[deploy]\nrelease_command = 'migrate up'\n[processes]\nweb = 'serve --x'\n"
    assert [command for _, _, command, _, _ in starts(tmp_path, {"fly.toml": text})] == [
        ["serve", "--x"],
        ["migrate", "up"],
    ]


def test_optimize_keeps_what_compose_starts(tmp_path: Path) -> None:
    dockerfile = 'FROM node:20-bookworm\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "a.js"]\n'
    files = {
        "Dockerfile": dockerfile,
        "package.json": '{"scripts": {"job": "git log"}}',
        "package-lock.json": "{}",
        "a.js": "",
        "compose.yaml": COMPOSE + "    healthcheck: {test: curl -f http://localhost}\n  job:\n    extends: web\n"
        "    command: npm run job\n",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    text = dlint("optimize", "--diff", "Dockerfile", cwd=tmp_path).out
    final = text.partition("FROM node:20-bookworm-slim\n")[2]
    assert "        curl \\\n" in final
    assert "        git \\\n" in final
