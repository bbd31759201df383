"""Why a broker is not reached stands where people look, not only that it is not."""

import socket
import threading
from collections.abc import Iterator

import pytest

from consumers.configuration import Kafka
from consumers.errors import RetryableError
from consumers.producer import AcknowledgedProducer
from scifish.forwarding.kafka_client import KafkaClient
from scifish.forwarding.sender import Sender

NO_TLS = "wrong version number"


@pytest.fixture
def speaks_no_tls() -> Iterator[str]:
    """An address that answers every connection with words that are no TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=greet_all, args=[listener], daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def greet_all(listener: socket.socket) -> None:
    """Answer until the listener is closed."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.fixture
def client(speaks_no_tls: str) -> dict[str, object]:
    """The settings of a consumer that expects TLS there."""
    return Kafka(bootstrap_servers=speaks_no_tls, security_protocol="ssl").client()


def test_a_consumer_that_cannot_send_its_receipts_says_why(client: dict[str, object]) -> None:
    with pytest.raises(RetryableError, match=NO_TLS):
        AcknowledgedProducer(client).warm("scizoo.demo.receipts")


def test_the_forwarder_says_why(speaks_no_tls: str) -> None:
    sender = Sender(KafkaClient(speaks_no_tls, {"security.protocol": "ssl"}), "scizoo.demo.captures")
    sender.probe(2)
    assert NO_TLS in str(sender.trouble)
    sender.close(0)
