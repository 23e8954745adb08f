"""What every verb of the command line does, one a module or a family of them."""
