#!/usr/bin/env python3
"""Makes the grpcurl calls of a page, as grpcurl does: by reflection alone, with nothing generated. Prints each answer's JSON on a line.

  readme_calls.py PAGE HOST:PORT
"""
import json
import pathlib
import shlex
import sys

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


def calls_of(page):
    """(service, method, request) of each `grpcurl -plaintext -d REQUEST ADDRESS SERVICE/METHOD`."""
    for command in page.replace("\\\n", " ").split("grpcurl ")[1:]:
        words = shlex.split(command.split("\n```")[0].split("\ngrpcurl")[0])
        if "-d" in words:
            at = words.index("-d")
            service, method = words[at + 3].split("/")
            yield service, method, json.loads(words[at + 1])


def main(page, address):
    channel = grpc.insecure_channel(address)
    pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    pool.FindMessageTypeByName("guanxi.event.v1.OrderPlaced")
    for service, method, request in calls_of(pathlib.Path(page).read_text()):
        described = pool.FindServiceByName(service).FindMethodByName(method)
        message = json_format.ParseDict(request, message_factory.GetMessageClass(described.input_type)(), descriptor_pool=pool)
        answer_class = message_factory.GetMessageClass(described.output_type)
        call = channel.unary_unary(f"/{service}/{method}", request_serializer=lambda m: m.SerializeToString(), response_deserializer=answer_class.FromString)
        answer = json_format.MessageToDict(call(message, timeout=10), descriptor_pool=pool)
        print(json.dumps({"method": method, "answer": answer}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
