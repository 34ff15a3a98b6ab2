"""The grammar by example: lines, directives, continuations, heredocs, flags, JSON, pairs, and what is refused."""

from __future__ import annotations

import pytest
from dockerfile_dlint.syntax.buildkit_dump import dump
from dockerfile_dlint.syntax.parser import parse
from dockerfile_dlint.syntax.source import Source
from dockerfile_dlint.syntax.tokens import tokenize as tokens_of
from dockerfile_dlint.syntax.tree import CopyOrAdd, Dockerfile, From, Healthcheck, Instruction

HEAD = "FROM a\n"


def read(text: str) -> Dockerfile:
    """The tree of a file that BuildKit accepts."""
    dockerfile = parse(Source(text))
    assert [error.message for error in dockerfile.errors] == []
    return dockerfile


def only(text: str) -> Instruction:
    """The one instruction of `text`, read behind a FROM."""
    instructions = read(HEAD + text).instructions[1:]
    assert len(instructions) == 1, [instruction.keyword for instruction in instructions]
    return instructions[0]


def words(instruction: Instruction) -> list[str]:
    return [argument.text for argument in instruction.arguments]


def dumps(text: str) -> list[str]:
    return [dump(instruction) for instruction in parse(Source(text)).instructions]


def errors(text: str) -> list[tuple[int, str]]:
    return [(error.line, error.message) for error in parse(Source(text)).errors]


# Lines ---------------------------------------------------------------------------------------------------------------


def test_an_instruction_has_a_keyword_and_arguments() -> None:
    run = only("RUN echo  a\n")
    assert (run.keyword, run.name, type(run).__name__) == ("RUN", "RUN", "Run")
    assert words(run) == ["echo  a"]
    assert (run.start, run.end, run.start_line, run.end_line) == (7, 18, 2, 2)
    assert run.keyword_end == 10


def test_keywords_have_no_case() -> None:
    assert [i.name for i in read("from a\nRun b\ncOPY c d\n").instructions] == ["FROM", "RUN", "COPY"]


def test_only_a_line_feed_ends_a_line() -> None:
    assert dumps("FROM a\rRUN b\n") == ['from "a" "RUN" "b"']
    assert dumps("FROM a\r\nRUN b\r\n") == ['from "a"', 'run "b"']
    assert words(only("RUN a\u2028b\x85c\n")) == ["a\u2028b\x85c"]


def test_one_byte_order_mark_is_skipped() -> None:
    dockerfile = read("\ufeffFROM a\n")
    assert dockerfile.instructions[0].keyword == "FROM"
    assert dockerfile.instructions[0].start == 1
    assert errors("\ufeff\ufeffFROM a\n")[0][0] == 1


def test_blanks_separate_keyword_and_arguments() -> None:
    assert words(only("COPY\ta\vb\f c \t\n")) == ["a", "b", "c"]
    assert words(only("COPY a\u2003b c\n")) == ["a\u2003b", "c"]


def test_lines_may_be_indented_with_any_space() -> None:
    assert [i.name for i in read("  FROM a\n\t\u2003\xa0RUN b\n").instructions] == ["FROM", "RUN"]


def test_comments_stand_on_lines_of_their_own() -> None:
    dockerfile = read("# one\nFROM a\n  #two\nRUN b # three\n")
    assert [(c.text, c.line, c.in_continuation) for c in dockerfile.comments] == [("one", 1, False), ("two", 3, False)]
    assert [c.text for c in dockerfile.instructions[1].comments] == ["two"]
    assert words(dockerfile.instructions[1]) == ["b # three"]


def test_a_line_has_at_most_65535_bytes() -> None:
    longest = "RUN " + "a" * 65_531
    assert errors(HEAD + longest + "\nRUN b\n") == []
    for text in (longest + "a\n", "RUN " + "é" * 32_766 + "\n", "RUN b \\\n" + longest + "a\n", f"# {longest}\n"):
        [(line, message)] = errors(HEAD + text)
        assert line == HEAD.count("\n") + text.count("\n")
        assert "longer than 65,535 bytes" in message
        assert "split it" in message


def test_a_long_line_is_told_once_wherever_it_stands() -> None:
    long = "a" * 70_000
    assert [line for line, _ in errors(f"# {long}\nFROM a\n")] == [1]
    assert [line for line, _ in errors(f"FROM a\nRUN <<EOF\n{long}\nEOF\n")] == [3]


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "\ufeff", "# a\n", "# escape=`\n"])
def test_a_file_without_instructions_is_refused(text: str) -> None:
    [(line, message)] = errors(text)
    assert line <= max(1, text.count("\n"))
    assert "start with FROM" in message


# Parser directives ---------------------------------------------------------------------------------------------------


def directives(text: str) -> dict[str, str]:
    return {directive.name: directive.value for directive in parse(Source(text)).directives}


def test_directives_stand_in_the_head_of_the_file() -> None:
    text = "# syntax=docker/dockerfile:1\n#ESCAPE = `\n# check=skip=all\nFROM a\n"
    assert directives(text) == {"syntax": "docker/dockerfile:1", "escape": "`", "check": "skip=all"}
    escape = parse(Source(text)).directive("escape")
    assert escape is not None
    assert (escape.line, text[escape.start : escape.end]) == (2, "#ESCAPE = `")
    assert parse(Source(text)).directive("unknown") is None


@pytest.mark.parametrize("end", ["\n", "# a comment\n", "# unknown=1\n", "FROM b\n", "# check=\n"])
def test_they_end_at_the_first_other_line(end: str) -> None:
    dockerfile = read(f"# syntax=x\n{end}# escape=`\nFROM a\n")
    assert [directive.name for directive in dockerfile.directives] == ["syntax"]
    assert dockerfile.escape == "\\"


def test_an_indented_escape_works_and_an_indented_check_does_not() -> None:
    dockerfile = read("  # escape=`\nFROM a\nRUN b `\n c\n")
    assert dockerfile.escape == "`"
    assert words(dockerfile.instructions[1]) == ["b  c"]
    assert directives(" # check=skip=all\nFROM a\n") == {}


def test_behind_a_shebang_escape_does_not_work() -> None:
    text = "#!/usr/bin/env x\n# escape=`\n# check=skip=all\nFROM a\n"
    assert directives(text) == {"check": "skip=all"}
    assert read(text).escape == "\\"


def test_a_directive_stands_once() -> None:
    [(line, message)] = errors("# escape=`\n# escape=`\nFROM a\n")
    assert line == 1
    assert message == "duplicate parser directive escape; remove this one"


def test_an_escape_is_a_backslash_or_a_backtick() -> None:
    [(line, message)] = errors("# escape=x\nFROM a\n")
    assert line == 1
    assert "invalid escape `x`; use ` or \\" in message


# Continuation --------------------------------------------------------------------------------------------------------


def test_an_escape_at_the_end_joins_the_next_line() -> None:
    run = only("RUN a \\\n  b\\ \t\nc\n")
    assert words(run) == ["a   bc"]
    assert (run.start_line, run.end_line) == (2, 4)
    argument = run.arguments[0]
    assert run.mapped(argument).text == "a   bc"
    assert [run.mapped(argument).offset(i) - len(HEAD) for i in (0, 2, 4, 5)] == [4, 8, 10, 15]


def test_two_escapes_do_not_continue() -> None:
    assert dumps("FROM a\nRUN b\\\\\nRUN c\n") == ['from "a"', 'run "b\\\\\\\\"', 'run "c"']


def test_an_escape_alone_on_its_line_continues() -> None:
    assert words(only("RUN a\\\n\\\nb\n")) == ["ab"]
    assert only("\\\n  RUN a\n").keyword == "RUN"


def test_comments_and_blank_lines_inside_are_dropped() -> None:
    run = only("RUN a \\\n# b \\\n\n  # c\n d\n")
    assert words(run) == ["a  d"]
    assert run.end_line == 6
    assert run.empty_continuation == 6
    dockerfile = read(HEAD + "RUN a \\\n# b \\\n d\n")
    assert [(c.text, c.in_continuation) for c in dockerfile.comments] == [("b \\", True)]
    assert dockerfile.instructions[1].empty_continuation == 0


def test_an_escape_may_end_the_file() -> None:
    assert words(only("RUN a\\")) == ["a"]
    assert words(only("RUN a \\\n\n\n")) == ["a"]


def test_the_escape_directive_names_the_escape() -> None:
    dockerfile = read("# escape=`\nFROM a\nCOPY C:\\ `\n D:\\\nRUN b\n")
    assert [words(i) for i in dockerfile.instructions] == [["a"], ["C:\\", "D:\\"], ["b"]]


def test_a_word_may_go_on_over_lines() -> None:
    text = HEAD + "CO\\\nPY a\\\nb c\n"
    copy = read(text).instructions[1]
    assert copy.keyword == "COPY"
    assert words(copy) == ["ab", "c"]
    assert text[copy.arguments[0].start : copy.arguments[0].end] == "a\\\nb"


# Heredocs ------------------------------------------------------------------------------------------------------------


def test_a_heredoc_reaches_to_its_terminator() -> None:
    text = "RUN <<EOF\na\n  EOF\n\nEOF\nRUN b\n"
    run = read(HEAD + text).instructions[1]
    [heredoc] = run.heredocs
    assert (heredoc.name, heredoc.body, heredoc.fd) == ("EOF", "a\n  EOF\n\n", 0)
    assert (run.start_line, run.end_line) == (2, 6)
    assert (HEAD + text)[heredoc.end : heredoc.terminator_end] == "EOF"
    assert words(run) == ["<<EOF"]


@pytest.mark.parametrize(
    ("word", "name", "expand", "chomp", "fd"),
    [
        ("<<EOF", "EOF", True, False, 0),
        ("<<-EOF", "EOF", True, True, 0),
        ("<<'EOF'", "EOF", False, False, 0),
        ('<<"E"OF', "EOF", False, False, 0),
        ("<<E\\OF", "EOF", True, False, 0),
        ("3<<EOF", "EOF", True, False, 3),
        ("<< EOF", "EOF", True, False, 0),
    ],
)
def test_the_word_of_a_heredoc(word: str, name: str, expand: bool, chomp: bool, fd: int) -> None:
    [heredoc] = only(f"RUN cat {word}\na\n{name}\n").heredocs
    assert (heredoc.name, heredoc.expand, heredoc.chomp, heredoc.fd) == (name, expand, chomp, fd)


def test_a_dash_strips_tabs_and_no_blanks() -> None:
    text = HEAD + "RUN <<-EOF\n\ta\n\t\tb\n  c\n\tEOF\n"
    [heredoc] = read(text).instructions[1].heredocs
    assert heredoc.body == "\ta\n\t\tb\n  c\n"
    mapped = heredoc.mapped()
    assert mapped.text == "a\nb\n  c\n"
    assert [text[mapped.offset(i)] for i in range(len(mapped.text))] == list(mapped.text)


def test_an_instruction_may_have_several_heredocs() -> None:
    copy = only("COPY <<A <<-B /dest/\na\nA\n\tb\n\tB\n")
    assert [(h.name, h.body) for h in copy.heredocs] == [("A", "a\n"), ("B", "\tb\n")]
    assert copy.end_line == 6


def test_the_body_keeps_its_carriage_returns() -> None:
    [heredoc] = only("RUN <<EOF\r\na\r\nEOF\r\n").heredocs
    assert heredoc.body == "a\r\n"


@pytest.mark.parametrize("keyword", ["RUN", "COPY", "ADD", "ONBUILD RUN", "onbuild copy"])
def test_run_copy_and_add_have_heredocs(keyword: str) -> None:
    instruction = only(f"{keyword} <<EOF /a\nb\nEOF\n")
    assert [heredoc.body for heredoc in instruction.heredocs] == ["b\n"]
    if instruction.trigger is not None:
        assert instruction.trigger.heredocs == instruction.heredocs
        assert instruction.trigger.end_line == instruction.end_line == 4


@pytest.mark.parametrize(
    "line", ["CMD <<EOF", "ENV a=<<EOF", 'RUN ["<<EOF"]', "RUN cat<<EOF", "RUN echo '<<EOF", "RUN <<<x"]
)
def test_other_lines_have_none(line: str) -> None:
    assert not only(line + "\n").heredocs


@pytest.mark.parametrize("word", ["<<EOF>f", "<<EOF|sh", "<<EOF;"])
def test_the_whole_word_is_the_name(word: str) -> None:
    [heredoc] = only(f"RUN {word}\na\n{word[2:]}\n").heredocs
    assert heredoc.name == word[2:]


@pytest.mark.parametrize(
    ("line", "name"), [("RUN echo $((1 << 20))", "20))"), ("RUN a # <<EOF", "EOF"), ("RUN a <<EOF", "EOF")]
)
def test_a_heredoc_without_an_end_is_refused(line: str, name: str) -> None:
    [(number, message)] = errors(HEAD + line + "\nRUN b\n")
    assert number == 2
    assert f"no line contains only `{name}`" in message
    assert "quote it" in message
    assert dumps(HEAD + line + "\nRUN b\n")[-1] == 'run "b"'


def test_the_first_of_two_heredocs_may_have_an_end() -> None:
    dockerfile = parse(Source(HEAD + "RUN <<A <<B\na\nA\nRUN b\n"))
    assert [(error.line, "`B`" in error.message) for error in dockerfile.errors] == [(2, True)]
    assert [i.start_line for i in dockerfile.instructions] == [1, 2, 5]


def test_after_a_heredoc_without_an_end_others_are_found() -> None:
    dockerfile = parse(Source(HEAD + "RUN <<A\nRUN <<B\nx\nB\nRUN <<-C\n\tC\nRUN <<B\n"))
    assert [error.line for error in dockerfile.errors] == [2, 8]
    assert [h.name for i in dockerfile.instructions for h in i.heredocs] == ["B", "C"]


# Flags ---------------------------------------------------------------------------------------------------------------


def test_flags_stand_before_the_arguments() -> None:
    copy = only("COPY --from=x --link a --chown=b\n")
    assert isinstance(copy, CopyOrAdd)
    assert [(flag.name, flag.value) for flag in copy.flags] == [("from", "x"), ("link", None)]
    assert [source.text for source in copy.sources] == ["a"]
    assert copy.destination is not None
    assert copy.destination.text == "--chown=b"
    assert copy.flag("link") is copy.flags[1]
    assert copy.flag("chown") is None


def test_quotes_and_escapes_of_a_flag_are_removed() -> None:
    text = HEAD + 'RUN --mount="type=secret,id=a b" c\n'
    run = read(text).instructions[1]
    assert run.flags[0].text == "--mount=type=secret,id=a b"
    assert text[run.flags[0].start : run.flags[0].end] == '--mount="type=secret,id=a b"'
    assert words(run) == ["c"]


def test_two_dashes_end_the_flags() -> None:
    copy = only("COPY --link -- --from=x a\n")
    assert [flag.name for flag in copy.flags] == ["link"]
    assert words(copy) == ["--from=x", "a"]


@pytest.mark.parametrize("line", ["ARG --x=y a", "STOPSIGNAL --x SIGTERM", "HEALTHCHECK --x NONE"])
def test_some_instructions_ignore_their_flags(line: str) -> None:
    assert only(line + "\n").flags


def test_a_list_may_be_given_twice() -> None:
    assert len(only("RUN --mount=type=tmpfs,target=/a --mount=type=tmpfs,target=/b c\n").flags) == 2


# JSON form -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keyword", ["RUN", "CMD", "ENTRYPOINT", "SHELL", "COPY", "ADD", "VOLUME", "HEALTHCHECK CMD"])
def test_an_array_of_strings_is_taken_apart(keyword: str) -> None:
    instruction = only(f'{keyword} [ "a" , "b c" ]\n')
    assert instruction.json
    assert words(instruction)[-2:] == ["a", "b c"]


def test_escapes_of_a_string_are_resolved() -> None:
    text = HEAD + r'RUN ["\u0041\/\"", "\ud83d\ude00 b"]'
    run = read(text).instructions[1]
    assert words(run) == ['A/"', "😀 b"]
    mapped = run.mapped(run.arguments[0])
    assert mapped.text == 'A/"'
    assert [text[mapped.offset(i) : mapped.end_offset(i + 1)] for i in range(3)] == [r"\u0041", r"\/", r"\""]
    assert run.mapped(run.arguments[1]).text == "😀 b"


def test_bytes_that_are_not_utf8_are_replaced_in_a_string() -> None:
    run = only('RUN ["\udc80"]\n')
    assert words(run) == ["\ufffd"]
    assert words(only("RUN \udc80\n")) == ["\udc80"]


def test_a_string_may_go_on_over_lines() -> None:
    run = only('RUN ["a\\\nb", \\\n"c"]\n')
    assert words(run) == ["ab", "c"]
    assert run.mapped(run.arguments[0]).text == "ab"


@pytest.mark.parametrize("text", ['["a",]', "['a']", '["a\tb"]', '["a"', '["a"] b', r'["\d"]', "[1"])
def test_invalid_json_is_ordinary_text(text: str) -> None:
    run = only(f"RUN {text}\n")
    assert not run.json
    assert words(run) == [text]
    assert words(only(f"COPY {text} x\n")) == [*text.split(), "x"]


@pytest.mark.parametrize("line", ["RUN", "CMD", "RUN []", "CMD []", "ENTRYPOINT"])
def test_a_command_may_be_empty(line: str) -> None:
    assert words(only(line + "\n")) == []


def test_healthcheck_has_a_kind() -> None:
    healthcheck = only("HEALTHCHECK --interval=30s cmd a b\n")
    assert isinstance(healthcheck, Healthcheck)
    assert healthcheck.kind == "CMD"
    assert [word.text for word in healthcheck.words] == ["a b"]


# ENV, LABEL, ARG -----------------------------------------------------------------------------------------------------


def pairs(instruction: Instruction) -> list[tuple[str, str | None]]:
    return [(pair.key.text, pair.value.text if pair.value else None) for pair in instruction.pairs]


@pytest.mark.parametrize("keyword", ["ENV", "LABEL", "ARG"])
def test_pairs_of_key_and_value(keyword: str) -> None:
    instruction = only(f"{keyword} a=b c=\"d e\" f='g h' i=j\\ k l=\n")
    assert pairs(instruction) == [("a", "b"), ("c", '"d e"'), ("f", "'g h'"), ("i", "j\\ k"), ("l", "")]
    assert not any(pair.legacy for pair in instruction.pairs)


def test_words_of_pairs_are_separated_by_any_space() -> None:
    assert pairs(only("ENV a=b\u2003c=d\xa0e=f\n")) == [("a", "b"), ("c", "d"), ("e", "f")]


def test_the_legacy_form_is_split_once() -> None:
    env = only("ENV a  b c=d  \n")
    assert pairs(env) == [("a", "b c=d")]
    assert env.pairs[0].legacy
    assert pairs(only("LABEL a b\n")) == [("a", "b")]


def test_an_argument_needs_no_value() -> None:
    assert pairs(only("ARG a b=c\n")) == [("a", None), ("b", "c")]


def test_an_empty_value_stands_behind_its_equals_sign() -> None:
    text = HEAD + "ENV a=\\\n b=c\n"
    env = read(text).instructions[1]
    value = env.pairs[0].value
    assert value is not None
    assert value.start == value.end == text.index("=") + 1


def test_a_lone_escape_at_the_end_is_no_part_of_the_word() -> None:
    text = HEAD + "ENV a=b\\\u2003\n"
    env = read(text).instructions[1]
    assert pairs(env) == [("a", "b")]
    assert text[env.arguments[0].start : env.arguments[0].end] == "a=b"


# FROM, ONBUILD -------------------------------------------------------------------------------------------------------


def test_from_names_a_base_and_a_stage() -> None:
    first = read("FROM --platform=linux/arm64 a:1 as Build\n").instructions[0]
    assert isinstance(first, From)
    assert first.base is not None
    assert first.alias is not None
    assert (first.base.text, first.alias.text) == ("a:1", "Build")


def test_only_arg_may_stand_before_from() -> None:
    assert errors("ARG a=b\nFROM $a\n") == []
    assert [line for line, _ in errors("ARG a\nRUN b\nENV c=d\nFROM e\nRUN f\n")] == [2, 3]


def test_onbuild_keeps_an_instruction() -> None:
    text = HEAD + "ONBUILD  COPY --link a b\n"
    onbuild = read(text).instructions[1]
    trigger = onbuild.trigger
    assert trigger is not None
    assert (trigger.name, trigger.parent, words(trigger)) == ("COPY", onbuild, ["a", "b"])
    assert text[trigger.start : trigger.keyword_end] == "COPY"
    assert text[trigger.start : trigger.end] == "COPY --link a b"
    assert dump(onbuild) == 'onbuild (copy ["--link"] "a" "b")'


def test_onbuild_may_not_keep_an_onbuild() -> None:
    text = HEAD + "ONBUILD ONBUILD RUN a\n"
    assert errors(text) == [(2, "chaining ONBUILD ONBUILD isn't allowed; use one ONBUILD")]
    assert dumps(text)[1] == 'onbuild (onbuild (run "a"))'


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words", "advice"),
    [
        ("RUM a", "unknown instruction `RUM`", "did you mean RUN?"),
        ("CPOY a b", "unknown instruction `CPOY`", "did you mean COPY?"),
        ("RUN\xa0a", "no-break or other Unicode space", "with an ordinary space"),
        ("COPY a", "requires at least two arguments", "write COPY source destination"),
        ("COPY --from a b c", "missing value for flag `--from`", "write --from=…"),
        ("COPY --form=x a b", "unknown flag `--form`", "did you mean --from?"),
        ("COPY --xyzzy a b", "unknown flag `--xyzzy`", "supported: --from, --chown"),
        ("USER --x a", "unknown flag `--x`", "has no flags"),
        ("COPY --link=x a b", "does not accept `x`", "use true or false"),
        ("COPY --link= a b", "an empty value after `=`", "use true or false"),
        ("COPY --chown=a --chown=b c d", "duplicate flag `--chown`", "keep one"),
        ("COPY a <<EOF\nEOF", "heredoc as a destination", "write the path last"),
        ("RUN --network=x a", "invalid network mode `x`", "use default, none or host"),
        ("RUN --security=x a", "invalid security mode `x`", "use sandbox or insecure"),
        ("RUN --mount=from=$x a", "`from` does not support variables", "name a stage"),
        ('RUN --mount=\\" a', 'invalid mount `"`', "such as type=cache,target=/path"),
        ('RUN ["a", 1]', "may only contain strings", "put every element in double quotes"),
        ("ENV a", "ENV must have two arguments", "write ENV key=value"),
        ("LABEL a=b c", "missing = in `c`", "write name=value"),
        ("ENV =a", "names cannot be blank", "write a name before the `=`"),
        ("ENV", "requires at least one argument", "write ENV name=value"),
        ("USER", "requires exactly one argument", "write USER name"),
        ("SHELL bash -c", "to be in JSON form", 'such as ["/bin/bash", "-c"]'),
        ('VOLUME [""]', "cannot be an empty string", "write a path"),
        ("ONBUILD", "requires at least one argument", "write ONBUILD RUN command"),
        ("ONBUILD FROM b", "isn't allowed as an ONBUILD trigger", "remove the line"),
        ("FROM a b", "either one or three arguments", "FROM image AS name"),
        ("FROM a AS 1", "invalid name for build stage `1`", "start with a letter"),
        ("HEALTHCHECK a", "unknown type `a`", "use HEALTHCHECK CMD … or NONE"),
        ("HEALTHCHECK CMD", "missing command", "write HEALTHCHECK CMD command"),
        ("HEALTHCHECK NONE a", "accepts no arguments", "remove them"),
        ("HEALTHCHECK --interval=1 CMD a", "invalid duration `1`", "such as 30s"),
        ("HEALTHCHECK --timeout=1us CMD a", "cannot be less than 1ms", "use 1ms or more"),
        ("HEALTHCHECK --retries=x CMD a", "invalid value `x`", "use a number, 0 or greater"),
        ("HEALTHCHECK --retries=-1 CMD a", "invalid value `-1`", "use a number, 0 or greater"),
        ("HEALTHCHECK --retries=2147483648 CMD a", "invalid value `2147483648`", "use a number, 0 or greater"),
    ],
)
def test_an_error_says_what_is_wrong_and_what_to_do(line: str, words: str, advice: str) -> None:
    [(number, message)] = errors(f"{HEAD}{line}\nRUN b\n")
    assert number == 2
    assert words in message
    assert advice in message


@pytest.mark.parametrize("flag", ["--retries=0", "--retries=+3", "--retries=-0", "--retries=000000000000003"])
def test_retries_are_a_number(flag: str) -> None:
    assert only(f"HEALTHCHECK {flag} CMD a\n").flags


def test_a_line_in_lower_case_may_lack_the_continuation_before_it() -> None:
    assert errors(HEAD + "RUN a &&\n  export B=c\n") == [
        (3, "unknown instruction `export`; did you mean EXPOSE, or is a `\\` missing on the line before?")
    ]
    assert errors(HEAD + "RUN a &&\n  apt-get install b\n") == [
        (3, "unknown instruction `apt-get`; is a `\\` missing on the line before?")
    ]
    assert errors("# escape=`\nFROM a\nRUN b\nsetx c d\n")[0][1].endswith("is a ``` missing on the line before?")


def test_text_that_is_no_dockerfile_at_all() -> None:
    assert errors("<!DOCTYPE html>\n<html>\n") == [(1, "unknown instruction `<!DOCTYPE`; start with FROM")]


def test_lines_that_are_no_instructions_are_told_once() -> None:
    assert [line for line, _ in errors(HEAD + "a\nb\nc\nRUN d\ne\n")] == [2, 6]


def test_reading_goes_on_behind_an_error() -> None:
    dockerfile = parse(Source(HEAD + "ENV a\nCOPY b\nRUM c\nRUN d\n"))
    assert [error.line for error in dockerfile.errors] == [2, 3, 4]
    assert [i.keyword for i in dockerfile.instructions] == ["FROM", "COPY", "RUM", "RUN"]


def test_errors_stand_in_the_order_in_which_the_build_meets_them() -> None:
    """All lines are split before the first instruction is read."""
    assert [line for line, _ in errors(HEAD + "COPY b\nENV a\n")] == [3, 2]


# Tokens --------------------------------------------------------------------------------------------------------------


def tokens(text: str) -> list[tuple[str, str]]:
    return [(token.kind, text[token.start : token.end]) for token in tokens_of(parse(Source(text)))]


def test_tokens_are_the_whole_file() -> None:
    assert tokens("\ufeff# escape=`\n# b\nRUN --x c `\n# d\n e\n") == [
        ("bom", "\ufeff"),
        ("directive", "# escape=`"),
        ("space", "\n"),
        ("comment", "# b"),
        ("space", "\n"),
        ("keyword", "RUN"),
        ("space", " "),
        ("flag", "--x"),
        ("space", " "),
        ("word", "c "),
        ("continuation", "`\n"),
        ("comment", "# d"),
        ("space", "\n"),
        ("word", " e"),
        ("space", "\n"),
    ]


def test_heredocs_and_json_have_tokens_of_their_own() -> None:
    assert tokens('ONBUILD RUN <<E\na\nE\nCMD ["b"]') == [
        ("keyword", "ONBUILD"),
        ("space", " "),
        ("keyword", "RUN"),
        ("space", " "),
        ("word", "<<E"),
        ("space", "\n"),
        ("heredoc", "a\n"),
        ("terminator", "E"),
        ("space", "\n"),
        ("keyword", "CMD"),
        ("space", " "),
        ("punctuation", '["'),
        ("word", "b"),
        ("punctuation", '"]'),
    ]


def test_a_refused_line_is_kept_too() -> None:
    assert tokens("ENV a\n") == [("punctuation", "ENV"), ("space", " "), ("punctuation", "a"), ("space", "\n")]


# Dumps ---------------------------------------------------------------------------------------------------------------


def test_dumps_are_those_of_buildkit() -> None:
    text = 'FROM --platform=x a AS b\nENV c=d e="f"\nENV g h\nRUN --network=none i "j"\nFOO k\nHEALTHCHECK NONE\n'
    assert dumps(text) == [
        'from ["--platform=x"] "a" "AS" "b"',
        'env "c" "d" "=" "e" "\\"f\\"" "="',
        'env "g" "h" ""',
        'run ["--network=none"] "i \\"j\\""',
        'foo ""',
        'healthcheck "NONE"',
    ]


def test_odd_characters_are_written_as_go_writes_them() -> None:
    assert dumps("RUN a\tb\x01\x7fé\u200b\udc80\U000e0001") == ['run "a\\tb\\x01\\x7fé\\u200b\\x80\\U000e0001"']
