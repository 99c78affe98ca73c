from django.db import migrations, models


class Migration(migrations.Migration):
    """The day on which goods of the opening had come."""

    dependencies = [("ledger", "0007_location_path")]

    operations = [
        migrations.AddField(
            model_name="stockmove",
            name="came_on",
            field=models.DateField(null=True, verbose_name="came on"),
        ),
    ]
