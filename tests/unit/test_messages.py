from checks import raises
from sidetone.core.telemetry.messages import Fixed, Rows, encode


def test_every_kind_of_value():
    rows = [
        ("kind", "live"),
        ("t_ms", 10),
        ("level", Fixed(-2612, 2)),
        ("lamp", Rows([("loud", "red"), ("pace", None)])),
        ("on", True),
        ("off", False),
        ("list", [1, "b", ()]),
    ]
    expected = '{"kind":"live","t_ms":10,"level":-26.12,"lamp":{"loud":"red","pace":null},"on":true,"off":false,"list":[1,"b",[]]}'
    assert encode(rows) == expected


def test_keys_keep_their_order():
    assert encode([("b", 1), ("a", 2), ("c", 3)]) == '{"b":1,"a":2,"c":3}'
    assert encode([]) == "{}"


def test_decimals_are_printed_in_full():
    cases = ((0, 1, "0.0"), (5, 3, "0.005"), (-5, 3, "-0.005"), (1000, 3, "1.000"), (-301, 2, "-3.01"), (-1, 1, "-0.1"))
    for scaled, places, text in cases:
        assert Fixed(scaled, places).text() == text


def test_text_is_escaped_and_stays_utf8():
    assert encode([("a", '"\\\n\r\t\b\f')]) == '{"a":"\\"\\\\\\n\\r\\t\\b\\f"}'
    assert encode([("a", "\x00\x1f\x7f")]) == '{"a":"\\u0000\\u001f\\u007f"}'
    assert encode([("a", "您好😀")]) == '{"a":"您好😀"}'


def test_a_float_or_a_dict_is_a_bug():
    for value in (1.5, {"a": 1}, b"bytes"):
        with raises(TypeError, "a message cannot hold"):
            encode([("a", value)])
