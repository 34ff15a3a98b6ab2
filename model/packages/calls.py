"""Reads commands as calls of package managers, by the table in model/packages/managers.py.

    parse_package_call(command)    the PackageCall, or None if the command is not a package manager
    package_calls(script, env)     every PackageCall of a script; knows `yes |`, `export` and assignments before it

In the methods of a call, `env` is the ENV of the stage. If `uncertain` is set, a variable may hide more flags or the
verb, and a rule about a missing flag should not report the call.

    is_pinned(package, call)             True if the version is bounded, False if not, None if unknown
                                         (`package.version != ""` only means that some version is given)
    cleans_lists(command, manager),
    cleans_cache(command, manager)       whether a command empties the directories
    cache_directories(manager, home, env)    where the caches are
    is_mounted(places, targets, home)    whether a mount contains one of them
"""

from __future__ import annotations

from itertools import pairwise

from .call_arguments import LAUNCHERS, CallArguments, base_name, find_manager, known_flags, launched_manager
from .managers import MANAGER_BY_PROGRAM, Cache, PackageManager
from .specs import Package, has_upper_bound, parse_package_text, parse_package_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ...syntax.command import Command, Script, Word
    from .call_arguments import Option

_FALSE = ("false", "no", "0", "off", "without", "disable", "n", "f")
_FILLING = frozenset(("install", "restore", "upgrade", "dist-upgrade", "build-deps", "download", "build"))
_PROMPTING = frozenset(("install", "upgrade", "dist-upgrade", "build-deps", "remove"))
_WITH_PACKAGES = frozenset(("install", "upgrade", "remove", "download"))


class PackageCall:
    """One invocation of a package manager.

    `program`: base name as typed ("apt-get")
    `verb`: its meaning ("install", see managers.py), `path`: as typed ("pip install"), `verb_word`: its last word
    `options`: flag, value and word of each option; the first `leading_options` come before the verb
    `operands`: the other arguments
    `packages`: what is installed or removed; `requirements`, `constraints`: the files named by -r and -c
    `environment`: variables set for the command
    `answered_by_pipe`: its prompts are answered by `yes |`
    `uncertain`: a variable has flags, or may hide flags or the verb
    """

    __slots__ = (
        "answered_by_pipe",
        "command",
        "constraints",
        "environment",
        "leading_options",
        "manager",
        "operands",
        "options",
        "packages",
        "path",
        "program",
        "requirements",
        "uncertain",
        "verb",
        "verb_word",
    )

    def __init__(
        self,
        command: Command,
        program: str,
        read: CallArguments,
        exported: Mapping[str, str],
        answered_by_pipe: bool,
        has_variable_flags: bool,
    ) -> None:
        manager = read.manager
        self.command = command
        self.manager = manager
        self.program = program
        self.verb = read.meaning
        self.path = read.path
        self.verb_word = read.verb_word
        self.options: tuple[Option, ...] = tuple(read.options)
        self.leading_options = read.leading_options
        self.operands = tuple(read.operands)
        self.uncertain = read.uncertain or has_variable_flags
        self.requirements = tuple(self.values(*manager.inputs.requirements))
        self.constraints = tuple(self.values(*manager.inputs.constraints))
        self.environment = {**exported, **{name: word.value for name, word in command.assignments}}
        self.answered_by_pipe = answered_by_pipe
        self.packages = _packages(self)
        if self.verb == "install" and manager.verbs.bare_install and not self.packages and not self.requirements:
            self.verb = manager.verbs.bare_install

    def __repr__(self) -> str:
        return f"PackageCall({self.manager.name} {self.verb} {self.packages})"

    def has(self, *flags: str) -> bool:
        """Whether one of the flags is given and not turned off (`--yes=false`)."""
        valued = self.manager.options.valued
        for flag, value, _ in self.options:
            if flag in flags and (value is None or flag in valued or value.lower() not in _FALSE):
                return True
        return False

    def values(self, *flags: str) -> list[str]:
        """The values of these flags, in order."""
        return [value for flag, value, _ in self.options if value is not None and flag in flags]

    def value(self, *flags: str) -> str | None:
        """The value of the last of these flags that has one."""
        found = self.values(*flags)
        return found[-1] if found else None

    def prompts(self) -> bool:
        """Whether it asks for confirmation unless an option answers it."""
        return bool(self.manager.flags.yes) and self.verb in _PROMPTING

    def assumes_yes(self, env: Mapping[str, str] | None = None) -> bool:
        """Whether it runs without asking for confirmation."""
        manager = self.manager
        if not manager.flags.yes or self.answered_by_pipe or self.has(*manager.flags.yes):
            return True
        if any(flag in manager.flags.yes_before_verb for flag, _, _ in self.options[: self.leading_options]):
            return True
        setting = self._setting(manager.settings.yes, env)
        if setting and setting.lower() not in _FALSE:
            return True
        return manager.family == "apt" and self.program != "aptitude" and self._quiet() >= 2

    def skips_cache(self, env: Mapping[str, str] | None = None) -> bool:
        """Whether nothing is kept in the manager's cache."""
        if self.has(*self.manager.flags.no_cache):
            return True
        for off in self.manager.settings.no_cache_variables:
            name, equals, wanted = off.partition("=")
            value = self._variable(name, env)
            if not value:
                continue
            if value == wanted or wanted == "*" or (not equals and value.lower() not in _FALSE):
                return True
        return False

    def skips_recommends(self) -> bool:
        """Whether recommended packages (weak dependencies) are skipped."""
        setting = self._setting(self.manager.settings.recommends)
        return self.has(*self.manager.flags.no_recommends) or (setting is not None and setting.lower() in _FALSE)

    def refreshes(self) -> bool:
        """Whether it fetches the package lists, by its verb or a flag."""
        return self.verb == "update-index" or self.has(*self.manager.flags.refresh)

    def leaves_lists(self, env: Mapping[str, str] | None = None) -> bool:
        """Whether package lists stay in the image afterwards."""
        manager = self.manager
        if not manager.lists.directories or self.skips_cache(env):
            return False
        return self.refreshes() or (manager.lists.fetched_on_install and self.verb in _FILLING)

    def leaves_cache(self, env: Mapping[str, str] | None = None) -> bool:
        """Whether downloaded packages stay in the cache afterwards."""
        fills = self.verb in _FILLING and self.path not in self.manager.verbs.resolving
        return bool(self.manager.caches) and fills and not self.skips_cache(env)

    def frozen(self) -> bool:
        """Whether it fails if the lock file is out of date."""
        return self.path in self.manager.flags.frozen or self.has(*self.manager.flags.frozen)

    def _variable(self, name: str, env: Mapping[str, str] | None) -> str | None:
        value = self.environment.get(name)
        return env.get(name) if value is None and env else value

    def _setting(self, name: str, env: Mapping[str, str] | None = None) -> str | None:
        """The value of a configuration item given by -o or --setopt; an upper-case name is a variable."""
        if not name:
            return None
        if name.isupper():
            return self._variable(name, env)
        found = None
        for item in self.values(*self.manager.settings.flags):
            key, _, value = item.partition("=")
            if key.strip().lower() == name:
                found = value.strip()
        return found

    def _quiet(self) -> int:
        """The quiet level of apt: each -q adds one, -q=2 sets it; level 2 implies -y (apt-get(8))."""
        level = 0
        for flag, value, _ in self.options:
            if flag in ("-q", "--quiet"):
                level = int(value) if value and value.isdigit() else level + 1
        return level


def parse_package_call(
    command: Command,
    exported: Mapping[str, str] | None = None,
    *,
    answered_by_pipe: bool = False,
    value_of: Callable[[str], str | None] | None = None,
) -> PackageCall | None:
    """The command as a call of a package manager; None if it is not one.

    `exported`: variables in its environment, `value_of`: gives the known value of a shell variable, whose flags the
    call gets. Sees through `python -m pip`, `uv run pip`, `corepack yarn`, `php composer.phar` and the like.
    """
    name = command.name
    if not (name in MANAGER_BY_PROGRAM or name in LAUNCHERS or not name or name[-1].isdigit()):
        return None
    words = command.words
    expanded = _with_known_flags(words, value_of) if value_of and words else words
    call = _read(command, name or base_name(words[0].value), expanded) if words else None
    return PackageCall(*call, exported or {}, answered_by_pipe, expanded is not words) if call else None


def _with_known_flags(words: Sequence[Word], value_of: Callable[[str], str | None]) -> Sequence[Word]:
    """The words, with the flags of variables in their place."""
    flags = {at: known for at, word in enumerate(words) if at and (known := known_flags(word, value_of))}
    return [each for at, word in enumerate(words) for each in flags.get(at, (word,))] if flags else words


def package_calls(script: Script, variables: Mapping[str, str] | None = None) -> list[PackageCall]:
    """Every call of a package manager in the script, in order. `variables`: those known before the script."""
    found: list[PackageCall] = []
    exported: dict[str, str] = {}
    previous: Command | None = None
    assigned: dict[str, str] = {}

    def value_of(name: str) -> str | None:
        value = assigned.get(name)
        return variables.get(name) if value is None and variables else value

    for command in script.commands:
        call = parse_package_call(command, exported, answered_by_pipe=_answers(previous, command), value_of=value_of)
        if call is not None:
            found.append(call)
        elif command.name == "export":
            for word in command.args:
                name, equals, value = word.value.partition("=")
                if equals:
                    exported[name] = assigned[name] = value
        elif not command.words:
            assigned.update((name, "" if word.dynamic else word.value) for name, word in command.assignments)
        previous = command
    return found


def _answers(previous: Command | None, command: Command) -> bool:
    """Whether `previous` pipes a yes into the command."""
    if command.operator_before != "|" or previous is None or previous.context != command.context:
        return False
    return _says_yes(previous)


def _says_yes(command: Command) -> bool:
    if command.name == "yes":
        return not command.args or command.args[0].value.lower() in ("y", "yes")
    return command.name in ("echo", "printf") and any(word.value[:1] in ("y", "Y") for word in command.args)


def _read(command: Command, program: str, words: Sequence[Word]) -> tuple[Command, str, CallArguments] | None:
    """Program and arguments of the call in `words`; those of the inner command for `uv run pip install`."""
    manager = find_manager(program)
    if manager is None:
        inner = launched_manager(program, words)
        return _read(command, *inner) if inner else None
    read = CallArguments(manager, words)
    if read.meaning == "exec" and read.rest:
        inner_words = words[read.rest :]
        call = _read(command, base_name(inner_words[0].value), inner_words)
        if call is not None:
            return call
    return command, program, read


def _packages(call: PackageCall) -> tuple[Package, ...]:
    """What the operands and flags of the call name; empty for a verb without packages."""
    if call.verb not in _WITH_PACKAGES and not (call.verb == "run" and call.manager.version_syntax == "go"):
        return ()
    found = [*_from_operands(call), *_from_options(call)]
    context = call.command.context
    if not found and not call.requirements and context and context[-1] in ("xargs", "find -exec"):
        word = call.verb_word or call.command.words[0]
        found.append(Package(word, "variable", "{}"))
    return tuple(found)


def _from_operands(call: PackageCall) -> Iterator[Package]:
    syntax = call.manager.version_syntax
    from_flag = call.value(*call.manager.inputs.version) or ""
    grouped = "group" in call.path or (syntax == "zypper" and call.value("-t", "--type") not in (None, "package"))
    for word, separate in _package_words(call):
        kind, name, version = parse_package_word(word, syntax)
        if kind == "name" and grouped:
            kind = "group"
        if kind:
            yield Package(word, kind, name, separate or version or (from_flag if kind == "name" else ""))


def _package_words(call: PackageCall) -> Iterator[tuple[Word, str]]:
    """The operands that name packages, each with its version if that is a separate argument."""
    words = call.operands
    if call.path == "create-project":  # package, directory, version
        if words:
            yield words[0], words[2].value if len(words) > 2 else ""
    elif call.path in ("inject", "swap"):
        yield from _with_versions(call, words[1:])  # the first one is already installed, or is removed
    elif call.path == "run":
        yield from _with_versions(call, words[:1])  # the others are for the program
    else:
        yield from _with_versions(call, words)


def _with_versions(call: PackageCall, words: Sequence[Word]) -> Iterator[tuple[Word, str]]:
    """Each package with its separate version: `zypper install vim >= 9`, `composer require a/b 1.2`."""
    syntax, at = call.manager.version_syntax, 0
    while at < len(words):
        word, following = words[at], words[at + 1].value if at + 1 < len(words) else ""
        version = ""
        if syntax == "zypper" and following in ("=", "==", ">=", "<=", ">", "<") and at + 2 < len(words):
            version = ("" if following in ("=", "==") else following) + words[at + 2].value
            at += 2
        elif syntax == "composer" and following and "/" not in following and following[0] in "0123456789^~*v":
            version = following
            at += 1
        yield word, version
        at += 1


def _from_options(call: PackageCall) -> Iterator[Package]:
    """Projects and repositories given as the value of a flag: `-e .`, `--git URL`."""
    manager = call.manager
    for flag, value, word in call.options:
        if not value:
            continue
        if flag in manager.inputs.editable:
            kind, name, version = parse_package_text(value, manager.version_syntax)
            yield Package(word, "project" if kind in ("file", "name") else kind, name, version)
        elif flag in manager.inputs.repository:
            yield Package(word, "repository", value, call.value(*manager.inputs.reference) or "")


def is_pinned(package: Package, call: PackageCall) -> bool | None:
    """Whether the version is bounded; None if unknown: a file, a URL, a variable, a constraints file."""
    version = package.version
    if package.kind in ("name", "repository") or (package.kind == "group" and version):
        if version:
            return has_upper_bound(version, call.manager.version_syntax if package.kind == "name" else "")
        return None if call.constraints else False
    return None


# --- caches ---


def cache_directories(
    manager: PackageManager, home: str = "/root", env: Mapping[str, str] | None = None
) -> tuple[tuple[str, ...], ...]:
    """Where each cache of the manager may be: one tuple per cache, `~` and the variables in `env` expanded."""
    return tuple([_cache_directories(cache, home, env) for cache in manager.caches])


def _cache_directories(cache: Cache, home: str, env: Mapping[str, str] | None = None) -> tuple[str, ...]:
    variable, _, inside = cache.variable.partition("/")
    moved_to = env.get(variable) if env is not None and variable else None
    if moved_to:
        return (_normal(f"{moved_to}/{inside}", home),)
    return tuple([_normal(directory, home) for directory in cache.directories])


def is_mounted(places: Iterable[str], targets: Iterable[str], home: str = "/root") -> bool:
    """Whether one of the mount targets is one of the paths `places`, or a parent of one."""
    above = [_normal(target, home) for target in targets]
    return any(place == target or place.startswith(target + "/") for place in places for target in above if target)


def cleans_lists(command: Command, manager: PackageManager, *, home: str = "/root", braces: bool = True) -> bool:
    """Whether the command empties the manager's package lists. Pass `braces` False for dash and ash, which lack {a,b}.

    `rm -rf /var/lib/apt/lists/*` and `dnf clean all` do; `apt-get clean` and `rm -rf /tmp/x` do not.
    """
    if command.name in ("rm", "find"):
        places = _innermost([_normal(place, home) for place in manager.lists.directories])
        return _deletes(command, places, manager.lists.samples, home, braces)
    return _cleaned(command, manager, "lists")


def cleans_cache(command: Command, manager: PackageManager, *, home: str = "/root", braces: bool = True) -> bool:
    """Whether the command empties a cache of the manager, as `apt-get clean` does; see `cleans_lists`."""
    if command.name in ("rm", "find"):
        for cache in manager.caches:
            places = [*_innermost(_cache_directories(cache, home)), *(["$" + cache.variable] if cache.variable else ())]
            if _deletes(command, places, cache.samples, home, braces):
                return True
        return False
    return _cleaned(command, manager, "cache")


def share_cache(one: PackageManager, other: PackageManager) -> bool:
    """Whether the managers clean up for each other. The cache of microdnf is its own, see managers.py."""
    return one is other or (one.family == other.family and "microdnf" not in (one.name, other.name))


def _cleaned(command: Command, manager: PackageManager, what: str) -> bool:
    """Whether it is a `clean` call of the manager or its family that empties `what`, "lists" or "cache"."""
    call = parse_package_call(command)
    if call is None or call.verb != "clean" or not share_cache(call.manager, manager):
        return False
    given = {call.path, *(word.value for word in call.operands), *(flag for flag, _, _ in call.options)}
    clean = call.manager.clean
    lists, cache, everything = (not given.isdisjoint(each) for each in (clean.lists, clean.cache, clean.everything))
    if not (lists or cache or everything):
        return clean.default == what
    return everything or (lists if what == "lists" else cache)


def _innermost(places: Sequence[str]) -> list[str]:
    """The places that contain no other one."""
    return [place for place in places if not any(other.startswith(place + "/") for other in places)]


def _deletes(command: Command, places: Sequence[str], samples: Sequence[str], home: str, braces: bool) -> bool:
    """Whether `rm` or `find` empties one of the places."""
    if command.name == "find":
        return _finds(command, places, home)
    recursive, targets = _rm(command)
    for target in targets:
        for path in _braces(target) if braces else (target,):
            segments = _normal(path, home).split("/")
            if any(_empties(segments, place.split("/"), samples, recursive) for place in places):
                return True
    return False


def _rm(command: Command) -> tuple[bool, list[str]]:
    """Whether the `rm` is recursive, and what it removes."""
    recursive, options = False, True
    targets: list[str] = []
    for word in command.args:
        value = word.value
        if options and value[:1] == "-" and len(value) > 1:
            options = value != "--"
            recursive = recursive or value == "--recursive" or (value[1] != "-" and ("r" in value or "R" in value))
        elif "*" not in value or word.text[-1:] not in ("'", '"'):  # the shell does not expand a quoted pattern
            targets.append(value)
    return recursive, targets


def _empties(target: list[str], place: list[str], samples: Sequence[str], recursive: bool) -> bool:
    """Whether `rm target` removes the place, a parent of it, or everything in it (all path segments)."""
    if len(target) > len(place) + 1 or not all(map(_matches, target, place)):
        return False
    if len(target) <= len(place):
        return recursive and target != [""]
    inside = target[-1]
    if inside in ("*", "**"):
        return recursive or bool(samples)  # without -r only directories stay
    return bool(samples) and all(_matches(inside, sample) for sample in samples)


def _matches(pattern: str, name: str) -> bool:
    """Whether the shell pattern (* and ?) matches the name; a leading dot must be explicit."""
    if pattern == name:
        return True
    if ("*" not in pattern and "?" not in pattern) or (name[:1] == "." and pattern[:1] != "."):
        return False
    at = star = back = 0
    starred = False
    for_name = 0
    while for_name < len(name):
        if at < len(pattern) and pattern[at] == "*":
            starred, star, back = True, at, for_name
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", name[for_name]):
            at += 1
            for_name += 1
        elif starred:
            back += 1
            at, for_name = star + 1, back
        else:
            return False
    return not pattern[at:].strip("*")


def _finds(command: Command, places: Sequence[str], home: str) -> bool:
    """Whether it is `find DIR -type f -delete`, without a test that excludes files."""
    paths: list[str] = []
    rest = [word.value for word in command.args]
    while rest and rest[0][:1] not in ("-", "(", "!"):
        paths.append(rest.pop(0))
    if not ("-delete" in rest or ("-exec" in rest and "rm" in rest)):
        return False
    known = ("-type", "-mindepth", "-delete", "-exec", "-depth")
    tests = rest[: rest.index("-exec")] if "-exec" in rest else rest
    if any(value[:1] in ("-", "(", "!") and value not in known for value in tests):
        return False
    if "-type" in rest and rest[rest.index("-type") + 1 : rest.index("-type") + 2] != ["f"]:
        return False
    return is_mounted(places, [path.removesuffix("/*") for path in paths], home)


def _normal(path: str, home: str) -> str:
    """The path without repeated and trailing slashes; `~` and $HOME expanded, ${X} written as $X."""
    at = path.find("${")
    while at >= 0:
        name, brace, _ = path[at + 2 :].partition("}")
        if brace and name.isidentifier():
            path = path.replace("${" + name + "}", "$" + name)
        at = path.find("${", at + 1)
    if path == "~" or path.startswith("~/"):
        path = home + path[1:]
    elif path == "$HOME" or path.startswith("$HOME/"):
        path = home + path[5:]
    while "//" in path:
        path = path.replace("//", "/")
    return path.rstrip("/")


def _braces(text: str) -> list[str]:
    """What bash expands `/var/{lib/apt,cache}` to."""
    start = text.find("{")
    while start > 0 and text[start - 1] == "$":
        start = text.find("{", start + 1)
    if start < 0:
        return [text]
    depth, cuts = 0, [start]
    for at in range(start, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "," and depth == 1:
            cuts.append(at)
        elif text[at] == "}":
            depth -= 1
            if not depth:
                if len(cuts) == 1:
                    return [text]
                cuts.append(at)
                parts = [text[a + 1 : b] for a, b in pairwise(cuts)]
                return [whole for part in parts for whole in _braces(text[:start] + part + text[at + 1 :])]
    return [text]
