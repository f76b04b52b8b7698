"""The staff forms of the news floor, one subject to a file."""

from news.admin import boilerplates, commitments, events, press, releases

__all__ = ["boilerplates", "commitments", "events", "press", "releases"]
