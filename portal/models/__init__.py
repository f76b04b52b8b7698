"""What the portal says for itself, one subject to a file."""

from portal.models.demonstration import DemonstrationRow
from portal.models.home import Banner, HomeBlock, Pin
from portal.models.menu import MenuItem
from portal.models.milestones import Milestone
from portal.models.pages import Page
from portal.models.site import SiteSettings

__all__ = [
    "Banner",
    "DemonstrationRow",
    "HomeBlock",
    "MenuItem",
    "Milestone",
    "Page",
    "Pin",
    "SiteSettings",
]
