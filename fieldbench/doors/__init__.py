"""The command line, one verb a file; `fieldbench.doors.cli` maps arguments to them."""
