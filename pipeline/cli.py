"""The command line: one verb a command; it parses, calls and prints, nothing else.

Steps are imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import io
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pipeline import __version__

if TYPE_CHECKING:
    from pipeline.run import Settings, Summary

DONE, FAILED_FILES, WRONG_LEXICON, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
lexicon_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(lexicon_app, name="lexicon", help="Look after the lexicons.")

def parse_folder(text: str | Path) -> Path:
    """Return the folder that an argument names; stop if it names none (`Path("")` would be the present folder)."""
    if not str(text).strip():
        stop("the name of a folder is empty; give one, `.` for the present folder.", WRONG_INPUT)
    return Path(text)


Outputs = Annotated[
    Path, typer.Option("--outputs", metavar="DIR", help="The folder of the tables.", parser=parse_folder)
]
Lexicons = Annotated[
    Path | None,
    typer.Option(
        "--lexicons", metavar="DIR", help="A lexicon folder of your own, in place of the shipped one.", parser=parse_folder
    ),
]
EnModel = Annotated[
    str,
    typer.Option(
        "--en-model", metavar="NAME", help="An installed spaCy model for English sentences, e.g. en_core_sci_sm."
    ),
]


def main() -> None:
    """Run the command line; a request to end is an interruption like Ctrl-C."""
    signal.signal(signal.SIGTERM, interrupt)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path, or a character that the terminal cannot show
    app()


def interrupt(number: int, frame: object) -> NoReturn:
    """Stop at a signal."""
    raise KeyboardInterrupt


def show_version(wanted: bool) -> None:
    """Print the version and stop, if it is wanted."""
    if wanted:
        print(f"litmine {__version__}")
        raise typer.Exit


@app.callback()
def litmine(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From a folder of Chinese and English reviews to tables of which gene, drug and disease does what to which."""


@app.command()
def run(
    corpus: Annotated[
        Path,
        typer.Argument(help="The folder of texts (.txt, .md; subfolders too).", metavar="CORPUS", parser=parse_folder),
    ],
    outputs: Outputs = Path("outputs"),
    lexicons: Lexicons = None,
    en_model: EnModel = "",
) -> None:
    """Work every text below CORPUS and write the tables.

    Exit status: 0 all files worked; 1 some file failed (documents.csv and the summary name it), the tables hold the
    others; 2 a wrong lexicon or rule row, or review decision: nothing was written; 3 the corpus folder is missing or
    empty, the model is missing, another run is at work in the outputs folder, or the tables cannot be written: the
    previous tables are whole; 130 interrupted: likewise.
    """
    from pipeline.decisions import DecisionError
    from pipeline.errors import LexiconError, ModelError, ReadError
    from pipeline.run import run as run_corpus
    from pipeline.store import StoreError

    try:
        summary = run_corpus(corpus, outputs, make_settings(lexicons, en_model), show_progress)
    except (LexiconError, DecisionError) as error:
        stop(str(error), WRONG_LEXICON)
    except (ReadError, ModelError, StoreError, OSError) as error:
        stop(str(error), WRONG_INPUT)
    except KeyboardInterrupt:
        stop("interrupted; the tables of the run before are as they were.", INTERRUPTED)
    print_summary(summary, outputs)
    raise typer.Exit(FAILED_FILES if summary.failures else DONE)


@app.command()
def relate(
    input_file: Annotated[Path, typer.Option("--input", metavar="FILE", help="JSON lines: id, text, lang, mentions.")],
    output_file: Annotated[
        Path, typer.Option("--output", metavar="FILE", help="JSON lines: id, relations, modifications.")
    ],
    lexicons: Lexicons = None,
    en_model: EnModel = "",
) -> None:
    """Find relations between mentions that another program recognised (formats in README.md).

    Exit status: 0 done; 2 a wrong rule row; 3 input that does not follow the format, or a missing file.
    """
    from pipeline.errors import InputError, LexiconError, ModelError
    from pipeline.run import relate_file

    try:
        count = relate_file(input_file, output_file, make_settings(lexicons, en_model))
    except LexiconError as error:
        stop(str(error), WRONG_LEXICON)
    except (InputError, ModelError, OSError) as error:
        stop(str(error), WRONG_INPUT)
    print(f"{count} texts -> {output_file}")


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="A sentence, or the path of a text file.")],
    lexicons: Lexicons = None,
    en_model: EnModel = "",
) -> None:
    """Show what each step makes of a sentence or file: repairs, words, names with their rows, rules, scopes.

    Exit status: 0 done; 2 a wrong lexicon or rule row; 3 no text, no such file, a file that cannot be read, or a
    missing model.
    """
    from pipeline.errors import InputError, LexiconError, ModelError, ReadError
    from pipeline.explain import explain as explain_text

    try:
        for line in explain_text(text, make_settings(lexicons, en_model)):
            print(line)
    except LexiconError as error:
        stop(str(error), WRONG_LEXICON)
    except (InputError, ReadError, ModelError, OSError) as error:
        stop(str(error), WRONG_INPUT)


@app.command()
def clear(outputs: Outputs = Path("outputs")) -> None:
    """Delete the tables that runs made in the outputs folder; decisions, backups and files of yours stay.

    Exit status: 0 done; 3 a run is at work in the folder, or something in it cannot be deleted.
    """
    from pipeline.clear import clear as clear_outputs
    from pipeline.store import StoreError

    try:
        kept = clear_outputs(outputs)
    except (StoreError, OSError) as error:
        stop(str(error), WRONG_INPUT)
    for name in kept:
        print(f"kept: {outputs / name} (changed since the last run)")


@lexicon_app.command()
def check(lexicons: Lexicons = None) -> None:
    """Check every row of the lexicons and rules.

    Exit status: 0 nothing is wrong; 2 something is: each line names file, row, column and the repair.
    """
    from pipeline.run import check_all

    findings = list(check_all(make_settings(lexicons, "")))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} finding(s)" if findings else "The lexicons are in order.")
    raise typer.Exit(WRONG_LEXICON if findings else DONE)


def make_settings(lexicons: Path | None, en_model: str) -> Settings:
    """Return the settings of a command."""
    from pipeline.places import default_lexicons
    from pipeline.run import Settings, default_cache

    return Settings(lexicons=lexicons or default_lexicons(), en_model=en_model, cache=default_cache())


def show_progress(done: int, total: int) -> None:
    """Show how far a run is, on a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total} files" + ("\n" if done == total else ""))
        sys.stderr.flush()


def print_summary(summary: Summary, outputs: Path) -> None:
    """Print what a run came to."""
    count = summary.counts
    print(f"{count['documents']} documents, {count['sentences']} sentences, {count['mentions']} mentions, "
          f"{count['evidence']} statements ({count['triples']} distinct), {len(summary.failures)} failed, "
          f"in {summary.seconds:.1f} s")  # fmt: skip
    for row in summary.failures:
        print(f"failed: {row.path}: {row.error}")
    for note in summary.notes:
        print(f"note: {note}")
    print(f"The tables are in {outputs}")


def stop(message: str, status: int) -> NoReturn:
    """Print what is wrong and stop."""
    print(f"litmine: {message}", file=sys.stderr)
    raise typer.Exit(status)
