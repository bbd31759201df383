"""The hostile corpus at the reader: nothing but the three stated outcomes."""

import json
import os

import pytest
from bson import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.delivery import Delivery
from consumers.errors import PoisonError
from consumers.glimpse import glimpse
from consumers.mapping.mongo_update import update_pipeline
from consumers.mapping.telling import gather
from consumers.testing.captures import capture, file, value
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
            encode({"pipeline": update_pipeline(telling)})
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


GOOD = capture(files=[file("a.h5")], values={"g": {"x": value(1.5, "mm")}}, failures=[{"reason": "late"}])
DOCUMENT = json.loads(GOOD.to_bytes())
MUTATIONS = int(os.environ.get("SCIZOO_MUTATIONS", "300"))
"""Examples per kind of mutation; a long run asks for 100,000."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=MUTATIONS)
@given(st.sampled_from(sorted(DOCUMENT)), json_values)
def test_any_field_with_any_value_has_one_of_the_three_outcomes(name: str, spoilt: object) -> None:
    message = json.dumps(DOCUMENT | {name: spoilt}).encode()
    assert outcome_of(Hostile("mutated", message, "rejected"))[0] in ("catalogued", "rejected", "waiting")


@settings(max_examples=MUTATIONS)
@given(st.data())
def test_any_bytes_changed_have_one_of_the_three_outcomes(data: st.DataObject) -> None:
    message = bytearray(GOOD.to_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(message) - 1))
        message[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    assert outcome_of(Hostile("mutated", bytes(message), "rejected"))[0] in (
        "catalogued",
        "rejected",
        "waiting",
    )
