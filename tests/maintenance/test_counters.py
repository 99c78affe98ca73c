"""Machine counters: each message once, whatever the order and however often it comes."""

import random
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gongfang.maintenance import services as maintenance
from gongfang.maintenance.models import Count, CounterDevice
from gongfang.maintenance.services import Message
from gongfang.maintenance.services.counting import request_of
from gongfang.platform.notifications.models import Notification
from tests.maintenance.conftest import Workshop
from tests.maintenance.test_orders import refused
from tests.trading import D

TOKEN = "a-token-of-twenty-characters"


def device(shop: Workshop, **values: object) -> CounterDevice:
    return shop.do(maintenance.create_device, code="D1", equipment=shop.lathe.pk, token=TOKEN, **values)


def messages(count: int, start: int = 0) -> list[Message]:
    now = timezone.now()
    return [Message(start + n, now + timedelta(seconds=n), D(n % 7), D(1)) for n in range(count)]


def test_replayed_shuffled_and_cut_off_gives_the_same_as_once_in_order(shop: Workshop) -> None:
    counter, sent, luck = device(shop), messages(200), random.Random(7)
    batches = [sent[n : n + luck.randint(1, 30)] for n in range(0, 200, 15)]
    for _ in range(3):
        luck.shuffle(batches)
        for batch in batches:
            mixed = luck.sample(batch, len(batch))[: luck.randint(1, len(batch))]
            shop.do(
                maintenance.take_counts, device_id=counter.pk, messages=mixed, request_id=request_of(counter, mixed)
            )
    shop.do(maintenance.take_counts, device_id=counter.pk, messages=sent)
    lathe, counter = shop.fresh(shop.lathe), shop.fresh(counter)
    assert (lathe.strokes, lathe.run_minutes) == (sum(message.strokes for message in sent), D(200))
    assert (counter.received, counter.highest) == (200, 199)
    before = Count.objects.count()
    shop.do(maintenance.take_counts, device_id=counter.pk, messages=[Message(5, timezone.now(), D(999))])
    assert (Count.objects.count(), shop.fresh(shop.lathe).strokes) == (before, lathe.strokes), (
        "a known number says nothing new"
    )


@pytest.mark.parametrize("size", [2, 300])
def test_a_batch_takes_the_same_statements(shop: Workshop, size: int) -> None:
    counter = device(shop)
    with shop.counted() as statements:
        shop.do(maintenance.take_counts, device_id=counter.pk, messages=messages(size))
    assert statements[0] <= 18


def test_messages_that_cannot_be(shop: Workshop) -> None:
    counter, now = device(shop), timezone.now()
    for sent, code in (
        ([], "batch_size"), (messages(1001), "batch_size"), ([Message(-1, now)], "bad_sequence"), ([Message(2**62, now)], "bad_sequence"),
        ([Message(0, now, D(-1))], "bad_count"), ([Message(0, now, D(10**9))], "bad_count"), ([Message(0, now, D(1), D(-1))], "bad_count"),
        ([Message(0, now + timedelta(days=2))], "in_the_future"),
    ):  # fmt: skip
        assert refused(lambda sent=sent: shop.do(maintenance.take_counts, device_id=counter.pk, messages=sent)) == code
    shop.do(maintenance.change_device, device_id=counter.pk, is_active=False)
    assert (
        refused(lambda: shop.do(maintenance.take_counts, device_id=counter.pk, messages=messages(1)))
        == "device_unknown"
    )
    assert Count.objects.count() == 0


def test_tokens(shop: Workshop) -> None:
    counter = device(shop)
    assert maintenance.device_of_token(TOKEN) == counter and maintenance.device_of_token(TOKEN, "D1") == counter
    assert maintenance.device_of_token(TOKEN, "D2") is None and maintenance.device_of_token("") is None
    assert TOKEN not in counter.token_hash
    assert (
        refused(lambda: shop.do(maintenance.create_device, code="D2", equipment=shop.lathe.pk, token="short"))
        == "token_short"
    )
    assert (
        refused(lambda: shop.do(maintenance.create_device, code="D2", equipment=shop.lathe.pk, token=TOKEN))
        == "token_taken"
    )
    shop.do(maintenance.renew_token, device_id=counter.pk, token=TOKEN + "-2")
    assert maintenance.device_of_token(TOKEN) is None and maintenance.device_of_token(TOKEN + "-2") == counter


def test_a_mould_with_a_counter_warns_once_near_its_limit(shop: Workshop) -> None:
    maintainer = shop.user("maintainer")
    mould = shop.equip("M1", "mould", life_strokes=D(100))
    counter = shop.do(maintenance.create_device, code="D9", equipment=mould.pk, token=TOKEN + "9")
    for number, strokes in enumerate((89, 1, 5, 5, 5)):
        shop.do(maintenance.take_counts, device_id=counter.pk, messages=[Message(number, timezone.now(), D(strokes))])
        assert Notification.objects.filter(user=maintainer).count() == (0 if number == 0 else 1)


def test_counts_are_never_changed(shop: Workshop) -> None:
    counter = device(shop)
    shop.do(maintenance.take_counts, device_id=counter.pk, messages=messages(1))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE maintenance_count SET strokes = 0")
