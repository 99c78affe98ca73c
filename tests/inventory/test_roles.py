"""Who may do what in the store: every verb, every preset role."""

import uuid

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.platform.identity.models import Role, User
from gongfang.platform.identity.presets import ADMIN, PRESET_ROLES
from gongfang.platform.verbs import REGISTRY

KEEPER = {"keeper"}
DOCUMENTS = ("transfer", "conversion", "other_receipt", "other_issue", "custody")
EXPECTED: dict[str, set[str]] = {
    **{f"inventory.{act}_{noun}": KEEPER for noun in (*DOCUMENTS, "count") for act in ("create", "edit", "submit", "withdraw", "void")},
    **{f"inventory.{act}_{noun}": {"keeper", "owner"} for noun in DOCUMENTS for act in ("approve", "reject", "unapprove")},
    **{f"inventory.{act}_count": {"keeper", "owner", "cost_accountant"} for act in ("approve", "reject", "unapprove")},
    "inventory.open_count": KEEPER, "inventory.tally_count": {"keeper", "supervisor"}, "inventory.tally_package": {"keeper", "supervisor"}, "inventory.finish_count": {"keeper", "supervisor"},
    "inventory.convert_by_bom": KEEPER, "inventory.receive_transfer": KEEPER, "inventory.settle_transit": {"keeper", "owner"},
    "inventory.reschedule_transfer": {"keeper", "planner"}, "inventory.drop_transfer_line": {"keeper", "planner"},
    "inventory.quick_transfer": KEEPER, "inventory.put_away": KEEPER, "inventory.finish_scan": {"keeper", "buyer"},
    "inventory.freeze_goods": {"keeper", "inspector"}, "inventory.free_goods": {"inspector", "owner"},
    **{f"inventory.{act}": KEEPER for act in ("pack", "repack", "unpack", "move_package", "delete_rule")},
    **{f"inventory.{act}_{noun}_rule": KEEPER for act in ("create", "edit") for noun in ("put_away", "picking")},
    **{f"inventory.{act}_count_plan": {"keeper", "cost_accountant", "owner"} for act in ("create", "edit", "run")},
    "inventory.set_purpose_account": {"accountant", "cost_accountant"},
    **{f"inventory.{act}_alert_rule": {"planner", "keeper", "buyer", "owner"} for act in ("create", "edit")},
    "inventory.look_for_alerts": {"planner", "keeper", "buyer", "owner"}, "inventory.replenish": {"planner", "keeper", "buyer", "owner"},
    **{f"inventory.{act}_alert": {"planner", "keeper", "buyer", "owner", "sales"} for act in ("put_off", "assign")},
    "inventory.act_on_alert": {"planner", "keeper", "buyer", "owner", "sales"},
}  # fmt: skip


def test_every_verb_is_given_to_the_roles_it_belongs_to() -> None:
    found = {name: set(verb.roles) for name, verb in REGISTRY.items() if verb.package == "inventory"}
    assert found == EXPECTED


@pytest.mark.django_db
def test_every_other_role_is_refused_before_anything_is_read() -> None:
    for code in PRESET_ROLES:
        if code == ADMIN:
            continue
        role = Role.objects.create(code=code, name=code)
        for name, roles in EXPECTED.items():
            if code in roles:
                role.permissions.create(permission=name)
        user = User.objects.create(username=code, name=code)
        user.roles.add(role)
        for name, roles in EXPECTED.items():
            if code not in roles:
                with pytest.raises(DomainError) as refusal:
                    REGISTRY[name].function(actor=user, request_id=uuid.uuid4())
                assert refusal.value.code == "forbidden", (code, name)
