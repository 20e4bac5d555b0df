"""A real pytest suite of 25 tests that take a while and talk. FAILS=1 makes one of them fail."""
import os
import time

import pytest


@pytest.mark.parametrize("order", range(25))
def test_checkout(order):
    time.sleep(0.04)
    print("an order that is accepted " * 20)
    assert not (order == 13 and os.environ.get("FAILS") == "1")
