"""Makes small repositories: Dockerfiles, what describes their builds, and a build context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.syntax import pieces

from .grammar import GRAMMAR, NAMES, SETTINGS, expand

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

LONGEST = 60_000
DOCKERFILES = ("Dockerfile", "Dockerfile.dev", "src/Dockerfile", "Containerfile")
ODD_CHARACTERS = "\\`'\"$(){}[]<>|&;#=-, \t\n\n\r\v\f\x1c\x85\xa0\u2003\ufeff\udc80\udcffé日😀aA0/:@*?!~+%^"
_WORDS = (*pieces.WORDS, *pieces.SHELL, *pieces.JSON, *pieces.FLAGS)


class RepositoryMaker:
    """Makes repositories of one random generator, some of whose Dockerfiles are those of `corpus`, cut and mixed."""

    def __init__(self, chance: random.Random, corpus: Sequence[bytes] = ()) -> None:
        self.random = chance
        self.corpus = corpus

    def make(self) -> dict[str, bytes]:
        """The files of a repository by their names; one is called Dockerfile."""
        chance, pick = self.random.random, self.random.choice
        files = {"Dockerfile": self.dockerfile()}
        if chance() < 0.1:
            files[pick(DOCKERFILES[1:])] = self.dockerfile()
        for table, shares in ((NAMES, (0.0, 0.05, 0.2, 0.5)), (SETTINGS, (0.0, 0.0, 0.05, 0.3))):
            share = pick(shares)
            for name, kind in table:
                if share and chance() < share:
                    files[name] = self.file(kind)
        return files

    def file(self, kind: str) -> bytes:
        """A file of that name in the grammar, sometimes with faults."""
        text = expand(kind, self.random)
        if self.random.random() < 0.1:
            text = self.mutated(text)
        return self._encoded(text)

    def dockerfile(self) -> bytes:
        """A Dockerfile, from a plausible one to one of random characters."""
        kind = self.random.random()
        if kind < 0.1 and self.corpus:
            text = self.random.choice(self.corpus).decode("utf-8", "surrogateescape")
            if self.random.random() < 0.5:
                text = self.mutated(text)
        elif kind < 0.65:
            text = expand("dockerfile", self.random)
        elif kind < 0.8:
            text = self.mutated(expand("dockerfile", self.random))
        elif kind < 0.95:
            text = self._of_pieces()
            if self.random.random() < 0.4:
                text = self.mutated(text)
        elif kind < 0.98:
            text = "".join(self.random.choices(ODD_CHARACTERS, k=self.random.randrange(1, 200)))
        else:
            text = self._long()
        return self._encoded(text)

    def mutated(self, text: str) -> str:
        """`text` after some cuts, insertions, repetitions and exchanges."""
        pick, below = self.random.choice, self.random.randrange
        for _ in range(pick((1, 1, 2, 4, 16))):
            at = below(len(text) + 1)
            to = min(len(text), at + pick((1, 1, 5, 40, 400)))
            kind = below(7)
            if kind == 0:
                text = text[:at] + text[to:]
            elif kind == 1:
                text = text[:at] + pick(ODD_CHARACTERS) + text[at:]
            elif kind == 2:
                text = text[:at] + text[at:to] * pick((2, 2, 3, 20)) + text[to:]
            elif kind == 3:
                text = text[:at] + pick(_WORDS) + text[at:]
            elif kind == 4:
                text = text[:at] + expand(pick(tuple(GRAMMAR)), self.random) + text[at:]
            elif kind == 5:
                text = text[:at]
            else:
                lines = text.split("\n")
                self.random.shuffle(lines)
                text = "\n".join(lines)
        return text[:LONGEST]

    def _encoded(self, text: str) -> bytes:
        chance = self.random.random()
        if chance < 0.08:
            text = text.replace("\n", "\r\n")
        elif chance < 0.1:
            text = "\ufeff" + text
        elif chance < 0.12:
            text = text.removesuffix("\n")
        elif chance < 0.13:
            text = text.replace("\\\n", "`\n")
            text = "# escape=`\n" + text
        return text.encode("utf-8", "surrogateescape")

    def _of_pieces(self) -> str:
        """A Dockerfile of pieces that need not fit."""
        pick = self.random.choice
        lines = [pick(pieces.DIRECTIVES) + "\n" for _ in range(pick((0, 0, 0, 1, 2)))]
        if self.random.random() < 0.8:
            lines.append(f"FROM {pick(('debian', 'alpine:3.20', 'python:3.12 AS build', 'scratch', '$X', 'a AS'))}\n")
        for _ in range(self.random.randrange(1, 12)):
            if self.random.random() < 0.15:
                lines.append(pick(pieces.COMMENTS) + pick(pieces.ENDINGS))
            else:
                lines.append(self._instruction_of_pieces())
        return "".join(lines)

    def _instruction_of_pieces(self) -> str:
        """Keyword, flags, arguments, a line ending, and the body of a heredoc."""
        pick, chance = self.random.choice, self.random.random
        words = [pick(pieces.KEYWORDS)]
        words += [pick(pieces.FLAGS) for _ in range(pick((0, 0, 0, 1, 2)))]
        kind = chance()
        if kind < 0.4:
            words += [pick(pieces.SHELL) for _ in range(pick((1, 1, 2, 4)))]
        elif kind < 0.55:
            words.append(pick(pieces.JSON))
        else:
            words += [pick(pieces.WORDS) for _ in range(pick((0, 1, 2, 3, 5)))]
        line = words[0]
        for word in words[1:]:
            line += pick((" ", " ", " ", " ", "  ", "\t", "")) + (pick(pieces.CONTINUATIONS) if chance() < 0.15 else "")
            line += word
        line += pick(pieces.ENDINGS) if chance() < 0.2 else "\n"
        if "<<" in line and chance() < 0.9:
            line += "".join(pick(pieces.BODIES) for _ in range(pick((0, 1, 3)))) + pick(pieces.TERMINATORS)
        return line

    def _long(self) -> str:
        """One or two pieces repeated, each after its own keyword or all after one."""
        pick = self.random.choice
        unit = "".join(self.random.choices((*pieces.WORDS, *pieces.SHELL, *ODD_CHARACTERS, " "), k=pick((1, 2, 3))))
        keyword = pick(pieces.KEYWORDS) + " "
        each = pick(("", "", " ", " \\\n", "\n" + keyword))
        times = pick((200, 1_000, 4_000)) // (len(unit) + len(each))
        return "FROM a\n" + keyword + (unit + each) * times
