"""DL3064."""

from __future__ import annotations

from ...syntax.tree import Arg
from ..base import WARNING, Bad, Finding, Good, rule
from .secret_names import declared_variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Env

_OTHERS = ("trivy:DS-0031",)


@rule("DL3064", level=WARNING, since="0.1", aliases=("buildkit:SecretsUsedInArgOrEnv", *_OTHERS))
def secret_variable(instruction: Arg | Env, build: Build) -> Iterator[Finding]:
    """ARG or ENV holds a secret.

    ## Why
    The value of an ENV is in the image's configuration, that of an ARG in its history: whoever gets the image reads it
    with `docker history --no-trunc` or `docker inspect`. A default password in ENV is the same for everybody.

    ## What to do
    Mount it in the RUN that needs it: `RUN --mount=type=secret,id=token …` and `docker build --secret id=token,…`. What
    the program needs comes at run time: `docker run --env-file`.

    ## What is left alone
    Names about a secret (`TOKEN_URL`, `SECRET_NAME`, `*_TOKEN_FILE`, GOPRIVATE), and values that are none: empty ones,
    switches, paths, blanks to fill in, fingerprints in GPG_KEY. `secret-like-name` reports those that BuildKit reports.
    """
    for variable in declared_variables(instruction, build):
        if variable.is_secret:
            where = "the image's history" if isinstance(instruction, Arg) else "the image's configuration"
            yield Finding(
                f"`{variable.name}` stays in {where}; use `RUN --mount=type=secret`"
                if isinstance(instruction, Arg)
                else f"`{variable.name}` stays in {where}; give it when the container starts",
                variable.argument,
                aliases=None if variable.matches_buildkit_pattern else _OTHERS,
            )


EXAMPLES = (
    Bad("ENV «API_TOKEN»=abc123", message="the image's configuration"),
    Bad("ARG «NPM_TOKEN»\nENV «NPM_TOKEN»=$NPM_TOKEN", message="the image's history"),
    Bad('ARG «DB_PASSWORD»=""', why="the build gives the value"),
    Bad("ENV HOST=a «MYSQL_ROOT_PASSWORD»=1234 «clientSecret»=x9"),
    Bad("ENV «AWS_ACCESS_KEY_ID»=AKIA1 «AWS_SECRET_ACCESS_KEY»=wJalr"),
    Bad("ENV «PGPASSWORD» hunter2"),
    Bad("ONBUILD ARG «TOKEN»"),
    Good("ARG TOKEN\nFROM debian:12", why="not in the image"),
    Good("ENV GITHUB_TOKEN_FILE=/run/secrets/token", why="hadolint reports it"),
    Good("ENV GOPRIVATE=example.org/*", why="hadolint reports it"),
    Good("ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D", why="the fingerprint of a public key"),
    Good("ENV PASSWORD= ROOT_PASSWORD=/run/secrets/pw ALLOW_EMPTY_PASSWORD=yes", why="no secrets"),
    Good("ENV TOKEN_URL=https://example.org/ SECRET_NAME=web TOKEN_EXPIRY=3600"),
    Good('ENV HIPCHAT_PASSWORD="[your-password]"', why="a blank to fill in"),
)
