"""`dlint optimize`: rewrite Dockerfiles, say what was done and why, and what was refused and why."""

from __future__ import annotations

from types import MappingProxyType

from ...fixers.optimize.base.rewrite import NothingToDo, Step
from ...fixers.optimize.pipeline import DEFAULT_REWRITES as REWRITES
from ...fixers.optimize.pipeline import OPTIONAL_REWRITES, optimize
from ...fixers.write import WriteError, replace_file
from ...model.build import Build
from ...model.ignore import IgnoreError
from ...syntax.parser import parse_bash
from ...syntax.source import Source, SourceError
from ..config.selection import select_rules
from ..engine.lint_plan import LintPlan
from ..engine.lint_plans import LintPlans, default_plans
from ..engine.linter import read_source
from ..sources.discovery import discover, no_dockerfile_message
from ..terminal.exit_status import BROKEN, CLEAN, FOUND
from ..terminal.streams import warn, write_stdout
from .dockerignore import ignore_file_proposal, invalid_ignore_message, proposal_json, proposal_summary, write_proposal
from .fix import FixRequest, fix_source
from .interactive import Confirmation, why_not_interactive
from .plan_page import write_plan as show_plan
from .plan_page import write_rewrite_diff
from .verify import VerifyRequest, ignore_file_text, verify_option_error, verify_rewrite, write_verdict
from .verify import verdict_json as verified

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from ...fixers.optimize.base.rewrite import RewriteOutcome
    from ...fixers.optimize.ignore.proposal import IgnoreProposal
    from ...fixers.optimize.pipeline import OptimizeResult
    from ...fixers.verify.verification import Verdict
    from ...model.context import Context

REWRITE_NAMES = ("dockerignore", *REWRITES)
MERGE_RULES = ("OPT001", "OPT002", "OPT003", "OPT005", "DL3059")
"""Rules whose fixes join layers: those that are unsafe only because the cache then keeps both or none."""
CLEANUP_RULES = ("DL3009", "DL3019", "DL3032", "DL3036", "DL3040", "DL3042", "DL3060")
"""Rules whose safe fixes leave caches and lists out of a layer."""
FINAL_RULES = ("PKG002",)
"""More of them, for stages that are shipped as they are: in a builder the cache may stay."""


def run_optimize(arguments: argparse.Namespace) -> int:
    """Run `dlint optimize` and answer the exit status: 0, 1 when files would change and are not written, 2."""
    asked = [*arguments.only, *arguments.skip, *arguments.add]
    unknown = [name for name in asked if name not in (*REWRITE_NAMES, *OPTIONAL_REWRITES)]
    if unknown:
        warn(f"there is no rewrite `{unknown[0]}`; there are {', '.join((*REWRITE_NAMES, *OPTIONAL_REWRITES))}")
        return BROKEN
    wanted = [*(arguments.only or REWRITE_NAMES), *arguments.add]
    wanted = [name for name in wanted if name not in arguments.skip]
    wrong = verify_option_error(arguments) or why_not_interactive(arguments)
    if wrong:
        warn(wrong)
        return BROKEN
    arguments.write = arguments.write or arguments.interactive
    asking = Confirmation() if arguments.interactive else None
    status = CLEAN
    results: list[tuple[Source, OptimizeResult]] = []
    proposals: dict[str, IgnoreProposal] = {}
    claims: dict[str, VerifyRequest] = {}
    plans = default_plans()
    for found in discover(arguments.paths or ["."], excluded=plans.excluded):
        if found.error:
            warn(f"{found.path}: {found.error}")
            status = BROKEN
            continue
        try:
            source = read_source(found.path)
        except SourceError as error:
            warn(f"{found.path}: {error}")
            status = BROKEN
            continue
        errors = parse_bash(source).errors
        if errors:
            warn(f"{source.name}:{errors[0].line}: {errors[0].message}; `dlint check` tells more")
            status = BROKEN
            continue
        result, claim, ended = _file(source, wanted, proposals, asking, arguments.paths or ["."], plans)
        status = max(status, ended)
        results.append((source, result))
        if claim is not None:
            claims[source.name] = claim
    if not results and status == CLEAN:
        warn(no_dockerfile_message(arguments.paths or ["."]))
        return CLEAN
    if arguments.verify:
        return max(status, _proved(results, list(proposals.values()), claims, arguments))
    return max(status, _finish(results, list(proposals.values()), arguments))


def _file(
    source: Source,
    wanted: Sequence[str],
    proposals: dict[str, IgnoreProposal],
    asking: Confirmation | None,
    paths: list[str],
    plans: LintPlans,
) -> tuple[OptimizeResult, VerifyRequest | None, int]:
    """What becomes of a file and, in `proposals`, of its ignore file; what can be verified of it, and the status."""
    context = there = _context(source, paths, plans)
    if there is None or context is None:
        return _optimized(source, None, wanted, asking), None, CLEAN
    status = CLEAN
    proposal = None
    old = new = ignore_file_text(source.name, there)
    if "dockerignore" in wanted:
        try:
            build = Build(parse_bash(source), lambda _: there)
            proposal = ignore_file_proposal(build, there, paths, plans, same_listing=True)
        except IgnoreError as error:
            warn(invalid_ignore_message(there, error))
            status = BROKEN
        else:
            if asking is not None and proposal.changed and not asking.accepts_ignore_file(proposal):
                proposal.new = proposal.old
            proposals.setdefault(proposal.path, proposal)
            if proposal.changed:
                new = proposal.new
                context = there.with_ignore(proposal.new)
    result = _optimized(source, context, wanted, asking)
    if proposal is not None and proposal.changed:
        result.figures.append(("files of the build context sent", proposal.files_before, proposal.files_after))
    return result, VerifyRequest(source.name, there.root, source.text, result.text, (old, new)), status


def _proved(
    results: list[tuple[Source, OptimizeResult]],
    proposals: list[IgnoreProposal],
    claims: Mapping[str, VerifyRequest],
    arguments: argparse.Namespace,
) -> int:
    """Build what would change, and write it only when all of it is proved; the exit status."""
    verdicts: dict[str, Verdict] = {}
    status = CLEAN
    for source, result in results:
        claim = claims.get(source.name)
        if claim is None and result.text != source.text:
            warn(f"{source.name} cannot be verified: which folder is its build context cannot be told")
            status = BROKEN
        if claim is not None and claim.changes:
            verdict = verify_rewrite(claim, arguments)
            if verdict is not None:
                verdicts[source.name] = verdict
            status = max(status, BROKEN if verdict is None or verdict.failed_before else CLEAN if verdict.ok else FOUND)
    if status != CLEAN and arguments.write:
        warn("nothing was written, as not all of it is proved")
        arguments.write = False
    shown = _finish(results, proposals, arguments, verdicts)
    return max(status, shown) if arguments.write or shown == BROKEN else status


def _optimized(
    source: Source, context: Context | None, wanted: Sequence[str], asking: Confirmation | None
) -> OptimizeResult:
    def fix(text: str, last: bool) -> tuple[str, list[Step]]:
        return apply_layer_fixes(text, source.name, last=last)

    def accept(outcome: RewriteOutcome, before: str) -> bool:
        return asking is None or asking.accepts_rewrite(source.name, outcome, before)

    return optimize(source.text, source.name, context, fix, wanted, accept)


def apply_layer_fixes(text: str, name: str, *, last: bool = False) -> tuple[str, list[Step]]:
    """The text after the fixes of these rules, with `last` also those of LAST; a step for each rule applied."""
    now, applied = text, set[str]()
    for codes, unsafe in ((CLEANUP_RULES, False), (MERGE_RULES, True), (FINAL_RULES if last else (), False)):
        if codes:
            wish = FixRequest(unsafe=unsafe, diff=False, fix_only=False)
            _, repaired = fix_source(Source(now, name), LintPlan(select_rules(codes, [])), None, wish)
            now, applied = repaired.text, applied | set(repaired.applied)
    from ...rules import RULES as ALL

    summaries = {rule.code: rule.summary for rule in ALL}
    return now, [Step(f"{code}: {summaries.get(code, '')}", "fewer and smaller layers") for code in sorted(applied)]


def _context(source: Source, roots: list[str], plans: LintPlans) -> Context | None:
    return plans.context_finder(source.name, roots)(Build(parse_bash(source)))


def _finish(
    results: list[tuple[Source, OptimizeResult]],
    proposals: list[IgnoreProposal],
    arguments: argparse.Namespace,
    verdicts: Mapping[str, Verdict] = MappingProxyType({}),
) -> int:
    status = _write(results, proposals) if arguments.write else CLEAN
    changes = False
    if arguments.format == "json":
        import json

        answer = {
            "version": "1",
            "files": [_as_json(source, result, verdicts.get(source.name)) for source, result in results],
            "dockerignore": [proposal_json(proposal) for proposal in proposals],
        }
        write_stdout(json.dumps(answer, indent=1) + "\n")
    shown = arguments.format == "text"
    for proposal in proposals:
        changed = proposal.new != proposal.old
        changes = changes or changed
        if arguments.diff:
            write_rewrite_diff(proposal.path, proposal.old, proposal.new)
        elif changed and shown:
            write_stdout(proposal_summary(proposal))
    for source, result in results:
        changed = result.text != source.text
        changes = changes or changed
        if arguments.diff:
            write_rewrite_diff(source.name, source.text, result.text)
        elif shown:
            show_plan(source.name, result, arguments.explain)
        verdict = verdicts.get(source.name)
        if verdict is not None and shown:
            write_verdict(source.name, verdict, arguments.touch, summary_only=arguments.diff)
    return max(status, FOUND) if changes and not arguments.write else status


def _write(results: list[tuple[Source, OptimizeResult]], proposals: list[IgnoreProposal]) -> int:
    """Write what changed before anything is said, as a reader may go away; the exit status."""
    status = CLEAN
    for proposal in proposals:
        if proposal.new != proposal.old:
            status = max(status, write_proposal(proposal))
    for source, result in results:
        if result.text != source.text:
            try:
                replace_file(source.name, source.encode(), Source(result.text).encode())
            except WriteError as error:
                warn(f"{source.name} was not written: {error}")
                status = BROKEN
    return status


def _as_json(source: Source, result: OptimizeResult, verdict: Verdict | None) -> dict[str, object]:
    """A file as JSON has it: the text that comes out, and what became of each rewrite."""
    return {
        "file": source.name,
        "changed": result.text != source.text,
        "text": result.text,
        "figures": {what: {"before": before, "after": after} for what, before, after in result.figures},
        "verified": None if verdict is None else verified(verdict),
        "rewrites": [
            {
                "name": outcome.name,
                "steps": [
                    {"title": step.title, "why": step.reason, "saving": step.saving, "risk": step.risk}
                    for step in outcome.steps
                ],
                "checks": [{"text": check.text, "ok": check.ok, "line": check.line} for check in outcome.checks],
                "refused": None
                if outcome.rejection is None
                else {
                    "line": outcome.rejection.line,
                    "reason": str(outcome.rejection),
                    "nothing_to_do": isinstance(outcome.rejection, NothingToDo),
                },
            }
            for outcome in result.outcomes
        ],
    }
