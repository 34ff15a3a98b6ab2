from __future__ import annotations

import pytest
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.lint.engine.suppressions import Suppressions
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source

SELECT = ["DL3007", "DL3008", "DL3014", "DL3015", "OPT001", "SYN004", "DL4000", "DL4003"]
INSTALL = "RUN apt-get install git\n"
ALL_THREE = ["DL3014", "DL3015", "DL3008"]


def found(text: str) -> list[str]:
    """What is still told of `FROM debian:12-slim` and the text behind it, as codes in order."""
    source = Source.decode(("FROM debian:12-slim\n" + text).encode())
    report = lint_source(source, LintPlan(select_rules(SELECT, [])), None)
    assert not report.failed
    return [d.code for d in report.diagnostics]


def test_what_there_is_to_switch_off() -> None:
    assert found(INSTALL) == ALL_THREE


# The three dialects


@pytest.mark.parametrize(
    "comment",
    [
        "# dlint: ignore[DL3008, DL3014] the newest is wanted",
        "# dlint: ignore[DL3008,DL3014]",
        "# dlint: ignore[dl3008 DL3014]",
        "# dlint: ignore[apt-pin,apt_yes] names",
        "# dlint: ignore [DL3008,DL3014] a space",
        "# dlint: ignore DL3008, DL3014 without brackets",
        "# dlint: ignore DL3008 DL3014 without brackets",
        "# dlint: ignore=DL3008,DL3014",
        "#dlint:ignore[DL3008,DL3014]",
        "#   DLINT: Ignore[DL3008,DL3014]",
        "   # dlint: ignore[DL3008,DL3014] indented",
        "# dlint: ignore[DL3008]\n# dlint: ignore[DL3014]",
        "# dlint: ignore[DL3008,DL3014]\n# another word\n\n# and another",
        "# hadolint ignore=DL3008,DL3014",
        "# hadolint ignore=DL3008, DL3014",
        "# hadolint ignore = DL3008,DL3014",
        "#hadolint ignore=DL3008,DL3014",
        "# hadolint ignore=DL3008,DL3014 # why",
        "# hadolint ignore=DL3008,DL3014,DL9999,SC2086",
        "# hadolint ignore=DL3008\n# dlint: ignore[apt-yes]",
    ],
)
def test_the_next_instruction(comment: str) -> None:
    assert found(f"{comment}\n{INSTALL}") == ["DL3015"]
    assert found(f"{comment}\n{INSTALL}USER a\n{INSTALL}") == ["DL3015", *ALL_THREE]


@pytest.mark.parametrize(
    "comment",
    [
        "# dlint: ignore",
        "# dlint: ignore because it is a demo",
        "# dlint: ignore[ALL] why",
        "# dlint: ignore[DL]",
        "# dlint: ignore[DL30]",
    ],
)
def test_all_of_the_next_instruction(comment: str) -> None:
    assert found(f"{comment}\n{INSTALL}") == []


@pytest.mark.parametrize(
    "comment",
    [
        "# ignore[DL3008]",
        "# dlint: ignore[]",
        "# dlint: ignore[DL9999]",
        "# dlint: ignored[DL3008]",
        "# dlint ignore[DL3008]",
        "# see dlint: ignore[DL3008]",
        "# hadolint ignore",
        "# hadolint ignore=",
        "# hadolint DL3008",
        "# hadolintignore=DL3008x",
        "# check=skip=",
        "# check=skip",
        "# check=error=true",
        "# check=experimental=all",
        "# check=skip=all",  # is about BuildKit's checks
        "# check=skip=DL3008",
        "#",
        "RUN true # dlint: ignore[DL3008]",
    ],
)
def test_what_switches_nothing_off(comment: str) -> None:
    assert found(f"{comment}\n{INSTALL}") == ALL_THREE


def test_only_the_next_instruction() -> None:
    assert found(f"# dlint: ignore\nRUN true\n{INSTALL}") == ALL_THREE
    assert found(f"{INSTALL}# dlint: ignore\n") == ALL_THREE
    assert found(f"{INSTALL}# dlint: ignore\nUSER a\n") == ALL_THREE


# Long instructions


@pytest.mark.parametrize(
    "text",
    [
        "# dlint: ignore[DL3008]\nRUN apt-get update && \\\n  apt-get install -y --no-install-recommends curl\n",
        "RUN true && \\\n  # dlint: ignore[DL3008] why\n  apt-get install -y --no-install-recommends curl\n",
        "RUN true && \\\n  apt-get install -y --no-install-recommends \\\n# hadolint ignore=DL3008\n  curl\n",
        "RUN <<EOF\n# dlint: ignore[DL3008] why\napt-get install -y --no-install-recommends curl\nEOF\n",
        "# dlint: ignore[DL3008]\nRUN <<EOF\napt-get install -y --no-install-recommends curl\nEOF\n",
        "# dlint: ignore[DL3008]\nONBUILD RUN apt-get install -y --no-install-recommends curl\n",
        "ONBUILD RUN true && \\\n  # dlint: ignore[DL3008]\n  apt-get install -y --no-install-recommends curl\n",
        "# dlint: ignore[DL3008]\nONBUILD RUN <<EOF\napt-get install -y --no-install-recommends curl\nEOF\n",
    ],
)
def test_a_long_instruction(text: str) -> None:
    assert found(text) == []
    assert found(text.replace("dlint:", "x").replace("hadolint", "y")) == ["DL3008"]
    assert found(text.replace("\n", "\r\n")) == []


def test_a_comment_inside_belongs_to_its_instruction_alone() -> None:
    inside = "RUN true \\\n# dlint: ignore\n && true\n"
    assert found(INSTALL + inside) == ALL_THREE
    assert found(inside + INSTALL) == ALL_THREE
    assert found(inside + inside + "# dlint: ignore[DL3008]\n" + INSTALL) == ALL_THREE[:2]


MAINTAINER = "MAINTAINER a\n"


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# check=skip=MaintainerDeprecated", []),
        ("# check = skip=all", []),
        ("#check=skip=StageNameCasing,MaintainerDeprecated", []),
        ("# check=skip=StageNameCasing, MaintainerDeprecated", ["DL4000"]),  # cut at the space
        ("# check=skip=maintainerdeprecated", ["DL4000"]),
        ("# check=skip=DL4000", ["DL4000"]),
        ("# dlint: ignore[MaintainerDeprecated]", []),
        ("# hadolint ignore=DL4000", []),
    ],
)
def test_check(comment: str, codes: list[str]) -> None:
    assert found(f"{comment}\n{MAINTAINER}") == codes
    assert found(f"{comment}\nUSER a\n{MAINTAINER}") == ["DL4000"]


def test_comments_after_a_broken_instruction() -> None:
    """What is lost with a line that BuildKit does not even split is not carried to the next."""
    text = 'RUN ["a", \\\n# dlint: ignore\n 1]\n' + INSTALL
    assert sorted(found(text)) == [*sorted(ALL_THREE), "SYN003"]


# The whole file


@pytest.mark.parametrize(
    "comment",
    [
        "# dlint: ignore-file[DL3008, apt-yes] why",
        "# dlint: ignore-file DL3008,DL3014 why",
        "# hadolint global ignore=DL3008,DL3014",
        "# hadolint global ignore=DL3008, DL3014 # why",
    ],
)
def test_the_whole_file(comment: str) -> None:
    for text in (f"{comment}\n{INSTALL}RUN true\n{INSTALL}", f"{INSTALL}RUN true\n{INSTALL}{comment}\n"):
        assert [code for code in found(text) if code.startswith("DL")] == ["DL3015", "DL3015"]


def test_the_whole_file_and_every_rule() -> None:
    assert found(f"{INSTALL}{INSTALL}# dlint: ignore-file\n") == []


def test_errors_of_the_syntax_are_never_switched_off() -> None:
    for comment in ("# dlint: ignore-file", "# dlint: ignore", "# dlint: ignore[SYN003]", "# check=skip=all"):
        assert found(f"{comment}\nCOPI a b\n") == ["SYN003"]


def test_check_does_not_hide_what_stops_the_build() -> None:
    assert found("# check=skip=all\nEXPOSE 99999\n") == ["SYN004"]
    assert found("# dlint: ignore[SYN004]\nEXPOSE 99999\n") == []


def codes_of(text: str) -> list[str]:
    source = Source.decode(text.encode())
    report = lint_source(source, LintPlan(select_rules(SELECT, [])), None)
    return [d.code for d in report.diagnostics]


@pytest.mark.parametrize(
    ("head", "codes"),
    [
        ("# check=skip=all", ["DL3007"]),
        ("#check=skip=all;error=true", ["DL3007"]),
        ("# syntax=docker/dockerfile:1\n# check=skip=MaintainerDeprecated", ["DL3007"]),
        ("# a word\n# check=skip=all", ["DL3007", "DL4000"]),  # no directive, so it is for FROM alone
        ("\n# check=skip=all", ["DL3007", "DL4000"]),
        ("# dlint: ignore[DL3007]", ["DL4000"]),
        ("# syntax=docker/dockerfile:1\n# hadolint global ignore=DL4000", ["DL3007"]),
    ],
)
def test_the_head_of_the_file(head: str, codes: list[str]) -> None:
    assert codes_of(f"{head}\nFROM debian:latest\n{MAINTAINER}") == codes


# Stages


def test_a_stage_of_hadolint() -> None:
    text = f"FROM debian:latest\n{INSTALL}# hadolint stage ignore=DL3007,DL3014\nFROM debian:latest\n{INSTALL}{INSTALL}"
    codes = codes_of(text)
    assert codes.count("DL3014") == 1
    assert codes.count("DL3007") == 1
    assert codes.count("DL3015") == 2  # quiet in the stage that is not shipped
    assert codes_of(text + "FROM debian:latest\n" + INSTALL).count("DL3014") == 2


def test_a_finding_about_a_stage_belongs_to_the_instruction_where_it_stands() -> None:
    assert codes_of("FROM debian:latest AS a\nRUN true\n") == ["DL3007"]
    assert codes_of("# dlint: ignore[DL3007]\nFROM debian:latest AS a\nRUN true\n") == []
    assert codes_of("FROM debian:latest AS a\n# dlint: ignore[DL3007]\nRUN true\n") == ["DL3007"]


def test_a_finding_about_several_instructions_belongs_to_the_one_where_it_stands() -> None:
    update = "RUN apt-get update\n"
    install = "RUN apt-get install -y --no-install-recommends curl=1\n"
    assert found(update + install) == ["OPT001"]
    assert found("# dlint: ignore[OPT001]\n" + update + install) == []
    assert found(update + "# dlint: ignore[OPT001]\n" + install) == ["OPT001"]


def test_a_comment_of_hadolints_before_the_later_of_two() -> None:
    assert found('CMD ["a"]\nCMD ["b"]\n') == ["DL4003"]
    assert found('CMD ["a"]\n# hadolint ignore=DL4003\nCMD ["b"]\n') == []
    assert found('# hadolint ignore=DL4003\nCMD ["a"]\nCMD ["b"]\n') == []


def test_many_comments_cost_no_more_than_their_number() -> None:
    import time

    def seconds(count: int) -> float:
        text = "FROM a\n" + "# dlint: ignore[DL3008]\nRUN a \\\n # dlint: ignore[DL3009]\n && b\n" * count
        dockerfile = parse(Source.decode(text.encode()))
        began = time.perf_counter()
        Suppressions(dockerfile)
        return time.perf_counter() - began

    assert seconds(8000) < 25 * max(seconds(1000), 0.005)


# Comments that switch off nothing ---------------------------------------------------------------------------------


def unused(text: str, *select: str) -> list[tuple[int, str]]:
    plan = LintPlan(select_rules(list(select) or ["IGN"], []))
    found = lint_source(Source(text), plan, None).diagnostics
    return [
        (d.start[0], d.message.removeprefix("unused ignore: ").partition(" is ")[0].partition(" are ")[0])
        for d in found
        if d.code.startswith("IGN")
    ]


def test_a_rule_that_is_not_selected_is_asked_all_the_same() -> None:
    text = "FROM debian:12\n# dlint: ignore[DL3004, DL3003]\nRUN sudo a\n"
    assert unused(text) == unused(text, "IGN", "DL") == unused(text, "IGN", "DL3003") == [(2, "`DL3003`")]


def test_what_two_comments_switch_off_is_used_by_both() -> None:
    text = "# dlint: ignore-file[DL3004]\nFROM debian:12\n# dlint: ignore[sudo-in-run]\nRUN sudo a\n"
    assert unused(text) == []


def test_prefixes_and_other_tools_names() -> None:
    text = "FROM debian:12\n# dlint: ignore[DL3, DS-0010]\nRUN sudo a\n# dlint: ignore[SEC, DS-0010]\nRUN a\n"
    assert unused(text) == [(4, "`SEC`, `DS-0010`")]


def test_a_comment_before_a_directive_stays() -> None:
    text = "# dlint: ignore[DL3007]\n# syntax=docker/dockerfile:1\nFROM debian:12\n"
    report = lint_source(Source(text), LintPlan(select_rules(["IGN"], [])), None)
    assert [d.fix for d in report.diagnostics] == [None], "the next comment would become a directive"


def test_comments_that_do_not_count_are_not_judged() -> None:
    plan = LintPlan(select_rules(["IGN001"], []), comments=False)
    assert lint_source(Source("FROM debian:12\n# dlint: ignore[DL3004]\nRUN a\n"), plan, None).diagnostics == []
