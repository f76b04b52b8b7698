"""What is installed is named: exact versions, hashes and licences."""

import re
from pathlib import Path

import pytest

from tests import licences, raising

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("lock", ["requirements.txt", "tests/requirements.txt"])
def test_every_package_has_an_exact_version_and_a_hash(lock):
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    assert len(entries) > 5
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+ \\\n", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_list_of_licences_is_that_of_the_locked_versions():
    assert licences.PAGE.read_text() == licences.page(), "run `make licences`"


def test_raising_frees_exact_versions_and_keeps_series():
    assert raising.free("django-allauth[mfa,socialaccount]==65.21.1") == (
        "django-allauth[mfa,socialaccount]"
    )
    assert raising.free("django==5.2.*") == "django==5.2.*"
