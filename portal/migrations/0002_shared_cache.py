from django.core.cache import caches
from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    """The table in which all processes count attempts to sign in."""
    if hasattr(caches["default"], "cache_model_class"):
        call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_groups")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
