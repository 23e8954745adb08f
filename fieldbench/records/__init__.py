"""Records: what a run leaves behind, how it is read, verified, compared, and put back into a store."""
