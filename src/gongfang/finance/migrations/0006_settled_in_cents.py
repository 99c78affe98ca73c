"""What payments matched after they were posted had settled to a hundredth: count every invoice's settled amount anew."""

from django.db import migrations
from django.db.models import Sum

SIDES = (("PurchaseInvoice", "PaymentLine"), ("SalesInvoice", "ReceiptLine"))


def recount(apps, schema_editor):
    for invoice_name, line_name in SIDES:
        invoices, lines = apps.get_model("finance", invoice_name), apps.get_model("finance", line_name)
        matched = lines.objects.filter(document__approval="approved").order_by()
        sums = dict(matched.values_list("invoice").annotate(Sum("amount")))
        wrong = [row for row in invoices.objects.exclude(settled_amount=0) if row.settled_amount != sums.get(row.pk, 0)]
        for row in wrong:
            row.settled_amount = sums.get(row.pk, 0)
        invoices.objects.bulk_update(wrong, ["settled_amount"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("finance", "0005_replacements")]
    operations = [migrations.RunPython(recount, migrations.RunPython.noop)]
