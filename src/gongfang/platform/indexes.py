"""Steps of migrations that change how tables are kept, not what they hold."""

from typing import Any

from django.db import migrations


class Unindexed(migrations.AlterField):
    """A field loses the index that came with it, because another index serves the same questions.

    On SQLite a plain AlterField would write the whole table anew and lose its triggers; there only the index is dropped.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._turn(app_label, schema_editor, from_state, to_state, indexed=False)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._turn(app_label, schema_editor, from_state, to_state, indexed=True)

    def _turn(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any, *, indexed: bool) -> None:
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        if indexed:
            schema_editor.execute(schema_editor._create_index_sql(model, fields=[field]))
        else:
            name = schema_editor._create_index_name(model._meta.db_table, [field.column])
            schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(name)}")


def roomy(*tables: str) -> migrations.RunPython:
    """Leave half of each page of small tables whose rows change with every posting free, on PostgreSQL.

    A changed row then finds room beside the old one and no index has to follow; otherwise the indexes grow with every change
    until the tables are vacuumed. It holds for pages written from now on.
    """

    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for table in tables:
                schema_editor.execute(f"ALTER TABLE {table} SET (fillfactor = 50)")

    def back(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for table in tables:
                schema_editor.execute(f"ALTER TABLE {table} RESET (fillfactor)")

    return migrations.RunPython(run, back)
