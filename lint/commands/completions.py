"""`dlint completions SHELL`: completion scripts for bash, zsh and fish, generated from the parsers."""

from __future__ import annotations

from ..config.arguments import OUTPUT_FORMATS
from ..config.keys import CONFIG_KEYS
from ..terminal.exit_status import CLEAN
from ..terminal.streams import write_stdout
from .parsers import PARSERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from .parsers import CommandParser

# Kinds of values of options and arguments.
NOTHING, ANYTHING, FILE, RULES, REWRITES, REVISION, KEY, OUTPUT = (
    "nothing", "anything", "file", "rules", "rewrites", "revision", "key", "output",
)  # fmt: skip
_BY_METAVAR = {
    "PATH": FILE,
    "FILE": FILE,
    "RULE": RULES,
    "RULES": RULES,
    "NAMES": REWRITES,
    "REV": REVISION,
    "KEY=VALUE": KEY,
    "FORMAT=FILE": OUTPUT,
}
_WORDS_BY_METAVAR = {"BUILDER": ("docker", "podman", "buildah")}


class CompletionOption:
    """An option. `kind` and `words`: the values it accepts; `repeated`: whether it can be given several times."""

    __slots__ = ("help", "kind", "name", "repeated", "words")

    def __init__(self, name: str, action: argparse.Action) -> None:
        self.name = name
        self.help = action.help or ""
        self.words = _words(action)
        self.kind = NOTHING if action.nargs == 0 else _kind(action)
        self.repeated = isinstance(action.default, list)


def _kind(action: argparse.Action) -> str:
    return _BY_METAVAR.get(str(action.metavar), ANYTHING)


def _words(action: argparse.Action) -> tuple[str, ...]:
    return tuple(map(str, action.choices or _WORDS_BY_METAVAR.get(str(action.metavar), ())))


def command_options(parser: CommandParser) -> list[CompletionOption]:
    """The options of a command, including one-letter ones."""
    return [CompletionOption(name, action) for action in parser.visible_actions() for name in action.option_strings]


def command_arguments(parser: CommandParser) -> tuple[str, tuple[str, ...]]:
    """The kind of a command's arguments, and the words it accepts."""
    kind, words = NOTHING, ()
    for action in parser.visible_actions():
        if not action.option_strings:
            words += _words(action)
            kind = kind if action.choices else _kind(action)
    return kind, words


def completion_script(shell: str) -> str:
    """The completion script for one of parsers.SHELLS."""
    parsers = {name: make() for name, make in PARSERS.items()}
    made: dict[str, Callable[[dict[str, CommandParser]], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    return made[shell](parsers)


def _rules() -> list[tuple[str, str]]:
    from ...rules import RULES as ALL_RULES

    return [(rule.code, rule.summary) for rule in ALL_RULES]


def _rewrites() -> tuple[str, ...]:
    from ...fixers.optimize.pipeline import OPTIONAL_REWRITES
    from .optimize import REWRITE_NAMES

    return (*REWRITE_NAMES, *OPTIONAL_REWRITES)


# bash -------------------------------------------------------------------------------------------------------------

_BASH = """\
# Completion for dlint in bash. Written by `dlint completions bash`.
_dlint_words() {
    local IFS=$' \\t\\n'
    COMPREPLY+=($(compgen -W "$1" -- "$current"))
}
_dlint_list() {
    local IFS=$' \\t\\n' before=
    [[ $current == *,* ]] && before=${current%,*},
    COMPREPLY=($(compgen -P "$before" -W "$1" -- "${current##*,}"))
}
_dlint_files() {
    local IFS=$'\\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
}
_dlint_open() {
    compopt -o nospace 2>/dev/null
    _dlint_words "$1"
}
_dlint() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=check
    local rules='@rules@'
    COMPREPLY=()
    # bash splits `--format=json` into three words.
    if [[ $current == '=' ]]; then
        current=
    elif [[ $before == '=' ]] && ((COMP_CWORD > 2)); then
        before=${COMP_WORDS[COMP_CWORD-2]}
    fi
    if ((COMP_CWORD > 1)); then
        case ${COMP_WORDS[1]} in
            @commands@ | help) command=${COMP_WORDS[1]} ;;
        esac
    fi
    case $command:$before in
@values@
    esac
    case $command:$current in
@options@
    esac
    if ((COMP_CWORD == 1)); then
        _dlint_files
        _dlint_words '@names@ help'
        return
    fi
    case $command in
@arguments@
        help) _dlint_words '@names@' ;;
    esac
}
complete -F _dlint dlint
"""


def _bash(parsers: dict[str, CommandParser]) -> str:
    calls: dict[str, list[str]] = {}
    for name, parser in parsers.items():
        for option in command_options(parser):
            if option.kind != NOTHING:
                calls.setdefault(_bash_call(option.kind, option.words), []).append(f"{name}:{option.name}")
    values = [
        f"        {' | '.join(where)})\n            {call}\n            return ;;" for call, where in calls.items()
    ]
    names = {name: " ".join(option.name for option in command_options(parser)) for name, parser in parsers.items()}
    flags = [
        f"        {name}:-*)\n            _dlint_words '{those}'\n            return ;;"
        for name, those in names.items()
    ]
    arguments = [f"        {name}) {_bash_call(*command_arguments(parser))} ;;" for name, parser in parsers.items()]
    return _filled(
        _BASH,
        rules=" ".join(code for code, _ in _rules()),
        commands=" | ".join(parsers),
        names=" ".join(parsers),
        values="\n".join(values),
        options="\n".join(flags),
        arguments="\n".join(arguments),
    )


def _bash_call(kind: str, words: Sequence[str]) -> str:
    if words:
        files = "_dlint_files; " if kind == FILE else ""
        return f"{files}_dlint_words '{' '.join(words)}'"
    if kind == REWRITES:
        return f"_dlint_list '{' '.join(_rewrites())}'"
    if kind == KEY:
        return f"_dlint_open '{' '.join(key.name + '=' for key in CONFIG_KEYS)}'"
    if kind == OUTPUT:
        return f"_dlint_open '{' '.join(form + '=' for form in OUTPUT_FORMATS)}'"
    return {
        FILE: "_dlint_files",
        RULES: '_dlint_list "$rules"',
        REVISION: "_dlint_words \"$(git for-each-ref --format='%(refname:short)' 2>/dev/null) HEAD\"",
    }.get(kind, ":")


# zsh --------------------------------------------------------------------------------------------------------------

_ZSH = """\
#compdef dlint
# Completion for dlint in zsh. Written by `dlint completions zsh`.
_dlint_rules() {
    local -a rules=(
@rules@
    )
    compset -P '*,'
    _describe -t rules rule rules
}
_dlint_rewrites() {
    compset -P '*,'
    compadd -- @rewrites@
}
_dlint_keys() {
    compset -P '*=' && return
    compadd -S '=' -- @keys@
}
_dlint_outputs() {
    if compset -P '*='; then
        _files
    else
        compadd -S '=' -- @formats@
    fi
}
_dlint_revisions() {
    compadd -- HEAD ${(f)"$(git for-each-ref --format='%(refname:short)' 2>/dev/null)"}
}
_dlint_commands() {
    local -a commands=(
@commands@
    )
    _describe -t commands command commands
}
_dlint() {
    local command=check
    local -a names=(@names@ help)
    if ((CURRENT > 2)) && ((${names[(Ie)${words[2]}]})); then
        command=$words[2]
        words=(dlint "${(@)words[3,-1]}")
        ((CURRENT--))
    elif ((CURRENT == 2)) && [[ $PREFIX != -* ]]; then
        _alternative 'commands:command:_dlint_commands' 'files:file:_files'
        return
    fi
    case $command in
@arguments@
        help) _dlint_commands ;;
    esac
}
((${+functions[compdef]})) && compdef _dlint dlint
if [[ ${funcstack[1]} == _dlint ]]; then
    _dlint "$@"
fi
"""
_ZSH_ACTIONS = {
    FILE: "file:_files",
    RULES: "rules:_dlint_rules",
    REWRITES: "rewrites:_dlint_rewrites",
    REVISION: "revision:_dlint_revisions",
    KEY: "key:_dlint_keys",
    OUTPUT: "format:_dlint_outputs",
    ANYTHING: "value: ",
}


def _zsh(parsers: dict[str, CommandParser]) -> str:
    parts: list[str] = []
    for name, parser in parsers.items():
        lines = [_zsh_option(option) for option in command_options(parser)]
        kind, words = command_arguments(parser)
        if words:
            lines.append(f"1:word:({' '.join(words)})")
        if kind != NOTHING:
            lines.append(f"*:{_ZSH_ACTIONS[kind]}")
        body = " \\\n".join(f"                {_single(line)}" for line in lines)
        parts.append(f"        {name})\n            _arguments -S : \\\n{body}\n            ;;")
    return _filled(
        _ZSH,
        rules="\n".join(f"        {_single(_zsh_pair(code, text))}" for code, text in _rules()),
        rewrites=" ".join(_rewrites()),
        keys=" ".join(key.name for key in CONFIG_KEYS),
        formats=" ".join(OUTPUT_FORMATS),
        commands="\n".join(f"        {_single(_zsh_pair(name, parser.about))}" for name, parser in parsers.items()),
        names=" ".join(parsers),
        arguments="\n".join(parts),
    )


def _zsh_option(option: CompletionOption) -> str:
    description = option.help.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    many = "*" if option.repeated else ""
    if option.kind == NOTHING:
        return f"{many}{option.name}[{description}]"
    action = f"value:({' '.join(option.words)})" if option.words else _ZSH_ACTIONS[option.kind]
    return f"{many}{option.name}=[{description}]:{action}"


def _zsh_pair(word: str, description: str) -> str:
    return f"{word}:{description}"


# fish -------------------------------------------------------------------------------------------------------------

_FISH = """\
# Completion for dlint in fish. Written by `dlint completions fish`.
function __dlint_command
    set -l words (commandline -opc)
    if set -q words[2]; and contains -- $words[2] @names@ help
        echo $words[2]
    else if set -q words[2]
        echo check
    else
        echo check none
    end
end
function __dlint_is
    contains -- $argv[1] (string split ' ' -- (__dlint_command))
end
function __dlint_rules
    printf '%s\\n' \\
@rules@
end
function __dlint_rewrites
    printf '%s\\n' @rewrites@
end
function __dlint_revisions
    echo HEAD
    git for-each-ref --format='%(refname:short)' 2>/dev/null
end
complete -c dlint -n '__dlint_is none' -a help -d 'help for a command'
complete -c dlint -n '__dlint_is help' -f -a '@names@'
@lines@
"""
_FISH_VALUES = {
    FILE: "-r -F",
    RULES: "-x -a '(__fish_complete_list , __dlint_rules)'",
    REWRITES: "-x -a '(__fish_complete_list , __dlint_rewrites)'",
    REVISION: "-x -a '(__dlint_revisions)'",
    ANYTHING: "-x",
}


def _fish(parsers: dict[str, CommandParser]) -> str:
    lines: list[str] = []
    for name, parser in parsers.items():
        lines.append(f"complete -c dlint -n '__dlint_is none' -a {name} -d {_fish_text(parser.about)}")
        head = f"complete -c dlint -n '__dlint_is {name}'"
        for option in command_options(parser):
            flag = f"-l {option.name[2:]}" if option.name[:2] == "--" else f"-s {option.name[1:]}"
            lines.append(" ".join(filter(None, (head, flag, _fish_value(option), "-d", _fish_text(option.help)))))
        kind, words = command_arguments(parser)
        if words:
            lines.append(f"{head} -a '{' '.join(words)}'")
        if kind == RULES:
            lines.append(f"{head} {_FISH_VALUES[RULES]}")
        elif kind != FILE:
            lines.append(f"{head} -f")
    return _filled(
        _FISH,
        names=" ".join(parsers),
        rules=" \\\n".join(f"        {_fish_text(code)}\\t{_fish_text(text)}" for code, text in _rules()),
        rewrites=" ".join(_rewrites()),
        lines="\n".join(lines),
    )


def _fish_value(option: CompletionOption) -> str:
    if option.words:
        return f"-x -a '{' '.join(option.words)}'"
    if option.kind == KEY:
        return f"-x -a '{' '.join(key.name + '=' for key in CONFIG_KEYS)}'"
    if option.kind == OUTPUT:
        return f"-x -a '{' '.join(form + '=' for form in OUTPUT_FORMATS)}'"
    return _FISH_VALUES.get(option.kind, "")


def _fish_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


# Both -------------------------------------------------------------------------------------------------------------


def _single(text: str) -> str:
    """The text in single quotes for bash and zsh."""
    return "'" + text.replace("'", "'\\''") + "'"


def _filled(text: str, **parts: str) -> str:
    for name, part in parts.items():
        text = text.replace(f"@{name}@", part)
    return text


def run_completions(arguments: argparse.Namespace) -> int:
    """Run `dlint completions` and return the exit status."""
    write_stdout(completion_script(arguments.shell))
    return CLEAN
