"""Keys: what counts as the same name, and the way back from a folded text."""

from __future__ import annotations

import pytest
from conftest import cases

from pipeline.script import simplify
from pipeline.text import SEPARATOR, fold, key, normalise, slug


@pytest.mark.parametrize("case", cases("keys.csv"), ids=lambda case: f"{case['text']} {case['expected']}")
def test_key(case: dict[str, str]) -> None:
    """Names agree or differ as the case says."""
    same, _, other = case["expected"].split(" ", 2)
    assert (key(case["text"]) == key(other)) == (same == "same"), case["notes"]


def test_fold_leads_back_to_the_text() -> None:
    """Every character of a folded text stands for a stretch of the source that has the same key."""
    text = "干扰素-γ (IFN-γ) 與pSTAT3、JAKs及TGF-β1"
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    at = folded.text.index(key("TGF-β1"))
    inner = [at + 1, at + len(key("TGF-β1")) - 2]
    assert text[folded.starts[inner[0]] : folded.ends[inner[1]]] == "TGF-β1"
    assert all(start <= end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


def test_simplify_keeps_offsets() -> None:
    """Traditional characters are turned one by one."""
    assert simplify("類風濕性關節炎與STAT3") == "类风湿性关节炎与STAT3"


def test_slug_and_normalise() -> None:
    """A slug is lower case and joined by hyphens; width and look-alikes are folded."""
    assert slug("S3I-201 (抑制剂)") == "s3i-201-抑制剂"
    assert normalise("ＪＡＫ２ɑ") == "JAK2α"
    assert SEPARATOR not in slug("a b")
