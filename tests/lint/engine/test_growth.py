"""Time grows with the length of a file, not with its square."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.known_findings import BaselineEntry, baseline_entries, match_entries
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source

SHAPES = [
    "RUN apt-get install a\n",
    "RUN apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/*\n",
    "RUN pip install a\n",
    "RUN yarn add a\n",
    "COPY a b\n",
    "COPY a /app\nRUN chown -R a /app\n",
    "RUN curl -O https://example.com/a.tgz && tar xf a.tgz && rm a.tgz\n",
    "FROM alpine:3.20\nRUN apk add a\n",
    "ENV A=1 B=$A\n",
    "RUN <<EOF\napt-get install a\nEOF\n",
]


@pytest.mark.parametrize("shape", SHAPES)
def test_eight_times_the_lines_take_no_forty_times_as_long(shape: str) -> None:
    plan = LintPlan(select_rules(["ALL"], []))

    def seconds(times: int) -> float:
        text = "FROM debian:12\n" + shape * times
        start = time.process_time()
        lint_source(Source(text), plan, None)
        return time.process_time() - start

    seconds(10)
    # A square would be 64; half a second is less than what may be measured wrong.
    assert seconds(1600) < 40 * seconds(200) + 0.5


LONG = ["STOPSIGNAL " + "0" * 60_000, "EXPOSE " + "9" * 60_000, "ARG " + "A(" * 30_000, "ARG " + "KEY_" * 15_000]
LONG += ["RUN " + "$=b" * 20_000]


@pytest.mark.parametrize("text", LONG)
def test_one_long_word_is_no_trouble(text: str) -> None:
    start = time.process_time()
    report = lint_source(Source(f"FROM debian:12\n{text}\n"), LintPlan(select_rules(["ALL"], [])), None)
    assert not report.failed
    assert time.process_time() - start < 3


NUMBERED = {
    "stages": "FROM s{p} AS s{i}\n",
    "stages with commands": "FROM s{p} AS s{i}\nCOPY a b\nRUN apt-get update && apt-get install -y p{i}\n",
    "copies between stages": "FROM debian:12 AS s{i}\nCOPY --from=s{p} /a /b\n",
    "variables of variables": "ENV V{i}=$V{p}\n",
    "arguments": "ARG A{i}\n",
    "directories in directories": "WORKDIR w{i}\n",
    "updates": "RUN apt-get update && apt-get install -y p{i}\n",
    "deletions of copies": "COPY a{i} /b{i}\nRUN rm /b{i}\n",
}


@pytest.mark.parametrize("shape", NUMBERED.values(), ids=NUMBERED)
def test_what_refers_to_what_precedes_it_takes_linear_time_and_memory(shape: str) -> None:
    plan = LintPlan(select_rules(["ALL"], []))

    def cost(times: int) -> tuple[float, int]:
        lines = [shape.replace("{i}", str(n)).replace("{p}", str(n - 1)) for n in range(1, times)]
        text = "FROM debian:12 AS s0\nENV V0=a\n" + "".join(lines)
        start = time.process_time()
        assert not lint_source(Source(text), plan, None).failed
        seconds = time.process_time() - start
        tracemalloc.start()
        dockerfile = parse(Source(text))
        build = Build(dockerfile)
        for stage in build.stages:
            stage.state(0)
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return seconds, memory

    cost(10)
    (few_seconds, few_bytes), (seconds, memory) = cost(200), cost(1600)
    assert seconds < 40 * few_seconds + 0.5
    # A path may be 4096 characters long, which is more than those of the short file.
    assert memory < 20 * few_bytes + 10_000_000


@pytest.mark.parametrize("start, end", [("$(", ")"), ('"$(echo ', ')"'), ("`", "` ")])
def test_nested_substitutions_are_no_trouble(start: str, end: str) -> None:
    depth = 40_000 // (len(start) + len(end))
    begin = time.process_time()
    text = f"FROM debian:12\nRUN echo {start * depth}a{end * depth}\n"
    assert not lint_source(Source(text), LintPlan(select_rules(["ALL"], [])), None).failed
    assert time.process_time() - begin < 4


def test_the_same_package_thousands_of_times_is_no_trouble() -> None:
    begin = time.process_time()
    text = "FROM debian:12\nRUN apt-get update && apt-get install -y " + "curl " * 10_000 + "\n"
    assert not lint_source(Source(text), LintPlan(select_rules(["ALL"], [])), None).failed
    assert time.process_time() - begin < 6


def test_a_baseline_of_many_equal_findings_is_no_trouble() -> None:
    text = "FROM debian:12\n" + "".join(f"RUN apt-get install p{n % 7}\n" for n in range(3000))
    source = Source(text)
    found = baseline_entries(source, lint_source(source, LintPlan(select_rules(["DL"], [])), None).diagnostics)
    other = [
        BaselineEntry(each.code, each.about + "x", each.words, each.line, each.near, each.message) for each in found
    ]
    begin = time.process_time()
    assert match_entries(found, found, source) == found
    assert not any(match_entries(found, other, source))
    assert time.process_time() - begin < 2
