"""Settings of rules from the command line: `--config KEY=VALUE`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

KNOWN = ("trusted-registries", "label-schema", "strict-labels", "pedantic")
"""What rules can be told, see model/options.py; the names are hadolint's where it has the option."""


class BadSetting(ValueError):
    """A setting that is none; the message says what would be."""


def settings(words: Sequence[str]) -> dict[str, object]:
    """The settings as a mapping; a value is TOML, or plain text when it is no TOML. Raises BadSetting."""
    found: dict[str, object] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise BadSetting(f"`--config {word}` has no `=`; write --config KEY=VALUE")
        if key not in KNOWN:
            from ..syntax.check import suggest

            near = suggest(key, KNOWN)
            hint = f", did you mean `{near}`?" if near else f"; there are {', '.join(KNOWN)}"
            raise BadSetting(f"there is no setting `{key}`{hint}")
        found[key] = _value(value)
    return found


def _value(text: str) -> object:
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
