from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from dockerfile_dlint.syntax.command import Command, Script, Word
from dockerfile_dlint.syntax.shell import dialect_of, parse_exec, parse_script, shebang_dialect
from dockerfile_dlint.syntax.source import MappedText
from hypothesis import given, settings
from hypothesis import strategies as st


def script_of(text: str, dialect: str = "sh") -> Script:
    return parse_script(MappedText.join([(text, 0)]), dialect)


def only(text: str) -> Command:
    commands = script_of(text).commands
    assert len(commands) == 1, commands
    return commands[0]


def row(command: Command) -> str:
    """A command on one line: `context: before name args (wrappers)`."""
    parts = [*(f"[{value.value}]" if " " in value.value else value.value for value in command.args)]
    line = " ".join([command.operator_before.replace("\n", "NL"), command.name or "?", *parts]).strip()
    if command.wrappers:
        line += f" ({' '.join(command.wrappers)})"
    return "/".join(command.context) + ": " + line if command.context else line


# Script, and the rows of its commands in order.
SCRIPTS = [
    # Words
    ("apt-get install -y curl", ["apt-get install -y curl"]),
    ("/usr/bin/apt-get update", ["apt-get update"]),
    ('"apt-get" update', ["apt-get update"]),
    ("'/usr/bin/'apt\"-\"get update", ["apt-get update"]),
    ("$PKG install", ["? install"]),
    ("`a` b", ["? b", "substitution: a"]),
    ("$HOME/bin/conda install x", ["conda install x"]),
    ("/opt/$TOOL install x", ["? install x"]),
    ("echo 'a b' \"c d\" e\\ f g", ["echo [a b] [c d] [e f] g"]),
    ('echo "\\$X \\"y\\" \\z"', ['echo [$X "y" \\z]']),
    ("a\\ b \\ c \\\\ d '\\' \\\te", ["a b [ c] \\ d \\ \te"]),
    ("echo $'a\\tb' $\"c\" x$'\\x41\\u00e9\\101'", ["echo a\tb c xAéA"]),
    ("echo *.c ~/x {a,b} [a-z]?", ["echo *.c ~/x {a,b} [a-z]?"]),
    ("pip install 'a>1' b[c]==2 d=1.2.*", ["pip install a>1 b[c]==2 d=1.2.*"]),
    ("echo [ ] { x", ["echo [ ] { x"]),
    ("make A=1 if then", ["make A=1 if then"]),
    ("a b#c # d && e", ["a b#c"]),
    ("inst\\\n\\\nall a\\\n b", ["install a b"]),
    ('a "b\\\nc"', ["a bc"]),
    # Lists
    ("a && b || c; d & e | f |& g", ["a", "&& b", "|| c", "; d", "& e", "| f", "|& g"]),
    ("a\nb;\nc\n\n# d\ne &\nf", ["a", "NL b", "; c", "NL e", "& f"]),
    ("a &&\n b ||\n c", ["a", "&& b", "|| c"]),
    ("a `# why` b `#c` && d `#e`", ["a b", "&& d"]),
    ("! a && ! b | c", ["negated: a", "negated: && b", "negated: | c"]),
    # Constructs
    ("if ! a; then b; fi", ["if/condition/negated: a", "if: b"]),
    (
        "if a && b; then c; elif d; then e; else f; fi && g",
        [
            "if/condition: a",
            "if/condition: && b",
            "if: c",
            "if/else/condition: d",
            "if/else: e",
            "if/else: f",
            "&& g",
        ],
    ),
    ("for x in $(a) b; do c $x; d; done; e", ["for/substitution: a", "for: c $x", "for: ; d", "; e"]),
    ("for ((i=$(a); i<3; i++)); do b; done", ["for/substitution: a", "for: b"]),
    ("while a; do b; done < f", ["while/condition: a", "while: b"]),
    ("until a | b; do c; done | d", ["while/condition: a", "while/condition: | b", "while: c", "| d"]),
    (
        "case $(a) in b|c) d ;; (e) f; g;; *) h & esac",
        ["case/substitution: a", *[f"case: {c}" for c in "df"], "case: ; g", "case: h"],
    ),
    ("f() { a; b; }; f", ["function: a", "function: ; b", "; f"]),
    ("function f { { a; }; }", ["function/group: a"]),
    ("a && (b; c) && { d; } | e", ["a", "subshell: b", "subshell: ; c", "group: d", "| e"]),
    ("! { a; }; b", ["negated: a", "; b"]),
    ("time { a; }; b", ["a (time)", "; b"]),
    ("x=$(a | b) && y", ["?", "substitution: a", "substitution: | b", "&& y"]),
    (
        'a "b `c` $(d "$(e)") ${X:-$(f)}"',
        [
            'a [b `c` $(d "$(e)") ${X:-$(f)}]',
            "substitution: c",
            "substitution: d $(e)",
            "substitution/substitution: e",
            "substitution: f",
        ],
    ),
    ("a <(b) > >(c)", ["a <(b)", "substitution: b", "substitution: c"]),
    ("a $((1 + $(b))) && (( x << 2 )) && c", ["a [$((1 + $(b)))]", "substitution: b", "&& c"]),
    (
        '[ -f x ] && [[ $a == "b c" || ( -n $(d) ) ]] && test e',
        ["[ -f x ]", "&& [[ $a == [b c] || ( -n $(d) ) ]]", "substitution: d", "&& test e"],
    ),
    ("export A=1 B=$(c); unset A", ["export A=1 B=$(c)", "substitution: c", "; unset A"]),
    # Redirects leave the words alone
    ("a > f b 2>&1 c 2>&- d", ["a b c d"]),
    ("> f a && b", ["a", "&& b"]),
    ("a && b > f; c | d 2> f e", ["a", "&& b", "; c", "| d e"]),
    # Wrappers
    ("env -i -u X A=1 B=2 cmd x", ["cmd x (env)"]),
    ("env - cmd", ["cmd (env)"]),
    ("env", ["env"]),
    ("env A=1", ["env A=1"]),
    ("env -S 'a b'", ["env -S [a b]"]),
    ("sudo -EH -u root -- apt-get update", ["apt-get update (sudo)"]),
    ("sudo --user=x A=1 apt-get update", ["apt-get update (sudo)"]),
    ("sudo -l apt-get", ["sudo -l apt-get"]),
    ("sudo $X y", ["? y (sudo)"]),
    ("time -p nice -n -5 ionice -c3 -n 7 nohup a b", ["a b (time nice ionice nohup)"]),
    ("nice -10 a", ["a (nice)"]),
    ("exec -a x -c cmd y", ["cmd y (exec)"]),
    ("exec > f", ["exec"]),
    ("command -p a && command -v b && builtin cd c", ["a (command)", "&& command -v b", "&& cd c (builtin)"]),
    ("timeout -k 5s --signal=KILL 10 a b", ["a b (timeout)"]),
    ("timeout 10", ["timeout 10"]),
    ("stdbuf -oL -e 0 a", ["a (stdbuf)"]),
    ("gosu me a -b; su-exec me:us a -b", ["a -b (gosu)", "; a -b (su-exec)"]),
    ("runuser -u me -- a b", ["a b (runuser)"]),
    ("eatmydata catchsegv tini -s -- dumb-init -r 15:3 a -b", ["a -b (eatmydata catchsegv tini dumb-init)"]),
    ("chroot /mnt a; retry 5 a", ["chroot /mnt a", "; retry 5 a"]),
    # Commands in arguments
    (
        "a | sudo xargs -0r -n 1 -I {} env b {} && c",
        ["a", "| xargs -0r -n 1 -I {} env b {} (sudo)", "xargs: b {} (env)", "&& c"],
    ),
    ("xargs -0", ["xargs -0"]),
    (
        "find . -exec a {} \\; -o -execdir b c + {} + -exec d ';' -print",
        [
            "find . -exec a {} ; -o -execdir b c + {} + -exec d ; -print",
            "find -exec: a {}",
            "find -exec: b c + {}",
            "find -exec: d",
        ],
    ),
    ("find $(a) -exec b {} +", ["find $(a) -exec b {} +", "substitution: a", "find -exec: b {}"]),
    # Scripts in arguments
    ("sh -c 'a && b' && c", ["sh -c [a && b]", "sh -c: a", "sh -c: && b", "&& c"]),
    (
        'bash -eo pipefail -lc "a | b \\"c d\\"" x',
        ['bash -eo pipefail -lc [a | b "c d"] x', "sh -c: a", "sh -c: | b [c d]"],
    ),
    ("bash --norc -c -x a", ["bash --norc -c -x a", "sh -c: a"]),
    ("bash script -c a; sh; bash -x script", ["bash script -c a", "; sh", "; bash -x script"]),
    (
        "su - me -c 'a b'; su -c a me; runuser me --command='a b'",
        ["su - me -c [a b]", "sh -c: a b", "; su -c a me", "sh -c: a", "; runuser me [--command=a b]", "sh -c: a b"],
    ),
    ("eval 'a b' c; eval \"$x\" d", ["eval [a b] c", "eval: a b c", "; eval $x d"]),
    (
        "sh -c \"a $X $(b) '$(c)'\"",
        ["sh -c [a $X $(b) '$(c)']", "sh -c: a $X $(b) $(c)", "substitution: b", "substitution: c"],
    ),
    ("sh -c \"sh -c 'a; b'\"", ["sh -c [sh -c 'a; b']", "sh -c: sh -c [a; b]", "sh -c/sh -c: a", "sh -c/sh -c: ; b"]),
    ("sudo sh -c 'xargs a'", ["sh -c [xargs a] (sudo)", "sh -c: xargs a", "sh -c/xargs: a"]),
    ("(sh -c 'a')", ["subshell: sh -c a", "subshell/sh -c: a"]),
    # Here-documents
    (
        "cat <<EOF > f && a\nb $(c) `d` \\$(e) $X\nEOF\ng",
        ["cat", "&& a", "heredoc/substitution: c", "heredoc/substitution: d", "NL g"],
    ),
    ("cat <<'EOF' | a\nb $(c)\nEOF", ["cat", "| a"]),
    ("python3 - <<EOF\nimport a; b()\nEOF", ["python3 -"]),
    ("bash -e <<EOF\na && b\nc\nEOF\nd", ["bash -e", "heredoc: a", "heredoc: && b", "heredoc: NL c", "NL d"]),
    ("sudo bash -s -- x <<-\\EOF\n\ta $Y\n\tEOF", ["bash -s -- x (sudo)", "heredoc: a $Y"]),
    ("bash script <<EOF\na\nEOF", ["bash script"]),
    ("su me <<EOF\na \\$(b)\nEOF", ["su me", "heredoc: a $(b)", "heredoc/substitution: b"]),
    ("cat <<A <<B; c\na\nA\nb\nB\nd", ["cat", "; c", "NL d"]),
    ("<<A cat > f\nif\nA\nb", ["cat", "NL b"]),
    ('x="$(cat <<EOF\n"a\nEOF\n)" b', ["b", "substitution: cat"]),
    ("bash <<< 'a b' && c", ["bash", "heredoc: a b", "&& c"]),
    ('a 2>&1 <<< "$(b)" c', ["a c", "substitution: b"]),
    ("cat <<EOF\na; b", ["cat"]),
]


@pytest.mark.parametrize(("text", "rows"), SCRIPTS, ids=[text for text, _ in SCRIPTS])
def test_commands(text: str, rows: list[str]) -> None:
    script = script_of(text)
    assert [row(command) for command in script.commands] == rows
    assert not script.error
    assert script.text == text
    assert script.top_level() == [command for command in script.commands if not command.context]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a && b || c; d & e | f", ["&&", "||", ";", "&", "|", ""]),
        ("a &", ["&"]),
        ("a\nb", ["\n", ""]),
        ("a && (b; c) && d", ["&&", ";", "", ""]),
        ("if a; then b; fi && c", [";", ";", ""]),
        ("! a && b", ["&&", ""]),
        ("a | b 2>&1 > f; c", ["|", ";", ""]),
    ],
)
def test_what_follows(text: str, after: list[str]) -> None:
    assert [command.operator_after for command in script_of(text).commands] == after


@pytest.mark.parametrize(
    ("text", "assignments"),
    [
        ("A=1 B='x y' cmd", [("A", "1"), ("B", "x y")]),
        ("A=1 env B=2 sudo C=3 cmd D=4", [("A", "1"), ("B", "2"), ("C", "3")]),
        ("env 'A=x y' \"B=$Z\" cmd", [("A", "x y"), ("B", "$Z")]),
        ("A=", [("A", "")]),
        ("A+=x B[1]=y C=(p q)", [("A", "x"), ("B", "y"), ("C", "(p q)")]),
    ],
)
def test_assignments(text: str, assignments: list[tuple[str, str]]) -> None:
    assert [(name, word.value) for name, word in only(text).assignments] == assignments


@pytest.mark.parametrize(
    ("text", "redirects"),
    [
        ("a > f", ["> f"]),
        ("a 2>/dev/null >> 'x y' < $Z", ["2> /dev/null", ">> x y", "< $Z"]),
        ("a &> f 2>&1 >&2 3>&-", ["&> f", "2>& 1", ">& 2", "3>&- None"]),
        ("a <<< x <<A <<-'B'\nA\n\tB\n", ["<<< x", "<< A", "<<- B"]),
        ("> f", ["> f"]),
        ("a b && c > f", ["> f"]),
    ],
)
def test_redirects(text: str, redirects: list[str]) -> None:
    found = script_of(text).commands[-1].redirects
    assert [f"{each.operator} {each.target and each.target.value}" for each in found] == redirects
    assert all(text[each.start : each.end].startswith(each.operator) for each in found)


def test_dynamic_words() -> None:
    words = script_of('a $X ${X} "b$(c)" `d` <(e) $((1)) $? \'$f\' \\$g *.h ~ "$" $').commands[0].words
    assert [word.text for word in words if word.dynamic] == ["$X", "${X}", '"b$(c)"', "`d`", "<(e)", "$((1))", "$?"]


def test_dynamic_in_the_shell_outside() -> None:
    script = script_of("sh -c \"a '$X' b \\$Y \\\\\\$Z\"")
    assert [(word.value, word.dynamic) for word in script.commands[1].args] == [
        ("$X", True),
        ("b", False),
        ("$Y", True),
        ("$Z", False),
    ]


# Places in the file

CONTINUED = """\
RUN apt-get update \\
    # a comment
 && DEBIAN_FRONTEND=x apt-get inst\\
all -y "a \\
b" \\

    > /dev/null && \\
    sh -c "echo \\"q r\\" $X \\
      | tee f"; é 'ü'
"""


def logical_line(file: str, prefix: str = "RUN ") -> MappedText:
    """Join the physical lines of an instruction as BuildKit does: no comments, no empty lines, no continuations."""
    pieces: list[tuple[str, int]] = []
    at = 0
    for line in file.splitlines(keepends=True):
        if not line.lstrip().startswith("#") and line.strip():
            skip = len(prefix) if at == 0 else 0
            pieces.append((line.rstrip("\r\n").removesuffix("\\")[skip:], at + skip))
        at += len(line)
    return MappedText.join(pieces)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_places_across_continuations(newline: str) -> None:
    file = CONTINUED.replace("\n", newline)
    script = parse_script(logical_line(file))
    found = {word.value: file[word.start : word.end] for command in script.commands for word in command.words}
    assert found["apt-get"] == "apt-get"
    assert found["install"] == f"inst\\{newline}all"
    assert found["a b"] == f'"a \\{newline}b"'
    assert found["q r"] == '"q r\\"'  # the backslash before the quote is no part of the script within
    assert found["tee"] == "tee"
    assert found["é"] == "é"
    assert found["ü"] == "'ü'"
    install = script.commands[1]
    assert (install.name, install.operator_before, install.operator_after) == ("apt-get", "&&", "&&")
    assert file[install.start : install.end].startswith("DEBIAN_FRONTEND=x")
    assert file[install.start : install.end].endswith("> /dev/null")
    assert install.text == 'apt-get install -y "a b"'
    (name, value), (redirect,) = install.assignments[0], install.redirects
    assert (name, file[value.start : value.end], file[redirect.start : redirect.end]) == (
        "DEBIAN_FRONTEND",
        "x",
        "> /dev/null",
    )
    assert not script.error


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("sudo -E A=1 cmd x > f; b", ["sudo -E A=1 cmd x > f", "b"]),
        ("! { a; } && b", ["a", "b"]),
        ("a <<X && b\ny\nX\nc", ["a <<X", "b", "c"]),
        ("x | xargs -r sudo b c; d", ["x", "xargs -r sudo b c", "sudo b c", "d"]),
        ("find -exec a b \\; c", ["find -exec a b \\; c", "a b"]),
        ("é=$(ü 'ö') ß", ["é=$(ü 'ö') ß", "ü 'ö'"]),
        ("bash <<X\na \\$Y b\n c\nX", ["bash <<X", "a \\$Y b", "c"]),
        ('eval \'a b\' "c \\"d\\""; e', ['eval \'a b\' "c \\"d\\""', 'a b\' "c \\"d\\"', "e"]),
        ("\U0001f600 a; \U0001f600 b", ["\U0001f600 a", "\U0001f600 b"]),
    ],
)
def test_places_of_commands(text: str, places: list[str]) -> None:
    assert [text[command.start : command.end] for command in script_of(text).commands] == places


# Flags


@pytest.mark.parametrize(
    ("text", "flags", "has"),
    [
        ("a -y", ["-y"], True),
        ("a -qy b", ["-y"], True),
        ("a -q b", ["-y", "--yes"], False),
        ("a b --yes", ["-y", "--yes"], True),
        ("a '--yes'=true", ["--yes"], True),
        ("a --yes-really", ["--yes"], False),
        ("a -- -y --yes", ["-y", "--yes"], False),
        ("a - y", ["-y"], False),
        ("a --y", ["-y"], False),
        ("a -name x", ["-name"], True),
        ("apt-get -oDpkg::Quiet=y x", ["-q", "-y", "-D"], False),
        ("apt-get -oDpkg::Quiet=y x", ["-o"], True),
        ("wget -qO- x", ["-O"], True),
        ("sudo -y a", ["-y"], False),
        ("tar -xzC/usr", ["-C"], True),
    ],
)
def test_has(text: str, flags: list[str], has: bool) -> None:
    assert script_of(text).commands[0].has(*flags) is has


@pytest.mark.parametrize(
    ("text", "flags", "value"),
    [
        ("a --file b", ["-f", "--file"], "b"),
        ("a --file='b c'", ["-f", "--file"], "b c"),
        ("a --file=", ["--file"], ""),
        ("a -f b", ["-f", "--file"], "b"),
        ("a -fb", ["-f"], "b"),
        ("a -f=b", ["-f"], "b"),
        ("a -xf b", ["-f"], "b"),
        ("a -qO- b", ["-O"], "-"),
        ("a -f", ["-f"], None),
        ("a x", ["-f"], None),
        ("a -- -f b", ["-f"], None),
        ("a --files b", ["--file"], None),
    ],
)
def test_option(text: str, flags: list[str], value: str | None) -> None:
    found = only(text).option(*flags)
    assert (found.value if isinstance(found, Word) else found) == value


@pytest.mark.parametrize(
    ("text", "valued", "operands"),
    [
        ("a -x b --c=d -e f - g", ["-e"], ["b", "-", "g"]),
        ("a --opt b c -- -d --opt e", ["--opt"], ["c", "-d", "--opt", "e"]),
        ("a -xe b c", ["-e"], ["c"]),
        ("a -eb c", ["-e"], ["c"]),
        ("a --opt=b c", ["--opt"], ["c"]),
        ("a $X -j$Y", [], ["$X"]),
    ],
)
def test_operands(text: str, valued: list[str], operands: list[str]) -> None:
    assert [word.value for word in only(text).operands(valued)] == operands


def test_flags() -> None:
    assert [word.value for word in only("a -x b --c=d - -- -e").flags()] == ["-x", "--c=d"]


# Exec form


def exec_form(*words: str) -> tuple[str, Script]:
    """The script of `["a", "b"]` and its text in the file."""
    file, found = "[", list[tuple[str, MappedText]]()
    for word in words:
        file += '"'
        found.append((word, MappedText.join([(word, len(file))])))
        file += word + '", '
    return file, parse_exec(found)


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (["/usr/bin/apt-get", "install", "a b"], ["apt-get install [a b]"]),
        (["echo", "$X && `b`", "$(c)"], ["echo [$X && `b`] $(c)"]),
        (["sh", "-c", "a | b $X"], ["sh -c [a | b $X]", "sh -c: a", "sh -c: | b $X"]),
        (["bash", "-lc", "a"], ["bash -lc a", "sh -c: a"]),
        (["env", "A=1", "sudo", "-E", "a"], ["a (env sudo)"]),
        (["tini", "--", "/bin/sh", "-c", "exec a"], ["sh -c [exec a] (tini)", "sh -c: a (exec)"]),
        (["a", ""], ["a"]),
        ([], []),
    ],
)
def test_exec_form(words: list[str], rows: list[str]) -> None:
    file, script = exec_form(*words)
    assert [row(command) for command in script.commands] == rows
    for command in script.commands:
        assert [file[word.start : word.end] for word in command.words] == [word.text for word in command.words]


def test_exec_form_words_are_not_dynamic() -> None:
    _, script = exec_form("echo", "$X", "'a'")
    assert [(word.value, word.dynamic) for word in script.commands[0].args] == [("$X", False), ("'a'", False)]


def test_exec_form_dialect() -> None:
    assert exec_form("bash", "-c", "a")[1].dialect == "bash"
    assert exec_form("node", "x.js")[1].dialect == "sh"


# Dialects


@pytest.mark.parametrize("dialect", ["powershell", "cmd", "python", "other"])
def test_other_dialects_are_left_alone(dialect: str) -> None:
    script = script_of("apt-get install (x", dialect)
    assert (script.commands, script.dialect, script.error) == ((), dialect, False)


@pytest.mark.parametrize(
    ("shell", "dialect"),
    [
        (["/bin/sh", "-c"], "sh"),
        (["/bin/bash", "-o", "pipefail", "-c"], "bash"),
        (["/bin/ash", "-eo", "pipefail", "-c"], "ash"),
        (["/usr/bin/env", "-S", "bash", "-c"], "bash"),
        (["busybox", "sh", "-c"], "ash"),
        (["powershell", "-Command"], "powershell"),
        (["C:\\Program Files\\PowerShell\\7\\pwsh.exe", "-c"], "powershell"),
        (["pwsh-7.4", "-c"], "powershell"),
        (["cmd", "/S", "/C"], "cmd"),
        (["CMD.EXE", "/S"], "cmd"),
        (["/usr/bin/python3.11", "-c"], "python"),
        (["/bin/zsh"], "zsh"),
        (["ksh93"], "ksh"),
        (["fish", "-c"], "other"),
        ([], "other"),
    ],
)
def test_dialect_of(shell: list[str], dialect: str) -> None:
    assert dialect_of(shell) == dialect


@pytest.mark.parametrize(
    ("body", "dialect"),
    [
        ("#!/bin/bash -e\na", "bash"),
        ("#! /usr/bin/env python3\na", "python"),
        ("#!/usr/bin/env -S A=1 zsh -f", "zsh"),
        ("#!/usr/bin/perl\na", "other"),
        ("#!", "other"),
        ("a\n#!/bin/sh", None),
        ("", None),
    ],
)
def test_shebang_dialect(body: str, dialect: str | None) -> None:
    assert shebang_dialect(body) == dialect


# What the grammar cannot read


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a && (b; c", "a b c"),
        ("a; b 'c", "a b"),
        ("a; b $(c", "a b c"),
        ("a && && b | | c", "a b c"),
        ("a ) ; b c; if", "a b"),
        ("a && if b; then c", "a b c"),
        ("a; for x in y; do { b; } done; c", "a b c"),
        ("a (b) c", "a b c"),
        ("a; fi b; done; c", "a b c"),
        ("((((a", "a"),
    ],
)
def test_commands_around_errors(text: str, names: str) -> None:
    script = script_of(text)
    assert " ".join(command.name for command in script.commands) == names
    assert script.text == text


def test_errors_are_told() -> None:
    assert script_of("a && (b").error
    assert not script_of("").error
    assert script_of("").commands == ()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("( " * 10_000 + "a" + " )" * 10_000, 1),
        ("$(" * 10_000 + "a" + ")" * 10_000, 65),
        ("(" * 10_000, 0),
        ("a && " * 10_000 + "a", 10_001),
        ("(a;" * 10_000, 10_000),
        ("a 'b c' \"$d\";" * 7_500, 7_500),
        ("sudo " * 20_000 + "a", 1),
        ('sh -c "' + "$(a) " * 5_000 + '"', 5_002),
    ],
    ids=["subshells", "substitutions", "open", "list", "open list", "long", "wrappers", "nested"],
)
def test_deep_and_long_scripts(text: str, count: int) -> None:
    commands = script_of(text).commands
    assert len(commands) == count
    assert all(len(command.context) <= 64 for command in commands)


@pytest.mark.parametrize("text", ["eval " * 3_000 + "a", "xargs " * 3_000 + "a"])
def test_scripts_in_scripts_end(text: str) -> None:
    assert len(script_of(text).commands) == 9


# Properties

TOKENS = [
    "a",
    "b.c",
    "-x",
    "--y=z",
    "A=1",
    "$X",
    "${X:-y}",
    "'q",
    "r'",
    '"s',
    '$t"',
    "\\",
    '"',
    "'",
    "`",
    "$(",
    "$((",
    "))",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "]]",
    "!",
    "&&",
    "||",
    "|",
    "|&",
    ";",
    ";;",
    "&",
    "#",
    "=",
    "*",
    "~",
    "--",
    "-",
    ">",
    ">>",
    "2>&1",
    "<",
    "<<<",
    "<<E",
    "E",
    "<<-'E'",
    "if",
    "then",
    "elif",
    "else",
    "fi",
    "for",
    "in",
    "do",
    "done",
    "while",
    "until",
    "case",
    "esac",
    "function",
    "é",
    "😀",
    "time",
    "sudo",
    "env",
    "xargs",
    "find",
    "-exec",
    "{}",
    "\\;",
    "+",
    "sh",
    "-c",
    "bash",
    "eval",
    "su",
]
shell_text = st.lists(st.sampled_from([*TOKENS, "\n", "\t", "\\\n", "\r\n"]), max_size=40).flatmap(
    lambda tokens: st.sampled_from([" ".join(tokens), "".join(tokens)])
)
any_text = st.text(st.characters(), max_size=60) | shell_text


def everything(script: Script) -> list[object]:
    return [
        (
            (
                command.name,
                command.wrappers,
                command.context,
                command.operator_before,
                command.operator_after,
                command.text,
            ),
            [(word.value, word.dynamic) for word in command.words],
            [(name, word.value) for name, word in command.assignments],
            [(each.operator, each.target and each.target.value) for each in command.redirects],
        )
        for command in script.commands
    ]


@settings(max_examples=400, deadline=None)
@given(any_text)
def test_any_text_is_read_and_stands_where_it_says(text: str) -> None:
    script = script_of(text)
    everything(script)
    starts = [command.start for command in script.commands]
    assert starts == sorted(starts)
    for command in script.commands:
        assert 0 <= command.start <= command.end <= len(text)
        last = command.start
        for word in command.words:
            assert last <= word.start <= word.end <= command.end
            last = word.end
            if not {"sh -c", "eval", "heredoc"}.intersection(command.context):
                assert text[word.start : word.end] == word.text


@settings(max_examples=200, deadline=None)
@given(shell_text, st.lists(st.integers(0, 200), max_size=6))
def test_pieces_of_the_file_make_no_difference(text: str, cuts: list[int]) -> None:
    bounds = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [(text[a:b], a + 10 * number) for number, (a, b) in enumerate(pairwise(bounds), 1)]
    mapped = MappedText.join(pieces)
    whole, cut = script_of(text), parse_script(mapped)
    assert everything(cut) == everything(whole)
    for one, other in zip(whole.commands, cut.commands, strict=True):
        assert [mapped.offset(word.start) for word in one.words if word.start < word.end] == [
            word.start for word in other.words if word.start < word.end
        ]


@settings(max_examples=200, deadline=None)
@given(st.lists(shell_text, max_size=5))
def test_any_exec_form_is_read(words: list[str]) -> None:
    file, script = exec_form(*words)
    everything(script)
    for command in script.commands:
        if not command.context:
            assert [file[word.start : word.end] for word in command.words] == [word.value for word in command.words]


# Start-up


def test_the_grammar_is_loaded_without_its_packages() -> None:
    code = (
        "import sys\n"
        "from dockerfile_dlint.syntax.shell import parse_script\n"
        "from dockerfile_dlint.syntax.source import MappedText\n"
        "before = set(sys.modules)\n"
        "assert not any(name.startswith('tree_sitter') for name in before)\n"
        "assert parse_script(MappedText('a && b', [0], [0])).commands[1].name == 'b'\n"
        "print(*sorted(set(sys.modules) - before))\n"
        "import tree_sitter, tree_sitter_bash\n"
        "tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language())).parse(b'a')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "tree_sitter._binding" in loaded
    assert not {"typing", "importlib.resources", "tree_sitter", "tree_sitter_bash"}.intersection(loaded)


def test_the_grammar_is_loaded_the_ordinary_way_when_the_short_cut_fails() -> None:
    code = (
        "import sys\n"
        "from importlib.machinery import PathFinder\n"
        "from dockerfile_dlint.syntax.shell import parse_script\n"
        "from dockerfile_dlint.syntax.source import MappedText\n"
        "class Shy:\n"
        "    asked = set()\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.endswith('._binding') and name not in self.asked:\n"
        "            return self.asked.add(name)\n"
        "        return PathFinder.find_spec(name, path, target)\n"
        "sys.meta_path[sys.meta_path.index(PathFinder)] = Shy()\n"
        "assert parse_script(MappedText('a && b', [0], [0])).commands[1].name == 'b'\n"
        "print(*Shy.asked, *sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"tree_sitter._binding", "tree_sitter", "tree_sitter_bash"} <= set(done.stdout.split())
