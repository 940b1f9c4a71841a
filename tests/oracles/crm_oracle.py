#!/usr/bin/env python3
"""Figures of the CRM folder, computed straight from its files: an oracle that shares nothing with the engine.

Prints JSON: accounts, opportunities, won, lost, win rate and won amount in total, by agent (with manager and
regional office) and by account; what is skipped and why; the concentration of won amounts.

    crm_oracle.py DIRECTORY

Standard library only.
"""
import csv
import json
import os
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction

from retail_oracle import concentration


def rows(directory, name):
    with open(os.path.join(directory, name), encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def rate(won, lost):
    return float(Fraction(won, won + lost)) if won + lost else None


class Score:
    def __init__(self):
        self.opportunities, self.won, self.lost, self.amount = 0, 0, 0, Decimal(0)

    def add(self, row):
        self.opportunities += 1
        self.won += row["deal_stage"] == "Won"
        self.lost += row["deal_stage"] == "Lost"
        if row["deal_stage"] == "Won":
            self.amount += Decimal(row["close_value"])

    def json(self):
        return {
            "opportunities": self.opportunities,
            "won": self.won,
            "lost": self.lost,
            "open": self.opportunities - self.won - self.lost,
            "win_rate": rate(self.won, self.lost),
            "won_amount": format(self.amount, "f"),
        }


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    directory = sys.argv[1]
    accounts = {row["account"]: row for row in rows(directory, "accounts.csv")}
    teams = {row["sales_agent"]: row for row in rows(directory, "sales_teams.csv")}
    total, by_agent, by_account = Score(), defaultdict(Score), defaultdict(Score)
    skipped, corrected = Counter(), Counter()
    for row in rows(directory, "sales_pipeline.csv"):
        skipped["without_account"] += not row["account"]
        skipped["without_engage_date"] += not row["engage_date"]
        skipped["rows"] += not row["account"] or not row["engage_date"]
        corrected["GTXPro"] += row["product"] == "GTXPro"
        if not row["account"] or not row["engage_date"]:
            continue
        for score in (total, by_agent[row["sales_agent"]], by_account[row["account"]]):
            score.add(row)
    print(json.dumps({
        "accounts": len(accounts),
        "subsidiaries": sum(1 for a in accounts.values() if a["subsidiary_of"]),
        "total": total.json(),
        "skipped": dict(skipped),
        "corrected": dict(corrected),
        "by_agent": {
            agent: {**score.json(), "manager": teams[agent]["manager"], "regional_office": teams[agent]["regional_office"]}
            for agent, score in sorted(by_agent.items())
        },
        "by_account": {account: score.json() for account, score in sorted(by_account.items())},
        "concentration_of_won_amount": concentration([score.amount for score in by_account.values()]),
    }, indent=1))


if __name__ == "__main__":
    main()
