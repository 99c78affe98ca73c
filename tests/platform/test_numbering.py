"""Numbers are drawn from a locked counter: unique, in order, per type and day."""

from datetime import date

import pytest

from gongfang.platform.documents.models import NumberRule
from gongfang.platform.documents.numbering import next_numbers, next_serials

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


class Order:
    doc_type, prefix = "test.order", "XS"


def test_numbers_carry_prefix_date_and_serial():
    assert next_numbers(Order, date(2026, 11, 22)) == ["XS20261122-0001"]
    assert next_numbers(Order, date(2026, 11, 22), 2) == ["XS20261122-0002", "XS20261122-0003"]
    assert next_numbers(Order, date(2026, 11, 23)) == ["XS20261123-0001"]


def test_a_rule_changes_prefix_period_and_width():
    NumberRule.objects.create(doc_type="test.order", prefix="SO", date_format="%Y%m", width=6)
    assert next_numbers(Order, date(2026, 11, 22)) == ["SO202611-000001"]


def test_a_thousand_numbers_cost_what_one_costs(django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(set(next_numbers(Order, date(2026, 1, 1), 1000))) == 1000


def test_series_are_apart():
    assert (next_serials("a"), next_serials("b"), next_serials("a", 5), next_serials("a")) == (1, 1, 2, 7)
