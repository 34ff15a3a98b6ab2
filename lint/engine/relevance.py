"""Where a finding rarely matters, so that its confidence is low: see `SCOPES` in rules/base.py.

Each check looks at the file as a whole or at the comments next to the finding, and works for every rule.
"""

from __future__ import annotations

import re

from ...rules.base import EVERYWHERE, HANDWRITTEN
from ...rules.options import has_newer_version, templates
from ...rules.stages.development import is_test_data, is_unshipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build, Stage
    from ...rules.base import Finding, Rule
    from ...syntax.tree import Instruction

_GENERATED = re.compile(
    r"\b(?:do not|don't|not be|never) (?:(?:manually|directly) )?(?:edit|modif|change)"
    r"|\bauto-?(?:matically )?generated\b|\bdockerfile is generated\b"
    r"|\bfile (?:is|was) generated (?:from|via|with|by) \S*\w[./]\w",
    re.IGNORECASE,
)
"""What the header of a generated file says; not that of a scaffold, which a tool writes once."""
_SAME_LINES = 0.5
"""The share of lines that a file has in common with the template that it is made from."""
_REASON = re.compile(
    r"\b(?:because|since|so (?:that|it|we|the|they|users?)|in order to|need(?:s|ed)?|must|requires?|required|want|"
    r"to (?:allow|ensure|make sure|avoid|support|let|keep|enable|get)|allows?|allowed|allowing|otherwise|due to|"
    r"purpose(?:ly|fully)?|intentional(?:ly)?|deliberate(?:ly)?|workaround|do(?:es)? not|don't|doesn't|can(?:not|'t)|"
    r"always|acceptable|fine|okay|safe|ephemeral|temporary|unless|for (?:arbitrary|any|all|random|openshift))\b"
)
"""Words, in lower case, of a comment that gives a reason, and does not only say what the next line does."""
_SENTENCE_END = re.compile(r"[.!?;](?:\s|\Z)|\n\s*\n")
_MAX_COMMENT_LINES = 8


class Relevance:
    """Which findings in one build rarely matter."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._generated: bool | None = None
        self._is_test_data = is_test_data(build)

    def is_minor(self, rule: Rule, finding: Finding, instruction: Instruction | None, stage: Stage | None) -> bool:
        """Whether the finding is outside of the rule's scope, in test data, or explained by a comment.

        `instruction`, `stage`: those that contain the start of the finding.
        """
        if self._is_test_data:
            return True
        if rule.scope != EVERYWHERE and self._is_unshipped(stage):
            return True
        if rule.scope == HANDWRITTEN and self._is_generated():
            return True
        return bool(rule.subject) and self._is_explained(rule, finding, instruction)

    def is_style_minor(self, stage: Stage) -> bool:
        """Whether matters of style rarely matter in the stage."""
        return self._is_unshipped(stage) or self._is_generated()

    def _is_unshipped(self, stage: Stage | None) -> bool:
        return has_newer_version(self._build) or is_unshipped(self._build, stage)

    def _is_generated(self) -> bool:
        if self._generated is None:
            self._generated = _says_generated(self._build) or any(
                _is_made_from(self._build.dockerfile.source.text, template) for template in templates(self._build)
            )
        return self._generated

    def _is_explained(self, rule: Rule, finding: Finding, instruction: Instruction | None) -> bool:
        """Whether a sentence of a comment next to the finding has a word of the rule's subject, and a reason."""
        words = re.compile(rf"\b(?:{'|'.join(rule.subject)})\b")
        return any(
            words.search(sentence) and _REASON.search(sentence)
            for comment in self._comments(finding, instruction)
            for sentence in (" ".join(each.lower().split()) for each in _SENTENCE_END.split(comment))
        )

    def _comments(self, finding: Finding, instruction: Instruction | None) -> Iterator[str]:
        """The comments above the instruction, above the line of the finding in it, and at the end of that line.

        A comment in parentheses belongs to the line above it.
        """
        source = self._build.dockerfile.source
        line = source.line(finding.start)
        first = line if instruction is None else instruction.start_line
        yield self._block(range(first - 1, 0, -1))
        yield source.line_text(line).partition(" #")[2]
        if instruction is not None:
            yield self._block(range(line - 1, first, -1))
            below = self._block(range(line + 1, source.line(instruction.end) + 1))
            if below.startswith("("):
                yield below

    def _block(self, lines: range) -> str:
        """The text of the consecutive comment lines among the first of these lines, which go up or down."""
        source, found = self._build.dockerfile.source, list[str]()
        for line in lines[:_MAX_COMMENT_LINES]:
            text = source.line_text(line).strip()
            if not text.startswith("#"):
                break
            found.append(text.lstrip("# "))
        return "\n".join(reversed(found) if lines.step < 0 else found)


def _says_generated(build: Build) -> bool:
    """Whether a comment before the first instruction says that a program writes the file."""
    dockerfile = build.dockerfile
    end = min((each.start for each in dockerfile.instructions), default=0)
    header = [comment.text for comment in dockerfile.comments if comment.start < end]
    return _GENERATED.search(" ".join(header)) is not None


def _is_made_from(text: str, template: frozenset[str]) -> bool:
    lines = {stripped for line in text.split("\n") if (stripped := line.strip()) and not stripped.startswith("#")}
    return bool(lines) and len(lines & template) >= _SAME_LINES * len(lines)
