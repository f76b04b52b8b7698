"""Institutions and agreements in the shape of Erasmus Without Paper.

The shape only: the portal is no member of the network, signs nothing, and leaves out what it does
not know, such as most identifiers and all conditions of mobility.
"""

from xml.etree import ElementTree as Xml

from partners.models import Agreement, AgreementStatus, Institution
from partners.register import status_of
from publishing.editorial import languages

HOME = "https://github.com/erasmus-without-paper"
INSTITUTIONS = f"{HOME}/ewp-specs-api-institutions/tree/stable-v2"
IIAS = f"{HOME}/ewp-specs-api-iias/blob/stable-v6/endpoints/get-response.xsd"
ADDRESS = f"{HOME}/ewp-specs-types-address/tree/stable-v1"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


for prefix, address in (("hei", INSTITUTIONS), ("iia", IIAS), ("a", ADDRESS)):
    Xml.register_namespace(prefix, address)


def institutions_response(row: Institution) -> bytes:
    root = Xml.Element(f"{{{INSTITUTIONS}}}institutions-response")
    hei = Xml.SubElement(root, f"{{{INSTITUTIONS}}}hei")
    for one in row.identifiers.all():
        add(hei, INSTITUTIONS, "other-id", one.value, type=one.scheme)
    add(hei, INSTITUTIONS, "other-id", row.slug, type="local")
    add_texts(hei, INSTITUTIONS, "name", row, "name")
    if row.country:
        address = Xml.SubElement(hei, f"{{{ADDRESS}}}street-address")
        if row.city:
            add(address, ADDRESS, "locality", languages.first_text(row.city, "name"))
        add(address, ADDRESS, "country", row.country.code)
    add_texts(hei, INSTITUTIONS, "website-url", row, "website")
    return written(root)


def iias_response(row: Agreement) -> bytes | None:
    """None unless exactly two institutions that are shown are its parties."""
    parties = list(row.parties.all())
    shown = [one.institution for one in parties if one.institution]
    if len(parties) != 2 or len(shown) != 2 or not all(one.may_be_shown for one in shown):
        return None
    root = Xml.Element(f"{{{IIAS}}}iias-get-response")
    iia = Xml.SubElement(root, f"{{{IIAS}}}iia")
    for one in shown:
        partner = Xml.SubElement(iia, f"{{{IIAS}}}partner")
        add(partner, IIAS, "other-id", one.slug, type="local")
        add_texts(partner, IIAS, "name", one, "name")
        add(partner, IIAS, "iia-code", row.number)
        # EWP knows whole dates only; a date known in part is left out.
        if row.signed_first and row.signed_first == row.signed_last:
            add(partner, IIAS, "signing-date", row.signed_first.isoformat())
    in_force = status_of(row) in (AgreementStatus.IN_FORCE, AgreementStatus.EXPIRING)
    add(iia, IIAS, "in-effect", "true" if in_force else "false")
    return written(root)


def add(parent, namespace, name, text, **attributes):
    element = Xml.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    element.text = "".join(character for character in text if character.isprintable())
    return element


def add_texts(parent, namespace, name, row, column):
    for code in languages.CODES:
        if text := languages.text(row, column, code):
            add(parent, namespace, name, text).set(LANG, languages.TAGS[code])


def written(root) -> bytes:
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)
