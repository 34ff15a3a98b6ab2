"""BAS002."""

from __future__ import annotations

from ..base import INFO, SHIPPED, Bad, Finding, Good, rule
from .base_support import support_finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage


@rule(
    "BAS002",
    level=INFO,
    since="0.1",
    onbuild=False,
    scope=SHIPPED,
    subject=("end of life", "eol", "outdated", "old", "older", "glibc", "compatible", "compatibility"),
)
def ending_base(stage: Stage, build: Build) -> Iterator[Finding]:
    """The support of a base image ends soon, or a builder stage uses one that has reached end of life.

    ## Why
    Releases without support get no security updates. Builder stages are not shipped, but compilers and package managers
    that are no longer updated stop working with current packages.

    ## What to do
    Plan the upgrade to a supported release.

    ## Exceptions
    - Final stages whose base has already ended, see BAS001, which also says where the dates come from.
    - Ends that are more than a year away; in builder stages and in images for development or tests, three months.
    - Images made for that release: the path or the name of the stage contains its number or codename
      (`3.22/Dockerfile`, `bullseye/Dockerfile`), or stages of the file use three or more versions of the image.
    - Confidence is low for the file of one published version, such as `3.5.8/Dockerfile`.
    """
    finding = support_finding(build, stage, shipped=False)
    if finding is not None:
        yield finding


EXAMPLES = (
    Bad(
        "FROM «node:18» AS build\nRUN npm ci\nFROM nginx:1.30\nCOPY --from=build /a /a",
        message="Node.js 18 in base image `node:18` reached end of life on 2025-04-30",
    ),
    Good("FROM node:24 AS build\nRUN npm ci\nFROM nginx:1.30\nCOPY --from=build /a /a"),
    Bad(
        "FROM «ubuntu:22.04»",
        message="the end of support for Ubuntu 22.04 in base image `ubuntu:22.04` is 2027-04-01; plan the upgrade to",
    ),
    Bad("FROM «python:3.10-slim-bookworm»", message="2026-10-31; plan the upgrade to `python:3.11-slim-bookworm`"),
    Bad("FROM «alpine:3.21»", message="`alpine:3.23`"),
    Bad(
        "FROM «alpine:3.21» AS a\nFROM alpine:3.21 AS b\nFROM nginx:1.30\nCOPY --from=a /a /a",
        why="reported once per image",
    ),
    Bad("FROM «python:3.13-alpine3.22»", message="`python:3.13-alpine3.23`"),
    Good("FROM node:22 AS build\nRUN npm ci\nFROM nginx:1.30\nCOPY --from=build /a /a", why="months away"),
    Good("FROM alpine:3.21", options={"project-path": "alpine3.21/Dockerfile"}, why="made for this release"),
    Good("FROM debian:bullseye", options={"project-path": "26/bullseye/Dockerfile"}, why="made for this release"),
    Good("FROM ubuntu:22.04", options={"project-path": "ubuntu-22-04.Dockerfile"}),
    Bad("FROM «ubuntu:22.04»", options={"project-path": "3.5.8/Dockerfile"}, why="with low confidence: published"),
    Good(
        "FROM postgres:13 AS pg13\nFROM postgres:15 AS pg15\nFROM postgres:17\nCOPY --from=pg13 /a /a",
        why="one stage for each release",
    ),
    Good("FROM python:3.13"),
    Good("FROM python:3.8", why="reported by BAS001"),
    Good("FROM redis:8", why="moves to a newer release"),
    Good("FROM mongo:7", why="is 7.0, not the newest 7.3, which has ended"),
    Good("FROM python:3.8 AS base\nFROM base\nCMD a", why="part of the final image, so reported by BAS001"),
)
