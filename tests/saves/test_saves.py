"""A person saves in every manner while it is worked; hundreds of saves are `scripts/prove saves`."""

from pathlib import Path

import pytest

from tests.saves.story import saved_often
from tests.scenarios.conftest import Shop


@pytest.mark.slow
def test_no_save_is_lost_doubled_or_undoes_what_is_done(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    try:
        assert saved_often(shop, 7) == []
    finally:
        shop.close()
