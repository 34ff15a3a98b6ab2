"""Mappings that share what they have in common, for the variables before each of many instructions."""

from __future__ import annotations

from collections.abc import Mapping, Set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeVar

    T = TypeVar("T")

    Node = dict[str, "str | None"] | tuple["Node", ...]

_LARGEST_LEAF = 5
_BITS = 3
_WIDTH = 1 << _BITS
_MOST_BITS = 60


class Declarations(Mapping[str, "str | None"]):
    """The declared names and their values, None for an unknown one. Immutable.

    A changed copy takes time and memory that grow with the logarithm of the size: it is a trie over the hashes of the
    names, and all nodes that the change does not reach are shared.
    """

    __slots__ = ("_root",)

    def __init__(self, root: Node) -> None:
        self._root = root

    @classmethod
    def of(cls, items: Mapping[str, str | None]) -> Declarations:
        """The declarations in a mapping."""
        found = cls({})
        for name, value in items.items():
            found = found.declare(name, value)
        return found

    def declare(self, name: str, value: str | None) -> Declarations:
        """A copy in which `name` has the value."""
        return Declarations(_with(self._root, 0, name, value))

    def __getitem__(self, name: str) -> str | None:
        node = self._root
        if isinstance(node, tuple):
            bits = hash(name)
            while isinstance(node, tuple):
                node = node[bits & (_WIDTH - 1)]
                bits >>= _BITS
        return node[name]

    def __iter__(self) -> Iterator[str]:
        todo = [self._root]
        while todo:
            node = todo.pop()
            if isinstance(node, tuple):
                todo += node
            else:
                yield from node

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _with(node: Node, shift: int, name: str, value: str | None) -> Node:
    """The node with another value of `name`; it is reached by the bits of the hash below `shift`."""
    if isinstance(node, tuple):
        at = hash(name) >> shift & (_WIDTH - 1)
        return (*node[:at], _with(node[at], shift + _BITS, name, value), *node[at + 1 :])
    leaf = {**node, name: value}
    if len(leaf) <= _LARGEST_LEAF or shift >= _MOST_BITS:
        return leaf
    leaves: list[dict[str, str | None]] = [{} for _ in range(_WIDTH)]
    for each, kept in leaf.items():
        leaves[hash(each) >> shift & (_WIDTH - 1)][each] = kept
    return tuple(leaves)


class KnownVariables(Mapping[str, str]):
    """The declarations with a known value."""

    __slots__ = ("_declarations",)

    def __init__(self, declarations: Declarations) -> None:
        self._declarations = declarations

    def __getitem__(self, name: str) -> str:
        value = self._declarations[name]
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name, value in self._declarations.items() if value is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class UnknownVariables(Set[str]):
    """The names of the declarations without a known value."""

    __slots__ = ("_declarations",)

    def __init__(self, declarations: Declarations) -> None:
        self._declarations = declarations

    @classmethod
    def _from_iterable(cls, it: Iterable[T]) -> Set[T]:
        """The type of the results of `&`, `|` and `-`."""
        return frozenset(it)

    def __contains__(self, name: object) -> bool:
        return self._declarations.get(str(name), "") is None

    def __iter__(self) -> Iterator[str]:
        return (name for name, value in self._declarations.items() if value is None)

    def __len__(self) -> int:
        return sum(1 for _ in self)
