"""Serve the pages and the API, and work off background tasks beside it, until Ctrl-C or SIGTERM.

One process with threads answers requests; a second one runs tasks, so that a long plan does not slow a page. For more
than one machine: `gongfang serve --no-worker` on each, behind a proxy, and `gongfang worker` where there is room.
"""

import argparse
import errno
import os
import socket
import subprocess
import sys
import threading
import time

from gongfang.cli.boot import SETTINGS, set_environment
from gongfang.cli.commands.worker import end_with
from gongfang.cli.numbers import whole
from gongfang.cli.speech import complain
from gongfang.cli.speech import gettext as _

THREADS = 8
RESTART_SECONDS = 2
FREE_SECONDS = 10  # a server that was killed leaves its port within these


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=os.environ.get("GONGFANG_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=whole(0, 65535), default=os.environ.get("GONGFANG_PORT") or 8000)
    parser.add_argument("--processes", type=whole(1, 256), default=1, help="processes that answer requests (default 1)")
    parser.add_argument("--threads", type=whole(1, 1000), default=THREADS, help=f"threads of each (default {THREADS})")
    parser.add_argument("--no-worker", action="store_true", help="run no background tasks here")
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    set_environment()
    if args.parent:
        end_with(args.parent)
    if not becomes_free(args.host, args.port):
        text = _("Port {port} of {host} is in use. Stop what uses it, or choose another: gongfang serve --port …")
        complain(text.format(port=args.port, host=args.host))
        return 1
    from granian import Granian

    worker = None if args.no_worker else TaskWorker()
    server = Granian(
        "gongfang.cli.served:application",
        address=args.host,
        port=args.port,
        interface="wsgi",
        workers=args.processes,
        blocking_threads=args.threads,
        backlog=512,
        websockets=False,
        log_level=os.environ.get("GONGFANG_LOG_LEVEL", "error").lower(),
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    if args.host not in {"127.0.0.1", "localhost", "::1"} and os.environ["DJANGO_SETTINGS_MODULE"] == SETTINGS:
        complain(
            _("Others can reach this server; DJANGO_SETTINGS_MODULE=gongfang.config.settings.prod is made for that.")
        )
    if worker:
        worker.start()
    try:
        server.serve()
    finally:
        if worker:
            worker.stop()
    return 0


def becomes_free(host: str, port: int) -> bool:
    """Whether nobody answers there, now or soon. The server's own sockets may share a port, so two servers would divide the visitors."""
    deadline = time.monotonic() + FREE_SECONDS
    while not _is_free(host, port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _is_free(host: str, port: int) -> bool:
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return True  # the server says itself what is wrong with the name
    with socket.socket(family, kind, protocol) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            return error.errno != errno.EADDRINUSE  # else the server says itself why it may not have it
    return True


class TaskWorker:
    """Keeps one `gongfang worker` process alive beside the server."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self.keep_alive, daemon=True, name="task-worker")

    def start(self) -> None:
        self.thread.start()

    def keep_alive(self) -> None:
        """Start the worker once the pages had their chance, and again whenever it ends."""
        command = [sys.executable, "-m", "gongfang.cli.main", "worker", "--parent", str(os.getpid())]
        self.stopping.wait(RESTART_SECONDS)
        while not self.stopping.is_set():
            self.process = subprocess.Popen(command)
            self.process.wait()
            self.stopping.wait(RESTART_SECONDS)

    def stop(self) -> None:
        """Ask the worker to finish its task; end it when that takes too long."""
        self.stopping.set()
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        deadline = time.monotonic() + 10
        while self.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if self.process.poll() is None:
            self.process.kill()
