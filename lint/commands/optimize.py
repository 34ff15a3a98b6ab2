"""`dlint optimize`: rewrite Dockerfiles, and show which rewrites are made or refused, and why."""

from __future__ import annotations

from ...fixers.optimize.base.container_start import CONTAINER_STARTS
from ...fixers.optimize.base.rewrite import NothingToDo, Step
from ...fixers.optimize.pipeline import DEFAULT_REWRITES, OPTIONAL_REWRITES, optimize
from ...fixers.write import WriteError, replace_file
from ...model.build import Build
from ...model.ignore_file import IgnoreError
from ...rules import RULES
from ...syntax.instruction_checks import suggest
from ...syntax.parser import parse
from ...syntax.source import Source, SourceError
from ..config.selection import ALWAYS_ON
from ..engine.diagnostic import describe_internal_error
from ..engine.lint_plan import LintPlan
from ..engine.linter import USAGE_ERRORS, read_source
from ..engine.time_limit import TimeLimitExceeded
from ..sources.discovery import no_dockerfile_message
from ..terminal.exit_status import BROKEN, CLEAN, FOUND
from ..terminal.streams import OutputError, inform, warn, write_stdout
from .dockerignore import (
    ignore_file_proposal,
    invalid_ignore_message,
    proposal_json,
    proposal_summary,
    unknown_context_message,
    write_proposal,
)
from .fix import FixRequest, fix_source
from .interactive import Confirmation, why_not_interactive
from .lint_files import discover_files
from .rewrite_plan import plan_markdown, write_plan, write_rewrite_diff
from .shared_options import apply_output_options, describe_files, plans_from_arguments
from .verify import (
    VerifyRequest,
    ignore_file_text,
    verdict_json,
    verdict_markdown,
    verify_option_error,
    verify_rewrite,
    write_verdict,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ...fixers.optimize.base.rewrite import RewriteOutcome
    from ...fixers.optimize.ignore.proposal import IgnoreProposal
    from ...fixers.optimize.pipeline import OptimizeResult
    from ...fixers.verify.verification import Verdict
    from ...model.context import Context
    from ..engine.planning import LintPlans
    from ..sources.discovery import DiscoveredFile

REWRITE_NAMES = ("dockerignore", *DEFAULT_REWRITES)
MERGE_RULES = ("OPT001", "OPT002", "OPT003", "OPT005", "DL3059")
"""Rules whose fixes merge layers; they are unsafe only because the merged parts are then cached together."""
LIST_RULES = ("DL3009",)
"""It leaves what another rule reports to that rule, but with `pedantic`; here its fix comes first."""
CLEANUP_RULES = ("DL3019", "DL3032", "DL3036", "DL3040", "DL3042", "DL3060")
"""Rules whose safe fixes keep caches and package lists out of a layer."""
FINAL_RULES = ("PKG002",)
"""Like CLEANUP_RULES, for the final pass: in a builder stage the cache may stay."""


def run_optimize(arguments: argparse.Namespace) -> int:
    """Run `dlint optimize` and return the exit status: CLEAN, FOUND if files would change, BROKEN.

    Raises ConfigError.
    """
    apply_output_options(arguments)
    invalid = _unknown_rewrite(arguments) or verify_option_error(arguments) or why_not_interactive(arguments)
    if invalid:
        warn(invalid)
        return BROKEN
    paths: list[str] = arguments.paths or ["."]
    plans = plans_from_arguments(arguments)
    found = discover_files(arguments, paths, plans)
    if not found:
        inform(no_dockerfile_message(paths))
    describe_files([file.path for file in found if not file.error], paths, plans)
    run = _OptimizeRun(arguments, plans, paths)
    for file in found:
        run.optimize_guarded(file)
    if arguments.verify:
        run.verify()
    return run.finish()


def _unknown_rewrite(arguments: argparse.Namespace) -> str:
    """An error for the first name in --only, --skip or --add that is not a rewrite; else empty."""
    known = (*REWRITE_NAMES, *OPTIONAL_REWRITES)
    for option in ("only", "skip", "add"):
        for name in getattr(arguments, option):
            if name not in known:
                near = suggest(name, known)
                return f"invalid value `{name}` for `--{option}` (expected {', '.join(known[:-1])} or {known[-1]})" + (
                    f". Did you mean `{near}`?" if near else ""
                )
    return ""


class _OptimizeRun:
    """The results for each file, and the exit status so far."""

    def __init__(self, arguments: argparse.Namespace, plans: LintPlans, paths: list[str]) -> None:
        wanted = [*(arguments.only or REWRITE_NAMES), *arguments.add]
        self._rewrites = [name for name in wanted if name not in arguments.skip]
        self._arguments = arguments
        self._plans = plans
        self._paths = paths
        self._writes: bool = arguments.write or arguments.interactive
        self._confirmation = Confirmation() if arguments.interactive else None
        self._status = CLEAN
        self._results: list[tuple[Source, OptimizeResult]] = []
        self._proposals: dict[str, IgnoreProposal] = {}
        self._requests: dict[str, VerifyRequest] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._verify_status = CLEAN

    def _fail(self, message: str) -> None:
        warn(message)
        self._status = BROKEN

    def optimize_guarded(self, file: DiscoveredFile) -> None:
        """As `optimize`; what goes wrong with one file does not stop the others."""
        try:
            self.optimize(file)
        except (*USAGE_ERRORS, OutputError, BrokenPipeError):
            raise
        except TimeLimitExceeded as error:
            self._fail(f"{file.path}: not optimized: {error}")
        except Exception as error:  # noqa: BLE001 - one file must not stop the others
            message = f"internal error ({describe_internal_error(error)}); this is a bug in dlint, please report it"
            self._fail(f"{file.path}: not optimized: {message}")

    def optimize(self, file: DiscoveredFile) -> None:
        """Rewrite the text of a file, and propose an ignore file for its context."""
        try:
            if file.error:
                raise SourceError(file.error)
            source = read_source(file.path)
        except SourceError as error:
            self._fail(f"{file.path}: {error}")
            return
        errors = parse(source).errors
        if errors:
            self._fail(f"{source.name}:{errors[0].line}: {errors[0].message}; see `dlint check`")
            return
        build = Build(parse(source))
        context = self._plans.context_finder(source.name, self._paths)(build)
        if context is None:
            inform(f"{source.name}: {unknown_context_message(build, self._paths, self._plans)}")
            self._results.append((source, self._rewritten(source, None)))
            return
        proposal = self._ignore_proposal(source, context) if "dockerignore" in self._rewrites else None
        old = new = ignore_file_text(source.name, context)
        after = context
        if proposal is not None and proposal.changed:
            new = proposal.new
            after = context.with_ignore(new)
        result = self._rewritten(source, after)
        if proposal is not None and proposal.changed:
            result.figures.append(("files of the build context sent", proposal.files_before, proposal.files_after))
        self._results.append((source, result))
        self._requests[source.name] = VerifyRequest(source.name, context.root, source.text, result.text, (old, new))

    def _ignore_proposal(self, source: Source, context: Context) -> IgnoreProposal | None:
        options = {CONTAINER_STARTS: self._plans.container_starts(source.name, self._paths)}
        build = Build(parse(source), lambda _: context, options=options)
        try:
            proposal = ignore_file_proposal(build, context, self._paths, self._plans, same_listing=True)
        except IgnoreError as error:
            self._fail(invalid_ignore_message(context, error))
            return None
        asking = self._confirmation
        if asking is not None and proposal.changed and not asking.accepts_ignore_file(proposal):
            proposal = proposal.declined()
        self._proposals.setdefault(proposal.path, proposal)
        return proposal

    def _rewritten(self, source: Source, context: Context | None) -> OptimizeResult:
        def fix(text: str, last: bool) -> tuple[str, list[Step]]:
            return apply_layer_fixes(text, source.name, last=last)

        def accept(outcome: RewriteOutcome, before: str) -> bool:
            return self._confirmation is None or self._confirmation.accepts_rewrite(source.name, outcome, before)

        starts = self._plans.container_starts(source.name, self._paths)
        return optimize(source.text, source.name, context, fix, self._rewrites, accept, starts)

    def verify(self) -> None:
        """Build what would change before and after; nothing is written unless all of it is verified."""
        status = CLEAN
        for source, result in self._results:
            request = self._requests.get(source.name)
            if request is None and result.text != source.text:
                warn(f"{source.name}: cannot verify without its build context")
                status = BROKEN
            if request is not None and request.changes:
                verdict = verify_rewrite(request, self._arguments)
                if verdict is not None:
                    self._verdicts[source.name] = verdict
                status = max(status, _verdict_status(verdict))
        if status != CLEAN and self._writes:
            inform("nothing written: the rewrite was not fully verified")
            self._writes = False
        self._verify_status = status

    def finish(self) -> int:
        """Write the files if wanted, then the report; returns the exit status."""
        # Files are written first: the reader of the report may exit.
        written = self._write_files() if self._writes else CLEAN
        self._write_report()
        status = max(self._status, self._verify_status, written)
        if self._arguments.verify or self._writes:
            return status
        changed = any(each.new != each.old for each in self._proposals.values())
        changed = changed or any(result.text != source.text for source, result in self._results)
        return max(status, FOUND) if changed else status

    def _write_files(self) -> int:
        status = CLEAN
        for proposal in self._proposals.values():
            if proposal.new != proposal.old:
                status = max(status, write_proposal(proposal))
        for source, result in self._results:
            if result.text != source.text:
                try:
                    replace_file(source.name, source.encode(), Source(result.text).encode())
                except WriteError as error:
                    warn(f"{source.name}: not written: {error}")
                    status = BROKEN
        return status

    def _write_report(self) -> None:
        if self._arguments.format == "json":
            from ..output.formats.json import dumps

            answer = {
                "version": "1",
                "files": [
                    _as_json(source, result, self._verdicts.get(source.name)) for source, result in self._results
                ],
                "dockerignore": [proposal_json(proposal) for proposal in self._proposals.values()],
            }
            write_stdout(dumps(answer))
        if self._arguments.format == "markdown":
            self._write_markdown()
        if self._arguments.diff:
            self._write_diffs()
        elif self._arguments.format == "text":
            self._write_plans()

    def _write_markdown(self) -> None:
        for proposal in self._proposals.values():
            if proposal.new != proposal.old:
                write_stdout(f"```\n{proposal_summary(proposal).rstrip()}\n```\n\n")
        for source, result in self._results:
            verdict = self._verdicts.get(source.name)
            proof = verdict_markdown(verdict, self._arguments.touch) if verdict is not None else ""
            write_stdout(plan_markdown(source.name, result) + proof)

    def _write_diffs(self) -> None:
        for proposal in self._proposals.values():
            write_rewrite_diff(proposal.path, proposal.old, proposal.new)
        for source, result in self._results:
            write_rewrite_diff(source.name, source.text, result.text)
            verdict = self._verdicts.get(source.name)
            if verdict is not None and self._arguments.format == "text":
                write_verdict(source.name, verdict, self._arguments.touch, summary_only=True)

    def _write_plans(self) -> None:
        for proposal in self._proposals.values():
            if proposal.new != proposal.old:
                write_stdout(proposal_summary(proposal))
        for source, result in self._results:
            write_plan(source.name, result, self._arguments.explain)
            verdict = self._verdicts.get(source.name)
            if verdict is not None:
                write_verdict(source.name, verdict, self._arguments.touch, summary_only=False)


def _verdict_status(verdict: Verdict | None) -> int:
    if verdict is None or verdict.failed_before:
        return BROKEN
    return CLEAN if verdict.ok else FOUND


def apply_layer_fixes(text: str, name: str, *, last: bool = False) -> tuple[str, list[Step]]:
    """The text after the fixes of these groups of rules, FINAL_RULES only with `last`; a step per applied rule."""
    now, applied = text, set[str]()
    groups = (LIST_RULES, CLEANUP_RULES, MERGE_RULES, LIST_RULES, FINAL_RULES if last else ())
    for number, codes in enumerate(groups):
        if codes:
            unsafe = codes is MERGE_RULES
            request = FixRequest(unsafe=unsafe, diff=False, fix_only=False)
            rules = [rule for rule in RULES if rule.code in (*codes, *ALWAYS_ON)]
            plan = LintPlan(rules, options={"pedantic": number == 0})
            _, repaired = fix_source(Source(now, name), plan, None, request)
            now, applied = repaired.text, applied | set(repaired.applied)
    summaries = {rule.code: rule.summary for rule in RULES}
    return now, [
        Step(f"Fix {code}: {summaries.get(code, '').rstrip('.')}", "fewer and smaller layers")
        for code in sorted(applied)
    ]


def _as_json(source: Source, result: OptimizeResult, verdict: Verdict | None) -> dict[str, object]:
    """A file in the JSON report: the new text, and the outcome of each rewrite."""
    return {
        "file": source.name,
        "changed": result.text != source.text,
        "text": result.text,
        "figures": {what: {"before": before, "after": after} for what, before, after in result.figures},
        "verified": None if verdict is None else verdict_json(verdict),
        "rewrites": [
            {
                "name": outcome.name,
                "steps": [
                    {"title": step.title, "why": step.reason, "saving": step.saving, "risk": step.risk}
                    for step in outcome.steps
                ],
                "checks": [{"text": check.text, "ok": check.ok, "line": check.line} for check in outcome.checks],
                "plan": outcome.plan.data if outcome.plan is not None else None,
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
