"""What is promised: one row a target, with the measurement and the number in it that is held against the limit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`measurement` is "module:function" below benchmarks.targets; `value` a key of the dict it returns.

    `limit` is None for a row that is shown without a target. `beside` names further numbers of the same dict to show.
    `guard` is a number that must not exceed a bound, or the value does not count. A row `on_request` takes so long that
    it is measured only where it is named.
    """

    name: str
    what: str
    measurement: str
    value: str
    limit: float | None
    at_least: bool = True
    beside: tuple[str, ...] = ()
    arguments: tuple[int, ...] = ()
    guard: tuple[str, float] | None = None
    on_request: bool = False

    @property
    def key(self) -> str:
        """The measurement with its arguments: rows of one key share one run."""
        return ":".join((self.measurement, *(str(argument) for argument in self.arguments)))

    def met(self, value: float) -> bool | None:
        """Whether the target is met, None where there is none."""
        if self.limit is None:
            return None
        return value >= self.limit if self.at_least else value <= self.limit

    def target(self) -> str:
        """The limit in words."""
        return "–" if self.limit is None else f"{'≥' if self.at_least else '≤'} {self.limit:g}"


LARGEST = ("residual", "images", "peak_bytes", "build_seconds", "factor_seconds", "solve_seconds", "residual_seconds")
FEATURE_LEARNING = (
    "near-transition",
    "grokking-first-order",
    "delayed-generalisation",
    "modular-addition",
    "relu-adaptation",
    "erf-cnn-cubic",
    "specialisation-scaling",
    "linear-adaptation-is-rescaling",
)
PEERS = ("tinygp", "gpytorch", "jax_numpy", "scipy_linalg", "fastest_one_core")
ROWS = (
    Row(
        "factorisation-rate",
        "float64 factorisation, n = 8,192, over the same BLAS's matrix-product rate",
        "kernel:factorisation",
        "over_product",
        0.75,
        beside=("lapack_over_product", "gflops", "product_gflops"),
    ),
    Row(
        "factorisation-against-jax",
        "the same against lax.linalg.cholesky(symmetrize_input=False), times faster",
        "kernel:factorisation",
        "over_lax",
        1.5,
        beside=("over_jnp", "lax_over_product"),
    ),
    Row(
        "memory",
        "peak of build + factorise + solve above baseline, n = 16,384, in n × n matrices",
        "kernel:memory",
        "matrices",
        0.65,
        at_least=False,
        beside=("residual", "seconds"),
    ),
    Row(
        "largest",
        "largest exact GPR on 24 GiB, finished and verified by residual, points",
        "kernel:largest",
        "points",
        40_000,
        beside=LARGEST,
        arguments=(40_000,),
        guard=("residual", 1e-9),
    ),
    Row(
        "largest-stretch",
        "the same with all 60,000 images of MNIST",
        "kernel:largest",
        "image_points",
        60_000,
        beside=LARGEST,
        arguments=(60_000,),
        guard=("residual", 1e-9),
        on_request=True,
    ),
    Row(
        "learning-curve-scikit-learn",
        "learning curve, 40 sizes to P = 4,000, 2,000 test points, times faster than scikit-learn",
        "peers:learning_curve",
        "over_scikit_learn",
        15,
        beside=("seconds", "over_scikit_learn_one_core", "largest_difference"),
    ),
    Row(
        "learning-curve-peers",
        "the same, times faster than the fastest peer",
        "peers:learning_curve",
        "over_fastest",
        6,
        beside=(
            "fastest",
            "over_tinygp",
            "over_gpytorch",
            "over_jax_numpy",
            "over_scipy_linalg",
            "over_fastest_one_core",
        ),
    ),
    Row(
        "langevin-step",
        "Langevin step, n = 900, d = 82, N = 210, float32, over its two matrix products",
        "langevin:step",
        "over_products",
        1.5,
        at_least=False,
        beside=("gradient_over_products", "step_seconds", "products_seconds"),
    ),
    Row(
        "source-step",
        "the same at the size of arXiv:2310.03789: n = 3,000, d = 150, N = 700",
        "feature_learning:step",
        "over_products",
        1.5,
        at_least=False,
        beside=("gradient_over_products", "step_seconds", "gigaflops_of_products"),
    ),
    Row(
        "source-memory",
        "peak of 128 such networks in one program, each on its own data, GiB above baseline",
        "feature_learning:memory",
        "gibibytes",
        4,
        at_least=False,
        beside=("compiled_again",),
        guard=("compiled_again", 0),
    ),
    Row(
        "density-of-neurons",
        "density of w·w* to 1e-4 of its largest at a point of near-transition, 16 data sets, cold, seconds",
        "feature_learning:density",
        "seconds",
        180,
        at_least=False,
        beside=("cpu_seconds", "places", "median_error_of_log", "largest_error_of_log"),
    ),
    Row(
        "quick-of-feature-learning",
        "slowest quick tier of the eight cases of feature learning, cold, seconds",
        "feature_learning:quick",
        "slowest_seconds",
        15,
        at_least=False,
        beside=("most_cpu_seconds", "exit_code", *FEATURE_LEARNING),
    ),
    Row(
        "cold-start",
        "cold start to 1,000 effective samples of L3, times sooner than the fastest peer",
        "peers:samplers",
        "cold_ratio",
        5,
        beside=("fastest", "ours_seconds", "fastest_seconds", "seconds of blackjax-nuts"),
        guard=("deviation", 5),
    ),
    Row(
        "steady-state",
        "effective samples of L3 a second in steady state, times the fastest peer's",
        "peers:samplers",
        "steady_ratio",
        4,
        beside=("ours_rate", "fastest_rate", "rate of blackjax-nuts"),
        guard=("deviation", 5),
    ),
    Row(
        "growth-kernel",
        "growth of the cost with P: fitted exponent of the factorisation's seconds, beside the counted ones",
        "kernel:growth",
        "exponent",
        None,
        beside=("counted", "kernel_exponent", "kernel_counted", "solve_exponent", "solve_counted"),
    ),
    Row(
        "growth-langevin",
        "growth of the cost of a Langevin step with n, d and N: fitted exponents beside the counted ones",
        "langevin:growth",
        "samples_exponent",
        None,
        beside=("samples_counted", "dimension_exponent", "dimension_counted", "width_exponent", "width_counted"),
    ),
    Row(
        "quick-tier",
        "quick tier of the four named cases, cold: seconds now over seconds before",
        "tiers:quick",
        "after_over_before",
        1,
        at_least=False,
        beside=("before_seconds", "after_seconds", "before_exit_code", "after_exit_code"),
        guard=("after_exit_code", 0),  # a verdict not as declared, however fast
    ),
)
