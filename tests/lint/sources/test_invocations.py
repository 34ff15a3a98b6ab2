"""Compose files, bake files and workflows tell how a Dockerfile is built; inline ones are linted at their place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dockerfile_dlint.lint.engine.planning import default_plans
from dockerfile_dlint.lint.sources.invocations.hcl import HclError, parse_hcl
from dockerfile_dlint.lint.sources.invocations.index import BuildFinder, is_bake, is_compose, read_builds
from dockerfile_dlint.lint.sources.invocations.invocation import BuildInvocation
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.syntax.parser import parse as parse_dockerfile
from dockerfile_dlint.syntax.source import Source

from ..runner import dlint


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def write(name: str, text: str = "") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def shown(path: str | None) -> str | None:
    return None if path is None else os.path.relpath(path) if path else ""


def builds(name: str, text: str) -> dict[str, tuple[object, ...]]:
    """The builds of a file by name: context, Dockerfile, target, arguments."""
    write(name, text)
    found = read_builds(str(Path(name).absolute()))
    return {b.name: (shown(b.context), shown(b.dockerfile), b.target, b.args) for b in found}


def only(name: str, text: str) -> BuildInvocation:
    write(name, text)
    (found,) = read_builds(str(Path(name).absolute()))
    return found


# Compose ----------------------------------------------------------------------------------------------------------


def test_names_of_compose_and_bake_files() -> None:
    assert all(map(is_compose, ("compose.yaml", "docker-compose.yml", "docker-compose.prod.yaml", "compose.dev.yml")))
    assert not any(map(is_compose, ("composer.yml", "compose.json", "my-compose.txt", "docker-compose.yml.bak")))
    assert all(map(is_bake, ("docker-bake.hcl", "docker-bake.json", "docker-bake.override.hcl", "app.bake.hcl")))
    assert not any(map(is_bake, ("bake.json", "main.hcl", "docker-bake.txt")))


def test_short_and_long_forms() -> None:
    write("web/Dockerfile")
    assert builds(
        "sub/compose.yml",
        """
services:
  short: {build: ./web}
  default: {build: {}}
  long:
    build:
      context: ..
      dockerfile: docker/app.Dockerfile
      target: prod
      args: {A: 1, B: "two", C: null, D: "${NOWHERE}", E: "${NOWHERE:-else}", F: "a$$b"}
  listed: {build: {args: [A=1, B, "C=x=y"]}}
  image: {image: "debian:12"}
  git: {build: "https://example.com/a.git#main"}
""",
    ) == {
        "short": ("sub/web", "sub/web/Dockerfile", "", {}),
        "default": ("sub", "sub/Dockerfile", "", {}),
        "long": (".", "docker/app.Dockerfile", "prod", {"A": "1", "B": "two", "E": "else", "F": "a$b"}),
        "listed": ("sub", "sub/Dockerfile", "", {"A": "1", "C": "x=y"}),
    }


def test_anchors_merges_and_the_dot_env_file() -> None:
    write(".env", "TAG=1.2\n# no\nOTHER='q'\n")
    assert builds(
        "compose.yaml",
        """
x-build: &build
  context: app
  args: &args {A: "${TAG}", B: "${OTHER:?needed}"}
services:
  one: {build: *build}
  two:
    build:
      <<: *build
      target: t
      args: {<<: *args, C: "${TAG:+set}"}
""",
    ) == {
        "one": ("app", "app/Dockerfile", "", {"A": "1.2", "B": "q"}),
        "two": ("app", "app/Dockerfile", "t", {"A": "1.2", "B": "q", "C": "set"}),
    }


def test_a_second_file_lies_over_the_main_one() -> None:
    write("docker-compose.yml", "services:\n  web:\n    build:\n      context: web\n      dockerfile: D\n")
    found = builds("docker-compose.prod.yml", "services:\n  web:\n    build:\n      target: prod\n")
    assert found == {"web": ("web", "web/D", "prod", {})}


def test_a_service_takes_over_the_build_that_it_extends() -> None:
    write(
        "common/services.yml",
        "services:\n  base: {build: {context: ./img, args: {A: 1, B: 1}, target: dev}}\n"
        "  worker: {extends: {service: base}, build: {dockerfile: W}}\n",
    )
    found = builds(
        "compose.yml",
        """
services:
  one: {extends: {file: common/services.yml, service: worker}, build: {target: prod, args: [B=2]}}
  two: {extends: one, image: x}
  short: {extends: {file: common/services.yml, service: base}, build: api}
  gone: {extends: {file: nowhere.yml, service: x}, build: api}
  ring: {extends: ring, build: api}
  idle: {extends: other}
  other: {image: x}
""",
    )
    assert found == {
        "one": ("common/img", "common/img/W", "prod", {"A": "1", "B": "2"}),
        "two": ("common/img", "common/img/W", "prod", {"A": "1", "B": "2"}),
        "short": ("api", "api/Dockerfile", "dev", {"A": "1", "B": "1"}),
        "gone": ("api", "api/Dockerfile", "", {}),
        "ring": ("api", "api/Dockerfile", "", {}),
    }


def test_a_build_behind_an_alias_is_said_in_its_service() -> None:
    found = only("compose.yml", "x-build: &build\n  context: .\nservices:\n  web:\n    build: *build\n")
    assert found.line == 4


def test_files_that_are_included() -> None:
    write("infra/api.yml", "include: [more/web.yml]\nservices: {api: {build: ../api}}\n")
    write("infra/more/web.yml", "include: [../../compose.yml]\nservices: {web: {build: .}}\n")
    write("db.yml", "services: {db: {build: {dockerfile_inline: 'FROM debian'}}}\n")
    found = builds(
        "compose.yml",
        "include:\n  - ${WHERE:-infra}/api.yml\n  - path: [db.yml, gone.yml]\n  - https://example.org/x.yml\n"
        "services: {own: {build: own}}\n",
    )
    assert found == {
        "own": ("own", "own/Dockerfile", "", {}),
        "api": ("api", "api/Dockerfile", "", {}),
        "web": ("infra/more", "infra/more/Dockerfile", "", {}),
    }
    again = BuildFinder().of("infra/more/Dockerfile")
    assert [(b.name, shown(b.file)) for b in again] == [("web", "infra/more/web.yml")]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("${A}/x", "1/x"),
        ("$A-$A", "1-1"),
        ("${E:-else}", "else"),
        ("${E-else}", ""),
        ("${N-else}", "else"),
        ("${N:-${M:-${A}}}/x", "1/x"),
        ("${N:-a}b}", "ab}"),
        ("${A:+set}${E:+set}${E+set}${N+set}", "setset"),
        ("$$A $1 ${", "$A $1 ${"),
        ("${A:?needed}", "1"),
    ],
)
def test_variables_of_a_compose_file(written: str, read_as: str) -> None:
    write(".env", "A=1\nE=\n")
    found = builds("compose.yml", f"services: {{web: {{build: {{context: ., args: {{V: '{written}'}}}}}}}}\n")
    assert found["web"][3] == {"V": read_as}


@pytest.mark.parametrize("written", ["${N}", "$N", "${N:?needed}", "${N:-${M}}", "x${A}${N}"])
def test_what_only_the_environment_knows(written: str) -> None:
    write(".env", "A=1\n")
    assert builds("compose.yml", f"services: {{web: {{build: '{written}'}}}}\n") == {}


def test_case_does_not_count_where_nothing_else_is_meant() -> None:
    write("Docker/App.Dockerfile")
    found = builds("compose.yml", "services: {a: {build: {context: ./docker, dockerfile: app.Dockerfile}}}\n")
    assert found == {"a": ("Docker", "Docker/App.Dockerfile", "", {})}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "build",
        "a: [",
        "services: []",
        "services: {build: 3}",
        "services: {a: {build: []}}",
        "services: {[a]: {build: .}, b: 1}",
        "include: 3",
        "include: [[a], {path: {b: c}}]",
        "services: {a: {extends: [b]}}",
        "services: {a: {extends: {file: {}}}}",
    ],
)
def test_what_is_no_compose_file_builds_nothing(text: str) -> None:
    write("compose.yml", text)
    assert [
        b.name
        for b in read_builds(str(Path("compose.yml").absolute()))
        if b.dockerfile != str(Path("Dockerfile").absolute())
    ] == []


# Bake -------------------------------------------------------------------------------------------------------------

BAKE = """
variable "TAG" { default = "1.2" }
variable "NAME" { default = "app-${TAG}" }
variable "NOTHING" {}
group "default" { targets = ["app"] }
function "double" { params = [a]
  result = "${a}${a}" }
target "_common" {
  context = "."
  args = { GO = "1.21", T = TAG, N = NAME, X = NOTHING }
}
// a comment
target "app" {
  inherits   = ["_common"]
  dockerfile = "docker/${TAG}.Dockerfile" # why
  target     = notequal("", TAG) ? "prod" : "dev"
  args = {
    A = "x-${TAG}", "B" : upper("q"),
    C = double("c")
    D = equal(TAG, "1.2") && true ? lower("YES") : "no"
  }
  contexts = { src = "../src", base = "docker-image://debian:12" }
  tags = [for t in ["a"] : "x:${t}"]
  secret = [{ type = "file", id = "x" }, "id=y"]
  platforms = ["linux/amd64", ]
}
target "many" {
  name = "many-${part}"
  matrix = { part = ["one", "two"] }
  context = "./${part}"
}
target "far" { context = "https://example.com/a.git" }
target "unknown" { context = NOTHING }
"""


def test_bake_in_hcl() -> None:
    assert builds("docker-bake.hcl", BAKE) == {
        "app": (
            ".",
            "docker/1.2.Dockerfile",
            "prod",
            {"GO": "1.21", "T": "1.2", "N": "app-1.2", "A": "x-1.2", "B": "Q", "C": "cc", "D": "yes"},
        ),
        "many-one": ("one", "one/Dockerfile", "", {}),
        "many-two": ("two", "two/Dockerfile", "", {}),
    }
    found = next(each for each in read_builds(str(Path("docker-bake.hcl").absolute())) if each.name == "app")
    assert found.contexts == {"src": "../src", "base": "docker-image://debian:12"}
    assert BAKE.split("\n")[found.line - 1].startswith('target "app"')


def test_matrices_of_maps_functions_and_members() -> None:
    found = builds(
        "docker-bake.hcl",
        """
variable "LIST" { default = ["a", "b"] }
function "named" {
  params = [first]
  variadic_params = more
  result = "${first}-${join("+", more)}"
}
function "ring" { params = [x]
  result = ring(x) }
target "each" {
  name = "each-${item.tag}-${replace(v, ".", "_")}"
  matrix = {
    item = [{ tag = "one", dir = ["x", "y"] }, { tag = "two", dir = ["z"] }]
    v = ["1.0"]
  }
  context = item["dir"][0]
  dockerfile = "${item.tag}.Dockerfile"
  args = { V = v, N = named("p", "q", "r"), L = LIST.1, LEN = length(LIST), R = ring("x"), S = LIST[7], A = LIST[*] }
  target = !equal(v, "1.0") ? "no" : format("%s-%s", "a", sanitize("b.c"))
}
""",
    )
    args = {"V": "1.0", "N": "p-q+r", "L": "b", "LEN": "2"}
    assert found == {
        "each-one-1_0": ("x", "x/one.Dockerfile", "a-b_c", args),
        "each-two-1_0": ("z", "z/two.Dockerfile", "a-b_c", args),
    }


def test_bake_in_json() -> None:
    text = """{"variable": {"TAG": {"default": "3"}}, "group": {"default": {"targets": ["a"]}},
 "target": {"base": {"args": {"X": "1"}},
  "a": {"inherits": ["base"], "context": "web", "dockerfile": "D-${TAG}", "target": "t", "args": {"Y": "y${TAG}"}}}}"""
    found = builds("docker-bake.json", text)
    assert found["a"] == ("web", "web/D-3", "t", {"X": "1", "Y": "y3"})


def test_every_beginning_of_a_bake_file_is_read_or_refused() -> None:
    for end in range(0, len(BAKE), 7):
        try:
            parse_hcl(BAKE[:end])
        except HclError:
            continue
    assert len(parse_hcl(BAKE).blocks) == 10


# Workflows --------------------------------------------------------------------------------------------------------


def test_github_actions() -> None:
    found = only(
        ".github/workflows/ci.yml",
        """
jobs:
  a:
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: ./api
          file: ${{ github.workspace }}/docker/api.Dockerfile
          target: prod
          build-args: |
            A=1
            SHA=${{ github.sha }}
""",
    )
    assert (shown(found.context), shown(found.dockerfile), found.target, found.args, found.line) == (
        "api",
        "docker/api.Dockerfile",
        "prod",
        {"A": "1"},
        5,
    )


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("docker build .", (".", "Dockerfile", "", {})),
        ("docker build -t x:1 -f docker/web.Dockerfile --target t .", (".", "docker/web.Dockerfile", "t", {})),
        ("docker buildx build --push --file=a/D --build-arg A=1 --build-arg B=$B ./a", ("a", "a/D", "", {"A": "1"})),
        ("cd web && docker build --no-cache -t x . && docker push x", ("web", "web/Dockerfile", "", {})),
        ("sudo podman build -t x web", ("web", "web/Dockerfile", "", {})),
        ("docker image build \\\n  -t x \\\n  web", ("web", "web/Dockerfile", "", {})),
        ("docker build -t x $GITHUB_WORKSPACE/web", ("web", "web/Dockerfile", "", {})),
        ("buildah bud -f D web", ("web", "D", "", {})),
        ("docker build https://example.com/a.git", None),
        ("docker build $DIR", None),
        ("docker build - < Dockerfile", None),
        ("docker buildx create --use", None),
        ("echo docker build", None),
        ("cd $HOME; docker build .", None),
    ],
)
def test_commands_of_a_script(command: str, wanted: tuple[object, ...] | None) -> None:
    lines = "".join(f"          {line}\n" for line in command.split("\n"))
    text = f"jobs:\n  a:\n    steps:\n      - run: |\n          set -e\n{lines}"
    assert list(builds(".github/workflows/a.yml", text).values()) == ([wanted] if wanted else [])


def test_working_directory_gitlab_and_azure() -> None:
    text = "jobs: {a: {defaults: {run: {working-directory: web}}, steps: [{run: docker build .}]}}\n"
    assert list(builds(".github/workflows/a.yml", text).values()) == [("web", "web/Dockerfile", "", {})]
    text = "build:\n  script:\n    - docker build -f ci/D .\n"
    assert list(builds(".gitlab-ci.yml", text).values()) == [(".", "ci/D", "", {})]
    text = "k:\n  script:\n    - /kaniko/executor --context $CI_PROJECT_DIR --dockerfile ci/D --destination x\n"
    write("ci/D")
    assert list(builds(".gitlab-ci.yml", text).values()) == [(".", "ci/D", "", {})]
    text = "steps:\n- task: Docker@2\n  inputs: {command: buildAndPush, Dockerfile: web/Dockerfile, buildContext: .}\n"
    assert list(builds("azure-pipelines.yml", text).values()) == [(".", "web/Dockerfile", "", {})]


def test_matrices_and_variables_of_a_workflow() -> None:
    write(
        ".github/workflows/a.yml",
        """
env: {REGISTRY: r.example.com}
jobs:
  a:
    strategy:
      matrix:
        part: [api, web]
        include: [{part: db, file: db/D}]
    env: {DIR: "services"}
    steps:
      - uses: docker/build-push-action@v6
        with: {context: "${{ env.DIR }}/${{ matrix.part }}", build-args: "PART=${{ matrix.part }}"}
      - run: docker build -t $REGISTRY/x "$DIR/${{ matrix.part }}"
      - run: docker build -f "${{ matrix.file }}" .
      - run: docker build ${{ secrets.DIR }}
""",
    )
    found = read_builds(str(Path(".github/workflows/a.yml").absolute()))
    assert [(shown(each.context), shown(each.dockerfile), each.args.get("PART")) for each in found] == [
        ("services/api", "services/api/Dockerfile", "api"),
        ("services/api", "services/api/Dockerfile", None),
        ("services/web", "services/web/Dockerfile", "web"),
        ("services/web", "services/web/Dockerfile", None),
        ("services/db", "services/db/Dockerfile", "db"),
        ("services/db", "services/db/Dockerfile", None),
        (".", "db/D", None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 100_000,
        "build: &a [*a]",
        "docker build: &a {<<: *a}",
        "a: &a {b: *a, docker: build}",
        "\0build",
    ],
)
def test_texts_that_lead_into_circles_or_too_deep(text: str) -> None:
    for name in ("compose.yml", ".gitlab-ci.yml", "docker-bake.hcl", "docker-bake.json"):
        write(name, text + "\n# docker build\n")
        assert read_builds(str(Path(name).absolute())) == []


# What is made of it -----------------------------------------------------------------------------------------------


def context_of(path: str, text: str | None = None) -> str | None:
    find = default_plans().context_finder(path, [path])
    context = find(Build(parse_dockerfile(Source(Path(path).read_text() if text is None else text))))
    return shown(context.root) if context is not None else None


def test_the_context_of_those_who_build_it() -> None:
    write("docker/web.Dockerfile", "FROM debian:12\nCOPY app /app\n")
    write("docker/app/x")
    write("app/y")
    assert context_of("docker/web.Dockerfile") is None
    write("compose.yml", "services: {web: {build: {context: ., dockerfile: docker/web.Dockerfile}}}\n")
    assert context_of("docker/web.Dockerfile") == "."
    write("compose.yml", "services: {web: {build: {context: other, dockerfile: ../docker/web.Dockerfile}}}\n")
    write("other/z")
    assert context_of("docker/web.Dockerfile") is None, "nothing of what is copied lies in the folder that is said"
    Path("app/y").unlink()
    assert context_of("docker/web.Dockerfile") == "docker"


def test_of_two_contexts_the_one_that_holds_what_is_copied() -> None:
    write("a/Dockerfile", "FROM debian:12\nCOPY web.py /\n")
    write("web.py")
    write("compose.yml", "services: {one: {build: ./a}, two: {build: {context: ., dockerfile: a/Dockerfile}}}\n")
    assert context_of("a/Dockerfile") == "."


def test_a_folder_beside_the_project_may_hold_the_compose_file() -> None:
    write("web/Dockerfile", "FROM debian:12\nCOPY . /\n")
    write("deploy/docker-compose.yml", "services: {web: {build: {context: .., dockerfile: web/Dockerfile}}}\n")
    assert context_of("web/Dockerfile") == "."


def test_a_context_far_away_is_no_folder() -> None:
    write("Dockerfile", "FROM debian:12\nCOPY a /\n")
    write("a")
    write("docker-bake.hcl", 'target "a" {\n  dockerfile = "Dockerfile"\n  context = "https://example.com/a.git"\n}\n')
    assert BuildFinder().of("Dockerfile") == []
    assert context_of("Dockerfile") == "."


def test_targets_and_arguments() -> None:
    write("Dockerfile", "ARG TAG=12\nFROM debian:$TAG AS prod\nUSER root\nFROM debian:12 AS tools\nUSER app\n")
    found = ("--isolated", "--select", "DL3002,DL3007", "Dockerfile")
    assert dlint(*found, cwd=Path.cwd()).codes == []
    write("compose.yml", "services: {web: {build: {context: ., target: prod, args: {TAG: latest}}}}\n")
    assert dlint(*found, cwd=Path.cwd()).codes == ["DL3007", "DL3002"]
    write("docker-bake.hcl", 'target "x" {\n  target = "tools"\n  args = { TAG = "12" }\n}\n')
    assert dlint(*found, cwd=Path.cwd()).codes == ["DL3002"], "both targets are looked at, the arguments differ"


def test_a_development_target_does_not_hide_the_shipped_stage() -> None:
    write("Dockerfile", "FROM debian:12 AS dev\nUSER app\nFROM debian:12\nUSER root\n")
    write("compose.yml", "services: {web: {build: {context: ., target: dev}}}\n")
    assert dlint("--isolated", "--select", "DL3002", "Dockerfile", cwd=Path.cwd()).codes == ["DL3002"]
    plan = default_plans().of("Dockerfile", ["Dockerfile"])
    assert (plan.target, list(plan.extra_targets)) == ("dev", [""])


def test_named_contexts_are_neither_stages_nor_images() -> None:
    write("Dockerfile", "FROM busybox\nCOPY --from=nginx /a /a\n")
    found = ("--isolated", "--select", "DL3006,DL3022", "Dockerfile")
    assert dlint(*found, cwd=Path.cwd()).codes == ["DL3006", "DL3022"]
    write(
        "compose.yml",
        "services:\n  a:\n    build:\n      context: .\n      additional_contexts:\n        nginx: ../nginx\n"
        "        busybox: docker-image://debian:12\n",
    )
    assert dlint(*found, cwd=Path.cwd()).codes == []
    write(
        "compose.yml", "services: {a: {build: {context: ., additional_contexts: ['busybox=docker-image://debian']}}}\n"
    )
    assert dlint(*found, cwd=Path.cwd()).codes == ["DL3006", "DL3022"]


# Inline -----------------------------------------------------------------------------------------------------------

INLINE = """\
services:
  web:
    build:
      context: ./svc
      dockerfile_inline: |
        FROM debian
        RUN sudo ls && \\
            cd /x
        # dlint: ignore[DL3004]
        RUN sudo b
"""


def test_findings_in_an_inline_dockerfile_point_into_the_yaml() -> None:
    write("compose.yml", INLINE)
    write("svc/x")
    for words in ((".",), ("compose.yml",)):
        done = dlint("-q", "--isolated", "--select", "DL3003,DL3004,DL3006", *words, cwd=Path.cwd())
        places = [line.split(" ")[:2] for line in done.out.splitlines()]
        assert places == [
            ["compose.yml:6:14:", "DL3006"],
            ["compose.yml:7:13:", "DL3004"],
            ["compose.yml:8:13:", "DL3003"],
        ]
        lines = INLINE.split("\n")
        assert lines[7][12:17] == "cd /x"


@pytest.mark.parametrize("header", ["|-", "|+", "|2-"])
def test_block_headers(header: str) -> None:
    key = f"services:\n  web:\n    build:\n      dockerfile_inline: {header}\n"
    write("compose.yml", f"{key}        FROM debian\n        RUN sudo a\n")
    done = dlint("-q", "--isolated", "--select", "DL3006", "compose.yml", cwd=Path.cwd())
    assert done.out.startswith("compose.yml:5:14: DL3006")


def test_blank_lines_before_an_inline_dockerfile() -> None:
    key = "services:\n  web:\n    build:\n      dockerfile_inline: |\n\n\n"
    write("compose.yml", f"{key}        FROM debian\n        RUN sudo a\n")
    done = dlint("-q", "--isolated", "--select", "DL3006", "compose.yml", cwd=Path.cwd())
    assert done.out.startswith("compose.yml:7:14: DL3006")


def test_a_quoted_dockerfile_is_found_at_its_beginning() -> None:
    write("compose.yml", 'services:\n  web:\n    build:\n      dockerfile_inline: "FROM debian\\nRUN sudo a\\n"\n')
    done = dlint("-q", "--isolated", "--select", "DL3004,DL3006", ".", cwd=Path.cwd())
    assert [line.split(" ")[0] for line in done.out.splitlines()] == ["compose.yml:4:26:"] * 2


def test_bake_inline() -> None:
    write("docker-bake.hcl", 'target "a" {\n  dockerfile-inline = <<EOT\nFROM debian\nRUN sudo a\nEOT\n}\n')
    write("b.bake.hcl", 'target "a" {\n  dockerfile-inline = <<-EOT\n    FROM debian\n    RUN sudo a\n  EOT\n}\n')
    done = dlint("-q", "--isolated", "--select", "DL3004,DL3006", ".", cwd=Path.cwd())
    assert [line.split(" ")[0] for line in done.out.splitlines()] == [
        "b.bake.hcl:3:10:",
        "b.bake.hcl:4:9:",
        "docker-bake.hcl:3:6:",
        "docker-bake.hcl:4:5:",
    ]


def test_a_compose_file_stands_for_what_it_builds() -> None:
    write("svc/app.build", "FROM debian\n")
    write("other/Dockerfile", "FROM debian\n")
    write("compose.yml", "services: {a: {build: {context: svc, dockerfile: app.build}}, b: {build: gone}}\n")
    done = dlint("-q", "--isolated", "--select", "DL3006", "compose.yml", cwd=Path.cwd())
    assert done.out.count("\n") == 1
    assert done.out.startswith("svc/app.build:1:6: DL3006")
    assert "compose.yml:1: Dockerfile of `b` not found: gone/Dockerfile" in done.err
    walked = dlint("-q", "--isolated", "--select", "DL3006", ".", cwd=Path.cwd())
    assert sorted(line.split(":")[0] for line in walked.out.splitlines()) == ["other/Dockerfile", "svc/app.build"]
    write("dlint.toml", 'exclude = ["svc/"]\n')
    assert "svc" not in dlint("--select", "DL3006", ".", cwd=Path.cwd()).out


def test_inline_dockerfiles_are_not_fixed_and_get_no_comments() -> None:
    write("compose.yml", INLINE)
    dlint("--isolated", "--fix", "--unsafe-fixes", ".", cwd=Path.cwd())
    done = dlint("--isolated", "--add-ignore", ".", cwd=Path.cwd())
    assert Path("compose.yml").read_text() == INLINE
    assert "no comments added" in done.err


# Taskfile ---------------------------------------------------------------------------------------------------------


def test_calls_of_other_tasks_in_a_taskfile() -> None:
    text = (
        "version: '3'\ntasks:\n  all:\n    cmds:\n      - task: image\n      - for: [a, b]\n        task: image\n"
        "  image:\n    cmds:\n      - docker build -f images/Dockerfile --target web .\n"
    )
    found = only("Taskfile.yml", text)
    assert (shown(found.dockerfile), found.target) == ("images/Dockerfile", "web")
