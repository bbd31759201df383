"""More files than one message holds."""

from scifish.file_parts import MAX_FILES_BYTES, split_files
from scifish.message_parts import DataFile
from scifish.testing.capture_messages import new_identity, told


def files(count: int, length: int = 10) -> list[DataFile]:
    return [DataFile(path=f"{number:06d}".ljust(length, "x")) for number in range(count)]


def test_a_thousand_files_stay_in_one_message():
    (ended,) = split_files(told(new_identity(), "ended"), files(1000))
    assert len(ended.files) == 1000
    assert ended.parts_expected == 0


def test_twenty_thousand_files_become_the_end_and_nineteen_parts_with_rising_revisions():
    ended, *parts = split_files(
        told(new_identity(), "ended", 4, values={"a": {"value": 1, "unit": None}}), files(20_000)
    )
    assert ended.phase == "ended" and ended.parts_expected == 19
    assert [part.part.index for part in parts] == list(range(1, 20))
    assert {part.part.of for part in parts} == {19}
    assert [part.revision for part in parts] == list(range(5, 24))
    assert all(part.pid == ended.pid and part.phase == "amended" and not part.values for part in parts)
    paths = [file.path for message in (ended, *parts) for file in message.files]
    assert paths == [file.path for file in files(20_000)]


def test_long_paths_make_smaller_parts():
    messages = split_files(told(new_identity(), "ended"), files(500, length=4000))
    assert all(len(message.to_bytes()) < MAX_FILES_BYTES + 10_000 for message in messages)
    assert sum(len(message.files) for message in messages) == 500


def test_no_files_are_one_message():
    assert len(split_files(told(new_identity(), "ended"))) == 1
