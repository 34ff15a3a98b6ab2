"""What changes with every build stands below the installs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..rewrites.cases import rewritten

FILES = {"requirements.txt": "flask\n", "app.py": ""}


def test_the_commit_goes_below_the_installs(tmp_path: Path) -> None:
    text = """\
FROM example.org/base:1
LABEL maintainer="me"

# which commit
ARG GIT_SHA=none
ENV GIT_SHA=$GIT_SHA
LABEL revision=$GIT_SHA

RUN apt-get update && apt-get install -y curl
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
RUN make
CMD ["run"]
"""
    assert rewritten(tmp_path, text, FILES, "order").text == (
        """\
FROM example.org/base:1
LABEL maintainer="me"

RUN apt-get update && apt-get install -y curl
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt

# which commit
ARG GIT_SHA=none
ENV GIT_SHA=$GIT_SHA
LABEL revision=$GIT_SHA
COPY . .
RUN make
CMD ["run"]
"""
    )


@pytest.mark.parametrize(
    "lines",
    [
        "ARG VERSION\nRUN apt-get install -y app=$VERSION",
        "ARG BUILD_DATE\nRUN make",
        "ARG BUILD_DATE\nLABEL a=$BUILD_DATE\nLABEL a=1\nRUN apt-get install -y curl",
        "ARG BUILD_DATE\nENV PATH=/x/$BUILD_DATE\nRUN apt-get install -y curl",
        "ARG A\nARG BUILD_DATE=$A\nENV A=1\nRUN apt-get install -y curl",
        "ARG DEBIAN_FRONTEND\nRUN apt-get install -y curl",
        "ARG USERNAME\nRUN apt-get install -y curl",
        "ARG BUILD_DATE\nUSER me\nRUN apt-get install -y curl",
        "RUN apt-get install -y curl\nARG BUILD_DATE\nLABEL a=$BUILD_DATE",
        "ARG BUILD_DATE\nCOPY . .\nRUN pip install .",
    ],
)
def test_what_may_read_it_keeps_it_above(lines: str, tmp_path: Path) -> None:
    text = f"FROM example.org/base:1\n{lines}\nCMD run\n"
    assert rewritten(tmp_path, text, FILES, "order").text == text


def test_it_stops_where_it_is_used(tmp_path: Path) -> None:
    text = (
        "FROM example.org/base:1\nARG VERSION=1\nRUN apt-get update && apt-get install -y curl\n"
        "RUN curl -fO https://example.org/$VERSION\nCMD run\n"
    )
    assert rewritten(tmp_path, text, FILES, "order").text == (
        "FROM example.org/base:1\nRUN apt-get update && apt-get install -y curl\nARG VERSION=1\n"
        "RUN curl -fO https://example.org/$VERSION\nCMD run\n"
    )
