"""What regression learns mode by mode, without a test set, and with modes replaced by ridge and noise."""

from fieldbench.regression.modes import replacement as replacement
from fieldbench.regression.modes.exact_error import Integrals as Integrals
from fieldbench.regression.modes.exact_error import population_errors as population_errors
from fieldbench.regression.modes.exact_error import population_moments as population_moments
from fieldbench.regression.modes.exact_error import with_features as with_features
from fieldbench.regression.modes.exact_error import with_harmonics as with_harmonics
from fieldbench.regression.modes.quartic_map import Basis as Basis
from fieldbench.regression.modes.quartic_map import QuarticFit as QuarticFit
from fieldbench.regression.modes.quartic_map import basis as basis
from fieldbench.regression.modes.quartic_map import quartic_map as quartic_map
from fieldbench.regression.modes.quartic_map import ridge_fit as ridge_fit
from fieldbench.regression.modes.quartic_map import thin_basis as thin_basis
from fieldbench.regression.modes.sign_averaged import sign_averaged_errors as sign_averaged_errors
from fieldbench.regression.modes.zonal import harmonic as harmonic
from fieldbench.regression.modes.zonal import rotation_averaged_learnability as rotation_averaged_learnability
from fieldbench.regression.modes.zonal import zonal_coefficients as zonal_coefficients
