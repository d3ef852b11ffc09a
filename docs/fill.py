"""Fill the marked parts of README.md with what the program says: `python docs/fill.py`; a test checks that they agree."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.explain import explain
from pipeline.run import Settings, default_cache, relate_file, run

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
LEXICONS = ROOT / "lexicons"
TRIPLE_COLUMNS = (
    "subject_name_en", "subject_name_zh", "relation", "object_name_en", "object_name_zh", "n_evidence", "n_zh", "n_en",
)  # fmt: skip
EVIDENCE_COLUMNS = ("subject_id", "relation", "object_id", "site", "trigger", "start", "end", "sentence")
SHOWN_FIGURES = re.compile(
    r"gold/.. (?:mentions_overlap|concept|relations_typed)|own/..-(?:untuned|fresh) (?:mentions_overlap|relations_typed)"
    r"|chemprot|ge2013|biored"
    r"|whole run against|without compiled modules against|first document|peak memory"
)


def fill(text: str) -> str:
    """Return the README with its marked parts filled in."""
    settings = Settings(LEXICONS, cache=default_cache())
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder) / "outputs"
        run(ROOT / "corpus", outputs, settings, lambda done, total: None)
        parts = {
            "excerpt": table(TRIPLE_COLUMNS, read(outputs / "triples.csv")[:8]),
            "evidence": table(EVIDENCE_COLUMNS, pick(read(outputs / "evidence.csv"))),
            "explain": indent(explain("JAK2抑制剂AG490可能下调Bcl-2的表达。", settings)),
            "relate": indent(relate_example(text, Path(folder), settings)),
            "figures": figures(),
        }
    for name, part in parts.items():
        text = re.sub(
            rf"(?s)(<!-- {name} -->\n).*?(<!-- end -->)", lambda match, part=part: f"{match[1]}{part}\n{match[2]}", text
        )
    return text


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def pick(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return one Chinese and one English row, the first that name a residue or else the first."""
    return [next((row for row in rows if row["lang"] == lang and row["site"]),
                 next(row for row in rows if row["lang"] == lang)) for lang in ("zh", "en")]  # fmt: skip


def table(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    """Return a Markdown table."""
    lines = [columns, ["---"] * len(columns), *([row[name] for name in columns] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def indent(lines: Iterable[str]) -> str:
    """Return lines as a Markdown code block."""
    return "\n".join(f"    {line}".rstrip() for line in lines)


def relate_example(text: str, folder: Path, settings: Settings) -> list[str]:
    """Return what `relate` answers to the README's input line."""
    line = next(line.strip() for line in text.splitlines() if line.strip().startswith('{"id": "a", "text"'))
    (folder / "in.jsonl").write_text(line + "\n", encoding="utf-8")
    relate_file(folder / "in.jsonl", folder / "out.jsonl", settings)
    return [
        json.dumps(json.loads(row), ensure_ascii=False)
        for row in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def figures() -> str:
    """Return the shown figures of benchmarks/figures.csv."""
    rows = [row for row in read(ROOT / "benchmarks" / "figures.csv") if SHOWN_FIGURES.search(row["figure"])]
    return table(("figure", "value", "unit"), rows)


if __name__ == "__main__":
    README.write_text(fill(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
