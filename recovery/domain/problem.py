"""What is wrong with a value that somebody gave, as data. The edge puts it into words."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the field, a stable code, and the numbers a message needs."""

    field: str
    code: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)
