"""The report: a static site of records that opens from a file, without a network."""
