import tiny_models
from checks import raises
from sidetone.core.network.flatbuffer import ModelError
from sidetone.core.network.graph import INT8, UINT8, builtin_name, read_model
from tiny_models import HALF, INT32, ONE, TENTH, Builder, explicit_states, resource_variables


def test_a_streaming_network_with_explicit_states():
    model = read_model(explicit_states())
    names = [op.name for op in model.main.operators]
    assert names == ["RESHAPE", "CONCATENATION", "STRIDED_SLICE", "DEPTHWISE_CONV_2D", "ADD", "CONV_2D"]
    assert [op.macs for op in model.main.operators] == [0, 0, 0, 36, 0, 60]
    features, state = [model.main.tensors[place] for place in model.main.inputs]
    assert (features.name, features.shape, features.type, features.bytes) == ("features", (1, 3, 4), INT8, 12)
    assert (state.shape, state.scale_bits, state.zero_points) == ((1, 2, 1, 4), (TENTH,), (3,))
    kernel = model.main.tensors[model.main.operators[3].inputs[1]]
    assert bytes(kernel.data) == tiny_models.pseudo_random(1, 12)
    assert len(kernel.scale_bits) == 4 and kernel.axis == 3
    assert model.main.operators[3].options["padding"] == 1
    assert model.variables == [] and model.description == "tiny"


def test_a_streaming_network_with_resource_variables():
    model = read_model(resource_variables())
    assert len(model.subgraphs) == 2 and model.main.operators[0].name == "CALL_ONCE"
    assert model.variables == [(b"/steps", 8)]
    assert model.main.tensors[model.main.outputs[0]].type == UINT8


def test_builtin_codes_have_the_names_of_the_format():
    assert builtin_name(0) == "ADD" and builtin_name(144) == "ASSIGN_VARIABLE" and builtin_name(114) == "QUANTIZE"
    assert builtin_name(9999) == "number 9999"


def test_an_operator_we_lack_is_named():
    with raises(ModelError, "operator LESS (operator 13)"):
        read_model(resource_variables(1, 58))
    with raises(ModelError, "UNIDIRECTIONAL_SEQUENCE_LSTM"):
        read_model(resource_variables(1, 44))


def test_cut_at_every_byte():
    for data in (explicit_states(), resource_variables()):
        for end in range(len(data)):
            with raises(ModelError):
                read_model(data[:end])


def test_every_byte_changed_gives_a_model_or_the_model_error():
    good = 0
    data = bytearray(explicit_states())
    for place in range(0, len(data), 3):
        kept = data[place]
        for value in (0, 255, kept ^ 1, kept ^ 128):
            data[place] = value
            try:
                read_model(bytes(data))
                good += 1
            except ModelError as error:
                assert "\n" not in str(error)
        data[place] = kept
    assert good  # weights and names may hold anything


def one_conv(change=None, stride=1, padding=1, weights_shape=(2, 1, 1, 4), bias=8, out_shape=(1, 3, 1, 2), scale=TENTH):
    """A model of one CONV_2D over [1,3,1,4]; `change(builder, data, output)` may add more."""
    b = Builder()
    data = b.tensor("in", (1, 3, 1, 4), INT8, None, (TENTH,), 0)
    count = weights_shape[0] * weights_shape[1] * weights_shape[2] * weights_shape[3]
    weights = b.tensor("w", weights_shape, INT8, bytes(count), (scale,), 0)
    offset = b.tensor("b", (bias // 4,), INT32, bytes(bias))
    output = b.tensor("out", out_shape, INT8, None, (HALF,), 0)
    b.operator(3, (data, weights, offset), (output,), 1, [("b", padding), ("i", stride), ("i", stride), ("b", 0)])
    if change:
        change(b, data, output)
    b.end((data,), (output,), "main")
    return b.file()


def test_shapes_must_follow_from_each_other():
    assert read_model(one_conv()).main.operators[0].macs == 24
    assert read_model(one_conv(stride=2, padding=0, out_shape=(1, 2, 1, 2))).main.operators[0].macs == 16
    for wrong, text in (
        ({"out_shape": (1, 4, 1, 2)}, "gives shape"),
        ({"stride": 0}, "stride 0"),
        ({"stride": 2}, "gives shape"),
        ({"padding": 7}, "padding 7"),
        ({"weights_shape": (2, 1, 1, 5)}, "5 input channels"),
        ({"weights_shape": (2, 9, 1, 4)}, "kernel larger"),
        ({"bias": 4}, "bias"),
        ({"scale": 0x4E000000}, "overflow"),
        ({"scale": 0x7F800000}, "scale"),
        ({"scale": 0xBDCCCCCD}, "scale"),
        ({"scale": 1}, "scale"),
    ):
        with raises(ModelError, text):
            read_model(one_conv(**wrong))


def test_order_of_writing_and_reading():
    def written_twice(b, data, output):
        b.operator(0, (output, output), (output,), 11, [("b", 0)])

    def read_unwritten(b, data, output):
        never = b.tensor("never", (1, 3, 1, 2), INT8, None, (HALF,), 0)
        b.operator(0, (output, never), (b.tensor("sum", (1, 3, 1, 2), INT8, None, (ONE,), 0),), 11, [("b", 0)])

    with raises(ModelError, "has its value already"):
        read_model(one_conv(written_twice))
    with raises(ModelError, "before it is written"):
        read_model(one_conv(read_unwritten))


def test_subgraphs_cannot_call_in_circles():
    def circle(b, data, output):
        b.operator(129, (), (), 103, [("i", 0)])

    with raises(ModelError, "calls subgraph 0"):
        read_model(one_conv(circle))
    b = Builder()
    data = b.tensor("in", (1, 2), INT8, None, (ONE,), 0)
    b.operator(129, (), (), 103, [("i", 1)])
    b.end((data,), (data,), "main")
    b.operator(129, (), (), 103, [("i", 1)])
    b.end((), (), "init")
    with raises(ModelError, "calls subgraph 1"):
        read_model(b.file())
