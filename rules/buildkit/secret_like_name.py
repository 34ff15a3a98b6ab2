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
    """`docker build` takes the name of an ARG or ENV for that of a secret, though its value is probably none.

    ## Why
    BuildKit warns by the name alone. The secrets that dlint is sure of are `secret-variable`'s; this rule has the rest,
    for those who want the same warnings as from `docker build --check`.

    ## What to do
    Give the variable a name without `KEY`, `AUTH`, `TOKEN` and the like, or switch the check off where it stands:
    `# check=skip=SecretsUsedInArgOrEnv`.
    """
    for variable in declared_variables(instruction, build):
        if variable.matches_buildkit_pattern and not variable.is_secret:
            yield Finding(f"`{variable.name}` reads like a secret to `docker build`", variable.argument)


EXAMPLES = (
    Bad("ENV «GPG_KEY»=A035C8C19219BA821ECEA86B64E628F8D684696D", message="reads like a secret"),
    Bad("ENV «APT_KEY_DONT_WARN_ON_DANGEROUS_USAGE»=1 «PASSWORD»="),
    Bad("ARG «ZONE_KEY»"),
    Good("ENV API_TOKEN=abc123", why="secret-variable reports it"),
    Good("ENV TOKEN_FILE=/x KEY_VERSION=1 PUBLIC_KEY=x", why="BuildKit leaves them alone"),
    Good("ENV KEYBOARD=us AUTHOR=me"),
)
