"""The message log: numbers messages, makes them durable, and says so."""
