"""The variables that FROM may use, and whether a base image name is valid without build arguments."""

from __future__ import annotations

from ...model.images.reference import InvalidReferenceError, parse_reference
from ...syntax.expand import ExpansionError, variable_references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build


def variables_in_from(build: Build) -> set[str]:
    """The variables that FROM may use: BuildKit's own, and the ARGs before the first FROM with or without a value."""
    state = build.global_state
    return build.cached("variables in FROM", lambda: {*state.vars, *state.unknown, "TARGETSTAGE"})


def invalid_without_build_arguments(build: Build, base: str) -> bool:
    """Whether `base` is not a valid image reference unless a build argument is given."""
    try:
        parse_reference(build.global_state.expand(base).text)
    except (InvalidReferenceError, ExpansionError):
        return True
    return False


def always_invalid(build: Build, base: str) -> bool:
    """Whether `base` is invalid whatever build arguments are given; the rule build-error reports these."""
    try:
        unmatched = build.global_state.expand(base).unmatched
    except ExpansionError:
        return True
    if has_empty_argument(build, base):
        return False
    return build.global_state.unknown.isdisjoint(unmatched) and invalid_without_build_arguments(build, base)


def has_empty_argument(build: Build, base: str) -> bool:
    """Whether `base` contains a build argument with an empty default, which is as good as none."""
    return any(name not in build.global_state.unknown for name in unset_arguments(build, base))


def unset_arguments(build: Build, base: str) -> list[str]:
    """The build arguments in `base` that have no default or an empty one."""
    state = build.global_state
    names = dict.fromkeys(name for name, _, _ in variable_references(base, state.escape))
    return [name for name in names if name in state.unknown or (name in build.global_args and not state.vars.get(name))]
