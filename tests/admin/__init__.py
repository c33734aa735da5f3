"""`python -m admin`."""
