#!/usr/bin/env python3
"""Frequency, recency and T of each CDNOW customer, computed straight from the purchases.

Prints JSON. Unique purchase days up to the cutoff count: frequency = days after the first, recency = first to
last, T = first to cutoff, in weeks of 7 days. With --summary the customers are compared with the published
table, which names them by their number in the sample; a mismatch ends the program with 1.

    cdnow_oracle.py CDNOW_sample.txt [--cutoff 1997-09-30] [--summary cdnow_customers_summary.csv]

Standard library only.
"""
import argparse
import csv
import datetime
import json
import sys
from collections import defaultdict

TOLERANCE = 0.006  # the published table has two decimals


def purchase_days(path, cutoff):
    """account -> (number in the sample or None, set of days)."""
    days, sample_ids = defaultdict(set), {}
    with open(path, encoding="ascii") as file:
        for line in file:
            fields = line.split()
            if not fields or fields[0] == "customer_id":
                continue
            account, date = fields[0], fields[-3]
            sample_ids[account] = int(fields[1]) if len(fields) == 5 else None
            day = datetime.date(int(date[:4]), int(date[4:6]), int(date[6:]))
            if day <= cutoff:
                days[account].add(day)
    return sample_ids, days


def statistics(days, cutoff):
    first, last = min(days), max(days)
    return {
        "frequency": len(days) - 1,
        "recency_days": (last - first).days,
        "T_days": (cutoff - first).days,
        "recency": round((last - first).days / 7, 6),
        "T": round((cutoff - first).days / 7, 6),
    }


def compare(path, by_sample_id):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    mismatches = []
    for row in rows:
        ours = by_sample_id.get(int(row["ID"]))
        same = ours is not None and ours["frequency"] == int(row["frequency"]) and all(
            abs(ours[key] - float(row[key])) <= TOLERANCE for key in ("recency", "T"))
        if not same:
            mismatches.append({"published": row, "computed": ours})
    return {"rows": len(rows), "equal": len(rows) - len(mismatches), "mismatches": mismatches}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--cutoff", type=datetime.date.fromisoformat, default=datetime.date(1997, 9, 30))
    parser.add_argument("--summary")
    arguments = parser.parse_args()

    sample_ids, days = purchase_days(arguments.file, arguments.cutoff)
    customers = {account: statistics(of, arguments.cutoff) for account, of in sorted(days.items())}
    result = {
        "cutoff": arguments.cutoff.isoformat(),
        "customers": len(customers),
        "repeat_purchases": sum(c["frequency"] for c in customers.values()),
        "without_repeat": sum(1 for c in customers.values() if c["frequency"] == 0),
    }
    if arguments.summary:
        result["published"] = compare(arguments.summary, {sample_ids[a]: c for a, c in customers.items()})
    result["by_account"] = {a: {**c, "sample_id": sample_ids[a]} for a, c in customers.items()}
    print(json.dumps(result, indent=1))
    if result.get("published", {}).get("mismatches"):
        sys.exit(1)


if __name__ == "__main__":
    main()
