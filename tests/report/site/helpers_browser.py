"""A headless Chromium driven through its DevTools protocol over a pipe: JSON messages that end in a zero byte."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from helpers_chromium import chromium

PATIENCE = 900.0
"""Seconds after which a browser that is there and says nothing is taken to hang: on a busy machine a minute is nothing.
What is waited for is an event or a condition; one that has gone, or a page that crashed, is noticed at once."""

QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe",
         "--hide-scrollbars", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-dev-shm-usage", "--renderer-process-limit=1")  # fmt: skip
"""No window, no network of its own, no work but the page's; memory that containers have little of is left alone."""

INTO_PLACE = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""DevTools reads descriptor 3 and writes 4, first out of each other's way: in a process of its own, as Python code
between fork and exec is refused where JAX has started its threads."""


class Browser:
    """One page in a headless browser; `errors` collects what its console and its scripts complain of."""

    def __init__(self, profile: Path, width: int = 1280, height: int = 900) -> None:
        (read, self._write), (self._read, write) = os.pipe(), os.pipe()
        options = [*QUIET, f"--user-data-dir={profile}", f"--window-size={width},{height}"]
        self._process = subprocess.Popen(
            [sys.executable, "-ISc", INTO_PLACE, str(read), str(write), chromium(), *options, "about:blank"],
            pass_fds=(read, write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        self._rest, self._number, self._session = b"", 0, ""
        self.errors: list[str] = []
        self._loaded: set[str] = set()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Inspector"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.resize(width, height)

    def close(self) -> None:
        """End the browser that was started here."""
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command and its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            pass
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def resize(self, width: int, height: int = 900) -> None:
        """The size of the window; one below 500 is a telephone's."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def open(self, address: str) -> None:
        """Go to a page and wait until it is loaded."""
        self.errors.clear()
        gone = self.call("Page.navigate", url=address)
        assert not gone.get("errorText"), f"{address}: {gone['errorText']}"
        while (loader := gone.get("loaderId")) and loader not in self._loaded:  # without one: another place of the page
            self._next()

    def evaluate(self, script: str) -> Any:
        """The value of a script, of a promise what it gives."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Until a script gives true."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(condition):
            assert time.monotonic() < end, f"{condition} did not become true"
            time.sleep(0.05)

    def press(self, key: str, text: str = "") -> None:
        """A key of the keyboard, as a person would press it."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, " ": 32}
        about = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": codes.get(key, 0)}
        text = text or {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 else "")
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **about)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def write(self, words: str) -> None:
        """Words typed where the cursor is."""
        for letter in words:
            self.press(letter)

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], max(end - time.monotonic(), 0))
            piece = os.read(self._read, 1 << 16) if ready else b""
            assert piece, "the browser has gone, or does not answer"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        about = found.get("params", {})
        assert found.get("method") != "Inspector.targetCrashed", "the page crashed"
        if found.get("method") == "Page.lifecycleEvent" and about["name"] == "load":
            self._loaded.add(about["loaderId"])
        if found.get("method") == "Runtime.exceptionThrown":
            self.errors.append(about["exceptionDetails"].get("text", "exception"))
        elif found.get("method") == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning"):
            self.errors.append(str(about["args"]))
        elif found.get("method") == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            self.errors.append(about["entry"]["text"] + " " + about["entry"].get("url", ""))
        return found
