"""A few threads that claim numbered tasks in order, and stop together at the first error or interrupt."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from itertools import count as integers

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from fieldbench.errors import BadInput

Progress = Callable[[int, int], None]
_POLL_SECONDS = 0.05


@functools.cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def blas_threads(threads: int = 1) -> Iterator[None]:
    """Limit BLAS to some threads: one by default, since two compete on shared cores and crash from n ≈ 16,000."""
    with _controller().limit(limits=threads, user_api="blas"):
        yield


class Abandoned(Exception):
    """Raised inside a task that waits for one that will never be done: the error of that one is what users see."""


class Tasks:
    """Tasks 0 … count−1, claimed in order. A task may wait for what earlier ones have marked as done.

    Tasks have to be claimed in an order in which each waits for earlier ones only: then no deadlock is possible.

    Args:
        count: number of tasks.
        threads: worker threads, at least 1; one runs in the calling thread.
        progress: called as progress(done, count) in the calling thread; what it raises stops the work.

    Raises:
        BadInput: threads below 1.
    """

    def __init__(self, count: int, threads: int, progress: Progress | None = None) -> None:
        if threads < 1:
            raise BadInput(f"{threads} threads: ask for at least one")
        self.count, self.threads, self.progress = count, min(threads, max(count, 1)), progress
        self._done: set[Hashable] = set()
        self._changed = threading.Condition()
        self._stopped = False
        self._failure: BaseException | None = None
        self._finished, self._reported = 0, 0

    def mark(self, *keys: Hashable) -> None:
        """Say that something others may wait for is done."""
        with self._changed:
            self._done.update(keys)
            self._changed.notify_all()

    def wait_for(self, *keys: Hashable) -> None:
        """Block until all keys are marked.

        Raises:
            Abandoned: the work was stopped first.
        """
        with self._changed:
            while not self._done.issuperset(keys):
                if self._stopped:
                    raise Abandoned
                self._changed.wait()

    def run(self, work: Callable[[int], None]) -> None:
        """Do all tasks; the first exception of a task or of `progress`, or an interrupt, ends the work."""
        claim, lock = integers(), threading.Lock()

        def loop() -> None:
            while not self._stopped:
                with lock:
                    index = next(claim)
                if index >= self.count:
                    return
                try:
                    work(index)
                except BaseException as error:
                    self._stop(error)
                    return
                with self._changed:
                    self._finished += 1

        if self.threads == 1:
            for index in range(self.count):
                work(index)
                self._finished += 1
                self._report()
            return
        pool = [threading.Thread(target=loop, daemon=True) for _ in range(self.threads)]
        try:
            for thread in pool:
                thread.start()
            while any(thread.is_alive() for thread in pool):
                next(thread for thread in pool if thread.is_alive() or thread is pool[-1]).join(_POLL_SECONDS)
                self._report()
        except BaseException as error:
            self._stop(error)
            raise
        finally:
            for thread in pool:
                if thread.ident is not None:
                    thread.join()
        if self._failure is not None:
            raise self._failure
        self._report()

    def _report(self) -> None:
        if self.progress is not None and self._finished > self._reported:
            self._reported = self._finished
            self.progress(self._finished, self.count)

    def _stop(self, error: BaseException) -> None:
        with self._changed:
            if self._failure is None and not isinstance(error, Abandoned):
                self._failure = error
            self._stopped = True
            self._changed.notify_all()
