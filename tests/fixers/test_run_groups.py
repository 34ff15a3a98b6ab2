"""The groups of commands of a RUN that stay together."""

from __future__ import annotations

import pytest
from dockerfile_dlint.fixers.optimize.base.rewrite import RewriteRejected
from dockerfile_dlint.fixers.optimize.base.run_steps import (
    DEPENDENCIES,
    FILES_AND_USERS,
    OTHER_PROGRAM,
    SYSTEM_PACKAGES,
    RunGroups,
    split_run,
    split_run_groups,
)
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source
from dockerfile_dlint.syntax.tree import Run


def only_run(text: str) -> tuple[Build, Run]:
    build = Build(parse(Source(f"FROM debian:12\n{text}\n", "Dockerfile")))
    stage = build.final_stage
    assert stage is not None
    run = stage.instructions[-1]
    assert isinstance(run, Run)
    return build, run


def groups(text: str) -> RunGroups:
    return split_run_groups(*only_run(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN npm ci && mkdir x", [(DEPENDENCIES, "npm ci"), (FILES_AND_USERS, "mkdir x")]),
        ("RUN set -eux; apt-get update; npm ci;", [(SYSTEM_PACKAGES, "apt-get update"), (DEPENDENCIES, "npm ci")]),
        ("RUN set -ex && apt-get update && npm ci", [(SYSTEM_PACKAGES, "apt-get update"), (DEPENDENCIES, "npm ci")]),
        ("RUN set -e; mkdir x; npm ci && ./y", [
            (FILES_AND_USERS, "mkdir x"), (DEPENDENCIES, "npm ci"), (OTHER_PROGRAM, "./y"),
        ]),
        ("RUN mkdir x && make -j$(nproc)", [(FILES_AND_USERS, "mkdir x"), (OTHER_PROGRAM, "make -j$(nproc)")]),
    ],
)  # fmt: skip
def test_plain_commands_run_in_any_number_of_runs(text: str, expected: list[tuple[str, str]]) -> None:
    found = groups(text)
    assert [(group.kind, group.text) for group in found.groups] == expected
    assert (found.is_whole, found.options, found.reason) == (False, "", "")
    assert [command.text for command in split_run(*only_run(text))] == [command for _, command in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'RUN mkdir x && if [ "$A" = b ]; then npm ci; else npm install; fi',
            [(FILES_AND_USERS, "mkdir x"), (DEPENDENCIES, 'if [ "$A" = b ]; then npm ci; else npm install; fi')],
        ),
        (
            "RUN apt-get update && (bundle check || bundle install)",
            [(SYSTEM_PACKAGES, "apt-get update"), (DEPENDENCIES, "(bundle check || bundle install)")],
        ),
        ("RUN pip install x || true", [(DEPENDENCIES, "pip install x || true")]),
        (
            "RUN pip install x || true && ./y",
            [(DEPENDENCIES, "{ pip install x || true; }"), (OTHER_PROGRAM, "./y")],
        ),
        (
            "RUN (cd web && npm ci) && ./x",
            [(DEPENDENCIES, "(cd web && npm ci)"), (OTHER_PROGRAM, "./x")],
        ),
        (
            "RUN cd web && npm ci && ./x",
            [(DEPENDENCIES, "cd web && npm ci"), (OTHER_PROGRAM, "cd web && ./x")],
        ),
        ("RUN npm ci && cd web", [(DEPENDENCIES, "npm ci")]),
        (
            "RUN export A=1 B=2 && npm ci && mkdir x",
            [(DEPENDENCIES, "export A=1 B=2 && npm ci"), (FILES_AND_USERS, "export A=1 B=2 && mkdir x")],
        ),
        ("RUN A=1 && npm ci", [(DEPENDENCIES, "A=1 && npm ci")]),
        ("RUN env A=1 npm ci && mkdir x", [(DEPENDENCIES, "env A=1 npm ci"), (FILES_AND_USERS, "mkdir x")]),
        ("RUN for i in a b; do npm ci; done", [(DEPENDENCIES, "for i in a b; do npm ci; done")]),
        ("RUN sh -c 'npm ci' && mkdir x", [(DEPENDENCIES, "sh -c 'npm ci'"), (FILES_AND_USERS, "mkdir x")]),
    ],
)  # fmt: skip
def test_compound_commands_stay_together(text: str, expected: list[tuple[str, str]]) -> None:
    found = groups(text)
    assert [(group.kind, group.text) for group in found.groups] == expected
    assert not found.is_whole
    with pytest.raises(RewriteRejected):
        split_run(*only_run(text))


@pytest.mark.parametrize(
    "text",
    [
        "RUN npm ci; npm ci",
        "RUN npm ci & npm ci",
        "RUN set -e; npm ci && npm ci; npm ci",
        "RUN <<EOF\nnpm ci\nnpm ci\nEOF",
        "RUN <<EOF\nset -e\ncd web\nnpm ci\nEOF",
        "RUN --mount=type=bind,source=x,target=/x npm ci",
        "RUN export A=$(date) && npm ci",
    ],
)
def test_a_run_of_one_kind_stays_whole(text: str) -> None:
    found = groups(text)
    assert found.is_whole
    assert {group.kind for group in found.groups} == {DEPENDENCIES}
    assert found.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("RUN mkdir x; npm ci", "`mkdir x` is not in a plain list of commands; join the commands"),
        ("RUN set -e; mkdir x && ls; npm ci", "`mkdir x` is not in a plain list of commands"),
        ("RUN npm ci & ./x", "`npm ci` and `./x` cannot be separated; use a RUN for each"),
        (
            "RUN if x; then apt-get update; else npm ci; fi",
            "`x` and `apt-get update` cannot be separated; use a RUN for each",
        ),
        ("RUN apt-get update || npm ci", "`apt-get update` and `npm ci` cannot be separated; use a RUN for each"),
        ("RUN <<EOF\napt-get update\nnpm ci\nEOF", "`apt-get update` and `npm ci` cannot be separated"),
        ("RUN --mount=type=bind,target=/x mkdir x && npm ci", "this RUN has the option `--mount=type=bind,target=/x`"),
        ("RUN export A=$(date) && npm ci && ./x", "`export A=$(date)` affects the commands after it; use ENV instead"),
        ("RUN { cd web || exit 1; } && npm ci", "`cd web` is not in a plain list of commands"),
        ("RUN cd web || exit 1; npm ci", "`cd web` is not in a plain list of commands"),
        ("RUN if x; then A=1; fi && npm ci", "`x` is not in a plain list of commands"),
        ("RUN trap x EXIT && npm ci && ./x", "`trap x EXIT` affects the commands after it; move it to its own RUN"),
        ('RUN ["npm", "ci"]', "this RUN is in exec form; use the shell form"),
        ("RUN # nothing", "this RUN has no commands"),
        ("RUN ;", "this RUN has no commands"),
    ],
)
def test_several_kinds_that_belong_together_are_refused(text: str, reason: str) -> None:
    with pytest.raises(RewriteRejected) as rejection:
        groups(text)
    assert str(rejection.value).startswith(reason)
    assert rejection.value.line == 2


def test_a_cache_mount_is_an_option_of_every_part() -> None:
    found = groups("RUN --mount=type=cache,target=/root/.npm mkdir x && npm ci")
    assert found.options == "--mount=type=cache,target=/root/.npm"
    assert not found.is_whole
    assert [group.kind for group in found.groups] == [FILES_AND_USERS, DEPENDENCIES]


def test_a_group_knows_its_commands() -> None:
    (group,) = groups("RUN if [ -f yarn.lock ]; then yarn install; else npm ci; fi").groups
    assert [command.call and command.call.manager.name for command in group.commands] == ["yarn", "npm"]
    assert [command.text for command in group.commands] == ["yarn install", "npm ci"]


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("RUN cd web && npm ci", True),
        ("RUN (cd web && npm ci)", True),
        ("RUN cd web && mkdir y && (npm ci)", True),
        ("RUN npm ci || true", False),
    ],
)
def test_a_group_knows_whether_its_directory_is_another(text: str, *, moves: bool) -> None:
    assert groups(text).groups[-1].changes_directory == moves
