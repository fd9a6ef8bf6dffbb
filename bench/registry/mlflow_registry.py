"""MLflow's registry on sqlite, through its own client.

    mlflow_registry.py fixture DATABASE VERSIONS       a model with that many versions, the alias `production` on the last
    mlflow_registry.py cold DATABASE OPERATION         one operation: create, alias, resolve, list
    mlflow_registry.py process DATABASE ROUNDS         milliseconds of each operation as JSON, in one process
"""
import json
import os
import sqlite3
import sys
import time

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"
from mlflow import MlflowClient

MODEL = "flight-delays"
task, database, rest = sys.argv[1], sys.argv[2], sys.argv[3]
client = MlflowClient(tracking_uri=f"sqlite:///{database}")


def create():
    client.create_model_version(MODEL, source="/models/flight-delays")


def alias(to=1):
    client.set_registered_model_alias(MODEL, "champion", str(to))


def resolve():
    assert client.get_model_version_by_alias(MODEL, "production").name == MODEL


def list_all():
    found, token = 0, None
    while True:
        page = client.search_model_versions(f"name='{MODEL}'", max_results=10_000, page_token=token)
        found, token = found + len(page), page.token
        if not token:
            return found


operations = {"create": create, "alias": alias, "resolve": resolve, "list": list_all}

if task == "fixture":
    client.create_registered_model(MODEL)
    create()  # the first is MLflow's own; the others are that row with another number, as creating 100,000 takes it ten minutes
    with sqlite3.connect(database) as rows:
        columns = [row[1] for row in rows.execute("PRAGMA table_info(model_versions)") if row[1] != "version"]
        names = ", ".join(columns)
        rows.executemany(
            f"INSERT INTO model_versions (version, {names}) SELECT ?, {names} FROM model_versions WHERE version = 1",
            [(number,) for number in range(2, int(rest) + 1)],
        )
    client.set_registered_model_alias(MODEL, "production", rest)
elif task == "cold":
    operations[rest]()
else:
    taken = {}
    for name, operation in operations.items():
        taken[name] = []
        for number in range(int(rest)):
            began = time.perf_counter()
            alias(number % 7 + 1) if name == "alias" else operation()
            taken[name].append((time.perf_counter() - began) * 1000)
    print(json.dumps(taken))
