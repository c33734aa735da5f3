"""Public ids of messages: computed from the place, so that a reference to a message needs no index of its
own."""

#: id = conversation_id << 27 | seq: 2^26 conversations of 2^27 messages stay below 2^53.
SEQ_BITS = 27
MAX_SEQ = 2**SEQ_BITS - 1
MAX_CONVERSATION = 2**26 - 1


def public_id(conversation_id: int, seq: int) -> int:
    """Of the message with this number."""
    return conversation_id << SEQ_BITS | seq


def is_in(message_id: int, conversation_id: int, seq: int) -> bool:
    """Whether a public id is that of a message of this conversation, which has come to `seq`."""
    return message_id >> SEQ_BITS == conversation_id and 0 < message_id & MAX_SEQ <= seq


def place_of(message_id: int) -> tuple[int, int]:
    """(conversation id, seq) of a public id."""
    return message_id >> SEQ_BITS, message_id & MAX_SEQ
