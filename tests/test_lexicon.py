"""The shipped lexicons are in order, and each kind of error is reported with its place."""

from __future__ import annotations

import pickle
import re
import shutil
from pathlib import Path

import pytest
from conftest import LEXICONS, cases

from pipeline.affixes import COLUMNS as AFFIX_COLUMNS
from pipeline.candidates import COLUMNS as ORDINARY_COLUMNS
from pipeline.enumerations import COLUMNS as ENUMERATION_COLUMNS
from pipeline.errors import LexiconError
from pipeline.glosses import COLUMNS as LEAD_COLUMNS
from pipeline.lexicon import check_lexicons, load_lexicon, lookup, read_kept
from pipeline.lexicon_rows import (
    CLASS_COLUMNS,
    CLUE_COLUMNS,
    CONFUSABLE_COLUMNS,
    ENDING_COLUMNS,
    ENTITY_COLUMNS,
    HGNC_COLUMNS,
    SHAPE_COLUMNS,
    STOP_COLUMNS,
    WRONG_COLUMNS,
    names_of,
    shared_names,
)
from pipeline.run import Tools
from pipeline.tables import read_rows
from pipeline.text import SEPARATOR, key

JAK2 = "hgnc:6192,gene,JAK2,两面神激酶2,Janus kinase 2,,ncbigene:3717,,"
STAT3 = "hgnc:11364,gene,STAT3,,signal transducer and activator of transcription 3,,,,"
CODING = "gene with protein product"
DRUG = "chebi:66919,drug,ruxolitinib,芦可替尼,,,,,"


def write(path: Path, columns: tuple[str, ...], *rows: str) -> None:
    """Write a small lexicon file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A whole lexicon folder with three concepts, in order."""
    folder = tmp_path / "lexicons"
    write(folder / "entities" / "genes.csv", ENTITY_COLUMNS, STAT3, JAK2)
    write(folder / "entities" / "drugs.csv", ENTITY_COLUMNS, DRUG)
    write(
        folder / "background" / "hgnc.csv",
        HGNC_COLUMNS,
        "hgnc:6192,JAK2,Janus kinase 2,,,gene with protein product",
        "hgnc:11364,STAT3,signal transducer,,,gene with protein product",
        "hgnc:6190,JAK1,Janus kinase 1,,,gene with protein product",
    )
    write(folder / "confusables" / "genes.csv", CONFUSABLE_COLUMNS, "JAK2,hgnc:6192,exact,,,the example")
    write(folder / "wrong_matches.csv", WRONG_COLUMNS, "JAK2 street,any,,,,a place")
    write(folder / "stop_words.csv", STOP_COLUMNS, "DNA,en,biology,a class")
    write(folder / "class_words.csv", CLASS_COLUMNS, "protein,en,after,")
    write(folder / "clues.csv", CLUE_COLUMNS, "inhibitor,en,drug,")
    write(folder / "endings.csv", ENDING_COLUMNS, "ing,")
    write(folder / "enumerations.csv", ENUMERATION_COLUMNS, "and,en,joint,")
    write(folder / "affixes.csv", AFFIX_COLUMNS, "h,form,symbol,", "si,before,symbol,", "mRNA,after,any,")
    write(folder / "gloss_words.csv", LEAD_COLUMNS, "hereafter,en,lead,")
    write(folder / "no_candidates.csv", ORDINARY_COLUMNS, "figure,Fig\\w*,Fig2,")
    write(folder / "segment" / "borders.csv", ("text", "lang", "note"), "的,zh,")
    write(
        folder / "shapes.csv",
        SHAPE_COLUMNS,
        "tinib,en,drug,tinib,[a-z]+tinib,litmine:{slug},,,give foretinib now,foretinib,the tin,",
    )
    return folder


def test_shipped_lexicons_are_in_order() -> None:
    """`litmine lexicon check` finds nothing in the shipped lexicons."""
    assert [str(finding) for finding in check_lexicons(LEXICONS)] == []


def test_small_lexicon_is_in_order(small: Path) -> None:
    """The example that the broken ones are made of is in order, and is found by name and by background."""
    assert list(check_lexicons(small)) == []
    lexicon = load_lexicon(small)
    assert [name.concept_id for name in lookup(lexicon, "JAK2 protein")] == []
    assert [name.concept_id for name in lookup(lexicon, "janus kinase-2")] == ["hgnc:6192"]
    assert lexicon.concept(lookup(lexicon, "JAK1")[0].concept_id).name_en == "JAK1"


BROKEN = [
    ("no_candidates.csv", ORDINARY_COLUMNS, ["figure,Fig\\w*,Tab2,"], 2, "example", "does not match"),
    ("gloss_words.csv", LEAD_COLUMNS, ["hereafter,en,lead,", "also,en,beside,"], 3, "role", "is not known"),
    ("enumerations.csv", ENUMERATION_COLUMNS, ["and,en,joint,", "or,en,between,"], 3, "role", "is not known"),
    ("entities/genes.csv", ENTITY_COLUMNS, [STAT3, JAK2.replace("hgnc:6192", "hgnc6192")], 3, "id", "no CURIE"),
    ("entities/genes.csv", ENTITY_COLUMNS, [STAT3, STAT3], 3, "id", "too"),
    ("entities/genes.csv", ENTITY_COLUMNS, [JAK2, STAT3], 3, "id", "stands after"),
    ("entities/genes.csv", ENTITY_COLUMNS, [STAT3, JAK2.replace(",gene,", ",protein,")], 3, "type", "no type"),
    ("entities/genes.csv", ENTITY_COLUMNS, [STAT3, JAK2.replace(",JAK2,", ",,")], 3, "name_en", "empty"),
    ("entities/genes.csv", ENTITY_COLUMNS, [STAT3, JAK2.replace("ncbigene:3717", "3717")], 3, "xrefs", "no CURIE"),
    (
        "entities/genes.csv",
        ENTITY_COLUMNS,
        [STAT3, JAK2.replace(",JAK2,", ",JAK-2 kinase,")],
        3,
        "name_en",
        "HGNC calls",
    ),
    ("entities/genes.csv", ENTITY_COLUMNS, [STAT3, JAK2.replace("hgnc:6192", "hgnc:999999")], 3, "id", "HGNC has no"),
    (
        "entities/genes.csv",
        ENTITY_COLUMNS,
        [STAT3, JAK2.replace("Janus kinase 2", "ruxolitinib")],
        3,
        "synonyms_en",
        "is a name of",
    ),
    (
        "entities/genes.csv",
        ENTITY_COLUMNS,
        [STAT3, JAK2.replace("ncbigene:3717", "chebi:66919")],
        3,
        "xrefs",
        "is chebi:66919",
    ),
    (
        "entities/genes.csv",
        ENTITY_COLUMNS,
        [STAT3.replace("transcription 3,,,,", "transcription 3,,,fplx:NONE,"), JAK2],
        2,
        "parents",
        "no row",
    ),
    ("entities/genes.csv", ENTITY_COLUMNS, [STAT3, JAK2 + ",one more"], 3, "", "cells"),
    ("entities/genes.csv", ("id", "type"), ["hgnc:1,gene"], 1, "", "header"),
    ("confusables/genes.csv", CONFUSABLE_COLUMNS, ["JAK2,hgnc:6192,exactly,,,"], 2, "case", "not known"),
    ("confusables/genes.csv", CONFUSABLE_COLUMNS, ["JAK2,hgnc:1,exact,,,"], 2, "concept_id", "no row"),
    ("confusables/genes.csv", CONFUSABLE_COLUMNS, ["JAK9,hgnc:6192,exact,,,"], 2, "name", "no name of"),
    ("wrong_matches.csv", WRONG_COLUMNS, ["STAT3,any,,,,"], 2, "text", "is a name of"),
    ("wrong_matches.csv", WRONG_COLUMNS, ["STAT3 road,any,,hgnc:1,,"], 2, "concept_id", "no row"),
    ("stop_words.csv", STOP_COLUMNS, [",en,biology,a class"], 2, "text", "empty"),
    ("affixes.csv", AFFIX_COLUMNS, ["h?,form,symbol,"], 2, "text", "is no affix"),
    ("affixes.csv", AFFIX_COLUMNS, ["h,behind,symbol,"], 2, "side", "is not known"),
    ("affixes.csv", AFFIX_COLUMNS, ["h,form,capital,"], 2, "stem", "is not known"),
    ("shapes.csv", SHAPE_COLUMNS, ["a,en,drug,,[a-z,litmine:{slug},,,x,x,y,"], 2, "pattern", "no regular expression"),
    (
        "shapes.csv",
        SHAPE_COLUMNS,
        ["a,en,drug,,[a-z]+tinib,litmine:{slug},,,foretinib,tinib,y,"],
        2,
        "example",
        "does not find",
    ),
    (
        "shapes.csv",
        SHAPE_COLUMNS,
        ["a,en,drug,mab,[a-z]+tinib,litmine:{slug},,,foretinib,foretinib,y,"],
        2,
        "anchor",
        "none of these",
    ),
    (
        "shapes.csv",
        SHAPE_COLUMNS,
        ["a,en,drug,,[a-z]+tinib,litmine:{slug},,,foretinib,foretinib,a satinib,"],
        2,
        "counter_example",
        "finds",
    ),
    (
        "shapes.csv",
        SHAPE_COLUMNS,
        ["a,en,pill,,[a-z]+tinib,litmine:{slug},,,foretinib,foretinib,y,"],
        2,
        "type",
        "no type",
    ),
]


@pytest.mark.parametrize(
    ("file", "columns", "rows", "number", "column", "problem"),
    BROKEN,
    ids=[f"{case[0]} {case[4]} {case[5]}" for case in BROKEN],
)
def test_check_names_the_place(
    small: Path, file: str, columns: tuple[str, ...], rows: list[str], number: int, column: str, problem: str
) -> None:
    """Each kind of error is found, with file, row, column and repair."""
    write(small / file, columns, *rows)
    findings = [finding for finding in check_lexicons(small) if problem in finding.problem]
    assert findings, [str(finding) for finding in check_lexicons(small)]
    assert (findings[0].file, findings[0].row, findings[0].column) == (str(small / file), number, column)
    assert findings[0].repair


@pytest.mark.parametrize("note", ["shares ruxolitinib: an example", ""])
def test_shared_name_needs_a_word(small: Path, note: str) -> None:
    """A name of two concepts stops the run unless a note or a confusable says why."""
    row = JAK2.replace("Janus kinase 2", "ruxolitinib") + note
    write(small / "entities" / "genes.csv", ENTITY_COLUMNS, STAT3, row)
    if note:
        assert len(lookup(load_lexicon(small), "ruxolitinib")) == 2
        return
    with pytest.raises(LexiconError, match="row 3, column synonyms_en: `ruxolitinib` is a name of chebi:66919 too"):
        load_lexicon(small)
    write(small / "confusables" / "genes.csv", CONFUSABLE_COLUMNS, "ruxolitinib,hgnc:6192,any,gene,,the example")
    assert len(lookup(load_lexicon(small), "ruxolitinib")) == 2


def test_missing_folder(tmp_path: Path) -> None:
    """A folder without entities is no lexicon."""
    assert [finding.problem for finding in check_lexicons(tmp_path)] == ["the folder is missing"]
    with pytest.raises(LexiconError, match="the folder is missing"):
        load_lexicon(tmp_path)


def test_cache(small: Path, tmp_path: Path) -> None:
    """The compiled lexicon is kept and taken; a changed file, a torn cache or a foreign one is compiled anew."""
    cache = tmp_path / "cache"
    first = load_lexicon(small, cache)
    kept = next(cache.glob("lexicon-*.pickle"))
    taken = read_kept(kept)
    assert taken
    assert taken.names == first.names
    kept.write_bytes(kept.read_bytes()[:1000])
    assert load_lexicon(small, cache).names == first.names
    kept.write_bytes(pickle.dumps({"not": "a lexicon"}))
    assert load_lexicon(small, cache).names == first.names
    kept.chmod(0o666)
    kept.write_bytes(b"this file is not opened: others may write to it")
    assert load_lexicon(small, cache).names == first.names
    shutil.copy(small / "entities" / "drugs.csv", small / "entities" / "more.csv")
    (small / "entities" / "drugs.csv").unlink()
    assert load_lexicon(small, cache).digest != first.digest


def test_own_file_is_loaded(small: Path) -> None:
    """Any CSV in lexicons/entities counts."""
    write(small / "entities" / "zz_lab.csv", ENTITY_COLUMNS, "litmine:lab-7,drug,lab-7,实验七号,,,,,")
    assert lookup(load_lexicon(small), "实验七号")[0].row == "zz_lab.csv:2"


WRONG_CELLS = [
    ("id", "foo:12", "foo is no registry", False),
    ("xrefs", "foo:12", "foo is no registry", False),
    ("parents", "fplx:NONE", "no row has the id", True),
    ("synonyms_en", "RUX|JX-2026, JKX", "`JX-2026, JKX` holds several names", True),
    ("synonyms_en", "JX-2026、JKX", "holds several names", True),
    ("synonyms_zh", "鲁索替尼、鲁索利替尼", "holds several names", True),
    ("synonyms_zh", "鲁索替尼, 鲁索利替尼", "holds several names", True),
    ("synonyms_en", "a", "`a` is an ordinary word", True),
    ("synonyms_en", "inhibitor", "`inhibitor` is an ordinary word", True),
    ("synonyms_en", "protein", "`protein` is an ordinary word", True),
    ("synonyms_zh", "抑制剂", "`抑制剂` is an ordinary word", True),
    ("synonyms_zh", "的", "`的` is an ordinary word", True),
    ("synonyms_en", "cholestasis, intrahepatic", "", False),
    ("synonyms_en", "1,2-dichloro-X", "", False),
    ("synonyms_zh", "结、直肠癌", "", False),
    ("synonyms_en", "DNA", "", False),
]


@pytest.mark.parametrize(("column", "cell", "problem", "stops"), WRONG_CELLS, ids=[" ".join(case[:2]) for case in WRONG_CELLS])
def test_wrong_cell(small: Path, column: str, cell: str, problem: str, stops: bool) -> None:
    """What is wrong in a cell is found by the check, and what would harm a run stops it; a good cell passes both."""
    row = dict(zip(ENTITY_COLUMNS, DRUG.split(","), strict=True)) | {column: f'"{cell}"'}
    write(small / "entities" / "drugs.csv", ENTITY_COLUMNS, ",".join(row.values()))
    write(small / "clues.csv", CLUE_COLUMNS, "inhibitor,en,drug,", "抑制剂,zh,drug,")
    found = [(finding.row, finding.column, finding.problem) for finding in check_lexicons(small)]
    assert [(place, name) for place, name, said in found if problem in said] == ([(2, column)] if problem else []), found
    if not stops:
        load_lexicon(small)
        return
    with pytest.raises(LexiconError, match=f"row 2, column {column}: .*{problem}"):
        load_lexicon(small)


SAME = [
    ("[的性型类]|症(?=$)", ""),
    ("蛋白质", "蛋白"),
    ("白介素", "白细胞介素"),
    ("血球", "细胞"),
    (f"(?<=[a-z]{{4}})s(?={SEPARATOR})", ""),
]


def test_own_file_adds_names_to_a_concept(small: Path) -> None:
    """A row with the id of a concept in another file adds its names; the same id for something else is an error."""
    row = "chebi:66919,drug,ruxolitinib,,RUX-2026,芦可X,,,our name"
    write(small / "entities" / "a_lab.csv", ENTITY_COLUMNS, row)
    for name in ("RUX-2026", "芦可X", "ruxolitinib"):
        assert [claim.concept_id for claim in lookup(load_lexicon(small), name)] == ["chebi:66919"]
    assert not list(check_lexicons(small))
    write(small / "entities" / "z_lab.csv", ENTITY_COLUMNS, row.replace("drug,ruxolitinib", "drug,baricitinib"))
    with pytest.raises(LexiconError, match="column name_en: chebi:66919 is `ruxolitinib` in a_lab.csv, row 2"):
        load_lexicon(small)


def test_a_spreadsheet_is_no_lexicon(small: Path) -> None:
    """What a spreadsheet program saved as its own is not passed over in silence."""
    (small / "entities" / "lab.xlsx").write_bytes(b"PK")
    with pytest.raises(LexiconError, match="CSV UTF-8"):
        load_lexicon(small)
    assert [finding.problem for finding in check_lexicons(small)] == ["the file is no CSV"]


def test_shipped_ids_are_unique() -> None:
    """Each concept has one row in the files that are shipped."""
    ids = [row["id"] for path in (LEXICONS / "entities").glob("*.csv") for row in read_rows(path, ENTITY_COLUMNS)]
    assert len(ids) == len(set(ids))


def strip(text: str) -> str:
    """Return the key of a name without what two translators write differently."""
    spelled = key(text)
    for pattern, plain in SAME:
        spelled = re.sub(pattern, plain, spelled)
    return spelled


def test_names_that_translate_each_other_have_one_id() -> None:
    """Concepts whose names differ by a particle, a plural or a translator's habit are one, but for the known pairs."""
    known = {frozenset((row["text"], row["expected"])) for row in cases("near_names.csv")}
    owners: dict[tuple[str, str], dict[str, str]] = {}
    for path in sorted((LEXICONS / "entities").glob("*.csv")):
        for row in read_rows(path, ENTITY_COLUMNS):
            for _, text, spelled in names_of(row):
                if len(text) > 3 and spelled not in shared_names(row):
                    owners.setdefault((row["type"], strip(text)), {}).setdefault(row["id"], text)
    pairs = {
        frozenset(ids): tuple(ids.values()) for ids in owners.values() if len({key(text) for text in ids.values()}) > 1
    }
    assert {ids: names for ids, names in pairs.items() if ids not in known} == {}
    assert known <= set(pairs), "a pair that is no longer near"


def test_exact_spelling_and_context(tools: Tools) -> None:
    """Each spelling that confusables lists is a name of its own; the plural s is not told from it."""
    spelled = {name.text: name for name in lookup(tools.lexicon, "ATP")}
    assert spelled["ATP"].exact and spelled["ATP"].avoid


def test_no_concept_has_two_ids(tools: Tools) -> None:
    """Names that translate each other lead to one id: the English and Chinese names of every core gene."""
    for english, chinese in (
        ("JAK2", "Janus激酶2"),
        ("STAT3", "信号转导与转录激活因子3"),
        ("VEGF", "血管内皮生长因子"),
        ("TGF-β", "转化生长因子-β"),
        ("IL-17", "白细胞介素-17"),
        ("HIF-1α", "缺氧诱导因子-1α"),
        ("hepatocellular carcinoma", "肝细胞癌"),
        ("curcumin", "姜黄素"),
    ):
        assert lookup(tools.lexicon, english)[0].concept_id == lookup(tools.lexicon, chinese)[0].concept_id, english


def test_background_rows_are_checked(small: Path) -> None:
    """A row of the background with an id that is none stops the loading and names file, row and column."""
    write(small / "background" / "famplex.csv", HGNC_COLUMNS, "Dynein,Dynein,,dynein,,family")
    with pytest.raises(LexiconError, match=r"famplex\.csv.*row 2.*id"):
        load_lexicon(small)


@pytest.mark.parametrize(
    ("rows", "spelled", "owner"),
    [
        ((f"hgnc:1,ABCD9,one,,,{CODING}", f"hgnc:2,EFGH1,two,ABCD9,,{CODING}"), "ABCD9", "hgnc:1"),
        ((f"hgnc:1,ABCD9,one,XYZW7,,{CODING}", f"hgnc:2,EFGH1,two,XYZW7,,{CODING}"), "XYZW7", ""),
        ((f"hgnc:1,ABCD9,one,XYZW7,,{CODING}", "fplx:XYZ,XYZ,,XYZW7,,family"), "XYZW7", "fplx:XYZ"),
        ((f"hgnc:6192,JAK2,Janus kinase 2,QJAK7,,{CODING}",), "QJAK7", "hgnc:6192"),
        ((f"hgnc:6192,JAK2,Janus kinase 2,STAT3,,{CODING}",), "STAT3", "hgnc:11364"),
    ],
    ids=["symbol first", "alias of two genes", "family before alias", "alias of a core gene", "the core claims it"],
)
def test_background_names_have_one_owner(small: Path, rows: tuple[str, ...], spelled: str, owner: str) -> None:
    """Of a name that two rows of the background have, the better one is kept, or neither."""
    write(small / "background" / "more.csv", HGNC_COLUMNS, *rows)
    assert {name.concept_id for name in lookup(load_lexicon(small), spelled)} == ({owner} if owner else set())


def test_words_are_no_mouse_symbols(small: Path) -> None:
    """A symbol is found as a mouse's unless the stop words have it as a word, or a label if it has a digit."""
    genes = ("FGHK", "CAST", "FIG4", "GDF5")
    rows = (f"hgnc:{number},{symbol},x,,,{CODING}" for number, symbol in enumerate(genes, start=1))
    write(small / "background" / "more.csv", HGNC_COLUMNS, *rows)
    write(small / "stop_words.csv", STOP_COLUMNS, "cast,en,word,", "fig,en,label,")
    lexicon = load_lexicon(small)
    spellings = {symbol: {name.text for name in lookup(lexicon, symbol)} for symbol in genes}
    assert spellings == {"FGHK": {"FGHK", "Fghk"}, "CAST": {"CAST"}, "FIG4": {"FIG4"}, "GDF5": {"GDF5", "Gdf5", "gdf5"}}
