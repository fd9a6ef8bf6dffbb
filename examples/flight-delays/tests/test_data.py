"""What prepare makes, what the others read, and what inject spoils."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import inject
from flights import LABELS, UNLABELLED, read_flights, write_table
from prepare import prepare
from tests.folder import InFolder, some_flights


class Prepare(InFolder):
    ROWS = (
        ("2001-01-01 00:01", 16, 100, "LAS", "PHL"),
        ("2001-01-31 23:59", 15, 200, "ATL", "SAV"),
        ("2001-02-01 02:30", 40, 300, "LAX", "SFO"),  # happened on 2 February; scheduled on the 1st
        ("2001-02-01 17:45", -5, 400, "SFO", "LAX"),
        ("2001-06-30 23:59", 90, 500, "JFK", "BOS"),
        ("2001-07-01 00:00", 10, 600, "ATL", "TYS"),
    )

    def write_raw(self, rows: Sequence[tuple[Any, ...]]) -> Path:
        dates, delays, distances, origins, destinations = zip(*rows, strict=True)
        columns = {
            "date": pa.array([datetime.fromisoformat(text) for text in dates], pa.timestamp("us")),
            "delay": pa.array(delays, pa.int64()),
            "distance": pa.array(distances, pa.int64()),
            "origin": pa.array(origins, pa.large_string()),
            "destination": pa.array(destinations, pa.large_string()),
        }
        Path("raw").mkdir(exist_ok=True)
        pq.write_table(pa.table(columns), "raw/flights.parquet")
        return Path("raw/flights.parquet")

    def prepare(self, target: str = "data") -> dict[str, bytes]:
        with contextlib.redirect_stdout(io.StringIO()):
            prepare(self.write_raw(self.ROWS), Path(target))
        return {str(path.relative_to(target)): path.read_bytes() for path in Path(target).rglob("*") if path.is_file()}

    def test_preparing_twice_gives_the_same_bytes_and_leaves_nothing_else(self) -> None:
        first = self.prepare("one")
        self.assertEqual(first, self.prepare("two"))
        days = ["2001-02-01.parquet", "2001-06-30.parquet"]
        expected = ["2001-01.parquet", "2001-02.parquet", "2001-06.parquet"]
        expected += [f"{folder}/{day}" for folder in ("days", "day-labels") for day in days]
        self.assertEqual(sorted(first), sorted(expected))

    def test_the_row_number_is_the_id_and_the_first_of_july_is_dropped(self) -> None:
        self.prepare()
        months = [pq.read_table(f"data/2001-{month}.parquet") for month in ("01", "02", "06")]
        self.assertEqual(pa.concat_tables(months)["id"].to_pylist(), [0, 1, 2, 3, 4])

    def test_a_departure_after_midnight_stays_on_its_scheduled_day(self) -> None:
        self.prepare()
        night = pq.read_table("data/2001-02.parquet").to_pylist()[0]
        self.assertEqual(
            night,
            {
                "id": 2,
                "date": "2001-02-01",
                "hour": 2.0,
                "weekday": 3,  # a Thursday
                "distance": 300.0,
                "origin": "LAX",
                "destination": "SFO",
                "late": 1,
            },
        )

    def test_late_means_more_than_fifteen_minutes(self) -> None:
        self.prepare()
        self.assertEqual(pq.read_table("data/2001-01.parquet")["late"].to_pylist(), [1, 0])

    def test_day_files_do_not_know_the_truth(self) -> None:
        self.prepare()
        self.assertEqual(pq.read_schema("data/days/2001-02-01.parquet").names, UNLABELLED.names)
        labels = pq.read_table("data/day-labels/2001-02-01.parquet")
        self.assertEqual(labels.to_pydict(), {"id": [2, 3], "late": [1, 0]})

    def test_an_empty_value_is_refused(self) -> None:
        raw = self.write_raw([*self.ROWS, ("2001-03-01 10:00", None, 1, "ATL", "SAV")])
        with self.refused("empty values in delay"):
            prepare(raw, Path("data"))

    def test_a_missing_source_is_refused_saying_where_it_comes_from(self) -> None:
        with self.refused("vega-datasets"):
            prepare(Path("raw/absent.parquet"), Path("data"))


class Reading(InFolder):
    def test_months_days_and_labels_together_give_the_rows_of_one_file_in_any_order(self) -> None:
        flights = some_flights(100)
        write_table(flights.slice(0, 60), "month.parquet")
        write_table(flights.slice(60).select(UNLABELLED.names), "day.parquet")
        write_table(flights.slice(60).select(LABELS.names), "labels.parquet")
        files = ["month.parquet", "day.parquet", "labels.parquet"]
        self.assertEqual(read_flights(files), flights)
        self.assertEqual(read_flights(files[::-1]), flights)

    def test_a_flight_without_a_label_is_null(self) -> None:
        flights = some_flights(10)
        write_table(flights.select(UNLABELLED.names), "day.parquet")
        write_table(flights.slice(5).select(LABELS.names), "labels.parquet")
        late = read_flights(["day.parquet", "labels.parquet"])["late"]
        self.assertEqual(late.to_pylist(), [None] * 5 + flights["late"].to_pylist()[5:])

    def test_the_same_rows_in_two_files_are_refused(self) -> None:
        write_table(some_flights(10), "a.parquet")
        write_table(some_flights(10).slice(9), "b.parquet")
        with self.refused("flight 9 appears twice"):
            read_flights(["a.parquet", "b.parquet"])

    def test_labels_that_disagree_are_refused(self) -> None:
        write_table(some_flights(1).select(UNLABELLED.names), "day.parquet")
        for late in (0, 1):
            write_table(pa.table({"id": [0], "late": [late]}, schema=LABELS), f"labels-{late}.parquet")
        with self.refused("disagree"):
            read_flights(["day.parquet", "labels-0.parquet", "labels-1.parquet"])

    def test_what_is_no_data_file_is_refused_by_name(self) -> None:
        write_table(some_flights(2).drop_columns(["distance"]), "short.parquet")
        Path("cut.parquet").write_bytes(Path("short.parquet").read_bytes()[:100])
        for name, words in [
            ("absent", "no data file"),
            ("short", "no column distance"),
            ("cut", "no readable Parquet"),
        ]:
            with self.refused(words):
                read_flights([f"{name}.parquet"])


class Inject(InFolder):
    def inject(self, fault: str) -> tuple[pa.Table, pa.Table, str]:
        write_table(some_flights(50), "day.parquet")
        words = ["inject.py", "--fault", fault, "day.parquet", "faulty"]
        with mock.patch.object(sys, "argv", words), contextlib.redirect_stdout(io.StringIO()) as said:
            inject.main()
        return pq.read_table("day.parquet"), pq.read_table("faulty/day.parquet"), said.getvalue()

    def test_each_fault_changes_its_columns_and_nothing_else_and_says_so(self) -> None:
        for fault, columns in [
            ("kilometres", {"distance"}),
            ("hours", {"hour"}),
            ("prefix", {"origin", "destination"}),
        ]:
            before, after, said = self.inject(fault)
            self.assertEqual(before.schema, after.schema)
            self.assertEqual({name for name in before.column_names if before[name] != after[name]}, columns)
            self.assertRegex(said, f"injected on purpose: {fault} .*50 rows")

    def test_the_faults_are_what_they_claim(self) -> None:
        before, after, _ = self.inject("kilometres")
        np.testing.assert_allclose(after["distance"].to_numpy() / before["distance"].to_numpy(), 1.609344, rtol=1e-6)
        _, after, _ = self.inject("hours")
        self.assertTrue(set(after["hour"].to_pylist()) <= set(range(24)))

    def test_the_original_is_never_overwritten(self) -> None:
        write_table(some_flights(5), "day.parquet")
        with (
            mock.patch.object(sys, "argv", ["inject.py", "--fault", "hours", "day.parquet", "."]),
            self.refused("overwritten"),
        ):
            inject.main()
