"""How a sent file is taken in: in memory and bounded. No copy of it ever lies in a temporary folder."""

from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from recovery.domain.photos import MOST_BYTES

MOST_SENT = 8 * MOST_BYTES
"""A larger request is not read at all."""


class BoundedUploadHandler(FileUploadHandler):
    """Keep a file, and of one that is too large no more than shows that it is."""

    def handle_raw_input(self, input_data: Any, meta: Any, content_length: int, *more: Any) -> None:
        """Refuse a request before any of it is read. Raises RequestDataTooBig."""
        if content_length > MOST_SENT:
            raise RequestDataTooBig("The request holds more than any file that is taken.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what there is room for, and let the rest go by."""
        room = MOST_BYTES + 1 - self._kept.tell()
        self._kept.write(raw_data[: max(0, room)])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Return the file."""
        size = self._kept.tell()
        self._kept.seek(0)
        return InMemoryUploadedFile(
            file=self._kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
