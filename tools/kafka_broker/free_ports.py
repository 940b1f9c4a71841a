"""Prints a port from which on COUNT ports of the loopback address are free. Below those that the kernel gives to outgoing connections."""
import random
import socket
import sys


def free(port):
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def main(count):
    for _ in range(1000):
        first = random.randrange(20000, 32000 - count)
        if all(free(port) for port in range(first, first + count)):
            return first
    sys.exit(f"no {count} neighbouring ports are free")


if __name__ == "__main__":
    print(main(int(sys.argv[1])))
