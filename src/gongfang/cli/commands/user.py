"""Add a user, set a password or the roles, list users.

    gongfang user add li.na --name 李娜 --role planner --role buyer
    gongfang user password li.na              asks for it; --password-stdin reads it from a pipe
    gongfang user role li.na planner keeper   these roles and no others
    gongfang user list

On a new system the first `add` makes the administrator.
"""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING
from uuid import uuid4

from gongfang.cli.boot import acting, add_actor_argument, boot
from gongfang.cli.speech import gettext as _
from gongfang.cli.speech import say
from gongfang.kernel.errors import N_, DomainError, Kind, Problem

if TYPE_CHECKING:
    from gongfang.platform.identity.models import User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="part", required=True, metavar="add|password|role|list")
    add = parts.add_parser("add", help="add a user")
    add.add_argument("username")
    add.add_argument("--name", default="", help="the person's name")
    add.add_argument("--role", action="append", default=[], help="a role's code; may be given several times")
    password = parts.add_parser("password", help="set a password")
    password.add_argument("username")
    role = parts.add_parser("role", help="set the roles")
    role.add_argument("username")
    role.add_argument("role", nargs="+")
    for part in (add, password):
        part.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    for part in (add, password, role):
        add_actor_argument(part)
    parts.add_parser("list", help="list users with their roles")


def run(args: argparse.Namespace) -> int:
    boot()
    return {"add": add, "password": set_password, "role": set_roles, "list": list_users}[args.part](args)


def asked_password(args: argparse.Namespace) -> str:
    if args.password_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(_("Password: "))
    if first != getpass.getpass(_("Once more: ")):
        raise DomainError(Problem("password_differs", N_("The two passwords are not the same.")))
    return first


def found(username: str) -> "User":
    from gongfang.platform.identity.models import User

    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        raise DomainError(Problem("unknown_user", N_("There is no user “{name}”."), name=username), Kind.MISSING)
    return user


def add(args: argparse.Namespace) -> int:
    from gongfang.platform.identity.models import User
    from gongfang.platform.identity.services import create_user, register_first_admin

    first = not User.objects.exists()
    if first and args.role not in ([], ["admin"]):
        raise DomainError(Problem("first_is_admin", N_("The first user must be the administrator (role admin).")))
    actor = None if first else acting(args)
    password, name = asked_password(args), args.name or args.username
    if actor is None:
        register_first_admin(actor=None, request_id=uuid4(), username=args.username, name=name, password=password)
    else:
        create_user(
            actor=actor,
            request_id=uuid4(),
            username=args.username,
            name=name,
            password=password,
            roles=args.role,
        )
    say(_("User {name} was added.").format(name=args.username))
    return 0


def set_password(args: argparse.Namespace) -> int:
    from gongfang.platform.identity.services import change_user

    user, actor = found(args.username), acting(args)
    change_user(actor=actor, request_id=uuid4(), user_id=user.pk, password=asked_password(args))
    say(_("User {name} has a new password.").format(name=user.username))
    return 0


def set_roles(args: argparse.Namespace) -> int:
    from gongfang.platform.identity.services import change_user

    user, actor = found(args.username), acting(args)
    change_user(actor=actor, request_id=uuid4(), user_id=user.pk, roles=args.role)
    say(_("User {name} now has: {roles}.").format(name=user.username, roles=", ".join(args.role)))
    return 0


def list_users(args: argparse.Namespace) -> int:
    from gongfang.platform.identity.models import User

    for user in User.objects.order_by("username").prefetch_related("roles"):
        roles = ", ".join(sorted(role.code for role in user.roles.all()))
        left = "" if user.is_active else "  " + _("(inactive)")
        say(f"{user.username:<20} {user.name:<12} {roles}{left}")
    return 0
