"""The words that occur, for completing and correcting what readers type.

Words are only added; `manage.py rebuild_search` takes away those that are gone. A word that
occurs only in something hidden does no harm: a correction is shown only where it finds something.
"""

from django.db.models import Q
from rapidfuzz.distance import OSA

from publishing.search.analyzer import fold, plain_word, runs
from publishing.search.models import SearchTerm

SHORTEST, LONGEST = 3, 40
SUGGESTIONS = 4
COMPLETIONS = 20


def learn(scope, texts):
    """Adds the Latin words of ``texts``; words that are known cost no write."""
    words = {word for text in texts for word in words_of(text)}
    words = sorted(unknown(scope, words))
    SearchTerm.objects.bulk_create(
        [
            SearchTerm(
                scope=scope,
                term=word,
                opening=word[:3],
                initial=word[0],
                inner=word[1:3],
                length=len(word),
            )
            for word in words
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


def forget_unused(scope, texts, before):
    """Takes away the words that none of ``texts`` has, of those known up to key ``before``."""
    used = {word for text in texts for word in words_of(text)}
    known = SearchTerm.objects.filter(scope=scope, pk__lte=before)
    unused = [pk for pk, term in known.values_list("pk", "term").iterator() if term not in used]
    for start in range(0, len(unused), 500):
        SearchTerm.objects.filter(pk__in=unused[start : start + 500]).delete()
    return len(unused)


def words_of(text):
    for run in runs(fold(text)):
        word = plain_word(run.text)
        if not run.dense and SHORTEST <= len(word) <= LONGEST and word.isalpha():
            yield word


def completions(scope, beginning):
    """Known words that begin so, the shortest first."""
    if len(beginning) < SHORTEST:
        return []
    found = SearchTerm.objects.filter(
        scope=scope, opening=beginning[:3], term__startswith=beginning
    ).order_by("length", "term")
    return list(found.values_list("term", flat=True)[:COMPLETIONS])


def unknown(scope, words):
    """Those of ``words`` that occur nowhere."""
    words, known = list(dict.fromkeys(words)), set()
    for start in range(0, len(words), 500):
        found = SearchTerm.objects.filter(scope=scope, term__in=words[start : start + 500])
        known.update(found.values_list("term", flat=True))
    return [word for word in words if word not in known]


def edits_allowed(word):
    """None up to four letters, one up to eight, two beyond; a transposition is one."""
    return 0 if len(word) <= 4 else 1 if len(word) <= 8 else 2


def suggestions(scope, word):
    """Known words that the reader may have meant, nearest first. A wrong first letter is two."""
    allowed = edits_allowed(word)
    if not allowed or not word.isalpha():
        return []
    near = Q(initial=word[0])
    if allowed == 2:
        near |= Q(inner=word[1:3])
    lengths = (len(word) - allowed, len(word) + allowed)
    candidates = SearchTerm.objects.filter(near, scope=scope, length__range=lengths)
    scored = []
    for candidate in candidates.values_list("term", flat=True):
        distance = OSA.distance(word, candidate, score_cutoff=allowed)
        if candidate[0] != word[0]:
            distance += 1
        if 0 < distance <= allowed:
            scored.append((distance, candidate))
    scored.sort()
    return [term for _distance, term in scored[:SUGGESTIONS]]
