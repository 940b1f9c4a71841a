"""Who may talk to a daemon that has certificates."""
import subprocess
import unittest

import grpc

from harness import Daemon, DaemonCase, Refused
from wire import SECONDS, Wire, order, refusal


class Authority:
    """Signs certificates for a test."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.openssl("req", "-x509", *self.new_key(name), "-subj", f"/CN={name}", "-days", "2", "-out", self.path(f"{name}.pem"))

    def path(self, file):
        return self.folder / file

    def new_key(self, name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.path(f"{name}.key"))

    def openssl(self, *words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=60)

    def sign(self, name):
        """(certificate, key) files for localhost."""
        request, extensions, certificate = self.path(f"{name}.csr"), self.path(f"{name}.ext"), self.path(f"{name}.pem")
        self.openssl("req", *self.new_key(name), "-subj", f"/CN={name}", "-out", request)
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self.openssl("x509", "-req", "-in", request, "-CA", self.path(f"{self.name}.pem"), "-CAkey", self.path(f"{self.name}.key"),
                     "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate)
        return certificate, self.path(f"{name}.key")

    @property
    def certificate(self):
        return self.path(f"{self.name}.pem")


class Tls(DaemonCase):
    def setUp(self):
        super().setUp()
        self.daemon.kill()
        self.authority = Authority(self.folder, "authority")
        certificate, key = self.authority.sign("server")
        self.options = ("--clock", "events", "--tls-cert", str(certificate), "--tls-key", str(key))

    def start(self, *options, address="localhost:0"):
        self.daemon = Daemon(self.folder / "data", *self.options, *options)
        self.daemon.address = address
        self.daemon.start()
        return self.daemon

    def test_a_key_of_another_certificate_is_named_at_the_start(self):
        other = self.authority.sign("other")
        self.options = (*self.options[:-1], str(other[1]))
        with self.assertRaises(Refused) as refused:
            self.start()
        self.assertIn("other.key is not the key of the certificate", refused.exception.text)

    def test_a_folder_is_no_certificate(self):
        self.options = (*self.options[:-1], str(self.folder))
        with self.assertRaises(Refused) as refused:
            self.start()
        self.assertEqual(refused.exception.code, 1)
        self.assertIn("is a directory", refused.exception.text)

    def try_append(self, credentials):
        wire = Wire("localhost:" + self.daemon.grpc.rpartition(":")[2], credentials)
        self.addCleanup(wire.close)
        return wire.append(order("ACME", "one", "2024-03-01"))

    def credentials(self, authority=None, client=None):
        certificate, key = client or (None, None)
        return grpc.ssl_channel_credentials((authority or self.authority).certificate.read_bytes(), key and key.read_bytes(),
                                            certificate and certificate.read_bytes())

    def assert_unreachable(self, credentials):
        self.assertEqual(refusal(self.try_append, credentials).code, grpc.StatusCode.UNAVAILABLE)

    def test_a_server_with_a_certificate_takes_tls_only(self):
        self.start()
        self.assert_unreachable(None)
        self.assert_unreachable(self.credentials(Authority(self.folder, "stranger")))
        self.assertEqual(self.try_append(self.credentials()).results[0].account_version, 1)

    def test_a_server_with_an_authority_for_clients_takes_only_theirs(self):
        self.start("--tls-client-ca", str(self.authority.certificate))
        self.assert_unreachable(None)
        self.assert_unreachable(self.credentials())
        self.assert_unreachable(self.credentials(client=Authority(self.folder, "stranger").sign("intruder")))
        self.assertEqual(self.try_append(self.credentials(client=self.authority.sign("client"))).results[0].account_version, 1)

    def test_with_a_certificate_an_address_of_the_network_may_be_listened_at(self):
        self.start(address="0.0.0.0:0")
        self.assertEqual(self.try_append(self.credentials()).results[0].account_version, 1)

    def test_a_certificate_that_is_none_is_named_at_the_start(self):
        (self.folder / "server.pem").write_text("no certificate")
        with self.assertRaises(Refused) as refused:
            self.start()
        self.assertEqual(refused.exception.code, 1)
        (self.folder / "server.pem").unlink()
        with self.assertRaises(Refused) as refused:
            self.start()
        self.assertIn("server.pem", refused.exception.text)


if __name__ == "__main__":
    unittest.main()
