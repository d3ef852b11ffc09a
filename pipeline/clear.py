"""Taking away what runs made in the outputs folder and can make again; never what a curator wrote."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from pipeline.decisions import PUBLISHED, hash_file, read_published
from pipeline.store import HOME, TABLES, hold, recover


def clear(outputs: Path) -> tuple[str, ...]:
    """Delete the tables, run.json and the parts of the folder `outputs`; return the names of the tables that stay.

    A CSV table stays if it is not as the last run left it: it may hold decisions. review.csv, the backups and files
    that no run made stay. Raises StoreError if a run is at work there.
    """
    if not (outputs / HOME).is_dir():
        return ()
    with hold(outputs):
        recover(outputs)
        hashes = read_published(outputs)["hashes"]
        kept = tuple(name for name in list_tables("csv") if hash_file(outputs / name) not in ("", hashes.get(name)))
        made = (*list_tables("csv"), *list_tables("parquet"), "run.json") if hashes else ()
        for name in (*made, *(() if kept else (PUBLISHED,))):
            if name not in kept:
                (outputs / name).unlink(missing_ok=True)
        shutil.rmtree(outputs / HOME / "parts", ignore_errors=True)
    (outputs / HOME / "lock").unlink(missing_ok=True)
    with suppress(OSError):  # there are backups in it
        (outputs / HOME).rmdir()
    return kept


def list_tables(suffix: str) -> list[str]:
    """Return the file names of all tables."""
    return [f"{table}.{suffix}" for table in TABLES]
