"""The approval flows that purchase orders ship with, switched off: a buyer decides; from an amount on, the owner after them."""

from django.db import migrations

LIMIT = "50000"


def seed(apps, schema_editor):
    flow_model = apps.get_model("platform", "ApprovalFlow")
    step_model = apps.get_model("platform", "ApprovalStep")
    if flow_model.objects.filter(doc_type="purchasing.order").exists():
        return
    large = flow_model.objects.create(
        doc_type="purchasing.order", name="采购订单大额：采购 → 老板", priority=10, is_active=False,
        conditions=[{"field": "total_amount", "op": ">=", "value": LIMIT}],
    )  # fmt: skip
    small = flow_model.objects.create(doc_type="purchasing.order", name="采购订单：采购", priority=20, is_active=False)
    step_model.objects.bulk_create(
        [
            step_model(flow=large, order=1, role="buyer"),
            step_model(flow=large, order=2, role="owner"),
            step_model(flow=small, order=1, role="buyer"),
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("purchasing", "0002_sourcing_and_suppliers"), ("platform", "0002_triggers")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
