"""Reads FlatBuffers (the container of .tflite files) from bytes nobody has vouched for.

What a table may hold is written down as a schema, and one routine reads any table by its schema, so every offset in a file
passes through the same few checks: aligned, inside the file, inside its table, ended where it must be. Nothing is trusted
and nothing is read twice over: a file of n bytes cannot make the reader produce more than 2 n elements (offsets that run in
circles or share one table a million times end there), and the depth is the schema's depth.

A schema is a tuple of fields in the order of the format's definition; a field is None (not ours, refused when present),
a scalar kind, or one of the pairs made by `vector`, `table`, `tables`, `union`. `read` gives a list with one value a field:
integers for scalars, a tuple of integers for a vector of scalars, a memoryview for bytes and strings, a list for a table,
a list of lists for tables, (type, list) for a union; the field's default where the file leaves it out.

32-bit floats are kept as their bits, because the device's floats are single precision and the rest of Sidetone has none.
"""

import struct

# scalar kinds: (struct code, bytes)
U8 = ("B", 1)
I8 = ("b", 1)
I32 = ("i", 4)
U32 = ("I", 4)
F32_BITS = ("I", 4)
I64 = ("q", 8)

# Longest vector of scalars that is turned into a tuple: a bias or a scale per output channel, never weights (those stay bytes).
MAX_VECTOR = 65536
MAX_TABLES = 4096  # tables in one vector; the largest microWakeWord model has 95 tensors
MAX_FILE_BYTES = 1 << 26  # 64 MB: far above any model for a device, far below what would exhaust a desktop

_VECTOR, _BYTES, _STRING, _TABLE, _TABLES, _UNION = 1, 2, 3, 4, 5, 6


class ModelError(Exception):
    """The bytes are not a model we can run. One plain line that names what is wrong."""


def scalar(kind, default=0):
    return (0, kind, default)


def vector(kind):
    return (_VECTOR, kind, ())


def table(schema):
    return (_TABLE, schema, None)


def tables(schema):
    return (_TABLES, schema, ())


def union(schemas):
    """A union takes two fields, its type and its offset; this stands for the offset, the field before it must be the type.
    `schemas` maps a type to a schema; a type that is not in it is left unread (value (type, None))."""
    return (_UNION, schemas, (0, None))


BYTES = (_BYTES, None, None)
STRING = (_STRING, None, None)


class FlatBuffer:
    """Bounds-checked access to one file."""

    def __init__(self, data, identifier):
        """`data`: bytes, or a memoryview of bytes. `identifier`: the 4 bytes that must stand at offset 4."""
        self.size = len(data)
        self.data = memoryview(data)
        self._data_starts = 0  # all starts of byte vectors, or'd: their common alignment
        self._wide = False  # 8-byte numbers were seen
        if self.size > MAX_FILE_BYTES:
            raise ModelError("the model file is larger than %d bytes" % MAX_FILE_BYTES)
        if self.size < 12:
            raise ModelError("the model file ends after %d bytes: cut short or empty" % self.size)
        if bytes(self.data[4:8]) != identifier:
            raise ModelError("not a .tflite model: no %s at byte 4" % str(identifier, "ascii"))
        self._elements_left = 2 * self.size

    @property
    def alignment(self):
        """What the file's length must be a multiple of, by what was read so far: writers of models align data to 16 bytes, or do
        not; 8-byte numbers to 8; all else to 4. (Data that is not meant to be aligned stands aligned by chance in a tiny file only.)"""
        if self._data_starts and self._data_starts % 16 == 0:
            return 16
        return 8 if self._wide else 4

    def root(self, schema):
        return self.read(schema, self._offset_target(0))

    def read(self, schema, at):
        """The table at byte `at`: a list with one value for each field of `schema`."""
        self._spend(1)
        self._need(at, 4, 4)
        vtable_at = at - self._get("i", at, 4)
        self._need(vtable_at, 4, 2)
        vtable_bytes = self._get("H", vtable_at, 2)
        table_bytes = self._get("H", vtable_at + 2, 2)
        if vtable_bytes < 4 or vtable_bytes & 1 or table_bytes < 4:
            self._fail(vtable_at)
        self._need(vtable_at, vtable_bytes, 2)
        self._need(at, table_bytes, 4)
        fields_in_file = (vtable_bytes - 4) // 2
        for number in range(len(schema), fields_in_file):
            if self._get("H", vtable_at + 4 + 2 * number, 2):
                self._refuse(at)
        values = []
        for number, field in enumerate(schema):
            inside = self._get("H", vtable_at + 4 + 2 * number, 2) if number < fields_in_file else 0
            if field is None:
                if inside:
                    self._refuse(at)
                values.append(None)
            elif inside == 0:
                values.append(field[2])
            else:
                values.append(self._field(field, at, inside, table_bytes, values))
        return values

    def _field(self, field, at, inside, table_bytes, values):
        sort, detail = field[0], field[1]
        width = detail[1] if sort == 0 else 4
        if inside < 4 or inside + width > table_bytes:
            self._fail(at)
        place = at + inside
        if sort == 0:
            self._need(place, width, width)
            return self._get(detail[0], place, width)
        target = self._offset_target(place)
        if sort == _TABLE:
            return self.read(detail, target)
        if sort == _UNION:
            number = values[-1]
            return (number, self.read(detail[number], target) if number in detail else None)
        if sort == _VECTOR:
            return self._scalars(detail, target)
        if sort == _TABLES:
            count = self._vector_count(target, 4)
            if count > MAX_TABLES:
                raise ModelError("more than %d tables in one list (byte %d)" % (MAX_TABLES, target))
            found = []
            for index in range(count):
                found.append(self.read(detail, self._offset_target(target + 4 + 4 * index)))
            return found
        return self._bytes(sort, target)

    def _scalars(self, kind, target):
        code, width = kind
        count = self._vector_count(target, width)
        if count > MAX_VECTOR:
            raise ModelError("a list of more than %d numbers (byte %d)" % (MAX_VECTOR, target))
        self._spend(count)
        if width > 4 and count:
            self._wide = True
            if (target + 4) % width:
                self._fail(target)
        return tuple(struct.unpack_from("<%d%s" % (count, code), self.data, target + 4)) if count else ()

    def _bytes(self, sort, target):
        count = self._vector_count(target, 1)
        start = target + 4
        if sort == _STRING:
            self._need(start, count + 1, 1)
            if self.data[start + count] != 0:
                self._fail(target)
        elif count:
            self._data_starts |= start
        return self.data[start : start + count]

    def _vector_count(self, target, width):
        self._need(target, 4, 4)
        count = self._get("I", target, 4)
        self._need(target + 4, count * width, 1)
        return count

    def _offset_target(self, place):
        self._need(place, 4, 4)
        offset = self._get("I", place, 4)
        if offset == 0:
            self._fail(place)
        self._need(place + offset, 1, 1)
        return place + offset

    def _need(self, at, count, alignment):
        """Bytes at..at+count must lie in the file, the first one aligned."""
        if at < 0 or at % alignment:
            self._fail(at)
        end = at + count
        if end > self.size:
            raise ModelError("the model file ends after %d bytes but refers to byte %d: cut short or damaged" % (self.size, end - 1))

    def _get(self, code, at, width):
        """One little-endian number; the caller has checked that the bytes are there."""
        return struct.unpack_from("<" + code, self.data, at)[0]

    def _spend(self, elements):
        self._elements_left -= elements
        if self._elements_left < 0:
            raise ModelError("the model file refers to the same bytes over and over: damaged")

    def _refuse(self, at):
        raise ModelError("the model uses a part of the .tflite format that is not supported, or is damaged (table at byte %d)" % at)

    def _fail(self, at):
        raise ModelError("the model file is damaged: a wrong reference at byte %d" % at)


def numbers(kind, data):
    """All numbers in a memoryview of little-endian scalars, as a tuple."""
    code, width = kind
    count = len(data) // width
    return tuple(struct.unpack_from("<%d%s" % (count, code), data, 0)) if count else ()
