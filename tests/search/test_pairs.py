"""The fixed list of questions, held against what the words of a message are said to be."""

import unicodedata

import pytest

from models import words
from tests.search.pairs import highlights, messages, post, questions, texts

ABOUT = {question.about for question in questions()}


def found(q):
    """The numbers of the messages in which all words occur; none where there is no word."""
    if not list(words.words_in(q)):
        return set()
    return {
        number
        for number, message in messages().items()
        if words.places("\n".join(texts(message)), q) is not None
    }


@pytest.mark.parametrize("about", sorted(ABOUT))
def test_questions(about):
    """Each question finds the messages that it should and no others."""
    asked = [question for question in questions() if question.about == about]
    wrong = {
        q: (sorted(numbers - there), sorted(there - numbers))
        for _, q, numbers in asked
        if (there := found(q)) != numbers
    }
    assert wrong == {}, "what is missing, and what should not be there"


def test_highlights():
    """Where they stand, in the units of browsers."""
    said = messages()
    for q, number, spans in highlights():
        assert [list(span) for span in words.places(said[number]["content"], q)] == spans, (q, number)


def test_the_list_is_large_enough():
    """A hundred messages, two hundred different questions, and every message with a word is asked for."""
    asked = list(questions())
    assert len(messages()) >= 100 and len({question.q for question in asked}) == len(asked) >= 200
    silent = {number for number, message in messages().items() if not any(texts(message))}
    silent |= {127}  # nothing but signs
    assert set().union(*(question.numbers for question in asked)) == set(messages()) - silent


def test_one_text_however_it_is_composed():
    """What is one text to people is found as one, whatever it is made of."""
    for question in questions():
        for form in ("NFC", "NFD"):
            assert found(unicodedata.normalize(form, question.q)) == question.numbers, question


async def test_they_can_be_said(app):
    """The server takes all of them."""
    ann = await app.client().register("Ann")
    assert sorted((await post(ann, 10, ann.user_id)).values()) == sorted(messages())
