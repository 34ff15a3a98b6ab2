"""Every kind of file that builds a Dockerfile gives its context, target and arguments to a run of dlint."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..lint.runner import dlint

# The file, its text, and the line of the build. The Dockerfile is docker/app.Dockerfile, built from `web`.
BUILDS = {
    "compose": (
        "compose.yaml",
        "services:\n  web:\n    build: {context: web, dockerfile: ../docker/app.Dockerfile, target: prod, "
        "args: {TAG: '12'}}\n",
        3,
    ),
    "bake": (
        "docker-bake.hcl",
        'target "web" {\n  context = "web"\n  dockerfile = "../docker/app.Dockerfile"\n  target = "prod"\n'
        '  args = { TAG = "12" }\n}\n',
        1,
    ),
    "github": (
        ".github/workflows/ci.yml",
        "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          context: web\n"
        "          file: docker/app.Dockerfile\n          target: prod\n          build-args: TAG=12\n",
        4,
    ),
    "github-run": (
        ".github/workflows/ci.yml",
        "jobs:\n  a:\n    steps:\n      - run: |\n          cd web\n"
        "          docker build -f ../docker/app.Dockerfile --target prod --build-arg TAG=12 .\n",
        6,
    ),
    "gitlab": (
        ".gitlab-ci.yml",
        "a:\n  script:\n    - docker build -f docker/app.Dockerfile --target=prod --build-arg TAG=12 web\n",
        3,
    ),
    "azure": (
        "azure-pipelines.yml",
        "steps:\n  - script: docker build -f docker/app.Dockerfile --target prod --build-arg TAG=12 web\n",
        2,
    ),
    "circleci": (
        ".circleci/config.yml",
        "jobs:\n  a:\n    steps:\n      - run:\n          name: image\n"
        "          command: docker build -f docker/app.Dockerfile --target prod --build-arg TAG=12 web\n",
        6,
    ),
    "make": (
        "Makefile",
        "CONTEXT := web\nARGS = --build-arg TAG=12 \\\n  --target prod\n\nimage:\n"
        "\t@docker build $(ARGS) -f docker/app.Dockerfile $(CONTEXT)\n",
        6,
    ),
    "shell": (
        "scripts/build.sh",
        '#!/bin/sh\nset -eu\ncd "$(dirname "$0")/.."\npushd web\n'
        'docker build -t "app:$(git rev-parse HEAD)" --target prod --build-arg TAG=12 -f ../docker/app.Dockerfile .\n',
        5,
    ),
    "npm": (
        "package.json",
        '{\n  "scripts": {\n    "image": "docker build -f docker/app.Dockerfile --target prod --build-arg TAG=12 web"\n'
        "  }\n}\n",
        3,
    ),
    "task": (
        "Taskfile.yml",
        "version: '3'\nvars: {FILE: ../docker/app.Dockerfile}\ntasks:\n  image:\n    dir: web\n    cmds:\n"
        "      - docker build -f {{.FILE}} --target prod --build-arg TAG=12 .\n",
        7,
    ),
    "just": (
        "justfile",
        'dir := "web"\n\nimage tag="x":\n'
        "    docker build -t {{tag}} -f docker/app.Dockerfile --target prod --build-arg TAG=12 {{dir}}\n",
        4,
    ),
    "tilt": (
        "Tiltfile",
        "docker_build(\n    'app', 'web', dockerfile='docker/app.Dockerfile', target='prod',\n"
        "    build_args={'TAG': '12'})\n",
        1,
    ),
    "skaffold": (
        "skaffold.yaml",
        "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n    - image: app\n      context: web\n"
        "      docker:\n        dockerfile: ../docker/app.Dockerfile\n        target: prod\n"
        "        buildArgs: {TAG: '12', REV: '{{.REV}}'}\n",
        5,
    ),
    "devcontainer": (
        ".devcontainer/devcontainer.json",
        '{\n  // Comments and trailing commas are allowed.\n  "build": {\n'
        '    "dockerfile": "../docker/app.Dockerfile", "context": "../web", "target": "prod",\n'
        '    "args": {"TAG": "12",},\n  },\n}\n',
        4,
    ),
    "cloudbuild": (
        "cloudbuild.yaml",
        "steps:\n  - name: gcr.io/cloud-builders/docker\n"
        "    args: [build, -t, '$_IMAGE:$COMMIT_SHA', -f, docker/app.Dockerfile, --target, prod, "
        "--build-arg, 'TAG=${_TAG}', web]\nsubstitutions: {_TAG: '12'}\n",
        2,
    ),
    "jenkins": (
        "Jenkinsfile",
        "pipeline {\n  stages {\n    stage('image') { steps {\n      dir('web') {\n"
        "        sh 'docker build -f ../docker/app.Dockerfile --target prod --build-arg TAG=12 .'\n"
        "      }\n    } }\n  }\n}\n",
        5,
    ),
    "readme": (
        "README.md",
        "# App\n\n```console\n$ docker build -f docker/app.Dockerfile --target prod --build-arg TAG=12 web\n```\n",
        4,
    ),
}
DOCKERFILE = "ARG TAG\nFROM alpine:$TAG AS prod\nCOPY . /app\nFROM prod\nRUN true\n"


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository in which nothing tells the context of docker/app.Dockerfile."""
    (tmp_path / ".git").mkdir()
    for name in ("web/index.js", "web/.env", "docker/entrypoint.sh", "main.js", ".env"):
        write(tmp_path, name, "x\n")
    write(tmp_path, "docker/app.Dockerfile", DOCKERFILE)
    return tmp_path


def lint(project: Path, *more: str) -> tuple[list[str], str]:
    done = dlint("--isolated", "--select", "CTX,BK017,DL3006", "--confidence", "low", "-v", *more, ".", cwd=project)
    return done.codes, done.err


@pytest.mark.parametrize("kind", BUILDS)
def test_a_file_that_builds(kind: str, project: Path) -> None:
    name, text, line = BUILDS[kind]
    write(project, name, text)
    codes, notes = lint(project)
    assert codes == ["CTX001"], "the context is known, and the argument is given"
    assert f"docker/app.Dockerfile: build context: web (from {name}:{line}), no ignore file" in notes
    shown = dlint("config", "show", "docker/app.Dockerfile", cwd=project).out
    assert f"# {name}:{line} " in shown
    assert 'context = "web", target = "prod"' in shown
    assert 'build-args = { TAG = "12"' in shown


def test_fly_toml(project: Path) -> None:
    write(project, "web/fly.toml", '[build]\ndockerfile = "../docker/app.Dockerfile"\n[build.args]\nTAG = "12"\n')
    write(project, "web/Dockerfile", "FROM alpine:3.20\n")
    assert "docker/app.Dockerfile: build context: assumed" in lint(project)[1], "fly.toml is read next to the file"
    write(project, "fly.toml", '[build]\ndockerfile = "docker/app.Dockerfile"\n[build.args]\nTAG = "12"\n')
    codes, notes = lint(project)
    assert codes == ["CTX001"]
    assert f"docker/app.Dockerfile: build context: {project} (from fly.toml:1)" in notes


def test_a_comment_in_the_dockerfile(project: Path) -> None:
    comment = "# Build: docker build -t app --target prod \\\n#   --build-arg TAG=12 -f docker/app.Dockerfile web\n"
    write(project, "docker/app.Dockerfile", comment + DOCKERFILE)
    codes, notes = lint(project)
    assert codes == ["CTX001"]
    assert "build context: web (from docker/app.Dockerfile:1)" in notes


def test_goreleaser_fills_a_directory_of_its_own(project: Path) -> None:
    flags = "    build_flag_templates: ['--build-arg=TAG={{.T}}']\n"
    write(project, ".goreleaser.yaml", f"builds: []\ndockers:\n  - dockerfile: docker/app.Dockerfile\n{flags}")
    codes, notes = lint(project)
    assert codes == []
    assert "docker/app.Dockerfile: build context: unknown" in notes


def test_without_evidence_the_context_is_assumed(project: Path) -> None:
    codes, notes = lint(project)
    assert codes == ["BK017"]
    assert "docker/app.Dockerfile: build context: assumed to be docker, so no rule uses it" in notes
    for command in ("dockerignore", "optimize"):
        done = dlint(command, "docker/app.Dockerfile", "--write", cwd=project)
        assert "its build context may be `docker`, but nothing proves it; use `--context docker`" in done.err
        assert not list(project.rglob("*.dockerignore"))
    assert lint(project, "--context", "web")[0] == ["BK017", "CTX001"]
    assert dlint("dockerignore", "docker/app.Dockerfile", "--context", "web", "--write", cwd=project).status == 0


def test_images_of_the_project(project: Path) -> None:
    write(project, "images/Dockerfile", "FROM debian\n")
    write(project, "docker/app.Dockerfile", "FROM team/base\nCOPY --from=team/tool /a /a\nRUN true\n")
    found = ("--isolated", "--select", "DL3006,DL3022,SEC018", ".")
    assert dlint(*found, cwd=project).codes == ["DL3006", "SEC018", "DL3022", "DL3006", "SEC018"]
    write(
        project,
        "Makefile",
        "images:\n\tdocker build -t team/base:$(VERSION) images\n\tdocker build -t team/tool tool\n",
    )
    assert dlint(*found, cwd=project).codes == ["DL3006", "SEC018"], "that of images/Dockerfile"


def test_several_builds_of_a_file(project: Path) -> None:
    """Each target is linted, and the context is the one that holds the copied files."""
    write(project, "docker/app.Dockerfile", "FROM debian AS a\nCOPY index.js /\nFROM ubuntu AS b\nRUN true\n")
    write(
        project,
        "Makefile",
        "a:\n\tdocker build -f docker/app.Dockerfile --target a web\n"
        "b:\n\tdocker build -f docker/app.Dockerfile --target b .\n",
    )
    done = dlint("--isolated", "--select", "DL3006,CTX", "-v", ".", cwd=project)
    assert done.codes == ["DL3006", "DL3006"]
    assert "build context: web (from Makefile:2)" in done.err
    shown = dlint("config", "show", "docker/app.Dockerfile", cwd=project).out
    assert "# Makefile:2 (docker build): context" in shown
    assert "# Makefile:4 (docker build): context" in shown


def test_two_spellings_of_a_context_are_one(project: Path) -> None:
    """A bake file gives it as an absolute path, the place of the other Dockerfile as a relative one."""
    write(project, "docker-bake.hcl", 'target "web" {\n  context = "."\n  dockerfile = "docker/app.Dockerfile"\n}\n')
    write(project, "Dockerfile", "FROM alpine:3.23\nCOPY . /app\n")
    done = dlint("optimize", ".", cwd=project)
    assert done.out.count(".dockerignore: ") == 1


def test_without_a_repository_the_working_directory_bounds_a_named_file(tmp_path: Path) -> None:
    """A workflow or a compose file in it may build the file with it as the context."""
    write(tmp_path, "app/Dockerfile", "FROM debian:12-slim\nCOPY . /app\n")
    write(tmp_path, "web/Dockerfile", "FROM debian:12-slim\nCOPY . /app\n")
    write(tmp_path, "app/a.py", "")
    write(tmp_path, "web/a.py", "")
    write(tmp_path, ".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - run: docker build app\n")
    write(tmp_path, "compose.yaml", "services:\n  web:\n    build: web\n")
    for name, origin in (("app", ".github/workflows/ci.yml:4"), ("web", "compose.yaml:3")):
        done = dlint("--isolated", "-v", f"{name}/Dockerfile", cwd=tmp_path)
        assert f"{name}/Dockerfile: build context: {name} (from {origin})" in done.err
    write(
        tmp_path,
        ".github/workflows/ci.yml",
        "jobs:\n  a:\n    steps:\n      - run: docker build -f app/Dockerfile ..\n",
    )
    done = dlint("--isolated", "-v", "app/Dockerfile", cwd=tmp_path)
    assert "is outside of the repository" in done.err
