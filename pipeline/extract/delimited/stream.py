"""The bytes of a CSV file, read once: hashed, checked and handed on block by block.

pyarrow looks only at the columns it is asked for, and is lenient about quotation marks; a file that was
cut off, or whose quotes do not pair, would give rows that are wrong and look right.  So every byte passes
here first.
"""

from __future__ import annotations

import codecs
import hashlib
import threading
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

UTF_8 = "utf-8"
BLOCK = 4 << 20
#: UTF-8 needs at most three bytes for a character that cp1252 holds in one.
_GROWTH = 3
#: How many bytes of a block may wait for the next one: a begun character, a carriage return.
_MOST_HELD = 4
#: Quotes are looked for in pieces that stay in the processor's cache.
_SLICE = 1 << 18
_QUOTE = ord('"')
_LINE_ENDS = b'\n\r"'
#: Encodings in which a character of its own holds a NUL byte.
_WITH_NULS = ("utf-16",)


class CheckedStream:
    """Blocks of UTF-8 text without its byte order mark, whatever encoding ``file`` is in.

    A line end is added where the last line has none.  After the last block: ``bytes`` and ``sha256`` are of the
    whole file as it stands, ``lines`` is the number of line feeds; ``fault`` is the code of an error that stopped
    it near byte ``fault_at`` (then the stream ends early); ``quotes`` tell whether a quotation mark is ``unpaired``:
    stands where RFC 4180 allows none; and ``open`` (when none is unpaired): the last one is never closed.
    """

    def __init__(self, file: BinaryIO, encoding: str, delimiter: str = ",") -> None:
        """Begin at the first byte of ``file``, whose cells a ``delimiter`` divides."""
        self._file = file
        self.encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._transcode = encoding != UTF_8
        self._digest = hashlib.sha256()
        self.quotes = QuoteCheck(delimiter)
        self._first: bytes | None = None
        self._held = b""
        self._at_end = False
        self._ended = True  # whether the last line has its end
        self.bytes = self.lines = 0
        self.fault = ""
        self.fault_at = 0

    @property
    def sha256(self) -> str:
        """The digest of the bytes read so far, in hex."""
        return self._digest.hexdigest()

    def peek(self) -> bytes:
        """Return the first block without consuming it."""
        if self._first is None:
            self._first = self._next(BLOCK)
            if self._at_end and not self._ended:  # a header alone needs its line end in the same block
                self._first += self._next(BLOCK)
        return self._first

    def read(self, size: int = BLOCK) -> bytes:
        """Return the next block of at most ``size`` bytes (or the block peeked at), empty at the end."""
        if self._first is not None:
            block, self._first = self._first, None
            return block
        return self._next(size)

    def drain(self) -> None:
        """Read to the end, so that every byte is hashed and checked."""
        while self.read():
            pass

    def _next(self, size: int) -> bytes:
        """Return the next block: whole characters, and never the first half of a line end.

        (pyarrow drops a line feed at the start of a block when the one before ended with a carriage return,
        inside quotes too.)
        """
        text, block = b"", b"more"
        wanted = size // _GROWTH if self._transcode else size - _MOST_HELD
        while block and not text:
            block = b"" if self.fault else self._file.read(wanted)
            self._at_end = len(block) < wanted
            self._digest.update(block)
            text = self._held + self._checked(block)
            if self.bytes == 0:
                text = text.removeprefix(codecs.BOM_UTF8)
            self.bytes += len(block)
            self._held = b"\r" if block and text.endswith(b"\r") else b""
            text = text[: len(text) - len(self._held)]
        if text or self._held:
            self._ended = text.endswith((b"\n", b"\r"))
        elif not self._ended:
            self._ended, text = True, b"\n"
        self.lines += text.count(b"\n")
        self.quotes.take(text)
        return text

    def _checked(self, block: bytes) -> bytes:
        """Return as UTF-8 the characters that end in ``block``; the ``fault`` when it is no text of the encoding."""
        if b"\0" in block and self.encoding not in _WITH_NULS:
            self.fault, self.fault_at = "not-text", self.bytes + block.index(b"\0")
            return b""
        pending = self._decoder.getstate()[0]
        if block and not pending and not self._transcode and is_utf_8(block):
            return block
        try:  # exactly: a character may have been cut by the end of the block
            text = self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            self.fault, self.fault_at = "wrong-encoding", self.bytes + error.start
            return b""
        if "\0" in text:
            self.fault, self.fault_at = "not-text", self.bytes
            return b""
        if self._transcode:
            return text.encode()
        begun = len(self._decoder.getstate()[0])
        return (pending + block)[: len(pending) + len(block) - begun]


class Tap:
    """What pyarrow reads a stream through, from a thread of its own, until it is shut."""

    def __init__(self, stream: CheckedStream) -> None:
        self.closed = False
        self._stream = stream
        self._lock = threading.Lock()

    def read(self, size: int) -> bytes:
        """Return the stream's next block, or nothing when the tap is shut."""
        with self._lock:
            return b"" if self.closed else self._stream.read(size)

    def shut(self) -> None:
        """Wait for a read under way and let no other begin: after an error pyarrow's thread still reads ahead."""
        with self._lock:
            self.closed = True

    close = shut

    def readable(self) -> bool:
        """Say that it can be read: part of what a Python file is."""
        return True

    def flush(self) -> None:
        """Do nothing: part of what a Python file is."""


def is_utf_8(block: bytes) -> bool:
    """Return whether ``block`` is whole UTF-8: Arrow looks several times as fast as Python decodes."""
    one_text = pa.StringArray.from_buffers(1, pa.py_buffer(np.array([0, len(block)], np.int32)), pa.py_buffer(block))
    try:
        one_text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


class QuoteCheck:
    """Whether quotation marks stand where RFC 4180 puts them, told from their neighbours alone.

    Numbered from 0 through the whole text, an even one opens a cell or is the second of a doubled pair, so
    a delimiter, a line end or a quote stands before it; an odd one closes a cell or is the first of a pair,
    so one of these follows it.
    """

    def __init__(self, delimiter: str = ",") -> None:
        self.unpaired = False
        self.open = False
        self._beside = np.zeros(256, np.bool_)
        self._beside[np.frombuffer(_LINE_ENDS + delimiter.encode(), np.uint8)] = True
        self._last = np.uint8(ord("\n"))

    def take(self, block: bytes) -> None:
        """Take the next bytes into account."""
        whole = np.frombuffer(block, np.uint8)
        for start in range(0, len(whole), _SLICE):
            if self.unpaired:
                return
            self._look(whole[start : start + _SLICE])

    def _look(self, text: NDArray[np.uint8]) -> None:
        """Take a piece into account, with the last byte before it; what stands behind its own last byte comes later."""
        around = np.concatenate([[self._last], text])
        if self._last == _QUOTE and not self.open and not self._beside[text[0]]:
            self.unpaired = True
        places = np.flatnonzero(text == _QUOTE)
        opening, closing = (places[1::2], places[::2]) if self.open else (places[::2], places[1::2])
        behind = closing[closing < len(text) - 1] + 1
        self.unpaired |= not (self._beside[around[opening]].all() and self._beside[text[behind]].all())
        self.open ^= bool(len(places) % 2)
        self._last = text[-1]
