#!/usr/bin/env python3
"""Appends an order, waits until the answer has seen it, and reads the account.

    pip install grpcio==1.62.3 grpcio-tools==1.62.3
    python3 examples/python/append_wait_read.py 127.0.0.1:7400

The stubs are made from proto/ on the way; a program of your own would make them once:
    python3 -m grpc_tools.protoc -I proto --python_out=stubs --grpc_python_out=stubs $(cd proto && find guanxi -name '*.proto')
"""
import pathlib
import sys
import tempfile
import time
import uuid

import grpc
import grpc_tools
from grpc_tools import protoc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def make_stubs(folder):
    files = [str(file.relative_to(PROTO)) for file in PROTO.glob("guanxi/**/*.proto")]
    google = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    assert protoc.main(["protoc", f"-I{PROTO}", f"-I{google}", f"--python_out={folder}", f"--grpc_python_out={folder}", *files]) == 0
    sys.path.insert(0, folder)


def main(address):
    from guanxi.event.v1 import trade_pb2
    from guanxi.v1 import account_service_pb2, account_service_pb2_grpc, common_pb2, event_service_pb2, event_service_pb2_grpc

    channel = grpc.insecure_channel(address)
    events = event_service_pb2_grpc.EventServiceStub(channel)
    accounts = account_service_pb2_grpc.AccountServiceStub(channel)

    order_id = str(uuid.uuid4())

    # An event: who it is about, who says so, its id there, when it happened, what happened.
    order = trade_pb2.OrderPlaced(order_id=order_id, currency_code="EUR")
    order.lines.add(product="pump", quantity_micros=6_000_000, unit_price_micros=2_550_000)
    event = event_service_pb2.NewEvent(id=order_id, source="/examples/python", account_id="PYTHON-EXAMPLE")
    event.occurred_at.FromSeconds(int(time.time()) - 60)
    event.data.Pack(order)

    # Appending is safe to repeat: the same id with the same body is acknowledged again, as a duplicate.
    for _ in range(2):
        answer = events.Append(event_service_pb2.AppendRequest(events=[event]), timeout=10)
        result = answer.results[0]
        print(f"{'duplicate' if result.duplicate else 'appended'} at {result.position.partition}:{result.position.position}")

    # The token makes the read at least as fresh as the write, whichever process answers.
    fresh = common_pb2.Consistency(at_least_as_fresh=answer.written_at)
    request = account_service_pb2.GetAccountRequest(consistency=fresh)
    request.account.account_id = "PYTHON-EXAMPLE"
    account = accounts.GetAccount(request, timeout=10).account
    print(f"{account.account_id}: {account.counts.orders} order(s), tier {account.computed_tier}, net {account.totals[0].net_revenue_total_micros} micro-EUR")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as stubs:
        make_stubs(stubs)
        main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:7400")
