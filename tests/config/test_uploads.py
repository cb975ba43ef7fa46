"""A sent file is held in memory, and of one that is too large no more than shows that it is."""

import pytest
from django.core.exceptions import RequestDataTooBig

from config.uploads import MOST_SENT, BoundedUploadHandler
from recovery.domain.photos import MOST_BYTES

PIECE = b"x" * (1024 * 1024)


@pytest.fixture
def handler():
    found = BoundedUploadHandler()
    found.new_file("photo", "a.jpg", "image/jpeg", None)
    return found


def test_keeps_a_file_whole(handler):
    for number in range(3):
        handler.receive_data_chunk(PIECE, number * len(PIECE))

    file = handler.file_complete(3 * len(PIECE))

    assert file.size == len(file.read()) == 3 * len(PIECE)


def test_keeps_one_byte_more_than_is_taken_of_a_file_that_is_too_large(handler):
    for number in range(40):
        handler.receive_data_chunk(PIECE, number * len(PIECE))

    file = handler.file_complete(40 * len(PIECE))

    assert file.size == len(file.read()) == MOST_BYTES + 1


def test_refuses_to_read_what_no_form_of_ours_sends(handler):
    with pytest.raises(RequestDataTooBig):
        handler.handle_raw_input(None, {}, MOST_SENT + 1, b"x")
