"""Employees as a sheet of the exchange workbook."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_
from gongfang.people.models import Employee
from gongfang.platform.exchange.loading import upsert
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, fault

FIELDS = ("name", "department", "team", "job", "hourly_rate", "is_active")


def check(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    taken = dict(Employee.objects.exclude(user=None).values_list("user__username", "code"))
    for row in rows:
        user = row.get("user")
        if user and taken.setdefault(user, row["code"]) != row["code"]:
            yield fault(
                "employees",
                row,
                "user",
                "user_taken",
                "The user “{user}” belongs to employee {employee}.",
                user=user,
                employee=taken[user],
            )


def load(rows: Sequence[Row], context: Context) -> None:
    users = context.ids("users")
    records = [
        {
            "code": row["code"],
            **{name: row.values[name] for name in FIELDS},
            "user_id": users[row["user"]] if row.get("user") else None,
        }
        for row in rows
    ]
    upsert(Employee, records, columns=context.columns["employees"])


def export(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in Employee.objects.select_related("user"):
        yield {
            "code": row.code,
            "user": row.user.username if row.user else None,
            **{name: getattr(row, name) for name in FIELDS},
        }


SHEETS = [
    Sheet(
        "employees", N_("Employees"), unique=("code",), note=N_("The pay list; name the user where the person logs in."),
        columns=[
            Column("code", N_("Employee number"), required=True, max_length=20), Column("name", N_("Full name"), required=True, max_length=60),
            Column("user", N_("User name"), ref="users"), Column("department", N_("Department"), default="", max_length=60),
            Column("team", N_("Team"), default="", max_length=60), Column("job", N_("Position"), default="", max_length=60),
            Column("hourly_rate", N_("Hourly pay"), kind="price", minimum=0, default=Decimal(0), scope="pay"),
            Column("is_active", N_("Active"), kind="bool", default=True),
        ],
        check=check, load=load, export=export, ids=lambda: Employee.objects.values_list("code", "pk"),
    )
]  # fmt: skip
