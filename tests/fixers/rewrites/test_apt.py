"""What apt does in a RUN is said once."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cases import rewritten


def layers(tmp_path: Path, text: str) -> str:
    return rewritten(tmp_path, text, {"a": ""}, "layers").text


def test_one_install_with_a_package_a_line(tmp_path: Path) -> None:
    text = """\
FROM ubuntu:22.04
RUN apt-get update && rm -rf /var/lib/apt/lists/*
RUN apt-get update && apt-get upgrade -y && apt-get install -y wget jq && \\
    apt-get update && apt-get install -y curl jq && apt-get clean && rm -rf /var/lib/apt/lists/*
COPY a a
RUN apt-get clean
RUN rm -rf /var/lib/apt/lists/*
CMD ["x"]
"""
    expected = """\
FROM ubuntu:22.04
RUN apt-get update \\
    && apt-get upgrade -y \\
    && apt-get install -y \\
        curl \\
        jq \\
        wget \\
    && rm -rf /var/lib/apt/lists/*
COPY a a
CMD ["x"]
"""
    assert layers(tmp_path, text) == expected
    assert layers(tmp_path, expected) == expected


@pytest.mark.parametrize(
    "commands",
    [
        "apt-get install -y a",
        "apt-get install -y a && apt-get install --no-install-recommends -y b",
        "apt-get install -y a && apt-get install b",
        "apt-get install -y a && a --init && apt-get install -y b",
        "apt-get install -y a && apt-get remove -y b && apt-get install -y c",
        "apt-get install -y a && add-apt-repository x && apt-get update && apt-get install -y c",
        "apt-get install -y $A && apt-get install -y c",
        "apt-get install -y a; apt-get install -y c",
        "apt-get install -y a && apt-get upgrade -y && apt-get install -y c",
        "apk add a && apk add b",
        "rm -rf /x",
    ],
)
def test_what_is_more_stays(commands: str, tmp_path: Path) -> None:
    text = f"FROM debian:12\nRUN apt-get update && {commands} && rm -rf /var/lib/apt/lists/*\n"
    assert layers(tmp_path, text) == text


@pytest.mark.parametrize(
    "text",
    [
        "FROM mine\nRUN rm -rf /var/lib/apt/lists/*\n",
        "FROM debian:12\nRUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*\n",
        "FROM debian:12\nRUN apt-get install x && make\nRUN apt-get clean\n",
        "FROM debian:12\nRUN ./apt.sh\nRUN apt-get clean\n",
    ],
)
def test_what_may_have_something_to_clean_stays(text: str, tmp_path: Path) -> None:
    assert layers(tmp_path, text) == text
