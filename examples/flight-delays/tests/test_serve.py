"""The model server."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import train
from flights import model_inputs, open_model, score
from serve import ModelServer
from tests.folder import EXAMPLE, PARAMS, InFolder, some_flights

INSTANCE = {"hour": 18, "weekday": 4, "distance": 700, "origin": "JFK", "destination": "ORD"}


class Serve(InFolder):
    @classmethod
    def setUpClass(cls) -> None:
        """Two models that differ, so that an answer tells which one gave it."""
        cls.models = []
        for seed in (1, 2):
            flights = some_flights(seed=seed)
            cls.models.append(train.export(train.fit(flights, PARAMS)))

    def setUp(self) -> None:
        super().setUp()
        self.target = Path("serving")
        for number, content in enumerate(self.models, start=1):
            self.write_version(number, content)

    @staticmethod
    def digest(number: int) -> str:
        return f"{number:064x}"

    def write_version(self, number: int, content: bytes) -> None:
        folder = self.target / "versions" / self.digest(number)
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(content)
        identity = {"model": "flight-delays", "version": number, "digest": f"sha256:{self.digest(number)}"}
        (folder / "trainyard.json").write_text(json.dumps(identity))

    def activate(self, number: int) -> None:
        draft = self.target / ".current.draft"
        draft.symlink_to(Path("versions") / self.digest(number))
        os.replace(draft, self.target / "current")

    def start(self) -> ModelServer:
        server = ModelServer(self.target, 0)
        thread = threading.Thread(target=server.serve)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.stop)
        return server

    def caller(self, server: ModelServer) -> Callable[..., tuple[int, Any]]:
        """A function that calls the server, always over the same open connection."""
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        self.addCleanup(connection.close)

        def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
            connection.request(method, path, body if isinstance(body, bytes | None) else json.dumps(body))
            response = connection.getresponse()
            return response.status, json.loads(response.read())

        return call

    def expected(self, number: int) -> float:
        return float(score(open_model(self.models[number - 1]), model_inputs(pa.Table.from_pylist([INSTANCE])))[0])

    def test_without_a_version_it_is_not_ready_and_with_one_it_names_and_uses_it(self) -> None:
        call = self.caller(self.start())
        self.assertEqual(call("GET", "/ready")[0], 503)
        self.assertEqual(call("POST", "/predict", {"instances": [INSTANCE]})[0], 503)
        self.activate(1)
        identity = {"model": "flight-delays", "version": 1, "digest": f"sha256:{self.digest(1)}"}
        self.assertEqual(call("GET", "/ready"), (200, identity))
        status, answer = call(
            "POST", "/predict", {"instances": [INSTANCE, {**INSTANCE, "hour": None, "origin": "???"}]}
        )
        self.assertEqual((status, answer["digest"]), (200, identity["digest"]))
        self.assertAlmostEqual(answer["predictions"][0], self.expected(1), places=7)

    def test_a_new_version_is_noticed_without_being_asked(self) -> None:
        self.activate(1)
        call = self.caller(self.start())
        self.assertEqual(call("GET", "/ready")[1]["version"], 1)
        self.activate(2)
        deadline = time.monotonic() + 5
        while call("POST", "/predict", {"instances": [INSTANCE]})[1]["digest"] != f"sha256:{self.digest(2)}":
            self.assertLess(time.monotonic(), deadline, "the new version was not noticed")
            time.sleep(0.02)

    def test_what_is_wrong_with_a_request_is_said(self) -> None:
        self.activate(1)
        call = self.caller(self.start())
        self.assertEqual(call("GET", "/ready")[0], 200)
        for body, words in [
            (b"{", "not JSON"),
            ([], "at least one instance"),
            ({"instances": []}, "at least one instance"),
            ({"instances": [1]}, "instances[0] should be an object"),
            ({"instances": [INSTANCE, {**INSTANCE, "hour": "six"}]}, "instances[1].hour should be a number"),
            ({"instances": [{**INSTANCE, "weekday": True}]}, "weekday should be a number"),
            ({"instances": [{**INSTANCE, "distance": None}]}, "distance should be a number"),
            (
                json.dumps({"instances": [{**INSTANCE, "distance": float("nan")}]}).encode(),
                "distance should be a number",
            ),
            ({"instances": [{**INSTANCE, "origin": 7}]}, "origin should be an airport code"),
            ({"instances": [{name: value for name, value in INSTANCE.items() if name != "hour"}]}, "lacks hour"),
            ({"instances": [{**INSTANCE, "Hour": 3}]}, "unknown Hour"),
            ({"instances": [INSTANCE] * 10_001}, "10,000 are allowed"),
        ]:
            with self.subTest(words):
                status, answer = call("POST", "/predict", body)
                self.assertEqual(status, 400)
                self.assertIn(words, answer["error"])
        self.assertEqual(call("GET", "/elsewhere")[0], 404)
        self.assertEqual(call("POST", "/elsewhere", {})[0], 404)
        self.assertEqual(call("POST", "/predict", {"instances": [INSTANCE]})[0], 200, "the connection is still good")

    def test_a_version_that_cannot_be_loaded_never_replaces_one_that_works(self) -> None:
        self.activate(1)
        self.write_version(3, b"no model")
        self.write_version(4, self.models[1])
        (self.target / "versions" / self.digest(4) / "trainyard.json").write_text(
            (self.target / "versions" / self.digest(1) / "trainyard.json").read_text()
        )
        call = self.caller(self.start())
        self.assertEqual(call("GET", "/ready")[1]["version"], 1)
        for number in (3, 4):
            self.activate(number)
            with contextlib.redirect_stderr(io.StringIO()):
                status, answer = call("GET", "/ready")
            self.assertEqual((status, answer["version"]), (200, 1))
            self.assertIn(self.digest(number), answer["problem"])

    def test_while_versions_are_swapped_every_answer_is_that_of_the_version_it_names(self) -> None:
        self.activate(1)
        server = self.start()
        watch = self.caller(server)
        self.assertEqual(watch("GET", "/ready")[0], 200)
        expected = {f"sha256:{self.digest(number)}": self.expected(number) for number in (1, 2)}
        self.assertNotAlmostEqual(*expected.values(), places=3)
        done = threading.Event()
        answers: list[tuple[int, Any]] = []

        def ask() -> None:
            call = self.caller(server)
            while not done.is_set():
                answers.append(call("POST", "/predict", {"instances": [INSTANCE] * 5}))

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        for swap in range(200):
            self.activate(1 + (swap + 1) % 2)
            if swap % 3:  # every third time nobody looks, and the next swap comes at once
                self.assertEqual(watch("GET", "/ready")[1]["version"], 1 + (swap + 1) % 2)
        done.set()
        for asker in askers:
            asker.join()

        self.assertEqual({status for status, _ in answers}, {200})
        self.assertEqual({answer["digest"] for _, answer in answers}, set(expected))
        for _, answer in answers:
            np.testing.assert_allclose(answer["predictions"], expected[answer["digest"]], atol=1e-6)

    def test_it_says_when_it_is_ready_and_stops_when_asked_although_a_connection_is_open(self) -> None:
        self.activate(1)
        command = [sys.executable, EXAMPLE / "serve.py", "--dir", self.target, "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            line = process.stdout.readline()
            self.assertRegex(line, r"^ready http://127\.0\.0\.1:\d+\n$")
            connection = http.client.HTTPConnection("127.0.0.1", int(line.rsplit(":", 1)[1]), timeout=10)
            connection.request("GET", "/ready")
            self.assertEqual(connection.getresponse().status, 200)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=10), 0)
            connection.close()
