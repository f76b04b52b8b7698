"""A backup that comes back on the machine it was made on: what was seen since is counted again."""

import pytest

from portal.backup import databases, services
from publishing.pageviews.models import Day, Excluded, Offset, Referrer, Seen, Total

pytest_plugins = ["tests.publishing.pageviews_fixtures"]
pytestmark = pytest.mark.django_db

TABLES = (Total, Day, Offset, Excluded, Referrer)


@pytest.fixture
def machine(site, tmp_path, settings, monkeypatch):
    """A site whose backups hold the tables of counting, as rows in memory."""
    settings.VAR = tmp_path / "var"
    settings.MEDIA_ROOT = settings.VAR / "media"
    settings.PORTAL_PAGEVIEWS_JOURNAL = site.folder = settings.VAR / "pageviews"
    rows = {}

    def dump(self, target):
        target.write_bytes(b"rows")
        rows.update({model: list(model.objects.all()) for model in TABLES})

    def restore(self, source):
        # Last clicks are not in a backup.
        Seen.objects.all().delete()
        for model in TABLES:
            model.objects.all().delete()
            model.objects.bulk_create(rows[model])

    for tool in (databases.Sqlite, databases.Postgres):
        monkeypatch.setattr(tool, "dump", dump)
        monkeypatch.setattr(tool, "restore", restore)
    return site


@pytest.fixture
def backup(machine, tmp_path):
    """Two views before it, of which one is not counted yet; two after it."""
    item = machine.item()
    machine.view(item, 0, REMOTE_ADDR="203.0.113.1")
    machine.collect()
    machine.view(item, 1, REMOTE_ADDR="203.0.113.2")
    services.back_up(target=tmp_path / "backup.tar.gz")
    machine.view(item, 2, REMOTE_ADDR="203.0.113.3")
    machine.view(item, 2 * 3600, REMOTE_ADDR="203.0.113.4")
    machine.collect()
    assert machine.total(item) == 4
    return item, tmp_path / "backup.tar.gz"


def test_views_since_the_backup_are_counted_again(machine, backup):
    item, archive = backup
    services.restore(source=archive, replace=True)
    assert machine.total(item) == 1
    machine.collect()
    assert machine.total(item) == 4


def test_journals_that_are_gone_here_come_back_and_are_counted_once(machine, backup):
    item, archive = backup
    for path in machine.folder.glob("*.jnl"):
        path.unlink()
    services.restore(source=archive, replace=True)
    machine.collect()
    assert machine.total(item) == 2


def test_another_installations_journals_are_replaced(machine, backup, settings):
    item, archive = backup
    settings.SECRET_KEY = settings.SECRET_KEY[::-1]
    services.restore(source=archive, replace=True)
    machine.collect()
    assert machine.total(item) == 2
