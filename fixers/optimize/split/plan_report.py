"""A split plan for `dlint optimize --explain`: as lines of text, and as data for the JSON report."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import PlannedInstruction, SplitPlan

_MOST = 72


def plan_lines(plan: SplitPlan) -> Iterator[str]:
    """The plan as lines: the base images, the place of each instruction, what is copied, the packages."""
    for name, stage in (("builder", plan.builder), ("runtime", plan.runtime)):
        yield f"{name}: {stage.image or _base(plan)}, {stage.reason}"
    for planned in plan.instructions:
        yield f"{planned.place.value:8}{_short(planned)}: {planned.reason}"
        for command in planned.commands if len(planned.commands) > 1 else ():
            yield f"    {command.place.value:8}{command.text[:_MOST]}: {command.reason}"
    for artifact in plan.artifacts():
        yield f"copied  {artifact.path}: {artifact.reason}"
    for package in plan.packages():
        yield f"package {package.name}: for {package.reason}"


def plan_json(plan: SplitPlan) -> dict[str, object]:
    """The plan as JSON data."""
    return {
        "builder": {"image": plan.builder.image or _base(plan), "reason": plan.builder.reason},
        "runtime": {"image": plan.runtime.image or _base(plan), "reason": plan.runtime.reason},
        "instructions": [
            {
                "text": " ".join(f"{each.instruction.keyword} {each.instruction.arguments_text}".split()),
                "place": each.place.value,
                "reason": each.reason,
                "commands": [
                    {"text": command.text, "place": command.place.value, "reason": command.reason}
                    for command in each.commands
                ],
            }
            for each in plan.instructions
        ],
        "artifacts": [
            {"path": each.path, "target": each.target or each.path, "reason": each.reason} for each in plan.artifacts()
        ],
        "packages": [{"name": each.name, "for": each.reason} for each in plan.packages()],
    }


def _base(plan: SplitPlan) -> str:
    base = plan.stage.from_.base
    return base.text if base is not None else ""


def _short(planned: PlannedInstruction) -> str:
    text = " ".join(f"{planned.instruction.keyword} {planned.instruction.arguments_text}".split())
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"
