"""The table of ends of support, and what it says about image references."""

from __future__ import annotations

import re

import pytest
from dockerfile_dlint.model.images.catalog import CATALOG
from dockerfile_dlint.model.images.end_of_life import EndOfLife
from dockerfile_dlint.model.images.reference import parse_reference

TABLE = EndOfLife()


def labels(text: str) -> list[str]:
    return [each.label for each in TABLE.releases(parse_reference(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python:3.8.10-slim-buster", ["Python 3.8", "Debian 10"]),
        ("python:3.10", ["Python 3.10"]),
        ("python:2", ["Python 2.7"]),
        ("python:3", []),
        ("node:lts-hydrogen", ["Node.js 18"]),
        ("node:20-alpine3.16", ["Node.js 20", "Alpine 3.16"]),
        ("elasticsearch:8.5.0", []),
        ("debian:stable-slim", []),
        ("debian:bullseye-20220101", ["Debian 11"]),
        ("debian:11.4-slim", ["Debian 11"]),
        ("ubuntu:16", []),
        ("amazonlinux:2.0.20230207.0", ["Amazon Linux 2"]),
        ("amazonlinux:2018.03", ["Amazon Linux 2018.03"]),
        ("eclipse-temurin:17.0.9_9-jre-focal", ["Eclipse Temurin 17", "Ubuntu 20.04"]),
        ("swift:5.2-centos7", ["CentOS 7"]),
        ("rust:1.70-bullseye", ["Debian 11"]),
        ("public.ecr.aws/docker/library/golang:1.20-alpine3.17", ["Go 1.20", "Alpine 3.17"]),
        ("mcr.microsoft.com/dotnet/sdk:8.0.100-jammy", [".NET 8", "Ubuntu 22.04"]),
        ("mcr.microsoft.com/dotnet/framework/aspnet:4.8-windowsservercore-ltsc2016", ["Windows Server 2016"]),
        ("mcr.microsoft.com/windows/nanoserver:20H2", ["Nano Server 20h2"]),
        ("quay.io/centos/centos:stream8", ["CentOS Stream 8"]),
        ("example.org/python:3.8", []),
        ("team/python:3.8-buster", []),
        ("python", []),
    ],
)
def test_releases(text: str, expected: list[str]) -> None:
    assert labels(text) == expected


def test_the_day_of_the_table_decides() -> None:
    ended, ending = (TABLE.releases(parse_reference(text))[0] for text in ("debian:10", "debian:11"))
    assert (ended.ended, ended.ending) == (True, False)
    assert (ending.ended, ending.ending) == (False, True)
    assert ended.end <= TABLE.day < ending.end


@pytest.mark.parametrize(
    "text", ["python:3.8-slim", "node:18.1-alpine3.15", "php:7.4-fpm-buster", "ubuntu:bionic", "postgres:11-bullseye"]
)
def test_a_proposed_tag_exists_and_is_supported(text: str) -> None:
    ref = parse_reference(text)
    proposed = re.fullmatch(r"`(.+):(.+)`", TABLE.supported(ref, TABLE.releases(ref)))
    assert proposed
    assert proposed[2] in CATALOG.tags(proposed[1])
    assert not any(each.ended or each.ending for each in TABLE.releases(parse_reference(proposed[0].strip("`"))))
