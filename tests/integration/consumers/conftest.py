from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from scizoo.services.kafka import ApacheKafka
from scizoo.services.mongod import Mongod
from tests.integration.consumers.installation import Installation


@pytest.fixture
def installation(kafka: ApacheKafka, mongod: Mongod, tmp_path: Path) -> Iterator[Installation]:
    """SciCow with topics and databases of this test's own; no process runs yet."""
    made = Installation(tmp_path / "scicow", f"t{uuid4().hex[:8]}", kafka.address, mongod.address)
    made.make_topics()
    yield made
    made.drop()
