"""Which variables of the file the builder of a split stage needs."""

from __future__ import annotations

import re

from ....syntax.tree import CopyOrAdd, Env, Run, Workdir
from ..base.copies import read_context_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from ....model.build import Stage
    from ....model.context import Context
    from ....syntax.tree import KeyValuePair

_READERS = (Workdir, CopyOrAdd, Run, Env)
_SECRET = re.compile(r"SECRET|PASSWO?R?D|TOKEN|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|CREDENTIAL", re.IGNORECASE)
_OF_MANAGERS = re.compile(
    r"(NPM|NODE_AUTH|YARN|PNPM|BUN|PIP|UV|POETRY|PIPENV|BUNDLE|COMPOSER|CARGO|NUGET|MAVEN|GRADLE|ORG_GRADLE|GO|GIT|"
    r"GITHUB|GH|GITLAB|CI)_",
    re.IGNORECASE,
)
"""Variables that package managers read to log in at a registry."""
_MANIFEST = re.compile(
    r"(^|/)(\.[\w.-]*rc[\w.-]*|[\w.-]*requirements[\w.-]*|Gemfile|Pipfile|pip\.conf|auth\.json|(package|composer)\.json|"
    r"[\w.-]*\.(toml|config|cfg|ini))$"
)
"""Files that an install reads, and where it may refer to variables."""
_NOT_READ = re.compile(r"(^|/)(\.env[^/]*|[^/]*compose[^/]*\.ya?ml|[^/]*\.(md|lock)|[^/]*Dockerfile[^/]*)$")


def needed_pairs(
    stage: Stage, context: Context, env: Env, last: Run, runtime: Collection[str], *, compiles: bool
) -> list[KeyValuePair]:
    """The variables of an ENV that the builder needs, whose last RUN is `last`.

    Those that an instruction up to it refers to, and those that a command may read: neither `runtime` variables, nor
    secrets that no file names which the builder reads (with `compiles` any file of the context, else manifests).
    """
    readers = [step for step in stage.instructions if isinstance(step, _READERS) and step.start <= last.start]
    text = "\n".join(step.arguments_text for step in readers)

    def is_needed(name: str) -> bool:
        if re.search(rf"\$\{{?{re.escape(name)}\b", text):
            return True
        if name in runtime:
            return False
        secret = _SECRET.search(name) and not _OF_MANAGERS.match(name)
        return not secret or _is_named(context, name, compiles=compiles)

    return [pair for pair in env.pairs if is_needed(pair.key.text)]


def _is_named(context: Context, name: str, *, compiles: bool) -> bool:
    """Whether a file that the builder reads contains the name of a variable."""
    files = [file for file in context.files() if compiles or _MANIFEST.search(file)]
    return any(name in (read_context_file(context, file) or "") for file in files if not _NOT_READ.search(file))
