"""The kinds of entries, a file each: what the log can be asked to write."""

from log.entries.arrange import Arrange as Arrange
from log.entries.barred import Barred as Barred
from log.entries.change import Change as Change
from log.entries.clear import Clear as Clear
from log.entries.edit import Edit as Edit
from log.entries.entry import Entry as Entry
from log.entries.forward import Forward as Forward
from log.entries.friendship import AnswerRequest as AnswerRequest
from log.entries.friendship import Befriend as Befriend
from log.entries.friendship import Block as Block
from log.entries.friendship import Friendship as Friendship
from log.entries.friendship import Unfriend as Unfriend
from log.entries.hide import Hide as Hide
from log.entries.membership import CreateGroup as CreateGroup
from log.entries.membership import Join as Join
from log.entries.pin import Pin as Pin
from log.entries.post import Post as Post
from log.entries.reaction import React as React
from log.entries.read_mark import ReadMark as ReadMark
from log.entries.recall import Recall as Recall
from log.entries.removal import Removal as Removal
from log.entries.review import Hold as Hold
from log.entries.review import Pass as Pass
from log.entries.settings import Decide as Decide
from log.entries.transfer import Transfer as Transfer
