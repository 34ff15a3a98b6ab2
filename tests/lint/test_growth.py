"""Time grows with the length of a file, not with its square."""

from __future__ import annotations

import time

import pytest
from dockerfile_dlint.lint.config.selection import select_rules
from dockerfile_dlint.lint.engine.lint_plan import LintPlan
from dockerfile_dlint.lint.engine.linter import lint_source
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
