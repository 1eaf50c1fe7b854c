# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import resource
import sys

from odoo.tests import BaseCase

from ..tools.stack_chunk import call_in_one_chunk

#: Frames by which the stack of CPython gets no deeper than by two of its chunks.
DEPTHS = 260
#: Turns of a loop that calls something.
TURNS = 200


class TestStackChunk(BaseCase):
    def test_it_calls(self):
        self.assertEqual(call_in_one_chunk(divmod, 7, 2), (3, 1))
        with self.assertRaises(ZeroDivisionError):
            call_in_one_chunk(divmod, 7, 0)

    def test_no_loop_gets_memory_in_each_turn(self):
        def count_faults(depth, call):
            if depth:
                return count_faults(depth - 1, call)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            call(loop, 5)
            return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

        def loop(depth):
            if depth:
                return loop(depth - 1)
            return [len(one) for one in map(make, range(TURNS))]

        def make(_turn):
            return inner()

        def inner():
            return ()

        def call_plainly(function, *args):
            return function(*args)

        most = max(count_faults(n, call_in_one_chunk) for n in range(DEPTHS))
        self.assertLess(most, TURNS / 2)
        if sys.version_info[:2] == (3, 11):
            # The test finds what it is about
            most = max(count_faults(n, call_plainly) for n in range(DEPTHS))
            self.assertGreaterEqual(most, TURNS / 2)
