"""Relation rules as data: relation types, words, triggers, fragments and patterns, checked and compiled.

A sentence becomes a string of one symbol an element (a group of mentions, a trigger, a function word, any other word);
a pattern becomes two regular expressions over such symbols, one that reads onwards from the trigger and one that reads
backwards from it. Rules over classes of tokens in place of a full parse are the method of finite-state extraction
(Hobbs et al., FASTUS, 1997).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import ahocorasick

from pipeline.pieces import GROUP, Compiler, rank, rarest, spell_class
from pipeline.script import HAN, HAN_RUN
from pipeline.sites import Sites, load_sites
from pipeline.tables import Row, read_rows

if TYPE_CHECKING:
    from pipeline.elements import Element, Parts

ONE_BYTE = 256
MOST_NEEDS = 3  # of the sets of symbols that a pattern needs, those that are asked for before it is tried
FRAGMENT_NAME = re.compile(r"<([\w-]+)>")
CLASS_NAME = re.compile(r"[a-z][\w.-]*")
PATTERN_COLUMNS = ("name", "kind", "pattern", "relation", "confidence", "example", "expected", "note")
ENTITY_TYPES = ("gene", "drug", "disease")
SIGNS = {"increase": 1, "decrease": -1, "cause": 1, "phosphorylate": 1, "dephosphorylate": -1, "bind": 1,
         "associate": 1, "regulate": 1, "depend": 1, "target": -1, "treat": 1, "none": 1}  # fmt: skip
FORMS = ("verb", "past", "ing", "noun", "agent", "adjective", "cue", "show")
KINDS = ("statement", "attribute", "within", "bare", "further", "inside", "disease", "modification", "chain", "loose", "aim",
         "subject", "latter", "former", "break", "own", "topic")  # fmt: skip
ASIDE = ("loose", "aim", "subject", "break", "own", "topic", "latter", "former")  # kinds that no trigger calls for
TOKEN = re.compile(f"[A-Za-z]+(?:['’](?:s|t)\\b)?|[0-9]+(?:[.,][0-9]+)*|[{HAN}]+|\\S")
UNKNOWN, NUMBER, SITE = (frozenset([name]) for name in ("w", "num", "site"))
MENTIONED = {kind: frozenset(["E", kind]) for kind in ENTITY_TYPES}
MIRNA = frozenset(["E", "gene", "mirna"])
LOWERING = tuple(f"{form}.{effect}" for form in FORMS for effect, sign in SIGNS.items() if sign < 0)
CUES = {  # what is looked for only in sentences that hold a word of the class, or of one of the further ones
    "neg": ("butnot",), "losing": (), "spec": (), "site": (), "asks": ("whether",), "modifies": (),
    "former": ("onlyone",), "latter": ("it",),
    "respectively": (), "verb.bind": ("similar", "singular"), "lowers": ("anti", *LOWERING),
}  # fmt: skip
DEEDS = ("kind-name", "kinase-name", "phosphatase-name", "ligand-name", "lit-name", "factor-name")
"""Classes of words.csv for names: who can phosphorylate, who dephosphorylate, who cannot, what its antibody sets off, and
what is no receptor.
"""
NEVER = "\ue000"  # of the private use area: never met in text


@dataclass(frozen=True)
class RelationType:
    """A row of relations.csv: `symmetric` relations have no direction, `opposite` says the contrary."""

    relation: str
    symmetric: bool
    opposite: str


@dataclass(frozen=True)
class Word:
    """What the rules know of a word or phrase: its classes and, if it is a trigger, what it says of its object."""

    text: str
    classes: frozenset[str]
    effect: str = ""
    modification: str = ""

    @property
    def sign(self) -> int:
        """Return -1 for a word that lowers what it governs, else 1."""
        return SIGNS[self.effect or "none"]


class Role(NamedTuple):
    """A mention that half of a pattern catches: `A` or `B`, the regular expression's group with the phrase around it,
    and whether that half reads backwards.
    """

    name: str
    phrase: str
    backwards: bool


@dataclass(frozen=True)
class Pattern:
    """A row of patterns.csv, compiled.

    `symbols` are those of the trigger's classes; of each of `needs` a sentence must hold one.
    `takes_subject` is the role (`A` acts, `B` is acted on) of the subject in force, where the pattern names none;
    with `continues` it is the subject of the frame before, whatever stands between,
    with `resumes` its agent. `before`, `behind` are the symbols
    that can stand next to the trigger, None if any or nothing can. `outer` are what must not stand before and behind
    the whole, of a loose pattern, which is matched up to its mention and sees no further. `widths` are the most elements
    that the left and the right half can hold.
    """

    name: str
    kind: str
    relation: str
    trigger: frozenset[str]
    symbols: frozenset[str]
    needs: tuple[frozenset[str], ...]
    halves: tuple[str, str]
    before: frozenset[str] | None
    behind: frozenset[str] | None
    takes_subject: str
    continues: bool
    resumes: bool
    takes_object: bool
    confidence: float
    example: str
    expected: str
    types: Mapping[str, frozenset[str]]
    roles: tuple[Role, ...]
    around: tuple[str, str] = ("", "")
    widths: tuple[float, float] = (inf, inf)

    @cached_property
    def left(self) -> re.Pattern[str]:
        """The expression of what stands before the trigger, read backwards; compiled when it is first asked for."""
        return re.compile(self.halves[0], re.DOTALL)

    @cached_property
    def right(self) -> re.Pattern[str]:
        """The expression of what stands behind the trigger."""
        return re.compile(self.halves[1], re.DOTALL)

    @cached_property
    def outer(self) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
        """What must not stand before and behind the whole, of a loose pattern."""
        before, behind = (re.compile(text, re.DOTALL) if text else None for text in self.around)
        return before, behind

    @cached_property
    def ends(self) -> tuple[frozenset[str], frozenset[str]]:
        """The classes of the mention that the left and the right half catch; none of a half that catches no mention."""
        caught = ([self.types.get(role.name, frozenset("E")) for role in self.roles if role.backwards == side]
                  for side in (True, False))  # fmt: skip
        left, right = (frozenset().union(*classes) for classes in caught)
        return left, right

    @cached_property
    def spot(self) -> re.Pattern[str]:
        """The expression that finds the triggers."""
        return re.compile(spell_class(self.symbols) if self.symbols else "(?!)")

    def may_catch(self, left: frozenset[str], right: frozenset[str]) -> bool:
        """Tell whether mentions of the classes `left` and `right` of the trigger can be those that its halves must catch."""
        return all(side and (role.name not in self.types or not side.isdisjoint(self.types[role.name]))
                   for role in self.roles for side in (left if role.backwards else right,))  # fmt: skip

    def admits(self, agent: str, patient: str) -> bool:
        """Tell whether the pattern takes mentions of these types as the one who acts and the one acted on."""
        types = self.types
        return not types or (agent in types.get("A", (agent,)) and patient in types.get("B", (patient,)))


KIND_GROUPS = {  # the kinds of rules that are tried on a trigger one after the other, by what its sentence is
    # `last` is for the last trigger, behind which no subject need be carried
    "whole": (("attribute", "statement", "within", "bare"), ("disease", "further", "inside", "modification"), ("chain",)),
    "last": (("attribute", "statement", "within"), ("disease", "further", "inside", "modification"), ("chain",)),
    "single": (("attribute", "within"), ("inside", "modification"), ("chain",)),  # with one group of mentions
    "aim": (("attribute", "statement", "bare"), ("modification",), ("chain",)),
}
Match = Callable[[str, int], re.Match[str] | None]
Absent = Callable[[frozenset[str]], bool]
Fitting = tuple[str, str, frozenset[str], frozenset[str], str, str]


class Trial(NamedTuple):
    """A pattern to be tried: each of `absent` tells of a sentence's symbols whether some that it needs are missing.

    `left`, `right` match its halves at a place.
    """

    absent: tuple[Absent, ...]
    left: Match
    right: Match
    pattern: Pattern


def try_out(pattern: Pattern) -> Trial:
    """Return what is asked of a pattern for each trigger, looked up beforehand."""
    return Trial(tuple(need.isdisjoint for need in pattern.needs), pattern.left.match, pattern.right.match, pattern)


@dataclass(frozen=True)
class Language:
    """The rules of one language; `opening` are the symbols that a group of mentions can begin with."""

    name: str
    words: Mapping[str, Word]
    longest: Mapping[str, int]
    chinese: ahocorasick.Automaton
    symbols: Mapping[frozenset[str], str]
    patterns: Mapping[str, tuple[Pattern, ...]]
    group: re.Pattern[str]
    opening: frozenset[str]
    predicate: re.Pattern[str]
    joint: frozenset[str]
    marker: re.Pattern[str]
    marks: frozenset[str]
    more: re.Pattern[str]
    trigger: re.Pattern[str]
    cues: Mapping[str, frozenset[str]]
    former: re.Pattern[str]
    modifying: re.Pattern[str]
    modifications: re.Pattern[str]
    mirnas: tuple[str, ...]
    deeds: Mapping[str, re.Pattern[str]]
    fitting: dict[Fitting, tuple[tuple[Trial, ...], ...]] = field(default_factory=dict, repr=False)
    left: dict[tuple[str, str], tuple[Trial, ...]] = field(default_factory=dict, repr=False)
    runs: dict[str, Parts] = field(default_factory=dict, repr=False)
    gaps: dict[str, tuple[Element, ...]] = field(default_factory=dict, repr=False)
    named: dict[str, tuple[frozenset[str], str]] = field(default_factory=dict, repr=False)

    @cached_property
    def far(self) -> float:
        """How far apart, in elements, two mentions that a loose pattern links can stand."""
        return max((sum(pattern.widths) for pattern in self.patterns.get("loose", ())), default=0)

    def rules(self, which: str, trigger: str, left: frozenset[str], right: frozenset[str],
              before: str, behind: str) -> tuple[tuple[Trial, ...], ...]:  # fmt: skip
        """Return the patterns of each group of KIND_GROUPS[which], in its order, that may fit a trigger; kept for reuse.

        `trigger` is its symbol, `before`, `behind` those next to it; `left`, `right` are the classes of the mentions
        on that side.
        """
        key = (which, trigger, left, right, before, behind)
        if key not in self.fitting:
            self.fitting[key] = tuple(tuple(
                try_out(pattern) for kind in group for pattern in self.patterns.get(kind, ()) if trigger in pattern.symbols
                and (pattern.kind != "modification" or self.modifying.match(trigger))
                and (left or not pattern.takes_subject)
                and pattern.may_catch(left, right)
                and (pattern.before is None or before in pattern.before)
                and (pattern.behind is None or behind in pattern.behind)) for group in KIND_GROUPS[which])  # fmt: skip
        return self.fitting[key]

    def before(self, kind: str, symbol: str) -> tuple[Trial, ...]:
        """Return the patterns of `kind` that may begin behind `symbol`; kept for reuse."""
        key = (kind, symbol)
        if key not in self.left:
            self.left[key] = tuple(try_out(pattern) for pattern in self.patterns.get(kind, ())
                                   if pattern.before is None or symbol in pattern.before)  # fmt: skip
        return self.left[key]


@dataclass(frozen=True)
class Patterns:
    """All relation rules: the closed list of relations, and each language's rules."""

    relations: Mapping[str, RelationType]
    languages: Mapping[str, Language]
    sites: Sites


def load_patterns(folder: Path) -> Patterns:
    """Load and compile the rules below `folder` (lexicons/relations); raise LexiconError at the first wrong row."""
    rows = read_rows(folder / "relations.csv", ("relation", "symmetric", "opposite", "note"))
    relations = {row["relation"]: RelationType(row["relation"], row["symmetric"] == "true", row["opposite"])
                 for row in rows}  # fmt: skip
    languages = {path.name: load_language(path, relations)
                 for path in sorted(folder.iterdir()) if (path / "patterns.csv").is_file()}  # fmt: skip
    return Patterns(relations, languages, load_sites(folder / "residues.csv"))


def load_language(folder: Path, relations: Mapping[str, RelationType]) -> Language:
    """Load the rule files of one language."""
    words = load_words(folder)
    deeds = {deed: name_pattern(words, deed) for deed in DEEDS}
    words = {text: unname(word) for text, word in words.items()}
    fragments = load_fragments(folder / "fragments.csv")
    rows = list(read_rows(folder / "patterns.csv", PATTERN_COLUMNS))
    symbols = allot_symbols(words, spread(fragments, [row["pattern"] for row in rows]))
    compiler = Compiler(symbols, fragments)
    patterns = compile_rows(rows, compiler, relations)
    for name in ("predicate", "joint", "marker"):
        fragments.setdefault(name, "!( any* )")  # a language may go without
    whole = {name: compiler.piece(f"<{name}>") for name in ("group", "predicate", "joint", "marker", "more")}
    group, predicate, marker, more = (re.compile(whole[name].text, re.DOTALL) for name in ("group", "predicate", "marker", "more"))
    return Language(
        folder.name, words, count_longest(words), index_chinese(words), symbols, patterns, group,
        whole["group"].first or frozenset(symbols.values()), predicate,
        rarest(whole["joint"].needs), marker, rarest(whole["marker"].needs), more, compiler.any_of(triggers_of(patterns)),
        find_cues(patterns, compiler), compiler.any_of({"former", "onlyone"}), compiler.any_of({"modifies"}),
        find_words(word.text for word in words.values() if word.modification),
        tuple(text.replace(" ", "") for text, word in words.items() if "mirna" in word.classes), deeds)  # fmt: skip


def compile_rows(rows: Iterable[Row], compiler: Compiler, relations: Mapping[str, RelationType]) -> dict[str, tuple[Pattern, ...]]:
    """Return the patterns of a language by kind; raise LexiconError at one that cannot be read, and at a name used twice."""
    patterns: dict[str, list[Pattern]] = {}
    names: set[str] = set()
    for row in rows:
        if row["name"] in names:
            raise row.error("name", f"an earlier rule is called {row['name']}, too", "give the rule a name of its own")
        names.add(row["name"])
        pattern = compile_pattern(row, compiler, relations)
        patterns.setdefault(pattern.kind, []).append(pattern)
    return {kind: tuple(found) for kind, found in patterns.items()}


def triggers_of(patterns: Mapping[str, Iterable[Pattern]]) -> frozenset[str]:
    """Return the classes of words that patterns which say something start from."""
    return frozenset("T").union(*(pattern.trigger for kind, found in patterns.items() if kind not in ASIDE for pattern in found))


def find_cues(patterns: Mapping[str, Iterable[Pattern]], compiler: Compiler) -> dict[str, frozenset[str]]:
    """Return the symbols of each of CUES, and of those that a pattern of the kind `aim` needs."""
    aims = frozenset().union(*(pattern.needs[0] for pattern in patterns.get("aim", ())))
    return {name: compiler.symbols_of((name, *CUES[name])) for name in CUES} | {"aim": aims}


def split_phrase(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[str, int, int]]:
    """Yield the tokens of `text[start:end]` in lower case, with their offsets in `text`."""
    for match in TOKEN.finditer(text, start, len(text) if end is None else end):
        yield match.group().lower(), match.start(), match.end()


def count_longest(words: Mapping[str, Word]) -> dict[str, int]:
    """Return for each first token the number of tokens of the longest phrase that begins with it."""
    longest: dict[str, int] = {}
    for text in words:
        first, _, rest = text.partition(" ")
        longest[first] = max(longest.get(first, 1), 1 + len(rest.split()))
    return longest


def index_chinese(words: Mapping[str, Word]) -> ahocorasick.Automaton:
    """Return the index by which the longest Chinese words of a text are found (Aho and Corasick, 1975)."""
    automaton = ahocorasick.Automaton()
    automaton.add_word(NEVER, None)  # an index of nothing cannot be asked
    for text, word in words.items():
        if HAN_RUN.fullmatch(text):
            automaton.add_word(text, word)
    automaton.make_automaton()
    return automaton


def name_pattern(words: Mapping[str, Word], kind: str) -> re.Pattern[str]:
    """Return the expression for names that begin with a word of the class `kind`: `JAKs`, `p-JAK2`, but not `EGFR` for `EGF`."""
    known = sorted((text for text, word in words.items() if kind in word.classes), key=len, reverse=True)
    names = "|".join(" ?".join(map(re.escape, text.split())) for text in known) or "(?!)"
    return re.compile(f"(?:p-?)?(?:{names})s?(?![a-z])", re.IGNORECASE | re.ASCII)


def unname(word: Word) -> Word:
    """Return a word without the classes for names: where no mention was recognised it is a word as others."""
    classes = word.classes.difference(DEEDS)
    return word if len(classes) == len(word.classes) else replace(word, classes=classes or UNKNOWN)


def find_words(texts: Iterable[str]) -> re.Pattern[str]:
    """Return the expression that finds whether a text may hold one of the phrases: by the first word of each."""
    firsts = sorted({text.partition(" ")[0] for text in texts})
    return re.compile("|".join(map(re.escape, firsts)) or "(?!)", re.IGNORECASE)


def load_fragments(path: Path) -> dict[str, str]:
    """Return the patterns of fragments.csv by name; raise LexiconError at a name that is there twice."""
    fragments: dict[str, str] = {}
    for row in read_rows(path, ("name", "pattern", "note")):
        if row["name"] in fragments:
            raise row.error("name", f"there is a fragment {row['name']} above", "give this one another name")
        fragments[row["name"]] = row["pattern"]
    return fragments


def load_words(folder: Path) -> dict[str, Word]:
    """Read words.csv and triggers.csv of a language into one dictionary; a word of both has the classes of both."""
    words: dict[str, Word] = {}
    known: dict[tuple[str, str], Row] = {}
    for row in read_rows(folder / "words.csv", ("word", "class", "note")):
        keep_once(known, (row["word"], row["class"]), row, "word")
        text = row["word"] if row["word"].isupper() else spell(row["word"])
        add_word(words, Word(text, frozenset([row["class"]])))
    triggers: dict[tuple[str, str], Row] = {}
    for row in read_rows(folder / "triggers.csv", ("trigger", "form", "effect", "modification", "forms", "note")):
        keep_once(triggers, (spell(row["trigger"]), row["form"] + row["forms"]), row, "trigger")
        if row["effect"] not in SIGNS:
            raise row.error("effect", f"{row['effect']} is no effect", f"write one of {', '.join(SIGNS)}")
        if row["form"] not in FORMS:
            raise row.error("form", f"{row['form']} is no form", f"write one of {', '.join(FORMS)}")
        for text, form in inflect(row, folder.name):
            kinds = [f"{form}.mod", "modifies"] if row["modification"] else []
            classes = frozenset([form, f"{form}.{row['effect']}", "w" if form == "cue" else "T", *kinds])
            add_word(words, Word(spell(text), classes, row["effect"], row["modification"]))
    shared = {classes: classes for classes in (UNKNOWN, NUMBER, SITE)}  # one object for equal sets: found sooner
    return {text: replace(word, classes=shared.setdefault(word.classes, word.classes)) for text, word in words.items()}


def keep_once(known: dict[tuple[str, str], Row], key: tuple[str, str], row: Row, column: str) -> None:
    """Note that `row` holds `key`; raise LexiconError where a row above holds it, too."""
    first = known.setdefault(key, row)
    if first is not row:
        raise row.error(column, f"{row[column]} stands in row {first.number}, too", "drop one of the two rows")


def spell(text: str) -> str:
    """Return a phrase as it is looked up: its tokens in lower case, one space between them."""
    return " ".join(token for token, _, _ in split_phrase(text))


def add_word(words: dict[str, Word], word: Word) -> None:
    """Add `word`, joining its classes with those that an earlier row gave it; the earlier effect stays."""
    known = words.get(word.text)
    if known:
        word = Word(word.text, known.classes | word.classes, known.effect or word.effect,
                    known.modification or word.modification)  # fmt: skip
    words[word.text] = word


def inflect(row: Row, language: str) -> Iterator[tuple[str, str]]:
    """Yield the spellings of a trigger with the form of each; English verbs and nouns are inflected by rule.

    The column `forms` overrides the rule for irregular verbs: third person, past, participle, -ing, joined by `|`.
    """
    text, form = row["trigger"], row["form"]
    if language != "en" or form not in ("verb", "noun", "agent"):
        yield text, form
    elif form in ("noun", "agent"):
        yield text, form
        yield (row["forms"] or add_plural(text)), form
    else:
        forms = row["forms"].split("|") if row["forms"] else [add_s(text), add_ed(text), add_ed(text), add_ing(text)]
        yield from ((text, "verb"), (forms[0], "verb"), (forms[1], "past"), (forms[2], "past"), (forms[3], "ing"))


def split_head(text: str) -> tuple[str, str]:
    """Split `lead to` into the word that is inflected and the rest with its space."""
    head, _, rest = text.partition(" ")
    return head, f" {rest}" if rest else ""


def add_s(text: str) -> str:
    """Return the third person of a verb, or the plural of a noun of one word."""
    head, rest = split_head(text)
    if re.search(r"[^aeiou]y$", head):
        return f"{head[:-1]}ies{rest}"
    return f"{head}{'es' if re.search('(s|x|z|ch|sh)$', head) else 's'}{rest}"


def add_plural(text: str) -> str:
    """Return the plural of a noun, whose last word is inflected: `negative regulators`."""
    front, space, last = text.rpartition(" ")
    return f"{front}{space}{add_s(last)}"


def add_ed(text: str) -> str:
    """Return the past of a regular verb."""
    head, rest = split_head(text)
    if re.search(r"[^aeiou]y$", head):
        return f"{head[:-1]}ied{rest}"
    return f"{head}{'d' if head.endswith('e') else 'ed'}{rest}"


def add_ing(text: str) -> str:
    """Return the -ing form of a regular verb."""
    head, rest = split_head(text)
    return f"{head[:-1] if re.search('[^e]e$', head) else head}ing{rest}"


def spread(fragments: Mapping[str, str], patterns: Sequence[str]) -> Iterator[str]:
    """Yield `patterns`, and each fragment as often as they, or the fragments, name it."""
    yield from patterns
    times = Counter(name for text in (*patterns, *fragments.values()) for name in FRAGMENT_NAME.findall(text))
    yield from (text for name, text in fragments.items() for _ in range(times[name]))


def allot_symbols(words: Mapping[str, Word], texts: Iterable[str]) -> dict[frozenset[str], str]:
    """Give each set of classes that an element can have a symbol of its own; the sets are the elements' own objects.

    Neighbours in the alphabet get neighbouring symbols, which makes short expressions. Up to 256 symbols a sentence takes
    a byte each and a pattern compiles fast: beyond stand the sets whose classes `texts`, the patterns, name least.
    """
    signatures = {UNKNOWN, NUMBER, SITE, MIRNA, *MENTIONED.values()} | {word.classes for word in words.values()}
    for size in (1, 2, 3):
        signatures |= {frozenset(["E", *types]) for types in combinations(ENTITY_TYPES, size)}
        signatures |= {frozenset(["E", "gene", "mirna", *types]) for types in combinations(ENTITY_TYPES, size)}
    named = Counter(name for text in texts for name in CLASS_NAME.findall(text))
    by_use = sorted(signatures, key=lambda signature: (-sum(named[name] for name in signature), sorted(signature)))
    ordered = sorted(by_use[:ONE_BYTE], key=sorted) + by_use[ONE_BYTE:]
    return {signature: chr(index) for index, signature in enumerate(ordered)}


def compile_pattern(row: Row, compiler: Compiler, relations: Mapping[str, RelationType]) -> Pattern:
    """Compile a row of patterns.csv; raise LexiconError if it cannot be."""
    if row["relation"] not in (*relations, "trigger", "sign", "effect", "echo", "again", "likewise", "beside", "contrary", ""):
        raise row.error("relation", f"{row['relation']} is not in relations.csv", "use a relation listed there")
    if row["kind"] not in KINDS:
        raise row.error("kind", f"{row['kind']} is no kind of rule", f"write one of {', '.join(KINDS)}")
    if not re.fullmatch(r"0(\.\d+)?|1(\.0+)?", row["confidence"]):
        raise row.error("confidence", f"{row['confidence']} is no share", "write a number from 0 to 1")
    try:
        before, trigger, after = split_at_trigger(row["pattern"])
        refused = refuse_around(before, after) if row["kind"] == "loose" else ("", "")
        around = compiler.expression(refused[0], backwards=True), compiler.expression(refused[1])
        left, right = compiler.piece(before, backwards=True), compiler.piece(after)
        confidence = float(row["confidence"])
    except ValueError as error:
        raise row.error("pattern", str(error), "see docs/rules.md for the way a pattern is written") from error
    first = (before.split() or [""])[0].partition(":")[0]
    if unknown := [name for name in trigger if name.removeprefix("~") not in compiler.classes]:
        raise row.error("pattern", f"no word has the class {unknown[0]}", "write a form and an effect of triggers.csv")
    symbols = compiler.admitted(trigger)
    needs = tuple(sorted(left.needs | right.needs, key=rank)[:MOST_NEEDS]) or (frozenset(compiler.symbols.values()),)
    return Pattern(row["name"], row["kind"], row["relation"], frozenset(trigger), symbols, needs, (left.text, right.text),
                   None if left.empty else left.first, None if right.empty else right.first,
                   {"S": "A", "G": "A", "F": "A", "O": "B"}.get(first, ""), first == "G", first == "F",
                   "P" in row["pattern"].split(),
                   confidence, row["example"], row["expected"], read_types(row["pattern"]),
                   tuple(find_roles(left.text, right.text)), around, (left.most, right.most))  # fmt: skip


def read_types(text: str) -> dict[str, frozenset[str]]:
    """Return the types that a pattern allows its `A` and its `B`, where it names any."""
    named = re.findall(r"(?<![\w<])([ABSOGF]):([\w|]+)", text)
    stands = {"S": "A", "G": "A", "F": "A", "O": "B"}
    return {stands.get(role, role): frozenset(types.replace("mirna", "gene").split("|")) for role, types in named}


def find_roles(left: str, right: str) -> Iterator[Role]:
    """Yield the mentions that the halves of a pattern catch."""
    halves = (set(GROUP.findall(left)), True), (set(GROUP.findall(right)), False)
    for name, phrase in (("A", "a"), ("B", "b")):
        for groups, backwards in halves:
            if name in groups:
                yield Role(name, phrase if phrase in groups else name, backwards)


def split_at_trigger(text: str) -> tuple[str, list[str], str]:
    """Split a pattern at its one `T` atom into what stands before it, the classes that it allows, what stands behind."""
    words = text.split()
    places = [index for index, word in enumerate(words) if word == "T" or word.startswith("T:")]
    if len(places) != 1:
        raise ValueError(f"the pattern has {len(places)} T atoms, it must have one")
    index = places[0]
    return " ".join(words[:index]), words[index][2:].split("|") if ":" in words[index] else ["T"], " ".join(words[index + 1 :])


def refuse_around(before: str, after: str) -> tuple[str, str]:
    """Return what the negative look-aheads hold with which a pattern begins and ends; an empty text without one."""
    first = re.match(r"!\( ((?:[^()]|\((?:[^()]|\([^()]*\))*\))*) \) [AB]\b", before)
    last = re.search(r"[AB](?::[\w|]+)?(?: \))? !\( ((?:[^()]|\((?:[^()]|\([^()]*\))*\))*) \)$", after)
    return first[1] if first else "", last[1] if last else ""
