from django.db import migrations

from partners.basics import load_basics, load_terms


def load(apps, schema_editor):
    load_basics(
        institution_type=apps.get_model("partners", "InstitutionType"),
        agreement_kind=apps.get_model("partners", "AgreementKind"),
        cooperation_field=apps.get_model("partners", "CooperationField"),
        place=apps.get_model("partners", "Place"),
    )
    load_terms(apps.get_model("editorial", "Term"))


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial"), ("editorial", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
