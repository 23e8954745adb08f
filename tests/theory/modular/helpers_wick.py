"""S″ at the saddle field by field, from the features' polynomials in Fourier modes: an oracle that knows no blocks.

A polynomial is {monomial: coefficient}; a monomial counts the powers of û_k and of v̂_k, (2, P) in all, by Fourier index
0 … P − 1 (P − k is the conjugate of k). Its mean vanishes unless every phase cancels.
"""

import itertools
from collections import defaultdict

import numpy as np

NORMAL = {0: 1.0, 2: 1.0, 4: 3.0}


def times(first, second):
    product = defaultdict(float)
    for (a, x), (b, y) in itertools.product(first.items(), second.items()):
        product[tuple(np.add(a, b))] += x * y
    return product


def conjugate(polynomial, modulus):
    layer = [0, *range(modulus - 1, 0, -1)]
    order = [*layer, *(modulus + k for k in layer)]
    return {tuple(np.array(monomial)[order]): c for monomial, c in polynomial.items()}


def mode(modulus, layer, k):
    monomial = np.zeros(2 * modulus, int)
    monomial[layer * modulus + k % modulus] = 1
    return {tuple(monomial): 1.0}


def feature(modulus, k, l):
    """φ_kl, the unitary transform of (u_n + v_m)²."""
    total = defaultdict(float)
    parts = [(times(mode(modulus, 0, k), mode(modulus, 1, l)), 2.0)]
    for layer, mine, others in ((0, k, l), (1, l, k)):
        if others == 0:
            parts += [(times(mode(modulus, layer, j), mode(modulus, layer, mine - j)), 1.0) for j in range(modulus)]
    for polynomial, factor in parts:
        for monomial, c in polynomial.items():
            total[monomial] += factor * c
    return total


def charge(polynomial, modulus):
    """The phases that a field carries: all monomials of a field agree in those of both translations and reflections."""
    monomial = np.array(next(iter(polynomial))).reshape(2, modulus)
    return tuple(monomial @ np.arange(modulus) % modulus)


def mean(polynomial, law, modulus):
    total = 0.0
    for monomial, c in polynomial.items():
        u, v = np.array(monomial).reshape(2, modulus)
        if any((w[1:] != w[:0:-1]).any() for w in (u, v)) or u[0] % 2 or v[0] % 2:
            continue
        half = range(1, (modulus + 1) // 2)
        total += c * NORMAL[u[0]] * NORMAL[v[0]] * np.prod([law.moment(int(u[k]), int(v[k])) for k in half])
    return total


def second_derivative(task, b, law):
    """log det S″, by momentum: the translations of n and of m (and of p with them) are exact symmetries."""
    p, s = task.modulus, task.strength
    sectors = defaultdict(list)
    for q, k, l in itertools.product(range(p), repeat=3):
        phi = feature(p, k, l)
        target = times(mode(p, 0, -q), mode(p, 1, -q)) if q else {}
        vertex = times(target, {m: 2 * p**0.5 * c for m, c in phi.items()})
        sectors[(k - q) % p, (l - q) % p].append((q, phi, vertex))
    total = 0.0
    for fields in sectors.values():
        means = [mean(x, law, p) for _, _, x in fields]
        matrix = task.noise * np.eye(len(fields))
        for (i, (q, phi, x)), (j, (q2, phi2, x2)) in itertools.product(enumerate(fields), repeat=2):
            if q == q2:
                matrix[i, j] += s * mean(times(phi, conjugate(phi2, p)), law, p)
            matrix[i, j] += (s * b) ** 2 * (mean(times(x, conjugate(x2, p)), law, p) - means[i] * means[j])
        total += np.linalg.slogdet(matrix)[1]
    return total
