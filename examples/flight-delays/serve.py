"""A small model server for a deploy target:  python serve.py --dir serving/production --port 8001

    DIR/versions/<64 hex digits>/   model.onnx and trainyard.json {"model", "version", "digest": "sha256:<the same>"}
    DIR/current                     symlink to one of them; a deployment replaces it atomically

GET  /ready    200 {"model", "version", "digest"} of the version that is loaded, 503 while there is none
POST /predict  {"instances": [{"hour", "weekday", "distance", "origin", "destination"}, …]}
               200 {"predictions": [probability, …], "digest"} · 400 {"error"} when the request is wrong

A replaced `current` is noticed within 0.2 s, and at once by GET /ready. Requests under way finish on the version they
started with. Listens on this machine only. Stops on SIGTERM or Ctrl-C, after the requests under way.
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from flights import AIRPORTS, FEATURES, NUMBERS, open_model, score

POLL_SECONDS = 0.2
GRACE_SECONDS = 5.0  # for requests under way when the server is asked to stop
MAX_BODY_BYTES = 4 << 20
MAX_INSTANCES = 10_000


@dataclass(frozen=True)
class Loaded:
    """One version in memory. Label and weights travel together, so that an answer can never carry the other's name."""

    model: str
    version: int
    digest: str
    session: onnxruntime.InferenceSession

    @property
    def identity(self) -> dict[str, Any]:
        return {"model": self.model, "version": self.version, "digest": self.digest}


def load(folder: Path) -> Loaded:
    """Loads a version from its real folder, never through `current`, which may change between two reads."""
    identity = json.loads((folder / "trainyard.json").read_text(encoding="utf-8"))
    if identity["digest"] != f"sha256:{folder.name}":
        raise ValueError(f"{folder.name[:12]} says in trainyard.json that it is {identity['digest'][:19]}")
    session = open_model((folder / "model.onnx").read_bytes())
    return Loaded(identity["model"], identity["version"], identity["digest"], session)


class Production:
    """Follows `current`. What cannot be loaded never replaces what is loaded."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.loaded: Loaded | None = None  # replaced as a whole; readers take it once
        self.problem: str | None = None
        self._seen: Path | None = None
        self._turn = threading.Lock()

    def follow(self, again: bool = False) -> None:
        """Loads what `current` points to, if that is new; `again` also retries what could not be loaded before."""
        with self._turn:
            folder = (self.directory / "current").resolve()  # the one and only look at the link
            if folder == self._seen and not (again and self.problem):
                return
            self._seen = folder
            if not folder.is_dir():
                self.problem = f"{self.directory / 'current'} points to no version"
                return
            try:
                self.loaded = load(folder)
                self.problem = None
            except Exception as error:  # whatever is wrong with a version, the one that works goes on answering
                problem = f"cannot load {folder.name}: {error}"
                if problem != self.problem:
                    print(problem, file=sys.stderr, flush=True)
                self.problem = problem


class BadRequest(Exception):
    """Something that the caller can correct; its text is the answer."""


def read_instances(body: bytes) -> dict[str, np.ndarray]:
    """The model's inputs from a request body. @raises BadRequest: names the instance and the field."""
    try:
        request = json.loads(body)
    except ValueError as problem:
        raise BadRequest(f"the body is not JSON: {problem}") from problem
    instances = request.get("instances") if isinstance(request, dict) else None
    if not isinstance(instances, list) or not instances:
        raise BadRequest('the body should be {"instances": [ … ]} with at least one instance')
    if len(instances) > MAX_INSTANCES:
        raise BadRequest(f"{len(instances):,} instances; {MAX_INSTANCES:,} are allowed in one request")
    for index, instance in enumerate(instances):
        check_instance(index, instance)

    inputs = {}
    for name in NUMBERS:
        values = [math.nan if instance[name] is None else instance[name] for instance in instances]
        inputs[name] = np.array(values, dtype=np.float32).reshape(-1, 1)
    for name in AIRPORTS:
        inputs[name] = np.array([instance[name] for instance in instances], dtype=object).reshape(-1, 1)
    return inputs


def check_instance(index: int, instance: Any) -> None:
    where = f"instances[{index}]"
    if not isinstance(instance, dict):
        raise BadRequest(f"{where} should be an object with {', '.join(FEATURES)}")
    if set(instance) != set(FEATURES):
        missing = [name for name in FEATURES if name not in instance]
        unknown = sorted(set(instance) - set(FEATURES))
        parts = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has unknown {', '.join(unknown)}"] * bool(unknown)
        raise BadRequest(f"{where} {' and '.join(parts)}")
    for name in NUMBERS:
        value = instance[name]
        if value is None and name == "hour":
            continue  # an hour may be unknown
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e6:
            raise BadRequest(f"{where}.{name} should be a number, not {json.dumps(value)[:40]}")
    for name in AIRPORTS:
        if not isinstance(instance[name], str):
            raise BadRequest(f"{where}.{name} should be an airport code, not {json.dumps(instance[name])[:40]}")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open between requests
    disable_nagle_algorithm = True
    wbufsize = 1 << 16  # headers and body leave in one packet
    server: ModelServer

    def do_GET(self) -> None:
        with self.server.under_way:
            if self.path != "/ready":
                return self.answer(404, {"error": f"there is no GET {self.path}; there is GET /ready"})
            production = self.server.production
            production.follow(again=True)
            loaded = production.loaded
            if loaded is None:
                return self.answer(503, {"error": "no version is loaded", "problem": production.problem})
            problem = {"problem": production.problem} if production.problem else {}
            self.answer(200, {**loaded.identity, **problem})

    def do_POST(self) -> None:
        with self.server.under_way:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
                self.close_connection = True  # the body stays unread
                return self.answer(400, {"error": f"Content-Length should say at most {MAX_BODY_BYTES} bytes"})
            body = self.rfile.read(int(length))
            if self.path != "/predict":
                return self.answer(404, {"error": f"there is no POST {self.path}; there is POST /predict"})
            loaded = self.server.production.loaded  # once: weights and digest of one version
            if loaded is None:
                return self.answer(503, {"error": "no version is loaded"})
            try:
                inputs = read_instances(body)
            except BadRequest as problem:
                return self.answer(400, {"error": str(problem)})
            predictions = [float(value) for value in score(loaded.session, inputs)]
            self.answer(200, {"predictions": predictions, "digest": loaded.digest})

    def answer(self, status: int, content: dict[str, Any]) -> None:
        if self.server.stopping.is_set():
            self.close_connection = True
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: one line per request would be most of the work."""


class Counter:
    """How many `with` blocks are open, over all threads."""

    def __init__(self) -> None:
        self._open = 0
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._open += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def wait_for_none(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._open == 0, seconds)


class ModelServer(ThreadingHTTPServer):
    daemon_threads = True  # an idle open connection must not keep a stopping server alive; `under_way` counts requests
    request_queue_size = 128

    def __init__(self, directory: Path, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.production = Production(directory)
        self.under_way = Counter()
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def serve(self) -> None:
        """Answers until `stop`, then lets the requests under way finish."""
        self.production.follow()
        threading.Thread(target=self._poll, daemon=True).start()
        self.serve_forever(poll_interval=0.05)
        self.under_way.wait_for_none(GRACE_SECONDS)
        self.server_close()

    def stop(self) -> None:
        self.stopping.set()
        threading.Thread(target=self.shutdown).start()  # shutdown waits for serve_forever, so never on its thread

    def _poll(self) -> None:
        while not self.stopping.wait(POLL_SECONDS):
            self.production.follow()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serves the model that DIR/current points to.")
    parser.add_argument("--dir", type=Path, default=Path("serving/production"), help="the deploy target's folder")
    parser.add_argument("--port", type=int, default=8001, help="0 picks a free one")
    options = parser.parse_args()

    try:
        server = ModelServer(options.dir, options.port)
    except OSError as problem:
        raise SystemExit(f"error: cannot listen on port {options.port}: {problem.strerror}") from problem
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: server.stop())
    print(f"ready {server.url}", flush=True)
    server.serve()


if __name__ == "__main__":
    main()
