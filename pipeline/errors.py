"""What goes wrong in words that name the place and the repair."""

from __future__ import annotations

from pathlib import Path


class LexiconError(Exception):
    """A row of a lexicon, rule or repair file that cannot be used; `row` counts the header as row 1."""

    def __init__(self, file: Path | str, row: int, column: str, problem: str, repair: str) -> None:
        """Take the place (`row` as a spreadsheet shows it), the problem and what to do; both without a full stop."""
        self.file, self.row, self.column, self.problem, self.repair = str(file), row, column, problem, repair
        place = f"{self.file}, row {row}" + (f", column {column}" if column else "")
        super().__init__(f"{place}: {problem}. {repair[:1].upper()}{repair[1:]}.")

    def __reduce__(self) -> tuple[type[LexiconError], tuple[str, int, str, str, str]]:
        """Let the error cross process borders."""
        return type(self), (self.file, self.row, self.column, self.problem, self.repair)


class ReadError(Exception):
    """A file that gives no text; the message is the reason in documents.csv and says what to do."""


class ModelError(RuntimeError):
    """A language model that was asked for is not installed."""


class InputError(ValueError):
    """Input of `litmine relate` or `explain` that cannot be used; the message says what to do."""
