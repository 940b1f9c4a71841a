"""Brokers as tools/kafka starts them: the one that ctest's fixture `kafka` runs for everybody, or one of a test's own."""
import itertools
import os
import pathlib
import re
import subprocess

from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = os.environ["GUANXI_KAFKA_DIR"]
_numbers = itertools.count(1)


def kafka(*words):
    """tools/kafka; its exit code, standard output and standard error."""
    done = subprocess.run([ROOT / "tools/kafka", *map(str, words)], capture_output=True, text=True, timeout=240)
    return done.returncode, done.stdout, done.stderr


class Broker:
    """What tools/kafka's last line says about the instance in `folder`."""

    def __init__(self, folder, *options):
        self.folder, self.options = pathlib.Path(folder), options
        self.start()

    def start(self):
        code, said, log = kafka("start", "--dir", self.folder, *self.options)
        if code != 0:
            raise AssertionError(f"tools/kafka: exit {code}\n{said}{log}")
        fields = dict(re.findall(r"(\S+)=(\S+)", said))
        self.bootstrap, self.sasl, self.tls, self.sasl_tls = (fields.get(name) for name in ("bootstrap", "sasl", "tls", "sasl_tls"))
        self.pids = [int(pid) for pid in fields["pids"].split(",")]
        return self

    def stop(self):
        return kafka("stop", "--dir", self.folder)

    @property
    def password(self):
        return (self.folder / "password").read_text().strip()

    def admin(self):
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})

    def topic(self, test, partitions=1, **config):
        """A new topic that no other case uses; its name."""
        name = f"{test.id().rsplit('.', 1)[-1]}-{os.getpid()}-{next(_numbers)}"
        admin = self.admin()  # kept until it has answered
        for made in admin.create_topics([NewTopic(name, partitions, config=config)]).values():
            made.result(60)
        return name


def shared():
    """ctest's; started here when a test is run by hand."""
    return Broker(SHARED, "--port", "0", "--sasl", "--tls")
