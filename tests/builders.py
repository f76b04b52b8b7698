"""Short ways to the rows that tests talk about. Everything not named is unremarkable."""

import itertools

from django.contrib.auth.models import Group, User
from django.utils import timezone

from news.models import Event, Release
from partners.models import (
    Agreement,
    AgreementParty,
    CooperationField,
    Institution,
    InstitutionType,
    Participation,
    Person,
    Place,
    Post,
)
from portal.models import Page
from publishing.editorial import languages, services

_numbers = itertools.count(1)


def make_user(name="", group="", **kwargs):
    user = User.objects.create_user(
        username=name or f"user{next(_numbers)}", password="pw", is_staff=True, **kwargs
    )
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def make_field(slug="", **kwargs):
    slug = slug or f"field-{next(_numbers)}"
    return CooperationField.objects.create(
        slug=slug, **{"name_en": slug.title(), "name_zh_hans": f"领域{slug}"} | kwargs
    )


def make_place(name="Nanjing", chinese="南京", **kwargs):
    return Place.objects.create(name_en=name, name_zh_hans=chinese, **kwargs)


def make_institution(name="", chinese="", *, types=(), **kwargs):
    number = next(_numbers)
    institution = Institution.objects.create(
        name_en=name or f"Institution {number}",
        name_zh_hans=chinese or f"机构{number}",
        **kwargs,
    )
    institution.types.set(types)
    return institution


def make_type(code="university", **kwargs):
    names = {"name_en": code.title(), "name_zh_hans": code, "ror": "education"}
    return InstitutionType.objects.get_or_create(code=code, defaults=names | kwargs)[0]


def make_agreement(*parties, **kwargs):
    """``parties`` are institutions, or labels."""
    agreement = Agreement.objects.create(**{"kind_id": "cooperation"} | kwargs)
    for order, party in enumerate(parties):
        named = {"label_en": party} if isinstance(party, str) else {"institution": party}
        AgreementParty.objects.create(agreement=agreement, order=order, **named)
    return agreement


def make_concluded(*parties, signed="2020-09-25", **kwargs):
    """An agreement of which only the day of the last signature is known."""
    parties = parties or (make_institution(), make_institution())
    return make_agreement(*parties, **{"signed": signed} | kwargs)


def make_person(name="", chinese="", **kwargs):
    number = next(_numbers)
    return Person.objects.create(
        name_en=name or f"Person {number}", name_zh_hans=chinese or f"人物{number}", **kwargs
    )


def make_post(person, title, chinese="", **kwargs):
    return Post.objects.create(person=person, title_en=title, title_zh_hans=chinese, **kwargs)


def make_participation(target, person=None, **kwargs):
    return Participation.objects.create(target=target, person=person, **kwargs)


def _make_item(model, title_field, public, kwargs):
    """``public``: the languages that are published, or none."""
    number = next(_numbers)
    texts = {
        f"{title_field}_en": f"Title {number}",
        f"{title_field}_zh_hans": f"标题{number}",
        "body_en": "<p>Text.</p>",
        "body_zh_hans": "<p>正文。</p>",
    }
    item = model.objects.create(**texts | kwargs)
    for code in public:
        services.publish(item=item, language=code, at=timezone.now())
    return item


def make_release(*, public=languages.CODES, **kwargs):
    return _make_item(Release, "headline", public, kwargs)


def make_event(*, public=languages.CODES, **kwargs):
    return _make_item(Event, "title", public, {"start_date": "2020-09-25"} | kwargs)


def make_page(*, public=languages.CODES, **kwargs):
    return _make_item(Page, "title", public, kwargs)
