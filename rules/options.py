"""Settings that rules read from `Build.options`, under the names of hadolint's configuration keys."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..model.build import Build
    from .base import UnusedIgnore

UNUSED_IGNORES = "unused-ignores"
"""Set by the engine for the rules about comments, never by a configuration."""


def pedantic(build: Build) -> bool:
    """Whether to also report what rarely matters (`pedantic`): everything hadolint reports, except its mistakes.

    Where a rule is a matter of taste (`apt` or `apt-get`, ADD or COPY), this option follows hadolint.
    """
    return bool(build.options.get("pedantic", False))


def trusted_registries(build: Build) -> Sequence[str]:
    """The registries that images may come from (`trusted-registries`); empty for any."""
    value: Any = build.options.get("trusted-registries", ())
    return [value] if isinstance(value, str) else [str(entry) for entry in value or ()]


def label_schema(build: Build) -> Mapping[str, str]:
    """The required labels (`label-schema`) with their types: text, url, rfc3339, spdx, hash, semver or email."""
    value: Any = build.options.get("label-schema", {})
    return value or {}


def strict_labels(build: Build) -> bool:
    """Whether labels that are not in the schema are reported (`strict-labels`)."""
    return bool(build.options.get("strict-labels", False))


def unused_ignores(build: Build) -> Sequence[UnusedIgnore]:
    """The names in ignore comments that suppress nothing; empty until the other rules have run."""
    value: Any = build.options.get(UNUSED_IGNORES, ())
    return value
