from checks import raises
from sidetone.core.network import flatbuffer as fb
from sidetone.core.network.flatbuffer import FlatBuffer, ModelError
from tiny_models import file_of

LEAF = (fb.scalar(fb.I32, 7), fb.STRING)
ROOT = (
    fb.scalar(fb.U8, 3),
    fb.vector(fb.I32),
    fb.table(LEAF),
    fb.tables(LEAF),
    fb.BYTES,
    fb.scalar(fb.U8),
    fb.union({4: LEAF}),
    fb.vector(fb.I64),
)


def read(data, schema=ROOT):
    return FlatBuffer(data, b"TFL3").root(schema)


def whole():
    leaf = [("i", -5), ("text", "hop")]
    return file_of(
        [("B", 200), ("vector", "i", (1, -2, 3)), ("table", leaf), ("tables", [leaf, []]), ("bytes", b"\x01\xff")]
        + [("B", 4), ("table", leaf), ("vector", "q", (-1, 1 << 40))]
    )


def test_every_kind_of_field_is_read():
    number, numbers, leaf, leaves, data, kind, choice, wide = read(whole())
    assert (number, numbers, kind, wide) == (200, (1, -2, 3), 4, (-1, 1 << 40))
    assert leaf[0] == -5 and bytes(leaf[1]) == b"hop"
    assert [row[0] for row in leaves] == [-5, 7]
    assert bytes(data) == b"\x01\xff"
    assert choice[0] == 4 and choice[1][0] == -5


def test_what_is_left_out_has_its_default():
    number, numbers, leaf, leaves, data, kind, choice, wide = read(file_of([]))
    assert (number, numbers, leaf, leaves, data, kind, choice, wide) == (3, (), None, (), None, 0, (0, None), ())


def test_a_union_of_another_type_is_left_unread():
    assert read(file_of([None] * 5 + [("B", 9), ("table", [])]))[6] == (9, None)


def test_a_field_we_do_not_know_is_refused():
    with raises(ModelError, "not supported"):
        read(file_of([("B", 1), ("B", 1)]), (fb.scalar(fb.U8),))
    with raises(ModelError, "not supported"):
        read(file_of([("B", 1)]), (None,))


def test_other_files_are_named():
    for data, text in ((b"", "empty"), (b"RIFF" * 8, "not a .tflite"), (b"\x00" * 64, "not a .tflite"), (b"ab", "after 2 bytes")):
        with raises(ModelError, text):
            read(data)


def test_cut_at_every_byte_only_the_model_error_comes():
    data = whole()
    cut_short = 0
    for end in range(len(data)):
        try:
            read(data[:end])
        except ModelError:
            cut_short += 1
    # what is left over is the padding at the end; a whole model is judged by its length too (test_graph)
    assert cut_short > len(data) - 16


def test_every_byte_changed_only_the_model_error_comes():
    data = bytearray(whole())
    for place in range(len(data)):
        kept = data[place]
        for value in (0, 1, 127, 128, 255, kept ^ 4):
            data[place] = value
            try:
                read(bytes(data))
            except ModelError as error:
                assert "\n" not in str(error)
        data[place] = kept


def test_a_list_that_shares_one_table_a_million_times_ends():
    rows = 200
    data = bytearray(file_of([None, None, None, ("tables", [[("vector", "i", (1,) * 40)]] * rows)]))
    schema = (None, None, None, fb.tables((fb.vector(fb.I32),)))
    assert len(read(bytes(data), schema)[3]) == rows
    # every entry of the list now leads to the one table whose vector is longest
    table = FlatBuffer(data, b"TFL3")
    place = table._offset_target(0)
    inside = table._get("H", place - table._get("i", place, 4) + 4 + 6, 2)
    first = table._offset_target(place + inside)
    target = table._offset_target(first + 4)
    for number in range(rows):
        entry = first + 4 + 4 * number
        data[entry : entry + 4] = (target - entry).to_bytes(4, "little")
    vector = table._offset_target(target + 4)
    data[vector : vector + 4] = (1500).to_bytes(4, "little")
    with raises(ModelError, "over and over"):
        read(bytes(data), schema)


def test_sizes_that_wrap_around_are_refused():
    data = bytearray(whole())
    for place in range(8, len(data) - 4, 4):
        for value in (0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFC):
            changed = data[:]
            changed[place : place + 4] = value.to_bytes(4, "little")
            try:
                read(bytes(changed))
            except ModelError as error:
                assert "\n" not in str(error)
