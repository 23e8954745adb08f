"""The command line, one verb a file; `fieldbench.cli` maps arguments to them."""
