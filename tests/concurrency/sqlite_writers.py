"""Run by test_ledger_sqlite.py in a process of its own: writers on one SQLite file. Prints what happened as JSON."""

import json
import threading
import uuid
from collections import Counter

WRITERS, ROUNDS = 8, 12


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from gongfang.kernel.errors import DomainError
    from gongfang.ledger.models import StockMove, Voucher
    from gongfang.platform.verbs import verb
    from gongfang.platform.verification import run_all
    from tests.ledger.conftest import Store

    @verb("tests.write", "Write")
    def write(*, actor, request_id, act):  # type: ignore[no-untyped-def]
        act()

    store, outcomes = Store(), Counter()
    store.receive("shaft", "50", "100.00")
    barrier = threading.Barrier(WRITERS)

    def work(n: int) -> None:
        barrier.wait()
        for _ in range(ROUNDS):
            try:
                write(actor=store.user, request_id=uuid.uuid4(), act=lambda: store.ship("shaft", "1"))
                outcomes["done"] += 1
            except DomainError as refusal:
                outcomes[refusal.code] += 1
            except Exception as error:
                outcomes[f"{type(error).__name__}: {error}"] += 1
        connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(
        json.dumps(
            {
                "outcomes": outcomes,
                "moves": StockMove.objects.count(),
                "last": max(Voucher.objects.values_list("number", flat=True)),
                "on_hand": str(store.on_hand("shaft")),
                "faults": [str(fault) for fault in run_all()],
            }
        )
    )


if __name__ == "__main__":
    main()
