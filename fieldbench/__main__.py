"""`python -m fieldbench`: the command line."""

from fieldbench.doors.cli import main

if __name__ == "__main__":
    main()
