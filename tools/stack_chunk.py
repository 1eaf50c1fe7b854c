# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Calls whose frames lie in one piece of memory.

CPython puts the frames of Python functions into chunks of 16 kB, gets one where the
last is full, and gives it back as soon as no frame is in it any more. A loop of the ORM
that begins just before the end of one gets and gives back a chunk in each turn: by
where that is, a call of the API takes up to a quarter longer. A frame that needs more
than a chunk gets a larger one, of a power of two, and what is left of that is for the
frames of the calls below.
"""

#: Places (of eight bytes) on the stack of a frame for which CPython gets 256 kB: half
#: of that, and a little, as it wants room for 1,000 more. Nothing is ever put there.
_PLACES = 128 * 1024 // 8 - 1000 + 8


def _call(function, *args):
    return function(*args)


#: Call a function with arguments, and return what it returns: frames of the calls below
#: have about 130 kB in one piece. To get that takes some microseconds.
call_in_one_chunk = type(_call)(
    _call.__code__.replace(co_stacksize=_PLACES, co_name="call_in_one_chunk"),
    globals(),
    "call_in_one_chunk",
)
