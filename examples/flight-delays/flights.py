"""What prepare, train, predict and serve share: the columns, reading and writing of tables, and scoring with ONNX.

One flight is one row:
    id           int64    row number in the source; the data has no flight number
    date         string   scheduled day, local, "2001-01-31"; flights of one day stand or fall together (weather)
    hour         float32  0 … 23, hour of the *actual* departure, local; NaN when unknown
    weekday      int32    0 is Monday
    distance     float32  miles
    origin       string   airport code
    destination  string   airport code
    late         int32    1 when it arrived more than 15 minutes late; absent where nobody knows yet
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq

NUMBERS = ("hour", "weekday", "distance")
AIRPORTS = ("origin", "destination")
FEATURES = (*NUMBERS, *AIRPORTS)

ALL_DIFFERENT = ("id", "y_score")  # columns in which a dictionary of values would only cost space

FEATURE_FIELDS = [
    pa.field("id", pa.int64()),
    pa.field("date", pa.string()),
    pa.field("hour", pa.float32()),
    pa.field("weekday", pa.int32()),
    pa.field("distance", pa.float32()),
    pa.field("origin", pa.string()),
    pa.field("destination", pa.string()),
]
LATE = pa.field("late", pa.int32())
UNLABELLED = pa.schema(FEATURE_FIELDS)
LABELLED = pa.schema([*FEATURE_FIELDS, LATE])
LABELS = pa.schema([UNLABELLED.field("id"), LATE])


def refuse(message: str) -> SystemExit:
    """An end that the user can do something about: one line on stderr, exit status 1, no stack."""
    return SystemExit(f"error: {message}")


def read_list(path: str | Path) -> list[str]:
    """The paths in a text file, one a line; empty lines do not count."""
    return [line for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def read_flights(paths: Sequence[str | Path]) -> pa.Table:
    """Reads flights, in order of id, whatever order the files are given in.

    A file with features holds flights, with or without their `late`; a file without features holds labels (id, late),
    as they arrive later. A flight whose label is in neither has a null `late`.
    """
    flights, labels = [], []
    for path in paths:
        file = open_parquet(path)
        if "origin" not in file.schema_arrow.names:
            labels.append(read_columns(file, path, LABELS))
        elif "late" in file.schema_arrow.names:
            flights.append(read_columns(file, path, LABELLED))
        else:
            table = read_columns(file, path, UNLABELLED)
            flights.append(table.append_column(LATE, pa.nulls(len(table), LATE.type)))
    if not flights:
        raise refuse(f"none of the {len(paths)} data files holds flights (columns {', '.join(FEATURES)})")

    table = pa.concat_tables(flights).sort_by("id").combine_chunks()
    ids = table["id"].to_numpy()
    repeated = ids[1:][ids[1:] == ids[:-1]]
    if repeated.size:
        raise refuse(f"flight {repeated[0]} appears twice in the data: the same rows were given in two files")
    return with_labels(table, labels) if labels else table


def open_parquet(path: str | Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except FileNotFoundError as problem:
        raise refuse(f"there is no data file {path}") from problem
    except (pa.ArrowInvalid, OSError) as problem:
        raise refuse(f"{path} is no readable Parquet file: {problem}") from problem


def read_columns(file: pq.ParquetFile, path: str | Path, schema: pa.Schema) -> pa.Table:
    """The columns of `schema`, in its types: a number may be stored as any type of number."""
    missing = [name for name in schema.names if name not in file.schema_arrow.names]
    if missing:
        raise refuse(f"{path} has no column {', '.join(missing)}")
    try:
        return file.read(columns=schema.names).select(schema.names).cast(schema)
    except pa.ArrowInvalid as problem:
        raise refuse(f"{path} does not hold what it should: {problem}") from problem


def with_labels(flights: pa.Table, labels: Iterable[pa.Table]) -> pa.Table:
    """Fills the unknown `late` from labels, by id. Labels of flights that are not here are left aside."""
    known = pa.concat_tables(labels).drop_null().sort_by("id")
    if not len(known):
        return flights
    ids, late = known["id"].to_numpy(), known["late"].to_numpy()
    if ((ids[1:] == ids[:-1]) & (late[1:] != late[:-1])).any():
        raise refuse("two label files disagree about the same flight")

    own = flights["late"].to_numpy()  # float with NaN where null, or int when complete
    place = np.minimum(np.searchsorted(ids, flights["id"].to_numpy()), len(ids) - 1)
    found = (ids[place] == flights["id"].to_numpy()) & np.isnan(own.astype(float))
    filled = pa.array(np.where(found, late[place], own), LATE.type, from_pandas=True)
    return flights.set_column(flights.schema.get_field_index("late"), LATE, filled)


def write_table(table: pa.Table, path: str | Path) -> None:
    """Writes Parquet so that equal rows give equal bytes, and so that nobody ever sees half a file."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        pq.write_table(
            table,
            draft,
            compression="snappy",  # every Parquet reader knows it, those in JavaScript included
            row_group_size=1 << 17,
            use_dictionary=[name for name in table.column_names if name not in ALL_DIFFERENT],
            store_schema=False,
        )
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def model_inputs(table: pa.Table) -> dict[str, np.ndarray]:
    """The model's five inputs, each of shape [rows, 1]: float32 numbers and strings. An unknown airport is ""."""
    inputs = {}
    for name in NUMBERS:
        column = table[name].to_numpy().astype(np.float32)  # null becomes NaN
        inputs[name] = column.reshape(-1, 1)
    for name in AIRPORTS:
        column = table[name].fill_null("").to_numpy().astype(object)
        inputs[name] = column.reshape(-1, 1)
    return inputs


def open_model(content: bytes) -> onnxruntime.InferenceSession:
    """Loads an ONNX model from its bytes. Several threads may use one session at the same time."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # its own threads wait by spinning; 500,000 rows take a second without them
    options.log_severity_level = 3  # errors only
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def score(session: onnxruntime.InferenceSession, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Probability of arriving late, per row: float32 of shape [rows]."""
    (probabilities,) = session.run(["probabilities"], inputs)
    return probabilities[:, 1]
