"""RUNs are joined where one shell does what several did, and only there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from dockerfile_dlint.fixers.edits.edit import Edit, apply_edits
from dockerfile_dlint.fixers.edits.join_runs import join_runs
from dockerfile_dlint.model.build import Build
from dockerfile_dlint.model.semantics import build_semantics
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.plain import index_at_offset, plain_form
from dockerfile_dlint.syntax.source import Source
from dockerfile_dlint.syntax.tree import Run
from hypothesis import given, settings
from hypothesis import strategies as st


def joined(text: str) -> str | None:
    """The text with all its RUNs joined; what is declared must be what is done, and no comment may go."""
    build = Build(parse(Source(text)))
    runs = [each for stage in build.stages for each in stage.all_instructions() if isinstance(each, Run)]
    change = join_runs(build, runs)
    if change is None:
        return None
    edits, declares = change
    fixed = apply_edits(text, edits)
    form = plain_form(build.dockerfile)
    wanted = apply_edits(
        form.text, [Edit(index_at_offset(form, e.start), index_at_offset(form, e.end), e.text) for e in declares]
    )
    after = parse(Source(fixed))
    assert not after.errors
    assert build_semantics(Build(parse(Source(wanted)))) == build_semantics(Build(after))
    assert [c.text for c in after.comments] == [c.text for c in build.dockerfile.comments]
    return fixed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN a\nRUN b c\n", "RUN a && \\\n    b c\n"),
        ("RUN a  \n# one\n\n# two\n\nRUN b\n", "RUN a && \\\n    # one\n    # two\n    b\n"),
        ("RUN a\n\nRUN b\n\nRUN c", "RUN a && \\\n    b && \\\n    c"),
        ("RUN a \\\n && b\nRUN c\n", "RUN a \\\n && b \\\n && c\n"),
        ("RUN a\nRUN b && \\\n  c\n", "RUN a && \\\n  b && \\\n  c\n"),
        ("RUN a\nRUN b \\\n    c \\\n    d\n", "RUN a && \\\n    b \\\n        c \\\n        d\n"),
        ("RUN a\n# why\nRUN b\n", "RUN a && \\\n    # why\n    b\n"),
        ("RUN a \\\n  && b\n# why\nRUN c\n", "RUN a \\\n  && b \\\n  # why\n  && c\n"),
        ("RUN \\\n  a\nRUN \\\n  b \\\n    c\n", "RUN \\\n  a && \\\n    b \\\n        c\n"),
        ("RUN a\nRUN b 'x \\\n  y'\n", "RUN a && \\\n    b 'x \\\n  y'\n"),
        ("RUN a; b\nRUN c\n", "RUN a; b && \\\n    c\n"),
        ("RUN a || b\nRUN c\n", "RUN a || b && \\\n    c\n"),
        ("RUN if a; then b; fi\nRUN c | d\n", "RUN if a; then b; fi && \\\n    c | d\n"),
        ("RUN (cd x && a)\nRUN b\n", "RUN (cd x && a) && \\\n    b\n"),
        ("RUN sh -c 'cd x'\nRUN b\n", "RUN sh -c 'cd x' && \\\n    b\n"),
        ("RUN a\nRUN cd b && c\n", "RUN a && \\\n    cd b && c\n"),
        ("RUN cd /a && wget b\nRUN rm /a/b\n", "RUN cd /a && wget b && \\\n    rm /a/b\n"),
        (
            "RUN --mount=type=cache,target=/c a\nRUN --mount=type=cache,target=/c b\n",
            "RUN --mount=type=cache,target=/c a && \\\n    b\n",
        ),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("escape", ["\\", "`"])
def test_runs_are_joined(before: str, after: str, ending: str, escape: str) -> None:
    head = f'# escape={escape}\nFROM x\nSHELL ["/bin/sh", "-c"]\n'
    before, after = (head + text.replace("\\\n", escape + "\n") for text in (before, after))
    assert joined(before.replace("\n", ending)) == after.replace("\n", ending)


@pytest.mark.parametrize(
    "text",
    [
        "RUN cd a\nRUN b",
        "RUN cd a && b\nRUN c",
        "RUN set -x && a\nRUN b",
        "RUN A=1\nRUN echo $A",
        "RUN export A=1 && a\nRUN b",
        "RUN : ${A:=1}\nRUN b",
        "RUN umask 077 && a\nRUN b",
        "RUN trap x EXIT && a\nRUN b",
        "RUN f() { a; } && f\nRUN f",
        "RUN . ./a && b\nRUN c",
        "RUN a && exit 0\nRUN b",
        "RUN exec a\nRUN b",
        "RUN a & b\nRUN c",
        "RUN a &\nRUN b",
        "RUN a\nRUN b; c",
        "RUN a\nRUN b || c",
        "RUN a\nRUN if b; then c; fi; d",
        "RUN a\nRUN (b) || true",
        "RUN a\nRUN set -e; b",
        "RUN a # b\nRUN c",
        "RUN a;\nRUN b",
        "RUN service a start\nRUN b",
        "RUN a\nUSER b\nRUN c",
        "RUN a\nENV b=c\nRUN d",
        "RUN a\nARG b\nRUN d",
        'RUN ["a"]\nRUN b',
        "RUN <<EOF\na\nEOF\nRUN b",
        "RUN a\nRUN cat <<EOF\nb\nEOF\n",
        "RUN a\nRUN --network=none b",
        "RUN --mount=type=tmpfs,target=/t a\nRUN --mount=type=tmpfs,target=/t b",
        "RUN --mount=source=.,target=/t,rw a\nRUN --mount=source=.,target=/t,rw b",
        "RUN a\n# hadolint ignore=DL3008\nRUN b",
        "RUN pip install -U pip\nRUN pip install a",
        "ONBUILD RUN a\nONBUILD RUN b",
        'SHELL ["/bin/bash", "-lc"]\nRUN a\nRUN b',
        'SHELL ["/bin/bash", "-ec"]\nRUN (a; b)\nRUN c',
        "RUN set -e; { a; b; }\nRUN rm /a",
        "RUN ln -sf bash /bin/sh\nRUN a",
        "RUN rm /bin/sh && ln -s /bin/bash /bin/sh\nRUN source a",
        "RUN set -f && a\nRUN rm /a/*",
        "ENV BASH_ENV=/x\nRUN a\nRUN b",
        "RUN a\nFROM x\nRUN b",
        "RUN a",
        "RUN if a; then\nRUN b",
    ],
)
def test_runs_that_would_do_something_else_are_not_joined(text: str) -> None:
    assert joined("FROM x\n" + text) is None


PIECES = st.sampled_from(
    [
        "a",
        "b x",
        "cd d && a",
        "(cd d && b)",
        "A=1",
        "A=1 a",
        "export A=1 && a",
        "a; b",
        "a || b",
        "a && b || c",
        "if a; then b; fi",
        "if a; then cd d; fi",
        "set -e; a; b",
        "set -u && a",
        "a | b",
        "! a",
        "umask 077 && a",
        "f() { a; b; }; f",
        "trap a EXIT",
        "exit 0",
        "a && exit 0",
        "{ a; b; }",
        "{ cd d; a; }",
        "for i in 1 2; do a; done",
        "a # b",
        "sh -c 'cd d; a'",
        ": ${A:=2}; a",
        "true && ! b",
        "unset A; b",
        "a; # b",
        "exec a",
        "alias a=b; a",
    ]
)


@settings(max_examples=150, deadline=None)
@given(parts=st.lists(PIECES, min_size=2, max_size=3), failing=st.sampled_from(["", "a", "b", "c", "ab"]))
def test_one_shell_does_what_several_did(
    parts: list[str], failing: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fixed = joined("FROM x\n" + "".join(f"RUN {part}\n" for part in parts))
    if fixed is None:
        return
    folder = tmp_path_factory.getbasetemp() / "programs"
    _make_programs(folder)
    several = _run(parts, folder, failing)
    whole = fixed.partition("RUN ")[2].rstrip("\n")
    assert _run([whole], folder, failing) == several, whole


def _make_programs(folder: Path) -> None:
    if folder.exists():
        return
    (folder / "d").mkdir(parents=True)
    for name in "abc":
        program = folder / name
        program.write_text('#!/bin/sh\necho "$0 $* $PWD $A $(umask)"\ncase "$FAILING" in *${0##*/}*) exit 3;; esac\n')
        program.chmod(0o755)


def _run(scripts: list[str], folder: Path, failing: str) -> tuple[int, str]:
    """The exit status and the output of the scripts, each in a shell of its own, up to the first that fails."""
    output = ""
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "FAILING": failing}
    for script in scripts:
        done = subprocess.run(
            ["sh", "-c", script], capture_output=True, text=True, env=environment, cwd=folder, check=False
        )
        output += done.stdout
        if done.returncode:
            return done.returncode, output
    return 0, output
