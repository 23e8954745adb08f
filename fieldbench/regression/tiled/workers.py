"""A few threads that claim numbered tasks in order, and stop together at the first error or interrupt."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count as integers

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from fieldbench.errors import BadInput

Progress = Callable[[int, int], None]
_POLL_SECONDS = 0.05
_LIMIT: ContextVar[int | None] = ContextVar("BLAS threads", default=None)


@functools.cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def blas_threads(threads: int = 1) -> Iterator[None]:
    """Limit BLAS to some threads: one by default, since two compete on shared cores and crash from n ≈ 16,000.

    Inside another limit to as many it does nothing: setting one takes as long as factorising 50 points.
    """
    if _LIMIT.get() == threads:
        yield
        return
    token = _LIMIT.set(threads)
    try:
        with _controller().limit(limits=threads, user_api="blas"):
            yield
    finally:
        _LIMIT.reset(token)


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
        self._finished, self._reported = 0, 0  # tasks
        self._running, self._ended = 0, 0  # workers

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
        """Do all tasks; the first exception of a task or of `progress`, or an interrupt, ends the work.

        It returns when no worker runs any more; a second interrupt while it waits for that leaves them to end alone.
        """
        if self.threads == 1:
            for index in range(self.count):
                work(index)
                self._finished += 1
                self._report()
            return
        claim, lock = integers(), threading.Lock()

        def claimed() -> int:
            with lock:
                return next(claim)

        pool = [threading.Thread(target=self._worker, args=(work, claimed), daemon=True) for _ in range(self.threads)]
        # No join with a timeout: interrupted, it takes a thread that runs for one that has ended (CPython 3.11).
        try:
            for thread in pool:
                thread.start()
            while self._wait_for_workers():
                self._report()
        except BaseException as error:
            self._stop(error)
            raise
        finally:
            with self._changed:
                while self._running:
                    self._changed.wait()
        for thread in pool:
            thread.join()
        if self._failure is not None:
            raise self._failure
        self._report()

    def _worker(self, work: Callable[[int], None], claimed: Callable[[], int]) -> None:
        with self._changed:
            if self._stopped:
                self._ended += 1
                self._changed.notify_all()
                return
            self._running += 1
        try:
            while not self._stopped and (index := claimed()) < self.count:
                work(index)
                with self._changed:
                    self._finished += 1
        except BaseException as error:
            self._stop(error)
        finally:
            with self._changed:
                self._running -= 1
                self._ended += 1
                self._changed.notify_all()

    def _wait_for_workers(self) -> bool:
        """Wait a moment; whether some have still to end."""
        with self._changed:
            if self._ended < self.threads:
                self._changed.wait(_POLL_SECONDS)
            return self._ended < self.threads

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
