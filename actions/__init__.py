"""What a user can do: one coroutine for each, the only code that touches both rows and sockets."""
