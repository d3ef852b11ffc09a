"""Mentions: every case is a text with all the names that are to be found in it, in order."""

from __future__ import annotations

import pytest
from conftest import LEXICONS, cases

from pipeline.clean import clean
from pipeline.lexicon import lookup
from pipeline.lexicon_rows import SHAPE_COLUMNS
from pipeline.recognise import find_anchors, match_shape, recognise
from pipeline.records import Candidate, Mention, SourceText
from pipeline.run import Tools, find_definitions
from pipeline.segment import segment
from pipeline.tables import read_rows

FILES = ("names.csv", "abbreviations.csv", "enumerations.csv", "fuzzy.csv")
ALL = [case | {"file": name} for name in FILES for case in cases(name)]


def find(text: str, tools: Tools) -> tuple[tuple[Mention, ...], tuple[Candidate, ...]]:
    """Return the mentions and candidates of a text."""
    document = clean(SourceText("case", "case", "", "txt", "utf-8", text), tools.repairs)
    segments = segment(document, tools.segmenters)
    return recognise(document, segments, tools.lexicon, find_definitions(document, tools.segmenters))


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case['file']}: {case['text'][:40]}")
def test_names(case: dict[str, str], tools: Tools) -> None:
    """All names of the text are found, with what they stand for, and nothing else."""
    mentions, _ = find(case["text"], tools)
    assert "|".join(f"{mention.source_text}={mention.name_en}" for mention in mentions) == case["expected"], case[
        "notes"
    ]


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case['file']}: {case['text'][:40]}")
def test_offsets(case: dict[str, str], tools: Tools) -> None:
    """A mention's source text is the source at its offsets, and mentions never overlap."""
    mentions, _ = find(case["text"], tools)
    for mention in mentions:
        assert case["text"][mention.start : mention.end] == mention.source_text
    assert all(one.end <= other.start for one, other in zip(mentions, mentions[1:], strict=False))


def test_match_says_how(tools: Tools) -> None:
    """`match` and `score` tell how a mention was found."""
    text = "Napabucasi与MRT68991抑制剂抑制STAT1/3；原发性肝癌(QLC)中QLC预后差，AAK1升高。"
    mentions, _ = find(text, tools)
    found = {mention.source_text: (mention.match, mention.score) for mention in mentions}
    assert found["Napabucasi"][0] == "fuzzy" and 0.9 < found["Napabucasi"][1] < 1
    assert found["MRT68991"] == ("shape", 0.6)
    assert found["STAT1"] == ("exact", 1.0)
    assert found["3"] == ("enumeration", 0.95)
    assert found["QLC"] == ("abbreviation", 0.95)
    assert found["AAK1"] == ("background", 0.9)


def test_one_id_by_either_road(tools: Tools) -> None:
    """A microRNA that a shape finds has the id of its gene, in whatever case it is written."""
    mentions, _ = find("miR-21、MiR-6785-5p与mir-6785被检测；miR-26A与miR-26a相同。", tools)
    ids = [mention.concept_id for mention in mentions]
    assert ids[0] == lookup(tools.lexicon, "MIR21")[0].concept_id
    assert ids[1] == ids[2] and ids[3] == ids[4]


def test_candidates(tools: Tools) -> None:
    """Words that look like names are listed once with their type; residues, codes, cells and persons are not."""
    text = "受体XYQR2的表达升高，XYQR2基因突变。Tyr705与S727磷酸化，DCs增多，Fig2由Zhang-Wei绘制，NCT01234567。"
    _, candidates = find(text, tools)
    assert [(row.surface, row.guess, row.count) for row in candidates] == [("XYQR2", "gene", 2)]


def test_shipped_shapes_are_found_around_their_anchors(tools: Tools) -> None:
    """Each shape finds its example in a long text as it does alone."""
    rows = {row["name"]: row for row in read_rows(LEXICONS / "shapes.csv", SHAPE_COLUMNS)}
    for shape in tools.lexicon.shapes:
        row = rows[shape.name]
        padded = "无关的文字。" * 30 + row["example"] + "。无关的文字" * 30
        found = match_shape(shape, padded, find_anchors(padded, tools.lexicon))
        assert row["expected"] in [match.group() for match in found], shape.name
