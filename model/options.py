"""What the one who lints asks of some rules: the entries of `Build.options`, named like hadolint's keys."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .build import Build


def pedantic(build: Build) -> bool:
    """Whether a rule shall also tell what it leaves alone because it seldom matters (`pedantic`).

    It is for those who want to see all that hadolint sees; what hadolint gets wrong is left alone in any case.
    Where it is a matter of taste what a rule is about (`apt install` beside `apt-get install`, ADD beside COPY),
    hadolint's taste counts then.
    """
    return bool(build.options.get("pedantic", False))


def trusted_registries(build: Build) -> Sequence[str]:
    """The registries that images may come from (`trusted-registries`); none: any."""
    value: Any = build.options.get("trusted-registries", ())
    return [value] if isinstance(value, str) else [str(entry) for entry in value or ()]


def label_schema(build: Build) -> Mapping[str, str]:
    """The wanted labels (`label-schema`), each with its type: text, url, rfc3339, spdx, hash, semver or email."""
    value: Any = build.options.get("label-schema", {})
    return value or {}


def strict_labels(build: Build) -> bool:
    """Whether labels that are not in the schema are wrong (`strict-labels`)."""
    return bool(build.options.get("strict-labels", False))
