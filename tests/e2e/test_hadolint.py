"""dlint beside hadolint on repositories with a .hadolint.yaml: the same findings, the same exit status."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ..beside_hadolint import of_dlint, of_hadolint, run

APT = "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"
NODE = "FROM node:latest\nWORKDIR app\nCOPY . .\nRUN npm install express\nCMD node index.js\n"
COMMENTED = "# hadolint global ignore=DL3006\nFROM debian\n# hadolint ignore=DL3003,DL3059\nRUN cd /x && ls\n"
LABELS = 'FROM debian:12\nLABEL maintainer="nobody" version="one" other="x"\nLABEL Big="a"\n'

REPOSITORIES: dict[str, dict[str, str]] = {
    "rules are off": {
        ".hadolint.yaml": "ignored:\n  - DL3008\n  - DL3015\n  - SC2086\n",
        "Dockerfile": f"FROM debian:12\n{APT}RUN echo $HOME\n",
    },
    "some rules are off in several files": {
        ".hadolint.yaml": "---\nignored: [DL3006, DL3007, DL3016]\n",
        "Dockerfile": "FROM debian\nRUN sudo true\n",
        "web/Dockerfile": NODE,
        "api/Dockerfile": "FROM python:3.12\nRUN pip install flask && cd /tmp && ls\n",
    },
    "only errors fail, and none is left": {
        ".hadolint.yaml": "failure-threshold: error\noverride:\n  warning: [DL3000, DL3004]\n  info:\n    - DL3006\n",
        "Dockerfile": "FROM debian\nWORKDIR app\nRUN sudo true\n",
    },
    "only errors fail, and one is made": {
        ".hadolint.yaml": "failure-threshold: error\noverride:\n  error:\n    - DL3006\n  style: [DL3059]\n",
        "Dockerfile": "FROM debian\nRUN true\nRUN false\n",
    },
    "warnings fail, and there is none": {
        ".hadolint.yaml": "failure-threshold: warning\n",
        "Dockerfile": "FROM debian:12\nRUN true\nRUN false\n",
    },
    "style does not fail by itself": {
        ".hadolint.yml": "override:\n  style: [DL3059]\n",
        "Dockerfile": "FROM debian:12\nRUN true\nRUN false\nLABEL Upper=x\n",
    },
    "everything fails": {
        ".hadolint.yaml": "failure-threshold: none\noverride:\n  style: [DL3059]\n",
        "Dockerfile": "FROM debian:12\nRUN true\nRUN false\n",
    },
    "nothing fails": {
        ".hadolint.yaml": "no-fail: true\nno-color: true\n",
        "Dockerfile": NODE,
    },
    "registries": {
        ".hadolint.yaml": 'trustedRegistries:\n  - docker.io\n  - "*.example.com"\n',
        "Dockerfile": "FROM debian:12 AS a\nFROM registry.example.com/team/b:1\nCOPY --from=a /x /x\n",
        "other/Dockerfile": "FROM quay.io/team/c:1\n",
    },
    "labels": {
        ".hadolint.yaml": "label-schema: {maintainer: email, version: semver, needed: text}\nstrict-labels: true\n",
        "Dockerfile": LABELS,
    },
    "comments do not count": {
        ".hadolint.yaml": "disable-ignore-pragma: true\nignored: [DL3059]\n",
        "Dockerfile": COMMENTED + "RUN true\n",
    },
    "comments count": {
        ".hadolint.yaml": "ignored: []\n",
        "Dockerfile": COMMENTED,
        "b/Dockerfile": "FROM debian:12\n# hadolint ignore=DL3004\nRUN sudo a\nRUN sudo b\n",
    },
    "a rule that is off by itself": {
        ".hadolint.yaml": "override:\n  warning: [DL3057]\n",
        "Dockerfile": "FROM debian:12\nUSER nobody\n",
    },
    "clean": {
        ".hadolint.yaml": "ignored: [DL3008, DL9999, SC1091]\n",
        "Dockerfile": f"FROM debian:12\n{APT.replace('-y', '-y --no-install-recommends')}USER nobody\n",
    },
}


@pytest.mark.parametrize("name", REPOSITORIES)
def test_the_same_as_hadolint(name: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    files = [file for file in REPOSITORIES[name] if not file.startswith(".")]
    for file, text in REPOSITORIES[name].items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    theirs = of_hadolint(tmp_path, files)
    assert of_dlint(tmp_path, *files) == theirs
    assert of_dlint(tmp_path, ".") == theirs
    status, _ = run([sys.executable, "-m", "dockerfile_dlint.lint", "config", "migrate"], tmp_path)
    assert status == 0
    for old in (".hadolint.yaml", ".hadolint.yml"):
        (tmp_path / old).unlink(missing_ok=True)
    assert of_dlint(tmp_path, ".") == theirs, "the configuration that was written says the same"
