"""What the published error lacks: the next order where all points are alike, and over the points of a data set."""

from fieldbench.theory.departures.departure import Departure as Departure
from fieldbench.theory.departures.departure import departure as departure
from fieldbench.theory.departures.departure_over_points import departure_over_points as departure_over_points
