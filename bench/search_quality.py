"""How well the searches answer: judged queries to the directory, over real institutions, and to
the site search, over the demonstration content.

    python bench/search_quality.py [--noise 100000] [--misses]

Runs on the database that DATABASE_URL names, in a test database that is made and dropped; SQLite
without it. MRR asks where the first meant institution stands, recall whether all stand among the
first ten, the top rule whether nothing stands before them. Fails below the thresholds.
"""

import argparse
import itertools
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(__file__).with_name("search")
MRR, RECALL = 0.95, 0.95
ROLES = {"a": "alias", "b": "abbreviation", "f": "former", "n": "native"}


def lines(name, separator):
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [part.strip() for part in line.split(separator)]


def load_institutions():
    from partners.models import Institution, InstitutionName, InstitutionType, Place

    countries = {place.country.code: place for place in Place.objects.filter(parent=None)}
    chinese = dict(lines("cities.txt", "|"))
    types = {kind.code: kind for kind in InstitutionType.objects.all()}
    cities = {}
    for slug, english, translated, city, country, kind, others in lines("institutions.txt", "|"):
        if city not in cities:
            cities[city] = Place.objects.create(
                name_en=city, name_zh_hans=chinese[city], parent=countries[country]
            )
        institution = Institution.objects.create(
            slug=slug, name_en=english, name_zh_hans=translated, place=cities[city]
        )
        institution.types.add(types[kind])
        for other in filter(None, others.split(";")):
            role, text = other.strip().split(":", 1)
            lang = "zh-Hans" if any("\u4e00" <= c <= "\u9fff" for c in text) else "en"
            InstitutionName.objects.create(
                institution=institution, text=text, kind=ROLES[role], lang=lang
            )
    return list(countries.values())


SYLLABLES = [*map("".join, itertools.product("bdfghklmnprstvw", ("a", "e", "o", "al", "en", "or")))]
SIGNS = "安柏嘉临沐青瑞泰宁沧岩岭洛泽湖丰康明海川江城平阳和云石林"
SORTS = [
    ("University", "大学", "university"),
    ("University of Technology", "理工大学", "university"),
    ("Normal University", "师范大学", "university"),
    ("Institute of Science", "科学研究院", "research-institute"),
    ("College", "学院", "university"),
    ("Innovation Centre", "创新中心", "research-institute"),
    ("Technologies", "科技有限公司", "company"),
    ("City Council", "市人民政府", "government"),
]


def word(dice):
    return "".join(dice.choice(SYLLABLES) for _ in range(dice.randint(2, 3))).capitalize()


def signs(dice):
    return "".join(dice.choice(SIGNS) for _ in range(dice.randint(2, 3)))


def load_noise(count, countries):
    """Invented institutions in invented cities, the same ones each time."""
    from partners.models import Institution, InstitutionType, Place
    from publishing.search import names

    dice = random.Random(7)
    types = {kind.code: kind for kind in InstitutionType.objects.all()}
    cities = [
        Place.objects.create(
            name_en=word(dice), name_zh_hans=signs(dice), parent=dice.choice(countries)
        )
        for _ in range(400)
    ]
    through = Institution.types.through
    started = time.perf_counter()
    indexing = 0
    for start in range(0, count, 2_000):
        rows, kinds = [], []
        for number in range(start, min(start + 2_000, count)):
            english, chinese, kind = dice.choice(SORTS)
            city = dice.choice(cities)
            row = Institution(
                slug=f"noise-{number}",
                name_en=f"{word(dice)} {english}",
                name_zh_hans=f"{signs(dice)}{chinese}",
                city=city,
                place=city,
                country=city.parent.country,
            )
            rows.append(row)
            kinds.append(types[kind])
        Institution.objects.bulk_create(rows)
        through.objects.bulk_create(
            through(institution=row, institutiontype=kind)
            for row, kind in zip(rows, kinds, strict=True)
        )
        before = time.perf_counter()
        names.reindex_queryset(Institution.objects.filter(pk__in=[row.pk for row in rows]))
        indexing += time.perf_counter() - before
    print(
        f"{count} invented institutions in {time.perf_counter() - started:.0f} s, "
        f"{indexing:.0f} s of it indexing"
    )


def judge_documents(show_misses):
    from portal.demo import loading
    from publishing.search.documents import search_documents

    loading.load()
    scores = []
    for language, text, meant in lines("documents.txt", "|"):
        hits = search_documents(text, language=language).hits
        found = [f"{hit.kind}:{next(iter(hit.url_kwargs.values()), '')}" for hit in hits]
        places = [found.index(each) + 1 if each in found else 0 for each in meant.split()]
        first = min(filter(None, places), default=0)
        recall = mean(1 if 0 < place <= 10 else 0 for place in places)
        scores.append((1 / first if first else 0, recall, first == 1))
        if show_misses and scores[-1] != (1, 1, True):
            print(f"  {text}: meant {meant}, found {found[:4]}")
    return scores


def judge(show_misses):
    from partners.directory import search_institutions

    by_class, times, firsts = defaultdict(list), [], []
    for kind, text, meant in lines("queries.txt", "|"):
        meant = meant.split()
        began = time.perf_counter()
        page = search_institutions(text, language="en")
        times.append(time.perf_counter() - began)
        found = [result.institution.slug for result in (*page.results, *page.elsewhere)]
        firsts.append((text, found[:3]))
        places = [found.index(slug) + 1 if slug in found else 0 for slug in meant]
        first = min(filter(None, places), default=0)
        recall = mean(1 if 0 < place <= 10 else 0 for place in places)
        top = all(0 < place <= len(meant) for place in places)
        by_class[kind].append((1 / first if first else 0, recall, top))
        if show_misses and not top:
            print(f"  {kind}: {text}: meant {meant}, found {found[:4]}")
    return by_class, times, firsts


def report(by_class, times=()):
    print(f"{'class':<16}{'queries':>8}{'MRR':>8}{'recall':>8}{'top':>8}")
    rows = [row for rows in by_class.values() for row in rows]
    for name, scores in [*by_class.items(), ("all", rows)]:
        mrr, recall = mean(s[0] for s in scores), mean(s[1] for s in scores)
        top = f"{sum(s[2] for s in scores)}/{len(scores)}"
        print(f"{name:<16}{len(scores):>8}{mrr:>8.3f}{recall:>8.3f}{top:>8}")
    if times := sorted(times):
        milliseconds = [times[int(len(times) * share)] * 1000 for share in (0.5, 0.95)]
        print("a page: p50 {:.0f} ms, p95 {:.0f} ms".format(*milliseconds))
    return mean(s[0] for s in rows) >= MRR and mean(s[1] for s in rows) >= RECALL


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--noise", type=int, default=0, help="invented institutions around")
    parser.add_argument("--misses", action="store_true", help="show each query that misses")
    parser.add_argument("--firsts", help="write the first three results of each query here")
    options = parser.parse_args()

    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PORTAL_SECRET_KEY": "only-for-this-measurement-" * 2,
            "PORTAL_VAR": folder,
        }
        import django
        from django.db import transaction
        from django.test.utils import setup_databases, teardown_databases

        django.setup()
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            with transaction.atomic():
                documents = judge_documents(options.misses)
                transaction.set_rollback(True)
            countries = load_institutions()
            if options.noise:
                load_noise(options.noise, countries)
            by_class, times, firsts = judge(options.misses)
            if options.firsts:
                text = "".join(f"{query}\t{' '.join(found)}\n" for query, found in firsts)
                Path(options.firsts).write_text(text, encoding="utf-8")
            good = report({"site search": documents}) & report(by_class, times)
        finally:
            teardown_databases(databases, verbosity=0)
    sys.exit(not good)


if __name__ == "__main__":
    main()
