"""The rules of docs/search.md, each as a sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publishing.search import analyzer
from publishing.search.analyzer import (
    content_runs,
    document_tokens,
    fold,
    fold_with_origins,
    key,
    name_tokens,
    query_text,
    stem,
)
from publishing.search.han import SIMPLIFIED
from publishing.search.management.commands.build_han_table import build_table

# Every code point, lone surrogates too, with the scripts that need special care more often.
CHARACTERS = st.one_of(
    st.characters(),
    st.characters(categories=["Cs", "Cc", "Cf"]),
    st.sampled_from("南京大學劍橋が゛ｶﾞ한ㄱㅏ각é́ßœŁøİı'’·-‐&ƶ①ﷺ 　\x00\n"),
)
TEXTS = st.text(CHARACTERS, max_size=80)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_every_folded_character_knows_its_origin(text):
    folded, origins = fold_with_origins(text)
    assert folded == fold(text)
    assert len(origins) == len(folded)
    assert origins == sorted(origins)
    for character, origin in zip(folded, origins, strict=True):
        assert character in fold(text[origin : origin + 1]) or character in fold(text[origin:])


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_a_text_is_found_by_its_own_words(text):
    query = query_text(text)
    in_names, in_documents = set(name_tokens(text)), set(document_tokens(text))
    for run in query.runs:
        if run.dense:
            wanted = set(analyzer.dense_tokens(run.text))
            assert wanted <= in_names and wanted <= in_documents
        else:
            word = analyzer.plain_word(run.text)
            assert word in in_names
            assert word in analyzer.STOP_WORDS or stem(word) in in_documents


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_tokens_hold_no_separator_and_no_marker(text):
    for token in [*name_tokens(text), *document_tokens(text)]:
        assert token
        assert not token.startswith(analyzer.MARKER)
        assert not any(c.isspace() or c in "'\"\x00" for c in token)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "\ud800\udfff",
        'a" OR NEAR(b',
        "😀" * 50,
        "南" * 10_000,
        "x" * 10_000,
        "ƶ" * 10_000,
    ],
)
def test_any_string_is_fine(text):
    assert len(query_text(text).runs) <= analyzer.QUERY_PARTS
    assert all(len(token) <= analyzer.TOKEN_CHARACTERS for token in document_tokens(text))
    name_tokens(text), key(text), fold_with_origins(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Zürich", "zurich"),
        ("Łódź", "lodz"),
        ("Øresund", "oresund"),
        ("İSTANBUL", "istanbul"),
        ("Straße", "strasse"),
        ("ＮＪＵ", "nju"),
        ("劍橋大學", "剑桥大学"),
        ("東京藝術大学", "东京艺术大学"),
        ("慶應義塾", "庆应义塾"),
        ("圣·安德鲁斯", "圣安德鲁斯"),
        ("Nan\u00adjing", "nanjing"),
        ("Nan\x00jing", "nanjing"),
        ("line\nline", "line line"),
        ("ｶﾞｷﾞ", "ガギ"),
    ],
)
def test_spellings_that_fold_together(written, meant):
    assert fold(written) == meant


def test_voiced_kana_keep_their_mark():
    assert fold("が") == fold("か\u3099") != fold("か")


def test_chinese_becomes_pairs_and_the_last_character():
    assert document_tokens("东南大学") == ["东南", "南大", "大学", "学"]
    assert document_tokens("京") == ["京"]


def test_a_change_of_script_is_a_boundary():
    assert document_tokens("重跑gen后") == ["重跑", "跑", "gen", "后"]
    assert document_tokens("2020年9月") == ["2020", "年", "9", "月"]


def test_documents_are_stemmed_and_names_are_not():
    assert document_tokens("The universities cooperated") == ["universiti", "cooper"]
    assert name_tokens("The universities") == ["the", "universities"]


def test_names_are_also_indexed_as_their_readers_spell_them():
    assert {"zurich", "zuerich"} <= set(name_tokens("Zürich"))
    assert {"arhus", "aarhus"} <= set(name_tokens("Århus"))
    assert "xian" in name_tokens("Xi’an Jiaotong")
    assert {"king", "kings"} <= set(name_tokens("King's College"))
    assert "aquila" in name_tokens("L'Aquila")
    assert {"aix", "marseille", "aixmarseille"} <= set(name_tokens("Aix-Marseille"))


def test_the_key_of_a_name_ignores_separators_and_a_leading_the():
    assert key("The University of Cambridge") == key("university-of-cambridge")
    assert key("M.I.T.") == key("MIT")
    assert key("劍橋 大學") == key("剑桥大学")
    assert key("The") == "the"


def test_connectors_are_left_out_of_a_query_unless_it_has_nothing_else():
    def words(text):
        return [run.text for run in content_runs(query_text(text), analyzer.NAME_CONNECTORS)]

    assert words("university of the arts") == ["university", "arts"]
    assert words("of the") == ["of", "the"]


def test_the_table_of_han_variants_is_what_opencc_gives():
    assert str.maketrans(build_table()) == {
        code: chr(target) for code, target in SIMPLIFIED.items()
    }
