"""A message never exceeds what Kafka takes, and says what it lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scifish.message_parts import Value
from scifish.messages import MAX_BYTES, decode
from scifish.spool.size_limit import fit
from scifish.testing.capture_messages import new_identity, told


def spectrum(length: int) -> Value:
    return Value(value=[index / 7 for index in range(length)], unit="counts", quality="VALID")


def test_a_small_message_is_sent_as_it_is():
    message = told(new_identity(), values={"current": Value(value=250.0, unit="mA")})
    assert fit(message, MAX_BYTES) == message.to_bytes()


def test_twenty_spectra_at_begin_and_end_are_summarised_largest_first_until_it_fits():
    spectra = {f"s{number}": spectrum(4096 if number else 4000) for number in range(20)}
    message = told(new_identity(), "ended", values=spectra, values_at_start=spectra)
    assert len(message.to_bytes()) > MAX_BYTES
    body = fit(message, MAX_BYTES)
    reduced = decode(body)
    assert len(body) <= MAX_BYTES
    summary = next(leaf.value for leaf in reduced.values_at_start.values() if isinstance(leaf.value, dict))
    assert summary["shape"] == [4096]
    assert summary["min"] == 0 and summary["max"] == 4095 / 7
    kept = [name for name, leaf in reduced.values.items() if isinstance(leaf.value, list)]
    assert "s0" in kept, "the smallest is the last to go"
    summarised = sum(isinstance(leaf.value, dict) for leaf in reduced.values.values())
    noted = [failure.reason for failure in reduced.failures]
    assert sum(reason.startswith("values/") for reason in noted) == summarised


def test_arrays_in_groups_are_found():
    message = told(new_identity(), values={"optics": {"spectrum": spectrum(60_000)}})
    reduced = decode(fit(message, 100_000))
    assert reduced.values["optics"]["spectrum"].value["shape"] == [60_000]
    assert reduced.failures[0].reason.startswith("values/optics/spectrum")


def test_files_are_the_last_thing_to_go():
    files = [{"path": f"{number:05d}" + "x" * 200} for number in range(1000)]
    message = told(new_identity(), "ended", files=files, parameters=["y" * 100] * 9000)
    reduced = decode(fit(message, MAX_BYTES))
    assert len(reduced.files) == 1000
    assert reduced.parameters == []


texts = st.text(max_size=20)
sizes = st.integers(0, 400_000)


@settings(max_examples=25)
@given(
    size=sizes, count=st.integers(0, 3000), field=st.sampled_from(["title", "error", "description", "extra"])
)
def test_it_always_ends_below_the_limit_and_keeps_the_identity(size, count, field):
    message = told(
        new_identity(),
        "ended",
        **{field: "z" * size},
        failures=[{"reason": "r" * 300}] * count,
        parameters=["p" * size] * 2,
    )
    body = fit(message, MAX_BYTES)
    assert len(body) <= MAX_BYTES
    reduced = decode(body)
    assert (reduced.pid, reduced.phase, reduced.status) == (message.pid, "ended", "completed")


def test_files_are_never_given_up_whole_and_what_is_missing_is_counted():
    files = [{"path": f"{number:05d}" + "x" * 4000} for number in range(300)]
    reduced = decode(fit(told(new_identity(), "ended", files=files), MAX_BYTES))
    assert 200 < len(reduced.files) < 300
    lost = 300 - len(reduced.files)
    assert f"files: {lost} of 300 left out" in reduced.failures[-1].reason
