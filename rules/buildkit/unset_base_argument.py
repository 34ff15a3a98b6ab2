"""BK017."""

from __future__ import annotations

from ..base import INFO, SHIPPED, Bad, Finding, Good, rule
from ..options import given_arguments, passed_arguments
from ..text import join_quoted
from .base_names import always_invalid, invalid_without_build_arguments, unset_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule("BK017", level=INFO, since="0.1", aliases=("buildkit:InvalidDefaultArgInFrom",), scope=SHIPPED)
def unset_base_argument(instruction: From, build: Build) -> Iterator[Finding]:
    """The base image name is invalid unless a build argument is given.

    ## Why
    `docker build .` fails with an error about a blank or invalid name for anyone who does not know which `--build-arg`
    to pass. A default also documents what is built.

    ## What to do
    Give the ARG before the first FROM a default: `ARG VERSION=3.12`.

    ## Exceptions
    - Build arguments that a compose file, a CI workflow, a makefile, a script or another file of the project passes
      ([more](../configuration.md#build-context-target-and-arguments)).
    - A base image name that is invalid whatever the build arguments are: `build-error` reports it.
    """
    base = instruction.base
    if base is None or "$" not in base.text:
        return
    if not invalid_without_build_arguments(build, base.text) or always_invalid(build, base.text):
        return
    names = unset_arguments(build, base.text)
    if passed_arguments(build) | given_arguments(build).keys() >= set(names):
        return
    shown = join_quoted([f"ARG {name}" for name in names])
    yield Finding(f"the base image `{base.text}` is undefined without `--build-arg`; give {shown} a default", base)


EXAMPLES = (
    Bad("ARG BASE\nFROM «$BASE»", message="give `ARG BASE` a default"),
    Bad('ARG DISTRO=""\nFROM «debian:$DISTRO»', message="give `ARG DISTRO` a default", why="empty is no default"),
    Good("ARG VERSION=3.12\nFROM python:${VERSION}-slim"),
    Bad("ARG VERSION\nFROM «python:${VERSION}-slim»"),
    Bad("ARG NAME\nARG TAG\nFROM «$NAME:$TAG» AS a", message="`ARG NAME` and `ARG TAG`"),
    Good("ARG BASE\nFROM $BASE", options={"given-arguments": {"BASE": "compose.yaml"}}, why="a compose file passes it"),
    Bad("ARG BASE\nFROM «$BASE»", options={"given-arguments": {"OTHER": "compose.yaml"}}),
    Good("ARG VARIANT\nFROM python:3.12$VARIANT", why="valid without it"),
    Good("ARG VERSION\nFROM python:${VERSION:-3.12}"),
    Good("FROM $BASE", why="reported by build-error"),
)
