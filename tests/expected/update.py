"""Write the tables of the sample corpus anew: `python tests/expected/update.py`; then read the difference in git."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pipeline.run import Settings, default_cache, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def main() -> None:
    """Run over corpus/ and keep the CSV tables."""
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder) / "outputs"
        run(ROOT / "corpus", outputs, Settings(ROOT / "lexicons", cache=default_cache()), lambda done, total: None)
        for path in sorted(outputs.glob("*.csv")):
            (HERE / path.name).write_bytes(path.read_bytes())


if __name__ == "__main__":
    main()
