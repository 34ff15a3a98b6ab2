"""The line at which a build failed, from what builders write."""

from __future__ import annotations

import pytest
from dockerfile_dlint.fixers.verify.failures import locate_failure

TEXT = """\
FROM alpine:3.20 AS build
# a comment
COPY app.py /app/
RUN apk add \\
    curl && \\
    make all
RUN ["make", "check"]

FROM alpine:3.20
COPY --from=build /app /app
RUN make install VERSION=$VERSION
"""


@pytest.mark.parametrize(
    ("output", "line", "message"),
    [
        (
            "#9 [build 3/4] RUN apk add     curl &&     make all\n------\n > [build 3/4] RUN apk add     curl &&     "
            "make all:\n#9 0.2 no make\n------\nDockerfile:4\n--------------------\n   3 |     COPY app.py /app/\n"
            "ERROR: failed to solve: process did not complete successfully: exit code: 127",
            4,
            "failed to solve: process did not complete successfully: exit code: 127",
        ),
        (
            "#7 ERROR: executor failed running [make check]: exit code: 2\n------\n > [build 4/4] RUN [\"make\", "
            '"check"]:\n------\nexecutor failed running [make check]: exit code: 2',
            7,
            "executor failed running [make check]: exit code: 2",
        ),
        (
            '[1/2] STEP 4/4: RUN ["make", "check"]\nmake: *** Error 1\nError: building at STEP "RUN make check": '
            "while running runtime: exit status 2",
            7,
            "while running runtime: exit status 2",
        ),
        (
            "[2/2] STEP 3/3: RUN make install VERSION=1.2\nmake: no rule\nsomething else",
            11,
            "something else",
        ),
        (
            "#8 1.0 error: of another step\n#9 2.0 Collecting x\n#9 2.5 error: subprocess-exited-with-error\n"
            "#9 2.6   a.c:1:10: fatal error: Python.h: No such file or directory\n#9 2.7 ERROR: Failed to build x\n"
            "#9 ERROR: process did not complete successfully: exit code: 1\n------\n > [build 3/4] RUN apk add curl:",
            4,
            "a.c:1:10: fatal error: Python.h: No such file or directory",
        ),
        (
            "STEP 3/4: COPY a /\nSTEP 4/4: RUN make install VERSION=1\nE: Unable to locate package x\n"
            'Error: building at STEP "RUN make install VERSION=1": while running runtime: exit status 100',
            11,
            "E: Unable to locate package x",
        ),
        ("STEP 2/4: COPY app.py /app/\nError: no such file", 3, "no such file"),
        ("error: cannot connect", 0, "cannot connect"),
        ("", 0, ""),
    ],
)  # fmt: skip
def test_the_line(output: str, line: int, message: str) -> None:
    failure = locate_failure(TEXT, output.split("\n"))
    assert (failure.line, failure.message) == (line, message)
    assert bool(failure.instruction) == bool(line)
