"""Trains "more than 15 minutes late, predicted at push-back", exports it to ONNX, and checks the export.

Reads   params.yaml, or the resolved parameters Trainyard names in TRAINYARD_PARAMS; TRAINYARD_SEED;
        the data files listed in TRAINYARD_DATA, one path a line, or January.
Writes  model.onnx, golden.json (a request and its right answer, for the smoke test of a deployment), metrics.json.
        Nothing is written when the exported model gives other probabilities than the trained one.

The same data and seed give the same bytes, on the same versions of the packages in requirements.lock.
"""

from __future__ import annotations

import os

# Threads may add up sums in another order and so give other bytes, and they spin where a machine is shared.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import json
import re
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from flights import AIRPORTS, FEATURES, NUMBERS, model_inputs, open_model, read_flights, read_list, refuse, score

DEFAULT_DATA = ["data/2001-01.parquet"]
MAX_PARITY_DIFFERENCE = 1e-5  # of probabilities; a right export differs by float32 rounding, below 1e-6
PARITY_ROWS = 100_000
CURVE_ROWS = 20_000
UNSEEN_AIRPORT = "???"

# The flights of every golden request: the same for all versions, so that their answers can be laid side by side.
GOLDEN_FLIGHTS = [
    {"hour": 6, "weekday": 0, "distance": 733, "origin": "ORD", "destination": "LGA"},
    {"hour": 9, "weekday": 2, "distance": 337, "origin": "LAX", "destination": "SFO"},
    {"hour": 13, "weekday": 5, "distance": 760, "origin": "ATL", "destination": "LGA"},
    {"hour": 17, "weekday": 4, "distance": 1464, "origin": "DFW", "destination": "SEA"},
    {"hour": 19, "weekday": 4, "distance": 2586, "origin": "SFO", "destination": "JFK"},
    {"hour": 22, "weekday": 6, "distance": 255, "origin": "LAS", "destination": "PHX"},
    {"hour": 0, "weekday": 3, "distance": 2176, "origin": "LAS", "destination": "PHL"},
    {"hour": None, "weekday": 1, "distance": 500, "origin": UNSEEN_AIRPORT, "destination": "DEN"},
]


def main() -> None:
    params = read_params()
    paths = read_list(os.environ["TRAINYARD_DATA"]) if "TRAINYARD_DATA" in os.environ else DEFAULT_DATA
    flights = select(read_flights(paths), params)
    days = pc.unique(flights["date"]).to_pylist()
    print(f"training on {len(flights):,} flights of {len(days)} days, {min(days)} to {max(days)}")

    started = time.perf_counter()
    pipeline = fit(flights, params)
    fit_seconds = time.perf_counter() - started
    append_metrics(training_curve(pipeline, flights))

    content = export(pipeline)
    difference = check_parity(pipeline, content, flights)
    print(f"model.onnx: {len(content):,} bytes, largest difference in probability {difference:.1e}")

    Path("model.onnx").write_bytes(content)
    write_json("golden.json", golden(content))
    metrics = {
        "parity_max_abs_diff": difference,
        "training_rows": len(flights),
        "training_days": len(days),
        "fit_seconds": round(fit_seconds, 3),
    }
    write_json("metrics.json", metrics)


def read_params() -> dict[str, Any]:
    """Trainyard's resolved parameters (JSON), else params.yaml; TRAINYARD_SEED wins over both."""
    if "TRAINYARD_PARAMS" in os.environ:
        params = json.loads(Path(os.environ["TRAINYARD_PARAMS"]).read_text(encoding="utf-8"))
    else:
        lines = re.findall(r"^(\w+): *(.*?) *$", Path("params.yaml").read_text(encoding="utf-8"), re.MULTILINE)
        params = {name: scalar(text) for name, text in lines}
    return {**params, "seed": int(os.environ.get("TRAINYARD_SEED", params["seed"]))}


def scalar(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def select(flights: pa.Table, params: dict[str, Any]) -> pa.Table:
    """The flights to learn from: labelled, up to and with the day `until`, in the trailing `window`, at most `rows`.

    The window ends with the last labelled day that is left, so "28d" is the newest four weeks whose truth is known.
    """
    labelled = flights.filter(pc.is_valid(flights["late"]))
    if len(labelled) < len(flights):
        print(f"{len(flights) - len(labelled):,} flights have no label yet and are left out")
    if params["until"] is not None:
        labelled = labelled.filter(pc.less_equal(labelled["date"], as_day(params["until"], "until").isoformat()))
    if not len(labelled):
        raise refuse(f"no labelled flight is left to train on (until: {params['until']})")

    if params["window"] != "all":
        last = as_day(pc.max(labelled["date"]).as_py(), "date")
        first = last - timedelta(days=as_days(params["window"]) - 1)
        labelled = labelled.filter(pc.greater_equal(labelled["date"], first.isoformat()))
    return sample(labelled, params["rows"], params["seed"])


def as_day(text: Any, name: str) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError as problem:
        raise refuse(f"{name} is {text!r}; it should be a day like 2001-05-13") from problem


def as_days(window: Any) -> int:
    match = re.fullmatch(r"([1-9]\d*)d", str(window))
    if not match:
        raise refuse(f"window is {window!r}; it should be `all` or a number of days like 28d")
    return int(match[1])


def sample(flights: pa.Table, rows: int, seed: int) -> pa.Table:
    """At most `rows` flights, drawn without replacement, still in order of id."""
    if len(flights) <= rows:
        return flights
    chosen = np.random.default_rng(seed).choice(len(flights), rows, replace=False)
    return flights.take(np.sort(chosen))


def matrix(inputs: dict[str, np.ndarray]) -> np.ndarray:
    """The features side by side: an object array of shape [rows, 5], numbers and strings."""
    return np.hstack([inputs[name].astype(object) for name in FEATURES])


def fit(flights: pa.Table, params: dict[str, Any]) -> Pipeline:
    """Airports become plain numbers, and trees split on those.

    Not `categorical_features`: skl2onnx converts that without an error and wrongly (probabilities off by up to 0.85).
    No early stopping: its random hold-out would come from the days it trains on, and flights of a day are alike.
    """
    airports = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, dtype=np.float32)
    columns = ColumnTransformer(
        [
            ("numbers", "passthrough", [FEATURES.index(name) for name in NUMBERS]),
            ("airports", airports, [FEATURES.index(name) for name in AIRPORTS]),
        ]
    )
    trees = HistGradientBoostingClassifier(
        learning_rate=params["learning_rate"],
        max_iter=params["max_iter"],
        max_leaf_nodes=params["max_leaf_nodes"],
        early_stopping=False,
        random_state=params["seed"],
    )
    pipeline = Pipeline([("columns", columns), ("trees", trees)])
    return pipeline.fit(matrix(model_inputs(flights)), flights["late"].to_numpy())


def training_curve(pipeline: Pipeline, flights: pa.Table) -> list[dict[str, Any]]:
    """Log loss on training rows after every tenth tree: how the fit went, no promise about rows it has not seen."""
    rows = every_nth(flights, CURVE_ROWS)
    features = pipeline["columns"].transform(matrix(model_inputs(rows))).astype(np.float32)
    late = rows["late"].to_numpy()
    stages = enumerate(pipeline["trees"].staged_predict_proba(features), start=1)
    return [
        {"step": step, "name": "train_log_loss", "value": float(log_loss(late, probabilities, labels=[0, 1]))}
        for step, probabilities in stages
        if step % 10 == 0
    ]


def append_metrics(lines: list[dict[str, Any]]) -> None:
    if "TRAINYARD_METRICS_FILE" not in os.environ:
        return
    with open(os.environ["TRAINYARD_METRICS_FILE"], "a", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def every_nth(flights: pa.Table, rows: int) -> pa.Table:
    """About `rows` flights, evenly spread, so that every day and hour is in."""
    return flights.take(np.arange(0, len(flights), max(1, len(flights) // rows)))


def export(pipeline: Pipeline) -> bytes:
    """The pipeline as ONNX: five named inputs of shape [rows, 1], output `probabilities` of shape [rows, 2]."""
    inputs = [(name, FloatTensorType([None, 1])) for name in NUMBERS]
    inputs += [(name, StringTensorType([None, 1])) for name in AIRPORTS]
    # Without zipmap: False the probabilities are a list of dictionaries, one for each row.
    model = convert_sklearn(pipeline, "flight-delays", inputs, options={id(pipeline): {"zipmap": False}})
    operators = sorted(model.opset_import, key=lambda opset: opset.domain)  # skl2onnx writes them in a set's order
    del model.opset_import[:]
    model.opset_import.extend(operators)
    return model.SerializeToString(deterministic=True)


def check_parity(pipeline: Pipeline, content: bytes, flights: pa.Table) -> float:
    """The largest absolute difference between the trained and the exported model's probabilities.

    Checked on many training rows, on some of which the hour is unknown or an airport was never seen: those take
    branches of their own, in which exports go wrong unnoticed.
    """
    inputs = model_inputs(every_nth(flights, PARITY_ROWS))
    inputs["hour"][::5] = np.nan
    inputs["origin"][::7] = UNSEEN_AIRPORT
    inputs["destination"][::11] = UNSEEN_AIRPORT
    trained = pipeline.predict_proba(matrix(inputs))[:, 1]
    exported = score(open_model(content), inputs)
    difference = float(np.max(np.abs(trained - exported)))
    if not difference <= MAX_PARITY_DIFFERENCE:  # so written, NaN is caught too
        raise refuse(
            "the exported model gives other probabilities than the trained one: "
            f"they differ by up to {difference:.2g}, allowed is {MAX_PARITY_DIFFERENCE:.0e}"
        )
    return difference


def golden(content: bytes) -> dict[str, Any]:
    """A request and the answer that a server with this very model must give, within `tolerance`."""
    rows = pa.Table.from_pylist([{name: flight[name] for name in FEATURES} for flight in GOLDEN_FLIGHTS])
    predictions = score(open_model(content), model_inputs(rows))
    return {
        "path": "/predict",
        "request": {"instances": GOLDEN_FLIGHTS},
        # Seven digits: float32 holds no more, and processors differ in the last one.
        "response": {"predictions": [round(float(value), 7) for value in predictions]},
        "tolerance": 1e-6,
    }


def write_json(path: str, value: dict[str, Any]) -> None:
    Path(path).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
