#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""An EST server (RFC 7030) for tests, on a free port of 127.0.0.1 that it writes to FOLDER/port.

    est_server.py FOLDER CERT KEY [1.2|1.3]     CERT, KEY: of its TLS; and no other TLS than that

FOLDER/make-pki.sh and FOLDER/pki (tests/pki) issue. FOLDER/est.json says what it does, anew at each
request; FOLDER/est.log has a line of JSON for each. Keys of est.json, all of them optional:

    password    what alice@ or whoever asks must say (Basic); without it nobody is asked
    pend        answers 202 as long as the request was seen fewer times
    retry       the value of Retry-After
    issue       options of make-pki.sh issue
    instead     file whose request or public key is certified in place of the client's
    answer      [status, headers, body] for an enrollment, in place of all that
    flood, drip what an enrollment is answered with: 100 MB; a byte a second
    csrattrs    [status, body], cacerts too

simplereenroll wants a client certificate of that CA.
"""
import base64
import hashlib
import http.server
import json
import os
import ssl
import subprocess
import sys
import time

FOLDER = sys.argv[1]
CHAIN = "application/pkcs7-mime; smime-type=certs-only"
seen = {}


def certs_only(*files):
    command = ["openssl", "crl2pkcs7", "-nocrl", "-outform", "DER"]
    for name in files:
        command += ["-certfile", name]
    return base64.b64encode(subprocess.run(command, check=True, capture_output=True).stdout)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 120

    def log_message(self, *args):
        pass

    def say(self, status, body=b"", kind="text/plain", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if body:
            self.send_header("Content-Type", kind)
        if kind.startswith("application/"):
            self.send_header("Content-Transfer-Encoding", "base64")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin(self):
        with open(FOLDER + "/est.json") as file:
            self.does = json.load(file)
        shown = self.connection.getpeercert(True)
        self.shown = hashlib.sha256(shown).hexdigest() if shown else None
        with open(FOLDER + "/est.log", "a") as file:
            json.dump({"method": self.command, "path": self.path, "tls": self.connection.version(),
                       "cipher": self.connection.cipher()[0], "client": self.shown,
                       "password": "Authorization" in self.headers}, file)
            file.write("\n")
        return self.path.rsplit("/", 1)[1]

    def do_GET(self):
        what = self.begin()
        if what in self.does:
            status, body = self.does[what]
            kind = CHAIN if what == "cacerts" else "application/csrattrs"
            self.say(status, body.encode(), kind)
        elif what == "cacerts":
            self.say(200, certs_only(FOLDER + "/pki/ca/root/cert.pem", FOLDER + "/pki/ca/sub/cert.pem"), CHAIN)
        elif what == "csrattrs":
            self.say(204)
        else:
            self.say(404)

    def is_known(self):
        wanted = self.does.get("password")
        if wanted is None or self.shown:
            return True
        said = self.headers.get("Authorization", "")
        if not said.startswith("Basic "):
            return False
        return base64.b64decode(said[6:]).decode().split(":", 1)[1] == wanted

    def misbehave(self):
        self.send_response(200)
        self.send_header("Content-Type", CHAIN)
        if "flood" in self.does:
            self.end_headers()
            for _ in range(1000):
                self.wfile.write(b"A" * 100000)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(b"A")
            self.wfile.flush()
            time.sleep(1)

    def do_POST(self):
        what = self.begin()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if what not in ("simpleenroll", "simplereenroll") or self.headers["Content-Type"] != "application/pkcs10":
            self.say(404)
        elif "answer" in self.does:
            status, headers, text = self.does["answer"]
            self.say(status, text.encode(), headers=headers.items())
        elif "flood" in self.does or "drip" in self.does:
            self.misbehave()
        elif not self.is_known() or (what == "simplereenroll" and not self.shown):
            self.say(401, headers=[("WWW-Authenticate", 'Basic realm="est"')])
        else:
            self.enroll(base64.b64decode(body))

    def enroll(self, der):
        number = seen[der] = seen.get(der, 0) + 1
        if number <= self.does.get("pend", 0):
            self.say(202, headers=[("Retry-After", str(self.does.get("retry", 1)))])
            return
        work = FOLDER + "/user/est-"
        pem = subprocess.run(["openssl", "req", "-inform", "DER", "-verify", "-noout", "-out", work + "csr", "-outform", "PEM"],
                             input=der, capture_output=True)
        with open(work + "csr", "wb") as file:
            file.write(b"-----BEGIN CERTIFICATE REQUEST-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE REQUEST-----\n")
        done = subprocess.run([FOLDER + "/make-pki.sh", "issue", FOLDER + "/pki", self.does.get("instead", work + "csr"), work + "cert"]
                              + self.does.get("issue", "").split(), capture_output=True)
        if pem.returncode != 0 or done.returncode != 0:
            self.say(400, b"the request is none\n")
            return
        self.say(200, certs_only(work + "cert"), CHAIN)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
context.load_verify_locations(FOLDER + "/pki/ca/root/cert.pem")
context.load_verify_locations(FOLDER + "/pki/ca/sub/cert.pem")
context.verify_mode = ssl.CERT_OPTIONAL
if len(sys.argv) > 4:
    context.minimum_version = context.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[sys.argv[4]]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass

    def finish_request(self, request, client_address):
        request.settimeout(120)
        with context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


server = Server(("127.0.0.1", 0), Handler)
with open(FOLDER + "/port.new", "w") as port_file:
    port_file.write(str(server.server_address[1]))
os.rename(FOLDER + "/port.new", FOLDER + "/port")
server.serve_forever()
