"""The tables of the benchmark's shapes, as tools see them that know nothing of Sluice."""

_AIRPORT = ("city", "airport", "country")


def _flight():
    yield from [(("flight", "id"), "TEXT"), (("flight", "carrier"), "TEXT")]
    yield from [((end, leaf), "TEXT") for end in ("origin", "dest") for leaf in _AIRPORT]
    yield from [
        (("price",), "TEXT"),
        (("ts",), "TEXT"),
        (("passengers",), "INTEGER"),
        (("note",), "TEXT"),
    ]


def _wide():
    for number in range(30):
        kind = "REAL" if 10 <= number < 15 else "TEXT" if number >= 18 else "INTEGER"
        yield ("c%02d" % number,), kind


# shape -> a list of (path of a leaf, type of its column). The first column's values are unique.
LEAVES = {
    "guess": [(("index",), "INTEGER"), (("points",), "INTEGER"), (("name",), "TEXT")],
    "flight": list(_flight()),
    "wide": list(_wide()),
}


def paths(shape):
    return [path for path, _ in LEAVES[shape]]


def columns(shape):
    """Quoted names, in order."""
    return ['"%s"' % "_".join(path) for path in paths(shape)]


def create_table(shape):
    parts = ("%s %s" % (name, kind) for name, (_, kind) in zip(columns(shape), LEAVES[shape]))
    return "CREATE TABLE IF NOT EXISTS %s (%s)" % (shape, ", ".join(parts))


def extract_from(text, shape):
    """A SELECT list that takes the leaves out of a column of JSON text, in SQLite's words."""
    return ", ".join("json_extract(%s, '$.%s')" % (text, ".".join(path)) for path in paths(shape))
