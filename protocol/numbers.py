"""The numbers of the wire: what a frame is, and what a message holds."""

from enum import IntEnum


class Cmd(IntEnum):
    HEARTBEAT = 0
    ACK = 1
    ERROR = 2
    WELCOME = 3
    SINGLE = 10
    ROOM = 11
    TYPING = 12
    READ = 13
    RECALL = 14
    EDIT = 15
    REACTION = 16
    PRESENCE = 17
    LOOK = 18
    PIN = 19
    CONTACT_CHANGED = 20
    COMMUNITY_CHANGED = 21
    CONVERSATION_CHANGED = 22
    PACKET_OPENED = 24
    ACCOUNT_CHANGED = 27
    MODERATED = 28
    DRAFT = 31
    PREVIEW = 29
    LATER = 32


#: The two kinds of conversation are named by the cmd of their messages.
SINGLE, ROOM = int(Cmd.SINGLE), int(Cmd.ROOM)


#: The address of a red packet is this and its id: what has one, the server wrote.
PACKETS = "/redpacket/"


class Media(IntEnum):
    TEXT = 1
    NEWS = 2
    VOICE = 3
    IMAGE = 4
    RED_PACKET = 5
    EMOJI = 6
    LINK = 7
    VIDEO = 8
    CARD = 9
    FILE = 10
    PLACE = 11
    RECORD = 12
    NOTICE = 90
    CUSTOM = 100
