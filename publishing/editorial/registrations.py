"""What stands on this floor for every kind of item: its checks."""

from importlib import import_module

CHECKS = ("completeness", "links", "typography", "terms")


def register():
    for name in CHECKS:
        import_module(f"publishing.editorial.checks.{name}")
