"""Transport: parse, one call, answer."""
