"""PKG031."""

from __future__ import annotations

import json

from ..base import INFO, MEDIUM, SHIPPED, Bad, Finding, Good, rule
from .shipped_installs import shipped_installs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ...model.build import Build


@rule("PKG031", level=INFO, since="0.1", confidence=MEDIUM, onbuild=False, prefilter=("composer",), scope=SHIPPED)
def composer_dev(build: Build) -> Iterator[Finding]:
    """The final image contains the packages of `require-dev` of a PHP project.

    ## Why
    Test frameworks and debuggers are of no use at run time. They make the image bigger, scanners report their
    vulnerabilities, and some, such as debug bars, show the configuration to visitors.

    ## What to do
    Use `composer install --no-dev --optimize-autoloader`, or set `COMPOSER_NO_DEV=1`.

    ## Exceptions
    - Images for development or tests.
    - A composer.json that is not known or has no `require-dev`, and images in which a later install removes them.
    """
    found = list(shipped_installs(build, "composer", ("vendor", "/app", "/var/www", "/srv")))
    if any(install.call.has("--no-dev") for install in found):
        return
    for install in found:
        state = build.state(install.run)
        names = {*state.vars, *state.unknown, *install.call.environment}
        may_omit = "COMPOSER_NO_DEV" in names or any(word.dynamic for word in install.call.command.args)
        if may_omit or install.call.has("-d", "--working-dir", "--dev"):
            continue
        path = install.manifest(build, "composer.json")
        data = build.context.read(path) if path is not None and build.context is not None else None
        if data is not None and _names_development(data):
            message = "`composer install` also installs the packages of `require-dev`; add `--no-dev`"
            yield Finding(message, install.call.command)
            return


def _names_development(data: bytes) -> bool:
    try:
        manifest: Any = json.loads(data)
        return bool(manifest["require-dev"])
    except (ValueError, KeyError, TypeError, RecursionError):  # the file may hold anything
        return False


_DEV = {"composer.json": '{"require-dev": {"phpunit/phpunit": "^11"}}', "composer.lock": "{}"}

EXAMPLES = (
    Bad(
        "FROM php:8.3-fpm\nWORKDIR /app\nCOPY . .\nRUN «composer install --no-interaction»",
        files=_DEV,
        message="add `--no-dev`",
    ),
    Good("FROM php:8.3-fpm\nWORKDIR /app\nCOPY . .\nRUN composer install --no-dev -o", files=_DEV),
    Bad(
        "FROM composer:2 AS b\nWORKDIR /app\nCOPY composer.* ./\nRUN «composer install»\n"
        "FROM php:8.3-fpm\nCOPY --from=b /app/vendor /app/vendor",
        files=_DEV,
        why="copied to the final stage",
    ),
    Good(
        "FROM php:8.3-fpm\nWORKDIR /app\nENV COMPOSER_NO_DEV=1\nCOPY . .\nRUN composer install",
        files=_DEV,
    ),
    Good(
        "FROM php:8.3-fpm\nWORKDIR /app\nCOPY . .\nRUN composer install && vendor/bin/phpunit\n"
        "RUN composer install --no-dev",
        files=_DEV,
        why="removed again",
    ),
    Good(
        "FROM php:8.3-fpm\nWORKDIR /app\nCOPY . .\nRUN composer install",
        files={"composer.json": '{"require": {}}'},
        why="there are none",
    ),
    Good(
        'FROM php:8.3-fpm\nWORKDIR /app\nCOPY . .\nRUN composer install `[ "$A" = 1 ] || echo --no-dev`',
        files=_DEV,
        why="a substitution may give the option",
    ),
    Good("FROM php:8.3-fpm AS dev\nWORKDIR /app\nCOPY . .\nRUN composer install", files=_DEV, why="for development"),
)
