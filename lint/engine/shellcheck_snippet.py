"""A script for ShellCheck."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...syntax.source import MappedText, Source
    from .lint_plan import LintPlan
    from .suppressions import Suppressions

DIALECTS = {"sh": "/bin/sh", "bash": "/bin/bash", "dash": "/bin/dash", "ash": "/bin/busybox sh", "ksh": "/bin/ksh"}
"""The shells that ShellCheck supports, with the interpreter that selects each."""


class Snippet:
    """One script for ShellCheck, with what its findings need: source, first line of the instruction, stage, plan.

    `severe_only`: whether only errors and warnings matter.
    """

    __slots__ = (
        "dialect", "exports", "instruction_line", "mapped", "plan", "severe_only", "source", "stage", "suppressions",
    )  # fmt: skip

    def __init__(
        self,
        mapped: MappedText,
        dialect: str,
        exports: list[str],
        source: Source,
        instruction_line: int,
        stage: str,
        suppressions: Suppressions,
        plan: LintPlan,
        severe_only: bool = False,
    ) -> None:
        self.severe_only = severe_only
        self.suppressions = suppressions
        self.plan = plan
        self.mapped = mapped
        self.dialect = dialect
        self.exports = exports
        self.source = source
        self.instruction_line = instruction_line
        self.stage = stage

    def text(self) -> str:
        """The script as passed to ShellCheck."""
        exports = " ".join(self.exports)
        return f"#!{DIALECTS[self.dialect]}\nexport {exports}\n{self.mapped.text}\n"

    def wants(self, code: str) -> bool:
        """Whether findings with this code are reported."""
        wanted = self.plan.shell
        return wanted is not None and wanted(code) and not self.suppressions.hides_code(code, self.instruction_line)
