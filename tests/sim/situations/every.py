"""The situations by name."""

from tests.sim.situations.board import draw_board
from tests.sim.situations.launch import draw_launch
from tests.sim.situations.playing import Draw
from tests.sim.situations.recovery import draw_recovery
from tests.sim.situations.tiers import draw_tiers
from tests.sim.situations.tracks import draw_tracks

SITUATIONS: dict[str, Draw] = {
    "tracks": draw_tracks,
    "tiers": draw_tiers,
    "recovery": draw_recovery,
    "launch": draw_launch,
    "board": draw_board,
}
