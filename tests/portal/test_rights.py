"""Every address of the admin, as every role: the exact answer.

A new page of the admin belongs into ``rights.txt`` beside this file; the test prints its line.
"""

from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern
from django.utils import timezone

from news.models import Boilerplate, BoilerplateVersion, Commitment, PressContact
from partners.models import (
    AgreementKind,
    ConfirmationLink,
    FormerAddress,
    InstitutionMerge,
    Proposal,
)
from portal.linkcheck.models import ExternalLink
from portal.models import Banner, HomeBlock, MenuItem, Milestone, Pin, SiteSettings
from portal.outbox.models import Letter
from portal.subscriptions.models import Subscriber
from publishing.editorial import audit, copies
from publishing.editorial.terms import Term
from publishing.editorial.unsaved import undone
from publishing.media.models import File, Image, Video
from publishing.pageviews.models import Correction, Total
from publishing.pageviews.services import set_base
from publishing.search.models import SearchMiss
from tests.builders import (
    make_agreement,
    make_event,
    make_field,
    make_institution,
    make_page,
    make_person,
    make_place,
    make_post,
    make_release,
    make_type,
    make_user,
)

pytestmark = pytest.mark.django_db

ROLES = ["nobody", "Author", "Editor", "Publisher", "Partner manager", "superuser"]
APPS = ["news", "partners", "portal", "media", "editorial", "pageviews", "auth"]
TABLE = Path(__file__).with_name("rights.txt")
ACTIONS = Path(__file__).with_name("rights_actions.txt")


def expected(table=TABLE) -> dict[str, list[int]]:
    rows = (line.split() for line in table.read_text().splitlines() if line[:1] not in ("", "#"))
    return {name: [int(status) for status in answers] for name, *answers in rows}


def make_correction(release):
    set_base(key="release", object_id=release.pk, base=190)
    return Correction.objects.get()


def make_authenticator():
    kind = Authenticator.Type.RECOVERY_CODES
    return Authenticator.objects.create(user=make_user("careful"), type=kind, data={})


def make_proposal(institution):
    link = ConfirmationLink.objects.create(institution=institution, expires_at=timezone.now())
    return Proposal.objects.create(institution=institution, link=link)


@pytest.fixture
def world():
    """One row of every kind, by model; several states of what is published."""
    release, page = make_release(), make_page(slug="about-us")
    person, institution = make_person(), make_institution()
    boilerplate = Boilerplate.objects.create(name="The office")
    rows = {
        "release": release,
        "person": person,
        "post": make_post(person, "Director"),
        "institutionmerge": InstitutionMerge.objects.create(
            kept=institution, duplicate=make_institution(), record={}
        ),
        "formeraddress": FormerAddress.objects.create(slug="before", institution=institution),
        "proposal": make_proposal(institution),
        "commitment": Commitment.objects.create(text_en="A centre.", agreement=make_agreement("A")),
        "event": make_event(),
        "page": page,
        "institution": institution,
        "agreement": make_agreement("A party"),
        "place": make_place(),
        "agreementkind": AgreementKind.objects.get(code="mou"),
        "cooperationfield": make_field(),
        "institutiontype": make_type(),
        "homeblock": HomeBlock.objects.create(part="news"),
        "pin": Pin.objects.create(release=release),
        "banner": Banner.objects.create(text_en="Closed", text_zh_hans="休息"),
        "file": File.objects.create(title="Text", file="x.pdf", sha256="0", size=1),
        "video": Video.objects.create(title="Film", provider="youtube", video_id="x"),
        "boilerplate": boilerplate,
        "boilerplateversion": BoilerplateVersion.objects.create(boilerplate=boilerplate),
        "presscontact": PressContact.objects.create(name_en="Lin", institution=institution),
        "milestone": Milestone.objects.create(date="2020", title_en="Launch"),
        "menuitem": MenuItem.objects.create(page=page),
        "sitesettings": SiteSettings.objects.create(pk=1, name_en="Office"),
        "image": Image.objects.create(title="Bridge", width=1, height=1, file="x.png"),
        "correction": make_correction(release),
        "total": Total.objects.get(),
        "user": make_user("somebody"),
        "group": Group.objects.create(name="Guests"),
        "auditevent": audit.record(audit.Action.EXPORT),
        "term": Term.objects.first(),
        "authenticator": make_authenticator(),
        "subscriber": Subscriber.objects.create(
            email="reader@example.org", language="en", reads_en=True
        ),
        "externallink": ExternalLink.objects.create(address="https://a.example/", fingerprint="0"),
        "letter": Letter.objects.create(recipient="li@example.org", subject="x", message=b""),
        "searchmiss": SearchMiss.objects.create(text="x", language="en", day="2026-01-01"),
    }
    return {name: {"": row} for name, row in rows.items()} | {
        "release": {
            "": release,
            "draft": make_release(public=[]),
            "copy": copies.open_copy(item=make_release()),
        }
    }


def patterns(resolver, prefix=""):
    for entry in resolver.url_patterns:
        namespace = getattr(entry, "namespace", None)
        if isinstance(entry, URLPattern):
            yield prefix, entry
        else:
            yield from patterns(entry, f"{namespace}:" if namespace else prefix)


def addresses(world) -> dict[str, str]:
    """``{name: address}`` of every named page of the admin, once for each state of its row."""
    found = autocompletes()
    for prefix, pattern in patterns(get_resolver()):
        name = f"{prefix}{pattern.name}"
        if prefix not in ("admin:", "desk:") or pattern.name in (None, "view_on_site", "logout"):
            continue
        if pattern.name == "app_list":
            found |= {f"{name}/{app}": reverse(name, args=[app]) for app in APPS}
        elif pattern.pattern.converters:
            for state, row in rows_of(world, pattern.name).items():
                found[f"{name}/{state}" if state else name] = reverse(name, args=[row.pk])
        else:
            found[name] = reverse(name)
    return found


def rows_of(world, name):
    return world["user" if name == "auth_user_password_change" else name.split("_")[1]]


def autocompletes():
    """The chooser behind each relation of each form."""
    found = {}
    for model, model_admin in admin.site._registry.items():
        for field in model_admin.autocomplete_fields:
            query = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}"
            address = f"{reverse('admin:autocomplete')}?{query}&field_name={field}"
            found[f"autocomplete:{model._meta.label_lower}.{field}"] = address
    return found


def sign_in(client, role):
    client.logout()
    if role == "superuser":
        client.force_login(make_user(is_superuser=True))
    elif role != "nobody":
        client.force_login(make_user(group=role))


def test_every_page_answers_every_role_exactly(client, world):
    pages = addresses(world)
    answers = {name: [] for name in pages}
    for role in ROLES:
        sign_in(client, role)
        for name, address in pages.items():
            answers[name].append(client.get(address).status_code)
    wanted = expected()
    wrong = [
        f"{name} {' '.join(map(str, given))}"
        for name, given in sorted(answers.items())
        if wanted.get(name) != given
    ]
    assert not wrong, "\n" + "\n".join(wrong)
    assert set(wanted) == set(pages)


# What the actions behind buttons are sent; each page takes what it knows.
SENT = {
    "post": "yes",
    "number": "1",
    "text": "A word",
    "comment": "0",
    "link": "0",
    "days": "7",
    "preview_language": "en",
    "reason": "",
}
READING = ("_changelist", "_history", "_compare", "_where_used", "_preview", "_preview_page")
# The forms of these stand for all; the others differ in nothing that a role could reach.
FORMS = ("news_release", "partners_agreement", "partners_institution", "auth_user", "auth_group")


def actions(pages):
    """The pages that do something when they are sent to."""
    for name, address in pages.items():
        page = name.removeprefix("admin:").partition("/")[0]
        form = page.rpartition("_")[2] in ("add", "change", "delete")
        secondary = not page.endswith(READING) and page.count("_") >= 2
        if name.startswith("admin:") and (page.startswith(FORMS) if form else secondary):
            yield name, address


def test_every_action_answers_every_role_exactly(client, world):
    """Each is sent and taken back, so that every role finds the same rows."""
    pages = dict(actions(addresses(world)))
    answers = {name: [] for name in pages}
    for role in ROLES:
        sign_in(client, role)
        for name, address in pages.items():
            with undone():
                answers[name].append(client.post(address, SENT).status_code)
    wanted = expected(ACTIONS)
    wrong = [
        f"{name} {' '.join(map(str, given))}"
        for name, given in sorted(answers.items())
        if wanted.get(name) != given
    ]
    assert not wrong, "\n" + "\n".join(wrong)
    assert set(wanted) == set(pages)


def test_files_of_what_is_not_public_are_for_the_desk_alone(client, world, settings):
    settings.PORTAL_ACCEL_PREFIX = "/handed-over"
    image, file = world["image"][""], world["file"][""]
    File.objects.filter(pk=file.pk).update(extension="pdf")
    file.refresh_from_db()
    found = [f"/media/files/{file.uid}/x.pdf", f"/media/{image.uid}/hero-1280.jpg"]
    answers = []
    for role in ROLES:
        sign_in(client, role)
        answers.append([client.get(address).status_code for address in found])
    assert answers == [[404, 404]] + [[200, 404]] * 5
