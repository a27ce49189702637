"""Uploads stay in memory, so that a patient's letter never lies unsealed in a temporary file."""

import html
import io

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import multipartparser
from django.http.multipartparser import MultiPartParser

from referralcrm.core.file_names import fault_of, seen

NAMELESS = "file"
# A name of thousands of letters is to be refused beside its field; Django's 1,024 answer with a bare 400.
multipartparser.MAX_TOTAL_HEADER_SIZE = 32 * 1024


class Uploads(FileUploadHandler):
    """Reads a request by a parser that keeps each file's name as it came."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # noqa: N803
        return AsSent(META, input_data, [InMemory(self.request)], encoding).parse()


class AsSent(MultiPartParser):
    """Django's parser without the cut that makes "passwd" of "../../etc/passwd"."""

    def sanitize_file_name(self, file_name):
        return html.unescape(file_name)


class InMemory(FileUploadHandler):
    """Keeps up to settings.UPLOAD_BYTES; of a larger file only its ``size``, so that a form can say so.

    All files of a request together have a limit too, and nobody who is not signed in sends any. A file says
    in ``name_fault`` why its name is not taken; it has none of its own then.
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
        fault = fault_of(self.file_name)
        upload = InMemoryUploadedFile(
            self.file,
            self.field_name,
            NAMELESS if fault else seen(self.file_name),
            self.content_type,
            self.size,
            self.charset,
            self.content_type_extra,
        )
        upload.name_fault = fault
        return upload


def check_name(upload):
    """Raises ValidationError for an uploaded file whose name is not taken."""
    if fault := getattr(upload, "name_fault", ""):
        raise ValidationError(fault)
