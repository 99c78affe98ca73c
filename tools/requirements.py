#!/usr/bin/env python3
"""Pin what pyproject.toml names: requirements/base.txt and dev.txt, hashed, one file for Python 3.11 to 3.13.

    .venv/bin/python tools/requirements.py             keep the pins that still fit
    .venv/bin/python tools/requirements.py --upgrade   take the newest releases that fit
    .venv/bin/python tools/requirements.py --check     exit 1 where a pin is missing or a system has no ready wheel

No index host is written into the files. base.txt is what runs the product (and installs it: uv, hatchling);
dev.txt is base.txt and what tests and checks need, at the same versions.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
GROUPS = {"base.txt": ["build"], "dev.txt": ["build", "dev"]}
SYSTEMS = [(python, system) for python in ("3.11", "3.12", "3.13") for system in ("linux", "macos", "windows")]


def compile_pins(name: str, extra: list[str]) -> None:
    """Resolve one file; what already stands in it is kept unless asked otherwise."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    for group in GROUPS[name]:
        command += ["--group", f"{ROOT / 'pyproject.toml'}:{group}"]
    if name != "base.txt":
        command += ["--constraints", str(FOLDER / "base.txt")]
    subprocess.run([*command, *extra, "-o", str(FOLDER / name), str(ROOT / "pyproject.toml")], check=True)


def has_wheels(python: str, system: str) -> bool:
    """Whether every pin of base.txt has a ready-made wheel there (a newcomer has no compiler)."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--only-binary", ":all:", "--no-deps"]
    command += ["--python-version", python, "--python-platform", system, str(FOLDER / "base.txt")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"Python {python} on {system}: {'ready wheels for all' if not done.returncode else done.stderr.strip()}")
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        return 0 if all([has_wheels(*where) for where in SYSTEMS]) else 1
    for name in GROUPS:
        compile_pins(name, ["--upgrade"] if options.upgrade else [])
    return 0


if __name__ == "__main__":
    sys.exit(main())
