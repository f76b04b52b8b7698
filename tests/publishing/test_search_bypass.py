"""Bulk changes send no signal: whoever makes one on a searchable model tells the index."""

import ast
from pathlib import Path

from django.conf import settings

from publishing.search import documents, names

PACKAGES = ("publishing", "partners", "news", "portal")
BULK = {"update", "bulk_create", "bulk_update", "_raw_delete"}
TELLING = {"reindex", "reindex_queryset"}
# Makes whole batches in small methods and tells both indexes once a batch is complete; its own
# tests search what it made.
ELSEWHERE = {"synthetic.py"}


def searchable():
    registrations = [*documents.KINDS.values(), *names.KINDS.values()]
    models = {r.model for r in registrations} | {m for r in registrations for m in r.related}
    return {model.__name__ for model in models}


def called(node):
    """The names called anywhere inside."""
    calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    return {getattr(func, "attr", getattr(func, "id", "")) for func in calls}


def starts_with(node):
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return getattr(node, "id", "")


def bypasses(source, models):
    """Lines with a bulk change of one of ``models`` in a function that tells no index."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    told = {
        line
        for function in functions
        if called(function) & TELLING
        for line in range(function.lineno, function.end_lineno + 1)
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in BULK
        and starts_with(node.func) in models
        and node.lineno not in told
    ]


def test_a_bulk_change_that_tells_no_index_is_seen():
    change = "def publish():\n    Release.objects.filter(pk=1).update(state_en='x')\n"
    assert bypasses(change, {"Release"}) == [2]
    assert bypasses(change, {"Event"}) == []
    assert bypasses(change + "    reindex_queryset(Release.objects.all())\n", {"Release"}) == []


def test_no_bulk_change_of_a_searchable_model_bypasses_the_index():
    models = searchable()
    assert {"Release", "Institution", "InstitutionName", "Agreement"} <= models
    found = {}
    for package in PACKAGES:
        for path in Path(settings.BASE_DIR, package).rglob("*.py"):
            if "migrations" not in path.parts and path.name not in ELSEWHERE:
                lines = bypasses(path.read_text(encoding="utf-8"), models)
                found |= {str(path): lines} if lines else {}
    assert found == {}
