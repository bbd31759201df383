"""Day 12: garbage of every kind on the topics, and good messages mutated at random."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from consumers.glimpse import glimpse
from consumers.testing.captures import PREFIX, capture, file, value
from consumers.testing.hostile import Hostile, corpus
from scifish.receipts import decode
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.log_of_captures import LETTERS, RECEIPTS, LogOfCaptures, Record
from tests.bad_days.harness.trial_beamline import PROPOSAL, TrialBeamline

MUTATIONS = int(os.environ.get("SCIZOO_MUTATIONS", "300"))
"""How many go through the whole pipeline; a long run asks for 100,000."""
AT_ONCE = 100
CONSUMERS = ("scicow-mongodb", "scicow-scicat")


@pytest.fixture
def log(beamline: TrialBeamline) -> Iterator[LogOfCaptures]:
    """The captures topic, with consumers that accept the corpus's pids too.

    They are patient: a state database that answers too late costs a second letter.
    """
    ordinary = beamline.configuration.read_text()
    described = yaml.safe_load(ordinary)
    described["pid_prefixes"].append(PREFIX)
    for section in ("mongodb", "state_database"):
        described[section]["timeout_s"] = 30
    _configure(beamline, yaml.safe_dump(described, sort_keys=False))
    yield LogOfCaptures(beamline.parts.kafka.address, beamline.configuration)
    _configure(beamline, ordinary)


def _configure(beamline: TrialBeamline, text: str) -> None:
    beamline.configuration.write_text(text)
    for name in CONSUMERS:
        beamline.restart(name)


def test_the_whole_corpus_on_the_way_of_a_scan(beamline: TrialBeamline, log: LogOfCaptures) -> None:
    letters_before = log.end(LETTERS)
    hostiles = corpus()
    log.put(*(Record(hostile.key, hostile.value) for hostile in hostiles))
    log.put(*(Record(hostile.key, hostile.value) for hostile in hostiles), topic=RECEIPTS)
    scan = beamline.scan()
    beamline.wait_status(scan, "catalogued")
    log.wait_consumed()
    assert all(beamline.service(name).alive for name in (*CONSUMERS, "scifish"))

    wanted = {_pid(hostile) for hostile in _of(hostiles, "catalogued")}
    assert beamline.catalogues.new_pids() == wanted | beamline.catalogues.pids_of(scan)
    letters = Counter((each.key, each.value or b"") for each in log.read(LETTERS, letters_before))
    refused = {(hostile.key, hostile.value or b"") for hostile in _of(hostiles, "rejected")}
    assert set(letters) == refused, "what is refused is kept as it came, and nothing else"
    assert not wanted & set(beamline.scicat.state.datasets), "SciCat waits for a proposal that it knows"


@pytest.mark.timeout(600 + MUTATIONS // 50)
def test_mutations_are_all_answered_and_hold_up_nothing(beamline: TrialBeamline, log: LogOfCaptures) -> None:
    receipts_before, letters_before = log.end(RECEIPTS), log.end(LETTERS)
    sent: list[Record] = []

    @settings(
        max_examples=max(1, MUTATIONS // AT_ONCE),
        deadline=None,
        derandomize="SCIZOO_MUTATIONS" not in os.environ,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(st.lists(mutants(), min_size=AT_ONCE, max_size=AT_ONCE))
    def put(records: list[Record]) -> None:
        log.put(*records)
        sent.extend(records)

    put()
    scan = beamline.scan()
    beamline.wait_status(scan, "catalogued", LIMIT_S + MUTATIONS / 100)
    log.wait_consumed(limit_s=LIMIT_S + MUTATIONS / 100)
    assert all(beamline.service(name).alive for name in (*CONSUMERS, "scifish"))
    _assert_all_answered(log, receipts_before, letters_before, sent)


def _assert_all_answered(
    log: LogOfCaptures, receipts_before: int, letters_before: int, sent: list[Record]
) -> None:
    """By each of the two sinks: with a receipt, and what names no pid with a letter, once for the same bytes.

    The corpus's own bytes may have had their letter before.
    """
    named = [each for each in sent if glimpse(each.value, each.key).pid is not None]
    receipts = [decode(each.value or b"") for each in log.read(RECEIPTS, receipts_before) if each.key]
    outcomes = Counter(each.outcome for each in receipts)
    assert len(receipts) >= 2 * len(named), (outcomes, len(named))
    assert {"catalogued", "rejected"} <= set(outcomes), "mutants of both kinds"
    known = {(hostile.key, hostile.value or b"") for hostile in corpus()}
    nameless = {
        (each.key, each.value or b"") for each in sent if glimpse(each.value, each.key).pid is None
    } - known
    letters = Counter((each.key, each.value or b"") for each in log.read(LETTERS, letters_before))
    wrong = {each: letters[each] for each in nameless if letters[each] != 2}
    assert not wrong, "one by each sink"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def mutants(draw: st.DrawFn) -> Record:
    """A good message of one of some captures, with one thing wrong; or one that is still good."""
    good = _good(draw(st.integers(200, 240)), draw(st.sampled_from(["started", "ended", "ended", "amended"])))
    whole = json.dumps(good).encode()
    key = draw(st.sampled_from([None, str(good["pid"]).encode()]))
    kind = draw(st.sampled_from(["field", "leaf", "missing", "bytes", "cut"]))
    if kind == "cut":
        return Record(key, whole[: draw(st.integers(0, len(whole)))])
    if kind == "bytes":
        place = draw(st.integers(0, len(whole) - 1))
        return Record(
            key, whole[:place] + draw(st.binary(max_size=3)) + whole[place + draw(st.integers(0, 3)) :]
        )
    name = draw(st.sampled_from(sorted(good)))
    if kind == "missing":
        return Record(key, json.dumps({each: good[each] for each in good if each != name}).encode())
    if kind == "leaf":
        group = draw(st.text(max_size=5))
        good["values"] = {
            group: {draw(st.text(max_size=5)): value(draw(json_values), draw(st.none() | st.text()))}
        }
        return Record(key, json.dumps(good).encode())
    return Record(key, json.dumps(good | {name: draw(json_values)}).encode())


def _good(number: int, phase: str) -> dict[str, Any]:
    message = capture(
        number, phase, files=[file("a.h5")], values={"g": {"x": value(1.5, "mm")}}, proposal=PROPOSAL
    )
    return dict(json.loads(message.to_bytes()))


def _of(hostiles: list[Hostile], outcome: str) -> list[Hostile]:
    return [hostile for hostile in hostiles if hostile.outcome == outcome]


def _pid(hostile: Hostile) -> str:
    return str(glimpse(hostile.value, hostile.key).pid)
