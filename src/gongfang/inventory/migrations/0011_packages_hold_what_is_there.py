from django.db import migrations


def fit(apps, schema_editor):
    """Until now stock that left did not leave the packages: they keep what is there, the newest first."""
    line, balance, package = (
        apps.get_model(*name) for name in (("inventory", "PackageLine"), ("ledger", "Balance"), ("inventory", "Package"))
    )
    rows = list(line.objects.select_related("package").order_by("-pk"))
    items = {row.item_id for row in rows}
    there = {
        (item, place, lot): quantity
        for item, place, lot, quantity in balance.objects.filter(item__in=items).values_list("item_id", "location_id", "lot_key", "quantity")
    }
    for row in rows:
        key = (row.item_id, row.package.location_id, row.lot_id or 0)
        left = max(there.get(key, 0), 0)
        kept = min(row.quantity, left)
        there[key] = left - kept
        if kept == 0:
            row.delete()
        elif kept != row.quantity:
            row.quantity = kept
            row.save(update_fields=["quantity"])
    package.objects.filter(state="open", lines=None, children=None).update(state="empty")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0010_alert_actions"), ("ledger", "0007_location_path")]

    operations = [migrations.RunPython(fit, migrations.RunPython.noop)]
