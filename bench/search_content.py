"""Fills a database with as much as a large office has, for `search_speed.py`.

Some institutions and releases are invented; the rest are copies of them, made inside the database,
which is much faster.
"""

import contextlib
import datetime
import itertools
import random

ENGLISH = """
    university college laboratory delegation agreement signed visit professor research students
    programme joint centre science technology medicine engineering energy storage materials
    robotics summer school partnership lecture exhibition nanjing cambridge birmingham southeast
    innovation workshop doctoral exchange scholarship committee signing ceremony museum library
    water climate agriculture transport heritage design language teaching quantum
""".split()  # noqa: SIM905
CHINESE = """
    大学 南京 剑桥 联合实验室 代表团 协议 签署 访问 教授 研究 学生 项目 中心 科学 技术 医学院 工程
    储能 材料 人工智能 暑期学校 合作 讲座 展览 东南大学 创新 博士 交流 奖学金 委员会 仪式 图书馆
    水利 气候 农业 交通 遗产 设计 语言 教学 量子 伯明翰 理工大学 城市
""".split()  # noqa: SIM905
# The first words are the commonest, as in any text.
ENGLISH_WEIGHTS = list(itertools.accumulate(1 / (n + 2) for n in range(len(ENGLISH))))
CHINESE_WEIGHTS = list(itertools.accumulate(1 / (n + 2) for n in range(len(CHINESE))))
# As many are invented; the rest are copies of them, STEP keys apart.
INVENTED, WRITTEN, STEP = 5_000, 2_500, 100_000


def fill_institutions(count):
    """Invents some and copies them inside the database, which is much faster."""
    from search_quality import load_institutions, load_noise

    from partners.models import Institution, InstitutionName, Place
    from publishing.search.models import ENTRY_TEXT, SearchEntry, SearchName

    have = Institution.objects.count()
    if have >= count:
        return
    if not have:
        load_institutions()
    if have < min(count, INVENTED):
        load_noise(min(count, INVENTED), list(Place.objects.filter(parent=None)))
    with indexed_at_the_end(ENTRY_TEXT.index, ENTRY_TEXT.table, SearchName._meta.db_table):
        for offset in copies(Institution, count):
            copy(Institution, offset, slug=f"slug || '-{offset}'")
            copy(Institution.types.through, offset, institution_id=f"institution_id + {offset}")
            copy(InstitutionName, offset, institution_id=f"institution_id + {offset}")
            copy(SearchEntry, offset, object_id=f"object_id + {offset}")
            copy(SearchName, offset, entry_id=f"entry_id + {offset}")
            copy_text(ENTRY_TEXT, f"rowid + {offset}", f"rowid <= {STEP}")


@contextlib.contextmanager
def indexed_at_the_end(*tables):
    """On PostgreSQL an index is made in a tenth of the time that keeping it in step takes."""
    from django.db import connection

    definitions = {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) "
                "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
                [list(tables)],
            )
            definitions = dict(cursor.fetchall())
            cursor.execute("SET maintenance_work_mem = '512MB'")
        for name in definitions:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for definition in definitions.values():
            cursor.execute(definition)


def copies(model, count):
    """Offsets of keys for the copies that are missing of the first rows, which end at STEP."""
    base = model.objects.filter(pk__lte=STEP).count()
    have = -(-model.objects.count() // base)
    return range(have * STEP, -(-count // base) * STEP, STEP)


def copy(model, offset, **changed):
    from django.db import connection

    columns = [f'"{field.column}"' for field in model._meta.concrete_fields]
    changed = {f'"{name}"': value for name, value in changed.items()} | {'"id"': f"id + {offset}"}
    values = [changed.get(column, column) for column in columns]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "
            f"SELECT {', '.join(values)} FROM {table} WHERE id <= {STEP}"
        )


def copy_text(text, rowid, condition, **changed):
    from django.db import connection

    names = list(text.stored(connection))
    values = [changed.get(name, name) for name in names]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {text.index} (rowid, {', '.join(names)}) "
            f"SELECT {rowid}, {', '.join(values)} FROM {text.index} WHERE {condition}"
        )


def text(dice, words, weights, length, between):
    return between.join(dice.choices(words, cum_weights=weights, k=length))


def invented(dice, number):
    """A release in two languages, with rare words of its own."""
    from search_quality import signs, word

    from publishing.search.documents import Document
    from publishing.search.publishable import ALWAYS

    rare = f"{word(dice)} {word(dice)}"
    return Document(
        titles={
            "en": f"{text(dice, ENGLISH, ENGLISH_WEIGHTS, 7, ' ')} {rare}",
            "zh-hans": f"{text(dice, CHINESE, CHINESE_WEIGHTS, 5, '')}{signs(dice)}",
        },
        bodies={
            "en": text(dice, ENGLISH, ENGLISH_WEIGHTS, 90, " "),
            "zh-hans": text(dice, CHINESE, CHINESE_WEIGHTS, 60, "，"),
        },
        visible={"en": (ALWAYS, None), "zh-hans": (ALWAYS, None)},
        url_name="home",
        date=datetime.date(2014, 1, 1) + datetime.timedelta(days=dice.randrange(4_600)),
    )


def fill_documents(count):
    from django.db import transaction

    from publishing.search import documents
    from publishing.search.models import DOCUMENT_TEXT, SearchDocument

    dice = random.Random(11)
    releases = SearchDocument.objects.filter(kind="release")
    registration = documents.KINDS["release"]
    if not releases.exists():
        for start in range(0, min(count // 2, WRITTEN), 500):
            batch = {number: invented(dice, number) for number in range(start + 1, start + 501)}
            with transaction.atomic():
                registration.write("release", batch)
    with indexed_at_the_end(DOCUMENT_TEXT.index):
        for offset in copies(SearchDocument, count):
            moved = {"object_id": f"object_id + {offset}", "position": f"position + {offset}"}
            copy(SearchDocument, offset, **moved)
            # The key of a document is its day and, in the lower half, the key of its row.
            copy_text(
                DOCUMENT_TEXT,
                f"rowid + {offset}",
                f"rowid % 4294967296 <= {STEP}",
                object_id=f"object_id + {offset}",
            )


def analyze():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
