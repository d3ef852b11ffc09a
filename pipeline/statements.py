"""What frames state: a relation for each pair of mentions, with its sign, flags and residue."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations, permutations, takewhile

from pipeline.elements import CLAUSE, Element, Elements, Member
from pipeline.frames import (
    Frame,
    Subject,
    count_items,
    is_one_by_one,
    meant,
    name_relation,
    names_of,
    pick,
    take_apart,
    verb_of_pair,
)
from pipeline.loose import find_loose, find_unlinked
from pipeline.modifications import find_sites, is_modified
from pipeline.patterns import Language
from pipeline.records import Relation, Span
from pipeline.scope import is_asked, is_negated, is_speculated

DEEDS = frozenset({"activates", "inhibits", "phosphorylates", "dephosphorylates"})
MOST_IN_COMPLEX = 3  # names before `complex` or `interaction`; of a longer list each is part of another one
SURE = 0.7  # confidence of a rule that says who acts on whom, not just what goes with what


def state_all(frame: Frame, elements: Elements, spans: Sequence[Span], text: str) -> Iterator[Relation]:
    """Yield the relations of a frame with its patient and with each further one."""
    if not frame.agent or not frame.patient or frame.pattern.kind == "modification":
        return
    for part in take_apart(frame, elements) if frame.more else (frame,):
        yield from state(part, elements, spans, text)


def state_loose(
    known: Sequence[Relation], frames: Sequence[Frame], elements: Elements, language: Language, spans: Sequence[Span], text: str
) -> list[Relation]:
    """Return what the loose patterns say of the pairs that no other pattern has linked, one relation a pair."""
    concepts = {span.id: span.concept or span.id for span in spans}
    linked = {frozenset((concepts[row.subject], concepts[row.object])) for row in known}
    relations = []
    unlinked = find_unlinked(elements, linked, spans, language.far)
    for frame in find_loose(elements, language, unlinked, find_deeds(frames, elements)):
        if is_linked(frame, linked, elements, spans):
            continue
        for row in state(frame, elements, spans, text):
            pair_of_it = frozenset((concepts[row.subject], concepts[row.object]))
            if pair_of_it not in linked:
                linked.add(pair_of_it)
                relations.append(row)
    by_id = {span.id: span for span in spans}
    deeds = [row for row in known if row.relation in DEEDS and row.confidence >= SURE]
    return [row for row in relations if not is_bystander(row, deeds, linked, by_id)]


def find_deeds(frames: Sequence[Frame], elements: Elements) -> dict[int, list[tuple[int, int]]]:
    """Return for what the verbs of `frames` act on those verbs and who acts, all by their places."""
    deeds: dict[int, list[tuple[int, int]]] = {}
    for frame in frames:
        if frame.agent and frame.patient and elements.row[frame.trigger].classes & {"verb", "past", "ing"}:
            for patient in (frame.patient, *frame.more):
                deeds.setdefault(patient.place, []).append((frame.trigger, frame.agent.place))
    return deeds


def is_bystander(
    row: Relation, deeds: Sequence[Relation], linked: Collection[frozenset[str]], spans: Mapping[str, Span]
) -> bool:
    """Tell whether a gene is with a disease only as what another one acts on: `in D cells, A inhibits B` links A and D.

    Behind the disease it is, and wherever a drug acts on it; it is not where that other one is not linked with the disease.
    `spans` are by id.
    """
    gene, disease = sorted((spans[row.subject], spans[row.object]), key=lambda span: span.type == "disease")
    if gene.type != "gene" or disease.type != "disease":
        return False
    name, illness = gene.concept or gene.id, disease.concept or disease.id
    agents = {agent.concept or agent.id: agent.type
              for deed in deeds for agent in (spans[deed.subject],)
              if (spans[deed.object].concept or deed.object) == name}  # fmt: skip
    return any(agent != name and frozenset((agent, illness)) in linked and (disease.start < gene.start or kind == "drug")
               for agent, kind in agents.items())  # fmt: skip


def is_linked(frame: Frame, linked: Collection[frozenset[str]], elements: Elements, spans: Sequence[Span]) -> bool:
    """Tell whether each pair of the two groups of a frame is among those that are linked."""
    one, other = (names_of(elements.row[part.place], spans) if part else () for part in (frame.agent, frame.patient))
    return all(frozenset((a, b)) in linked for a in one for b in other)


def state(frame: Frame, elements: Elements, spans: Sequence[Span], text: str) -> Iterator[Relation]:
    """Yield the relations of a frame, one for each pair of its two groups."""
    if not frame.agent or not frame.patient or is_asked(frame.trigger, elements):
        return
    frame, negated = settle(frame, elements)
    assert frame.agent and frame.patient
    one, other = elements.row[frame.agent.place], elements.row[frame.patient.place]
    admits = frame.pattern.admits
    pairs = [(a, b) for a, b in pair(one, other, frame, elements)
             if not frame.pattern.types or admits(spans[a.span].type, spans[b.span].type)]  # fmt: skip
    if not pairs or (one is not other and names_of(one, spans) == names_of(other, spans)):
        return
    relation = name_relation(frame, elements)
    speculated = not is_presupposed(frame, elements) and is_speculated(frame.trigger, elements)
    absent = is_absent(frame.agent.place, elements) or is_absent(frame.patient.place, elements)
    sites = find_sites(frame, elements) if "site" in elements.cues and is_modified(frame, elements) else {}
    for a, b in pairs:
        subject, object_, site = spans[a.span], spans[b.span], sites.get(b.span)
        name = "associated_with" if "disease" in (subject.type, object_.type) else relation
        if is_same(subject, object_, text) or not may_say(name, a, b, frame, negated, elements, spans):
            continue
        if name == "associated_with" and absent:
            continue
        name = name_deed(name, subject.type, a, b, frame, elements)
        yield Relation(
            subject=subject.id, relation=name, object=object_.id, negated=negated ^ (a.excluded or b.excluded),
            speculated=speculated, site=site.site if site and name != "associated_with" else "", effect="",
            trigger=elements.surface(frame.trigger), rule_id=frame.pattern.name, confidence=frame.pattern.confidence)  # fmt: skip


def is_same(one: Span, other: Span, text: str) -> bool:
    """Tell whether two mentions are of one concept, or have the same spelling."""
    return one.id == other.id or bool(one.concept and one.concept == other.concept) or (
        text[one.start : one.end] == text[other.start : other.end])  # fmt: skip


def may_say(name: str, a: Member, b: Member, frame: Frame, negated: bool, elements: Elements, spans: Sequence[Span]) -> bool:
    """Tell whether a frame may say the relation `name` of two mentions of its groups."""
    subject, object_, kind = spans[a.span], spans[b.span], frame.pattern.kind
    if frame.agent and frame.agent.first and a.side:
        return False  # `A binds B and inhibits C`: A does, B is what it binds
    spared = (a.excluded and subject.type != "disease") or (b.excluded and object_.type != "disease")
    if kind in ("disease", "loose") and spared:
        return False  # `A lowers B but not C in D`; `A helps in D but not in E` is denied of E
    if kind == "loose" and negated and name != "associated_with":
        return False  # what is denied is said of what another rule links
    if a.excluded and frame.agent and frame.agent.place > frame.trigger and "agent" in elements.row[frame.trigger].classes:
        return False  # `the B inhibitor A, but not C` does not say what C is
    if kind == "chain" and name == "phosphorylates" and a.deed != "kinase-name":
        return False
    return not subject.type == object_.type == "disease" or may_link(frame, elements)


def name_deed(relation: str, acts: str, a: Member, b: Member, frame: Frame, elements: Elements) -> str:
    """Return the relation as the one who `acts` (a drug, a gene) can bring it about: a drug or a ligand is no enzyme."""
    classes, deed = elements.row[frame.trigger].classes, "drug" if acts == "drug" else a.deed
    if relation == "binds" and acts == "gene" and "uses" in classes and (b.deed == "factor-name" or is_route(frame, elements.row)):
        relation = "activates"  # `A engages STAT3`, which is no receptor, `A engages the B pathway`
    if "substrate" in classes:
        return {"kinase-name": "phosphorylates", "phosphatase-name": "dephosphorylates"}.get(deed, relation)
    if deed in ("drug", "ligand-name"):
        return {"phosphorylates": "activates", "dephosphorylates": "inhibits"}.get(relation, relation)
    if deed == "kinase-name" and relation == "activates" and mediates_phosphorylation(frame, elements.row):
        return "phosphorylates"
    return relation


def is_route(frame: Frame, row: Sequence[Element]) -> bool:
    """Tell whether it is a pathway that a frame says to be acted on: `the PI3K/AKT axis`."""
    at = frame.patient.place + 1 if frame.patient else len(row)
    return any("pathway" in part.classes for part in row[at : at + 2])


def mediates_phosphorylation(frame: Frame, row: Sequence[Element]) -> bool:
    """Tell whether a frame says that its agent brings a phosphorylation about: `A介导的B磷酸化`, `在A作用下B磷酸化`."""
    word, agent, patient = row[frame.trigger].word, frame.agent, frame.patient
    if not word or not agent or not patient or min(agent.sign, patient.sign) < 0:
        return False
    if frame.pattern.relation not in ("trigger", "sign"):
        return False
    phrase = row[patient.place + 1 : max(frame.end, patient.place + 4)]
    done = any("verb.phosphorylate" in part.classes for part in phrase)
    return word.effect == "phosphorylate" or (word.effect == "cause" and done)


def settle(frame: Frame, elements: Elements) -> tuple[Frame, bool]:
    """Return a frame and whether it is denied; where cells without A fail to do something, A does it."""
    negated = not is_presupposed(frame, elements) and is_negated(frame.trigger, elements)
    if negated and frame.agent and fails_without(frame.agent, elements.row):
        return frame, False
    word = elements.row[frame.trigger].word
    unchanged = word is not None and word.effect == "regulate"
    if negated and frame.agent and not unchanged and lacks(frame.agent, frame.trigger, elements.row):
        return frame._replace(agent=frame.agent._replace(sign=1)), False
    denied = frame.denied or is_denied_noun(frame, elements.row) or is_denied_link(frame, elements)
    return frame, (negated ^ is_denied_object(frame, elements)) or denied


def is_denied_object(frame: Frame, elements: Elements) -> bool:
    """Tell whether the denial stands behind the verb: `A inhibits neither B nor C`."""
    if not frame.patient or frame.patient.place <= frame.trigger + 1:
        return False
    between = elements.row[frame.trigger + 1 : frame.patient.place]
    return any("butnot" in part.classes for part in between) and not any(part.members for part in between)


def is_denied_noun(frame: Frame, row: Sequence[Element]) -> bool:
    """Tell whether what a noun states was looked for in vain: `the activation of B by A was not detected`.

    It is not denied where that was so in some cells only: `… was not seen in cells without C`.
    """
    if "noun" not in row[frame.trigger].classes and not (frame.trigger and "hyphen" in row[frame.trigger - 1].classes):
        return False
    places = [part.place + 1 for part in (frame.agent, frame.patient, *frame.more) if part]
    at = max(frame.trigger + 1, *places)
    while at < len(row) and row[at].classes & {"head", "noun", "site"}:
        at += 1
    first = at
    leading = {"be", "have", "aux", "adv", "not", "neg"}
    while at < len(row) and row[at].classes & leading and ("have" in row[at].classes or "T" not in row[at].classes):
        at += 1
    if at == len(row) or row[at].classes != {"report"} or not any(part.classes & {"not", "neg"} for part in row[first:at]):
        return False
    rest = takewhile(lambda part: not part.classes & CLAUSE and "but" not in part.classes, row[at + 1 :])
    return not any(part.members or "absence" in part.classes for part in rest)


def is_denied_link(frame: Frame, elements: Elements) -> bool:
    """Tell whether what a loose rule links is denied: `A did not help in D`, `treating D with A had no effect`."""
    if frame.pattern.kind != "loose" or not frame.agent or not frame.patient:
        return False
    first, last = sorted((frame.agent.place, frame.patient.place))
    drug = any("drug" in elements.row[place].classes for place in (first, last))
    return is_denied_between(elements.row[first + 1 : last]) or is_denied_behind(elements.row[last + 1 :], drug)


def is_denied_between(between: Sequence[Element]) -> bool:
    """Tell whether a denial stands between two names that a loose rule links, in the clause of the first."""
    breaks = {"rel", "comma", "semi", "colon", "but", "open"}
    stop = next((part for part in between if "neg" in part.classes or part.classes & breaks or part.members), None)
    return stop is not None and "neg" in stop.classes


def is_denied_behind(rest: Sequence[Element], drug: bool) -> bool:
    """Tell whether what stands behind two names that a loose rule links, one of them a `drug`, denies the link."""
    leading = {"w", "head", "cells", "in", "of", "with", "have", "aux", "be", "adv", "num"}
    cue = next((at for at, part in enumerate(rest) if part.classes & {"neg", "vain"} or not part.classes & leading), len(rest))
    if cue == len(rest):
        return False
    classes, be = rest[cue].classes, cue > 0 and "be" in rest[cue - 1].classes
    behind = rest[cue + 1 : cue + 2]
    if classes & {"absent", "vain"}:
        return be and ("vain" in classes or not behind or bool(behind[0].classes & {"stop", "comma", "semi"}))
    if "neg" not in classes:
        return False
    if be and "not" not in classes:
        return True
    treated = drug and "T" in (behind[0] if behind else rest[cue]).classes
    if treated and not any(part.members for part in takewhile(lambda part: "stop" not in part.classes, rest[cue + 1 :])):
        return True
    return any(part.classes & {"verb.regulate", "noun.cause", "noun.regulate", "stop"} for part in rest[cue : cue + 3])


def is_presupposed(frame: Frame, elements: Elements) -> bool:
    """Tell whether a phrase within another says what something is: `not by the B inhibitor A` does not deny that it is one."""
    word, kind = elements.row[frame.trigger].classes, frame.pattern.kind
    apposed = frame.agent is not None and frame.agent.place > frame.trigger and not (kind == "statement" and "substrate" in word)
    return (apposed or kind == "further") and "agent" in word


def lacks(subject: Subject, trigger: int, row: Sequence[Element]) -> bool:
    """Tell whether what fails to act is without the subject: `A-null cells failed to …`, `in the absence of A`."""
    for part in reversed(row[max(0, subject.place - 3) : subject.place]):
        if "absence" in part.classes:
            return True
        if part.members:
            break
    if subject.sign > 0:
        return False
    lowering = {"cue.decrease", "adjective.decrease", "noun.decrease"}
    before, behind = list(row[max(0, subject.place - 4) : subject.place]), list(row[subject.place + 1 : subject.place + 5])
    living = {"cells", "place"}
    kinds = lowering if any("cells" in part.classes for part in behind) else {"adjective.decrease"}
    marked = any(part.classes & kinds for part in behind[:2]) and any(part.classes & living for part in behind)
    lacking = any("adjective.decrease" in part.classes for part in before[-1:])
    lacking = lacking and any(part.classes & living for part in (*before, *behind))
    return marked or lacking or any("render" in part.classes for part in row[subject.place : trigger])


def fails_without(subject: Subject, row: Sequence[Element]) -> bool:
    """Tell whether the subject fails only where something else is missing: `in A-deficient cells, B did not …`."""
    before = subject.place - 1
    while before > max(0, subject.place - 9) and not row[before].members:
        before -= 1
    between = row[before + 1 : subject.place]
    if before < 0 or "gene" not in row[before].classes or subject.sign < 0 or not between or "comma" not in between[-1].classes:
        return False
    lost = {"adjective.decrease", "cue.decrease", "verb.decrease"}
    if len(between) > 1 and between[-2].classes & {"then", "zhong"} and "place" not in between[-2].classes:  # `敲除A后，B不能…`
        return any(part.classes & lost for part in (*row[max(0, before - 1) : before], *between[:2]))
    lacking = any(part.classes & {"adjective.decrease", "cue.decrease"} for part in between[:3])
    return before > 0 and "in" in row[before - 1].classes and lacking and any(part.classes & {"place", "cells"} for part in between)


def may_link(frame: Frame, elements: Elements) -> bool:
    """Tell whether a frame can say that one disease has to do with another: `A causes B`, `A is associated with B`."""
    word = elements.row[frame.trigger].word
    caused = word is not None and word.effect in ("cause", "associate") and frame.pattern.kind == "statement"
    return caused or frame.pattern.relation == "associated_with"


def is_absent(place: int, elements: Elements) -> bool:
    """Tell whether the group at `place` is said to be missing: `HER2-negative`, `HER2阴性`."""
    behind = elements.row[place + 1 : place + 3]
    if behind and "hyphen" in behind[0].classes:
        behind = behind[1:]
    return bool(behind) and "absent" in behind[0].classes


def pair(one: Element, other: Element, frame: Frame, elements: Elements) -> Iterator[tuple[Member, Member]]:
    """Yield the members of two groups that belong together: all with all, or one by one under `respectively`."""
    if one is other:
        sides = len({member.side for member in one.members}) > 1
        word = elements.row[frame.trigger].word
        listed = not sides and word is not None and word.effect == "associate"  # related to something else
        mutual = any("mutual" in part.classes for part in elements.row[frame.start : max(frame.trigger + 1, frame.end)])
        couples = permutations(one.members, 2) if mutual else combinations(one.members, 2)  # `A and B inhibit each other`
        named = frame.pattern.kind == "inside" and frame.agent is not None and frame.trigger == frame.agent.place + 1
        apart = named and holds_pairs(one)
        yield from ((a, b) for a, b in couples
                    if not listed and (not sides or a.side != b.side) and not (apart and a.unit != b.unit))  # fmt: skip
    elif 2 in (count_items(one), count_items(other)) and (verb := verb_of_pair(frame, elements)) is not None:
        yield from ((a, b) for a in pick(one, frame.agent, verb) for b in pick(other, frame.patient, verb))
    elif count_items(one) == count_items(other) > 1 and is_one_by_one(frame, elements):
        yield from ((a, b) for a in one.members for b in other.members if a.unit == b.unit)
    else:
        apposed = "agent" in elements.row[frame.trigger].classes and frame.agent and frame.agent.place > frame.trigger
        behind = elements.row[frame.agent.place + 1 : frame.agent.place + 2] if apposed and frame.agent else ()
        joint = any("joint" in part.classes for part in behind)
        for a in meant(one, frame.agent):
            if not (apposed and (a.added or (joint and a.side))):
                yield from ((a, b) for b in meant(other, frame.patient))


def holds_pairs(group: Element) -> bool:
    """Tell whether a list is one of pairs (`A-B and A-C interactions`), or too long to be one complex."""
    items = count_items(group)
    return items > MOST_IN_COMPLEX or 1 < items < len(group.members)


def best(relations: Sequence[Relation], spans: Sequence[Span]) -> tuple[Relation, ...]:
    """Return each statement between two concepts once, as its most confident rule has it."""
    names = {span.id: span.concept or span.id for span in spans}
    kept: dict[tuple[object, ...], Relation] = {}
    for relation in relations:
        symmetric = relation.relation in ("associated_with", "binds")
        ends = names[relation.subject], names[relation.object]
        ends = (min(ends), max(ends)) if symmetric else ends
        key = (ends, relation.relation, relation.negated)
        if key not in kept or kept[key].confidence < relation.confidence:
            kept[key] = relation
    return tuple(row for row in kept.values() if not is_overruled(row, names[row.subject], names[row.object], kept))


def is_overruled(relation: Relation, one: str, other_end: str, kept: Mapping[tuple[object, ...], Relation]) -> bool:
    """Tell whether a surer rule reads the opposite of the same pair, or any rule says what the link between them is."""
    if relation.relation == "associated_with":
        ends = ((one, other_end), (other_end, one))
        return any((way, name, relation.negated) in kept for way in ends for name in ("activates", "inhibits"))
    opposite = {"activates": "inhibits", "inhibits": "activates"}.get(relation.relation)
    other = kept.get(((one, other_end), opposite, relation.negated))
    return other is not None and other.confidence > relation.confidence
