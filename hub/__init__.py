"""Delivery: who is connected, and getting bytes to them. Runs only on the loop; knows no rows."""
