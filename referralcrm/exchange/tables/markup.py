"""XML read as a stream, with everything refused that can make a small file large.

The parser is expat itself, fed piece by piece: a document type or an entity ("billion laughs"), a
tag or text without end and nesting without end raise Bomb before they take memory. These are the
rules of defusedxml, which has no parser that gives its caller one element at a time.
"""

from pyexpat import ExpatError, ParserCreate

CHUNK = 1 << 16
SILENCE = 32  # chunks without one event: a tag of 2 MB
DEEPEST = 60
MOST = 300_000  # elements of a part that is kept in memory


class Bomb(Exception):
    """This XML is made to do harm, or is none."""


class _Local(dict):
    """Names without their namespace, remembered."""

    def __missing__(self, name):
        local = name.rpartition(" ")[2]
        if len(self) < 1_000:
            self[name] = local
        return local


class Handler:
    """What is done with the elements of a part; ``start``, ``end`` and ``text`` are overridden."""

    def start(self, name: str, attributes: dict): ...

    def end(self, name: str): ...

    def text(self, data: str): ...


def feed(stream, handler: Handler):
    """Gives the whole of a binary ``stream`` to ``handler``; yields after each piece. Raises Bomb."""
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names, happened, depth = _Local(), [0], [0]

    def start(name, attributes):
        happened[0] = 1
        depth[0] += 1
        if depth[0] > DEEPEST:
            raise Bomb("too deep")
        handler.start(names[name], attributes)

    def end(name):
        happened[0] = 1
        depth[0] -= 1
        handler.end(names[name])

    def text(data):
        happened[0] = 1
        handler.text(data)

    def refuse(*_):
        raise Bomb("declares a document type or an entity")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    silent = 0
    try:
        while chunk := stream.read(CHUNK):
            happened[0] = 0
            parser.Parse(chunk, False)
            silent = 0 if happened[0] else silent + 1
            if silent > SILENCE:
                raise Bomb("a tag without end")
            yield
        parser.Parse(b"", True)
    except ExpatError as error:
        raise Bomb("no XML") from error
    yield


class Elements(Handler):
    """The attributes of all elements of a small part, as (name, attributes) in order."""

    def __init__(self):
        self.found: list[tuple[str, dict]] = []
        self.path: list[str] = []

    def start(self, name, attributes):
        self.path.append(name)
        self.found.append(("/".join(self.path[-2:]), attributes))
        if len(self.found) > MOST:
            raise Bomb("too many elements")

    def end(self, name):
        self.path.pop()


def elements(stream) -> list[tuple[str, dict]]:
    """("parent/name", attributes) of all elements of a small part. Raises Bomb."""
    handler = Elements()
    for _ in feed(stream, handler):
        pass
    return handler.found
