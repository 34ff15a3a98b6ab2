"""The documentation page of a rule, made from the rule itself, and the one of ShellCheck's codes."""

from __future__ import annotations

from ..config.selection import ALWAYS_ON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ...rules.base import Example, Rule

_BEFORE_EXAMPLES = ("What to do", "Fix safety", "Exceptions")
_AFTER_EXAMPLES = ("Options", "References")
_FIXES = {
    "safe": "`--fix` (safe)",
    "unsafe": "`--fix --unsafe-fixes` (unsafe: it may change what the image contains or does)",
    "display": "a suggestion that is shown but never applied",
}
_SCOPES = {
    "everywhere": "",
    "shipped": "; low in images that are not shipped",
    "handwritten": "; low in images that are not shipped and in generated files",
}
_TOOLS = {
    "buildkit": "BuildKit",
    "checkov": "Checkov",
    "cis": "CIS Docker Benchmark",
    "dockle": "Dockle",
    "hadolint": "hadolint",
    "kics": "KICS",
    "semgrep": "Semgrep",
    "trivy": "Trivy",
}

_SHELLCHECK_PAGE = """\
# {title} shellcheck

ShellCheck reports a problem in the shell commands of a RUN instruction. dlint passes the commands of every RUN to
ShellCheck and shows each finding at its position in the Dockerfile.

- Severity: as ShellCheck reports it
- Default: on if ShellCheck is installed (`pip install 'dockerfile-dlint[shellcheck]'`), except SC2016, SC2043,
  SC2046, SC2086 and SC2155, which are rarely a problem in a build; `--extend-select SC` and the profiles `hadolint` and
  `strict` enable them
- Fix: none

## What to do

See {wiki}

## Suppression

Put `# dlint: ignore[{code}] reason` on the line before the instruction, or add `{code}` to `ignore` in
`dlint.toml`; `SC` ignores all codes of ShellCheck.
"""


def shellcheck_page(code: str = "") -> str:
    """The page of a code of ShellCheck in Markdown; without a code, of all of them."""
    wiki = f"<https://www.shellcheck.net/wiki/{code}>"
    return _SHELLCHECK_PAGE.format(title=code or "SCnnnn", wiki=wiki, code=code or "SC2086")


def rule_page(rule: Rule) -> str:
    """The page in Markdown: summary and reason, facts, sections of the docstring, examples, suppression."""
    introduction, sections = _split(rule.documentation)
    why = sections.pop("Why", "")
    after = [(name, sections.pop(name)) for name in _AFTER_EXAMPLES if name in sections]
    before = [(name, sections.pop(name)) for name in _BEFORE_EXAMPLES if name in sections]
    examples = "\n\n".join(_example(example) for example in page_examples(rule))
    body = [
        *before,
        *sections.items(),
        ("Examples", examples),
        *after,
        ("Suppression", _suppression(rule)),
    ]
    parts = [
        f"# {rule.code} {rule.name}",
        introduction,
        why,
        "\n".join(f"- {name}: {value}" for name, value in _facts(rule)),
        *(f"## {name}\n\n{text}" for name, text in body if text),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _split(documentation: str) -> tuple[str, dict[str, str]]:
    """What precedes the first `## ` heading, and the text under each heading."""
    introduction, *rest = f"\n{documentation}".split("\n## ")
    sections: dict[str, str] = {}
    for section in rest:
        heading, _, text = section.partition("\n")
        sections[heading] = f"{sections.get(heading, '')}\n\n{text.strip()}".strip()
    return introduction.strip(), sections


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "Severity", rule.level
    if rule.code in ALWAYS_ON:
        yield "Default", "always on"
    else:
        yield "Default", _default(rule)
    yield "Confidence", rule.confidence + _SCOPES[rule.scope]
    yield "Fix", _FIXES.get(rule.fix, "none")
    names = [f"{_TOOLS[tool]} `{name}`" for tool, _, name in (alias.partition(":") for alias in rule.aliases)]
    names += [f"formerly `{name}`" for name in rule.formerly]
    if names:
        yield "Other names", ", ".join(names)
    yield "Since", rule.since


def _default(rule: Rule) -> str:
    enable = f"enable it with `--extend-select {rule.code}`"
    if rule.preview and rule.default:
        return f"off, as it is in preview; {enable} or `--preview`. It is planned to be on in dlint {rule.stable_in}"
    return "on" if rule.default else f"off; {enable}"


def page_examples(rule: Rule) -> Sequence[Example]:
    """The examples on the page; the others are tests only.

    Those marked `shown`; without them the first bad one with a fix (else the first), and the first good one that
    is not merely the text after that fix.
    """
    bad = [example for example in rule.examples if example.bad]
    good = [example for example in rule.examples if not example.bad]
    shown_bad = [example for example in bad if example.shown]
    shown_good = [example for example in good if example.shown]
    if not shown_bad:
        shown_bad = ([example for example in bad if example.fixed is not None] or bad)[:1]
    if not shown_good:
        results = [example.fixed for example in shown_bad]
        shown_good = ([example for example in good if example.text not in results] or good)[:1]
    return [*shown_bad, *shown_good]


def _example(example: Example) -> str:
    caption = f" ({example.why})" if example.why else ""
    parts = [f"{'Reported' if example.bad else 'Not reported'}{caption}:", _code(example.text)]
    if example.options:
        settings = ", ".join(f"`{name} = {_toml(value)}`" for name, value in example.options.items())
        parts.append(f"With {settings} in `dlint.toml`.")
    if example.files is not None:
        parts.append(f"Build context: {', '.join(map(_file, sorted(example.files.items()))) or 'empty'}.")
    if example.fixed is not None:
        parts += ["After the fix:", _code(example.fixed)]
    return "\n\n".join(parts)


def _code(text: str) -> str:
    text = text.replace("«", "").replace("»", "").rstrip("\n")
    return f"```dockerfile\n{text}\n```"


def _suppression(rule: Rule) -> str:
    if rule.code in ALWAYS_ON:
        return "This finding is always reported: it cannot be ignored."
    return (
        f"Put `# dlint: ignore[{rule.code}] reason` on the line before the instruction, or add `{rule.code}` to\n"
        "`ignore` in `dlint.toml`."
    )


def _toml(value: Any) -> str:
    """A setting in TOML syntax."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if hasattr(value, "items"):
        return "{ " + ", ".join([f'"{key}" = {_toml(each)}' for key, each in value.items()]) + " }"
    return "[" + ", ".join([_toml(each) for each in value]) + "]"


def _file(file: tuple[str, str]) -> str:
    """A file of the build context; with its patterns if it is an ignore file."""
    name, content = file
    patterns = ", ".join(f"`{line}`" for line in content.split("\n") if line)
    return f"`{name}`" + (f" (containing {patterns})" if patterns and name.endswith(".dockerignore") else "")
