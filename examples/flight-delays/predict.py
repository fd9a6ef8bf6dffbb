"""Scores flights with a model's files.

Reads   TRAINYARD_MODEL_DIR, a folder with model.onnx; TRAINYARD_DATA, a file that lists data files, one path a line.
Writes  TRAINYARD_PREDICTIONS, as Parquet, CSV or JSON lines, by its extension:
            id          the flight's
            date        its day: the group that intervals cluster by
            y_score     probability of being more than 15 minutes late
            y_true      1 late, 0 not; empty where not yet known; the column is absent where no row is labelled
            origin_top  slice: the airport it leaves from if that is one of the 40 busiest, else "other"
            daypart     slice: night, morning, midday, afternoon, evening, by the hour of departure, or "unknown"
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from flights import model_inputs, open_model, read_flights, read_list, refuse, score, write_table

# The 40 airports with the most departures in January 2001. Fixed here, and neither counted from the rows at hand nor
# kept with a model: a slice must mean the same flights in every month and for both models of a comparison.
BUSIEST = (
    "ATL BNA BOS BWI CLE CLT CVG DCA DEN DFW DTW EWR FLL HOU IAD IAH JFK LAS LAX LGA "
    "MCI MCO MDW MEM MIA MSP MSY OAK ORD PDX PHL PHX PIT SAN SEA SFO SJC SLC STL TPA"
).split()

DAYPARTS = ["night", "morning", "midday", "afternoon", "evening"]
DAYPART_STARTS = [6, 10, 14, 18]  # the hours at which the next one begins


def predictions(flights: pa.Table, y_score: np.ndarray) -> pa.Table:
    columns = {"id": flights["id"], "date": flights["date"], "y_score": pa.array(y_score.astype(np.float64))}
    if flights["late"].null_count < len(flights):
        columns["y_true"] = flights["late"]
    busy = pc.is_in(flights["origin"], value_set=pa.array(BUSIEST))
    columns["origin_top"] = pc.if_else(busy, flights["origin"], "other")
    columns["daypart"] = dayparts(flights["hour"].to_numpy())
    return pa.table(columns)


def dayparts(hours: np.ndarray) -> pa.Array:
    known = ~np.isnan(hours)
    index = np.where(known, np.searchsorted(DAYPART_STARTS, hours, side="right"), len(DAYPARTS))
    return pa.DictionaryArray.from_arrays(index.astype(np.int8), [*DAYPARTS, "unknown"]).cast(pa.string())


def write_predictions(table: pa.Table, path: Path) -> None:
    """A reader never finds half a CSV either: Trainyard reads the file only after this command has ended well."""
    match path.suffix:
        case ".parquet":
            write_table(table, path)
        case ".csv":
            csv.write_csv(table, path)
        case ".jsonl":
            with path.open("w", encoding="utf-8") as file:
                for batch in table.to_batches(max_chunksize=10_000):
                    file.writelines(json.dumps(row) + "\n" for row in batch.to_pylist())
        case other:
            raise refuse(f"predictions can be .parquet, .csv or .jsonl, not {other or 'a file without extension'}")


def main() -> None:
    model, data, target = (setting(f"TRAINYARD_{name}") for name in ("MODEL_DIR", "DATA", "PREDICTIONS"))
    session = open_model((Path(model) / "model.onnx").read_bytes())
    flights = read_flights(read_list(data))
    table = predictions(flights, score(session, model_inputs(flights)))
    write_predictions(table, Path(target))
    print(f"scored {len(table):,} flights, mean probability {pc.mean(table['y_score']).as_py() or 0:.3f}")


def setting(name: str) -> str:
    if name not in os.environ:
        raise refuse(f"{name} is not set; README.md shows how to run this by hand")
    return os.environ[name]


if __name__ == "__main__":
    main()
