"""DL3044."""

from __future__ import annotations

from ...syntax.expand import variable_references
from ..base import ERROR, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Env


@rule("DL3044", level=ERROR, since="0.1", aliases=("buildkit:UndefinedVar",), formerly=("own-variable",))
def env_self_reference(env: Env, build: Build) -> Iterator[Finding]:
    """ENV uses a variable that is only set by the same ENV.

    ## Why
    All values of an ENV are expanded before any of its variables is set, so the variable is empty.

    ## What to do
    Use the variable in a second ENV.

    ## Exceptions
    - A variable that was set before, whose old value is used.
    - Single-quoted text, which is not expanded.
    """
    state = build.state(env)
    keys = {state.text(pair.key.text) for pair in env.pairs}
    for pair in env.pairs:
        if pair.value is None or pair.legacy or "$" not in pair.value.text:
            continue
        mapped = env.mapped(pair.value)
        for name, start, end in variable_references(pair.value.text, build.dockerfile.escape):
            known = name in state.vars or name in state.unknown or name == "PATH"
            if name in keys and name != state.text(pair.key.text) and not known:
                yield Finding(
                    f"`${name}` is empty here because the same ENV sets it; use a second ENV", mapped.span(start, end)
                )


EXAMPLES = (
    Bad("ENV A=1 B=«$A»"),
    Good("ENV A=1\nENV B=$A"),
    Bad('ENV A=1 \\\n    B="«${A}»/x"'),
    Bad("ENV A=«$B» B=1"),
    Good("ENV A=1 B='$A'", why="not expanded in single quotes"),
    Good("ENV A=1 B=\\$A"),
    Good("ENV PATH=/x:$PATH B=$PATH", why="PATH was set before"),
    Good("ARG A=1\nENV A=$A B=$A", why="A was set before"),
)
