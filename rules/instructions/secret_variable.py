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
    ENV values are stored in the image configuration and ARG values in its history: anyone with the image can read them
    with `docker inspect` or `docker history --no-trunc`. A default password in ENV is the same for all users.

    ## What to do
    Mount the secret in the RUN that needs it: `RUN --mount=type=secret,id=token …` and `docker build --secret
    id=token,…`. Pass what the program needs at run time: `docker run --env-file`.

    ## Exceptions
    - Names of settings that refer to a secret: `TOKEN_URL`, `SECRET_NAME`, `*_TOKEN_FILE`, `GOPRIVATE`.
    - Tokens of a language model or parser, and limits: `MAX_TOKENS`, `PAD_TOKEN`, `PASSWORD_PROMPT`.
    - Values that are not secrets: empty values, switches, paths, placeholders, fingerprints of public keys.
    - `secret-like-name` reports everything that BuildKit reports.
    """
    for variable in declared_variables(instruction, build):
        if variable.is_secret:
            advice = (
                "is stored in the image history; use `RUN --mount=type=secret`"
                if isinstance(instruction, Arg)
                else "is stored in the image configuration; pass it at run time instead"
            )
            yield Finding(
                f"`{variable.name}` {advice}",
                variable.argument,
                aliases=None if variable.matches_buildkit_pattern else _OTHERS,
            )


EXAMPLES = (
    Bad("ENV «API_TOKEN»=abc123", message="the image configuration"),
    Good("ARG TOKEN\nFROM debian:12", why="not part of the image"),
    Bad("ARG «NPM_TOKEN»\nENV «NPM_TOKEN»=$NPM_TOKEN", message="the image history"),
    Bad('ARG «DB_PASSWORD»=""', why="the value is set at build time"),
    Bad("ENV HOST=a «MYSQL_ROOT_PASSWORD»=1234 «clientSecret»=x9"),
    Bad("ENV «AWS_ACCESS_KEY_ID»=AKIA1 «AWS_SECRET_ACCESS_KEY»=wJalr"),
    Bad("ENV «PGPASSWORD» hunter2"),
    Bad("ONBUILD ARG «TOKEN»"),
    Good("ENV GITHUB_TOKEN_FILE=/run/secrets/token", why="not a secret itself"),
    Good("ENV GOPRIVATE=example.org/*", why="not a secret itself"),
    Good("ENV SSH_KEY_FINGERPRINT=SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8 GPG_SIGNING_KEY=0x9234abcd"),
    Good('ENV SSH_KEY="ssh-ed25519 AAAAC3Nza a@b"', why="a public key"),
    Bad("ENV «SSH_KEY»=c3VwZXI «SIGNING_KEY»=9234abcd"),
    Good("ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D", why="the fingerprint of a public key"),
    Good("ENV PASSWORD= ROOT_PASSWORD=/run/secrets/pw ALLOW_EMPTY_PASSWORD=yes", why="not secrets"),
    Good("ENV TOKEN_URL=https://example.org/ SECRET_NAME=web TOKEN_EXPIRY=3600"),
    Good("ENV MAX_TOKENS=4096 LLM_MAX_NEW_TOKENS=512 RATE_TOKENS=20", why="amounts"),
    Good("ENV BOS_TOKEN=begin PAD_TOKEN=pad TOKENIZERS_PARALLELISM=false", why="pieces of text"),
    Good('ENV PASSWORD_PROMPT="Enter:" PASSWORD_PROMPT_STRING=x PASSWORD_HINT=pet PASSWORD_STRENGTH=high'),
    Good("ENV TOKEN_SYMBOL=ETH TOKEN_SCOPE=read TOKEN_SOURCE=env SECRET_ENGINE=kv"),
    Bad("ENV «API_TOKENS»=ab12,cd34 «SESSION_SECRET»=keyboardcat"),
    Good(
        "ENV SIGNING_KEY=0123456789ABCDEF0123456789ABCDEF01234567 \\\n"
        "    DEPLOY_KEY='0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567'",
        why="fingerprints of public keys",
    ),
    Good('ENV HIPCHAT_PASSWORD="[your-password]"', why="a placeholder"),
)
