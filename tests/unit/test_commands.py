from checks import raises
from sidetone.core.telemetry.commands import ACK_KEYS_MAX, CommandError, Throttle, parse_ack, parse_command


def test_each_command_as_documented():
    cases = (
        (b'{"schema":1,"id":"a","cmd":"ping"}', {"id": "a", "cmd": "ping"}),
        (
            b'{"schema":1,"id":"b","cmd":"call_state","phase":"ringing","by":"customer"}',
            {"id": "b", "cmd": "call_state", "phase": "ringing", "by": "customer"},
        ),
        (b'{"cmd":"call_state","phase":"ended","id":"c","schema":1}', {"id": "c", "cmd": "call_state", "phase": "ended", "by": None}),
        (
            b'{"schema":1,"id":"d","cmd":"profile","name":"night","values":{"volume.loud_db":5.5}}',
            {"id": "d", "cmd": "profile", "name": "night", "values": {"volume.loud_db": 5.5}},
        ),
        ('{"schema":1,"id":"e","cmd":"tag","tag":"试呼 3"}'.encode(), {"id": "e", "cmd": "tag", "tag": "试呼 3"}),
        (b'{"schema":1,"id":"g","cmd":"practice","on":true}', {"id": "g", "cmd": "practice", "on": True}),
        (
            b'{"schema":1,"id":"h","cmd":"call_state","phase":"transferred"}',
            {"id": "h", "cmd": "call_state", "phase": "transferred", "by": None},
        ),
        (b'{"schema":1,"id":"f","cmd":"tag","tag":null}', {"id": "f", "cmd": "tag", "tag": None}),
    )
    for payload, command in cases:
        assert parse_command(payload) == command


def test_what_is_wrong_is_named():
    cases = (
        (b"", "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b"[1]", "is not a JSON object"),
        (b"\xff\xfe", "is not a JSON object"),
        (b'{"schema":1', "is not a JSON object"),
        (b'{"id":"a","cmd":"ping"}', "needs schema 1"),
        (b'{"schema":2,"id":"a","cmd":"ping"}', "needs schema 1"),
        (b'{"schema":true,"id":"a","cmd":"ping"}', "needs schema 1"),
        (b'{"schema":1,"id":"a","cmd":"reboot"}', "knows no cmd"),
        (b'{"schema":1,"id":"a","cmd":["ping"]}', "knows no cmd"),
        (b'{"schema":1,"id":"a","cmd":"practice"}', "needs on"),
        (b'{"schema":1,"id":"a","cmd":"practice","on":1}', "needs on"),
        (b'{"schema":1,"cmd":"ping"}', "needs id"),
        (b'{"schema":1,"id":"","cmd":"ping"}', "needs id"),
        (b'{"schema":1,"id":"' + b"x" * 33 + b'","cmd":"ping"}', "needs id"),
        (b'{"schema":1,"id":"a\\u0007","cmd":"ping"}', "needs id"),
        (b'{"schema":1,"id":"a","cmd":"ping","speed":1}', "unknown key 'speed'"),
        (b'{"schema":1,"id":"a","cmd":"call_state","phase":"idle"}', "needs phase"),
        (b'{"schema":1,"id":"a","cmd":"call_state"}', "needs phase"),
        (b'{"schema":1,"id":"a","cmd":"call_state","phase":"hold","by":"boss"}', "needs by"),
        (b'{"schema":1,"id":"a","cmd":"call_state","phase":"hold","by":{}}', "needs by"),
        (b'{"schema":1,"id":"a","cmd":"profile","name":3}', "needs name"),
        (b'{"schema":1,"id":"a","cmd":"profile","name":"n","values":[]}', "needs values"),
        (b'{"schema":1,"id":"a","cmd":"tag"}', "needs tag"),
        (b'{"schema":1,"id":"a","cmd":"tag","tag":""}', "needs tag"),
        (b'{"schema":1,"id":"a","cmd":"tag","tag":"' + b"x" * 49 + b'"}', "needs tag"),
        (b"[" * 100, "nested deeper"),
        (b'{"a":' * 2000, "bytes, 2048 are allowed"),
        (b'{"a":' * 300, "nested deeper"),
        (b" " * 3000, "bytes, 2048 are allowed"),
    )
    for payload, words in cases:
        with raises(CommandError, words) as caught:
            parse_command(payload)
        assert len(str(caught.error)) < 160 and "\n" not in str(caught.error)


def test_a_command_cut_or_changed_anywhere_is_one_error_or_a_command():
    whole = b'{"schema":1,"id":"b","cmd":"call_state","phase":"ringing","by":"customer"}'
    for cut in range(len(whole)):
        with raises(CommandError):
            parse_command(whole[:cut])
    for place in range(len(whole)):
        for byte in (0x00, 0x22, 0x5B, 0x7D, 0x80, 0xFF):
            changed = bytearray(whole)
            changed[place] = byte
            try:
                command = parse_command(bytes(changed))
            except CommandError:
                continue
            assert command["cmd"] == "call_state" and command["phase"] == "ringing", changed


def test_an_ack_names_what_left_and_what_was_refused():
    assert parse_ack(b'{"schema":1,"acked":[[7169,3],[7169,4]]}') == ([(7169, 3), (7169, 4)], [])
    assert parse_ack(b'{"schema":1,"acked":[],"refused":[[1,2]]}') == ([], [(1, 2)])
    assert parse_ack(b'{"schema":1}') == ([], [])


def test_the_longest_ack_is_read_and_below_the_limit_of_all_messages():
    pair = b"[2147483647,2147483647]"
    longest = b'{"schema":1,"acked":[' + b",".join([pair] * ACK_KEYS_MAX) + b'],"refused":[]}'
    assert len(longest) < 1536
    assert len(parse_ack(longest)[0]) == ACK_KEYS_MAX


def test_a_wrong_ack_is_one_error():
    for payload in (
        b"",
        b"{}",
        b'{"schema":1,"acked":3}',
        b'{"schema":1,"acked":[3]}',
        b'{"schema":1,"acked":[[1]]}',
        b'{"schema":1,"acked":[[1,2,3]]}',
        b'{"schema":1,"acked":[[1,"2"]]}',
        b'{"schema":1,"acked":[[1,true]]}',
        b'{"schema":1,"acked":[[-1,2]]}',
        b'{"schema":1,"acked":[[1.5,2]]}',
        b'{"schema":1,"refused":{}}',
    ):
        with raises(CommandError):
            parse_ack(payload)


def test_a_flood_is_refused_beyond_the_burst_and_told_once():
    throttle = Throttle(burst=3, refill_ms=500)
    told = 0
    admitted = 0
    for t_ms in range(0, 2000, 10):
        if throttle.admits(t_ms):
            admitted += 1
        told += throttle.opening
    assert admitted == 3 + 3  # the burst, and one each half second after it
    assert told == 1
    assert throttle.refused == 200 - 6


def test_a_second_flood_is_told_again_after_a_pause():
    throttle = Throttle(burst=2, refill_ms=100)
    told = 0
    for t_ms in (0, 0, 0, 0, 10000, 10000, 10000, 10000):
        throttle.admits(t_ms)
        told += throttle.opening
    assert told == 2
