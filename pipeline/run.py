"""The whole way from a folder of texts to the tables, on one screen; the only module that imports the steps."""

from __future__ import annotations

import gc
import hashlib
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pipeline import __version__
from pipeline.clean import Repairs, clean, load_repairs
from pipeline.compiled import code_digest, is_compiled
from pipeline.decisions import Decisions, read_decisions
from pipeline.errors import InputError, LexiconError, ReadError
from pipeline.given import check_files, relate_lines
from pipeline.lexicon import Concept, Lexicon, check_lexicons, chinese_names, load_lexicon, without_collector
from pipeline.patterns import Patterns, load_patterns
from pipeline.readers import doc_ids, find_files, read, show_path
from pipeline.recognise import recognise
from pipeline.records import Document, DocumentResult, DocumentRow, Evidence, Mention, Modification, Segment, SourceText
from pipeline.relate import Reading, may_state, relate
from pipeline.rows import by_sentence, describe_document, make_evidence, make_modification, make_spans, say_replaced
from pipeline.rule_check import check_relations, check_rules
from pipeline.script import simplify
from pipeline.segment import Segmenters, guess_language, segment
from pipeline.store import TABLES, Parts, hold, open_parts

PUBLISHED_FILES = frozenset(
    ("run.json", "review.csv", *(f"{table}.{suffix}" for table in TABLES for suffix in ("csv", "parquet")))
)
SHOWN = 5  # decisions that a closing line names
YOUNG = 50_000  # new objects, some 5 MB, after which the collector looks for cycles, of which a text leaves few
LIBRARIES = ("jieba", "spacy", "scispacy", "pandas", "pyarrow", "rapidfuzz", "opencc")


@dataclass(frozen=True)
class Settings:
    """What a run goes by: the lexicon folder, the optional spaCy model, the folder for compiled lexicons."""

    lexicons: Path
    en_model: str = ""
    cache: Path | None = None


@dataclass(frozen=True)
class Tools:
    """Everything that the steps need, loaded once and handed down."""

    settings: Settings
    lexicon: Lexicon
    patterns: Patterns
    repairs: Repairs
    segmenters: Segmenters


@dataclass(frozen=True)
class Summary:
    """What a run came to, for the closing lines."""

    counts: Mapping[str, int]
    failures: tuple[DocumentRow, ...]
    reused: int
    seconds: float
    notes: tuple[str, ...] = ()
    """What people should look at though no file failed."""


def default_cache() -> Path:
    """Return the folder for compiled lexicons, by the XDG base directory specification."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "litmine"


def load_tools(settings: Settings) -> Tools:
    """Load lexicons, rules and segmenters; raise LexiconError at the first wrong row, ModelError for a missing model."""
    folder = settings.lexicons
    check_relations(folder / "relations")
    lexicon = load_lexicon(folder, settings.cache)
    segmenters = Segmenters(folder / "segment", lambda: chinese_names(lexicon), settings.en_model, settings.cache)
    if settings.en_model:
        _ = segmenters.english
    with without_collector():
        patterns = load_patterns(folder / "relations")
    return Tools(settings, lexicon, patterns, load_repairs(folder), segmenters)


def check_all(settings: Settings) -> Iterator[LexiconError]:
    """Yield what is wrong in the lexicons and the rules, with file, row, column and repair; nothing if they are in order."""
    segmenters = Segmenters(settings.lexicons / "segment", list, settings.en_model, settings.cache)
    yield from check_lexicons(settings.lexicons)
    yield from check_rules(settings.lexicons / "relations", segmenters.cut)


def run(corpus: Path, outputs: Path, settings: Settings, progress: Callable[[int, int], None]) -> Summary:
    """Work every file below `corpus` and publish the tables into `outputs`, all or none.

    A file that cannot be read becomes a failed row of documents.csv. Raises LexiconError, ModelError, ReadError (no
    such folder), DecisionError and StoreError before anything is written. `progress` is told (files done, files).
    """
    started = time.perf_counter()
    decisions = read_decisions(outputs)
    paths = [path for path in find_files(corpus) if not is_table(path, outputs)]
    if not paths:
        raise ReadError(f"{corpus} holds no file. Put the texts there, or give another folder.")
    tools = load_tools(settings)
    gc.freeze()  # the lexicons stay: the collector need not look through them again and again
    gc.set_threshold(YOUNG, 20, 20)
    loaded = time.perf_counter()
    with hold(outputs):
        parts = open_parts(outputs)
        worked = work_files(paths, corpus, tools, parts, progress)
        timings = {"load": round(loaded - started, 3), "work": round(time.perf_counter() - loaded, 3)}
        counts = publish_tables(parts, worked, describe(corpus, tools, worked, timings), tools, outputs, decisions)
        parts.drop_others(worked.keys)
    notes = (*worked.notes, *note_twins(worked.twins), *note_taken_back(decisions.taken_back))
    return Summary(counts, tuple(worked.failures), worked.reused, time.perf_counter() - started, notes)


def is_table(path: Path, outputs: Path) -> bool:
    """Tell whether a file is one that a run publishes into `outputs`, which may be the corpus folder itself."""
    return path.name in PUBLISHED_FILES and path.parent.resolve() == outputs.resolve()


def note_twins(twins: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each file that has the bytes of an earlier one, so that its statements count twice."""
    for path, first in twins.items():
        yield f"{path} has the same content as {first}: its statements count twice; take one of the two out"


def note_taken_back(triples: Sequence[str]) -> Iterator[str]:
    """Yield a line on the decisions whose rows were deleted from review.csv, if there are any."""
    if triples:
        names = ", ".join(triples[:SHOWN]) + (" …" if len(triples) > SHOWN else "")
        yield f"{len(triples)} decision(s) taken back, as review.csv has no row of them any more: {names}"


@dataclass(frozen=True)
class Worked:
    """What came of the files: the keys of their parts in order, the rows of those that failed, how many were up to date.

    `twins` has the path of each file with the bytes of an earlier one, and that one's path;
    `notes` say which texts had undecodable bytes.
    """

    keys: tuple[str, ...]
    failures: tuple[DocumentRow, ...]
    reused: int
    twins: Mapping[str, str]
    notes: tuple[str, ...]


def work_files(
    paths: Sequence[Path], corpus: Path, tools: Tools, parts: Parts, progress: Callable[[int, int], None]
) -> Worked:
    """Work each file below `corpus` that has no part up to date, in the order of their doc_ids."""
    ids = doc_ids(list(paths), corpus)
    keys: list[str] = []
    failures: list[DocumentRow] = []
    notes: list[str] = []
    twins: dict[str, str] = {}
    firsts: dict[str, str] = {}
    reused = 0
    for done, path in enumerate(sorted(paths, key=lambda path: ids[path])):
        progress(done, len(paths))
        try:
            source = read(path, corpus, ids[path])
            key = part_key(source, tools)
            result = None if parts.fresh(key) else work_safely(source, tools)
        except ReadError as error:
            failures.append(fail(path, corpus, ids[path], str(error)))
            continue
        if source.replaced:
            notes.append(f"{source.path}: {say_replaced(source)}")
        if (first := firsts.setdefault(source.sha256, source.path)) != source.path:
            twins[source.path] = first
        if result is None:
            reused += 1
        else:
            parts.write(key, source.doc_id, result)
        keys.append(key)
    progress(len(paths), len(paths))
    return Worked(tuple(keys), tuple(failures), reused, twins, tuple(notes))


def publish_tables(parts: Parts, worked: Worked, info: Mapping[str, object], tools: Tools, outputs: Path,
                   decisions: Decisions) -> dict[str, int]:  # fmt: skip
    """Make the tables of the parts and publish them into `outputs`; return each table's rows."""
    from pipeline.assemble import assemble  # with it comes pandas, which takes its time to load

    relations = tools.patterns.relations.values()
    return assemble(
        parts, worked.keys, worked.failures, Names(tools.lexicon), info, outputs, decisions,
        {row.relation: row.opposite for row in relations if row.opposite},
        {row.relation for row in relations if row.symmetric})  # fmt: skip


def work(source: SourceText, tools: Tools) -> DocumentResult:
    """Take one text through all steps and return its rows; the rules read simplified script, offset by offset.

    Titles in the list of references state nothing here: it is other papers that say it.
    """
    document = clean(source, tools.repairs, tools.segmenters.parted_word)
    segments = segment(document, tools.segmenters)
    mentions, candidates = recognise(document, segments, tools.lexicon, find_definitions(document, tools.segmenters))
    inside, simple = by_sentence(mentions), simplify(document.text)
    evidence: list[Evidence] = []
    modifications: list[Modification] = []
    for part in segments:
        rows = {mention.mention_id: mention for mention in inside.get(part.row.sentence_id, ())}
        spans = make_spans(document, part, rows.values())
        text = simple[part.offset : part.offset + len(part.row.text)]
        if part.row.section != "reference" and may_state(text, part.row.lang, spans, tools.patterns):
            reading = relate(text, part.row.lang, spans, tools.patterns, tools.segmenters.cut)
            evidence += [make_evidence(relation, part, rows, tools.patterns) for relation in reading.relations]
            modifications += [make_modification(row, part, rows) for row in reading.modifications]
    return DocumentResult(
        document=describe_document(document, segments, mentions, evidence), sentences=tuple(part.row for part in segments),
        mentions=mentions, evidence=tuple(evidence), modifications=tuple(modifications), candidates=candidates)  # fmt: skip


def work_safely(source: SourceText, tools: Tools) -> DocumentResult:
    """Work one text; raise ReadError where the steps fail on it, a fault of ours that must not cost the other texts."""
    try:
        return work(source, tools)
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
        raise ReadError(f"litmine itself failed on this text ({fault}); please report it with the text") from error


def find_definitions(document: Document, segmenters: Segmenters) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield (short form, long form) spans that English blocks define, in clean offsets."""
    for block in document.blocks:
        text = document.text[block.start : block.end]
        if "(" in text and guess_language(text) == "en":
            for short, long in segmenters.english.definitions(text):
                yield tuple(block.start + offset for offset in short), tuple(block.start + offset for offset in long)  # type: ignore[misc]


def fail(path: Path, corpus: Path, doc_id: str, reason: str) -> DocumentRow:
    """Return the row of documents.csv for a file that could not be read."""
    return DocumentRow(
        doc_id=doc_id, path=show_path(path, corpus), sha256="", format=path.suffix.lstrip(".").lower(),
        encoding="", langs=(), n_chars=0, n_sentences=0, n_mentions=0, n_evidence=0, n_repairs=0, status="failed",
        error=reason)  # fmt: skip


def part_key(source: SourceText, tools: Tools) -> str:
    """Return the key of a document's part: it changes with the text, its place, the lexicons, the settings, the code."""
    fields = (
        source.sha256,
        source.doc_id,
        source.path,
        tools.lexicon.digest,
        tools.settings.en_model,
        __version__,
        code_digest(),
    )
    return hashlib.sha256("\0".join(fields).encode()).hexdigest()


def describe(corpus: Path, tools: Tools, worked: Worked, timings: Mapping[str, float]) -> dict[str, object]:
    """Return what run.json says of a run besides the counts."""
    return {
        "litmine": __version__, "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "settings": {"corpus": corpus.name, "en_model": tools.settings.en_model, "compiled": is_compiled(relate)},
        "lexicon_hash": tools.lexicon.digest, "timings": dict(timings),
        "failures": [{"path": row.path, "error": row.error} for row in worked.failures],
        "duplicates": dict(worked.twins)}  # fmt: skip


class Names(Mapping[str, Concept]):
    """The lexicon's concepts as `assemble` asks for them; concepts that only a shape made are not in it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def __getitem__(self, concept_id: str) -> Concept:
        return self.lexicon.concept(concept_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self.lexicon.concepts)

    def __len__(self) -> int:
        return len(self.lexicon.concepts)


def relate_file(source: Path, target: Path, settings: Settings) -> int:
    """Relate the given mentions of the JSON lines in `source` into `target`, all or nothing; return their number.

    Raises InputError, which names the line, LexiconError and ModelError.
    """
    check_files(source, target)
    folder = settings.lexicons
    segmenters = Segmenters(folder / "segment", list, settings.en_model, settings.cache)
    check_relations(folder / "relations")
    patterns = load_patterns(folder / "relations")
    count = 0
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with (
            source.open(encoding="utf-8-sig", errors="surrogateescape") as lines,
            temporary.open("w", encoding="utf-8", newline="\n", errors="backslashreplace") as file,
        ):
            for line in relate_lines(lines, patterns, segmenters):
                file.write(line + "\n")
                count += 1
        temporary.replace(target)
    except OSError as error:
        raise InputError(f"{source} -> {target}: {error.strerror}; give files that can be read and written") from error
    finally:
        temporary.unlink(missing_ok=True)
    return count


@dataclass(frozen=True)
class Trace:
    """What the steps made of one text, kept for `litmine explain`."""

    document: Document
    segments: tuple[Segment, ...]
    mentions: Mapping[str, list[Mention]]
    readings: Mapping[str, Reading]


def trace(source: SourceText, tools: Tools) -> Trace:
    """Take one text through the steps and keep what each made of it, by sentence id."""
    document = clean(source, tools.repairs, tools.segmenters.parted_word)
    segments = segment(document, tools.segmenters)
    mentions, _ = recognise(document, segments, tools.lexicon, find_definitions(document, tools.segmenters))
    inside = by_sentence(mentions)
    readings = {}
    for part in segments:
        spans = make_spans(document, part, inside.get(part.row.sentence_id, ()))
        text = simplify(part.row.text)
        readings[part.row.sentence_id] = relate(text, part.row.lang, spans, tools.patterns, tools.segmenters.cut)
    return Trace(document, segments, inside, readings)
