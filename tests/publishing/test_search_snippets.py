from hypothesis import given, settings
from hypothesis import strategies as st

from publishing.search.analyzer import query_text
from publishing.search.snippets import highlight, snippet


def marked(segments):
    return [segment.text for segment in segments if segment.marked]


def joined(segments):
    return "".join(segment.text for segment in segments)


def test_the_match_is_shown_in_its_own_spelling():
    assert marked(highlight("ETH Zürich opens a laboratory", query_text("zurich"))) == ["Zürich"]
    assert marked(highlight("Zu\u0308rich", query_text("zurich"))) == ["Zu\u0308rich"]
    assert marked(highlight("Große Straße", query_text("strasse"))) == ["Straße"]
    assert marked(highlight("剑桥大学来访", query_text("劍橋大學"))) == ["剑桥大学"]


def test_other_forms_and_beginnings_of_a_word_are_marked_whole():
    text = "Cooperation was agreed; the cooperating universities met."
    assert marked(highlight(text, query_text("cooperat"))) == ["Cooperation", "cooperating"]
    assert marked(highlight(text, query_text("university"))) == ["universities"]


def test_a_short_word_does_not_mark_the_words_that_begin_with_it():
    assert marked(highlight("An art is an article", query_text("ar"))) == []


def test_a_chinese_query_is_marked_whole_and_in_pairs_only_on_request():
    text = "南京的大学与剑桥大学"
    assert marked(highlight(text, query_text("南京大学"))) == []
    assert marked(highlight(text, query_text("南京大学"), any_pair=True)) == [
        "南京",
        "大学",
        "大学",
    ]


def test_a_snippet_is_the_part_with_most_matches():
    text = (
        "Nanjing. " + "Nothing to see here. " * 40 + "Cambridge and Nanjing sign. " + "More. " * 80
    )
    segments = snippet(text, query_text("Cambridge Nanjing"))
    assert marked(segments) == ["Cambridge", "Nanjing"]
    assert joined(segments).startswith("… ") and joined(segments).endswith(" …")
    assert len(joined(segments)) <= 200


def test_a_short_text_is_shown_whole():
    assert joined(snippet("Signed in\nNanjing.", query_text("x"))) == "Signed in Nanjing."


def test_nothing_matched_shows_the_beginning():
    segments = snippet("word " * 100, query_text("南京"))
    assert joined(segments).startswith("word word") and joined(segments).endswith("word …")


@given(
    st.text(st.sampled_from("南京大學 Zürichß\u0308'œ-.…あ한ㄱ😀\x00"), max_size=600),
    st.text(max_size=20),
)
@settings(max_examples=300, deadline=None)
def test_any_text_and_query_give_a_short_piece_of_the_text(text, typed):
    query = query_text(typed + " " + text[:6])
    plain = " ".join(text.split())
    for any_pair in (False, True):
        shown = joined(snippet(text, query, any_pair=any_pair))
        assert shown.removeprefix("… ").removesuffix(" …").strip("… ") in plain
        assert len(shown) <= 200
        assert joined(highlight(text, query, any_pair=any_pair)) == text
