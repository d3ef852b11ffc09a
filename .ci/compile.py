"""Compile the hot modules with mypyc, where there is a C compiler; the Makefile calls it. Never fails a set-up."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)

from pipeline.compiled import MODULES, compiled_folder  # noqa: E402


def build(folder: Path) -> None:
    """Compile the modules into `folder`."""
    from mypyc.build import mypycify
    from setuptools import setup

    files = [f"pipeline/{name}.py" for name in MODULES]
    extensions = mypycify(files, group_name="pipeline.hot", opt_level="1", debug_level="0", target_dir=str(folder / "c"))
    arguments = ["-q", "build_ext", "--build-lib", str(folder / "lib"), "--build-temp", str(folder / "o")]
    setup(name="litmine-compiled", packages=[], ext_modules=extensions, script_args=arguments)


def main() -> None:
    """Compile in a process of its own, as mypyc ends the one it fails in; put the result in its place in one step."""
    target = compiled_folder()
    if target.is_dir():
        return
    print("litmine: compiling the hot modules (once for this code; a minute or two)", file=sys.stderr, flush=True)
    started = time.monotonic()
    shutil.rmtree(target.parent, ignore_errors=True)
    target.parent.mkdir()
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        log = target.parent / "compile.log"
        with log.open("w") as file:
            done = subprocess.run([sys.executable, __file__, folder], stdout=file, stderr=file)
        if done.returncode:
            print(f"litmine: not compiled, so runs are slower; the tables are the same. Is there a C compiler, are there Python's "
                  f"headers? All that it said is in {log.relative_to(ROOT)}. To try again: rm .venv/.compiled; make setup",
                  file=sys.stderr)  # fmt: skip
            return
        with contextlib.suppress(OSError):  # another make was faster
            (Path(folder) / "lib").rename(target)
    print(f"litmine: compiled in {time.monotonic() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    build(Path(sys.argv[1])) if sys.argv[1:] else main()
