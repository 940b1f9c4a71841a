#!/usr/bin/env python3
"""Figures of the Online Retail file, computed straight from it: an oracle that shares nothing with the engine.

Prints JSON: accounts, orders, credit notes, net revenue per account and month in exact decimals, and the
concentration of net revenue over the whole file (population Gini, share of the top 20%, HHI, accounts for 80%).

    retail_oracle.py online_retail.csv.gz [--as-of 2011-06-30] [--summary]

Standard library only.
"""
import argparse
import csv
import gzip
import json
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction


def open_text(path):
    if path.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return open(path, encoding="utf-8-sig", newline="")


def is_number(text):
    return text.isascii() and text.isdigit()


def customer_lines(path):
    """(account, invoice, time, signed amount) of each row that counts as a line."""
    with open_text(path) as file:
        for row in csv.DictReader(file):
            account = row["CustomerID"].removesuffix(".0")
            quantity, price = Decimal(row["Quantity"]), Decimal(row["UnitPrice"])
            credit = row["InvoiceNo"].startswith("C")
            if not account or price < 0 or not is_number(row["InvoiceNo"].removeprefix("C")):
                continue
            if quantity == 0 or (quantity < 0) != credit:
                continue
            yield account, row["InvoiceNo"], row["InvoiceDate"], quantity * price


def gini(values):
    """Population form over all values, ascending: sum((2i - n - 1) x_i) / (n * sum(x))."""
    ordered, n = sorted(values), len(values)
    total = sum(ordered)
    return sum((2 * i - n - 1) * x for i, x in enumerate(ordered, 1)) / (n * total) if total else Fraction(0)


def concentration(values):
    """Over the accounts with net revenue above zero; the others are counted beside."""
    positive = sorted((Fraction(v) for v in values if v > 0), reverse=True)
    total, n = sum(positive), len(positive)
    top = max(1, n // 5) if n else 0
    running, needed = Fraction(0), 0
    while running * 5 < total * 4:
        running += positive[needed]
        needed += 1
    return {
        "accounts_positive": n,
        "accounts_not_positive": sum(1 for v in values if v <= 0),
        "total": decimal(total),
        "gini": float(gini(positive)),
        "top_20_percent_accounts": top,
        "share_of_top_20_percent": float(sum(positive[:top]) / total) if total else 0.0,
        "hhi": float(10000 * sum((x / total) ** 2 for x in positive)) if total else 0.0,
        "accounts_for_80_percent": needed,
    }


def decimal(value):
    """A fraction of micro-units as decimal text, exactly."""
    micros = Fraction(value) * 1_000_000
    assert micros.denominator == 1
    return format((Decimal(micros.numerator) / 1_000_000).normalize(), "f")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--as-of", default="9999-12-31", help="last day that counts")
    parser.add_argument("--summary", action="store_true", help="without the accounts' months")
    arguments = parser.parse_args()

    orders, notes = set(), set()
    months = defaultdict(lambda: defaultdict(Decimal))
    for account, invoice, time, amount in customer_lines(arguments.file):
        if time[:10] > arguments.as_of:
            continue
        (notes if invoice.startswith("C") else orders).add((account, invoice, time))
        months[account][time[:7]] += amount
    net = {account: sum(by_month.values()) for account, by_month in months.items()}
    result = {
        "accounts": len(months),
        "orders": len(orders),
        "credit_notes": len(notes),
        "net_revenue": decimal(Fraction(sum(net.values()))),
        "concentration": concentration(list(net.values())),
    }
    if not arguments.summary:
        result["net_revenue_by_account"] = {a: decimal(v) for a, v in sorted(net.items())}
        result["net_revenue_by_account_and_month"] = {
            a: {m: decimal(v) for m, v in sorted(by_month.items())} for a, by_month in sorted(months.items())
        }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
