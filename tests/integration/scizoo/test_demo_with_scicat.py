"""``scizoo demo --scicat-url``: the same datasets in a SciCat as well."""

import os
import subprocess
import sys
from pathlib import Path

from consumers.testing.scicat_server import ScicatServer


def test_both_datasets_are_in_scicat_with_their_files(tmp_path):
    scizoo = Path(sys.executable).with_name("scizoo")
    account = {"SCICAT_USER": "ingestor", "SCICAT_PASSWORD": "aman"}
    with ScicatServer({"ingestor": "aman"}) as server:
        command = [scizoo, "demo", "--state", tmp_path / "demo", "--scicat-url", server.url]
        environment = {**os.environ, **account}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=400, check=False
        )
        datasets = list(server.state.datasets.values())
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("catalogued in mongodb and scicat") == 2
    assert sorted(dataset["datasetName"] for dataset in datasets) == [
        "Ag_0001.txt",
        "ascan mot01 0.0 1.0 10 0.1",
    ]
    assert [dataset["numberOfFiles"] for dataset in datasets] == [1, 1]
    assert all(dataset["size"] > 0 and dataset["proposalId"] == "20260101" for dataset in datasets)
    assert account["SCICAT_PASSWORD"] not in done.stdout


def test_without_an_account_it_says_what_to_set(tmp_path):
    scizoo = Path(sys.executable).with_name("scizoo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCICAT_")}
    command = [scizoo, "demo", "--state", tmp_path / "demo", "--scicat-url", "http://127.0.0.1:1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 1
    assert "SCICAT_USER" in done.stdout
