"""Mentions: by the lexicon's names, the document's own abbreviations, enumerations, shapes, and with typing errors."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from pipeline.abbreviations import Names, Words, read_definitions
from pipeline.brackets import join_brackets
from pipeline.candidates import find_candidates
from pipeline.coordinated import find_members, share
from pipeline.enumerations import find_heads, find_items
from pipeline.hits import SCORES, Hit, Place, add, choose
from pipeline.ids import mention_id
from pipeline.lexicon import BACKGROUND, WRONG, Concept, Lexicon, Name, Shape, lookup
from pipeline.lexicon_rows import find_anchor
from pipeline.records import Candidate, Document, Mention, Segment
from pipeline.script import HAN_RUN
from pipeline.text import SEPARATOR, fold, slug

LATIN = frozenset(map(chr, [*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x250)]))
"""The letters and digits of names, A to Z with and without accents: Latin-1 and Latin Extended-A and -B."""

BESIDE = LATIN | {"-", ".", "/"}
"""What beside a stretch may mean that it goes on."""

FORM = r"(?:[pP]-?|[Pp]hospho-?|r[hm]u?-?)"
PREFIX = re.compile(rf"(?:(?<![A-Za-z0-9]){FORM})$")
"""Written on to a name: `p-STAT3` is phosphorylated, `rhIL-6` recombinant human."""

WRITTEN_ON = re.compile(f"{FORM}(?=[A-Za-z])")
"""The same at the beginning of a mention."""

MUTATION = re.compile(r"(?:[A-Z]\d{2,4}[A-Z]|(?:[STY]|Ser|Thr|Tyr)\d{2,4})(?![A-Za-z0-9])")
POLYMORPHISM = re.compile(r"-\d{2,4} ?(?:[ACGT][/>][ACGT]|[ACGT]{2})(?![A-Za-z0-9])")
VERSION = re.compile(r"(?<=\d)\.\d{1,2}(?!\d)(?=$|[^\s,]|\s[a-z])")
CUT = re.compile(r"^(?:.*[(（])?([^()（）]+)[)）][ -]?")
"""What of the full name of a half stands before a bracket: `cyclin-dependent kinase (CDK) ` of `… (CDK) 4/6`, `JAK）`."""
WORD = re.compile(r"[A-Za-z](?<![A-Za-z0-9].)[A-Za-z0-9\-]*[A-Za-z0-9](?![A-Za-z0-9])")  # a letter first: it is soon found
NEAR = 15  # code points on either side in which a confusable name's `avoid` words are looked for
WINDOW = 48  # code points before and behind a shape's anchor in which the whole of it stands
SIMILAR = {"zh": 88.0, "en": 93.0}  # rapidfuzz ratio from which a long name is taken for a typing error
LONGEST_JOINT = 7  # code points between two names of a list: `, and `
LONGEST_CLUE = 16  # code points of a word that tells a gene, with the space before it
LONG_WORD = {"zh": 7, "en": 9}  # letters of a name that is looked up with typing errors
TITLE_SHARE = 0.7  # of capitals in a sentence: above it capitals do not tell a symbol from a word


def recognise(
    document: Document,
    segments: Sequence[Segment],
    lexicon: Lexicon,
    defined: Iterable[tuple[tuple[int, int], tuple[int, int]]] = (),
) -> tuple[tuple[Mention, ...], tuple[Candidate, ...]]:
    """Return the mentions of a document in order, and the words that look like names but are not known.

    `defined` are (short form, long form) spans in clean offsets that the English segmenter found.
    """
    text = document.text
    place = Place(segments, tuple(segment.offset for segment in segments))
    hits = choose(find_names(text, place, lexicon))
    hits = add(hits, find_prefixed(text, hits, place, lexicon))
    hits = add(hits, find_suffixed(text, place, lexicon))
    hits = add(hits, find_shapes(text, hits, place, lexicon))
    words = Words(lexicon.borders, lexicon.classes, lexicon.leads)
    names = Names(lexicon.can_mean, lexicon.begin, lexicon.says_more, lexicon.called, lexicon.stop_words)
    hits = read_definitions(text, hits, place, words, defined, names)
    hits = add(hits, join_brackets(text, hits, lexicon))
    unknown = list(unknown_words(text, hits, place, lexicon))
    hits = add(hits, find_typos(unknown, lexicon))
    hits = add(hits, expand(text, hits, lexicon))
    hits = list(share(text, hits, lexicon, partial(find_whole, kind="gene", lexicon=lexicon)))
    mentions = tuple(
        mention for hit in hits if hit.match != "wrong" and (mention := make_mention(hit, document, place, lexicon))
    )
    taken = {hit.start for hit in hits}
    left = [word for word in unknown if word[1] not in taken]
    near = partial(nearest_concept, lexicon=lexicon)
    return mentions, tuple(find_candidates(left, lexicon.clues, lexicon.ordinary, near))


# --- names of the lexicon


def find_names(text: str, place: Place, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield every stretch of `text` that is a name of the lexicon and may be meant there; stretches may overlap.

    A name that needs words in its sentence counts without them where its neighbours tell it, and where the document has
    it with them elsewhere, or names the same in another way: a short form has one sense in one document (Gale, Church
    and Yarowsky 1992).
    """
    barred: list[tuple[int, int, Name]] = []
    found: list[Hit] = []
    waiting: list[tuple[int, int, Name]] = []
    further: list[tuple[int, int, Name]] = []
    for first, last, name, claims in find_claims(text, lexicon):
        if name.source == WRONG:
            if has_context(name, first, place):
                barred.append((first, last, name))
        elif meant := [claim for claim in claims if has_context(claim, first, place)]:
            found.append(make_hit(text, first, last, prefer(meant, text[first:last]), meant, lexicon))
        else:
            waiting.append((first, last, name))
            further += [(first, last, claim) for claim in claims[1:]]
    found += find_symbols(text, found, waiting, lexicon)
    senses = {hit.concept_id for hit in found}
    found += [
        make_hit(text, start, end, name, (), lexicon)
        for start, end, name in (*waiting, *further)
        if name.concept_id in senses
    ]
    yield from bar(found, barred)


def find_symbols(
    text: str, found: Sequence[Hit], waiting: Iterable[tuple[int, int, Name]], lexicon: Lexicon
) -> Iterator[Hit]:
    """Yield the approved symbols among `waiting` that are genes by what stands beside them.

    That is a word that tells a gene (`OGT mRNA`), or two genes of a list (`SOD1, GSR and TXN2`).
    """
    genes = {(hit.start, hit.end) for hit in found if hit.type == "gene"}
    for start, end, name in waiting:
        concept = lexicon.concept(name.concept_id)
        if concept.type != "gene" or concept.name_en != text[start:end]:
            continue
        told = text[end : end + LONGEST_CLUE].lstrip().lower().startswith(lexicon.gene_clues)
        if told or count_listed(text, start, end, genes, lexicon.enumerations.listed) > 1:
            genes.add((start, end))
            yield make_hit(text, start, end, name, (), lexicon)


def count_listed(text: str, start: int, end: int, genes: Iterable[tuple[int, int]], joint: re.Pattern[str]) -> int:
    """Return how many of `genes`, by their spans, stand in one list with `text[start:end]`: two on a side at most."""
    behind, before = dict(genes), {last: first for first, last in genes}
    count = 0
    for ends, step, at in ((before, -1, start), (behind, 1, end)):
        for _ in range(2):
            far = next((at + step * gap for gap in range(1, LONGEST_JOINT + 1) if at + step * gap in ends
                        and joint.fullmatch(text, min(at, at + step * gap), max(at, at + step * gap))), None)  # fmt: skip
            if far is None:
                break
            at, count = ends[far], count + 1
    return count


def find_claims(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, Name, Sequence[Name]]]:
    """Yield (start, end, name, all names) of every stretch of `text` spelled as a name; wrong matches come alone."""
    folded = fold(text)
    starts, ends = folded.starts, folded.ends
    known: dict[tuple[str, str], list[Name]] = {}
    for last, spelled in lexicon.automaton.iter(folded.text):
        first = last - len(spelled) + 1
        start = starts[first + (spelled[0] == SEPARATOR)]
        end = ends[last - (spelled[-1] == SEPARATOR)]
        beside = text[start - 1 : start] in BESIDE or text[end : end + 1] in BESIDE
        surface = text[start:end]
        if (beside and not stands_alone(text, start, end, lexicon.affixes.after)) or "\n" in surface:
            continue
        names = known.get((spelled, surface))
        if names is None:
            names = [name for name in lexicon.claims(spelled) if name.source == WRONG or is_spelled(name, surface)]
            known[spelled, surface] = names
        claims = []
        for name in names:
            if name.source == WRONG:
                yield start, end, name, ()
            elif not (name.avoid and is_avoided(name, text, start, end)) and not (
                name.source == BACKGROUND and VERSION.match(text, end)
            ):
                claims.append(name)
        if not claims:
            continue
        inner = claims[0].inner
        if inner[1]:
            start = folded.starts[first + inner[0] + (spelled[inner[0]] == SEPARATOR)]
            end = folded.ends[first + inner[1] - 1 - (spelled[inner[1] - 1] == SEPARATOR)]
        yield start, end, claims[0], claims


def bar(hits: Sequence[Hit], barred: Sequence[tuple[int, int, Name]]) -> Iterator[Hit]:
    """Yield the hits that no wrong match bars, and a hit for each wrong match that bars whatever stands there."""
    partial = [(start, end, name) for start, end, name in barred if name.type or name.concept_id]
    for hit in hits:
        inside = [name for start, end, name in partial if start <= hit.start and hit.end <= end]
        if not any(name.type in ("", hit.type) and name.concept_id in ("", hit.concept_id) for name in inside):
            yield hit
    for start, end, name in barred:
        if not name.type and not name.concept_id:
            yield Hit(start, end, "", "", "wrong", 1.0)


def stands_alone(text: str, start: int, end: int, affix: re.Pattern[str]) -> bool:
    """Tell whether no letter or digit goes on at either end; a mutation or an `affix` behind a name does not count.

    `JAK2V617F`, `IL1B-31T/C`, `IL-6mRNA`; the last letter of a name begins no affix: `Stat3F/F`.
    """
    first, last = text[start], text[end - 1]
    before, behind = text[start - 1 : start] if start else "", text[end : end + 1]
    if first in LATIN and before in LATIN and not PREFIX.search(text, max(0, start - 8), start):
        return False
    if last in LATIN and behind in LATIN and not MUTATION.match(text, end) and not affix.match(text, end):
        return False
    if behind == "/" and text[end - 2 : end - 1].isdigit() and affix.match(text, end - 1):
        return False
    if before and before in "-." and first.isdigit():
        return False
    numbered = behind == "-" and last in LATIN and last.isalpha() and text[end + 1 : end + 2].isdigit()
    return not numbered or POLYMORPHISM.match(text, end) is not None


def is_avoided(name: Name, text: str, start: int, end: int) -> bool:
    """Tell whether a word stands near that says that the name is not meant here."""
    around = text[max(0, start - NEAR) : end + NEAR].lower()
    return any(word.lower() in around for word in name.avoid)


def has_context(name: Name, start: int, place: Place) -> bool:
    """Tell whether the sentence around `start` has a word that the name needs.

    The background's words are no names among capitals.
    """
    shouts = name.source == BACKGROUND and name.text.isalpha()
    if not shouts and not name.need:
        return True
    sentence = place.sentence(start)
    if shouts and is_shouted(sentence):
        return False
    return not name.need or any(word.lower() in sentence.lower() for word in name.need)


def is_spelled(name: Name, surface: str) -> bool:
    """Tell whether the capitals of `surface` fit the name; short names of capitals are not found in small letters."""
    if surface == name.text or not surface.isascii():
        return True
    plain = surface.removesuffix("s") if surface[:-1].isupper() else surface
    if name.exact:
        if " " in surface and not name.text.isupper() and (name.source == BACKGROUND or name.text.isalnum()):
            return False
        return plain.replace("-", "").replace(" ", "") == name.text.replace("-", "").replace(" ", "")
    letters = "".join(filter(str.isalpha, surface))
    if len(letters) <= 4 and letters.islower() and (letters == surface or " " in surface):
        return name.text.islower()
    return True


def is_shouted(sentence: str) -> bool:
    """Tell whether a sentence is written in capitals throughout; of a Chinese one only the names are Latin."""
    letters = [character for character in sentence if character.isascii() and character.isalpha()]
    if len(letters) < sum(map(len, HAN_RUN.findall(sentence))):
        return False
    return bool(letters) and sum(map(str.isupper, letters)) / len(letters) > TITLE_SHARE


def prefer(claims: Sequence[Name], surface: str) -> Name:
    """Return the name that is meant: one whose context is there goes before one that needs none."""
    return claims[0] if len(claims) == 1 else max(claims, key=lambda claim: (bool(claim.need), claim.text == surface))


def make_hit(text: str, start: int, end: int, name: Name, claims: Sequence[Name], lexicon: Lexicon) -> Hit:
    """Return the hit for `name` among `claims`; the prefix of a phosphorylated or recombinant form belongs to it."""
    concept = lexicon.concept(name.concept_id)
    if (
        concept.type == "gene"
        and start
        and text[start - 1] in "-pPohmu"
        and (prefix := PREFIX.search(text, max(0, start - 8), start))
    ):
        start = prefix.start()
    match = "background" if name.source == BACKGROUND else "exact"
    return Hit(start, end, concept.id, concept.type, match, SCORES[match], list_others(name, claims))


def find_prefixed(text: str, hits: Sequence[Hit], place: Place, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the genes before whose symbol a few letters for the species, the form or the construct are written on."""
    ends = {hit.start: hit.end for hit in hits}
    for match in lexicon.affixes.prefixed.finditer(text):
        if ends.get(match.start(), 0) >= match.end() or match.group().lower() in lexicon.stop_words:
            continue  # a name of its own: `mTOR`, `hCG`
        if hit := find_gene(text, *match.span("name"), place, lexicon):
            apart = lexicon.affixes.construct.search(text, match.start(), hit.start)
            yield hit if apart else hit._replace(start=match.start())


def find_suffixed(text: str, place: Place, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the genes whose symbol ends with a letter on to which an affix is written: `VEGFmRNA`, `CD11chi`.

    Behind a digit `find_claims` finds them.
    """
    for match in lexicon.affixes.on_letter.finditer(text):
        if stem := lexicon.affixes.stem_of(text, match):
            whole, part = stem.start(), stem.start() + stem.group().find("-") + 1
            for start in (whole,) if part == whole else (whole, part):
                if hit := find_gene(text, start, stem.end(), place, lexicon):
                    yield hit
                    break


def find_gene(text: str, start: int, end: int, place: Place, lexicon: Lexicon) -> Hit | None:
    """Return the hit of the gene that `text[start:end]` names, or None."""
    surface = text[start:end]
    meant = [
        claim
        for claim in lookup(lexicon, surface)
        if lexicon.concept(claim.concept_id).type == "gene"
        and is_spelled(claim, surface)
        and not is_avoided(claim, text, start, end)
        and has_context(claim, start, place)
    ]
    return make_hit(text, start, end, prefer(meant, surface), meant, lexicon) if meant else None


def list_others(name: Name, claims: Sequence[Name]) -> tuple[str, ...]:
    """Return the concepts other than that of `name` that may be meant, each once."""
    if len(claims) < 2:
        return ()
    return tuple(dict.fromkeys([claim.concept_id for claim in claims if claim.concept_id != name.concept_id]))


def expand(text: str, hits: Sequence[Hit], lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the halves of enumerations behind the names that begin them, and before those that end them."""
    low = 0
    for hit in hits:
        before, low = low, hit.end
        if hit.match == "wrong" or is_clone(text, hit.start, hit.end, lexicon):
            continue
        for start, end, full in find_halves(text, hit, before, lexicon):
            if text[start:end].lower() in lexicon.stop_words:
                continue  # the cells of `肝细胞和胰腺癌`
            if found := find_whole(full, hit.type, lexicon):
                yield Hit(start, end, found[0], hit.type, "enumeration", SCORES["enumeration"], name_en=found[1])


def find_halves(text: str, hit: Hit, low: int, lexicon: Lexicon) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, full name) of what a list around `hit` names by halves; none begins before `low`."""
    forms = lexicon.enumerations
    before, behind = text[hit.start - 1 : hit.start], text[hit.end : hit.end + 1]
    if behind in forms.firsts or behind.isspace():
        begin, known = find_own(text, hit, lexicon), partial(is_known, kind=hit.type, lexicon=lexicon)
        yield from find_items(text, begin, hit.end, known, forms)
    if before in forms.lasts or before.isspace():
        yield from find_heads(text, hit.start, hit.end, forms)
        yield from find_members(text, hit, low, partial(find_listed_name, kind=hit.type, lexicon=lexicon), forms)


def is_clone(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Tell whether the number behind a name counts the constructs against it: `si-STAT3-1`."""
    return text[end : end + 1] == "-" and bool(lexicon.affixes.construct.search(text, max(0, start - 4), start))


def find_own(text: str, hit: Hit, lexicon: Lexicon) -> int:
    """Return where the name itself begins in a mention: behind the `p-` of `p-ERK1`."""
    ways = (WRITTEN_ON, lexicon.affixes.form) if hit.type == "gene" else ()
    prefix = next((match for way in ways if (match := way.match(text, hit.start, hit.end))), None)
    if not prefix or not lexicon.enumerations.between.match(text, hit.end):
        return hit.start
    names = lookup(lexicon, text[prefix.end() : hit.end])
    return prefix.end() if any(name.concept_id == hit.concept_id for name in names) else hit.start


def is_known(name: str, kind: str, lexicon: Lexicon) -> bool:
    """Tell whether the lexicon or a shape has a name of this type."""
    return find_whole(name, kind, lexicon) is not None


def find_whole(name: str, kind: str, lexicon: Lexicon) -> tuple[str, str] | None:
    """Return (concept id, name) of a name of this type by the lexicon or by a shape, or None."""
    name = CUT.sub(r"\1-", name)
    if found := find_listed_name(name, kind, lexicon):
        return found
    for shape in lexicon.shapes:
        if (
            shape.type == kind
            and shape.may_hold(name)
            and (match := shape.pattern.fullmatch(name))
            and not shape.need
        ):
            return identify(shape, match, lexicon), name
    return None


def find_listed_name(name: str, kind: str, lexicon: Lexicon) -> tuple[str, str] | None:
    """Return (concept id, name) of a name of this type by the lexicon, or None."""
    for claim in lookup(lexicon, name):
        concept = lexicon.concept(claim.concept_id)
        if concept.type == kind:
            return concept.id, concept.name_en
    return None


# --- names that no lexicon has


def find_shapes(text: str, hits: Sequence[Hit], place: Place, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield names that no lexicon has but that have the shape of one.

    Where the shape needs words, they stand in the sentence, or in another one of the document that has the name.
    """
    covered = {offset: hit for hit in hits for offset in (hit.start, hit.end - 1)}
    anchors = find_anchors(text, lexicon)
    for shape in lexicon.shapes:
        waiting: list[Hit] = []
        told: set[str] = set()
        for match in match_shape(shape, text, anchors):
            start, end = match.span()
            inside = [covered[offset] for offset in (start, end - 1) if offset in covered]
            if not all(may_hold(shape, start, end, hit) for hit in inside):
                continue
            if match.group().lower() in lexicon.stop_words:
                continue
            sentence = place.sentence(start)
            if not sentence or shape.is_avoided(text, start, end, NEAR):
                continue
            waiting.append(make_shaped(shape, match, lexicon))
            if shape.has_need(sentence):
                told.add(match.group())
        yield from (hit for hit in waiting if hit.name_en in told)


def make_shaped(shape: Shape, match: re.Match[str], lexicon: Lexicon) -> Hit:
    """Return the hit of a name that has the shape of one."""
    start, end = match.span()
    found = identify(shape, match, lexicon)
    return Hit(start, end, found, shape.type, "shape", SCORES["shape"], name_en=match.group())


def may_hold(shape: Shape, start: int, end: int, hit: Hit) -> bool:
    """Tell whether a shape's match goes before the hit in it.

    A drug named by its target goes on (`DDR1-IN-1`), and so does one that is called by the plant it is of (`知母多糖`).
    """
    named = shape.type == "drug" and (hit.type == "gene" or (hit.type == "drug" and hit.start == start)) and not shape.need
    return named and start <= hit.start and hit.end <= end and hit.end - hit.start < end - start


def find_anchors(text: str, lexicon: Lexicon) -> dict[str, list[int]]:
    """Return where the shapes' anchors stand in `text`, in order, for those that do."""
    found: dict[str, list[int]] = {}
    for last, anchor in lexicon.anchors.iter(text):
        found.setdefault(anchor, []).append(last + 1 - len(anchor))
    return found


def match_shape(shape: Shape, text: str, anchors: Mapping[str, Sequence[int]]) -> Iterator[re.Match[str]]:
    """Yield the matches of a shape in `text`: searched for only around its anchors, as the expressions are slow."""
    if shape.need and not any(word in text for word in shape.need):
        return
    if not shape.anchors:
        yield from shape.pattern.finditer(text)
        return
    done = 0
    places = (find_anchor(text, anchor) if "#" in anchor else anchors.get(anchor, ()) for anchor in shape.anchors)
    for at in sorted(chain.from_iterable(places)):
        if at < done:
            continue
        for match in shape.pattern.finditer(text, max(done, at - WINDOW), at + WINDOW):
            yield match
            done = match.end()


def identify(shape: Shape, match: re.Match[str], lexicon: Lexicon) -> str:
    """Return the id that a shape's template makes of what it matched, or that of the concept which has that name."""
    groups = [(group or "").upper() for group in match.groups()]
    made = shape.id_template.replace("{slug}", slug(match.group())).format("", *groups)
    known = [claim.concept_id for claim in lookup(lexicon, made.removeprefix("litmine:"))]
    return known[0] if known and lexicon.concept(known[0]).type == shape.type else made


def find_typos(unknown: Iterable[tuple[str, int, Segment]], lexicon: Lexicon) -> Iterator[Hit]:
    """Yield long words that are a name but for a typing error (Levenshtein ratio, by rapidfuzz)."""
    for word, start, segment in unknown:
        if len(word) < LONG_WORD[segment.row.lang] or not word.isalpha():
            continue
        near = nearest(word.lower(), lexicon)
        if not near or not SIMILAR[segment.row.lang] <= near[1] < 100 or near[0][1] != word[0].lower():
            continue
        if Levenshtein.distance(near[0].strip(SEPARATOR), word.lower()) > 1:
            continue
        if not any(word.endswith(ending) and not near[0].endswith(ending + SEPARATOR) for ending in lexicon.endings):
            concept = lexicon.concept(lexicon.claims(near[0])[0].concept_id)
            yield Hit(start, start + len(word), concept.id, concept.type, "fuzzy", round(near[1] / 100, 3))


_NEAREST: dict[tuple[str, str], tuple[str, float] | None] = {}


def nearest(word: str, lexicon: Lexicon) -> tuple[str, float] | None:
    """Return the long name nearest to `word` and their similarity in per cent, or None below 75."""
    place = (lexicon.digest, word)
    if place not in _NEAREST:
        if len(_NEAREST) > 50_000:  # words; the memory of a run stays bounded
            _NEAREST.clear()
        found = process.extractOne(
            f"{SEPARATOR}{word}{SEPARATOR}", lexicon.long_names, scorer=fuzz.ratio, score_cutoff=75
        )
        _NEAREST[place] = (found[0], found[1]) if found else None
    return _NEAREST[place]


def nearest_concept(word: str, lexicon: Lexicon) -> tuple[Concept, float] | None:
    """Return the concept with the long name nearest to `word` and their similarity in per cent, or None."""
    near = nearest(word, lexicon)
    return (lexicon.concept(lexicon.claims(near[0])[0].concept_id), near[1]) if near else None


def unknown_words(text: str, hits: Sequence[Hit], place: Place, lexicon: Lexicon) -> Iterator[tuple[str, int, Segment]]:
    """Yield (word, start, sentence) of the Latin words that no hit covers and that are no stop words."""
    starts = [hit.start for hit in hits]
    for match in WORD.finditer(text):
        index = bisect_right(starts, match.end() - 1) - 1
        if index >= 0 and hits[index].end > match.start():
            continue
        word = match.group()
        segment = place.at(match.start())
        if (
            segment is None
            or word.lower() in lexicon.stop_words
            or word.removesuffix("s").lower() in lexicon.stop_words
        ):
            continue
        yield word, match.start(), segment


# --- rows


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
        mention_id=mention_id(doc_id, start, end, hit.concept_id),
        doc_id=doc_id,
        sentence_id=segment.row.sentence_id,
        start=start,
        end=end,
        text=document.text[hit.start : hit.end],
        source_text=document.source.text[start:end],
        type=hit.type,
        concept_id=hit.concept_id,
        name_en=name_en,
        name_zh=name_zh,
        match=hit.match,
        score=hit.score,
        alternatives=hit.others,
    )
