from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from portal.groups import create_groups

LABELS = (
    "media",
    "editorial",
    "pageviews",
    "search",
    "partners",
    "news",
    "portal",
    "subscriptions",
    "linkcheck",
)


def make(apps, schema_editor):
    # Rights are otherwise made only after all migrations.
    for label in LABELS:
        create_permissions(live_apps.get_app_config(label), apps=apps, verbosity=0)
    create_groups(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("editorial", "0001_initial"),
        ("pageviews", "0001_initial"),
        ("search", "0001_initial"),
        ("subscriptions", "0001_initial"),
        ("linkcheck", "0001_initial"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
