import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

FLOORS = ("publishing", "partners", "news", "portal", "templates")
TAG = re.compile(r"""{% static ["']([^"'{]+)["']""")


def named_files():
    for floor in FLOORS:
        for template in sorted((Path(settings.BASE_DIR) / floor).glob("**/*.html")):
            for name in TAG.findall(template.read_text(encoding="utf-8")):
                yield pytest.param(name, id=f"{template.name}:{name}")


@pytest.mark.parametrize("name", list(named_files()))
def test_every_static_file_that_a_template_names_exists(name):
    """A missing one is an error 500 in production, where the manifest is asked."""
    assert finders.find(name)
