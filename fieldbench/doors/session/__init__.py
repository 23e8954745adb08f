"""What all doors share: how a case is run, where things are kept, what a folder's own pyproject.toml sets."""

from fieldbench.doors.session.session import OWN as OWN
from fieldbench.doors.session.session import REFERENCE as REFERENCE
from fieldbench.doors.session.session import Session as Session
from fieldbench.doors.session.session import case_folder as case_folder
from fieldbench.doors.session.session import default_store as default_store
from fieldbench.doors.session.session import own_results as own_results
