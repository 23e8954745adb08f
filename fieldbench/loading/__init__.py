"""Loading: cases are found without importing them, imported, and held against themselves before anything runs."""
