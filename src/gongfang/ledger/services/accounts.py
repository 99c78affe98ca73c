"""The chart of accounts as people change it: sub-accounts, names, and which account plays which part."""

import uuid

from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.ledger.models import Account, AccountBalance, AccountRole
from gongfang.platform.documents.editing import locked
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb


@verb("ledger.create_account", N_("New sub-account"), roles=("accountant",))
def create_account(*, actor: User, request_id: uuid.UUID, parent: int, code: str, name: str, dims: str = "") -> Account:
    """Add an account below another; it takes over kind and side. code: the parent's and two digits more.

    Raises DomainError: code_form, code_taken, parent_in_use (it was posted to itself), stock_account.
    """
    above = locked(Account, parent)  # type: ignore[type-var]
    problems = []
    if not (code.startswith(above.code) and len(code) == len(above.code) + 2 and code.isdigit()):
        problems.append(
            Problem("code_form", "The code has to be {parent} and two digits more.", where="code", parent=above.code)
        )
    if Account.objects.filter(code=code).exists():
        problems.append(Problem("code_taken", "There is an account {code} already.", where="code", code=code))
    if above.is_leaf and AccountBalance.objects.filter(account=above).exists():
        problems.append(
            Problem(
                "parent_in_use",
                "{account} was posted to; it cannot be divided any more.",
                where="parent",
                account=str(above),
            )
        )
    if above.is_controlled or (above.is_leaf and above.played.exists()):
        problems.append(
            Problem("account_plays_part", "{account} is used by automatic postings; assign its part to another account first.", where="parent", account=str(above))
        )  # fmt: skip
    refuse_if(problems)
    if above.is_leaf:
        note(above, is_leaf=(True, False))
        above.is_leaf = False
        above.save(update_fields=["is_leaf"])
    return Account.objects.create(
        code=code, name=name, kind=above.kind, direction=above.direction, parent=above, dims=dims or above.dims
    )


@verb("ledger.change_account", N_("Rename account"), roles=("accountant",))
def change_account(
    *,
    actor: User,
    request_id: uuid.UUID,
    account_id: int,
    name: str,
    is_active: bool = True,
    version: int | None = None,
) -> Account:
    """Rename an account, or take it out of use; its code and its past stay."""
    account = locked(Account, account_id, version=version)  # type: ignore[type-var]
    if not is_active and account.played.exists():
        raise DomainError(
            Problem("account_plays_part", "{account} is used by automatic postings; assign its part to another account first.", account=str(account))
        )  # fmt: skip
    for field, value in (("name", name), ("is_active", is_active)):
        if getattr(account, field) != value:
            note(account, **{field: (getattr(account, field), value)})
            setattr(account, field, value)
    account.version += 1
    account.save(update_fields=["name", "is_active", "version"])
    return account


@verb("ledger.assign_role", N_("Assign account role"), roles=("accountant",))
def assign_role(*, actor: User, request_id: uuid.UUID, role_id: int, account: int) -> AccountRole:
    """Let another account play a part in the postings from now on. Raises DomainError: not_a_leaf, kind_differs."""
    row = AccountRole.objects.select_for_update(of=("self",)).select_related("account").get(pk=role_id)
    wanted = Account.objects.get(pk=account)
    problems = []
    if not wanted.is_leaf or not wanted.is_active:
        problems.append(
            Problem(
                "not_a_leaf", "{account} has sub-accounts: choose one of them.", where="account", account=str(wanted)
            )
        )
    if wanted.is_controlled != row.account.is_controlled:
        problems.append(
            Problem("kind_differs", "{account} does not fit: stock accounts and other accounts do not stand in for each other.", where="account", account=str(wanted))
        )  # fmt: skip
    refuse_if(problems)
    note(row, account=(row.account, wanted))
    row.account = wanted
    row.save(update_fields=["account"])
    return row
