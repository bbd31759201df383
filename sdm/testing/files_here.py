"""File-system calls made by this very process: quick, but a storage that hangs would hold it."""

import os

from sdm.folders.file_calls import Answer, Call, answer, as_line
from sdm.folders.file_worker import FileWorker
from sdm.folders.progress import Tell


class FilesHere(FileWorker):
    """A FileWorker without a child; for tests with one thread at the file system."""

    def _exchange(self, call: Call, tell: Tell) -> Answer:
        before = os.umask(0)
        try:
            return Answer.model_validate_json(as_line(answer(Call.model_validate_json(as_line(call)), tell)))
        finally:
            os.umask(before)
