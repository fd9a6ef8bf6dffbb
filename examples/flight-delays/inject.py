"""Makes faulty copies of data files, for demonstrations and tests:  python inject.py --fault NAME IN… OUTDIR

    kilometres  distance in kilometres instead of miles: within range, but every quantile is off by one unit ratio
    hours       hour five hours late, around midnight: every value is a valid hour, their distribution is not
    prefix      airports as ICAO codes, "KJFK" for "JFK": no airport is known any more

The copies keep their names, ids and labels; nothing else changes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights import AIRPORTS, refuse, write_table

KILOMETRES_PER_MILE = 1.609344
HOURS = 5


def kilometres(table: pa.Table) -> pa.Table:
    return replaced(table, "distance", pc.multiply(table["distance"], pa.scalar(KILOMETRES_PER_MILE, pa.float32())))


def hours(table: pa.Table) -> pa.Table:
    return replaced(table, "hour", pa.array((table["hour"].to_numpy() + np.float32(HOURS)) % 24))


def prefix(table: pa.Table) -> pa.Table:
    for name in AIRPORTS:
        table = replaced(table, name, pc.binary_join_element_wise("K", table[name], ""))
    return table


def replaced(table: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), table.schema.field(name), column)


FAULTS: dict[str, tuple[str, Callable[[pa.Table], pa.Table]]] = {
    "kilometres": (f"distance × {KILOMETRES_PER_MILE}", kilometres),
    "hours": (f"hour + {HOURS}, modulo 24", hours),
    "prefix": ('"K" before every origin and destination', prefix),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes faulty copies of data files, on purpose.")
    parser.add_argument("--fault", choices=FAULTS, required=True)
    parser.add_argument("files", nargs="+", type=Path, metavar="IN")
    parser.add_argument("outdir", type=Path, metavar="OUTDIR")
    options = parser.parse_args()

    what, fault = FAULTS[options.fault]
    rows = 0
    for path in options.files:
        target = options.outdir / path.name
        if target.resolve() == path.resolve():
            raise refuse(f"{path} would be overwritten; choose another OUTDIR")
        table = fault(pq.read_table(path))
        write_table(table, target)
        rows += len(table)
    where = f"{rows:,} rows in {len(options.files)} files of {options.outdir}"
    print(f"injected on purpose: {options.fault} ({what}), {where}")


if __name__ == "__main__":
    main()
