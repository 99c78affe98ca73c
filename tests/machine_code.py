"""Compiled engine code for parallel workers: a folder each, for numba's cache breaks when two write it at once; what one has
compiled the others take over, for compiling all of it takes half a minute."""

import hashlib
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".numba_cache"


class MachineCode:
    """The folder of one worker of one run, by the sources it was compiled from."""

    def __init__(self, worker: str) -> None:
        sources = sorted((ROOT / "src" / "gongfang" / "engines").rglob("*.py"))
        self.digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
        self.folder = KEPT / f"{self.digest}-{worker}"
        for old in KEPT.glob(f"*-{worker}"):
            if old != self.folder:
                shutil.rmtree(old, ignore_errors=True)
        os.environ["NUMBA_CACHE_DIR"] = str(self.folder)

    def take_over(self) -> None:
        """Copy the functions that others have by now and this one lacks. Numba writes a function's index after its code."""
        for index in KEPT.glob(f"{self.digest}-*/*/*.nbi"):
            mine = self.folder / index.parent.name / index.name
            if mine.exists():
                continue
            mine.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copyfile(index, mine.with_suffix(".part"))
            for code in index.parent.glob(f"{index.stem}.*.nbc"):
                shutil.copyfile(code, mine.parent / code.name)
            copy.replace(mine)
