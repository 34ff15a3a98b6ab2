"""Matters of style are reported once in a file, with the other lines: one decision settles them all."""

from __future__ import annotations

from ...rules import RULES
from ...rules.base import HANDWRITTEN, LOW

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .diagnostic import Diagnostic
    from .planning import LintPlans
    from .report import Report

_MAX_LINES = 5


def merge_repeats(reports: Sequence[Report], plans: LintPlans) -> None:
    """Replace findings of one rule about style in one file by the first of them, which names the others.

    Those of rules that are selected by name, and with findings of low confidence all, are reported one by one.
    """
    style = {rule.code for rule in RULES if rule.scope == HANDWRITTEN}
    for report in reports:
        groups: dict[tuple[str, str], list[Diagnostic]] = {}
        for d in report.diagnostics:
            if d.code in style:
                groups.setdefault((d.code, d.severity), []).append(d)
        repeated = {key: group for key, group in groups.items() if len(group) > 1}
        if not repeated:
            continue
        plan = plans.of(report.file if report.file != "<stdin>" else "-")
        if LOW in plan.confidences:
            continue
        merged: list[Diagnostic] = []
        for d in report.diagnostics:
            group = repeated.get((d.code, d.severity), [d])
            if d.code in plan.all_confidences or len(group) == 1:
                merged.append(d)
            elif d is group[0]:
                merged.append(_with_places(d, group[1:]))
        report.replace_diagnostics(merged)


def _with_places(first: Diagnostic, others: Sequence[Diagnostic]) -> Diagnostic:
    lines = list(dict.fromkeys(d.start[0] for d in others if d.start[0] != first.start[0]))
    shown = ", ".join(map(str, lines[:_MAX_LINES])) + (
        f" and {len(lines) - _MAX_LINES} more" if lines[_MAX_LINES:] else ""
    )
    note = f" (also on line{'s' * (len(lines) > 1)} {shown})" if lines else ""
    places = tuple((d.start, d.end, "again here") for d in others)
    return first.with_places(first.message + note, places)
