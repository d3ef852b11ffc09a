"""The text of a pattern turned into a regular expression over symbols, with what it can begin with and what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import inf
from typing import NamedTuple

ATOM = re.compile(r"\s*(?:<(?P<fragment>[\w-]+)>|(?P<name>[A-Za-z][\w.-]*(?::[\w|.]+)?(?!=))|(?P<look>!\()|(?P<part>[ab]=\()"
                  r"|(?P<mark>[()|]))(?P<times>(?:[*+?]|\{\d+(?:,\d*)?\})\??)?")  # fmt: skip
CLOSING = re.compile(r"\s*\)(?P<times>(?:[*+?]|\{\d+(?:,\d*)?\})\??)?")
CLASS = re.compile(r"\[[^\[\]]+\]")
GROUP = re.compile(r"\(\?P<(\w+)>")
BOUNDS = re.compile(r"\{(?P<least>\d+)(?P<comma>,)?(?P<most>\d+)?\}\??")


NOTHING: frozenset[frozenset[str]] = frozenset()


class Piece(NamedTuple):
    """A compiled part of a pattern: its expression, the symbols it can begin with (None: any), whether it may be empty,
    sets of symbols of each of which it must hold one, and how many elements it can hold at most.
    """

    text: str
    first: frozenset[str] | None
    empty: bool
    needs: frozenset[frozenset[str]] = NOTHING
    most: float = 1


def repeat(piece: Piece, times: str | None) -> Piece:
    """Return a piece with its quantifier; raise ValueError for one that no text can meet."""
    if not times:
        return piece
    empty = times[0] in "*?" or times.startswith("{0")
    most = 1.0 if times[0] == "?" else inf
    if bounds := BOUNDS.fullmatch(times):
        least, most = int(bounds["least"]), float(bounds["most"] or (inf if bounds["comma"] else bounds["least"]))
        if most < least:
            raise ValueError(f"{times} asks for more than it allows")
    return Piece(piece.text + times, piece.first, piece.empty or empty, NOTHING if empty else piece.needs,
                 piece.most * most if piece.most else 0.0)  # fmt: skip


def enclose(piece: Piece) -> Piece:
    """Return a piece that a quantifier or a neighbour can follow: in brackets, but for a mere class."""
    return piece if CLASS.fullmatch(piece.text) else piece._replace(text=f"(?:{piece.text})")


def rarest(needs: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return the smallest of the sets of symbols that are needed; an empty one if none is."""
    return min(needs, key=rank, default=frozenset())


@cache
def rank(symbols: frozenset[str]) -> tuple[int, list[str]]:
    """Return by what sets of symbols are sorted: the smaller first, which texts hold less often."""
    return len(symbols), sorted(symbols)


def chain(pieces: Sequence[Piece], backwards: bool) -> Piece:
    """Return pieces one behind the other; a negative look-ahead and `any` stay in order, together they mean `but not`."""
    if backwards and not (len(pieces) == 2 and pieces[0].text.startswith("(?!") and pieces[1].text == "."):
        pieces = pieces[::-1]
    first: frozenset[str] | None = frozenset()
    empty = True
    for piece in pieces:
        if empty:
            first = None if first is None or piece.first is None else first | piece.first
        empty = empty and piece.empty
    needs = NOTHING.union(*(piece.needs for piece in pieces))
    return Piece("".join(piece.text for piece in pieces), first, empty, needs, sum(piece.most for piece in pieces))


def join_branches(branches: Sequence[Piece]) -> Piece:
    """Return alternatives as one piece; classes of symbols are joined to one class, which `re` tries in one step."""
    branches = gather_classes(branches)
    if len(branches) == 1:
        return branches[0]
    firsts = [branch.first for branch in branches]
    first = None if None in firsts else frozenset().union(*(part for part in firsts if part is not None))
    needs = NOTHING
    if all(branch.needs for branch in branches):
        needs = frozenset([frozenset().union(*(rarest(branch.needs) for branch in branches))])
    return Piece("|".join(branch.text for branch in branches), first, any(branch.empty for branch in branches), needs,
                 max(branch.most for branch in branches))  # fmt: skip


def gather_classes(branches: Iterable[Piece]) -> list[Piece]:
    """Return alternatives with each class of symbols joined to one before it, unless one between could begin like it."""
    gathered: list[Piece] = []
    for branch in branches:
        place = find_class(gathered, branch.first) if branch.first and CLASS.fullmatch(branch.text) else -1
        if place < 0 or not branch.first:
            gathered.append(branch)
        else:
            symbols = branch.first.union(gathered[place].first or ())
            gathered[place] = Piece(spell_class(symbols), symbols, False, frozenset([symbols]))
    return gathered


def find_class(branches: Sequence[Piece], first: frozenset[str]) -> int:
    """Return the place of the last class of symbols among `branches`, behind which none can begin with `first`; else -1."""
    for place in range(len(branches) - 1, -1, -1):
        branch = branches[place]
        if branch.first and CLASS.fullmatch(branch.text):
            return place
        if branch.first is None or branch.empty or not branch.first.isdisjoint(first):
            break
    return -1


class Compiler:
    """Turns the text of a pattern into a regular expression over symbols."""

    def __init__(self, symbols: Mapping[frozenset[str], str], fragments: Mapping[str, str]) -> None:
        self.symbols = symbols
        self.fragments = fragments
        self.classes: dict[str, str] = {}
        for signature, symbol in symbols.items():
            for name in signature:
                self.classes[name] = self.classes.get(name, "") + symbol
        self.atoms: dict[str, Piece] = {}
        self.known: dict[tuple[str, bool], Piece] = {}
        self.open: set[str] = set()

    def expression(self, text: str, backwards: bool = False) -> str:
        """Return the regular expression of `text`; `backwards` reads its atoms in reverse order."""
        return self.piece(text, backwards).text

    def piece(self, text: str, backwards: bool = False) -> Piece:
        """Return the compiled form of `text` with the symbols that it can begin with; raise ValueError.

        What passes here is an expression that `re` takes, so that it need not be asked before the pattern is tried.
        """
        piece, rest = self.sequence(text, backwards)
        if rest.strip():
            raise ValueError(f"cannot read `{rest.strip()}`")
        groups = GROUP.findall(piece.text)
        if twice := next((name for name in groups if groups.count(name) > 1), ""):
            raise ValueError(f"{twice} stands twice on one side of the trigger")
        return piece

    def fragment(self, name: str, backwards: bool) -> Piece:
        """Return a fragment's piece, compiled once; raise ValueError if it is unknown or holds itself."""
        if (name, backwards) not in self.known:
            if name not in self.fragments:
                raise ValueError(f"there is no fragment <{name}> in fragments.csv")
            if name in self.open:
                raise ValueError("a fragment holds itself")
            self.open.add(name)
            inner, rest = self.sequence(self.fragments[name], backwards)
            self.open.remove(name)
            if rest.strip():
                raise ValueError(f"cannot read `{rest.strip()}` in the fragment <{name}>")
            self.known[name, backwards] = enclose(inner)
        return self.known[name, backwards]

    def sequence(self, text: str, backwards: bool) -> tuple[Piece, str]:
        """Compile alternatives of atoms up to the closing bracket; return them as one piece and the text left over."""
        branches: list[list[Piece]] = [[]]
        while text.strip() and not text.lstrip().startswith(")"):
            match = ATOM.match(text)
            if not match:
                raise ValueError(f"cannot read `{text.strip()[:30]}`")
            text = text[match.end() :]
            if match["mark"] == "|":
                branches.append([])
            elif match["mark"] == "(" or match["look"] or match["part"]:
                piece, text = self.bracket(match, text, backwards)
                branches[-1].append(piece)
            else:
                piece = self.fragment(match["fragment"], backwards) if match["fragment"] else self.atom(match["name"])
                branches[-1].append(repeat(piece, match["times"]))
        return join_branches([chain(branch, backwards) for branch in branches]), text

    def bracket(self, opening: re.Match[str], text: str, backwards: bool) -> tuple[Piece, str]:
        """Compile what stands in brackets, the look-ahead `!( … )` and the named `a=( … )` too."""
        inner, text = self.sequence(text, backwards)
        closing = CLOSING.match(text)
        if not closing:
            raise ValueError("a bracket is not closed")
        if opening["look"]:
            piece = Piece(f"(?!{inner.text})", frozenset(), True, most=0)
        elif opening["part"]:
            piece = inner._replace(text=f"(?P<{opening['part'][0]}>{inner.text})")
        else:
            piece = enclose(inner)
        return repeat(piece, closing["times"]), text[closing.end() :]

    def atom(self, name: str) -> Piece:
        """Compile one atom, once: `A` and `B` are captured groups of mentions (`B:disease`), `S`, `O`, `P` stand outside."""
        if name not in self.atoms:
            self.atoms[name] = self.make_atom(name)
        return self.atoms[name]

    def make_atom(self, name: str) -> Piece:
        """Return the piece of an atom; raise ValueError for a class that no word has."""
        base, _, types = name.partition(":")
        if base in ("S", "G", "F", "O", "P"):
            return Piece("", frozenset(), True, most=0)
        if base in ("A", "B", "M"):
            symbols = frozenset().union(*map(self.members, (types or "E").split("|")))
            return Piece(f"(?P<{base}>{spell_class(symbols)})", symbols, False, frozenset([symbols]))
        if base == "any":
            return Piece(".", None, False)
        if types:
            raise ValueError(f"{name}: only A, B, M and T take a type")
        symbols = self.members(base)
        return Piece(spell_class(symbols), symbols, False, frozenset([symbols]))

    def any_of(self, names: Iterable[str]) -> re.Pattern[str]:
        """Return the expression of one symbol of any of the classes; a class that no word has is not looked for."""
        symbols = self.symbols_of(names)
        return re.compile(spell_class(symbols) if symbols else "(?!)")

    def symbols_of(self, names: Iterable[str]) -> frozenset[str]:
        """Return the symbols of any of the classes; a class that no word has gives none."""
        return frozenset(symbol for name in names for symbol in self.classes.get(name, ""))

    def admitted(self, trigger: Iterable[str]) -> frozenset[str]:
        """Return the symbols of the classes that `T:verb|~intr` names: those of a verb, but none with the class `intr`."""
        some, others = ([symbol for name in trigger if name.startswith("~") == out
                         for symbol in self.classes.get(name.removeprefix("~"), "")] for out in (False, True))  # fmt: skip
        return frozenset(some) - frozenset(others)

    def members(self, name: str) -> frozenset[str]:
        """Return the symbols of a class."""
        if name not in self.classes:
            raise ValueError(f"no word has the class {name}")
        return frozenset(self.classes[name])


@cache
def spell_class(symbols: frozenset[str]) -> str:
    """Return the set of characters `symbols` as a regular expression: `[b-dx]`."""
    runs: list[list[int]] = []
    for code in sorted(map(ord, symbols)):
        if runs and runs[-1][-1] + 1 == code:
            runs[-1][1:] = [code]
        else:
            runs.append([code])
    return f"[{''.join('-'.join(map(spell_symbol, run)) for run in runs)}]"


def spell_symbol(code: int) -> str:
    """Return the character `code` as it stands in a regular expression; only letters and what is not ASCII stand alone."""
    return chr(code) if code > 127 or chr(code).isalnum() else f"\\x{code:02x}"
