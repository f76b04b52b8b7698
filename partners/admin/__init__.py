"""The staff forms of the partners' floor, one subject to a file."""

from partners.admin import agreements, confirmations, institutions, lists, people, pictures

__all__ = ["agreements", "confirmations", "institutions", "lists", "people", "pictures"]
