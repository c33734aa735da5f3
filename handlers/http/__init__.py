"""HTTP: pages, files and calls."""
