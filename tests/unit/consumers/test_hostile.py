"""The hostile corpus at the reader: nothing but the three stated outcomes."""

import pytest

from consumers.delivery import Delivery
from consumers.errors import PoisonError
from consumers.glimpse import glimpse
from consumers.mapping.mongo_update import update_pipeline
from consumers.mapping.telling import gather
from consumers.testing.hostile import Hostile, corpus
from consumers.topic_names import TopicNames
from consumers.validate import Validator
from scifish.errors import UnknownSchemaError

CORPUS = corpus()


def outcome_of(hostile: Hostile) -> tuple[str, str]:
    delivery = Delivery("scizoo.demo.captures", 0, 0, hostile.key, hostile.value)
    try:
        message = Validator(TopicNames()).read(delivery)
        for telling in gather([message]).values():
            update_pipeline(telling)
    except UnknownSchemaError as error:
        return "waiting", str(error)
    except PoisonError as error:
        return "rejected", str(error)
    return "catalogued", ""


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: hostile.name)
def test_outcome_is_the_stated_one(hostile: Hostile) -> None:
    outcome, reason = outcome_of(hostile)
    assert outcome == hostile.outcome, reason
    assert hostile.reason in reason


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: hostile.name)
def test_a_receipt_is_possible_where_it_is_stated(hostile: Hostile) -> None:
    assert (glimpse(hostile.value, hostile.key).pid is not None) == hostile.receipt
