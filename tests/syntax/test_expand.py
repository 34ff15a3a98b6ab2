from __future__ import annotations

import subprocess
import sys

import pytest
from dockerfile_dlint.syntax.expand import (
    ExpansionError,
    expand,
    expand_text,
    parse_heredoc_word,
    split_words,
    variable_references,
)
from hypothesis import given
from hypothesis import strategies as st

ENV = {"NAME": "web", "PORT": "80 81", "EMPTY": "", "FILE": "/src/app.tar.gz", "STAR": "*", "ΩMEGA": "greek"}

TEXT = [
    ("/usr/bin", "/usr/bin"),
    ("'$NAME'", "$NAME"),
    ('"$NAME"', "web"),
    ("a'b'\"c\"", "abc"),
    (r"\$NAME", "$NAME"),
    (r'"\$NAME \n \\."', r"$NAME \n \."),
    ("'a\\'", "a\\"),
    ("end\\", "end"),
    ("$NAME-$NAME.$NAME", "web-web.web"),
    ("$NAMES", ""),
    ("$1st $9", "st "),
    ("$", "$"),
    ("5$ $/ $(id)", "5$ $/ $(id)"),
    ("$ΩMEGA!", "greek!"),
    ("${NAME}s", "webs"),
    ("${NAME:-x}${EMPTY:-x}${EMPTY-x}${GONE-x}", "webxx"),
    ("${NAME:+x}${EMPTY:+x}${EMPTY+x}${GONE+x}", "xx"),
    ("${NAME?no}${EMPTY?no}", "web"),
    ('${GONE:-${NAME:+"a b"}}', "a b"),
    (r"${GONE:-\}}", "}"),
    ("${GONE:-'}'}", "}"),
    ("${FILE##*/}", "app.tar.gz"),
    ("${FILE#*/}", "src/app.tar.gz"),
    ("${FILE%.*}", "/src/app.tar"),
    ("${FILE%%.*}", "/src/app"),
    ("${FILE%.t??.*}", "/src/app"),
    ("${FILE%.zip}", "/src/app.tar.gz"),
    ("${FILE//\\//-}", "-src-app.tar.gz"),
    ("${FILE/a*./A.}", "/src/A.gz"),
    ("${FILE/$STAR/all}", "all"),
    ("${FILE//$STAR/all}", "all"),
    ("${NAME///-}", "-w-e-b-"),
    ("${NAME//e/'<$0$1$$>'}", "w<e$>b"),
    ("${NAME//e/'${0}${0$'}", "we${0$b"),
    ("${NAME/e/'$0'}", "w$0b"),
    ("${NAME#[w]}", "web"),
    ("${GONE#x}${GONE/x/y}", ""),
    ("\ufeffbom", "bom"),
    ("bom\ufeff", "bom\ufeff"),
    ("${NAME#'\ufeffw'}", "eb"),
    ("\udcff$NAME\udcfe", "\udcffweb\udcfe"),
]


@pytest.mark.parametrize(("word", "text"), TEXT)
def test_text(word: str, text: str) -> None:
    assert expand_text(word, ENV) == text
    assert expand(word, ENV).text == text


ERRORS = [
    ("it's", "unexpected end of statement while looking for matching single-quote"),
    ('say "x', "unexpected end of statement while looking for matching double-quote"),
    ('"x\\', "unexpected end of statement while looking for matching double-quote"),
    ("${", "syntax error: missing '}'"),
    ("${}", "syntax error: bad substitution"),
    ("${:-x}", "syntax error: bad substitution"),
    ("${NAME", "unsupported modifier (\ufffd) in substitution"),
    ("${NAME:", "syntax error: missing '}'"),
    ("${NAME:-x", "syntax error: missing '}'"),
    ("${NAME:-it's}", "syntax error: missing '}'"),
    ("${NAME/e}", "syntax error: missing '/' in ${}"),
    ("${NAME/e/x", "syntax error: missing '}'"),
    ("${NAME:1:2}", "unsupported modifier (:1) in substitution"),
    ("${NAME:=x}", "unsupported modifier (:=) in substitution"),
    ("${NAME:#w}", "unsupported modifier (:#) in substitution"),
    ("${NAME^^}", "unsupported modifier (^) in substitution"),
    ("${#NAME}", "unsupported modifier (N) in substitution"),
    ("${GONE?}", "GONE: is not allowed to be unset"),
    ("${EMPTY:?}", "EMPTY: is not allowed to be empty"),
    ("${GONE:?say $NAME}", "GONE: say web"),
    # The default of a variable that is set is evaluated all the same.
    ("${NAME:-${GONE?needed}}", "GONE: needed"),
    # At the end of the word every error inside a substitution is the missing brace.
    ("${NAME:-${GONE?needed}", "syntax error: missing '}'"),
    (r"${NAME#\e}", r"invalid pattern (\e) in substitution: invalid escape '\e'"),
    (r"${NAME%\eb}", r"invalid pattern (b\e) in substitution: invalid escape '\e'"),
    ("${NAME#'\\'}", "invalid pattern (\\) in substitution: invalid escape '\\\ufffd'"),
]


@pytest.mark.parametrize(("word", "message"), ERRORS)
def test_errors(word: str, message: str) -> None:
    with pytest.raises(ExpansionError) as error:
        expand_text(word, ENV)
    assert str(error.value) == message
    with pytest.raises(ExpansionError) as error:
        expand(word, ENV)
    assert str(error.value) == message


WORDS = [
    ("", []),
    ("  ", []),
    ("a b\tc\u3000d", ["a", "b", "c", "d"]),
    ("a\x1cb \x1f", ["a\x1cb", "\x1f"]),
    ('"a b" c', ["a b", "c"]),
    ("a\\ b", ["a b"]),
    ("$PORT", ["80", "81"]),
    ('"$PORT"', ["80 81"]),
    ("a$PORT", ["a80", "81"]),
    ("'' x \"\"", ["x"]),
    ("a < b << c", ["a", "<", "b", "<< c"]),
    # The word at hand is lost where a modifier is read: the lexer of BuildKit has one buffer for both.
    ("a b${GONE:-c}d e", ["a", "cd", "e"]),
    ("8${NAME}0", ["8web0"]),
]


@pytest.mark.parametrize(("word", "words"), WORDS)
def test_words(word: str, words: list[str]) -> None:
    assert expand(word, ENV).words == words


def test_names_looked_up() -> None:
    result = expand("$NAME ${GONE:-$EMPTY} ${NAME:-$UNUSED} '$QUOTED'", ENV)
    assert result.matched == {"NAME", "EMPTY"}
    assert result.unmatched == {"GONE", "UNUSED"}
    assert not expand("plain", ENV).matched
    assert not expand("plain", ENV).unmatched


def test_escape_character_of_windows_files() -> None:
    assert expand_text(r"C:\$NAME\`$NAME", ENV, "`") == r"C:\web\$NAME"
    assert expand_text('"`"C:\\`$"', ENV, "`") == '"C:\\$'
    assert expand_text(r"${DIR//\\/`}}", {"DIR": r"C:\a"}, "`") == "C:`}a"


def test_raw_modes() -> None:
    assert expand("a'b c'\"$NAME\"", ENV, raw_quotes=True).text == "a'b c'\"web\""
    assert expand(r"a\ b \'", {}, raw_escapes=True).text == r"a\ b \'"
    # Inside double quotes a kept escape that escapes nothing stands twice.
    assert expand(r'"a\b\$"', {}, raw_escapes=True).text == r"a\\b\$"
    assert expand("don't $NAME", ENV, skip_quotes=True).text == "don't web"
    # The escapes of a default word are taken off even where escapes are kept.
    assert expand(r"${GONE:-\a}\b", {}, raw_escapes=True).text == r"a\b"


@pytest.mark.parametrize("word", ["$A", "${A}", "${A:-b $C}", "${A?e}", "${A#*/}", "${A%%x}", "${A:0:3}", "${A/x/y}"])
def test_unset_variables_are_kept(word: str) -> None:
    assert expand(word, {}, skip_unset=True).text == word
    with pytest.raises(ExpansionError):
        expand("${A^}", {}, skip_unset=True)


def test_deep_nesting_is_an_expansion_error() -> None:
    word = "${A:-" * 20_000 + "}" * 20_000
    with pytest.raises(ExpansionError, match="nested too deeply"):
        expand_text(word, {})
    assert len(variable_references(word)) == 20_000


def test_patterns_do_not_backtrack() -> None:
    assert expand_text("${V#*a*a*a*a*a*a*a*a*a*a*b}", {"V": "a" * 3000}) == "a" * 3000
    assert expand_text("${V%%b*a*a*a*a*a*a*a*a*a*a*}", {"V": "a" * 3000}) == "a" * 3000


def matches(pattern: str, text: str) -> bool:
    """Whether the glob matches all of the text, by trying everything."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return matches(pattern[1:], text) or (text[:1] not in ("", "\n") and matches(pattern, text[1:]))
    return (
        bool(text)
        and (pattern[0] == text[0] or (pattern[0] == "?" != text[0] != "\n"))
        and matches(pattern[1:], text[1:])
    )


@given(st.text("ab*?\n", max_size=7), st.text("ab\n", max_size=9))
def test_trimming_is_the_shortest_or_longest_match(pattern: str, value: str) -> None:
    env = {"V": value, "P": pattern}
    prefixes = [end for end in range(len(value) + 1) if matches(pattern, value[:end])] or [0]
    assert expand_text("${V#$P}", env) == value[prefixes[0] :]
    assert expand_text("${V##$P}", env) == value[prefixes[-1] :]
    suffixes = [start for start in range(len(value) + 1) if matches(pattern, value[start:])] or [len(value)]
    assert expand_text("${V%$P}", env) == value[: suffixes[-1]]
    assert expand_text("${V%%$P}", env) == value[: suffixes[0]]


@given(st.text("ab*?\n", max_size=7), st.text("ab\n", max_size=9))
def test_replacement_takes_the_first_longest_match(pattern: str, value: str) -> None:
    spans = [
        (s, e) for s in range(len(value) + 1) for e in range(len(value), s - 1, -1) if matches(pattern, value[s:e])
    ]
    expected = value[: spans[0][0]] + "-" + value[spans[0][1] :] if spans else value
    assert expand_text("${V/$P/-}", {"V": value, "P": pattern}) == expected


HEREDOCS = [
    ("<<EOF", ("EOF", False, True, 0)),
    ("<<-EOF", ("EOF", True, True, 0)),
    ("<< EOF", ("EOF", False, True, 0)),
    ("3<<EOF", ("EOF", False, True, 3)),
    ("007<<E", ("E", False, True, 7)),
    ("99999999999999999999<<E", ("E", False, True, 2**64 - 1)),
    ("9" * 5000 + "<<E", ("E", False, True, 2**64 - 1)),
    ("<<E\\ ", ("E ", False, True, 0)),
    ("<<'E F'", ("E F", False, False, 0)),
    ('<<-"EOF"', ("EOF", True, False, 0)),
    ("<<E\\OF", ("EOF", False, True, 0)),
    ("<<E\\'F", ("E'F", False, True, 0)),
    ("<<$EOF", ("$EOF", False, True, 0)),
    ("<<EOF>f", ("EOF>f", False, True, 0)),
    ("<<EOF;", ("EOF;", False, True, 0)),
    ("<< 20))", ("20))", False, True, 0)),
]


@pytest.mark.parametrize(("word", "expected"), HEREDOCS)
def test_heredoc_words(word: str, expected: tuple[str, bool, bool, int]) -> None:
    found = parse_heredoc_word(word)
    assert found is not None
    assert (found.name, found.chomp, found.expand, found.fd) == expected


@pytest.mark.parametrize(
    "word", ["", "a", "<", "<<", "<<-", "<< ", "<<<a", "a<<EOF", "٣<<EOF", "<<a<b", "<<a b", "<<''", "'<<a'"]
)
def test_words_that_open_no_heredoc(word: str) -> None:
    assert parse_heredoc_word(word) is None


@pytest.mark.parametrize("word", ["<<'EOF", '<<EOF"', "<<a ''"])
def test_bad_heredoc_words(word: str) -> None:
    with pytest.raises(ExpansionError):
        parse_heredoc_word(word)


LINES = [
    ("RUN cat <<EOF >'a b'", ["RUN", "cat", "<<EOF", ">'a b'"]),
    ("RUN cat << \t EOF", ["RUN", "cat", "<< \t EOF"]),
    # Only the blanks that follow `<<` at once stay in the word.
    ("RUN cat <<- EOF", ["RUN", "cat", "<<-", "EOF"]),
    ("RUN echo $((1 << 20))", ["RUN", "echo", "$((1", "<< 20))"]),
    ("RUN echo a\\ b \\<<EOF", ["RUN", "echo", "a\\ b", "\\<<EOF"]),
    ("RUN echo ${X} $Y ${Z:-1}", ["RUN", "echo", "${X}", "$Y", "${Z:-1}"]),
    ("RUN echo it's <<EOF", []),
    ("RUN echo ${#x} <<EOF", []),
]


@pytest.mark.parametrize(("line", "words"), LINES)
def test_words_of_a_line(line: str, words: list[str]) -> None:
    assert split_words(line) == words


VARIABLES = [
    ("plain", []),
    ("a$X/$Y", [("X", "$X"), ("Y", "$Y")]),
    ("${X}y", [("X", "${X}")]),
    ("${X:-a${Y}b$Z}", [("X", "${X:-a${Y}b$Z}"), ("Y", "${Y}"), ("Z", "$Z")]),
    ("${X/$P/$R}", [("X", "${X/$P/$R}"), ("P", "$P"), ("R", "$R")]),
    ("'$X'\"'$Y'\"", [("Y", "$Y")]),
    (r"\$X \\$Y", [("Y", "$Y")]),
    (r'"\$X \a$Y"', [("Y", "$Y")]),
    ('"${X:-"}"}"$Y', [("X", '${X:-"}"}'), ("Y", "$Y")]),
    ("$1x $@ $$ $", [("1", "$1"), ("@", "$@"), ("$", "$$")]),
    # Not BuildKit's: shell text, and words that are still being written.
    ("${X,,} ${Y:0:2} ${Z[$I]}", [("X", "${X,,}"), ("Y", "${Y:0:2}"), ("Z", "${Z[$I]}"), ("I", "$I")]),
    ("it's $X", [("X", "$X")]),
    ('"$X', [("X", "$X")]),
    ("${X:-$Y", [("X", "${X:-$Y"), ("Y", "$Y")]),
    ("${X", [("X", "${X")]),
    ("${} ${{X} $X", [("X", "$X")]),
]


@pytest.mark.parametrize(("word", "expected"), VARIABLES)
def test_variables(word: str, expected: list[tuple[str, str]]) -> None:
    assert [(name, word[start:end]) for name, start, end in variable_references(word)] == expected


def test_variables_of_heredoc_bodies_and_of_windows_files() -> None:
    assert [name for name, _, _ in variable_references("'$X' \"$Y", skip_quotes=True)] == ["X", "Y"]
    assert [name for name, _, _ in variable_references("\\$X `$Y", "`")] == ["X"]


SYNTAX = st.sampled_from(
    ["$", "{", "}", "${A", ":-", "#", "%", "/", "?", "*", "\\", "`", "'", '"', "<<", " ", "A", "b"]
)
ANY_TEXT = st.one_of(
    st.lists(SYNTAX, max_size=24).map("".join), st.text(st.characters(exclude_categories=())), st.text(max_size=30)
)
ENVIRONMENTS = st.dictionaries(st.sampled_from(["A", "b", "Ab", "1", ""]), ANY_TEXT, max_size=3)


@given(ANY_TEXT, ENVIRONMENTS, st.sampled_from("\\`"), st.tuples(*[st.booleans()] * 4))
def test_only_expansion_errors(word: str, env: dict[str, str], escape: str, flags: tuple[bool, ...]) -> None:
    raw_quotes, raw_escapes, skip_unset, skip_quotes = flags
    text = error = None
    try:
        text = expand_text(word, env, escape)
    except ExpansionError as raised:
        error = str(raised)
    try:
        assert expand(word, env, escape).text == text
    except ExpansionError as raised:
        assert str(raised) == error
    try:
        result = expand(
            word,
            env,
            escape,
            raw_quotes=raw_quotes,
            raw_escapes=raw_escapes,
            skip_unset=skip_unset,
            skip_quotes=skip_quotes,
        )
        assert "" not in result.words
    except ExpansionError as raised:
        assert str(raised)


@given(ANY_TEXT)
def test_heredoc_detection_never_fails_otherwise(line: str) -> None:
    for word in split_words(line):
        try:
            found = parse_heredoc_word(word)
        except ExpansionError:
            continue
        assert found is None or ("<<" in word and found.name)


@given(ANY_TEXT)
def test_variables_are_those_that_expansion_looks_up(word: str) -> None:
    found = variable_references(word)
    assert [start for _, start, _ in found] == sorted({start for _, start, _ in found})
    for name, start, end in found:
        assert word[start:end].startswith(("$" + name, "${" + name))
    try:
        result = expand(word, {})
    except ExpansionError:
        return
    assert {name for name, _, _ in found} == result.matched | result.unmatched


@given(st.text(st.characters(exclude_categories=(), exclude_characters="$'\"\\\ufeff")))
def test_plain_text_is_unchanged(text: str) -> None:
    assert expand_text(text, ENV) == text
    assert expand(text, ENV).text == text


@given(st.text(st.characters(exclude_categories=())))
def test_quoted_and_escaped_text_is_unchanged(text: str) -> None:
    assert expand_text("".join("\\" + char for char in text), ENV) == text
    quoted = text.replace("'", "'\"'\"'")
    assert expand_text(f"'{quoted}'", ENV) == text


def test_the_hot_path_needs_no_regular_expressions() -> None:
    code = "import sys; sys.modules['re'] = None; import dockerfile_dlint.syntax.expand as e; "
    code += "print(e.expand_text('${A:-b}', {}), e.parse_heredoc_word('<<EOF').name, e.variable_references('$A'))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "b EOF [('A', 0, 2)]"
