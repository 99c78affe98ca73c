"""Listen to machine counters on an MQTT broker until told to stop.

Devices publish to <topic>/<device code> with quality of service 1; a message is acknowledged once it is committed, so none is
lost when this process, the database or the broker stops, and none counts twice when it comes again.
"""

import argparse
import os
import queue
import signal
import sys
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from gongfang.cli.boot import boot
from gongfang.cli.speech import complain
from gongfang.cli.speech import gettext as _

BATCH = 500
PAUSE = 0.2
RETRY_SECONDS = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--broker", default=os.environ.get("GONGFANG_MQTT_URL", "mqtt://127.0.0.1:1883"),
        help="mqtt://[user:password@]host[:port], or mqtts:// (default: GONGFANG_MQTT_URL, else this machine)",
    )  # fmt: skip
    parser.add_argument("--topic", default="gongfang/counters", help="topic above the device codes")
    parser.add_argument("--name", default="gongfang-counters", help="client name; one listener per name")
    parser.add_argument("--quiet", action="store_true", help="tell nothing but faults")


def run(args: argparse.Namespace) -> int:
    boot()
    listener = Listener(args)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_given: listener.stopping.set())
    return listener.run()


class Listener:
    """Messages wait in a queue that the network thread fills; this thread takes them in batches and acknowledges them."""

    def __init__(self, args: argparse.Namespace) -> None:
        import paho.mqtt.client as mqtt

        self.args, self.stopping = args, threading.Event()
        self.waiting: queue.Queue[Any] = queue.Queue()
        address = urlsplit(args.broker)
        self.host, secure = address.hostname or "127.0.0.1", address.scheme == "mqtts"
        self.port = address.port or (8883 if secure else 1883)
        self.client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=args.name, clean_session=False, manual_ack=True
        )
        if address.username:
            self.client.username_pw_set(address.username, address.password)
        if secure:
            self.client.tls_set()
        self.client.on_connect = self.connected
        self.client.on_message = lambda client, data, message: self.waiting.put(message)

    def connected(self, client: Any, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            complain(_("The broker refuses: {reason}.").format(reason=reason))
            return
        client.subscribe(f"{self.args.topic}/+", qos=1)
        if not self.args.quiet:
            print(_("listening on {place}").format(place=f"{self.host}:{self.port} {self.args.topic}/+"), flush=True)

    def run(self) -> int:
        self.client.connect_async(self.host, self.port, keepalive=30)
        self.client.loop_start()
        try:
            while not self.stopping.is_set():
                batch = self.next_batch()
                if batch:
                    self.take(batch)
        finally:
            self.client.disconnect()
            self.client.loop_stop()
        return 0

    def next_batch(self) -> list[Any]:
        """What has come, at most so much; waits a little for the first one."""
        try:
            found = [self.waiting.get(timeout=PAUSE)]
        except queue.Empty:
            return []
        while len(found) < BATCH:
            try:
                found.append(self.waiting.get_nowait())
            except queue.Empty:
                break
        return found

    def take(self, batch: list[Any]) -> None:
        """Commit, then acknowledge; while the database is away the messages wait here and at the broker."""
        from django.db import DatabaseError, close_old_connections

        from gongfang.maintenance.services import hear

        texts = [(message.topic.rpartition("/")[2], message.payload) for message in batch]
        while not self.stopping.is_set():
            close_old_connections()
            try:
                heard = hear(texts)
            except DatabaseError as error:
                print(error, file=sys.stderr)
                time.sleep(RETRY_SECONDS)
                continue
            for message in batch:
                self.client.ack(message.mid, message.qos)
            for line in heard.refused:
                complain(line)
            return
