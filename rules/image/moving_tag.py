"""COR053."""

from __future__ import annotations

from ...model.images.catalog import is_official
from ..base import INFO, MEDIUM, SHIPPED, VERSION_WORDS, Bad, Finding, Good, rule
from ..options import is_project_image
from .pinning import base_finding, shown_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...model.images.reference import ImageRef
    from ...syntax.tree import From

_MOVING = frozenset(
    "lts current stable mainline edge rolling nightly rawhide unstable testing devel tip canary main master".split()
)
"""Words in tags that mean whatever is newest."""
_VARIANTS = frozenset(
    "alpine slim jdk jre fpm apache cli zts perl otel buster bullseye bookworm trixie focal jammy noble nanoserver "
    "windowsservercore".split()
)
"""Words in tags of official images that say on which system a program runs, not its version."""
_SYSTEMS = frozenset(
    "debian ubuntu alpine fedora centos rockylinux almalinux oraclelinux amazonlinux archlinux photon busybox "
    "buildpack-deps opensuse clearlinux mageia sl alt scratch".split()
)
"""Official images whose suites are their versions."""


@rule("COR053", level=INFO, since="0.1", confidence=MEDIUM, scope=SHIPPED, subject=VERSION_WORDS)
def moving_tag(instruction: From, build: Build) -> Iterator[Finding]:
    """The tag of the base image names no version, such as `lts`, `stable` or `alpine`, so it moves to new major ones.

    ## Why
    The same Dockerfile builds another image after the next major release, which may not run the program.

    ## What to do
    Use the version that the program was tested with: `node:22-alpine` instead of `node:lts-alpine`.

    ## Exceptions
    - Stages that are not part of the final image: their build shows what a new version breaks.
    - Suites of distributions, such as `debian:bookworm`, and tags with a digest or any number.
    - An image that the project builds from another Dockerfile, and a path with the word, such as `debian/unstable`.
    """
    stage = build.stage_from(instruction)
    if stage is None or stage.parent is not None or instruction.base is None or not build.is_shipped(stage):
        return
    ref = stage.base_ref
    if ref is None or ref.digest is not None or not ref.tag or is_project_image(build, stage.image):
        return
    if _moves(ref) and not _is_meant(build, ref):
        shown = shown_base(instruction.base.text, ref)
        finding = base_finding(
            build, stage, f"the tag of base image {shown} moves to new major versions; pin a version"
        )
        if finding is not None:
            yield finding


def _is_meant(build: Build, ref: ImageRef) -> bool:
    """Whether the name of the file or of a directory says the word: Dockerfile.edge, debian/unstable."""
    path = build.dockerfile.source.name.lower()
    return any(word in path for word in _MOVING.intersection((ref.tag or "").split("-")))


def _moves(ref: ImageRef) -> bool:
    words = (ref.tag or "").lower().split("-")
    if "latest" in words:
        return False
    if any(any(char.isdigit() for char in word) for word in words if not word.startswith("alpine")):
        return False
    if not _MOVING.isdisjoint(words[:1] if not is_official(ref.name) else words):
        return True
    return is_official(ref.name) and ref.name not in _SYSTEMS and all(word in _VARIANTS for word in words)


EXAMPLES = (
    Bad("FROM «node:lts-alpine»", message="moves to new major versions; pin a version"),
    Good("FROM node:22-alpine"),
    Bad("FROM «nginx:stable»"),
    Bad("FROM «nginx:mainline-alpine3.22-slim»"),
    Bad("FROM «python:slim-bookworm»"),
    Bad("FROM «golang:alpine»"),
    Bad("FROM «ubuntu:rolling»"),
    Bad("FROM «alpine:edge»"),
    Bad("FROM «ghcr.io/example/tool:nightly»"),
    Bad("ARG TAG=lts\nFROM «node:$TAG»", message="`node:lts` (`node:$TAG`)"),
    Good("FROM debian:bookworm-slim", why="a suite"),
    Good("FROM ubuntu:noble", why="a suite"),
    Good("FROM node:lts@sha256:" + "a" * 64, why="pinned by digest"),
    Good("FROM rust:1-slim", why="a major version"),
    Good("FROM node:latest", why="reported by DL3007"),
    Good("FROM gcr.io/distroless/static:nonroot", why="no version exists"),
    Good("FROM ghcr.io/example/base:builder", why="an unknown word"),
    Good("FROM ghcr.io/example/main:2024-06-stable", why="a date"),
    Good("FROM app:main", options={"project-images": frozenset({"app"})}, why="built by the project"),
)
