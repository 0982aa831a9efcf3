"""What unit tests share. They run on CPython under pytest and on real MicroPython, so nothing here may need pytest."""


class raises:
    """`with raises(ValueError) as caught:` the block must raise that kind; `with raises(ValueError, "text")` and say that text.

    Afterwards `caught.error` is the exception.
    """

    def __init__(self, kind, text=""):
        self.kind = kind
        self.text = text
        self.error = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        assert kind is not None, "nothing was raised, {} expected".format(self.kind.__name__)
        if not issubclass(kind, self.kind):
            return False
        self.error = error
        assert self.text in str(error), "{!r} is not in {!r}".format(self.text, str(error))
        return True
