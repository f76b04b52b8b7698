"""The text editor's own additions: what each lets through the allow-list. Read by the settings."""

# A picture or video in a text is a reference to the library: what is shown is made on the page.
FIGURE = {"data-image", "data-video", "data-width", "data-alt", "data-caption"}


def allow_figure(config, rules):
    rules["tags"].add("figure")
    rules["attributes"]["figure"] = FIGURE


def allow_nothing(config, rules):
    """For additions that only help with writing."""


EDITOR_EXTENSIONS = {
    "LibraryFigure": allow_figure,
    "SiteLink": allow_nothing,
    "CleanPaste": allow_nothing,
}
