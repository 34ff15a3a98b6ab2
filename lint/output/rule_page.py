"""The documentation page of a rule, made from the rule itself."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...rules.base import Example, Rule


_FIXES = {
    "safe": "by `--fix`, where it is safe",
    "unsafe": "by `--fix --unsafe-fixes`",
    "display": "only shown, never applied",
}


def rule_page(rule: Rule) -> str:
    """The page in Markdown: what it finds, why, examples, other names."""
    head = [
        f"# {rule.code} {rule.name}",
        "",
        rule.documentation,
        "",
        "## Examples",
        "",
        *(line for example in rule.examples for line in _example(example)),
        "## At a glance",
        "",
        f"- Severity: {rule.level}",
        f"- On by default: {'yes' if rule.default else 'no, select it with `--select ' + rule.code + '`'}",
        f"- Since: {rule.since}",
    ]
    if rule.fix:
        head.append(f"- Fix: {_FIXES[rule.fix]}")
    if rule.aliases:
        head.append(f"- Also known as: {', '.join(f'`{name}`' for name in rule.aliases)}")
    head.append(f"- Switch off in place: `# dlint: ignore[{rule.code}] reason`")
    return "\n".join(head) + "\n"


def _example(example: Example) -> list[str]:
    what = "Found" if example.bad else "Left alone"
    why = f" ({example.why})" if example.why else ""
    lines = [
        f"{what}{why}:",
        "",
        "```dockerfile",
        example.text.replace("«", "").replace("»", "").rstrip("\n"),
        "```",
        "",
    ]
    if example.options:
        settings = ", ".join(f"`{name} = {_toml(value)}`" for name, value in example.options.items())
        lines += [f"With the settings {settings}.", ""]
    if example.fixed is not None:
        lines += ["Fixed:", "", "```dockerfile", example.fixed.rstrip("\n"), "```", ""]
    if example.files is not None:
        lines += [f"The build context: {', '.join(map(_file, sorted(example.files.items()))) or 'nothing else'}.", ""]
    return lines


def _toml(value: Any) -> str:
    """A setting as TOML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if hasattr(value, "items"):
        return "{ " + ", ".join([f'"{key}" = {_toml(each)}' for key, each in value.items()]) + " }"
    return "[" + ", ".join([_toml(each) for each in value]) + "]"


def _file(file: tuple[str, str]) -> str:
    """A file of the build context; with its lines when they are those of an ignore file."""
    name, content = file
    patterns = ", ".join(f"`{line}`" for line in content.split("\n") if line)
    return f"`{name}`" + (f" (holding {patterns})" if patterns and name.endswith(".dockerignore") else "")
