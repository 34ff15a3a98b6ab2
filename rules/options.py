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
GIVEN_ARGUMENTS = "given-arguments"
"""Set by the engine, never by a configuration."""
PROJECT_IMAGES = "project-images"
"""Set by the engine, never by a configuration."""
TARGET_PLATFORMS = "target-platforms"
"""Set by the engine, never by a configuration."""
PASSED_ARGUMENTS = "passed-arguments"
"""Set by the engine, never by a configuration."""
PROJECT_PATH = "project-path"
"""Set by the engine, never by a configuration."""
BUILT_FOR_DEVELOPMENT = "built-for-development"
"""Set by the engine, never by a configuration."""
CODE_MOUNTS = "code-mounts"
"""Set by the engine, never by a configuration."""
NEEDS_ROOT = "needs-root"
"""Set by the engine, never by a configuration."""
TEMPLATES = "templates"
"""Set by the engine, never by a configuration."""
NEWER_VERSION = "newer-version"
"""Set by the engine, never by a configuration."""


def pedantic(build: Build) -> bool:
    """Whether to also report what rarely matters (`pedantic`): everything hadolint reports, except its mistakes.

    Where a rule is a matter of taste (`apt` or `apt-get`, ADD or COPY), this option follows hadolint.
    """
    return bool(build.options.get("pedantic", False))


def if_minor(build: Build) -> str:
    """The confidence of a finding that is rarely worth acting on: low, or with `pedantic` that of the rule."""
    return "" if pedantic(build) else "low"


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


def given_arguments(build: Build) -> Mapping[str, str]:
    """The build arguments that another file of the project passes, each with the name of that file.

    It is a compose file, a workflow, a makefile, and so on.
    """
    value: Any = build.options.get(GIVEN_ARGUMENTS, {})
    return value


def target_platforms(build: Build) -> Sequence[str]:
    """The platforms that the project builds the image for, as far as a bake file, a workflow or the like says so."""
    value: Any = build.options.get(TARGET_PLATFORMS, ())
    return value


def passed_arguments(build: Build) -> frozenset[str]:
    """The build arguments that any command in the project's files passes, whichever image it builds."""
    value: Any = build.options.get(PASSED_ARGUMENTS, frozenset[str]())
    return value


def project_path(build: Build) -> str:
    """The path of the file in its repository; without one as the user gave it, of an absolute path the last parts."""
    known: Any = build.options.get(PROJECT_PATH)
    if known:
        return known
    name = build.dockerfile.source.name.replace("\\", "/")
    return "/".join(name.split("/")[-3:]) if name.startswith("/") or name[1:2] == ":" else name


def built_for_development(build: Build) -> bool:
    """Whether all builds of the file that other files describe are for development or tests."""
    return bool(build.options.get(BUILT_FOR_DEVELOPMENT, False))


def code_mounts(build: Build) -> Sequence[str]:
    """The directories of the image over which all services that build it mount the source code."""
    value: Any = build.options.get(CODE_MOUNTS, ())
    return value


def templates(build: Build) -> Sequence[frozenset[str]]:
    """The lines, stripped, of the templates of Dockerfiles near the file."""
    value: Any = build.options.get(TEMPLATES, ())
    return value


def has_newer_version(build: Build) -> bool:
    """Whether the file is in the directory of one version, such as `3.1/`, and that of a newer one has it as well."""
    return bool(build.options.get(NEWER_VERSION, False))


def runs_privileged(build: Build) -> bool:
    """Whether a compose file runs the image with the privileges of root: `privileged`, `cap_add`."""
    return bool(build.options.get(NEEDS_ROOT, False))


def is_project_image(build: Build, image: str | None) -> bool:
    """Whether the project builds the image of this name from another Dockerfile.

    Its tag does not matter: it is that of the local build. Official images never count, as everyone can pull them.
    """
    names: Any = build.options.get(PROJECT_IMAGES)
    if not names or not image:
        return False
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    name = head if colon and "/" not in tag else name
    if name not in names:
        return False
    from ..model.images.catalog import is_official

    return not is_official(name)
