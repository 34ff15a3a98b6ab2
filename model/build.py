"""The model of a build: stages and their graph, states, scripts, the build context. Computed on demand."""

from __future__ import annotations

from ..syntax.instruction_checks import parse_mount_fields, suggest
from ..syntax.source import MappedText
from ..syntax.tree import Arg, Copy, From, Run
from .declarations import Declarations
from .state import LINUX_SHELL, PLATFORM_ARGS, WINDOWS_SHELL, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, TypeVar

    from ..syntax.command import Command, Script
    from ..syntax.tree import Argument, CommandLine, Dockerfile, Instruction
    from .context import Context
    from .images.base_image import BaseFacts
    from .images.reference import ImageRef
    from .packages.calls import PackageCall

    T = TypeVar("T")

_WINDOWS_IMAGES = ("nanoserver", "servercore", "mcr.microsoft.com/windows", "/dotnet/framework", "winamd64/")
"""Parts of names of images that exist only for Windows; "windows" alone may be an image for cross-building."""


_MOST_COMPARISONS = 200_000
"""How many names are compared with others in one file for hints: one second, a thousand times what files need."""


class Stage:
    """A build stage: FROM and the instructions after it.

    `name`: in lower case, empty without AS
    `parent`: the stage that FROM names, or None
    `image`: the expanded base image if FROM names no stage; None if a variable in it is unknown
    `root`: the stage that is based on an image: this one, or the first of the FROM chain
    """

    __slots__ = (
        "_facts",
        "_ref",
        "build",
        "from_",
        "image",
        "index",
        "instructions",
        "name",
        "parent",
        "root",
        "states",
    )

    def __init__(self, build: Build, index: int, from_: From, parent: Stage | None, image: str | None) -> None:
        self.build = build
        self.index = index
        self.from_ = from_
        self.name = from_.alias.text.lower() if from_.alias else ""
        self.instructions: list[Instruction] = []
        self.parent = parent
        self.root: Stage = parent.root if parent else self
        self.image = image
        self.states: list[State] = []
        self._ref: ImageRef | bool | None = False
        self._facts: BaseFacts | bool | None = False

    @property
    def start(self) -> int:
        """Offset where FROM begins."""
        return self.from_.start

    @property
    def end(self) -> int:
        """Offset where the last instruction ends."""
        return self.instructions[-1].end if self.instructions else self.from_.end

    @property
    def display_name(self) -> str:
        """The name of the stage for messages, or its number."""
        return f"`{self.name}`" if self.name else f"number {self.index}"

    @property
    def base_ref(self) -> ImageRef | None:
        """The base image of the root; None if it is scratch, unknown or an invalid reference."""
        if self.parent is not None:
            return self.root.base_ref
        if isinstance(self._ref, bool):
            from .images.reference import InvalidReferenceError, parse_reference

            self._ref = None
            if self.image and self.image != "scratch":
                try:
                    self._ref = parse_reference(self.image)
                except InvalidReferenceError:
                    self._ref = None
        return self._ref

    @property
    def base_facts(self) -> BaseFacts | None:
        """What the catalog knows about the base image of the root."""
        if self.parent is not None:
            return self.root.base_facts
        if isinstance(self._facts, bool):
            from .images.base_image import base_facts

            self._facts = base_facts(self.base_ref) if self.base_ref else None
        return self._facts

    @property
    def is_windows(self) -> bool:
        """Whether the stage builds a Windows image, judging by the file."""
        root = self.root
        platform = root.from_.flag("platform")
        if platform is not None and platform.value and "$" not in platform.value:
            return platform.value.lower().startswith("windows")
        written = root.from_.base.text if root.from_.base else ""
        # The text as written counts too, as it may contain telling names of variables.
        for image in ((root.image or "").lower(), written.lower()):
            tag = image.rpartition("/")[2].partition(":")[2]
            if "windows" in tag or any(part in image for part in _WINDOWS_IMAGES):
                return True
        # ` is chosen as the escape character to write \ in paths.
        return self.build.dockerfile.escape == "`" and written != "scratch"

    @property
    def ancestors(self) -> list[Stage]:
        """The stages of the FROM chain, the nearest first."""
        found: list[Stage] = []
        stage = self.parent
        while stage is not None:
            found.append(stage)
            stage = stage.parent
        return found

    def inherit(self, key: object, compute: Callable[[Stage, T | None], T]) -> T:
        """`compute(stage, its value for the parent)` for this stage; called once for each stage of the FROM chain.

        The value of a stage without a parent is computed from None.
        """
        missing: list[Stage] = []
        stage: Stage | None = self
        values: dict[int, Any] = self.build.cached(("inherited", key), dict[int, object])
        while stage is not None and stage.index not in values:
            missing.append(stage)
            stage = stage.parent
        value = values[stage.index] if stage is not None else None
        for each in reversed(missing):
            value = values[each.index] = compute(each, value)
        return values[self.index]

    @property
    def descendants(self) -> Iterator[Stage]:
        """The stages whose FROM chain has this one, in the order of the file."""
        from heapq import heappop, heappush

        children = self.build.cached("child stages", self.build.child_stages)
        todo = [each.index for each in children.get(self.index, ())]
        while todo:
            index = heappop(todo)
            yield self.build.stages[index]
            for each in children.get(index, ()):
                heappush(todo, each.index)

    def all_instructions(self) -> Iterator[Instruction]:
        """The instructions of the stage, each ONBUILD followed by its trigger."""
        for instruction in self.instructions:
            yield instruction
            if instruction.trigger is not None:
                yield instruction.trigger

    def state(self, index: int) -> State:
        """The state before the instruction with this index; `len(instructions)` gives the state after the last one."""
        if not self.states:
            self.build.evaluate_states(self)
        return self.states[index]


class Build:
    """The model of one Dockerfile.

    `find_context`: called when the build context is first needed; returns None if it is unknown
    `build_args`, `target`, `named_contexts`: options of the build command
    `options`: context for rules, such as their settings; the model does not use it
    """

    def __init__(
        self,
        dockerfile: Dockerfile,
        find_context: Callable[[Build], Context | None] | None = None,
        build_args: Mapping[str, str] | None = None,
        target: str = "",
        options: Mapping[str, object] | None = None,
        named_contexts: Mapping[str, str] | None = None,
    ) -> None:
        self.dockerfile = dockerfile
        self.named_contexts = {name.lower(): value for name, value in named_contexts.items()} if named_contexts else {}
        self._find_context = find_context
        self._context: Context | None = None
        self.build_args: Mapping[str, str] = build_args or {}
        self.target = target.lower()
        self.options: Mapping[str, object] = options or {}
        self.stages: list[Stage] = []
        self.global_instructions: list[Instruction] = []
        variables = PLATFORM_ARGS | {"TARGETSTAGE": self.target} if self.target else dict(PLATFORM_ARGS)
        self.global_state = State(dockerfile.escape, declarations=Declarations.of(variables), base_variables_known=True)
        self.global_args: dict[str, str | None] = {}
        self._names: dict[str, Stage] = {}
        self._place: dict[Instruction, tuple[Stage, int]] = {}
        self._stages_by_from: dict[From, Stage] = {}
        self._head_states: dict[Instruction, State] = {}
        self._scripts: dict[CommandLine, Script] = {}
        self._calls: dict[CommandLine, list[PackageCall]] = {}
        self._cache: dict[object, Any] = {}
        self._comparisons = 0
        self._read_stages()

    @property
    def context(self) -> Context | None:
        """The build context, or None if it is unknown."""
        if self._find_context is not None:
            find, self._find_context = self._find_context, None
            self._context = find(self)
        return self._context

    # Stages ----------------------------------------------------------------------------------------------------

    def _read_stages(self) -> None:
        names = self._names
        stage: Stage | None = None
        for instruction in self.dockerfile.instructions:
            if isinstance(instruction, From):
                stage = Stage(self, len(self.stages), instruction, *self._base(instruction))
                self.stages.append(stage)
                self._stages_by_from[instruction] = stage
                if stage.name:
                    names[stage.name] = stage
            elif stage is None:
                self.global_instructions.append(instruction)
                self._head_states[instruction] = self.global_state.copy()
                if isinstance(instruction, Arg):
                    self._declare_global(instruction)
            else:
                self._place[instruction] = (stage, len(stage.instructions))
                if instruction.trigger is not None:
                    self._place[instruction.trigger] = (stage, len(stage.instructions))
                stage.instructions.append(instruction)

    def _declare_global(self, instruction: Arg) -> None:
        for pair in instruction.pairs:
            self.global_state.declare_arg(pair, self.build_args, {})
            key = self.global_state.text(pair.key.text)
            self.global_args[key] = self.global_state.vars.get(key)

    def _base(self, from_: From) -> tuple[Stage | None, str | None]:
        """The stage or the image that FROM names."""
        name = self.global_state.value(from_.base.text) if from_.base else None
        if name and name.lower() in self.named_contexts:
            # A named context takes precedence over a stage of that name; only an image in it is known.
            _, is_image, image = self.named_contexts[name.lower()].rpartition("docker-image://")
            return None, image if is_image else None
        parent = self._names.get(name) if name else None
        return parent, None if parent else name

    def stage_of(self, instruction: Instruction) -> Stage | None:
        """The stage of an instruction; None before the first FROM and for FROM itself."""
        place = self._place.get(instruction)
        return place[0] if place else None

    def stage_from(self, instruction: From) -> Stage | None:
        """The stage that FROM begins."""
        return self._stages_by_from.get(instruction)

    def child_stages(self) -> dict[int, list[Stage]]:
        """The stages that are based on another one, by its index."""
        found: dict[int, list[Stage]] = {}
        for stage in self.stages:
            if stage.parent is not None:
                found.setdefault(stage.parent.index, []).append(stage)
        return found

    def index_of(self, instruction: Instruction) -> int:
        """The index of the instruction in its stage; an ONBUILD trigger has that of its ONBUILD."""
        return self._place[instruction][1]

    @property
    def final_stage(self) -> Stage | None:
        """The stage that is built: the target, otherwise the last one."""
        for stage in reversed(self.stages) if self.target else ():
            if stage.name == self.target:
                return stage
        return self.stages[-1] if self.stages else None

    def is_shipped(self, stage: Stage) -> bool:
        """Whether the layers of the stage are in the final image: the final stage and its ancestors."""
        return stage.index in self.cached("shipped stages", self._shipped_stages)

    def _shipped_stages(self) -> set[int]:
        final = self.final_stage
        return {each.index for each in (final, *final.ancestors)} if final is not None else set()

    def source_stage(self, name: str, before: Stage | None = None, *, numbers: bool = True) -> Stage | None:
        """The stage that `COPY --from=name` refers to; None for an image or a named context.

        Case is ignored, and the last of several stages with the name is used. With `before`, the stage of the
        instruction, None is returned for a stage that is not before it, which BuildKit rejects. Pass `numbers=False`
        for `RUN --mount=from=name`, which treats a number as the name of an image.
        """
        index = stage_number(name) if numbers else None
        if index is not None:
            found = self.stages[index] if 0 <= index < len(self.stages) else None
        else:
            found = self._names.get(name.lower())
        return found if found is None or before is None or found.index < before.index else None

    def similar_stage(self, name: str) -> str:
        """The name of the stage that is similar to `name`, as `similar_name` finds it."""
        return self.similar_name(name, lambda: [stage.name for stage in self.stages if stage.name])

    def similar_name(self, name: str, known: Callable[[], Sequence[str]]) -> str:
        """The nearest of the known names within two edits, for a hint; empty if there is none.

        Also empty when _MOST_COMPARISONS are used up: with thousands of unknown names, each compared with thousands of
        known ones, the time would be quadratic in the size of the file.
        """
        if self._comparisons >= _MOST_COMPARISONS:
            return ""
        names = known()
        self._comparisons += len(names)
        return suggest(name, names)

    def stage_dependencies(self, stage: Stage) -> Iterator[tuple[Stage, Instruction]]:
        """The stages that this one uses, each with the instruction that names it."""
        if stage.parent is not None:
            yield stage.parent, stage.from_
        for instruction in stage.all_instructions():
            for name, numbers in _source_names(instruction):
                source = self.source_stage(name, stage, numbers=numbers)
                if source is not None:
                    yield source, instruction

    def needed_stages(self) -> set[int]:
        """The indexes of the stages that are needed to build the final stage."""
        return self.cached("needed stages", self._needed_stages)

    def _needed_stages(self) -> set[int]:
        todo = [self.final_stage] if self.final_stage else []
        found: set[int] = set()
        while todo:
            stage = todo.pop()
            if stage.index not in found:
                found.add(stage.index)
                todo.extend(source for source, _ in self.stage_dependencies(stage))
        return found

    def mount_targets(self, run: Run, *kinds: str) -> list[str]:
        """The targets of the mounts of a RUN with these types (`cache`, `tmpfs`, `bind` …)."""
        targets: list[str] = []
        for flag in run.flags:
            fields = dict(parse_mount_fields(flag.value or "") or ()) if flag.name == "mount" else {}
            target = fields.get("target") or fields.get("dst") or fields.get("destination")
            if target and (fields.get("type") or "bind").lower() in kinds:
                targets.append(self.state(run).text(target))
        return targets

    # States ----------------------------------------------------------------------------------------------------

    def evaluate_states(self, stage: Stage) -> None:
        """Compute the states of a stage and its ancestors."""
        chain: list[Stage] = []
        todo: Stage | None = stage
        while todo is not None and not todo.states:
            chain.append(todo)
            todo = todo.parent
        for each in reversed(chain):
            each.states.extend(self._evaluate(each))

    def _initial_state(self, stage: Stage) -> State:
        """The state that a base image gives."""
        escape, shell = self.dockerfile.escape, WINDOWS_SHELL if stage.is_windows else LINUX_SHELL
        facts = stage.base_facts
        if facts is not None:
            # The values may have changed since they were recorded; only PATH is reliable.
            known = {"PATH": facts.path} if facts.path else {}
            return State(
                escape,
                declarations=Declarations.of({**dict.fromkeys(sorted({*facts.env} - {"PATH"})), **known}),
                base_variables_known=bool(facts.recorded_on),
                shell=shell,
                user=facts.user,
                workdir=facts.workdir,
            )
        if stage.image == "scratch":
            return State(escape, base_variables_known=True, shell=shell, user="root", workdir="/")
        return State(escape, shell=shell)

    def _evaluate(self, stage: Stage) -> list[State]:
        if stage.parent is not None:
            state = stage.parent.states[-1]
        else:
            state = self._initial_state(stage)
        states = [state]
        for instruction in stage.instructions:
            state = state.after(instruction, self.build_args, self.global_args)
            states.append(state)
        return states

    def state(self, instruction: Instruction) -> State:
        """The state before an instruction."""
        place = self._place.get(instruction)
        return place[0].state(place[1]) if place else self._head_states.get(instruction, self.global_state)

    def value(self, instruction: Instruction, argument: Argument) -> str | None:
        """The expanded value of an argument, or None if it is unknown."""
        return self.state(instruction).value(argument.text)

    # Commands --------------------------------------------------------------------------------------------------

    def script(self, instruction: CommandLine) -> Script:
        """The parsed shell commands of RUN, CMD, ENTRYPOINT or HEALTHCHECK."""
        script = self._scripts.get(instruction)
        if script is None:
            script = self._scripts[instruction] = self._parse(instruction)
        return script

    def _parse(self, instruction: CommandLine) -> Script:
        # Imported here: a file without RUN needs no shell grammar.
        from ..syntax.shell import parse_exec, parse_script

        if instruction.json:
            return parse_exec([(word.text, instruction.mapped(word)) for word in instruction.words])
        return parse_script(*self.shell_text(instruction))

    def shell_text(self, instruction: CommandLine) -> tuple[MappedText, str]:
        """The script of a shell-form instruction, heredocs included, and the dialect of its shell."""
        from ..syntax.shell import dialect_of, shebang_dialect

        words = instruction.words
        dialect = dialect_of(self.state(instruction).shell)
        if not words:
            return MappedText("", (0,), (instruction.end,)), dialect
        text = instruction.logical.slice(words[0].start_index, words[0].end_index)
        if not instruction.heredocs:
            return text, dialect
        if text.text.lstrip("0123456789").startswith("<<") and len(text.text.split()) == 1:
            body = instruction.heredocs[0].mapped()
            return body, shebang_dialect(body.text) or dialect
        return _with_heredocs(instruction, text), dialect

    def commands(self, instruction: CommandLine) -> Sequence[Command]:
        """Every simple command of the instruction, in order."""
        return self.script(instruction).commands

    def cached(self, key: object, compute: Callable[[], T]) -> T:
        """The result of `compute`, called once per `key` (any hashable value)."""
        cache = self._cache
        if key not in cache:
            cache[key] = compute()
        return cache[key]

    def package_calls(self, instruction: CommandLine) -> list[PackageCall]:
        """The calls of package managers in the instruction."""
        calls = self._calls.get(instruction)
        if calls is None:
            from .packages.calls import package_calls as read_calls

            calls = self._calls[instruction] = read_calls(self.script(instruction), self.state(instruction).vars)
        return calls


def _with_heredocs(instruction: Instruction, text: MappedText) -> MappedText:
    """The script of a RUN with heredocs: the command line, then each body with its terminator."""
    parts = [text]
    for heredoc in instruction.heredocs:
        closing = heredoc.name + "\n"
        parts.append(
            MappedText("\n", (0,), (heredoc.start - 1,)) if len(parts) == 1 else MappedText("", (0,), (heredoc.start,))
        )
        parts.append(heredoc.mapped())
        parts.append(MappedText(closing, (0,), (heredoc.end,)))
    return MappedText.concat([part for part in parts if part.text])


def stage_number(name: str) -> int | None:
    """The name in `COPY --from=name` as a number (like Go's strconv.Atoi), or None."""
    digits = name[1:] if name[:1] in ("+", "-") else name
    return int(name) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _source_names(instruction: Instruction) -> Iterator[tuple[str, bool]]:
    """The names in `COPY --from` and `RUN --mount=from`, and whether a number means a stage."""
    if isinstance(instruction, Copy):
        flag = instruction.flag("from")
        if flag is not None and flag.value:
            yield flag.value, True
    elif isinstance(instruction, Run):
        for flag in instruction.flags:
            if flag.name == "mount" and flag.value:
                for key, value in parse_mount_fields(flag.value) or ():
                    if key == "from" and value:
                        yield value, False
