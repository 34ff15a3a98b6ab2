"""What fixes of other tools have broken in real files, and dlint's must not."""

from __future__ import annotations

import pytest
from dockerfile_dlint.lint.commands.fix import FixRequest, fix_source
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.semantics import build_semantics
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source

PLAN = LintPlan(select_rules(["ALL"], []))


def fixed(text: str, *, unsafe: bool = False) -> str:
    report, result = fix_source(Source(text), PLAN, None, FixRequest(unsafe=unsafe, diff=False, fix_only=False))
    assert not report.failed
    assert not parse(Source(result.text)).errors
    again = fix_source(Source(result.text), PLAN, None, FixRequest(unsafe=unsafe, diff=False, fix_only=False))[1].text
    assert again == result.text
    return result.text


def value(text: str, keyword: str) -> list[object]:
    return [v for v in build_semantics(Build(parse(Source(text)))) if isinstance(v, tuple) and v[0] == keyword]


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_comment_inside_a_package_list(unsafe: bool) -> None:
    text = (
        "FROM debian:12-slim\nRUN apt-get update && apt-get install -y \\\n    zip \\\n    # for the build\n"
        "    make \\\n    curl \\\n && rm -rf /var/lib/apt/lists/*\n"
    )
    result = fixed(text, unsafe=unsafe)
    assert "    # for the build\n" in result
    words = str(value(result, "RUN"))
    assert all(word in words for word in ("'zip'", "'make'", "'curl'", "'rm'"))


@pytest.mark.parametrize(
    "line",
    [
        "ENV A \\\n  b",
        'ENV E "q q"',
        'LABEL maintainer "X"',
        "ENV A b\\ c",
        "ENV A b   c",
        "ENV A b \\\n    c \\\n    d",
        "ENV A 'b  c' d",
        "ENV A a=b c=d",
        "LABEL a b=c",
        "ENV PATH $PATH:/x y",
        'ENV A "b',
        "ENV A ${B:-c d}  e",
    ],
)
@pytest.mark.parametrize("unsafe", [False, True])
def test_values_of_the_old_form(line: str, unsafe: bool) -> None:
    text = f"FROM debian:12-slim\nARG B\n{line}\n"
    result = fixed(text, unsafe=unsafe)
    keyword = line.split(" ")[0]
    assert value(result, keyword)[:1] == value(text, keyword)[:1]


@pytest.mark.parametrize("unsafe", [False, True])
def test_the_body_of_a_heredoc_stays(unsafe: bool) -> None:
    body = "  a:   b\n\n\tc \\\n   d   \n"
    text = f"FROM debian:12-slim\nCOPY <<EOF /a\n{body}EOF\nRUN <<EOF\ncat > b <<X\n{body}X\nEOF\n"
    assert fixed(text, unsafe=unsafe).count(body) == 2


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_command_stays_above_a_later_shell(unsafe: bool) -> None:
    text = 'FROM debian:12-slim\nCMD a $B\nSHELL ["/bin/bash", "-c"]\nRUN a\n'
    result = fixed(text, unsafe=unsafe)
    assert value(result, "CMD") == value(text, "CMD")


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize(
    "lines",
    [
        "ARG FILE=app.tar.gz\nADD $FILE /app",
        "ARG FILE\nADD $FILE /app",
        "ADD rootfs.tar.xz /",
        "ADD https://example.com/a /a",
        "ADD https://github.com/moby/buildkit.git#v1 /a",
        "ADD git@example.com:a/b.git /a",
        "ADD --checksum=sha256:00 a /a",
        "ADD a.apk b.gem /a/",
    ],
)
def test_add_that_unpacks_or_fetches_stays(lines: str, unsafe: bool) -> None:
    assert "\nADD " in fixed(f"FROM debian:12-slim\n{lines}\n", unsafe=unsafe)


@pytest.mark.parametrize(
    "command",
    [
        "java $JAVA_OPTS -jar a.jar",
        "a && b",
        "a > b",
        "A=1 b",
        "cd /a",
        "exec a",
        "echo ~",
        "ls *",
        "a {b,c}",
        "a; b",
        "a 'b",
        "a \\\n# c\n b",
        "source a",
        'a "$B"',
        "a `b`",
        "a !b",
        "[ -f a ]",
        "a #b",
        "a &",
        "(a)",
        "if a; then b; fi",
    ],
)
def test_what_needs_a_shell_keeps_it(command: str) -> None:
    text = f"FROM debian:12-slim\nCMD {command}\n"
    assert value(fixed(text, unsafe=True), "CMD") == value(text, "CMD")


def test_no_bash_is_brought_to_alpine() -> None:
    assert "bash" not in fixed("FROM alpine:3.20\nRUN wget -qO- https://example.com/a | tar xz\n", unsafe=True)


def test_no_folder_is_invented() -> None:
    text = "FROM debian:12-slim\nRUN cd /opt/app && make\nCOPY x ./\n"
    assert "WORKDIR" not in fixed(text, unsafe=True)


def test_lines_end_as_before() -> None:
    text = (
        "FROM debian:12-slim\r\nMAINTAINER me\r\nENV A b c\r\nRUN apt-get update\r\nRUN apt-get install -y curl\r\n"
        "RUN curl -O https://example.com/a | sh\r\nRUN sudo make\r\nCMD a b\r\n"
    )
    result = fixed(text, unsafe=True)
    assert result.count("\n") == result.count("\r\n")


def test_no_mount_without_the_syntax_for_it() -> None:
    text = "FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl\nRUN pip install a\n"
    result = fixed(text, unsafe=True)
    assert "--mount" not in result
    assert "<<" not in result


def test_a_long_file_is_fixed_too() -> None:
    text = "FROM debian:12-slim\n" + "ENV A b c\n" * 10_000
    plan = LintPlan(select_rules(["BK004", "BK013"], []))
    report, result = fix_source(Source(text), plan, None, FixRequest(unsafe=False, diff=False, fix_only=False))
    assert not report.failed
    assert result.text.count('ENV A="b c"\n') == 10_000
