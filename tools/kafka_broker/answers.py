"""Does a Kafka broker answer at HOST:PORT? Asks for the versions it speaks (ApiVersions 0) and reads the answer. Exit 0: it does."""
import socket
import struct
import sys

CORRELATION = 7
REQUEST = struct.pack(">hhih", 18, 0, CORRELATION, -1)


def main(address):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=60) as broker:
        broker.sendall(struct.pack(">i", len(REQUEST)) + REQUEST)
        head = broker.makefile("rb").read(10)
    _, correlation, error = struct.unpack(">iih", head)
    return 0 if (correlation, error) == (CORRELATION, 0) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except (OSError, struct.error) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
