import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0016_objectives_in_turn")]

    operations = [
        migrations.AddField(
            model_name="planrun", name="changed_count", field=models.PositiveIntegerField(null=True, verbose_name="items changed")
        ),
        migrations.AddField(
            model_name="planrun",
            name="kind",
            field=models.CharField(
                choices=[
                    ("regenerative", "All items"),
                    ("net_change", "Net change"),
                    ("fallen_back", "Net change, planned in full"),
                ],
                default="regenerative",
                max_length=12,
                verbose_name="kind of run",
            ),
        ),
        migrations.CreateModel(
            name="PlanMemory",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="memory",
                        serialize=False, to="planning.planrun",
                    ),
                ),
                ("packed", models.BinaryField()),
            ],
            options={"verbose_name": "memory of a plan"},
        ),
    ]
