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

_COMPOSER = re.compile(
    r"curl\s+(-\S+\s+)*https://getcomposer\.org/installer\s*\|\s*php\s+--(\s+--(install-dir|filename)[= ]\S+)*$"
)
"""A RUN that installs Composer with the official script."""
_SCRIPTS = re.compile(r"^(pre|post)-(install|update|autoload|package|root)")
"""Scripts of composer.json that run during an install."""


def brings_composer(instruction: Instruction) -> bool:
    """Whether a RUN installs Composer with the official script, or a COPY brings it from its image."""
    if isinstance(instruction, Run):
        return _COMPOSER.match(" ".join(instruction.arguments_text.split())) is not None
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
