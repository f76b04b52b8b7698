"""The editor's desk: what waits for whoever has signed in, one function for each part.

Every part asks a constant number of queries, whatever there is to show.
"""

import calendar
import datetime
from dataclasses import dataclass, field
from itertools import groupby, islice

from django.contrib.auth import get_permission_codename
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from news.models import Event, Release
from partners import due
from partners.models import Proposal
from portal.models import Page
from publishing.editorial import languages, policy
from publishing.editorial.comments import Comment
from publishing.editorial.freshness import Freshness
from publishing.editorial.languages import column, columns
from publishing.editorial.models import Stage, State
from publishing.editorial.records import AuditEvent
from publishing.pageviews.statistics import Statistics

KINDS = (Release, Event, Page)
SHOWN = 8
AHEAD_DAYS = 62
DUE_DAYS = 30


@dataclass(frozen=True)
class Row:
    """One line of the desk."""

    title: str
    url: str
    kind: str = ""
    note: str = ""
    at: datetime.datetime | datetime.date | None = None
    languages: tuple[str, ...] = ()

    @property
    def day_alone(self) -> bool:
        """The hour is known only where an instant was chosen."""
        return self.at is not None and not isinstance(self.at, datetime.datetime)

    @property
    def names(self) -> list[tuple[str, str]]:
        return [(languages.TAGS[code], languages.SHORT_NAMES[code]) for code in self.languages]


@dataclass(frozen=True)
class Part:
    """A list of the desk with its heading; ``more`` leads to all of it."""

    key: str
    title: str
    rows: list[Row]
    empty: str
    count: int = 0
    more: str = ""


def _may(user, action, model):
    meta = model._meta
    return user.has_perm(f"{meta.app_label}.{get_permission_codename(action, meta)}")


def _kinds(user):
    return [model for model in KINDS if policy.may_see_history(user, model())]


def _form(row):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def _list(model, **query):
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return address + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")


def _row(item, codes=(), note="", at=None):
    kind = str(item._meta.verbose_name)
    if item.is_copy:
        kind = _("%(kind)s, working copy") % {"kind": kind}
    return Row(str(item), _form(item), kind, note, at or item.saved_at, tuple(codes))


def _light(rows):
    """Titles and states are enough; the long texts stay behind."""
    return rows.defer("body", *columns("body"), "summary", *columns("summary"))


def _gathered(user, condition, order="-saved_at"):
    """Rows of every kind, copies too, that meet ``condition``; one query for each kind."""
    found = []
    for model in _kinds(user):
        rows = model.with_copies.filter(condition)
        found += _light(rows).order_by(order)[: SHOWN * 2]
    return sorted(found, key=lambda item: item.saved_at, reverse=True)


def _in_stage(*stages):
    """Some language waits in one of the stages and is not public."""
    condition = Q()
    for code in languages.CODES:
        condition |= Q((f"{column('stage', code)}__in", stages)) & ~Q(
            (column("state", code), State.PUBLISHED)
        )
    return condition


def _codes_in(item, *stages):
    return [
        code
        for code in languages.CODES
        if item.stage(code) in stages and item.state(code) != State.PUBLISHED
    ]


def drafts(user) -> Part:
    """What I am writing: begun by me and not sent to review in some language."""
    condition = Q()
    for code in languages.CODES:
        condition |= Q((column("stage", code), Stage.WRITING), (column("state", code), State.DRAFT))
    rows = [
        _row(item, [c for c in _codes_in(item, Stage.WRITING) if item.state(c) == State.DRAFT])
        for item in _gathered(user, Q(created_by=user) & condition)
    ]
    return Part("drafts", _("My drafts"), rows[:SHOWN], _("You have no drafts."), len(rows))


def waiting(user) -> Part:
    """For those who approve, what is in review; for those who publish, what is approved too."""
    stages = set()
    if any(policy.may_approve(user, model) for model in KINDS):
        stages.add(Stage.IN_REVIEW)
    if any(policy.may_publish(user, model) for model in KINDS):
        stages.add(Stage.APPROVED)
    items = _gathered(user, _in_stage(*stages)) if stages else []
    rows = [
        _row(item, codes, note=_stages(item, codes))
        for item in items
        if (codes := _codes_in(item, *stages))
    ]
    return Part(
        "waiting", _("Waiting for me"), rows[:SHOWN], _("Nothing waits for you."), len(rows)
    )


def _stages(item, codes):
    stages = dict.fromkeys(str(item.stage(code).label) for code in codes)
    return pgettext("between names", ", ").join(stages)


def sent_back(user) -> Part:
    """My texts whose latest step of review sent them back, with the reason."""
    mine = {}
    writing = _in_stage(Stage.WRITING)
    for item in _gathered(user, Q(created_by=user) & writing):
        mine[item._meta.label_lower, item.item_id] = item
    rows = []
    if mine:
        steps = [AuditEvent.Action.SUBMIT, AuditEvent.Action.SEND_BACK, AuditEvent.Action.PUBLISH]
        events = AuditEvent.objects.filter(
            action__in=steps,
            object_id__in={key[1] for key in mine},
            kind__in={k for k, _id in mine},
        )
        latest = {}
        for event in events.order_by("-at", "-pk")[:500]:
            latest.setdefault((event.kind, event.object_id, event.language), event)
        for (kind, pk, code), event in latest.items():
            item = mine.get((kind, pk))
            if item and event.action == AuditEvent.Action.SEND_BACK:
                rows.append(_row(item, [code], note=event.detail, at=event.at))
    return Part("sent-back", _("Sent back"), rows[:SHOWN], _("Nothing was sent back."), len(rows))


def outdated(user) -> Part:
    """Texts that the public reads and whose translation says something else."""
    rows, count = [], 0
    for model in _kinds(user):
        for code in languages.CODES:
            stale = model.objects.public_anywhere().in_freshness(Freshness.OUTDATED, code)
            found = list(_light(stale).order_by(column("owed_since", code))[: SHOWN * 2])
            count += len(found)
            rows += [
                _row(item, [code], at=getattr(item, column("owed_since", code))) for item in found
            ]
    rows.sort(key=lambda row: row.at or timezone.now())
    empty = _("Both languages keep step.")
    board = reverse("desk:parity") if _kinds(user) else ""
    return Part("outdated", _("Translations out of date"), rows[:SHOWN], empty, count, board)


def mentions(user) -> Part:
    """Open comments that name me or stand at a text of mine."""
    kinds = {ContentType.objects.get_for_model(m).pk: m for m in _kinds(user)}
    mine = Q(mentions=user)
    for pk, model in kinds.items():
        own = model.with_copies.filter(created_by=user)
        ids = own.values_list("live", flat=True), own.filter(live=None).values_list("pk", flat=True)
        mine |= Q(content_type=pk, object_id__in=ids[0]) | Q(content_type=pk, object_id__in=ids[1])
    found = Comment.objects.open().filter(mine, content_type__in=kinds).exclude(author=user)
    found = list(found.select_related("author").distinct().order_by("-pk")[: SHOWN * 2])
    rows = [
        Row(
            comment.text[:120],
            reverse(
                f"admin:{kinds[comment.content_type_id]._meta.app_label}_"
                f"{kinds[comment.content_type_id]._meta.model_name}_change",
                args=[comment.object_id],
            )
            + f"#comment-{comment.pk}",
            str(comment.author or ""),
            at=comment.created_at,
        )
        for comment in found
    ]
    empty = _("No open comment is for you.")
    return Part("comments", _("Comments for me"), rows[:SHOWN], empty, len(rows))


def due_soon(user) -> Part | None:
    """Deadlines, reviews and anniversaries of agreements in the next days, and what waits."""
    if not due.visible_to(user):
        return None
    question = due.ahead(DUE_DAYS)
    rows = [
        Row(str(one.agreement), _form(one.agreement), one.label(), str(one.stage.label), one.day)
        for one in due.items(islice(due.keys(question), SHOWN))
    ]
    return Part(
        "due",
        _("Due in 30 days"),
        rows,
        _("Nothing is due in the next 30 days."),
        due.count(question),
        reverse("admin:partners_agreement_due"),
    )


def answers(user) -> Part | None:
    """What partners answered about their entries, and nobody has decided on."""
    if not _may(user, "view", Proposal):
        return None
    waiting = Proposal.objects.waiting().select_related("institution")
    rows = [
        Row(str(one.institution), _form(one), one.sender, at=one.sent_at) for one in waiting[:SHOWN]
    ]
    more = _list(Proposal, decided_at__isempty=1)
    title, empty = _("Answers of partners"), _("No partner has answered.")
    return Part("answers", title, rows, empty, waiting.count(), more)


def recent(user) -> Part:
    """What was saved last, by anybody."""
    items = [item for item in _gathered(user, Q()) if item][:SHOWN]
    rows = [_row(item, item.public_languages()) for item in items]
    return Part("recent", _("Recent changes"), rows, _("Nothing has been written yet."), len(rows))


def most_read(user) -> Part | None:
    if not user.has_perm("pageviews.view_total"):
        return None
    rows = [
        Row(row.title, row.url, note=formats.localize(row.views, use_l10n=True))
        for row in Statistics(days=30).most_read[:SHOWN]
    ]
    more = reverse("admin:pageviews_total_changelist")
    title = _("Most read in 30 days")
    return Part("most-read", title, rows, _("Nobody has read anything yet."), len(rows), more)


@dataclass(frozen=True)
class Day:
    date: datetime.date
    in_month: bool
    is_today: bool
    rows: list[Row]


@dataclass
class Calendar:
    """What goes live, disappears or ends by itself: a month as a table, and all of it as a list."""

    month: datetime.date
    rows: list[Row] = field(default_factory=list)

    @property
    def title(self) -> str:
        return formats.date_format(self.month, "YEAR_MONTH_FORMAT")

    @property
    def weekdays(self) -> list[str]:
        monday = datetime.date(2024, 1, 1)
        days = (monday + datetime.timedelta(days=number) for number in range(7))
        return [formats.date_format(day, "D") for day in days]

    @property
    def weeks(self) -> list[list[Day]]:
        today = timezone.localdate()
        by_day = {day: list(rows) for day, rows in groupby(self.rows, lambda row: _day(row.at))}
        return [
            [
                Day(day, day.month == self.month.month, day == today, by_day.get(day, []))
                for day in week
            ]
            for week in calendar.Calendar().monthdatescalendar(self.month.year, self.month.month)
        ]

    @property
    def days(self) -> list[tuple[datetime.date, list[Row]]]:
        return [(day, list(rows)) for day, rows in groupby(self.rows, lambda row: _day(row.at))]


def _day(instant):
    if not isinstance(instant, datetime.datetime):
        return instant
    return timezone.localtime(instant).date()


def scheduled(user) -> Calendar:
    """From today two months ahead: publications, expiries, embargoes, and agreements that end."""
    now = timezone.now()
    until = now + datetime.timedelta(days=AHEAD_DAYS)
    rows = [row for model in _kinds(user) for row in _instants(model, now, until)]
    if due.visible_to(user):
        rows += _endings(now, until)
    rows.sort(key=lambda row: (_day(row.at), str(row.at)))
    return Calendar(timezone.localdate().replace(day=1), rows)


def _instants(model, now, until):
    labels = {
        "publish_at": _("published"),
        "embargo_until": _("embargo ends"),
        "expire_at": _("expires"),
    }
    names = {column(name, code): (name, code) for name in labels for code in languages.CODES}
    condition = Q()
    for name in names:
        condition |= Q((f"{name}__gt", now), (f"{name}__lte", until))
    for item in _light(model.with_copies.filter(condition)):
        for name, (kind, code) in names.items():
            instant = getattr(item, name)
            if instant and now < instant <= until and item.state(code) == State.PUBLISHED:
                yield _row(item, [code], note=labels[kind], at=instant)


def _endings(now, until):
    question = due.Question(_day(now), _day(until), kinds=(due.Kind.EXPIRY,))
    for one in due.items(islice(due.keys(question), 100)):
        yield Row(str(one.agreement), _form(one.agreement), _("agreement"), one.label(), one.day)


PARTS = (waiting, sent_back, mentions, due_soon, answers, drafts, outdated, recent, most_read)


def parts(user) -> list[Part]:
    return [part for function in PARTS if (part := function(user)) is not None]
