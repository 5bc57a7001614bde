"""WHAT NEXT: every choice the product makes, as pure functions of the world, the time and the seat. Never waits."""
