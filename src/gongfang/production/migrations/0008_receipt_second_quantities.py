import gongfang.platform.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('production', '0007_second_quantities'),
    ]

    operations = [
        migrations.AddField(
            model_name='outputreceiptline',
            name='second_quantity',
            field=gongfang.platform.fields.QuantityField(blank=True, null=True, verbose_name='second quantity'),
        ),
    ]
