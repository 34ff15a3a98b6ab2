"""BK016."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from ..instructions.secret_names import declared_variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Arg, Env


@rule("BK016", level=WARNING, since="0.1", aliases=("buildkit:SecretsUsedInArgOrEnv",), default=False)
def secret_like_name(instruction: Arg | Env, build: Build) -> Iterator[Finding]:
    """The name of an ARG or ENV triggers BuildKit's secret check, although its value is probably not a secret.

    ## Why
    BuildKit's check looks only at the name. `secret-variable` reports the secrets that dlint is sure of; this rule
    reports the rest, to match the warnings of `docker build --check`. Off by default because most of them are false
    positives.

    ## What to do
    Choose a name without `KEY`, `AUTH`, `TOKEN` and the like, or skip the check in the file with
    `# check=skip=SecretsUsedInArgOrEnv`.
    """
    for variable in declared_variables(instruction, build):
        if variable.matches_buildkit_pattern and not variable.is_secret:
            yield Finding(
                f"`{variable.name}` looks like a secret to BuildKit; rename it or skip `SecretsUsedInArgOrEnv`",
                variable.argument,
            )


EXAMPLES = (
    Bad("ENV «GPG_KEY»=A035C8C19219BA821ECEA86B64E628F8D684696D", message="looks like a secret"),
    Good("ENV API_TOKEN=abc123", why="reported by secret-variable"),
    Bad("ENV «APT_KEY_DONT_WARN_ON_DANGEROUS_USAGE»=1 «PASSWORD»="),
    Bad("ARG «ZONE_KEY»"),
    Good("ENV TOKEN_FILE=/x KEY_VERSION=1 PUBLIC_KEY=x", why="BuildKit ignores these names"),
    Good("ENV KEYBOARD=us AUTHOR=me"),
)
