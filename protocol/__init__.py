"""The wire: what clients and server say to each other. Pure functions and values, no I/O."""
