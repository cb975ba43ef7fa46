"""Reading one YAML table: rows with named columns, and errors that name file and row."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn, TypeVar

import yaml

from recovery.protocols.content import ContentError

T = TypeVar("T")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Row:
    """One row of a table. Each column is read once; ``close`` refuses columns that nobody read."""

    def __init__(self, file: str, name: str, cells: Mapping[str, object]) -> None:
        self.file = file
        self.name = name
        self._cells = dict(cells)

    def fail(self, message: str) -> NoReturn:
        """Raise ContentError with the file and the row in front of the message."""
        raise ContentError(f"{self.file}: row {self.name}: {message}")

    def check(self, is_right: bool, message: str) -> None:
        """Raise ContentError unless something holds."""
        if not is_right:
            self.fail(message)

    def has(self, column: str) -> bool:
        """Say whether an unread column is there and not empty."""
        return self._cells.get(column) is not None

    def refer(self, what: str, names: str | Iterable[str], known: Collection[str], file: str) -> None:
        """Raise ContentError for a name that the table it refers to does not hold."""
        for name in [names] if isinstance(names, str) else names:
            self.check(name in known, f"{what} {name!r} is not in {file}")

    def close(self) -> None:
        """Refuse the columns that nobody read."""
        self.check(not self._cells, f"unknown column {', '.join(map(repr, self._cells))}")

    def rest(self) -> Mapping[str, object]:
        """Return all columns not read yet, as they stand."""
        cells, self._cells = self._cells, {}
        return MappingProxyType(cells)

    def raw(self, column: str) -> object:
        """Return a column's value; it must be there, and may be empty."""
        self.check(column in self._cells, f"column {column!r} is missing")
        return self._cells.pop(column)

    def text(self, column: str) -> str:
        """Return a text that is not empty."""
        value = self.raw(column)
        if not isinstance(value, str) or not value.strip():
            self.fail(f"column {column!r} must be a text, not {value!r}")
        return value

    def text_or_none(self, column: str) -> str | None:
        """Return a text, or None where it is missing or empty."""
        if self.has(column):
            return self.text(column)
        self._cells.pop(column, None)
        return None

    def whole(self, column: str) -> int:
        """Return a whole number."""
        return self.as_whole(self.raw(column), column)

    def whole_or_none(self, column: str) -> int | None:
        """Return a whole number, or None where it is missing or empty."""
        if self.has(column):
            return self.whole(column)
        self._cells.pop(column, None)
        return None

    def yes_or_no(self, column: str) -> bool:
        """Return a yes or no; a missing one is a no."""
        value = self._cells.pop(column, False)
        if not isinstance(value, bool):
            self.fail(f"column {column!r} must be true or false, not {value!r}")
        return value

    def day_or_none(self, column: str) -> date | None:
        """Return a date, or None where it is empty; the column must be there."""
        value = self.raw(column)
        if value is not None and not isinstance(value, date):
            self.fail(f"column {column!r} must be a date, not {value!r}")
        return value

    def items(self, column: str) -> Sequence[object]:
        """Return a list; it must be there."""
        value = self.raw(column)
        if not isinstance(value, list):
            self.fail(f"column {column!r} must be a list, not {value!r}")
        return value

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a list of texts, a single text counting as one; empty where the column is missing."""
        value = self._cells.pop(column, None) or []
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) and one.strip() for one in found):
            self.fail(f"column {column!r} must hold texts, not {value!r}")
        return tuple(found)

    def table(self, column: str) -> Mapping[object, object]:
        """Return named values; empty where the column is missing."""
        value = self._cells.pop(column, None) or {}
        if not isinstance(value, dict):
            self.fail(f"column {column!r} must hold named values, not {value!r}")
        return value

    def one_of(self, column: str, known: Collection[str]) -> str:
        """Return a text out of a closed list."""
        value = self.text(column)
        self.check(value in known, f"column {column!r}: {value!r} is none of {', '.join(known)}")
        return value

    def tuples(self, column: str, width: int) -> list[list[object]]:
        """Return a list of short lists of one width; empty where the column is missing."""
        found = self.items(column) if self.has(column) else []
        return [self.as_tuple(one, column, width) for one in found]

    def as_tuple(self, value: object, column: str, width: int) -> list[object]:
        """Return a value as a list of so many parts."""
        if not isinstance(value, list) or len(value) != width:
            self.fail(f"column {column!r} must hold {width} values, not {value!r}")
        return value

    def as_whole(self, value: object, column: str) -> int:
        """Return a value as a whole number."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail(f"column {column!r} must be a whole number, not {value!r}")
        return value

    def as_text(self, value: object, column: str) -> str:
        """Return a value as a text."""
        if not isinstance(value, str):
            self.fail(f"column {column!r} must be a text, not {value!r}")
        return value


def read_rows(folder: Path, file: str, *, key: str) -> Iterator[Row]:
    """Yield the rows of a table: a list whose rows hold ``key``, or a mapping whose names become ``key``.

    Raises ContentError if the file is missing, is no YAML, names a column twice or a row twice.
    """
    document = _document(folder, file)
    if isinstance(document, dict):
        document = [{key: name, **_cells(file, name, cells)} for name, cells in document.items()]
    if not isinstance(document, list):
        raise ContentError(f"{file}: must hold rows")
    for number, cells in enumerate(document, start=1):
        name = str(_cells(file, number, cells).get(key, number))
        yield Row(file, name, cells)


def read_one(folder: Path, file: str) -> Row:
    """Return a file that is one row by itself."""
    return Row(file, file.removesuffix(".yaml"), _cells(file, 1, _document(folder, file)))


def by_key(rows: Iterator[Row], parse: Callable[[Row], T]) -> Mapping[str, T]:
    """Parse rows into a read-only mapping by their names; no two rows may have one name."""
    found: dict[str, T] = {}
    for row in rows:
        row.check(row.name not in found, "stands there twice")
        found[row.name] = parse(row)
        row.close()
    return MappingProxyType(found)


def _cells(file: str, name: object, cells: object) -> dict[str, object]:
    if not isinstance(cells, dict):
        raise ContentError(f"{file}: row {name}: must hold named columns")
    return cells


def _document(folder: Path, file: str) -> object:
    try:
        loader = _Loader((folder / file).read_text(encoding="utf-8"))
        node = loader.get_single_node()
        _refuse_twins(file, node)
        return loader.construct_document(node) if node else None
    except OSError as error:
        raise ContentError(f"{file}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(f"{file}: is not YAML: {error}") from error


def _refuse_twins(file: str, node: yaml.Node | None) -> None:
    """Refuse a name that stands twice in one mapping: YAML would keep the last one in silence."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise ContentError(f"{file}: row {key.value}: stands there twice (line {line})")
            seen.add(key.value)
            _refuse_twins(file, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_twins(file, value)
