"""gRPC as a client of another language speaks it: stubs made from proto/, refusals read from the status' details.

Runs in the environment that tools/python_tools makes (build/venv).
"""
import atexit
import datetime
import pathlib
import shutil
import sys
import tempfile
import types

import grpc
import grpc_tools
from grpc_tools import protoc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def _make_stubs():
    folder = tempfile.mkdtemp(prefix="guanxi-stubs-")
    atexit.register(shutil.rmtree, folder)
    files = [str(file.relative_to(PROTO)) for file in sorted(PROTO.glob("g*/**/*.proto"))]
    google = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    assert protoc.main(["protoc", f"-I{PROTO}", f"-I{google}", f"--python_out={folder}", f"--grpc_python_out={folder}", *files]) == 0
    sys.path.insert(0, folder)


_make_stubs()
from google.protobuf import timestamp_pb2  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from guanxi.event.v1 import account_pb2, contact_pb2, relationship_pb2, trade_pb2  # noqa: E402
from guanxi.v1 import (account_service_pb2, account_service_pb2_grpc, admin_service_pb2, admin_service_pb2_grpc, audit_service_pb2,  # noqa: E402
                       audit_service_pb2_grpc, event_service_pb2, event_service_pb2_grpc, policy_service_pb2, policy_service_pb2_grpc,
                       portfolio_service_pb2, portfolio_service_pb2_grpc)

SECONDS = 30  # of a call: none hangs a test


class Wire:
    """A channel and the services on it: wire.events.Append(...)."""

    def __init__(self, address, credentials=None):
        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        self.channel = grpc.secure_channel(address, credentials, options) if credentials else grpc.insecure_channel(address, options)
        self.events = event_service_pb2_grpc.EventServiceStub(self.channel)
        self.accounts = account_service_pb2_grpc.AccountServiceStub(self.channel)
        self.policies = policy_service_pb2_grpc.PolicyServiceStub(self.channel)
        self.portfolio = portfolio_service_pb2_grpc.PortfolioServiceStub(self.channel)
        self.audit = audit_service_pb2_grpc.AuditServiceStub(self.channel)
        self.admin = admin_service_pb2_grpc.AdminServiceStub(self.channel)

    def close(self):
        self.channel.close()

    def append(self, *events, **options):
        return self.events.Append(event_service_pb2.AppendRequest(events=events, **options), timeout=SECONDS)

    def account(self, name, **options):
        selector = account_service_pb2.AccountSelector(account_id=name)
        return self.accounts.GetAccount(account_service_pb2.GetAccountRequest(account=selector, **options), timeout=SECONDS).account

    def partitions(self):
        return self.admin.ListPartitions(admin_service_pb2.ListPartitionsRequest(), timeout=SECONDS).partitions


def instant(text):
    at = timestamp_pb2.Timestamp()
    at.FromJsonString(text if "T" in text else text + "T00:00:00Z")
    return at


def in_hours(hours):
    at = timestamp_pb2.Timestamp()
    at.FromDatetime(datetime.datetime.utcnow() + datetime.timedelta(hours=hours))
    return at


def event(account, name, at, data, source="/wire"):
    made = event_service_pb2.NewEvent(id=name, source=source, account_id=account, occurred_at=at if not isinstance(at, str) else instant(at))
    made.data.Pack(data)
    return made


def order(account, name, at, units=1):
    """An order of so many whole EUR."""
    line = trade_pb2.OrderLine(product="pump", quantity_micros=1_000_000, unit_price_micros=units * 1_000_000)
    return event(account, name, at, trade_pb2.OrderPlaced(order_id=name, currency_code="EUR", lines=[line]))


def opened(account, name=""):
    return event(account, "open", "2023-01-01", account_pb2.AccountOpened(name=name or account, currency_code="EUR"))


def refusal(call, *arguments, **named):
    """(reason, metadata, code) of a call that must fail; reason is None when the status carries none of ours."""
    try:
        call(*arguments, **named)
    except grpc.RpcError as error:
        return refusal_of(error)
    raise AssertionError("the call was not refused")


def refusal_of(error):
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        for detail in status_pb2.Status.FromString(value).details:
            info = error_details_pb2.ErrorInfo()
            if detail.Unpack(info):
                return types.SimpleNamespace(reason=info.reason, metadata=dict(info.metadata), code=error.code())
    return types.SimpleNamespace(reason=None, metadata={}, code=error.code())
