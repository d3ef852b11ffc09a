"""Where the files that litmine ships are found."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def default_lexicons() -> Path:
    """Return the folder of shipped lexicons: that of the installed package, else the checkout's `lexicons/`.

    Raises FileNotFoundError that names both places if neither is there; `--lexicons DIR` goes before both.
    """
    places = (PACKAGE / "lexicons", PACKAGE.parent / "lexicons")
    for place in places:
        if place.is_dir():
            return place
    tried = " or ".join(str(place) for place in places)
    raise FileNotFoundError(f"no lexicons in {tried}: install litmine again, or name a folder with --lexicons DIR")
