"""Training, its export, and scoring."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

import predict
import train
from flights import LABELLED, UNLABELLED, model_inputs, open_model, read_flights, score, write_table
from tests.folder import EXAMPLE, PARAMS, InFolder, some_flights


class Train(InFolder):
    def setUp(self) -> None:
        super().setUp()
        write_table(some_flights(), "flights.parquet")
        os.environ["TRAINYARD_DATA"] = self.listing("list", "flights.parquet")
        self.set_params()

    def set_params(self, **changes: Any) -> None:
        Path("params.json").write_text(json.dumps({**PARAMS, **changes}), encoding="utf-8")
        os.environ["TRAINYARD_PARAMS"] = "params.json"

    def train(self) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            train.main()
        return said.getvalue()

    def test_the_same_data_and_seed_give_the_same_bytes_in_another_process(self) -> None:
        self.train()
        names = ["model.onnx", "golden.json"]
        first = [Path(name).read_bytes() for name in names]
        subprocess.run([sys.executable, EXAMPLE / "train.py"], check=True, stdout=subprocess.DEVNULL)
        self.assertEqual(first, [Path(name).read_bytes() for name in names])

    def test_an_export_that_gives_other_probabilities_fails_and_writes_nothing(self) -> None:
        right = train.export

        def wrong(pipeline: Any) -> bytes:
            model = onnx.load_from_string(right(pipeline))
            (weights,) = (a for node in model.graph.node for a in node.attribute if a.name.endswith("_weights"))
            weights.floats[0] += 0.01
            return model.SerializeToString()

        with mock.patch.object(train, "export", wrong), self.refused("gives other probabilities"):
            self.train()
        self.assertFalse([name for name in ("model.onnx", "golden.json", "metrics.json") if Path(name).exists()])

    def test_an_export_that_is_wrong_only_where_the_hour_is_unknown_is_found_too(self) -> None:
        right = train.export

        def wrong(pipeline: Any) -> bytes:
            model = onnx.load_from_string(right(pipeline))
            for node in model.graph.node:
                for attribute in node.attribute:
                    if attribute.name == "nodes_missing_value_tracks_true":
                        attribute.ints[:] = [1 - way for way in attribute.ints]
            return model.SerializeToString()

        with mock.patch.object(train, "export", wrong), self.refused("gives other probabilities"):
            self.train()

    def test_the_golden_answer_is_the_models_own(self) -> None:
        self.train()
        golden = json.loads(Path("golden.json").read_text())
        rows = pa.Table.from_pylist(golden["request"]["instances"])
        answer = score(open_model(Path("model.onnx").read_bytes()), model_inputs(rows))
        np.testing.assert_allclose(answer, golden["response"]["predictions"], rtol=0, atol=golden["tolerance"])
        self.assertGreater(len(set(golden["response"]["predictions"])), 4, "answers that are all equal prove little")

    def test_metrics_say_what_was_trained_on_and_how_far_the_export_is_off(self) -> None:
        os.environ["TRAINYARD_METRICS_FILE"] = "metrics.jsonl"
        self.train()
        metrics = json.loads(Path("metrics.json").read_text())
        self.assertEqual(set(metrics), {"parity_max_abs_diff", "training_rows", "training_days", "fit_seconds"})
        self.assertEqual((metrics["training_rows"], metrics["training_days"]), (4_000, 40))
        curve = [json.loads(line) for line in Path("metrics.jsonl").read_text().splitlines()]
        self.assertEqual(
            [(line["step"], line["name"]) for line in curve], [(10, "train_log_loss"), (20, "train_log_loss")]
        )
        self.assertLess(curve[1]["value"], curve[0]["value"])

    def test_a_window_keeps_the_last_labelled_days_up_to_until(self) -> None:
        flights = read_flights(["flights.parquet"])
        late = pc.if_else(pc.less(flights["date"], "2001-02-09"), flights["late"], None)
        flights = flights.set_column(7, LABELLED.field("late"), late)
        for changes, first, last in [
            ({"window": "28d"}, "2001-01-12", "2001-02-08"),
            ({"window": "7d", "until": "2001-01-20"}, "2001-01-14", "2001-01-20"),
            ({"until": "2001-01-20"}, "2001-01-01", "2001-01-20"),
        ]:
            with self.subTest(changes), contextlib.redirect_stdout(io.StringIO()):
                days = train.select(flights, {**PARAMS, **changes})["date"]
                self.assertEqual((pc.min(days).as_py(), pc.max(days).as_py()), (first, last))

    def test_a_cap_draws_the_same_rows_for_the_same_seed(self) -> None:
        flights = some_flights(1_000)
        one, same, other = (train.sample(flights, 100, seed)["id"].to_pylist() for seed in (1, 1, 2))
        self.assertEqual(one, same)
        self.assertNotEqual(one, other)
        self.assertEqual(one, sorted(set(one)))

    def test_nothing_left_to_train_on_and_settings_without_a_meaning_are_refused(self) -> None:
        for changes, words in [
            ({"until": "2000-12-31"}, "no labelled flight is left"),
            ({"until": "yesterday"}, "a day like 2001-05-13"),
            ({"window": "four weeks"}, "a number of days like 28d"),
        ]:
            self.set_params(**changes)
            with self.subTest(changes), self.refused(words):
                self.train()

    def test_params_yaml_read_alone_gives_what_a_yaml_reader_gives(self) -> None:
        del os.environ["TRAINYARD_PARAMS"]
        os.environ["TRAINYARD_SEED"] = "11"
        Path("params.yaml").write_text((EXAMPLE / "params.yaml").read_text())
        self.assertEqual(train.read_params(), {**PARAMS, "max_iter": 100, "max_leaf_nodes": 31, "seed": 11})


class Predict(InFolder):
    def setUp(self) -> None:
        super().setUp()
        pipeline = train.fit(some_flights(), PARAMS)
        Path("model").mkdir()
        Path("model/model.onnx").write_bytes(train.export(pipeline))
        os.environ["TRAINYARD_MODEL_DIR"] = "model"

    def predict(self, flights: pa.Table, target: str) -> None:
        write_table(flights, "flights.parquet")
        os.environ |= {"TRAINYARD_DATA": self.listing("list", "flights.parquet"), "TRAINYARD_PREDICTIONS": target}
        with contextlib.redirect_stdout(io.StringIO()):
            predict.main()

    def test_an_unseen_airport_and_an_unknown_hour_are_scored(self) -> None:
        flights = some_flights(3)
        odd = flights.set_column(2, LABELLED.field("hour"), pa.array([None, float("nan"), 7.0], pa.float32()))
        odd = odd.set_column(5, LABELLED.field("origin"), pa.array(["QQQ", None, "JFK"]))
        self.predict(odd, "out.parquet")
        rows = pq.read_table("out.parquet").to_pylist()
        self.assertTrue(all(0 < row["y_score"] < 1 for row in rows))
        self.assertEqual([row["origin_top"] for row in rows], ["other", "other", "JFK"])
        self.assertEqual([row["daypart"] for row in rows], ["unknown", "unknown", "morning"])

    def test_the_truth_is_written_only_where_it_is_known(self) -> None:
        flights = some_flights(5)
        self.predict(flights, "known.parquet")
        self.assertEqual(pq.read_table("known.parquet")["y_true"].to_pylist(), flights["late"].to_pylist())
        self.predict(flights.select(UNLABELLED.names), "unknown.parquet")
        self.assertEqual(pq.read_schema("unknown.parquet").names, ["id", "date", "y_score", "origin_top", "daypart"])

    def test_all_formats_hold_the_same_rows(self) -> None:
        for extension in ("parquet", "csv", "jsonl"):
            self.predict(some_flights(50), f"out.{extension}")
        rows = pq.read_table("out.parquet").to_pylist()
        self.assertEqual([json.loads(line) for line in Path("out.jsonl").read_text().splitlines()], rows)
        types = csv.ConvertOptions(column_types={"date": pa.string()})
        self.assertEqual(csv.read_csv("out.csv", convert_options=types).to_pylist(), rows)
        with self.refused("not .xlsx"):
            self.predict(some_flights(5), "out.xlsx")

    def test_dayparts_cover_the_day(self) -> None:
        names = predict.dayparts(np.array([0, 5, 6, 9, 10, 13, 14, 17, 18, 23], np.float32)).to_pylist()
        self.assertEqual(names[::2], predict.DAYPARTS)
        self.assertEqual(names[1::2], predict.DAYPARTS)
