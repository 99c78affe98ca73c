"""Eight writers on one SQLite file: nothing lost, and nobody hears that the database is locked."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_eight_writers_on_one_file(tmp_path):
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GONGFANG_")},
        "GONGFANG_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": os.environ.get("GONGFANG_TEST_FILE_SETTINGS", "gongfang.config.settings.local"),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.concurrency.sqlite_writers"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["outcomes"] == {"done": 50, "short_stock": 46}
    assert (found["moves"], found["last"], found["on_hand"]) == (51, 51, "0.000000")
    assert found["faults"] == []
