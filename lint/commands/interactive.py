"""`dlint optimize --interactive`: show each rewrite and ask whether to make it."""

from __future__ import annotations

import sys

from ..output.summary import counted
from ..terminal.streams import printable, write_stdout
from .rewrite_plan import write_rewrite_diff

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ...fixers.optimize.base.rewrite import RewriteOutcome
    from ...fixers.optimize.ignore.proposal import IgnoreProposal

_HELP = "y: yes, n: no, a: yes to this and all remaining, q: no to this and all remaining\n"


def why_not_interactive(arguments: argparse.Namespace) -> str:
    """Why `--interactive` is impossible; empty if it is possible or not given."""
    if not arguments.interactive:
        return ""
    if arguments.format == "json" or arguments.diff:
        return "--interactive cannot be used with --diff or --format json"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "--interactive requires a terminal; use --only and --skip instead"
    return ""


class Confirmation:
    """The questions of a run, and the answer for all remaining ones."""

    def __init__(self) -> None:
        self._for_all = ""
        self._asked: dict[str, bool] = {}

    def accepts_rewrite(self, path: str, outcome: RewriteOutcome, before: str) -> bool:
        """Ask whether to make a rewrite of the file at `path`; `before` is its text so far."""
        lines = ["", f"{path}: {outcome.name}"]
        for step in outcome.steps:
            lines.append(f"  {step.title}: {step.reason}")
            if step.risk:
                lines.append(f"      check: {step.risk}")
        return self._wanted("".join(f"{printable(line)}\n" for line in lines), path, before, outcome.text or before)

    def accepts_ignore_file(self, proposal: IgnoreProposal) -> bool:
        """Ask whether to write the ignore file, once per file."""
        if proposal.path not in self._asked:
            sizes = f"from {counted(proposal.files_before, 'file')} to {proposal.files_after}"
            text = f"\n{printable(proposal.path)}: the build context shrinks {sizes}\n"
            self._asked[proposal.path] = self._wanted(text, proposal.path, proposal.old, proposal.new)
        return self._asked[proposal.path]

    def _wanted(self, text: str, path: str, before: str, after: str) -> bool:
        if self._for_all:
            return self._for_all == "a"
        write_stdout(text)
        write_rewrite_diff(path, before, after)
        while True:
            write_stdout("Make this change? [y/n/a/q/?] ")
            line = sys.stdin.readline()
            answer = line.strip().lower()[:1] if line else "q"
            if answer in ("a", "q"):
                self._for_all = answer
            if answer in ("y", "a", "n", "q"):
                return answer in ("y", "a")
            write_stdout(_HELP)
