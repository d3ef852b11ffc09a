"""Mentions: by the lexicon's names, the document's own abbreviations, enumerations, shapes, and with typing errors."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from pipeline.abbreviations import can_stand_for, find_glosses, find_long_form, is_short
from pipeline.enumerations import find_items
from pipeline.ids import mention_id
from pipeline.lexicon import BACKGROUND, WRONG, Lexicon, Name, lookup
from pipeline.records import Candidate, Document, Mention, Segment
from pipeline.text import SEPARATOR, fold, slug

LATIN = re.compile(r"[A-Za-z\u00c0-\u024f0-9]")
PHOSPHO = re.compile(r"(?:(?<![A-Za-z0-9])(?:[pP]-?|[Pp]hospho-?))$")
MUTATION = re.compile(r"[A-Z]\d{2,4}[A-Z](?![A-Za-z0-9])")
SUFFIX = re.compile(r"[)）]\s?-?\s?(?P<suffix>[α-ω]|\d{1,2}[A-Za-z]?(?![\d.%])|[A-Z]\d{1,2}(?![\d.%]))")
WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9\-]*[A-Za-z0-9](?![A-Za-z0-9])")
NEAR = 15  # code points on either side in which a confusable name's `avoid` words are looked for
SIMILAR = {"zh": 88.0, "en": 93.0}  # rapidfuzz ratio from which a long name is taken for a typing error
LONG_WORD = {"zh": 7, "en": 9}  # letters of a name that is looked up with typing errors
SCORES = {"exact": 1.0, "abbreviation": 0.95, "enumeration": 0.95, "background": 0.9, "shape": 0.6}
TITLE_SHARE = 0.7  # of capitals in a sentence: above it capitals do not tell a symbol from a word


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch of clean text that is a name: what it stands for, the other readings, and how it was found."""

    start: int
    end: int
    concept_id: str
    type: str
    match: str
    score: float
    others: tuple[str, ...] = ()
    name_en: str = ""


@dataclass(frozen=True)
class Place:
    """The sentences of a document by their start, to find the one of a hit."""

    segments: Sequence[Segment]
    starts: tuple[int, ...]

    def at(self, offset: int) -> Segment | None:
        """Return the sentence that holds the clean offset, or None."""
        index = bisect_right(self.starts, offset) - 1
        if index < 0:
            return None
        segment = self.segments[index]
        return segment if offset < segment.offset + len(segment.row.text) else None


def recognise(document: Document, segments: Sequence[Segment], lexicon: Lexicon,
              defined: Iterable[tuple[tuple[int, int], tuple[int, int]]] = ()) -> tuple[tuple[Mention, ...], tuple[Candidate, ...]]:  # fmt: skip
    """Return the mentions of a document in order, and the words that look like names but are not known.

    `defined` are (short form, long form) spans in clean offsets that the English segmenter found.
    """
    place = Place(segments, tuple(segment.offset for segment in segments))
    found = list(find_names(document.text, place, lexicon))
    hits = choose(found)
    hits = read_definitions(document.text, hits, place, lexicon, defined)
    hits = choose([*hits, *join_suffixes(document.text, hits, lexicon)])
    hits = choose([*hits, *find_shapes(document.text, hits, place, lexicon), *find_typos(document.text, hits, place, lexicon)])
    hits = choose([*hits, *expand(document.text, hits, lexicon)])
    real = [hit for hit in hits if hit.match != "wrong"]
    mentions = tuple(mention for hit in real if (mention := make_mention(hit, document, place, lexicon)))
    return mentions, tuple(find_candidates(document.text, hits, place, lexicon))


def find_names(text: str, place: Place, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield every stretch of `text` that is a name of the lexicon and may be meant there; stretches may overlap."""
    folded = fold(text)
    for last, spelled in lexicon.automaton.iter(folded.text):
        first = last - len(spelled) + 1
        inner_first = first + spelled.startswith(SEPARATOR)
        inner_last = last - spelled.endswith(SEPARATOR)
        start, end = folded.starts[inner_first], folded.ends[inner_last]
        if "\n" in text[start:end] or not stands_alone(text, start, end):
            continue
        claims = [name for name in lexicon.claims(spelled) if may_be_meant(name, text, start, end, place, lexicon)]
        if claims:
            yield make_hit(text, start, end, claims, lexicon)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether no letter or digit goes on at either end; a mutation behind a name does not count (`JAK2V617F`)."""
    if start and LATIN.match(text, start) and LATIN.match(text, start - 1) and not PHOSPHO.search(text, 0, start):
        return False
    if end < len(text) and LATIN.match(text, end - 1) and LATIN.match(text, end) and not MUTATION.match(text, end):
        return False
    if text[start].isdigit() and start and text[start - 1] in "-.":
        return False
    return not (text[end - 1].isalpha() and LATIN.match(text, end - 1) and re.match(r"-\d", text[end : end + 2]))


def may_be_meant(name: Name, text: str, start: int, end: int, place: Place, lexicon: Lexicon) -> bool:
    """Tell whether a name counts at this place: its spelling, the words that it needs, the words that it avoids."""
    if name.source == WRONG:
        return True
    surface = text[start:end]
    if not may_be_spelled(name, surface):
        return False
    if name.source == BACKGROUND and surface.isupper() and surface.isalpha() and is_shouted(place.at(start)):
        return False
    if name.avoid and any(word in text[max(0, start - NEAR) : end + NEAR] for word in name.avoid):
        return False
    if not name.need:
        return True
    segment = place.at(start)
    sentence = segment.row.text if segment else ""
    return any(word.lower() in sentence.lower() for word in name.need)


def may_be_spelled(name: Name, surface: str) -> bool:
    """Tell whether the capitals of `surface` fit the name; short names of capitals are not found in small letters."""
    if surface == name.text or not surface.isascii():
        return True
    plain = surface.removesuffix("s") if surface[:-1].isupper() else surface
    if name.exact:
        return plain.replace("-", "").replace(" ", "") == name.text.replace("-", "").replace(" ", "")
    if surface.isalpha() and len(surface) <= 4 and surface.islower():
        return name.text.islower()
    return True


def is_shouted(segment: Segment | None) -> bool:
    """Tell whether a sentence is written in capitals throughout."""
    letters = [character for character in (segment.row.text if segment else "") if character.isascii() and character.isalpha()]
    return bool(letters) and sum(map(str.isupper, letters)) / len(letters) > TITLE_SHARE


def make_hit(text: str, start: int, end: int, claims: Sequence[Name], lexicon: Lexicon) -> Hit:
    """Return the hit for the first of `claims`; the prefix of a phosphorylated form belongs to it."""
    if claims[0].source == WRONG:
        return Hit(start, end, "", "", "wrong", 1.0)
    name = max(claims, key=lambda claim: (bool(claim.need), claim.text == text[start:end]))
    concept = lexicon.concept(name.concept_id)
    prefix = PHOSPHO.search(text, max(0, start - 8), start)
    if prefix and concept.type == "gene":
        start = prefix.start()
    match = "background" if name.source == BACKGROUND else "exact"
    others = tuple(claim.concept_id for claim in claims if claim.concept_id != name.concept_id)
    return Hit(start, end, concept.id, concept.type, match, SCORES[match], others)


def choose(hits: Iterable[Hit]) -> list[Hit]:
    """Return hits that do not overlap, in order: the longest win, then those found with more certainty."""
    taken: list[Hit] = []
    covered: set[int] = set()
    for hit in sorted(set(hits), key=lambda hit: (hit.start - hit.end, -hit.score, hit.start, hit.concept_id)):
        if hit.start in covered or hit.end - 1 in covered:
            continue
        taken.append(hit)
        covered.update(range(hit.start, hit.end))
    return sorted(taken, key=lambda hit: hit.start)


def read_definitions(text: str, hits: list[Hit], place: Place, lexicon: Lexicon,
                     defined: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> list[Hit]:  # fmt: skip
    """Return the hits with what the document's own definitions add: short forms everywhere, long forms where defined."""
    by_end = {hit.end: hit for hit in hits if hit.match != "wrong"}
    by_span = {(hit.start, hit.end): hit for hit in hits if hit.match != "wrong"}
    meant: dict[str, Hit] = {}
    added: list[Hit] = []
    for (start, end), (first, last) in defined:
        define(text, (start, end), by_end.get(last) or by_span.get((first, last)), (first, last), by_span, meant, added, lexicon)
    for gloss in find_glosses(text):
        long = by_end.get(len(text[: gloss.at].rstrip()))
        read_gloss(text, gloss.parts, gloss.at, long, by_span, meant, added, place, lexicon)
    repeats = list(find_repeats(text, meant))
    spans = {(hit.start, hit.end) for hit in repeats}
    return choose([*(hit for hit in hits if (hit.start, hit.end) not in spans), *added, *repeats])


def read_gloss(text: str, parts: Sequence[tuple[int, int]], at: int, long: Hit | None, by_span: Mapping[tuple[int, int], Hit],
               meant: dict[str, Hit], added: list[Hit], place: Place, lexicon: Lexicon) -> None:  # fmt: skip
    """Take what one pair of brackets defines: its short forms mean the name before it, or name it."""
    known = next((by_span[part] for part in reversed(parts) if part in by_span), None)
    if long is None and known and is_short(text[known.start : known.end].removeprefix("p-")):
        segment = place.at(at)
        cuts = {segment.offset + offset for token in segment.tokens for offset in token} if segment else set()
        span = find_long_form(text, at, cuts, lexicon.borders)
        if span:
            added.append(replace(known, start=span[0], end=span[1], match="abbreviation", score=SCORES["abbreviation"]))
    for part in parts:
        surface = text[part[0] : part[1]]
        owner = long or known
        if not owner or part in by_span and part == (owner.start, owner.end):
            continue
        if is_short(surface):
            define(text, part, long, None, by_span, meant, added, lexicon)
        elif known and part not in by_span and known.start > part[0] and can_stand_for(text[known.start : known.end], surface):
            added.append(replace(known, start=part[0], end=part[1], match="abbreviation", score=SCORES["abbreviation"]))


def define(text: str, short: tuple[int, int], long: Hit | None, span: tuple[int, int] | None, by_span: Mapping[tuple[int, int], Hit],
           meant: dict[str, Hit], added: list[Hit], lexicon: Lexicon) -> None:  # fmt: skip
    """Take that `short` stands for `long`: the definition goes before the lexicon, unless the lexicon is surer."""
    surface = text[short[0] : short[1]]
    known = by_span.get(short)
    if long is None:
        if known and span and is_short(surface):
            added.append(replace(known, start=span[0], end=span[1], match="abbreviation", score=SCORES["abbreviation"]))
        return
    if known and (known.concept_id == long.concept_id or any(c.isdigit() for c in surface) or len(surface) > 5 or known.type == long.type):
        return
    meant[surface] = replace(long, match="abbreviation", score=SCORES["abbreviation"])


def find_repeats(text: str, meant: Mapping[str, Hit]) -> Iterator[Hit]:
    """Yield each place where a short form that the document defines stands."""
    if not meant:
        return
    words = "|".join(re.escape(word) for word in sorted(meant, key=len, reverse=True))
    for match in re.finditer(rf"(?<![A-Za-z0-9])({words})s?(?![A-Za-z0-9])", text):
        yield replace(meant[match.group(1)], start=match.start(), end=match.end())


def join_suffixes(text: str, hits: Sequence[Hit], lexicon: Lexicon) -> Iterator[Hit]:
    """Yield names that a closing bracket cuts in two: `干扰素（interferon，IFN）-γ` holds `IFN）-γ`."""
    for hit in hits:
        if hit.match == "wrong" or not (match := SUFFIX.match(text, hit.end)):
            continue
        names = lookup(lexicon, text[hit.start : hit.end] + "-" + match["suffix"])
        if names:
            concept = lexicon.concept(names[0].concept_id)
            yield Hit(hit.start, match.end(), concept.id, concept.type, "enumeration", SCORES["enumeration"])


def expand(text: str, hits: Sequence[Hit], lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the halves of enumerations behind the names that begin them."""
    for hit in hits:
        if hit.match in ("wrong", "shape"):
            continue
        for start, end, full in find_items(text, hit.start, hit.end, lambda name: bool(lookup(lexicon, name))):
            concept = lexicon.concept(lookup(lexicon, full)[0].concept_id)
            if concept.type == hit.type:
                yield Hit(start, end, concept.id, concept.type, "enumeration", SCORES["enumeration"])


def find_shapes(text: str, hits: Sequence[Hit], place: Place, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield names that no lexicon has but that have the shape of one, where their sentence has the words they need."""
    covered = {offset for hit in hits for offset in (hit.start, hit.end - 1)}
    for shape in lexicon.shapes:
        for match in shape.pattern.finditer(text):
            start, end = match.span()
            segment = place.at(start)
            if start in covered or end - 1 in covered or segment is None or match.group().lower() in lexicon.stop_words:
                continue
            sentence = segment.row.text
            if shape.need and not any(word in sentence for word in shape.need):
                continue
            if shape.avoid and any(word in text[max(0, start - NEAR) : end + NEAR] for word in shape.avoid):
                continue
            concept_id = fill(shape.id_template, match)
            yield Hit(start, end, concept_id, shape.type, "shape", SCORES["shape"], name_en=match.group())


def fill(template: str, match: re.Match[str]) -> str:
    """Return the id that a shape's template makes of what it matched."""
    groups = [group or "" for group in match.groups()]
    return template.replace("{slug}", slug(match.group())).format("", *groups) if "{" in template else template


def find_typos(text: str, hits: Sequence[Hit], place: Place, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield long words that are a name but for a typing error (Levenshtein ratio, by rapidfuzz)."""
    for word, start, segment in unknown_words(text, hits, place, lexicon):
        if len(word) < LONG_WORD[segment.row.lang] or not word.isalpha():
            continue
        near = nearest(word.lower(), lexicon)
        if near and near[1] >= SIMILAR[segment.row.lang] and near[0][1] == word[0].lower():
            concept = lexicon.concept(lexicon.claims(near[0])[0].concept_id)
            yield Hit(start, start + len(word), concept.id, concept.type, "fuzzy", round(near[1] / 100, 3))


_NEAREST: dict[tuple[str, str], tuple[str, float] | None] = {}


def nearest(word: str, lexicon: Lexicon) -> tuple[str, float] | None:
    """Return the long name nearest to `word` and their similarity in per cent, or None below 75."""
    place = (lexicon.digest, word)
    if place not in _NEAREST:
        if len(_NEAREST) > 50_000:  # words; the memory of a run stays bounded
            _NEAREST.clear()
        found = process.extractOne(f"{SEPARATOR}{word}{SEPARATOR}", lexicon.long_names, scorer=fuzz.ratio, score_cutoff=75)
        _NEAREST[place] = (found[0], found[1]) if found else None
    return _NEAREST[place]


def unknown_words(text: str, hits: Sequence[Hit], place: Place, lexicon: Lexicon) -> Iterator[tuple[str, int, Segment]]:
    """Yield (word, start, sentence) of the Latin words that no hit covers and that are no stop words."""
    starts = [hit.start for hit in hits]
    for match in WORD.finditer(text):
        index = bisect_right(starts, match.end() - 1) - 1
        if index >= 0 and hits[index].end > match.start():
            continue
        word = match.group()
        segment = place.at(match.start())
        if segment is None or word.lower() in lexicon.stop_words:
            continue
        yield word, match.start(), segment


def make_mention(hit: Hit, document: Document, place: Place, lexicon: Lexicon) -> Mention | None:
    """Return the row of a hit; None for one outside every sentence."""
    segment = place.at(hit.start)
    if segment is None or hit.end > segment.offset + len(segment.row.text):
        return None
    start, end = document.source_span(hit.start, hit.end)
    try:
        concept = lexicon.concept(hit.concept_id)
        name_en, name_zh = concept.name_en, concept.name_zh
    except KeyError:
        name_en, name_zh = hit.name_en, ""
    doc_id = document.source.doc_id
    return Mention(
        mention_id=mention_id(doc_id, start, end, hit.concept_id), doc_id=doc_id, sentence_id=segment.row.sentence_id,
        start=start, end=end, text=document.text[hit.start : hit.end], source_text=document.source.text[start:end],
        type=hit.type, concept_id=hit.concept_id, name_en=name_en, name_zh=name_zh, match=hit.match, score=hit.score,
        alternatives=hit.others)  # fmt: skip


def find_candidates(text: str, hits: Sequence[Hit], place: Place, lexicon: Lexicon) -> Iterator[Candidate]:
    """Yield the words that look like names and that no lexicon has, each once, with the nearest name that it has."""
    seen: dict[str, list[Segment]] = {}
    for word, _, segment in unknown_words(text, hits, place, lexicon):
        if sum(c.isupper() for c in word) + any(c.isdigit() for c in word) >= 2:
            seen.setdefault(word, []).append(segment)
    for word, segments in sorted(seen.items()):
        near = nearest(word.lower(), lexicon) if len(word) > 4 else None
        concept = lexicon.concept(lexicon.claims(near[0])[0].concept_id) if near and lexicon.claims(near[0])[0].concept_id else None
        yield Candidate(
            surface=word, guess="drug" if any(c.isdigit() for c in word) else "", count=len(segments), n_docs=1,
            nearest=concept.id if concept else "", nearest_name=concept.name_en if concept else "",
            similarity=round(near[1] / 100, 3) if near else 0.0, example=segments[0].row.text)  # fmt: skip
