from django.db import migrations

from partners.basics import load_basics


def load(apps, schema_editor):
    load_basics(
        institution_type=apps.get_model("partners", "InstitutionType"),
        cooperation_field=apps.get_model("partners", "CooperationField"),
        place=apps.get_model("partners", "Place"),
    )


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
