"""Rule files: what a wrong row says, how patterns read a row of elements, residues."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.elements import is_cut, read_elements, whole
from pipeline.errors import LexiconError
from pipeline.patterns import Patterns, Word, allot_symbols, load_patterns
from pipeline.pieces import Compiler
from pipeline.records import Span
from pipeline.sites import load_sites
from tests.conftest import LEXICONS, cases

RULES = LEXICONS / "relations"
ALPHABET = "JAK2 STAT3抑制了磷酸化，。、（）()的和与 inhibits phosphorylation of by Tyr705 but not/;-αβ\n"


@pytest.mark.parametrize("case", cases("sites.csv"), ids=lambda case: case["text"])
def test_sites(case: dict[str, str]) -> None:
    sites = load_sites(RULES / "residues.csv").find(case["text"])
    assert "; ".join(site.name for site in sites) == case["expected"], case["notes"]


@pytest.mark.parametrize(("file", "old", "new", "says"), [
    ("en/patterns.csv", " T:", " ( T:", "column pattern"),
    ("en/patterns.csv", "<pre>", "<prae>", "there is no fragment <prae>"),
    ("en/patterns.csv", " T:", " T:verb T:", "2 T atoms"),
    ("en/patterns.csv", " T:", " w{3,2} T:", "{3,2} asks for more than it allows"),
    ("en/patterns.csv", "T:noun.regulate of a=(", "T:noun.regulate A of a=(", "A stands twice on one side of the trigger"),
    ("zh/patterns.csv", "name,kind", "name,sort", "row 1"),
    ("zh/words.csv", "word,class,note\n", "word,class,note\none cell\n", "row 2"),
    ("zh/words.csv", "\n!,stop,", "\n!,stop,\n!,stop,", "column word"),
    ("zh/triggers.csv", ",verb,", ",werb,", "column form"),
    ("residues.csv", "Lys,K,", "Lys,Lys,", "column letter"),
    ("en/patterns.csv", ",statement,", ",statemnt,", "column kind"),
    ("en/patterns.csv", ",0.85,", ",2,", "column confidence"),
    ("zh/patterns.csv", " T:verb", " T:werb", "no word has the class werb"),
    ("en/patterns.csv", "\nbare,", "\nactive,", "column name"),
    ("en/triggers.csv", "\ninhibit,", "\ninhibit,verb,decrease,,,\ninhibit,", "column trigger"),
])  # fmt: skip
def test_a_wrong_row_names_its_place(file: str, old: str, new: str, says: str, tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "relations")
    path = tmp_path / "relations" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LexiconError, match=r".+") as raised:
        load_patterns(tmp_path / "relations")
    assert path.name in str(raised.value)
    assert says in str(raised.value)


@pytest.mark.parametrize(("fragments", "text", "says"), [
    ({"round": "E <round>"}, "<round> w", "a fragment holds itself"),
    ({"left": "<right>", "right": "w <left>"}, "<left>", "a fragment holds itself"),
    ({"open": "( w"}, "<open>", "a bracket is not closed"),
    ({"open": "w )"}, "<open>", "in the fragment <open>"),
    ({}, "A a=( w A )", "A stands twice"),
    ({}, "a=( A | w ) a=( w )", "a stands twice"),
    ({}, "w{3,1}?", "asks for more than it allows"),
    ({}, "w $", "cannot read `$`"),
])  # fmt: skip
def test_what_no_expression_can_be_made_of_is_told(fragments: dict[str, str], text: str, says: str) -> None:
    compiler = Compiler({frozenset(["w"]): "w", frozenset(["E"]): "e"}, fragments)
    with pytest.raises(ValueError, match=re.escape(says)):
        compiler.piece(text)


def test_every_rule_is_an_expression(patterns: Patterns) -> None:
    for language in patterns.languages.values():
        for pattern in (pattern for rows in language.patterns.values() for pattern in rows):
            assert (pattern.left.pattern, pattern.right.pattern) == pattern.halves
            assert len(pattern.outer) == len(pattern.around)


def test_relations_are_a_closed_list(tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "relations")
    path = tmp_path / "relations" / "relations.csv"
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("associated_with,")]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="associated_with is not in relations.csv"):
        load_patterns(tmp_path / "relations")


def test_more_sets_of_classes_than_a_byte_has_room_for_change_nothing() -> None:
    """The sets that the patterns name least stand beyond 256; every set keeps a symbol of its own."""
    words = {f"word{index}": Word(f"word{index}", frozenset([f"class{index}"])) for index in range(300)}
    words["by"] = Word("by", frozenset(["by"]))
    symbols = allot_symbols(words, ["S T ( by | class7 ) A"])
    assert len(set(symbols.values())) == len(symbols) > 300
    assert ord(symbols[frozenset(["by"])]) < 256
    assert ord(symbols[frozenset(["class7"])]) < 256
    assert all(len(symbol) == 1 for symbol in symbols.values())


@settings(deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=80), st.data(), st.sampled_from(["en", "zh"]))
def test_elements_lie_in_order_and_hold_every_letter(text: str, data: st.DataObject, lang: str) -> None:
    rules = shipped()
    cut = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [Span(str(start), start, end, "gene") for start, end in zip(cut[::2], cut[1::2], strict=False)]
    elements = read_elements(text, spans, rules.languages[lang], rules.sites, whole)
    places = [(base + part.start, base + part.end) for base, part in zip(elements.bases, elements.row, strict=True)]
    ends = [0] + [end for _, end in places]
    assert all(end <= start < stop for end, (start, stop) in zip(ends, places, strict=False))
    between = "".join(text[end:start] for end, (start, _) in zip(ends, places, strict=False)) + text[ends[-1] :]
    assert not between.strip()
    assert len(elements.symbols) == len(elements.row)
    members = [member.span for element in elements.row for member in element.members]
    assert len(members) == len(set(members))
    for index, span in enumerate(spans):  # all are members, but for those before the last part of a name that a bracket cuts
        around = [part for part in elements.row if part.start <= span.start and span.end <= part.end and part.members]
        inside = [spans[member.span] for part in around for member in part.members]
        assert index in members or any(is_cut(text[name.start : name.end]) for name in inside)


_RULES: list[Patterns] = []


def shipped() -> Patterns:
    """Return the shipped rules, loaded once: hypothesis does not take fixtures of a test's own."""
    if not _RULES:
        _RULES.append(load_patterns(RULES))
    return _RULES[0]
