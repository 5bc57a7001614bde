"""What people look at cannot be written: work goes on, it is said, and made good once it can."""

import pytest

from tests.scenarios.conftest import Shop


@pytest.mark.slow
def test_a_board_that_cannot_be_written_keeps_no_task_from_being_done(shop: Shop) -> None:
    shop.queue("q", "A")
    shop.commit()
    (shop.state / "board.md" / "in the way").mkdir(parents=True)
    answer = shop.run()
    assert (answer.code, len(shop.events("task.completed"))) == (0, 1)
    assert "cannot write" in answer.err
    assert "Traceback" not in answer.err
    (shop.state / "board.md" / "in the way").rmdir()
    (shop.state / "board.md").rmdir()
    assert shop.run().code == 0
    assert "`A` make A" in (shop.state / "board.md").read_text()
    assert shop.saved("q")["by_id"]["A"]["status"] == "completed"
