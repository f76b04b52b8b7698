"""What the ground floor must know of partners: both searches."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from partners import checks, index, registerindex  # noqa: F401 -- checks register themselves
from partners.models import (
    Agreement,
    AgreementKind,
    AgreementParty,
    Institution,
    InstitutionName,
    Place,
)
from publishing.cache import due
from publishing.editorial import languages, targets
from publishing.search import names
from publishing.search.documents import Document
from publishing.search.documents import register as searchable
from publishing.search.publishable import ALWAYS


def register():
    targets.register(
        "partners:institution",
        Institution,
        public=lambda rows, language: rows.public(),
        stands_in="merged_into",
    )
    targets.register(
        "partners:agreement",
        Agreement,
        lookup="number",
        public=lambda rows, language: rows.public(),
    )
    # In this order: for a party that comes or goes, the directory's index holds the institution,
    # so that nobody renames it before the register's has its name.
    index.register()
    registerindex.register()
    due.register_action(bring_up_to_date)
    searchable(
        "institution",
        Institution,
        institution_document,
        queryset=institutions,
        related={
            InstitutionName: lambda name: [name.institution_id],
            Place: lambda place: place.city_institutions.values_list("pk", flat=True),
        },
    )
    searchable(
        "agreement",
        Agreement,
        agreement_document,
        queryset=Agreement.objects.for_register,
        related={
            AgreementParty: lambda party: [party.agreement_id],
            Institution: registerindex.agreements_naming,
            AgreementKind: lambda kind: kind.agreements.values_list("pk", flat=True),
        },
    )


def bring_up_to_date():
    """Writes what a new day changes in the indexes, before a page is rendered that reads them."""
    today = timezone.localdate()
    agreements = list(registerindex.stale(today))
    for each in registerindex.indexes():
        each.reindex(agreements)
    names.KINDS[index.KIND].reindex(names.stale(index.KIND, today))


def institutions():
    """All institutions, the office itself too, and whether anyone may see them."""
    public = Institution.objects.public().filter(pk=OuterRef("pk"))
    institutions = Institution.objects.annotate(is_open=Exists(public))
    return institutions.select_related("city").prefetch_related("names")


def institution_document(institution):
    if not institution.is_open:
        return None
    names = [name.text for name in institution.names.all()]
    columns = languages.columns("name")
    city = institution.city
    places = [getattr(city, column) or "" for column in columns] if city else []
    return Document(
        titles={code: languages.text(institution, "name", code) for code in languages.CODES},
        bodies={code: languages.text(institution, "summary", code) for code in languages.CODES},
        visible={code: (ALWAYS, None) for code in languages.CODES},
        url_name="partners:institution",
        url_kwargs={"slug": institution.slug},
        keywords=" ".join(["Partner 合作伙伴", *names, *places]),
    )


def agreement_document(agreement):
    if agreement.public_level == Agreement.PublicLevel.HIDDEN:
        return None
    return Document(
        titles={code: agreement.headline(code) for code in languages.CODES},
        bodies={code: agreement.public_summary(code) for code in languages.CODES},
        visible={code: (ALWAYS, None) for code in languages.CODES},
        url_name="partners:agreement",
        url_kwargs={"number": agreement.number},
        date=agreement.signed_last or agreement.announced_first,
        keywords=f"Agreement 协议 {agreement.number}",
    )
