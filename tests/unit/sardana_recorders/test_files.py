from types import SimpleNamespace

import pytest

from sardana_recorders.files import master_files, path_of, referenced_files
from scifish.scan_file import ScanFile, relative_to


def recorder(**facts):
    return SimpleNamespace(**facts)


def test_every_recorder_with_a_file_is_told_with_the_scans_entry():
    recorders = [
        recorder(),
        recorder(filename=None),
        recorder(filename="/data/raw/scans.h5", entryname="entry"),
        recorder(filename="/data/raw/old.nxs", entryname="entry7"),
        recorder(filename="/data/raw/../raw/scans.dat"),
        recorder(filename="/data/raw/x_[ScanId].fio"),
    ]
    assert master_files(recorders, "42") == [
        ScanFile("/data/raw/scans.h5", "entry42"),
        ScanFile("/data/raw/old.nxs", "entry7"),
        ScanFile("/data/raw/scans.dat"),
    ]


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("h5file:///data/img_001.h5", "/data/img_001.h5"),
        ("h5file:///data/img_001.h5::entry/data", "/data/img_001.h5"),
        ("h5file:///data/img%20001.h5::/entry/data", "/data/img 001.h5"),
        ("h5file://localhost/data/a.h5", "/data/a.h5"),
        ("file:/data/../data/a.tiff", "/data/a.tiff"),
        ("file://other-host/data/a.tiff", None),
        ("http://host/a.h5", None),
        ("img_001.h5", None),
        ("", None),
    ],
)
def test_the_path_in_a_value_reference(address, path):
    assert path_of(address) == path


def test_referenced_files_are_external_and_told_once():
    addresses = ["h5file:///data/a.h5::1", "h5file:///data/a.h5::2", "http://x/y", "file:///data/b.tiff"]
    assert referenced_files(addresses) == [
        ScanFile("/data/a.h5", role="external"),
        ScanFile("/data/b.tiff", role="external"),
    ]


def test_paths_are_relative_to_the_folder_they_are_below():
    assert relative_to("/data/raw/s1/a.h5", "/data/raw") == "s1/a.h5"
    assert relative_to("/data/raw2/a.h5", "/data/raw") == "/data/raw2/a.h5"
    assert relative_to("/data/a.h5", None) == "/data/a.h5"
    assert ScanFile("/data/raw/a.h5", "entry1").told("/data/raw", size=3).model_dump()["path"] == "a.h5"
