"""The parser against BuildKit's recorded answers."""

from __future__ import annotations

import gzip
import json
from typing import Any

from dockerfile_dlint.model.build import Build
from dockerfile_dlint.syntax.buildkit_dump import dump
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source
from dockerfile_dlint.syntax.tokens import tokenize

from .shared import shared


def load(name: str) -> Any:
    return json.loads(shared(f"conformance/{name}").read_text())


def read(text: str):
    return parse(Source.decode(text.encode("utf-8", "surrogateescape")))


def test_every_real_file_is_read_as_buildkit_reads_it() -> None:
    recorded = json.loads(gzip.decompress(shared("conformance/buildkit_dev.json.gz").read_bytes()))
    corpus = shared("corpus/dockerfiles")
    different: list[str] = []
    for row in recorded:
        path = corpus / row["repo"].replace("/", "__") / row["path"]
        data = path.read_bytes()
        source = Source.decode(data)
        dockerfile = parse(source)
        assert source.encode() == data, path
        assert "".join(source.text[t.start : t.end] for t in tokenize(dockerfile)) == source.text, path
        mine = [[i.keyword, i.start_line, i.end_line, dump(i)] for i in dockerfile.instructions]
        directives = [{"line": d.line, "name": d.name, "value": d.value} for d in dockerfile.directives]
        stages = [
            [
                stage.name,
                stage.from_.base.text if stage.from_.base else "",
                (f.value if (f := stage.from_.flag("platform")) else "") or "",
                [stage.from_.start_line, stage.from_.end_line],
            ]
            for stage in Build(dockerfile).stages
        ]
        refusal = row.get("lint_error") or {"message": ""}
        refused = refusal["message"].startswith("dockerfile parse error")
        lines = [error.line for error in dockerfile.errors]
        right = (
            mine == row["ast"]
            and dockerfile.escape == row["escape"]
            and directives == row["directives"]
            and (refused or stages == row["stages"])
            and (lines[:1] == [refusal["lines"][0][0]] if refused else not lines)
        )
        if not right:
            different.append(f"{path}: {lines} {directives} {stages} {row['stages']}")
    assert not different, "\n".join(different[:10])
    assert len(recorded) > 1000


def test_edge_cases_are_read_as_buildkit_reads_them() -> None:
    cases = load("buildkit_edge_cases.json")
    different: list[str] = []
    for case in cases:
        text, answer = case["request"]["dockerfile"], case["answer"]
        dockerfile = read(text)
        refusal = answer.get("parse_error") or answer.get("instr_error")
        if refusal:
            line = refusal["lines"][0][0]
            mine = dockerfile.errors[0].line if dockerfile.errors else None
            # An empty file has no line; the message stands on the first.
            if mine != line and not (line == 0 and mine == 1):
                different.append(f"{text!r}: refused on {line}, here {mine}: {refusal['message']}")
            if answer.get("parse_error"):
                continue
        elif dockerfile.errors:
            different.append(f"{text!r}: accepted, here {dockerfile.errors[0].message}")
        theirs = [(i["value"], i["start"], i["end"], i["dump"]) for i in answer["ast"]]
        mine_ast = [(i.keyword, i.start_line, i.end_line, dump(i)) for i in dockerfile.instructions]
        if mine_ast != theirs:
            different.append(f"{text!r}: {mine_ast} {theirs}")
        heredocs = [
            {"Name": h.name, "FileDescriptor": h.fd, "Expand": h.expand, "Chomp": h.chomp, "Content": h.body}
            for i in dockerfile.instructions
            for h in i.heredocs
        ]
        if heredocs != [h for i in answer["ast"] for h in i.get("heredocs") or ()]:
            different.append(f"{text!r}: {heredocs}")
        if answer.get("escape", "\\") != dockerfile.escape:
            different.append(f"{text!r}: escape {dockerfile.escape}")
        if "directives_error" not in answer and answer.get("directives") is not None:
            mine_directives = [{"line": d.line, "name": d.name, "value": d.value} for d in dockerfile.directives]
            if mine_directives != answer["directives"]:
                different.append(f"{text!r}: directives {mine_directives} {answer['directives']}")
        if "parser_warnings" in answer:
            empty = [i.empty_continuation for i in dockerfile.instructions if i.empty_continuation]
            if len(empty) != len(answer["parser_warnings"]):
                different.append(f"{text!r}: empty continuations {empty} {answer['parser_warnings']}")
    assert not different, f"{len(different)} of {len(cases)}\n" + "\n".join(different[:30])


def test_the_parsers_own_cases() -> None:
    data = load("buildkit_parser.json")
    for case in data["positive"]:
        dockerfile = read(case["dockerfile"])
        assert [f"({dump(i)})" for i in dockerfile.instructions] == case["result"].splitlines(), case["name"]
        assert not [e for e in dockerfile.errors if e.phase == 0], case["name"]
    for case in data["negative"]:
        assert read(case["dockerfile"]).errors, case["name"]


def test_instructions_are_refused_as_buildkit_refuses_them() -> None:
    data = load("buildkit_instructions.json")
    for keyword in data["TestCommandsExactlyOneArgument"] + data["TestCommandsAtLeastOneArgument"]:
        assert read(f"FROM a\n{keyword}\n").errors[0].line == 2, keyword
    for keyword in data["TestCommandsNoDestinationArgument"]:
        assert read(f"FROM a\n{keyword} arg1\n").errors[0].line == 2, keyword
    for keyword in data["TestCommandsBlankNames"]:
        assert read(f"FROM a\n{keyword} =arg2\n").errors[0].line == 2, keyword
    for case in data["TestErrorCases"] + data["TestErrorCasesHeredoc"]:
        errors = read("FROM a\n" + case["dockerfile"]).errors
        assert errors and errors[0].line == 2, case["name"]
