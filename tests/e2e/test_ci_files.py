"""The files for services: the lines that they read are the lines that dlint writes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from .conftest import CHECKOUT

BAD = "FROM debian\nRUN apt-get install curl\nCOPY\n"


def run(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dockerfile_dlint.lint", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_the_problem_matcher_reads_plain_lines(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(BAD)
    matchers = json.loads((CHECKOUT / "ci" / "problem-matcher.json").read_text())["problemMatcher"]
    lines = run(tmp_path, "-q", ".").splitlines()
    assert lines
    for line in lines:
        owners = [m["owner"] for m in matchers if re.search(m["pattern"][0]["regexp"], line)]
        assert owners == ["dlint-error" if " error: " in line else "dlint-warning"]


@pytest.mark.e2e
def test_the_action_runs_its_steps(project: Path, tmp_path: Path) -> None:
    """Both steps of the composite action, with their inputs, as the runner calls them."""
    action = yaml.safe_load((CHECKOUT / "action.yml").read_text())
    (tmp_path / "Dockerfile").write_text(BAD)
    env = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "DLINT_ACTION": str(project),
        "DLINT_EXTRA": "",
        "DLINT_PATHS": ".",
        "DLINT_ARGS": "--select DL3014,SYN",
        "DLINT_SARIF": "out.sarif",
    }
    import os

    env |= {
        name: value
        for name, value in os.environ.items()
        if name.lower().startswith(("pip_", "http", "ssl", "requests"))
    }
    (tmp_path / "temp").mkdir()
    install, lint = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    done = subprocess.run(
        ["bash", "-e", "-c", install], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    done = subprocess.run(
        ["bash", "-e", "-c", lint], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "::warning file=Dockerfile,line=2" in done.stdout
    assert "::error file=Dockerfile,line=3" in done.stdout
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"


def test_the_action_uploads_what_it_wrote_also_after_findings() -> None:
    action = yaml.safe_load((CHECKOUT / "action.yml").read_text())
    *_, upload = action["runs"]["steps"]
    assert upload["uses"].startswith("github/codeql-action/upload-sarif@")
    assert upload["with"]["sarif_file"] == "${{ inputs.sarif }}"
    assert upload["if"] == "${{ !cancelled() && inputs.sarif != '' && inputs.upload-sarif == 'true' }}"
    assert action["inputs"]["upload-sarif"]["default"] == "false"
    page = (CHECKOUT / "docs" / "ci.md").read_text()
    for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        for job in yaml.safe_load(block.replace("<", "").replace(">", ""))["jobs"].values():
            for step in job["steps"]:
                assert set(step.get("with", ())) <= action["inputs"].keys()


def test_the_gitlab_job_names_its_report() -> None:
    job = yaml.safe_load((CHECKOUT / "ci" / "gitlab.yml").read_text())["dlint"]
    report = job["artifacts"]["reports"]["codequality"]
    assert f"--output gitlab={report}" in job["script"][1]
