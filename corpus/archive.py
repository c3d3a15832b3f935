"""The archive: every body as it was fetched or imported, in WARC files under WORKSPACE/archive/.

WARC 1.1 (https://iipc.github.io/warc-specifications/); each record is a gzip member of its own, so that
any of them can be read by its offset. A body whose transfer was compressed is kept unpacked.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from corpus.errors import SourcebookError

FILE_BYTES = 500_000_000
SAFE = "%/:=&?~#+!$,;'@()*[]"
TRANSFER = {"content-encoding", "transfer-encoding", "content-length"}
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a body lies: the file's name within the archive, and the record's offset in bytes."""

    warc_file: str
    offset: int


class Archive:
    """An append-only writer; one a process, as each starts a file of its own at its first record.

    A process that is killed therefore leaves at most one cut-off record, behind which nothing is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: BinaryIO | None = None

    def write_response(
        self, url: str, status: int, headers: Sequence[tuple[str, str]], body: bytes, time: str
    ) -> Place:
        """Keep an HTTP answer; `time` is ISO 8601 in UTC, ending in Z."""
        kept = [(name, value) for name, value in headers if name.lower() not in TRANSFER]
        kept.append(("Content-Length", str(len(body))))
        http = StatusAndHeaders(str(status), kept, protocol="HTTP/1.1")  # type: ignore[no-untyped-call]
        return self._write("response", url, body, time, http_headers=http)

    def write_resource(self, url: str, media_type: str, body: bytes, time: str) -> Place:
        """Keep an imported file; `time` is ISO 8601 in UTC, ending in Z."""
        sound = media_type if MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
        return self._write("resource", url, body, time, warc_content_type=sound)

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def _write(self, kind: str, url: str, body: bytes, time: str, **more: object) -> Place:
        buffer = BytesIO()
        writer = WARCWriter(buffer, gzip=True, warc_version="WARC/1.1")  # type: ignore[no-untyped-call]
        record = writer.create_warc_record(  # type: ignore[no-untyped-call]
            quote(url, safe=SAFE),
            kind,
            payload=BytesIO(body),
            length=len(body),
            warc_headers_dict={"WARC-Date": time},
            **more,
        )
        writer.write_record(record)  # type: ignore[no-untyped-call]
        return self._append(buffer.getvalue(), time[:10])

    def _append(self, member: bytes, day: str) -> Place:
        if self._file and self._file.tell() + len(member) > FILE_BYTES:
            self.close()
        file = self._file = self._file or self._begin(day)
        offset = file.tell()
        try:
            file.write(member)
            file.flush()
        except OSError as error:
            self.close()
            raise SourcebookError(
                f"{file.name} cannot be written ({error}). Free some space and gather again."
            ) from error
        return Place(Path(file.name).name, offset)

    def _begin(self, day: str) -> BinaryIO:
        self.folder.mkdir(parents=True, exist_ok=True)
        taken = [int(path.name[11:15]) for path in self.folder.glob(f"{day}-[0-9][0-9][0-9][0-9].warc.gz")]
        number = max(taken, default=0) + 1
        while True:
            try:
                return (self.folder / f"{day}-{number:04}.warc.gz").open("xb")
            except FileExistsError:  # another process was quicker
                number += 1


def read_body(folder: Path, warc_file: str, offset: int) -> bytes:
    """The body of the record at `offset` of `warc_file`, its digest checked.

    Raises SourcebookError where the file is missing or damaged there.
    """
    try:
        with (folder / warc_file).open("rb") as file:
            file.seek(offset)
            records = ArchiveIterator(file, check_digests="raise")  # type: ignore[no-untyped-call]
            stream = next(records).raw_stream
            body = bytes(stream.read())
            if stream.limit > 0:  # warcio checks the digest of whole records only
                raise EOFError
            return body
    except (OSError, EOFError, StopIteration, ArchiveLoadFailed, zlib.error) as error:
        raise SourcebookError(
            f"{folder / warc_file} is missing or damaged at byte {offset} ({type(error).__name__})."
            " Put the file back from a copy, or gather again."
        ) from error
