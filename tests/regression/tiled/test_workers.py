"""Tasks in order, with waiting, errors and interrupts."""

import threading

import pytest
from threadpoolctl import threadpool_info

from fieldbench.errors import BadInput
from fieldbench.regression.tiled.workers import Tasks, blas_threads


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_task_runs_once_and_waits_for_what_it_needs(threads):
    finished, tasks = [], Tasks(50, threads)

    def work(index):
        if index >= 10:
            tasks.wait_for(index - 10)
            assert index - 10 in finished
        finished.append(index)
        tasks.mark(index)

    tasks.run(work)
    assert sorted(finished) == list(range(50))


@pytest.mark.parametrize("threads", [1, 2])
def test_the_error_of_the_task_is_raised_and_those_that_wait_for_it_end(threads):
    tasks, before = Tasks(4, threads), threading.active_count()

    def work(index):
        if index == 0:
            raise ValueError("task 0")
        tasks.wait_for(0)

    with pytest.raises(ValueError, match="task 0"):
        tasks.run(work)
    assert threading.active_count() == before


def test_two_workers_really_run_at_once():
    """Each of two tasks waits for the other to have begun: one worker after the other would wait for ever."""
    meeting = threading.Barrier(2, timeout=30.0)
    Tasks(2, 2).run(lambda index: meeting.wait())


def test_nothing_to_do_and_nobody_to_do_it():
    Tasks(0, 2).run(lambda index: pytest.fail("there is no task"))
    with pytest.raises(BadInput, match="0 threads"):
        Tasks(1, 0)


def test_blas_threads_nest():
    def threads():
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with blas_threads(2):
        with blas_threads():
            assert threads() == {1}
        assert threads() == {2}
