"""The source tree as the architecture tests see it."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "gongfang"

# From the top down, as in pyproject.toml: a package sees those after it.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("config",),
    ("cli",),
    ("web", "api", "simulation"),
    ("risk", "improvement", "analytics"),
    ("finance",),
    ("planning", "costing"),
    ("production", "purchasing", "sales"),
    ("quality", "maintenance"),
    ("inventory", "people"),
    ("ledger",),
    ("masterdata",),
    ("platform",),
    ("ui",),
    ("engines",),
    ("kernel",),
)
HEIGHT = {name: len(LAYERS) - place for place, names in enumerate(LAYERS) for name in names}
DOMAINS = [name for names in LAYERS[3:11] for name in names]


@cache
def tracked() -> tuple[Path, ...]:
    """Files that git keeps or would keep; all files where this is no repository (an unpacked archive)."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0:
        paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    else:
        hidden = {".venv", "data", ".git", "__pycache__"}
        paths = [path for path in ROOT.rglob("*") if not hidden & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in paths if path.is_file()))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python_files(*folders: str) -> list[Path]:
    """Python files that people write, in the named folders; migrations are written by Django."""
    chosen = [path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts]
    return [path for path in chosen if any(name_of(path).startswith(folder) for folder in folders)]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=name_of(path))


def room(path: Path) -> str:
    """The package below `gongfang` that a file belongs to; empty for `gongfang/__init__.py`."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def typing_only(tree: ast.Module) -> set[ast.AST]:
    """Nodes under `if TYPE_CHECKING:`, which do not exist when the program runs."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            found.update(ast.walk(node))
    return found


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of each import that runs; `from a import b` gives `a.b`."""
    tree = parsed(path)
    skipped = typing_only(tree)
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def failures(lines: list[str], law: str) -> None:
    """Fail with every place and the law it breaks."""
    assert not lines, f"{law}\n  " + "\n  ".join(lines)
