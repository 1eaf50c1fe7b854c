# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Calls whose frames lie in one chunk of stack memory.

CPython puts the frames of Python functions into chunks of 16 kB. It gets one when the
last is full, and gives it back as soon as no frame is in it any more. A loop of the ORM
that begins just before the end of a chunk gets and gives back the next one in each
turn: up to a quarter more time for a call, depending on how deep in the stack it began.
A frame that does not fit into a chunk gets a larger one, whose size is a power of two.
The rest of that is for the frames of the calls below.
"""

#: Slots (8 bytes each) of a frame for which CPython needs a chunk of 256 kB: with the
#: 1,000 slots that it keeps free it is a little more than 128 kB. They are never used.
_SLOTS = 128 * 1024 // 8 - 1000 + 8
_NAME = "call_in_one_chunk"


def _call(function, *args):
    return function(*args)


#: Call a function with arguments, and return what it returns. The frames of all calls
#: below have about 135 kB in one chunk. Getting the chunk takes some microseconds.
call_in_one_chunk = type(_call)(
    _call.__code__.replace(co_stacksize=_SLOTS, co_name=_NAME), globals(), _NAME
)
