#!/usr/bin/env python3
"""工坊 Gongfang: the only thing a newcomer runs. Needs Python 3.11 or newer and nothing else.

    python3 run.py             install, set up the demo factory at the first start, serve on http://127.0.0.1:8000
    python3 run.py --empty     the same, but the first start makes an empty company and the registration page
    python3 run.py test        install what tests need and run all tests (--fast: without the slow ones)

Everything it makes stands in `.venv` beside this file and in the data folder. GONGFANG_PORT moves the port, GONGFANG_DATA the
data folder, GONGFANG_DATABASE_URL the database. A later start installs nothing, migrates nothing, touches no data.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Gongfang needs Python 3.11 or newer; this is Python %d.%d.\n"
        "Please install Python 3.11, 3.12 or 3.13 (python.org, or your system's package manager) and run it with that one.\n"
        "需要 Python 3.11 或更新版本，请先安装后再运行。" % sys.version_info[:2]
    )

import argparse
import contextlib
import hashlib
import json
import locale
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
ON_WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if ON_WINDOWS else "bin/python")
STAMP = VENV / "gongfang-installed.json"
DATA = Path(os.environ.get("GONGFANG_DATA") or ROOT / "data").expanduser().absolute()
BUILDING = DATA / ".first-start"
READY = DATA / "ready.json"
HOST = "127.0.0.1"
START_SECONDS = 120


class Refusal(Exception):
    """Why it cannot go on, as a sentence for people."""


# ----------------------------------------------------------------------------------------------------------- sentences
def speaks_chinese() -> bool:
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    with contextlib.suppress(ValueError):
        named = named or (locale.getlocale()[0] or "")
    return named.lower().startswith(("zh", "chinese"))


CHINESE = speaks_chinese()


def say(english: str, chinese: str) -> None:
    print(chinese if CHINESE else english, flush=True)


def pick(english: str, chinese: str) -> str:
    return chinese if CHINESE else english


# ---------------------------------------------------------------------------------------------------------- processes
def child_environment() -> dict[str, str]:
    """What children get: this environment, UTF-8, unbuffered output, and the package even where it is not installed."""
    path = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    inherited = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }  # starts twice as fast
    return {
        **inherited,
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": path,
        "GONGFANG_DATA": str(DATA),
        "VIRTUAL_ENV": str(VENV),
    }


class Child:
    """A process that ends when this one is told to end."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)
        for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self.stop)

    def stop(self, signum: int = 0, frame: object = None) -> None:
        with contextlib.suppress(OSError):
            self.process.terminate()

    def wait(self) -> int:
        try:
            return self.process.wait()
        finally:
            self.stop()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()


NOISE = (" + ", " ~ ", "Ignoring ", "Requirement already satisfied", "Looking in ")


def run(command: list[str], environment: dict[str, str] | None = None, quiet: bool = False) -> bool:
    """Run to the end; whether it went well. A quiet one shows its output only when it did not."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment or child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout
    held = []
    try:
        for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            if quiet:
                held.append(line)
            elif not line.startswith(NOISE):
                print("  " + line, flush=True)
    except BaseException:
        process.terminate()
        raise
    if process.wait() and quiet:
        print("\n".join(held), flush=True)
    return process.returncode == 0


# -------------------------------------------------------------------------------------------------------- environment
def digest(*paths: Path) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def installed() -> dict[str, str]:
    """What the stamp says is installed; nothing where this Python or this folder is another one."""
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    same = stamp.get("python") == sys.version and stamp.get("root") == str(ROOT) and PYTHON.exists()
    return stamp if same else {}


def ensure_installed(name: str) -> None:
    """Bring `.venv` to requirements/<name>.txt; costs a few milliseconds when it already is there."""
    files = {key: ROOT / "requirements" / f"{key}.txt" for key in ("base", "dev")}
    want = {key: digest(path, ROOT / "pyproject.toml") for key, path in files.items()}
    stamp = installed()
    if stamp.get(name) == want[name]:
        return
    make_venv()
    install(files[name])
    done = {"python": sys.version, "root": str(ROOT), name: want[name], "base": want["base"]}
    if stamp.get("dev") == want["dev"]:
        done["dev"] = want["dev"]
    STAMP.write_text(json.dumps(done), "utf-8")


def make_venv() -> None:
    works = PYTHON.exists() and run(
        [str(PYTHON), "-c", "import pip, sys; assert sys.version_info >= (3, 11)"], quiet=True
    )
    if works:
        return
    if VENV.exists():
        say("The folder .venv does not work any more; making it anew.", "原有 .venv 已失效，重新建立。")
        shutil.rmtree(VENV)
    say(f"Making a Python environment in {VENV} …", f"正在建立 Python 环境 {VENV} …")
    if not run([sys.executable, "-m", "venv", str(VENV)], dict(os.environ), quiet=True):
        raise Refusal(
            pick(
                "Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv",
                "无法建立虚拟环境。Debian / Ubuntu 请先执行：apt-get install python3-venv",
            )
        )


def install(requirements: Path) -> None:
    """Every package at its pinned version and checksum: by uv (seconds), by pip (a minute or two) where uv cannot."""
    count = sum("==" in line for line in requirements.read_text("utf-8").splitlines())
    say(f"Installing {count} packages, each checked by its checksum …", f"正在安装 {count} 个依赖包（逐个校验）…")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--prefer-binary"]
    started = time.monotonic()
    if not (install_uv(pip, requirements) and install_by_uv(requirements)):
        say("Going on with pip; this takes a minute or two.", "改用 pip 安装，需要一两分钟。")
        if not run([*pip, "--progress-bar", "on", "--require-hashes", "-r", str(requirements)]):
            raise Refusal(
                pick(
                    "The packages could not be installed. Is the package index reachable? The lines above say more.",
                    "依赖包安装失败，请检查能否访问软件包源；详情见上。",
                )
            )
        if not run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], quiet=True):
            raise Refusal(pick("The project itself could not be installed.", "项目本身安装失败。"))
    took = time.monotonic() - started
    say(f"Installed in {took:.0f} s.", f"安装完成，用时 {took:.0f} 秒。")


def install_uv(pip: list[str], requirements: Path) -> bool:
    """The pinned uv alone, taken from the same hashed list."""
    lines = requirements.read_text("utf-8").splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith("uv==")), None)
    if start is None:
        return False
    end = start + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    with tempfile.TemporaryDirectory() as folder:
        only_uv = Path(folder) / "uv.txt"
        only_uv.write_text("\n".join(lines[start:end]) + "\n", "utf-8")
        return run([*pip, "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", str(only_uv)], quiet=True)


def install_by_uv(requirements: Path) -> bool:
    command = [str(PYTHON), "-m", "uv", "pip", "install", "--python", str(PYTHON)]
    environment = {**child_environment(), **uv_settings()}
    everything = [*command, "--require-hashes", "-r", str(requirements)]
    project = [*command, "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    return run(everything, environment) and run(project, environment, quiet=True)


def uv_settings() -> dict[str, str]:
    """uv does not read pip's settings: hand on the package mirror, the certificates, and ask for no other Python."""
    said = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found: dict[str, str] = {}
    for line in said.splitlines():
        name, _, value = line.partition("=")
        found[name.split(".", 1)[-1].strip(":. ")] = value.strip("'\" ")
    result = {"UV_PYTHON_DOWNLOADS": "never", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    if found.get("index-url"):
        result["UV_DEFAULT_INDEX"] = found["index-url"]
    extra = [url for url in found.get("extra-index-url", "").split() if url.startswith("http")]
    if extra:
        result["UV_INDEX"] = " ".join(extra)
    if found.get("cert"):
        result["SSL_CERT_FILE"] = found["cert"]
    if not os.access(Path.home(), os.W_OK):
        result["UV_NO_CACHE"] = "1"
    return {name: value for name, value in result.items() if name not in os.environ}


# --------------------------------------------------------------------------------------------------------------- data
def gongfang(*arguments: str) -> list[str]:
    return [str(PYTHON), "-m", "gongfang.cli.main", *arguments]


def schema_version() -> str:
    """Changes whenever the tables may have to change."""
    own = sorted((ROOT / "src" / "gongfang").glob("**/migrations/*.py"))
    database = hashlib.sha256(os.environ.get("GONGFANG_DATABASE_URL", "").encode()).hexdigest()
    return digest(*own, ROOT / "requirements" / "base.txt") + database


def ensure_data(empty: bool) -> None:
    """First start: build the data folder beside its place and move it in when it is whole. Later: migrate when needed."""
    version = schema_version()
    try:
        ready = json.loads(READY.read_text("utf-8"))
    except (OSError, ValueError):
        ready = None
    if ready and ready.get("schema") == version:
        return
    DATA.mkdir(parents=True, exist_ok=True)
    environment = child_environment()
    if ready is not None:
        say("This version changes the tables; migrating (your data stays) …", "新版本需要升级数据库（数据保留）…")
        if not run(gongfang("migrate"), environment):
            raise Refusal(pick("The migration failed; nothing else was changed.", "数据库升级失败，其余未变动。"))
    else:
        first_start(empty, environment)
    READY.write_text(json.dumps({"schema": version}), "utf-8")


def first_start(empty: bool, environment: dict[str, str]) -> None:
    say(
        *(
            ("First start: making an empty company …", "首次启动：建立空账套 …")
            if empty
            else (
                "First start: building the demo factory and its history (about half a minute) …",
                "首次启动：导入演示工厂并模拟近期业务（约半分钟）…",
            )
        )
    )
    kept = any(path.suffix == ".sqlite3" for path in DATA.iterdir())  # restored, say: never replaced, only migrated
    if os.environ.get("GONGFANG_DATABASE_URL") or kept:
        set_up(empty, environment)
        return
    if not (BUILDING / "whole").exists():
        shutil.rmtree(BUILDING, ignore_errors=True)
        BUILDING.mkdir()
        set_up(empty, {**environment, "GONGFANG_DATA": str(BUILDING)})
        (BUILDING / "whole").touch()
    for path in sorted(BUILDING.iterdir(), key=lambda path: (path.name == "whole", ".sqlite3" in path.name)):
        os.replace(path, DATA / path.name)  # the database comes last but one: without it the next start begins anew
    (DATA / "whole").unlink()
    BUILDING.rmdir()


def set_up(empty: bool, environment: dict[str, str]) -> None:
    if not run(gongfang("setup", "--empty" if empty else "--demo"), environment):
        raise Refusal(
            pick("The first start did not finish; the next one begins anew.", "首次启动未完成，下次将重新开始。")
        )


# --------------------------------------------------------------------------------------------------------------- serve
def chosen_port() -> int:
    named = os.environ.get("GONGFANG_PORT") or "8000"
    if not named.isdigit() or not 0 < int(named) < 65536:
        raise Refusal(
            pick(f"GONGFANG_PORT must be a port number, not {named!r}.", f"GONGFANG_PORT 不是有效端口：{named}")
        )
    with socket.socket() as probe:
        if not ON_WINDOWS:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(named)))
        except OSError:
            raise Refusal(
                pick(
                    f"Port {named} is in use. Stop what uses it, or choose another: GONGFANG_PORT=8001 python3 run.py",
                    f"端口 {named} 已被占用。请先停止占用它的程序，或换一个：GONGFANG_PORT=8001 python3 run.py",
                )
            ) from None
    return int(named)


def answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url + "/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def banner(url: str) -> None:
    say(f"\n  Gongfang is ready:  {url}\n", f"\n  工坊已启动：  {url}\n")
    with contextlib.suppress(OSError):
        print((DATA / "demo-logins.txt").read_text("utf-8"), flush=True)
    say("  Stop it with Ctrl-C.\n", "  按 Ctrl-C 停止。\n")


def serve(empty: bool) -> int:
    ensure_installed("base")
    port = chosen_port()
    ensure_data(empty)
    url = f"http://{HOST}:{port}"
    say("Starting the server …", "正在启动服务 …")
    child = Child(
        gongfang("serve", "--host", HOST, "--port", str(port), "--parent", str(os.getpid())), child_environment()
    )
    deadline = time.monotonic() + START_SECONDS
    while child.process.poll() is None and time.monotonic() < deadline:
        if answers(url):
            banner(url)
            break
        time.sleep(0.1)
    code = child.wait()
    return 0 if code in (0, -signal.SIGTERM, -signal.SIGINT) else code


def test(arguments: list[str]) -> int:
    ensure_installed("dev")
    child = Child([str(PYTHON), str(ROOT / "tools" / "run_tests.py"), *arguments], child_environment())
    return child.wait()


def main(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace", line_buffering=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as by Ctrl-C: what was started is stopped too
    try:
        if arguments[:1] == ["test"]:
            return test(arguments[1:])
        parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--empty", action="store_true", help="start with an empty company")
        return serve(parser.parse_args(arguments).empty)
    except Refusal as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
