from django.db import migrations

LINES = "SELECT COUNT(*) FROM inventory_stockcountline l WHERE l.document_id = inventory_stockcount.id"


class Migration(migrations.Migration):
    """Counts that were approved before say how many of their lines were right."""

    dependencies = [("inventory", "0002_stock_control")]

    operations = [
        migrations.RunSQL(
            f"UPDATE inventory_stockcount SET line_count = ({LINES}),"
            f" right_count = ({LINES} AND COALESCE(l.recounted, l.counted, l.quantity) = l.quantity)"
            " WHERE approval = 'approved' AND line_count = 0",
            migrations.RunSQL.noop,
        )
    ]
