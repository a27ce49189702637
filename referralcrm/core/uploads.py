"""Uploads stay in memory, so that a patient's letter never lies unsealed in a temporary file."""

import io

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class InMemory(FileUploadHandler):
    """Keeps up to settings.UPLOAD_BYTES; of a larger file only its ``size``, so that a form can say so.

    All files of a request together have a limit too, and nobody who is not signed in sends any.
    """

    def handle_raw_input(self, *args, **kwargs):
        user = getattr(self.request, "user", None)
        self.left = settings.UPLOADS_BYTES if user and user.is_authenticated else 0

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.file, self.size = io.BytesIO(), 0

    def receive_data_chunk(self, raw_data, start):
        self.size += len(raw_data)
        self.left -= len(raw_data)
        if self.left < 0:
            raise RequestDataTooBig("The files of this request are too large together.")
        if self.size <= settings.UPLOAD_BYTES:
            self.file.write(raw_data)
        else:
            self.file = io.BytesIO()

    def file_complete(self, file_size):
        self.file.seek(0)
        return InMemoryUploadedFile(
            self.file,
            self.field_name,
            self.file_name,
            self.content_type,
            self.size,
            self.charset,
            self.content_type_extra,
        )
