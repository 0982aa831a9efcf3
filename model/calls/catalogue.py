"""The list of scripted calls: each rule has a call that breaks it and one that keeps it, alike but for the fault.

    @pair("H2")
    def late_report(call, broken): ...

registers two calls, `H2-late_report-breaks` and `H2-late_report-keeps`. Importing the catalogue builds nothing.
"""

from model.calls import texts as t

CALLS = {}  # name -> (rule, function, broken, keywords of Call)


def pair(rule, cast="f", **how):
    """Register a script as a breaking and a keeping call of `rule`. `how` goes to Call."""

    def register(function):
        for broken in (True, False):
            name = f"{rule}-{function.__name__}-{'breaks' if broken else 'keeps'}"
            assert name not in CALLS, name
            CALLS[name] = (rule, function, broken, dict(cast=cast, **how))
        return function

    return register


def load():
    """Every call's row, by name."""
    from model.calls import calls_conduct, calls_opening, calls_talk, calls_waiting, calls_words  # noqa: F401  they register themselves

    return CALLS


def build(name):
    """The Call of that name, its speech laid."""
    from model.calls.script import Call

    _rule, function, broken, how = load()[name]
    call = Call(name, **how)
    function(call, broken)
    return call


# -- what nearly every call has


def opening(call, text=t.OPEN, gap_s=0.0):
    return call.agent(text, gap_s=gap_s)


def question(call, answer=t.ANSWER):
    """The customer asks, the agent answers."""
    call.customer(t.ASK)
    return call.agent(answer)


def closing(call, offer=True, thanks=True, farewell=True):
    """Anything else, thanks, farewell; the customer leaves. Without a signal."""
    begins = []
    if offer:
        begins.append(call.agent(t.MORE).begin_ms)
        call.customer(t.NO_MORE)
    if thanks:
        begins.append(call.agent(t.THANKS).begin_ms)
    if farewell:
        begins.append(call.agent(t.BYE, gap_s=0.4).begin_ms)
    if begins and (offer or farewell):
        call.phase("closing", begins[0] if offer else begins[-1])
    call.customer(t.BYE_CUSTOMER, gap_s=0.4)
    call.wait(1.0)
