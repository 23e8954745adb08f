"""Peer samplers in the race of `race.py`: blackjax (NUTS, HMC, MALA), numpyro (NUTS), optax noisy SGD.

    python -m benchmarks.peers.samplers                 all of them, a fresh process each
    python -m benchmarks.peers.samplers blackjax-nuts --chains 4

Each is at its documented use: window adaptation for HMC and NUTS, dual averaging to acceptance 0.574 for MALA, chains
vectorised in one program. The number of chains is the one that reached the goal first.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.peers.race import (
    DIMENSION,
    RIDGE,
    SAMPLES,
    SCALE,
    WIDTH,
    Raced,
    in_fresh_process,
    learnability,
    log_density,
    problem,
    race,
    report,
)


def _prior(chains: int, seed: int) -> dict[str, Any]:
    """Starts from the prior, drawn with NumPy: nothing is compiled before the clock runs."""
    import jax.numpy as jnp

    draw = np.random.default_rng(seed + 1).standard_normal
    return {
        "hidden": jnp.asarray(draw((chains, WIDTH, DIMENSION)), jnp.float32),
        "readout": jnp.asarray(draw((chains, WIDTH)), jnp.float32),
    }


def _adapted(name: str, algorithm: Any, chains: int, seed: int, *, warm: int, draws: int, **fixed: Any) -> Raced:
    """A blackjax algorithm after window adaptation, every chain with its own step and diagonal mass matrix."""
    import blackjax
    import jax

    density = log_density(*problem())
    adaptation = blackjax.window_adaptation(
        algorithm, density, adaptation_info_fn=blackjax.adaptation.base.get_filter_adapt_info_fn(), **fixed
    )
    keys = jax.random.split(jax.random.key(seed), chains)
    start = _prior(chains, seed)

    @jax.jit
    def adapt(keys: Any, start: Any) -> Any:
        return jax.vmap(lambda key, position: adaptation.run(key, position, num_steps=warm)[0])(keys, start)

    @jax.jit
    def sample(adapted: Any, keys: Any) -> Any:
        def chain(state: Any, parameters: Any, key: Any) -> Any:
            step = algorithm(density, **{**parameters, **fixed}).step

            def move(state: Any, key: Any) -> Any:
                state, _ = step(key, state)
                return state, learnability(state.position)

            return jax.lax.scan(move, state, jax.random.split(key, draws))

        state, found = jax.vmap(chain)(adapted.state, adapted.parameters, keys)
        return adapted._replace(state=state), found.T

    return race(
        name,
        chains,
        lambda: jax.block_until_ready(adapt(keys, start)),
        lambda state, number: sample(
            state, jax.random.split(jax.random.fold_in(jax.random.key(seed + 2), number), chains)
        ),
    )


def blackjax_nuts(chains: int = 1, seed: int = 0, warm: int = 200) -> Raced:
    """No-U-turn sampler after window adaptation."""
    import blackjax

    return _adapted("blackjax-nuts", blackjax.nuts, chains, seed, warm=warm, draws=100)


def blackjax_hmc(chains: int = 1, seed: int = 0, warm: int = 300, leaps: int = 16) -> Raced:
    """Hamiltonian Monte Carlo of fixed length after window adaptation."""
    import blackjax

    return _adapted("blackjax-hmc", blackjax.hmc, chains, seed, warm=warm, draws=100, num_integration_steps=leaps)


def blackjax_mala(chains: int = 4, seed: int = 0, warm: int = 2_000, thin: int = 50) -> Raced:
    """Metropolis-adjusted Langevin, its step set by dual averaging to the acceptance 0.574 of its theory."""
    import blackjax
    import jax
    import jax.numpy as jnp
    from blackjax.adaptation.step_size import dual_averaging_adaptation

    density = log_density(*problem())
    kernel = blackjax.mala.build_kernel()
    begin, update, final = dual_averaging_adaptation(0.574)
    keys, start = jax.random.split(jax.random.key(seed), chains), _prior(chains, seed)

    @jax.jit
    def adapt(keys: Any, start: Any) -> Any:
        def chain(key: Any, position: Any) -> Any:
            def move(carry: Any, key: Any) -> Any:
                state, adapted = carry
                state, info = kernel(key, state, density, jnp.exp(adapted.log_step_size))
                return (state, update(adapted, info.acceptance_rate)), None

            carry = blackjax.mala.init(position, density), begin(1e-3)
            (state, adapted), _ = jax.lax.scan(move, carry, jax.random.split(key, warm))
            return state, final(adapted)

        return jax.vmap(chain)(keys, start)

    @jax.jit
    def sample(states: Any, keys: Any) -> Any:
        def chain(state: Any, step: Any, key: Any) -> Any:
            def move(state: Any, key: Any) -> Any:
                return kernel(key, state, density, step)[0], None

            def observed(state: Any, key: Any) -> Any:
                state, _ = jax.lax.scan(move, state, jax.random.split(key, thin))
                return state, learnability(state.position)

            return jax.lax.scan(observed, state, jax.random.split(key, 100))

        state, found = jax.vmap(chain)(*states, keys)
        return (state, states[1]), found.T

    return race(
        "blackjax-mala",
        chains,
        lambda: jax.block_until_ready(adapt(keys, start)),
        lambda state, number: sample(
            state, jax.random.split(jax.random.fold_in(jax.random.key(seed + 2), number), chains)
        ),
    )


def numpyro_nuts(chains: int = 1, seed: int = 0, warm: int = 300) -> Raced:
    """NUTS of a numpyro model, with its own adaptation of step and diagonal mass matrix."""
    import jax
    import jax.numpy as jnp
    import numpyro
    from numpyro.distributions import Normal
    from numpyro.infer import NUTS

    inputs, targets = (jnp.asarray(array) for array in problem())

    def model() -> None:
        hidden = numpyro.sample("hidden", Normal(0, 1).expand((WIDTH, DIMENSION)).to_event(2))
        readout = numpyro.sample("readout", Normal(0, 1).expand((WIDTH,)).to_event(1))
        outputs = jax.lax.erf(inputs @ hidden.T / DIMENSION**0.5) @ readout / (WIDTH * SCALE) ** 0.5
        numpyro.sample("targets", Normal(outputs, (RIDGE / SCALE) ** 0.5).to_event(1), obs=targets)

    kernel = NUTS(model)
    start, keys = _prior(chains, seed), jax.random.split(jax.random.key(seed), chains)
    if chains == 1:  # numpyro treats one chain apart
        start, keys = {name: value[0] for name, value in start.items()}, keys[0]

    # `kernel.sample` in a scan: every `MCMC.run` compiles anew, which would charge each block two seconds.
    @partial(jax.jit, static_argnames="draws")
    def sample(state: Any, draws: int) -> Any:
        def move(state: Any, _: Any) -> Any:
            state = kernel.sample(state, (), {})
            return state, learnability(state.z)  # unconstrained = whitened

        return jax.lax.scan(move, state, None, length=draws)

    def warm_up() -> Any:
        state = kernel.init(keys, warm, init_params=start, model_args=(), model_kwargs={})
        return jax.block_until_ready(sample(state, warm)[0])

    def block(state: Any, number: int) -> Any:
        return sample(state, 100)

    return race("numpyro-nuts", chains, warm_up, block)


def optax_noisy_sgd(chains: int = 4, seed: int = 0, warm: int = 4_000, thin: int = 10, step: float = 1.0) -> Raced:
    """Full-batch noisy SGD, θ ← θ − h(∇U + √(2/h) ξ): unadjusted Langevin with a constant step.

    `step` is h times the largest curvature 1 + 0.4 n/κ: the largest at which the mean of L_3 was seen to be right.
    Steps are cheap against observing, so that every `thin` of them one draw is kept.
    """
    import jax
    import optax

    density = log_density(*problem())
    rate = step / (1 + 0.4 * SAMPLES / RIDGE)
    start = _prior(chains, seed)
    keys = jax.random.split(jax.random.key(seed), chains)

    def optimiser(key: Any) -> Any:
        return optax.noisy_sgd(rate, eta=2 / rate, gamma=0.0, key=key)

    def moved(state: Any, _: Any) -> Any:
        position, inner = state
        gradient = jax.grad(lambda at: -density(at))(position)
        updates, inner = optimiser(0).update(gradient, inner, position)
        return (optax.apply_updates(position, updates), inner), None

    @jax.jit
    def adapt(keys: Any, start: Any) -> Any:
        def chain(key: Any, position: Any) -> Any:
            return jax.lax.scan(moved, (position, optimiser(key).init(position)), None, length=warm)[0]

        return jax.vmap(chain)(keys, start)

    @jax.jit
    def sample(states: Any) -> Any:
        def observed(state: Any, _: Any) -> Any:
            state, _ = jax.lax.scan(moved, state, None, length=thin)
            return state, learnability(state[0])

        states, found = jax.vmap(lambda state: jax.lax.scan(observed, state, None, length=100))(states)
        return states, found.T

    return race(
        "optax-noisy-sgd",
        chains,
        lambda: jax.block_until_ready(adapt(keys, start)),
        lambda state, number: sample(state),
    )


PEERS: dict[str, Callable[..., Raced]] = {
    "blackjax-nuts": blackjax_nuts,
    "blackjax-hmc": blackjax_hmc,
    "blackjax-mala": blackjax_mala,
    "numpyro-nuts": numpyro_nuts,
    "optax-noisy-sgd": optax_noisy_sgd,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=PEERS)
    for option in ("chains", "seed", "warm", "leaps", "thin"):
        parser.add_argument(f"--{option}", type=int)
    parser.add_argument("--step", type=float)
    options = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    name = options.pop("name", None)
    if name is None:
        for peer in PEERS:
            print(in_fresh_process("benchmarks.peers.samplers", peer), flush=True)
        return
    import jax

    jax.devices()  # starting the back end counts as an import
    report(PEERS[name](**options))


if __name__ == "__main__":
    main()
