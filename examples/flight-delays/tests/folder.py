"""What the tests share: made-up flights, and a folder of its own for each test."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import unittest
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa

from flights import LABELLED

EXAMPLE = Path(__file__).parent.parent
PARAMS = {
    "seed": 7,
    "learning_rate": 0.1,
    "max_iter": 20,
    "max_leaf_nodes": 8,
    "rows": 1_000_000,
    "window": "all",
    "until": None,
}


def some_flights(rows: int = 4_000, first_day: str = "2001-01-01", days: int = 40, seed: int = 1) -> pa.Table:
    """Made-up flights, later in the evening and from JFK more often late."""
    random = np.random.default_rng(seed)
    start = datetime.fromisoformat(first_day)
    dates = [start + timedelta(days=int(day)) for day in np.sort(random.integers(0, days, rows))]
    hours = random.integers(5, 24, rows).astype(np.float32)
    origins = random.choice(["ATL", "JFK", "LAX", "SFO", "ZZZ"], rows)
    chance = 0.05 + 0.02 * (hours - 5) + 0.2 * (origins == "JFK")
    columns = {
        "id": np.arange(rows),
        "date": [day.date().isoformat() for day in dates],
        "hour": hours,
        "weekday": [day.weekday() for day in dates],
        "distance": random.integers(100, 2500, rows).astype(np.float32),
        "origin": origins.tolist(),
        "destination": random.choice(["ATL", "DEN", "ORD"], rows).tolist(),
        "late": (random.random(rows) < chance).astype(np.int32),
    }
    return pa.table(columns, schema=LABELLED)


class InFolder(unittest.TestCase):
    """Runs each test in an empty folder of its own, with none of Trainyard's variables."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.addCleanup(os.chdir, Path.cwd())
        os.chdir(self.folder)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TRAINYARD_")}
        self.enterContext(mock.patch.dict(os.environ, clean, clear=True))

    if sys.version_info < (3, 11):

        def enterContext(self, context: Any) -> Any:
            value = context.__enter__()
            self.addCleanup(context.__exit__, None, None, None)
            return value

    def listing(self, name: str, *paths: str) -> str:
        Path(name).write_text("\n".join(paths) + "\n", encoding="utf-8")
        return str(self.folder / name)

    @contextlib.contextmanager
    def refused(self, words: str) -> Iterator[None]:
        with self.assertRaises(SystemExit) as caught:
            yield
        self.assertIn(words, str(caught.exception.code))
