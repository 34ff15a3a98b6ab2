"""BAS001."""

from __future__ import annotations

from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from .base_support import support_finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage


@rule(
    "BAS001",
    level=WARNING,
    since="0.1",
    onbuild=False,
    scope=SHIPPED,
    subject=("end of life", "eol", "outdated", "old", "older", "glibc", "compatible", "compatibility"),
)
def end_of_life_base(stage: Stage, build: Build) -> Iterator[Finding]:
    """The final image is based on a release that has reached end of life.

    ## Why
    Such a release gets no security updates. Its packages may also be gone: the mirrors of ended distributions are moved
    to archives, so that `apt-get update` fails.

    ## What to do
    Use a supported release. If the message names a tag, it is the next release that is supported for at least a year.

    ## Exceptions
    - Stages that are not part of the final image, see BAS002.
    - Confidence is low if the path names the release of the distribution, such as `ubuntu-18.04/Dockerfile`, and in old
      versions of an image.
    - Tags without a release, such as `latest` and `lts`, and images that dlint does not know.

    The dates are those of endoflife.date when dlint was released; what has ended depends on the version of dlint, not
    on the day. For Debian, the end is that of LTS; for Ubuntu, that of standard support.
    """
    finding = support_finding(build, stage, shipped=True)
    if finding is not None:
        yield finding


EXAMPLES = (
    Bad("FROM «python:3.8-slim»\nCMD python app.py", message="such as `python:3.11-slim`"),
    Good("FROM python:3.13-slim\nCMD python app.py"),
    Bad("FROM «node:18-alpine»", message="Node.js 18 in base image `node:18-alpine` reached end of life on 2025-04-30"),
    Bad("FROM «node:18.20.4-alpine3.16»", message="Node.js 18 and Alpine 3.16", why="the distribution has ended too"),
    Bad("FROM «node:hydrogen»", message="such as `node:24`"),
    Bad("FROM «python:3.12-slim-buster»", message="such as `python:3.12-slim-bookworm`"),
    Bad("FROM «python:3.11.4-slim-buster»", message="such as `python:3.11-slim-bookworm`"),
    Bad("FROM «java:8-jre»", message="use `eclipse-temurin:8-jre`"),
    Bad("FROM «buildpack-deps:stretch-scm»", message="such as `buildpack-deps:bookworm-scm`"),
    Bad("FROM «debian:buster-slim»", message="such as `debian:bookworm-slim`"),
    Bad("FROM «debian:10.4»", message="such as `debian:12`"),
    Bad("FROM «ubuntu:18.04»", message="such as `ubuntu:24.04`"),
    Bad("FROM «ubuntu:bionic-20200112»", message="such as `ubuntu:noble`"),
    Bad("FROM «alpine:3.14.2»", message="such as `alpine:3.23`"),
    Bad("FROM «php:7-fpm»", message="PHP 7.4", why="no PHP 7 is supported"),
    Bad("FROM «docker.io/library/postgres:9.6-alpine»", message="`docker.io/library/postgres:15-alpine`"),
    Bad("ARG V=3.8\nFROM «python:${V}-slim»", message="`python:3.8-slim`"),
    Bad("FROM «mcr.microsoft.com/dotnet/aspnet:6.0-alpine»", message="such as .NET 10"),
    Bad(
        "FROM «mcr.microsoft.com/dotnet/core/sdk:3.1»",
        message="`mcr.microsoft.com/dotnet/core/sdk:3.1` reached end of life on 2022-12-13; "
        "use a supported release, such as .NET 10 (`mcr.microsoft.com/dotnet/sdk:10.0`)",
    ),
    Bad("FROM «mcr.microsoft.com/windows/servercore:1909»", message="Windows Server 1909"),
    Bad("FROM «nvidia/cuda:11.2.2-base-ubuntu18.04»", message="Ubuntu 18.04"),
    Bad("FROM «centos:7»", message="use `almalinux` or"),
    Bad("FROM «openjdk:11-jre-slim»", message="use `eclipse-temurin:11-jre`"),
    Bad("FROM «openjdk:8-jdk-alpine»", message="use `eclipse-temurin:8-jdk-alpine`"),
    Bad("FROM «openjdk:16»", message="use `eclipse-temurin`"),
    Bad("FROM «microsoft/windowsservercore»", message="`mcr.microsoft.com/windows/servercore`"),
    Bad("FROM «python:3.8» AS base\nFROM base\nCMD python app.py", why="the final stage is based on it"),
    Good("FROM node:18 AS build\nRUN npm ci\nFROM nginx:1.30\nCOPY --from=build /a /a", why="not in the final image"),
    Bad(
        "FROM «ubuntu:18.04»",
        options={"project-path": "ubuntu-18-04.Dockerfile"},
        why="with low confidence: the purpose",
    ),
    Good("FROM debian:bookworm-slim", why="Debian LTS until 2028"),
    Good("FROM node:lts-alpine"),
    Good("FROM python:3"),
    Good("FROM python"),
    Good("FROM ubuntu:99.04", why="unknown"),
    Good("FROM openjdk:27-rc", why="early access builds are still published"),
    Good("FROM mcr.microsoft.com/windows/servercore:1809", why="the image of Windows Server 2019"),
    Good("FROM example.com/team/python:3.8", why="not an official image"),
    Good("FROM rust:1.70", why="Rust has no support periods"),
    Good("ARG V\nFROM python:${V}", why="set by the build"),
    Good("FROM scratch"),
)
