"""Measure litmine and write the figures to benchmarks/figures.csv and rules.csv: `make bench`.

`.ci/run` asks with `--floors` only for the scores, which must not be below those of benchmarks/floors.csv, and with
`--speed` only for the speed.

Speed: the texts of ../shared/corpus (else of corpus/) repeated to MEGABYTES, as one file a repetition, on one process,
against jieba.lcut alone over the same text in the same run (in turns); the time from the start of the
command to the first document; the peak memory of a run over a quarter of the texts and of the whole. Accuracy: the
scores of ../shared/tools, where they are there, on its gold and benches and on the texts of benchmarks/texts, which were
written and annotated for this by others than those who write the rules; and how often rows of each confidence are right.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
MEGABYTES = float(os.environ.get("BENCH_MEGABYTES", "20"))
FIGURES = ROOT / "benchmarks" / "figures.csv"
FLOORS = ROOT / "benchmarks" / "floors.csv"
RULES = ROOT / "benchmarks" / "rules.csv"
OWN = ROOT / "benchmarks" / "texts"
TURN = 2.0  # seconds that a run takes before jieba takes its turn
SHARE = 0.35  # of a turn, for jieba: about what it needs, so that both end at about the same time
FEWEST = 10  # gold rows of a relation whose figure is written down

Figure = tuple[str, str, str]
"""What was measured, its value, the unit or remark."""


class Annotated(NamedTuple):
    """Texts with their annotation: `tuned` ones were looked at while rules were written, `untuned` ones never, but
    their totals chose between variants of rules; `fresh` ones came last, and their totals chose between few.

    The rules' confidences were measured over both, so the reliability of untuned texts is no independent figure.
    """

    name: str
    texts: Path
    gold: Path


ANNOTATED = (
    Annotated("gold/zh", SHARED / "corpus", SHARED / "gold" / "zh"),
    Annotated("gold/en", SHARED / "gold" / "en_texts", SHARED / "gold" / "en"),
    *(Annotated(f"own/{path.name}", path / "texts", path / "gold") for path in sorted(OWN.iterdir())),
)


class Judged(NamedTuple):
    """A row of evidence.csv in an annotated document: its rule and confidence, and whether the annotation has it."""

    lang: str
    rule: str
    confidence: float
    right: bool


class Race(NamedTuple):
    """The seconds of a run and of jieba.lcut alone over the same texts, and the run's peak memory in MB."""

    seconds: float
    jieba: float
    memory: float


def main() -> None:
    """Measure everything, print it and write it down."""
    figures: list[Figure] = [("machine", f"{os.cpu_count()} cores", f"Python {platform.python_version()}")]
    with tempfile.TemporaryDirectory() as folder:
        figures += [*show(measure_speed(Path(folder))), *show(measure_accuracy(Path(folder), RULES))]
    with FIGURES.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("figure", "value", "unit"), *figures])


def show(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Print each figure and hand it on."""
    for figure in figures:
        print(f"{figure[0]:44} {figure[1]:>10}  {figure[2]}", flush=True)
        yield figure


def check_speed() -> None:
    """Measure the speed and print it; there is no floor, as the figures are those of the machine of the moment."""
    with tempfile.TemporaryDirectory() as folder:
        list(show(measure_speed(Path(folder))))


def check_floors() -> list[str]:
    """Measure the scores, print them, and return a line for each that is below its floor or is not measured."""
    with tempfile.TemporaryDirectory() as folder:
        figures = {figure: value for figure, value, _ in measure_accuracy(Path(folder))}
    with FLOORS.open(encoding="utf-8", newline="") as file:
        floors = {row["figure"]: float(row["floor"]) for row in csv.DictReader(file)}
    for figure, value in figures.items():
        print(f"{figure:44} {value:>8}  {f'floor {floors[figure]}' if figure in floors else ''}".rstrip())
    return [f"{figure} is {figures.get(figure, 'not measured')}, its floor in benchmarks/floors.csv is {floor}"
            for figure, floor in floors.items() if float(figures.get(figure, -1)) < floor]  # fmt: skip


def texts() -> list[Path]:
    """Return the texts that are repeated."""
    folder = SHARED / "corpus" if SHARED.is_dir() else ROOT / "corpus"
    return sorted(folder.glob("*.txt"))


def make_corpus(target: Path, megabytes: float) -> int:
    """Write the texts again and again, under new names, until `megabytes` are there; return the bytes written."""
    target.mkdir()
    contents = [(path.stem, path.read_bytes()) for path in texts()]
    size = number = 0
    while size < megabytes * 1e6:
        for stem, content in contents:
            (target / f"{number:05}_{stem}.txt").write_bytes(content)
            size += len(content)
        number += 1
    return size


def measure_speed(work: Path) -> Iterator[Figure]:
    """Yield the figures of speed and memory."""
    size = make_corpus(work / "all", MEGABYTES)
    make_corpus(work / "quarter", MEGABYTES / 4)
    quarter = race(work / "quarter", work / "out-quarter")
    whole = race(work / "all", work / "out-all")
    interpreted = race(work / "all", work / "out-interpreted", LITMINE_INTERPRETED="1")
    load = json.loads((work / "out-all" / "run.json").read_text(encoding="utf-8"))["timings"]["load"]
    yield "size of the corpus", f"{size / 1e6:.1f}", "MB"
    yield "whole run", f"{whole.seconds:.1f}", "s"
    yield "whole run", f"{size / 1000 / whole.seconds:.0f}", "KB/s"
    yield "jieba.lcut alone", f"{size / 1000 / whole.jieba:.0f}", "KB/s"
    yield "whole run against jieba.lcut alone", f"{whole.jieba / whole.seconds:.2f}", "times as fast"
    yield "whole run without compiled modules", f"{interpreted.seconds:.1f}", "s"
    against = interpreted.jieba / interpreted.seconds
    yield "without compiled modules against jieba.lcut", f"{against:.2f}", "times as fast"
    yield "start of the command to the first document", f"{load + time_start():.2f}", "s"
    yield "peak memory, a quarter of the corpus", f"{quarter.memory:.0f}", "MB"
    yield "peak memory, the whole corpus", f"{whole.memory:.0f}", "MB"


def race(corpus: Path, outputs: Path, **environment: str) -> Race:
    """Time a run of litmine and jieba.lcut alone over the same texts, in turns, with more of an `environment`.

    A laptop, and more so a shared machine, is for minutes half as fast as before: what is timed one after the other
    says more of that than of the two. So the run is halted every TURN seconds, for jieba to take some of the texts.
    """
    started = time.perf_counter()
    seconds = alone = 0.0
    lengths = cut_with_jieba(corpus)
    with tempfile.TemporaryFile() as errors, start_run(corpus, outputs, errors, environment) as run:
        while not has_ended(run, TURN):
            halted = time.perf_counter()
            seconds += halted - started
            run.send_signal(signal.SIGSTOP)
            alone += cut_for(lengths, TURN * SHARE)
            started = time.perf_counter()
            run.send_signal(signal.SIGCONT)
        seconds += time.perf_counter() - started
        if run.returncode:
            raise subprocess.CalledProcessError(run.returncode, run.args)
        errors.seek(0)
        memory = int(errors.read().split()[-1]) / 1024
    return Race(seconds, alone + sum(lengths), memory)


def start_run(corpus: Path, outputs: Path, errors: IO[bytes], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start litmine in a process of its own, which writes at its end its peak memory in KB to `errors`."""
    code = (
        "import resource, sys; from pipeline.cli import app\n"
        "try: app(sys.argv[1:])\n"
        "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, "run", str(corpus), "--outputs", str(outputs)],
        stdout=subprocess.DEVNULL, stderr=errors, cwd=ROOT, env=os.environ | environment)  # fmt: skip


def has_ended(run: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait `seconds` for the end of `run`; return whether it came."""
    with suppress(subprocess.TimeoutExpired):
        run.wait(seconds)
    return run.returncode is not None


def cut_with_jieba(corpus: Path) -> Iterator[float]:
    """Cut one text after the other with jieba.lcut, whose dictionary is loaded before; yield the seconds of each."""
    import jieba

    jieba.setLogLevel(60)
    jieba.initialize()
    for path in sorted(corpus.iterdir()):
        content = path.read_text(encoding="utf-8")
        started = time.perf_counter()
        jieba.lcut(content)
        yield time.perf_counter() - started


def cut_for(lengths: Iterator[float], seconds: float) -> float:
    """Take of `lengths` until `seconds` are full; return their sum."""
    taken = 0.0
    while taken < seconds and (length := next(lengths, 0.0)):
        taken += length
    return taken


def time_start() -> float:
    """Return the seconds that Python and the imports of a run take."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import pipeline.cli, pipeline.run"], check=True, cwd=ROOT)
    return time.perf_counter() - started


def measure_accuracy(work: Path, rules: Path | None = None) -> Iterator[Figure]:
    """Yield the scores on the gold and the benches, where they are there; what each rule gave goes into `rules`."""
    if not SHARED.is_dir():
        yield "accuracy", "skipped", "there is no ../shared"
        return
    everything: list[Judged] = []
    for part in ANNOTATED:
        outputs = work / part.name.replace("/", "-")
        run_litmine("run", str(part.texts), "--outputs", str(outputs))
        yield from measure_scores(part, outputs)
        judged = list(judge(part, outputs))
        yield from measure_reliability(part, judged)
        everything += judged
    if rules:
        write_rules(everything, rules)
    for bench in sorted((SHARED / "bench").glob("*.jsonl")):
        predictions = work / "predictions.jsonl"
        run_litmine("relate", "--input", str(bench), "--output", str(predictions))
        for line in tool("bench_relate.py", str(bench), str(predictions)).splitlines():
            print(line, flush=True)
            yield f"{bench.stem} {line.split(' P ')[0].strip()}", line.split("F1 ")[1].split()[0], "F1"


def measure_scores(part: Annotated, outputs: Path) -> Iterator[Figure]:
    """Print the scores of a run over annotated texts, and yield the main ones."""
    scores = outputs / "scores.json"
    print(tool("score.py", str(part.gold), str(outputs), "--json", str(scores)), flush=True)
    result = json.loads(scores.read_text(encoding="utf-8"))
    for figure in ("mentions_overlap", "mentions_exact", "relations_typed"):
        yield f"{part.name} {figure}", f"{result[figure]['all']['f1']:.3f}", "F1"
    yield f"{part.name} concept consistency", f"{result['concept_consistency']:.3f}", "share"
    for relation, row in result["relations_typed"].items():
        if relation != "all" and row["tp"] + row["fn"] >= FEWEST:
            yield f"{part.name} {relation}", f"{row['f1']:.3f}", f"F1, {row['tp'] + row['fn']} gold rows"


def measure_reliability(part: Annotated, judged: Sequence[Judged]) -> Iterator[Figure]:
    """Yield how many of the statements of each confidence are right: the reliability curve."""
    for low, high in ((0.0, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)):
        right = [row.right for row in judged if low <= row.confidence < high]
        if right:
            figure = f"{part.name} right at confidence {low:.1f} to {min(high, 1.0):.1f}"
            yield figure, f"{sum(right) / len(right):.3f}", f"of {len(right)} rows"


def judge(part: Annotated, outputs: Path) -> Iterator[Judged]:
    """Yield for each row of evidence.csv whether the gold has it; rows with a generic name are left out."""
    sys.path.insert(0, str(SHARED / "tools"))
    import score

    gold = score.read_gold(part.gold)
    mentions = {row["mention_id"]: row for row in score.read_table(outputs / "mentions.csv")}
    for row in score.read_table(outputs / "evidence.csv"):
        right = is_right(row, gold, mentions, score) if row["doc_id"] in gold else None
        if right is not None:
            yield Judged(row["lang"], row["rule_id"], float(row["confidence"]), right)


def write_rules(judged: Sequence[Judged], target: Path) -> None:
    """Write to `target` how often each rule stated something in annotated texts and how often that was right."""
    lines = []
    for lang, rule, confidence in sorted({(row.lang, row.rule, row.confidence) for row in judged}):
        right = [row.right for row in judged if (row.lang, row.rule) == (lang, rule)]
        lines.append((lang, rule, confidence, len(right), f"{sum(right) / len(right):.2f}"))
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("lang", "rule", "confidence", "rows", "right"), *lines])


def is_right(
    row: dict[str, str], gold: dict[str, list[dict]], mentions: dict[str, dict[str, str]], score: object
) -> bool | None:  # type: ignore[type-arg]
    """Tell whether the gold has the statement of a row of evidence.csv; None where a generic name is an argument."""
    ends = [mentions[row[f"{role}_mention_id"]] for role in ("subject", "object")]
    spans = [{"start": int(end["start"]), "end": int(end["end"])} for end in ends]
    for sentence in gold[row["doc_id"]]:
        if all(sentence["start"] <= span["start"] < sentence["end"] for span in spans):
            best = [score.best_gold(span, sentence["mentions"]) for span in spans]  # type: ignore[attr-defined]
            if any(found and found.get("generic") for found in best):
                return None
            names = [found["concept"] if found else "?" for found in best]
            wanted = {score.key(r["type"], r["subject"], r["object"], r.get("negated", False))  # type: ignore[attr-defined]
                      for r in sentence["relations"]}  # fmt: skip
            return score.key(row["relation"], *names, row["negated"] == "true") in wanted  # type: ignore[attr-defined]
    return None


def run_litmine(*arguments: str) -> None:
    """Run a command of litmine; a failed file is no reason to stop."""
    subprocess.run([sys.executable, "-m", "pipeline", *arguments], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def tool(name: str, *arguments: str) -> str:
    """Run a script of ../shared/tools and return what it prints."""
    command: Sequence[str] = [sys.executable, str(SHARED / "tools" / name), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    if sys.argv[1:] == ["--floors"]:
        sys.exit("\n".join(check_floors()) or None)
    if sys.argv[1:] == ["--speed"]:
        sys.exit(check_speed())
    main()
