"""`dlint optimize --interactive`: each rewrite is shown, and the person at the terminal takes it or leaves it."""

from __future__ import annotations

import sys

from ..terminal.streams import printable, write_stdout
from .plan_page import write_rewrite_diff

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ...fixers.optimize.base.rewrite import RewriteOutcome
    from ...fixers.optimize.ignore.proposal import IgnoreProposal

_HELP = "y takes it, n leaves it, a takes it and all that follow, q leaves it and all that follow\n"


def why_not_interactive(arguments: argparse.Namespace) -> str:
    """Why nobody can be asked; empty when somebody can, and when nobody is to be."""
    if not arguments.interactive:
        return ""
    if arguments.format == "json" or arguments.diff:
        return "--interactive goes without --diff and --format json"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "--interactive needs a terminal; choose by --only and --skip instead"
    return ""


class Confirmation:
    """The questions of one run."""

    def __init__(self) -> None:
        self._for_all = ""
        self._asked: dict[str, bool] = {}

    def accepts_rewrite(self, path: str, outcome: RewriteOutcome, before: str) -> bool:
        """Whether the rewrite of the file at `path`, whose text was `before`, is wanted."""
        lines = ["", f"{path}: {outcome.name}"]
        for step in outcome.steps:
            lines.append(f"  {step.title}: {step.reason}")
            if step.risk:
                lines.append(f"      look at: {step.risk}")
        return self._wanted("".join(f"{printable(line)}\n" for line in lines), path, before, outcome.text or before)

    def accepts_ignore_file(self, proposal: IgnoreProposal) -> bool:
        """Whether the ignore file is wanted; asked once for each."""
        if proposal.path not in self._asked:
            sent = f"{proposal.files_before} files are sent, then {proposal.files_after}"
            text = f"\n{printable(proposal.path)}: {sent}\n"
            self._asked[proposal.path] = self._wanted(text, proposal.path, proposal.old, proposal.new)
        return self._asked[proposal.path]

    def _wanted(self, text: str, path: str, before: str, after: str) -> bool:
        if self._for_all:
            return self._for_all == "a"
        write_stdout(text)
        write_rewrite_diff(path, before, after)
        while True:
            write_stdout("Take it? [y/n/a/q/?] ")
            line = sys.stdin.readline()
            answer = line.strip().lower()[:1] if line else "q"
            if answer in ("a", "q"):
                self._for_all = answer
            if answer in ("y", "a", "n", "q"):
                return answer in ("y", "a")
            write_stdout(_HELP)
