"""What brings Composer to an image, and what its install reads."""

from __future__ import annotations

import json
import re

from ....syntax.tree import Copy, Run
from ..base.copies import read_context_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ....syntax.tree import Instruction

_BRINGING = re.compile(
    r"""curl\s+(-\S+\s+)*https://getcomposer\.org/installer\s*\|\s*php(\s+--(\s+--?[\w-]+([= ](?!-)\S+)?)*)?
    |(curl|wget)\s[^|;&]*https://getcomposer\.org/(installer|(download/[\w.-]+/)?composer(-\w+)?\.phar)\b[^|;&]*
    |php\s+-r\s+("[^"]*(getcomposer\.org/installer|composer-setup\.php)[^"]*"|'[^']*composer-setup\.php[^']*')
    |php\s+(\./|/tmp/)?composer-setup\.php(\s+--?[\w-]+([= ](?!-)\S+)?)*
    |mv\s+\S*composer(\.phar)?\s+/usr/(local/)?bin/(composer)?
    |chmod\s+\S+\s+/usr/(local/)?bin/composer
    |rm\s+(-\w+\s+)?\S*composer-setup\.php""",
    re.VERBOSE,
)
"""Commands that install Composer as getcomposer.org/download describes."""
_SCRIPTS = re.compile(r"^(pre|post)-(install|update|autoload|package|root)")
"""Scripts of composer.json that run during an install."""


def installs_composer(command: str) -> bool:
    """Whether a command, given as its text, is one of those that install Composer."""
    return _BRINGING.fullmatch(command.strip()) is not None


def brings_composer(instruction: Instruction) -> bool:
    """Whether all that a RUN does is to install Composer, or a COPY brings it from its image."""
    if isinstance(instruction, Run):
        return not instruction.heredocs and all(
            installs_composer(" ".join(text.split())) for text in instruction.arguments_text.split("&&")
        )
    source = instruction.flag("from") if isinstance(instruction, Copy) else None
    if not isinstance(instruction, Copy) or source is None:
        return False
    name = (source.value or "").partition(":")[0]
    return name.endswith("composer") and all(argument.text.endswith("/composer") for argument in instruction.sources)


def composer_reads_source(context: Context, manifest: str, call: PackageCall) -> bool:
    """Whether `composer install` runs scripts of the composer.json `manifest`, or maps the classes of the source."""
    try:
        data: object = json.loads(read_context_file(context, manifest) or "")
    except (ValueError, RecursionError):
        data = None
    text = json.dumps(data)
    scripts = any(_SCRIPTS.match(name) for name in re.findall(r'"([\w-]+)": ', text))
    classes = '"classmap"' in text or call.has("-o", "--optimize-autoloader", "-a", "--classmap-authoritative")
    return (scripts and not call.has("--no-scripts")) or (classes and not call.has("--no-autoloader"))
