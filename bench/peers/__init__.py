"""Small servers for comparison: one room, every frame to everybody else in it, nothing stored, nobody
checked.

Each prints its address as ours does and greets a connection with the frame our clients wait for.
"""

#: The frame that a client waits for.
WELCOME = '{"cmd":3}'
