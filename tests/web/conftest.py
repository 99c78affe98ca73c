"""People in front of the pages, and a pay list to look at."""

from uuid import uuid4

import pytest
from django.test import Client

from gongfang.people.models import Employee
from gongfang.platform.identity import services as identity
from gongfang.platform.models import User


@pytest.fixture
def admin(db) -> User:
    return identity.register_first_admin(
        actor=None, request_id=uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )


@pytest.fixture
def person(admin):
    """Make a person with roles: person("keeper")."""

    def make(*roles: str) -> User:
        name = "-".join(roles)
        return identity.create_user(
            actor=admin, request_id=uuid4(), username=name, name=name, password="Gongfang-2026", roles=roles
        )

    return make


def browser_of(user: User, language: str = "en") -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = language
    return client


@pytest.fixture
def desk(admin) -> Client:
    return browser_of(admin)


@pytest.fixture
def employees(db):
    """Make a number of employees at once."""

    def make(count: int, start: int = 0) -> None:
        Employee.objects.bulk_create(
            Employee(code=f"E{number:05}", name=f"员工{number}", team=f"{number % 3}组", hourly_rate=20 + number % 7)
            for number in range(start, start + count)
        )

    return make
