"""The normal distribution as stock theory needs it. `scipy.special` only: `scipy.stats` takes seconds to import."""

from math import exp, pi, sqrt

from scipy.special import ndtr, ndtri


def below(z: float) -> float:
    """Share of futures under z."""
    return float(ndtr(z))


def at_share(share: float) -> float:
    """z with that share of futures under it; 0 < share < 1."""
    return float(ndtri(share))


def density(z: float) -> float:
    return exp(-z * z / 2) / sqrt(2 * pi)


def loss(z: float) -> float:
    """Expected shortage of a standard normal demand over a stock of z: the unit loss function G(z)."""
    return density(z) - z * (1 - below(z))


def at_loss(wanted: float) -> float:
    """z whose expected shortage is `wanted` > 0. Bisection on a falling function: exact to 1e-12."""
    low, high = -max(10.0, 2 * wanted), 40.0
    for _ in range(200):
        middle = (low + high) / 2
        if loss(middle) > wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2
