"""The names that FROM may use, and what a base name means without build arguments."""

from __future__ import annotations

from ...model.images.reference import InvalidReferenceError, parse_reference
from ...syntax.expand import ExpansionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build


def variables_in_from(build: Build) -> set[str]:
    """The variables that FROM may use: BuildKit's own and the ARGs before the first FROM, with a value or without."""
    state = build.global_state
    return {*state.vars, *state.unknown, "TARGETSTAGE"}


def invalid_without_build_arguments(build: Build, base: str) -> bool:
    """Whether the base name is no image reference when nobody gives a build argument."""
    try:
        parse_reference(build.global_state.expand(base).text)
    except (InvalidReferenceError, ExpansionError):
        return True
    return False


def always_invalid(build: Build, base: str) -> bool:
    """Whether no build argument can help: the base name is refused, and all that it uses has a value or never will.

    The rule build-error reports these.
    """
    try:
        unmatched = build.global_state.expand(base).unmatched
    except ExpansionError:
        return True
    return build.global_state.unknown.isdisjoint(unmatched) and invalid_without_build_arguments(build, base)
