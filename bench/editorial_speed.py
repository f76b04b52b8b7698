"""How long an editor waits: comparing, restoring and opening what has a long text or history.

    python bench/editorial_speed.py

Works in the database that DATABASE_URL names, which is migrated and empty, or in a new SQLite
file under PORTAL_VAR. Prints seconds by step, the median of three, as JSON.
"""

import json
import os
import random
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

CHARACTERS, SAVES, ROUNDS = 50_000, 1_000, 3
CHINESE = "校合作办学南京剑桥联合实验室协议签署代表团访问研究学生项目中心科学技术材料能源"
ENGLISH = [
    "university", "joint", "laboratory", "agreement", "signed", "visit", "research", "students",
    "science",
]  # fmt: skip


def text(rng, language, changed=0):
    """A body of so many characters; ``changed`` of its paragraphs say something else."""
    paragraphs, length = [], 0
    while length < CHARACTERS:
        if language == "en":
            words = " ".join(rng.choices(ENGLISH, k=60)).capitalize() + "."
        else:
            words = "".join(rng.choices(CHINESE, k=200)) + "。"
        paragraphs.append(words)
        length += len(words)
    for place in random.Random(changed).sample(range(len(paragraphs)), changed):
        paragraphs[place] = paragraphs[place][: len(paragraphs[place]) // 2] + " 2026."
    return "".join(f"<p>{words}</p>" for words in paragraphs)


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from news.models import Release
    from publishing.editorial import copies, history, services, traversal

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    rng = random.Random(1)
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.create_superuser("bench", "", "bench"))

    def address(row, page):
        return reverse(f"admin:news_release_{page}", args=[row.pk])

    def timed(do):
        taken = []
        for _round in range(ROUNDS):
            started = time.perf_counter()
            do()
            taken.append(time.perf_counter() - started)
        return statistics.median(taken)

    def get(path, **query):
        answer = client.get(path, query)
        assert answer.status_code == 200, (path, answer.status_code)

    def restore():
        answer = client.post(address(long, "restore"), {"number": "1"})
        assert answer.status_code == 302, answer.status_code

    titles = {"headline_en": "Long", "headline_zh_hans": "长文"}
    body = {
        "body_en": text(random.Random(2), "en"),
        "body_zh_hans": text(random.Random(3), "zh-hans"),
    }
    long = Release.objects.create(**titles, **body)
    for code in ("en", "zh-hans"):
        services.publish(item=long, language=code)
    copy = copies.open_copy(item=long)
    copy.body_en = text(random.Random(2), "en", changed=40)
    copy.body_zh_hans = text(random.Random(3), "zh-hans", changed=40)
    copy.save()
    figures = {"compare a text of 50,000 characters": timed(lambda: get(address(copy, "compare")))}
    copy.body_en, copy.body_zh_hans = (text(rng, code) for code in ("en", "zh-hans"))
    copy.save()
    figures["compare with a text that is another one"] = timed(
        lambda: get(address(copy, "compare"))
    )
    figures["restore a text of 50,000 characters"] = timed(restore)

    young, old = (
        Release.objects.create(headline_en=f"Saved {n}", headline_zh_hans=f"保存{n}")
        for n in (1, SAVES)
    )
    for number in range(SAVES):
        old.headline_en = f"Saved {number} times"
        history.write(old, traversal.snapshot(old))
    figures["open the form of a new item"] = timed(lambda: get(address(young, "change")))
    figures["open the form of an item saved 1,000 times"] = timed(
        lambda: get(address(old, "change"))
    )
    figures["open its history"] = timed(lambda: get(address(old, "history")))
    figures["compare its first revision with its last"] = timed(
        lambda: get(address(old, "compare"), before="1", after=str(SAVES))
    )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
