import django.db.models.deletion
from django.db import migrations, models


def fill(apps, schema_editor):
    """Two levels there were: what stands in a main place, and the main places."""
    location = apps.get_model("ledger", "Location")
    rows = list(location.objects.select_related("parent"))
    for row in rows:
        row.path = f"{row.parent.code} / {row.code}" if row.parent_id else row.code
    location.objects.bulk_update(rows, ["path"], batch_size=500)


class Migration(migrations.Migration):
    """Places stand in places to any depth; the path puts them in the order of the tree."""

    dependencies = [("ledger", "0006_reservation_of_line")]

    operations = [
        migrations.AlterField(
            model_name="location",
            name="parent",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="children", to="ledger.location", verbose_name="stands in"),
        ),
        migrations.AddField(
            model_name="location",
            name="path",
            field=models.CharField(blank=True, db_index=True, default="", max_length=400, verbose_name="path"),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
