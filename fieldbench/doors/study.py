"""`fieldbench.study`: what theory says of one's own data, how far it can be trusted, and what regression finds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fieldbench.data import Task, own_task
from fieldbench.errors import BadInput
from fieldbench.regression import NestedCholesky, available_bytes
from fieldbench.theory.curves import LearningCurve, effective_ridge, unevenness
from fieldbench.theory.kernels import EmpiricalSpectrum, Kernel, gram_matrix, principal_components

if TYPE_CHECKING:
    import pandas as pd

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Study:
    """Gaussian-process regression on P of the M points of a task, by theory and by experiment.

    Attributes:
        task: the data, centred and normalised; `task.description` says how.
        kernel, ridge: of the regression; the ridge κ is a noise variance, added to the kernel matrix as it is.
        spectrum: eigenvalues λ_k and functions φ_k of the kernel with the M points as the measure.
        power: y_k², the target's power in each of the modes, (M,); it sums to one.
        theory: learning curve by the effective ridge of a finite population.
        left_open: what one effective ridge for all points and draws leaves out of the error, relative, (sizes,). It is
            computed from the kernel alone: where a target is smooth and the inputs few-dimensional the theory was seen
            to be off by more.
        errors: test error on the points that are not drawn, for each of the independent draws, (draws, sizes).
    """

    task: Task
    kernel: str
    ridge: float
    spectrum: EmpiricalSpectrum
    power: Vector
    theory: LearningCurve
    left_open: Vector
    errors: NDArray[np.float64]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a training size: exact error with its standard error over draws, theory, what the theory leaves."""
        import pandas as pd

        return pd.DataFrame(
            {
                "P": self.theory.samples.astype(int),
                "exact": self.errors.mean(axis=0),
                "standard error": self.errors.std(axis=0, ddof=1) / len(self.errors) ** 0.5,
                "theory": self.theory.test_error,
                "left open": self.left_open * self.theory.test_error,
            }
        )

    def plot(self, path: Path | str) -> Path:
        """Spectrum and learning curve in one figure, written to `path` (.png, .svg, .pdf).

        Raises:
            BadInput: Matplotlib is not installed.
        """
        try:
            from matplotlib.figure import Figure
        except ImportError:
            raise BadInput("figures need Matplotlib; install it with `pip install 'fieldbench[report]'`") from None
        figure = Figure(figsize=(9.0, 3.8), layout="constrained")
        spectrum, curve = figure.subplots(1, 2)
        self._draw_spectrum(spectrum)
        self._draw_curve(curve)
        figure.suptitle(f"{self.kernel} kernel, ridge {self.ridge:g}; {self.task.description.partition(';')[0]}",
                        fontsize="small", wrap=True)  # fmt: skip
        figure.savefig(path)
        return Path(path)

    def _draw_spectrum(self, axes: Any) -> None:
        k = np.arange(1, len(self.power) + 1)
        resolved = self.spectrum.eigenvalues > 0
        axes.loglog(k[resolved], self.spectrum.eigenvalues[resolved], label="λ$_k$, kernel")
        axes.loglog(k, 1.0 - np.cumsum(self.power) + self.power, label="Σ$_{j≥k}$ y$_j^2$, target")
        axes.set(xlabel="mode k", ylim=(max(1e-8, self.spectrum.eigenvalues[resolved][-1] / 2), 2.0))
        axes.legend()

    def _draw_curve(self, axes: Any) -> None:
        found, size = self.frame, self.theory.samples
        low, high = (found["theory"] + sign * found["left open"] for sign in (-1.0, 1.0))
        axes.fill_between(size, low, high, alpha=0.3, label="what it leaves open")
        axes.loglog(size, found["theory"], label="effective ridge")
        axes.errorbar(size, found["exact"], 2.0 * found["standard error"], fmt="o", markersize=4, color="black",
                      label="exact, ± 2 standard errors")  # fmt: skip
        axes.set(xlabel="training points P", ylabel="mean squared test error")
        axes.legend()


def study(
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    kernel: str = "relu",
    depth: int = 1,
    ridge: float = 0.1,
    samples: ArrayLike | None = None,
    draws: int = 16,
    seed: int = 0,
    name: str = "own data",
) -> Study:
    """Spectrum, predicted and exact learning curve of one's own data.

    Args:
        inputs, labels: see `fieldbench.data.own_task`.
        kernel, depth: of the network whose infinite width is the Gaussian process, see `theory.kernels.Kernel`.
        ridge: κ > 0, a noise variance.
        samples: training sizes P, at most M − 1; by default eight from M/64 to M/2.
        draws: independent draws of the training points, at least 2.
        seed: of the draws.
        name: what to call the data.

    Raises:
        BadInput: what cannot be a task, a size out of range, a ridge that is not positive, or too many points for the
            memory that is left.
    """
    task = own_task(inputs, labels, name)
    count = len(task.targets)
    needed, left = 6 * 8 * count**2, available_bytes()  # kernel, modes, LAPACK's work space, one draw
    if needed > left:
        raise BadInput(
            f"{name}: {count} points need {needed / 2**20:.0f} MiB, {left / 2**20:.0f} MiB are left; take fewer points"
        )
    if draws < 2:
        raise BadInput(f"draws {draws}: a standard error needs at least 2 draws of the training points")
    if not ridge > 0.0:
        raise BadInput(f"ridge {ridge} must be positive: it is a noise variance")
    sizes = _sizes(samples, count)
    gram = gram_matrix(Kernel(kernel, depth), task.inputs)
    spectrum = principal_components(gram)
    power = spectrum.coefficients(task.targets) ** 2
    theory = effective_ridge(spectrum.eigenvalues, sizes, ridge, target=power, population=count)
    left_open = [
        unevenness.over_points(spectrum, size, dressed) + unevenness.between_draws(spectrum, size, dressed)
        for size, dressed in zip(sizes.tolist(), theory.effective_ridge.tolist(), strict=True)
    ]
    rng = np.random.default_rng(seed)
    errors = [_exact(gram, task.targets, ridge, sizes, rng.permutation(count)) for _ in range(draws)]
    return Study(task, kernel, ridge, spectrum, power, theory, np.array(left_open), np.array(errors))


def _sizes(samples: ArrayLike | None, count: int) -> NDArray[np.int_]:
    if samples is None:
        return np.unique(np.geomspace(max(1, count // 64), max(1, count // 2), 8).astype(int))
    sizes = np.unique(np.atleast_1d(np.asarray(samples)))
    if sizes.size == 0 or not np.issubdtype(sizes.dtype, np.integer) or sizes[0] < 1 or sizes[-1] >= count:
        raise BadInput(f"samples {samples!r}: give whole numbers from 1 to {count - 1}; the other points are the test")
    return sizes.astype(int)


def _exact(
    gram: NDArray[np.float64], targets: Vector, ridge: float, sizes: NDArray[np.int_], order: NDArray[np.intp]
) -> Vector:
    """Test error at each size, on the points beyond the largest."""
    train, test = np.split(order, [sizes[-1]])
    predicted = NestedCholesky().predictions(
        gram[np.ix_(train, train)], ridge, targets[train][:, None], gram[np.ix_(test, train)], sizes
    )
    return np.asarray(((predicted[:, :, 0] - targets[test]) ** 2).mean(axis=1))
