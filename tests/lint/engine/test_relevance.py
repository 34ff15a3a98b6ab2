"""Findings that rarely matter where they are have low confidence, whatever rule reports them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dockerfile_dlint import lint_file
from dockerfile_dlint.rules import RULES
from dockerfile_dlint.rules.base import SCOPES

from ..runner import dlint

UNPINNED = "FROM debian:12-slim\nRUN pip install flask\n"


def found(path: Path, **config: object) -> dict[str, list[tuple[int, str]]]:
    """Line and confidence of the findings in the file, by code."""
    findings: dict[str, list[tuple[int, str]]] = {}
    for each in lint_file(path, config=config):
        findings.setdefault(each.code, []).append((each.start[0], each.confidence))
    return findings


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    return root


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("Dockerfile", True),
        ("web/Dockerfile", True),
        ("docs/recipes/Dockerfile", False),
        ("examples/flask/Dockerfile", False),
        ("tests/fixtures/Dockerfile", False),
        (".devcontainer/Dockerfile", False),
        ("Dockerfile.dev", False),
        ("examples/production/Dockerfile", True),
        ("sampler/Dockerfile", True),
        ("Dockerfile.example", False),
        ("docker/editable.Dockerfile", False),
        ("app/tests/gpu/misc/Dockerfile.cuda", False),
    ],
)
def test_images_that_nobody_ships(repository: Path, name: str, reported: bool) -> None:
    path = write(repository, name, UNPINNED)
    assert ("DL3013" in found(path)) == reported
    assert [each[1] for each in found(path, confidence="low")["DL3013"]] == ["high" if reported else "low"]
    assert "DL3013" in found(path, **{"extend-select": ["DL3013"]})


@pytest.mark.parametrize(
    ("header", "reported"),
    [
        ("# Used by `ci.sh`. Not suitable for production use.\n", False),
        ("# Only for local development\n\nARG A\n", False),
        ("# The image for production\n", True),
        ("# This is not the image for Windows\n", True),
    ],
)
def test_comments_before_the_first_instruction_say_what_nobody_ships(
    repository: Path, header: str, reported: bool
) -> None:
    path = write(repository, "Dockerfile", header + UNPINNED)
    assert ("DL3013" in found(path)) == reported


def test_comments_further_down_do_not_speak_for_the_image(repository: Path) -> None:
    assert "DL3013" in found(write(repository, "Dockerfile", f"{UNPINNED}# not for production\nRUN a\n"))


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("test/linters/hadolint/bad/Dockerfile", False),
        ("pkg/testdata/Dockerfile", False),
        ("tests/app/Dockerfile", True),
        ("linters/tests/Dockerfile", True),
        ("good/Dockerfile", True),
    ],
)
def test_mistakes_in_test_data_are_deliberate(repository: Path, name: str, reported: bool) -> None:
    path = write(repository, name, "FROM debian:12-slim\nCMD b\nENTRYPOINT a\n")
    assert ("COR004" in found(path)) == reported


def test_a_stage_for_development(repository: Path) -> None:
    text = "FROM debian:12-slim AS dev\nRUN pip install flask\nFROM debian:12-slim\nRUN pip install django\n"
    assert [each[0] for each in found(write(repository, "Dockerfile", text))["DL3013"]] == [4]


def test_what_fails_or_leaks_counts_everywhere(repository: Path) -> None:
    text = "FROM debian:12-slim\nENV API_KEY=AKIAQ3EGRIAZTX7BNPLM\nRUN useradd -u a; pip install flask>=2\n"
    assert {"COR016", "DL3064"} <= set(found(write(repository, "tests/Dockerfile", text)))


WRITABLE = "chmod -R 777 /srv/cache"


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (f"RUN {WRITABLE}", True),
        (f"# fix permissions\nRUN {WRITABLE}", True),
        (f"# the cache needs a warm start\nRUN {WRITABLE}", True),
        (f"# must be writable for arbitrary user IDs\nRUN {WRITABLE}", False),
        (f"# must be writable for arbitrary user IDs\n\nRUN {WRITABLE}", True),
        (f"# copy the cache, which must be quick. Set permissions.\nRUN {WRITABLE}", True),
        (f"RUN true && \\\n# world-writable so that\n# any user can start it\n    {WRITABLE}", False),
        (f"RUN {WRITABLE} && \\\n# (777 because Apt runs as another user)\n    true", False),
        (f"RUN {WRITABLE} && \\\n# must be writable, too\n    ls", True),
        (f"RUN {WRITABLE} # needed to be writable by any user", False),
        (f"RUN <<EOF\nset -e\n# needs to be writable for everyone\n{WRITABLE}\nEOF", False),
    ],
)
def test_a_comment_that_gives_the_reason(repository: Path, text: str, reported: bool) -> None:
    path = write(repository, "Dockerfile", f"FROM debian:12-slim\n{text}\n")
    assert ("SEC009" in found(path)) == reported
    assert "SEC009" in found(path, confidence="low")


LEGACY = "FROM debian:12-slim\nENV LANG C.UTF-8\nRUN chmod 777 /srv\n"


@pytest.mark.parametrize(
    ("header", "reported"),
    [
        ("# Our image.\n", True),
        ("# Dockerfile generated by fly launch\n", True),
        ("FROM alpine AS a\n# do not edit: read by release.sh\nARG V=1\n", True),
        ("# NOTE: THIS DOCKERFILE IS GENERATED VIA make.sh\n", False),
        ("# Please do not edit it directly.\n", False),
        ("# This file is auto-generated\n", False),
        ("# This file was generated from Dockerfile.tmpl\n", False),
    ],
)
def test_matters_of_style_in_a_generated_file(repository: Path, header: str, reported: bool) -> None:
    path = write(repository, "Dockerfile", header + LEGACY)
    assert ("BK013" in found(path)) == reported
    assert "SEC009" in found(path)
    assert "BK013" in found(path, confidence="low")


@pytest.mark.parametrize("template", ["Dockerfile.template", "base.Dockerfile.j2", "Dockerfile-debian.tmpl"])
def test_a_file_made_from_a_template(repository: Path, template: str) -> None:
    path = write(repository, "images/web/Dockerfile", LEGACY)
    write(repository, template, "FROM alpine\nRUN nothing of this\n")
    assert "BK013" in found(path)
    write(repository, template, "FROM debian:{{ tag }}\n" + LEGACY.partition("\n")[2])
    assert "BK013" not in found(path)


def test_old_versions_that_have_a_newer_one(repository: Path) -> None:
    text = "FROM debian:9\nRUN chmod 777 /srv\n"
    old = write(repository, "2.9/web/Dockerfile", text)
    assert {"BAS001", "SEC009"} <= set(found(old))
    write(repository, "2.10/Dockerfile", text)
    assert "BAS001" in found(old)
    new = write(repository, "2.10/web/Dockerfile", text)
    assert {"BAS001", "SEC009"} <= set(found(new))
    assert not {"BAS001", "SEC009"} & set(found(old))


def test_a_package_for_the_release_that_has_ended(repository: Path) -> None:
    for package, reported in (("app=1.2~stretch", False), ("app=1.2+deb9u1", False), ("app=1.2", True)):
        path = write(repository, "Dockerfile", f"FROM debian:9-slim\nRUN apt-get install -y {package}\n")
        assert ("BAS001" in found(path)) == reported


def test_images_of_the_project_by_directory(repository: Path) -> None:
    path = write(repository, "images/web/Dockerfile", "ARG O=team\nFROM quay.io/$O/base-image\nCMD a\n")
    assert "DL3006" in found(path)
    write(repository, "images/base_image/Dockerfile", "FROM debian:12-slim\n")
    assert "DL3006" not in found(path)
    own = write(repository, "images/base_image/Dockerfile", "FROM quay.io/other/base-image\n")
    assert "DL3006" in found(own)


@pytest.mark.parametrize(
    "text",
    [
        "run('docker', ['build', '--build-arg', `TAG=${tag}`])",
        'args.push("--build-arg", "TAG=" + tag)',
        'command = ["docker", "build", "--build-arg", f"TAG={tag}"]',
    ],
)
def test_build_arguments_of_programs(repository: Path, text: str) -> None:
    path = write(repository, "Dockerfile", "ARG TAG\nFROM debian:${TAG}\n")
    program = "bin/images.js" if "`" in text else "bin/all.py"
    assert "BK017" in found(path)
    write(repository, program, text)
    assert "BK017" not in found(path)


def test_style_is_reported_once_in_a_file(repository: Path) -> None:
    path = write(repository, "Dockerfile", "FROM debian:12-slim\n" + "".join(f"ENV A{n} b\n" for n in range(8)))

    def lines(*options: str) -> list[str]:
        done = dlint("--isolated", *options, path.name, cwd=repository)
        return [line for line in done.out.splitlines() if " BK013 " in line]

    [line] = lines()
    assert line.startswith("Dockerfile:2:") and "(also on lines 3, 4, 5, 6, 7 and 2 more)" in line
    for options in (("--select", "BK013"), ("--confidence", "low"), ("--profile", "buildkit")):
        assert len(lines(*options)) == 8
    log = json.loads(dlint("--isolated", "--format", "sarif", path.name, cwd=repository).out)
    [result] = [each for each in log["runs"][0]["results"] if each["ruleId"] == "BK013"]
    assert [each["physicalLocation"]["region"]["startLine"] for each in result["relatedLocations"]] == [*range(3, 10)]
    assert not lines("--fix")


def test_scopes() -> None:
    assert {rule.scope for rule in RULES} == set(SCOPES)
    errors = {rule.code for rule in RULES if rule.level == "error" and rule.scope != "everywhere"}
    assert not errors
