"""Proof that the database is what its ledgers and documents say: every package brings checks, one run names each faulty row.

A package offers `<package>/verify.py` with `CHECKS: list[Check]`. A check is set-based SQL that yields one Fault per row.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from time import perf_counter

from django.conf import settings
from django.db import connection

from gongfang.kernel.errors import N_
from gongfang.platform.audit.models import AuditRow, AuditTail
from gongfang.platform.audit.services import broken_links

FAULTS_MAX = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it must be. row: which row ("ledger_balance 17"); message: found and expected."""

    check: str
    row: str
    message: str

    def __str__(self) -> str:
        return f"{self.check}: {self.row}: {self.message}"


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant. name: a stable code ("ledger.balances"); title: the invariant in a sentence."""

    name: str
    run: Callable[[], Iterable[Fault]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """How one check went. faults: at most FAULTS_MAX of them."""

    check: Check
    faults: list[Fault]
    seconds: float


def sql_check(name: str, title: str, sql: str, message: str) -> Check:
    """A check made of one query. Its first column names the row, the others fill `message` ("{0} instead of {1}")."""

    def run() -> Iterator[Fault]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            for row in cursor.fetchmany(FAULTS_MAX):
                yield Fault(name, str(row[0]), message.format(*row[1:]))

    return Check(name, run, title)


def totals_checks(package: str, title: str, prefixes: Mapping[str, str]) -> list[Check]:
    """That the three amounts of each document are the sums of its lines'. prefixes: table of the documents → what their numbers begin with."""
    return [
        sql_check(
            f"{package}.{table}_totals", title,
            f"""
            SELECT '{prefix} ' || d.number, d.net_amount, d.tax_amount, d.total_amount, COALESCE(SUM(l.net_amount), 0),
                   COALESCE(SUM(l.tax_amount), 0), COALESCE(SUM(l.total_amount), 0)
            FROM {package}_{table} d LEFT JOIN {package}_{table}line l ON l.document_id = d.id
            GROUP BY d.id, d.number, d.net_amount, d.tax_amount, d.total_amount
            HAVING d.net_amount <> COALESCE(SUM(l.net_amount), 0) OR d.tax_amount <> COALESCE(SUM(l.tax_amount), 0)
                OR d.total_amount <> COALESCE(SUM(l.total_amount), 0) OR d.total_amount <> d.net_amount + d.tax_amount
            """,
            "{0} + {1} = {2} cents, the lines add up to {3} + {4} = {5}",
        )
        for table, prefix in prefixes.items()
    ]  # fmt: skip


def checks() -> list[Check]:
    """All checks, those of lower packages first."""
    found = list(CHECKS)
    for domain in settings.DOMAINS:
        if find_spec(f"gongfang.{domain}") and find_spec(f"gongfang.{domain}.verify"):
            found.extend(importlib.import_module(f"gongfang.{domain}.verify").CHECKS)
    return found


def run_each(wanted: Iterable[Check] | None = None) -> Iterator[Result]:
    """Run the checks one by one, for progress and for a report that names also what is sound."""
    for check in checks() if wanted is None else wanted:
        started = perf_counter()
        faults = []
        for fault in check.run():
            faults.append(fault)
            if len(faults) == FAULTS_MAX:
                break
        yield Result(check, faults, perf_counter() - started)


def run_all() -> list[Fault]:
    """Every fault found; an empty list means that everything adds up."""
    return [fault for result in run_each() for fault in result.faults]


def _audit_chain() -> Iterator[Fault]:
    rows = AuditRow.objects.order_by("id").iterator(chunk_size=5000)
    last = None

    def watched() -> Iterator[AuditRow]:
        nonlocal last
        for row in rows:
            last = row
            yield row

    for pk in broken_links(watched()):
        yield Fault("platform.audit", f"platform_auditrow {pk}", "the hash does not fit the row or the one before it")
    tail = AuditTail.objects.filter(pk=1).first()
    expected = (last.id, last.hash) if last else (0, "0" * 64)
    found = (tail.last_id, tail.last_hash) if tail else (0, "0" * 64)
    if found != expected:
        yield Fault(
            "platform.audit", "platform_audittail 1", f"the chain ends at {expected[0]}, its tail says {found[0]}"
        )


CHECKS = [Check("platform.audit", _audit_chain, N_("The audit chain is whole"))]
