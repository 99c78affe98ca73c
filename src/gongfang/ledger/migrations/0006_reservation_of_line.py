from django.db import migrations, models


class Migration(migrations.Migration):
    """What is kept for a document line is found by the line."""

    dependencies = [("ledger", "0005_leaner_indexes")]

    operations = [
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["source_line", "source_type"], name="reservation_of_line"),
        ),
    ]
