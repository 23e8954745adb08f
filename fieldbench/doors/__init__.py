"""The ways in: command line, pytest, notebook. What the verbs do is in `fieldbench.doors.verbs`."""
