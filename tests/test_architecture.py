"""The law of the house: a line imports from its own floor or from one below."""

import ast
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin

FLOORS = ["publishing", "partners", "news", "portal"]
# Inside the ground floor, from the bottom; the last three stand beside each other.
GROUND = [{"cache"}, {"media"}, {"editorial"}, {"exchange", "pageviews", "search"}]


def python_files(folder):
    return sorted(Path(settings.BASE_DIR, folder).rglob("*.py"))


def imported(path):
    """Every dotted name that a file imports, relative imports made absolute."""
    package = path.relative_to(settings.BASE_DIR).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("floor", FLOORS)
def test_no_floor_imports_from_above(floor):
    above = set(FLOORS[FLOORS.index(floor) + 1 :])
    files = python_files(floor)
    assert files
    for path in files:
        assert above.isdisjoint(name.split(".")[0] for name in imported(path)), path


@pytest.mark.parametrize("height", range(len(GROUND)))
def test_ground_floor_apps_keep_their_order(height):
    above = set().union(*GROUND[height + 1 :])
    for app in GROUND[height]:
        forbidden = above | (GROUND[height] - {app})
        for path in python_files(f"publishing/{app}"):
            for name in imported(path):
                parts = name.split(".")
                assert parts[0] != "publishing" or forbidden.isdisjoint(parts[1:2]), (path, name)


def test_the_environment_is_read_in_the_settings_only():
    allowed = {"settings.py", "launch.py", "prepare.py", "wsgi.py"}
    for floor in FLOORS:
        for path in python_files(floor):
            if path.name not in allowed:
                assert "os.environ" not in path.read_text(), path


def test_text_is_declared_safe_in_one_module_only():
    marks = ("mark_safe", "|safe", "SafeString(", "autoescape off")
    for path in [
        *(path for floor in FLOORS for path in python_files(floor)),
        *Path(settings.BASE_DIR, "templates").rglob("*.html"),
    ]:
        if path.name != "richtext.py":
            assert not any(mark in path.read_text() for mark in marks), path


def test_public_templates_have_no_inline_style_or_script():
    for path in Path(settings.BASE_DIR, "templates").rglob("*.html"):
        text = path.read_text()
        assert " style=" not in text, path
        assert "<style" not in text, path
        assert "<script>" not in text, path
        assert " onclick=" not in text, path


def _written_by(admin_class):
    """For each private method of a staff form, the classes of ours that write it."""
    found = {}
    for owner in admin_class.__mro__:
        if owner.__module__.split(".")[0] in FLOORS:
            for name in vars(owner):
                if name.startswith("_") and not name.startswith("__"):
                    found.setdefault(name, []).append(owner)
    return found


def test_parts_of_a_staff_form_do_not_hide_methods_of_each_other():
    for registered in admin.site._registry.values():
        for name, owners in _written_by(type(registered)).items():
            for upper, lower in pairwise(owners):
                code = getattr(vars(upper)[name], "__code__", None)
                goes_on = code is not None and "super" in code.co_names
                assert issubclass(upper, lower) or goes_on, (name, upper, lower)
