from fieldbench.claims import Case, Check, Control, Known, Remainder, Tier

from .experiment import Leaky, Network

EXCESS = Network.fourth / Network.second**2 - 3


def exact(at, ratio=6.0):
    """⟨f²⟩ = σ_a²σ_w²/2 and excess 3(ratio - 1)/N, ratio = E[relu⁴]/E[relu²]², both exact at every N. The claim says
    that no further 1/N is there, so each margin is a tenth of a natural one: smaller than anybody would report."""
    missed = Remainder("a tenth of a natural 1/N", 0.1 / at.width, order="1/N", got="chosen", relative=True)
    tenth = Remainder("a tenth of the excess", 0.1 * 15 / at.width, order="1/N", got="chosen")
    second = at.sigma_a**2 * at.sigma_w**2 / 2
    return {Network.second: Known(second, missed), EXCESS: Known(3 * (ratio - 1) / at.width, tenth)}


def corrected(at):
    """Rival: the variance has a 1/N correction of the natural size, as if N - 1 units were independent."""
    return {Network.second: at.sigma_a**2 * at.sigma_w**2 / 2 * (1 - 1 / at.width)}


def gaussian(at):  # rival: a Gaussian process at every width
    return {EXCESS: 0.0}


def linear(at):
    """Wrong: 3 = E[g⁴]/E[g²]² of the preactivation g, where 6 of relu(g) belongs."""
    return exact(at, ratio=3.0)


VARIANCE = Check("variance", Network.second, scale="log", rivals={"one-over-n": corrected}, statement=True)
KURTOSIS = Check("kurtosis", EXCESS, rivals={"gaussian": gaussian})
CASE = Case(
    theories={Network: exact},
    tiers={"quick": Tier([Network(2), Network(4)], replicates=16)},
    checks=(VARIANCE, KURTOSIS),
    controls=(
        Control("leaky", contradicts=VARIANCE, experiment=Leaky, why="the slope of another activation"),
        Control("moments-of-the-preactivation", contradicts=KURTOSIS, theory=linear),
    ),
)
