"""What has no cid of its own is stored once all the same."""

from log.log import _own_cid
from protocol.limits import MAX_CID


def test_cids_that_the_log_gives():
    """They are longer than any client's, all different, and later ones sort after earlier ones."""
    times = [0, 15, 16, 1_700_000_000_000, 1_700_000_000_001, 10**13]
    cids = [_own_cid(time) for time in times for _ in range(2)]
    assert {len(cid) for cid in cids} == {66} and MAX_CID < 66
    assert len(set(cids)) == len(cids)
    assert [cid[:11] for cid in cids] == sorted(cid[:11] for cid in cids)
