"""What the searches of the portal are compared with: plain comparison, and trigrams."""


def plainly(text):
    """What a list with a search box does: contains, counted, the first twenty."""
    from django.db.models import Q

    from partners.models import Institution

    found = Institution.objects.public().filter(
        Q(name_en__icontains=text)
        | Q(name_zh_hans__icontains=text)
        | Q(names__text__icontains=text)
    )
    return found.distinct().count(), list(found.distinct().order_by("name_en")[:20])


def plainly_in_documents(text):
    from django.db.models import Q

    from publishing.search.models import SearchDocument

    found = SearchDocument.objects.filter(Q(title__icontains=text) | Q(body__icontains=text))
    return found.count(), list(found.order_by("-date")[:20].values_list("title", flat=True))


class Trigrams:
    """The names in the database's own trigram index: FTS5's, or pg_trgm where there is one."""

    def __init__(self):
        from django.db import DatabaseError, connection, transaction

        self.connection, self.is_there = connection, True
        statements = (
            [
                "CREATE VIRTUAL TABLE IF NOT EXISTS bench_trigrams "
                "USING fts5(text, tokenize='trigram')",
                "DELETE FROM bench_trigrams",
                "INSERT INTO bench_trigrams (rowid, text) SELECT id, text FROM search_searchname",
            ]
            if connection.vendor == "sqlite"
            else [
                "CREATE EXTENSION IF NOT EXISTS pg_trgm",
                "CREATE INDEX IF NOT EXISTS bench_trigrams ON search_searchname "
                "USING gin (lower(text) gin_trgm_ops)",
            ]
        )
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        except DatabaseError:
            self.is_there = False

    def __call__(self, text):
        pattern = f"%{text.lower()}%"
        if self.connection.vendor == "sqlite":
            # Below three characters a trigram index finds nothing; +text reads all.
            column = "text" if len(text) > 2 else "+text"
            table, condition = "bench_trigrams", f"{column} LIKE %s"
        else:
            table, condition = "search_searchname", "lower(text) LIKE %s"
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {condition}", [pattern])
            cursor.execute(
                f"SELECT text FROM {table} WHERE {condition} ORDER BY text LIMIT 20", [pattern]
            )
            return cursor.fetchall()
