"""Asking several at once waits for none longer than the limit."""

import threading

import pytest

from scizoo.asking import NoAnswerError, ask, ask_all


def test_each_answer_and_each_error_comes_back_under_its_name():
    answers = ask_all({"good": lambda: 7, "bad": lambda: 1 / 0}, limit_s=5)
    assert answers["good"] == 7
    assert isinstance(answers["bad"], ZeroDivisionError)


def test_one_that_hangs_is_left_alone():
    forever = threading.Event()
    answers = ask_all({"hung": forever.wait, "good": lambda: 7}, limit_s=2)
    forever.set()
    assert isinstance(answers["hung"], NoAnswerError)
    assert answers["good"] == 7


def test_a_single_question_raises_what_it_ran_into():
    with pytest.raises(ZeroDivisionError):
        ask(lambda: 1 // 0, limit_s=5)
