"""Rows, and the rules about rows. Runs only in database threads; each call is one transaction."""
