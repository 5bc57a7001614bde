"""Double entry: every amount leaves one account and enters another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """`amount` cents went from the account `credit` to the account `debit`."""

    debit: str
    credit: str
    amount: int


class Ledger:
    """All entries in order."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def post(self, debit: str, credit: str, amount: int) -> None:
        """Record an entry; amounts are positive."""
        if amount <= 0:
            raise ValueError(f"an entry of {amount} cents")
        self.entries.append(Entry(debit, credit, amount))

    def balance(self, account: str) -> int:
        """Give what an account holds: debits less credits."""
        debits = sum(entry.amount for entry in self.entries if entry.debit == account)
        return debits - sum(entry.amount for entry in self.entries if entry.credit == account)
