"""Modifications of proteins and the residues they sit on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pipeline.elements import Element, Elements, Member
from pipeline.frames import Frame, count_items, is_one_by_one, meant, take_apart
from pipeline.records import Modified, Span
from pipeline.scope import is_negated, is_speculated


def is_modified(frame: Frame, elements: Elements) -> bool:
    """Tell whether a frame speaks of a modification, so that a residue within it is the site."""
    near = frame.patient.place if frame.patient else frame.trigger
    stretch = elements.row[min(frame.trigger, near) : max(frame.end, near + 1)]
    return any(part.word and part.word.modification for part in stretch)


def modify(frame: Frame, elements: Elements, spans: Sequence[Span], text: str) -> Iterator[Modified]:
    """Yield the modifications that a frame states of its patient's proteins."""
    trigger = elements.row[frame.trigger]
    if not frame.patient or not trigger.word or not trigger.word.modification:
        return
    negated, speculated = is_negated(frame.trigger, elements), is_speculated(frame.trigger, elements)
    for part in take_apart(frame, elements):
        sites = find_sites(part, elements) if "site" in elements.cues else {}
        for member, agent in list_modified(part, elements, spans):
            site = sites.get(member.span)
            yield Modified(
                protein=spans[member.span].id, modification=trigger.word.modification,
                site=site.site if site else "", site_text=text[site.start : site.end] if site else "", agent=agent,
                negated=negated ^ member.excluded, speculated=speculated,
                trigger=elements.surface(frame.trigger), rule_id=frame.pattern.name)  # fmt: skip


def list_modified(frame: Frame, elements: Elements, spans: Sequence[Span]) -> Iterator[tuple[Member, str]]:
    """Yield the proteins among a frame's patients, each with those that act on it; an empty name where nobody is named."""
    if not frame.patient:
        return
    one, other = elements.row[frame.agent.place] if frame.agent else None, elements.row[frame.patient.place]
    apart = one and count_items(one) == count_items(other) > 1 and is_one_by_one(frame, elements)
    for member in other.members:
        acting = meant(one, frame.agent) if one else ()
        if one and apart:
            acting = [agent for agent in one.members if agent.unit == member.unit]
        for agent in name_agents(acting, spans) if spans[member.span].type == "gene" else ():
            yield member, agent


def name_agents(members: Sequence[Member], spans: Sequence[Span]) -> list[str]:
    """Return the mention of each concept among those that act, the first of its names: `Janus kinase 2 (JAK2)` is one.

    Drugs are none of them: they are no enzymes, they bring the modification about.
    """
    first: dict[str, str] = {}
    for member in members:
        span = spans[member.span]
        if not member.excluded and span.type == "gene":
            first.setdefault(span.concept or span.id, span.id)
    return list(first.values()) or [""]


def is_agent(frame: Frame, acting: Collection[tuple[int, int]]) -> bool:
    """Tell whether the protein said to be modified only modifies another: `JAK2磷酸化` in `活化的JAK2磷酸化STAT3`."""
    protein = frame.patient if frame.pattern.kind == "modification" else None
    return protein is not None and (frame.trigger, protein.place) in acting


def find_sites(frame: Frame, elements: Elements) -> dict[int, Element]:
    """Return the residue of each of the patients by its span: one for all, or as many as patients, one by one."""
    if not frame.patient:
        return {}
    place, row = frame.patient.place, elements.row
    members = row[place].members
    own = [] if is_apart(row, place, frame.trigger) else follow_sites(place, row)
    if len(own) == len(members) > 1:
        return {member.span: site for member, site in zip(members, own, strict=True)}
    site = own[0] if len(own) == 1 else find_site(frame, elements)
    return {member.span: site for member in members} if site else {}


def follow_sites(place: int, row: Sequence[Element]) -> list[Element]:
    """Return the residues that belong to the mention at `place`: `STAT3的Tyr705`, `STAT3 Tyr705 and Ser727`."""
    found: list[Element] = []
    for part in row[place + 1 : place + 9]:
        if part.site:
            found.append(part)
        elif part.classes.isdisjoint({"de", "w", "head", "pause", "and", "slash", "num", "at"}) or "T" in part.classes:
            break
    return found


def find_site(frame: Frame, elements: Elements) -> Element | None:
    """Return the residue that a frame speaks of: right behind its patient, else in the clause of its trigger first,
    with a number, and near.
    """
    if frame.patient and (own := find_own_site(frame.patient.place, elements.row)):
        return own
    first = min(frame.trigger, frame.patient.place if frame.patient else frame.trigger)
    near = range(max(0, first - 2), min(len(elements.row), frame.end + 4))
    sites = [place for place in near if elements.row[place].site]
    sites.sort(key=lambda place: (is_apart(elements.row, place, frame.trigger), len(elements.row[place].site) == 1,
                                  abs(place - frame.trigger)))  # fmt: skip
    return elements.row[sites[0]] if sites else None


def find_own_site(place: int, row: Sequence[Element]) -> Element | None:
    """Return the residue that follows the mention at `place`: `A phosphorylates B at Tyr705 and C at Tyr701`."""
    at = place + 1
    while at < len(row) and row[at].classes & {"on", "in", "hyphen", "det", "head"} and not row[at].members:
        at += 1
    return row[at] if at < len(row) and row[at].site else None


def is_apart(row: Sequence[Element], one: int, other: int) -> bool:
    """Tell whether a comma or a semicolon stands between two places."""
    first, last = sorted((one, other))
    return any(part.classes & {"comma", "semi"} for part in row[first:last])


def merge_modified(rows: Sequence[Modified]) -> tuple[Modified, ...]:
    """Return each modification of a protein once, the reading with an agent and a site before one without.

    It comes again for another site, and for another agent that the same rule reads at the same word.
    """
    kept: dict[tuple[object, ...], list[Modified]] = {}
    for row in sorted(rows, key=lambda row: (not row.agent, not row.site)):
        known = kept.setdefault((row.protein, row.modification, row.negated), [])
        if all(is_other(row, other) for other in known):
            known.append(row)
    return tuple(row for known in kept.values() for row in known)


def is_other(row: Modified, known: Modified) -> bool:
    """Tell whether `row` says more of a protein's modification than `known`: another site, or an agent beside."""
    if row.site and known.site and row.site != known.site:
        return True
    beside = (row.trigger, row.rule_id, row.site) == (known.trigger, known.rule_id, known.site)
    return beside and bool(row.agent) and row.agent != known.agent
