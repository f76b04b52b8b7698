"""The four groups of staff and what each may do.

A migration makes them; an office may change them.
"""

# Actions by model, as "app.model": the codenames follow from Django's "action_model".
_WRITES = ("add", "change", "delete", "view")
_ITEMS = ("news.release", "news.event", "portal.page")
_RECORDS = (
    "partners.institution",
    "partners.institutionname",
    "partners.agreement",
    "partners.agreementparty",
    "partners.place",
    "partners.institutionidentifier",
    "partners.institutionlink",
    "partners.institutionplace",
    "partners.contactpoint",
    "partners.formeraddress",
    "partners.person",
    "partners.post",
    "partners.participation",
    "partners.agreementarea",
    "partners.agreementdocument",
)
_LIBRARY = ("media.image", "media.file", "media.video")
# The parts of a release or an event are written by whoever writes the item.
_PARTS = (
    "news.quote",
    "news.point",
    "news.note",
    "news.attachment",
    "news.gallerypicture",
    "news.correction",
    "news.eventorganiser",
    "news.delegation",
    "news.session",
)
_HOME = ("portal.menuitem", "portal.homeblock", "portal.pin", "portal.banner")
_PRESS = (
    "news.presscontact",
    "news.presstelephone",
    "news.boilerplate",
    "news.boilerplateversion",
)
# What follows from the work: written by services only.
_LEDGERS = ("partners.institutionmerge", "partners.agreementaction", "partners.signature")
_COMMITMENTS = ("news.commitment", "news.evidence")
_LISTS = ("partners.cooperationfield", "partners.institutiontype", "partners.agreementkind")

_AUTHOR = {
    **dict.fromkeys((*_ITEMS, *_PARTS), _WRITES),
    **dict.fromkeys(_LIBRARY, ("add", "change", "view")),
    "partners.personshown": _WRITES,
    **dict.fromkeys(_PRESS, ("view",)),
    **dict.fromkeys((*_RECORDS, *_LISTS, *_COMMITMENTS, "portal.milestone"), ("view",)),
    "pageviews.total": ("view",),
    "editorial.term": ("view",),
}
_EDITOR = _AUTHOR | {
    "linkcheck.externallink": ("view",),
    **dict.fromkeys(_ITEMS, (*_WRITES, "approve")),
    "editorial.term": _WRITES,
    **dict.fromkeys((*_LIBRARY, *_PRESS), _WRITES),
    "portal.milestone": _WRITES,
    **dict.fromkeys((*_COMMITMENTS, "partners.participation"), _WRITES),
}
_PUBLISHER = _EDITOR | {
    **dict.fromkeys(_ITEMS, (*_WRITES, "approve", "publish", "force")),
    **dict.fromkeys(_HOME, _WRITES),
    "search.searchmiss": ("view", "delete"),
    "editorial.auditevent": ("view",),
    "pageviews.correction": ("add", "view"),
    "editorial.term": _WRITES,
    "portal.sitesettings": ("add", "change", "view"),
    "subscriptions.subscriber": ("view", "delete"),
}
_PARTNER_MANAGER = {
    "linkcheck.externallink": ("view",),
    **dict.fromkeys((*_RECORDS, *_LISTS, *_COMMITMENTS), _WRITES),
    **dict.fromkeys(_LEDGERS, ("view",)),
    "partners.proposal": ("view", "change"),
    **dict.fromkeys(_ITEMS, ("view",)),
    "search.searchmiss": ("view", "delete"),
    # A signing ceremony is theirs to record; its text is published by others.
    "news.event": ("add", "change", "view"),
    "portal.milestone": _WRITES,
    **dict.fromkeys(_LIBRARY, ("add", "change", "view")),
    "partners.personshown": _WRITES,
}

GROUPS = {
    "Author": _AUTHOR,
    "Editor": _EDITOR,
    "Publisher": _PUBLISHER,
    "Partner manager": _PARTNER_MANAGER,
}


def create_groups(group_model, permission_model) -> None:
    """Make the groups and give them their rights. Takes model classes, to serve a migration."""
    for name, rights in GROUPS.items():
        group, _created = group_model.objects.get_or_create(name=name)
        for label, actions in rights.items():
            app, model = label.split(".")
            group.permissions.add(
                *permission_model.objects.filter(
                    content_type__app_label=app,
                    codename__in=[f"{action}_{model}" for action in actions],
                )
            )
