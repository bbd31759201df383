"""Dead letters: sent again byte for byte once the cause is mended, or put away with a reason."""

from consumers.testing.captures import capture, file
from tests.integration.consumers.installation import Installation
from tests.waiting import wait_for

MESSAGE = capture(files=[file("a.h5")])


def refuse(installation: Installation, *messages: bytes) -> None:
    """Have messages refused: no pid has the prefix that is asked for."""
    installation.more = {"pid_prefixes": ["20.500.99999"]}
    installation.rewrite()
    with installation.scicow() as scicow:
        installation.send(*messages, key=MESSAGE.pid.encode())
        installation.wait_committed(len(messages))
        assert scicow.stop() == 0
    assert len(installation.letters()) == len(messages)


def replay(installation: Installation, *words: str, code: int = 0) -> str:
    return installation.ask("dead-letters", "replay", "--beamline", "demo", *words, code=code)


def test_a_letter_whose_cause_is_mended_is_catalogued(installation: Installation) -> None:
    refuse(installation, MESSAGE.to_bytes())
    assert "it would be refused again: pid" in replay(installation, "--pid", MESSAGE.pid, code=1)
    installation.more = {}
    installation.rewrite()
    assert replay(installation, "--offset", "0") == "1 messages are on the captures topic again\n"
    captures = installation.read(installation.names.captures("demo"))
    assert captures[0] == captures[1], "the same key, bytes and headers"
    with installation.scicow():
        installation.wait_dataset(MESSAGE.pid, catalogued_at={"$exists": True})
    assert installation.state["dead_letters"].count_documents({"replayed_at": {"$exists": True}}) == 1


def test_what_is_replayed_by_force_and_refused_again_gets_no_second_letter(
    installation: Installation,
) -> None:
    refuse(installation, b"garbage")
    assert "not JSON" in replay(installation, "--offset", "0", code=1)
    replay(installation, "--offset", "0", "--force")
    with installation.scicow():
        installation.wait_committed(2)
        wait_for(lambda: len(installation.receipts()) == 2, 10, "the second answer")
    assert len(installation.letters()) == 1


def test_a_discarded_letter_is_noted_with_the_reason(installation: Installation) -> None:
    refuse(installation, b"garbage", b"other garbage")
    words = ["dead-letters", "discard", "--beamline", "demo", "--reason", "a test"]
    assert installation.ask(*words, "--offset", "1") == "1 letters are discarded\n"
    assert "no such letter" in installation.ask(*words, "--offset", "7", code=1)
    [note] = installation.state["dead_letters"].find({"discarded_at": {"$exists": True}})
    assert (note["offset"], note["discarded_because"]) == (1, "a test")
