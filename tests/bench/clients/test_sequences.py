"""What a client has seen of its conversations."""

from bench.clients.sequences import Faults, Sequences


def test_faults_are_told_apart():
    """A message that comes twice, one that comes late, and one that a catch-up brought first are three
    things."""
    sequences, faults = Sequences(), Faults()
    sequences.see(7, 1, 3, faults)
    sequences.see(7, 6, 6, faults)
    sequences.see(7, 4, 4, faults)
    sequences.see(7, 2, 2, faults)
    assert (faults.disordered, faults.doubled, faults.overlapped) == (1, 1, 0)
    assert (
        sequences.known(7) == 4
        and sequences.fetch(7, 5)
        and not sequences.fetch(7, 5)
        and sequences.known(7) == 6
    )
    assert sequences.fetch(7, 7)
    sequences.see(7, 7, 8, faults)
    assert (faults.disordered, faults.doubled, faults.overlapped) == (1, 1, 1)
