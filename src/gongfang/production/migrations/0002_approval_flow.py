"""The approval flow that work orders ship with: planning, warehouse, production. Each step may be switched off."""

from django.db import migrations

STEPS = ("planner", "keeper", "supervisor")


def seed(apps, schema_editor):
    flow_model = apps.get_model("platform", "ApprovalFlow")
    step_model = apps.get_model("platform", "ApprovalStep")
    if flow_model.objects.filter(doc_type="production.work_order").exists():
        return
    flow = flow_model.objects.create(doc_type="production.work_order", name="工单审批：计划 → 仓库 → 生产", priority=10)
    step_model.objects.bulk_create(
        [step_model(flow=flow, order=order, role=role) for order, role in enumerate(STEPS, start=1)]
    )


class Migration(migrations.Migration):
    dependencies = [("production", "0001_initial"), ("platform", "0002_triggers")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
