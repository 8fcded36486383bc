#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Plays AD CS's web services for tests: MS-XCEP at /CEP, MS-WSTEP at /CES, over HTTPS with Negotiate.

server.py FOLDER: listens on a free port of 127.0.0.1, which it writes to FOLDER/port. FOLDER/tls.pem has
the key and the certificate. What it does stands in FOLDER/mode-policy and FOLDER/mode-enroll; each message
is kept as FOLDER/messages/N.xml, and who asked, and how, in FOLDER/asked. FOLDER/make-pki.sh issues.
"""
import base64, hashlib, http.server, os, re, ssl, subprocess, sys, threading, traceback

import gssapi
import gssapi.raw

F = sys.argv[1]
POLICY = "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy"
ENROLL = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment"
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
gssapi.SecurityContext.__DEFER_STEP_ERRORS__ = False
BOUND = 2048  # GSS_C_CHANNEL_BOUND_FLAG
lock = threading.Lock()


def read(name):
    with open(os.path.join(F, name)) as f:
        return f.read()


def write(name, text, how="w"):
    with open(os.path.join(F, name), how) as f:
        f.write(text)


def envelope(body):
    return f'<s:Envelope xmlns:s="{SOAP}" xmlns:i="{XSI}"><s:Header/><s:Body>{body}</s:Body></s:Envelope>'


def fault(who, text, invalid):
    detail = f'<s:Detail><CertificateEnrollmentWSDetail xmlns="{ENROLL}"><InvalidRequest>{invalid}</InvalidRequest></CertificateEnrollmentWSDetail></s:Detail>'
    return envelope(f'<s:Fault><s:Code><s:Value>s:{who}</s:Value></s:Code><s:Reason><s:Text xml:lang="en-US">{text}</s:Text></s:Reason>{detail}</s:Fault>')


def template(name, oid, enroll="true", bits=256, key_flags=0, supersedes="", enrollment=0x120,
             renewal=3628800, major=100, auto="true"):
    older = f"<supersededPolicies><commonName>{supersedes}</commonName></supersededPolicies>" if supersedes else '<supersededPolicies i:nil="true"/>'
    return f"""<policy><policyOIDReference>{oid}</policyOIDReference><cAs><cAReference>0</cAReference></cAs><attributes>
<commonName>{name}</commonName><policySchema>2</policySchema>
<certificateValidity><validityPeriodSeconds>31536000</validityPeriodSeconds><renewalPeriodSeconds>{renewal}</renewalPeriodSeconds></certificateValidity>
<permission><enroll>{enroll}</enroll><autoEnroll>{auto}</autoEnroll></permission>
<privateKeyAttributes><minimalKeyLength>{bits}</minimalKeyLength><keySpec i:nil="true"/></privateKeyAttributes>
<revision><majorRevision>{major}</majorRevision><minorRevision>4</minorRevision></revision>{older}
<privateKeyFlags>{key_flags}</privateKeyFlags><subjectNameFlags>-2113929216</subjectNameFlags><enrollmentFlags>{enrollment}</enrollmentFlags>
</attributes></policy>"""


def uri(authentication, where, priority, renewal="false"):
    return f"<cAURI><clientAuthentication>{authentication}</clientAuthentication><uri>{where}</uri><priority>{priority}</priority><renewalOnly>{renewal}</renewalOnly></cAURI>"


def policies(mode, wishes):
    here = "https://localhost:" + read("port").strip()
    ces = {"plain-http": here.replace("https", "http") + "/CES"}.get(mode, here + "/CES")
    uris = uri(4, here + "/wrong", 1) + uri(2, here + "/wrong", 1, "true") + uri(2, here + "/wrong", 9) + uri(2, ces, 3)
    if mode == "no-address":
        uris = uri(4, here + "/wrong", 1)
    options = {"denied": {"enroll": "false"}, "attest": {"key_flags": 0x2000}, "large-key": {"bits": 8192}}.get(mode, {})
    other = {"enrollment": 2}
    if mode == "offer":  # of the first NAME=VALUE, of the other one other:NAME=VALUE
        for wish in wishes:
            name, value = wish.split("=")
            (other if name.startswith("other:") else options)[name.removeprefix("other:")] = value
    answer = template("VscLogon", 1, **{"supersedes": "OldLogon", **options}) + template("Other", 2, **other)
    if mode == "other":
        answer = template("Other", 2)
    oids = "".join(f"<oID><value>1.3.6.1.4.1.311.21.8.1.{i}</value><group>9</group><oIDReferenceID>{i}</oIDReferenceID><defaultName>x</defaultName></oID>" for i in (1, 2))
    return envelope(f"""<GetPoliciesResponse xmlns="{POLICY}"><response><policyID>p</policyID><nextUpdateHours>8</nextUpdateHours><policies>{answer}</policies></response>
<cAs><cA><uris>{uris}</uris><certificate/><enrollPermission>true</enrollPermission><cAReferenceID>0</cAReferenceID></cA></cAs><oIDs>{oids}</oIDs></GetPoliciesResponse>""")


def response(inside, disposition, number):
    return envelope(f'<RequestSecurityTokenResponseCollection xmlns="{TRUST}"><RequestSecurityTokenResponse><TokenType>x</TokenType>'
                    f'<DispositionMessage xml:lang="en-US" xmlns="{ENROLL}">{disposition}</DispositionMessage>{inside}'
                    f'<RequestID xmlns="{ENROLL}">{number}</RequestID></RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>')


def token(kind, der):
    text = base64.encodebytes(der).decode().replace("\n", "&#xD;\n")
    return f'<BinarySecurityToken ValueType="{kind}" EncodingType="{WSSE}#base64binary" xmlns="{WSSE}">{text}</BinarySecurityToken>'


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


def issue(request, options):
    work = os.path.join(F, "user")
    subprocess.run([F + "/make-pki.sh", "issue", F + "/pki", request, work + "/cert", *options], check=True, capture_output=True)
    der = openssl("x509", "-in", work + "/cert", "-outform", "DER")
    bag = openssl("crl2pkcs7", "-nocrl", "-certfile", work + "/cert", "-certfile", F + "/pki/ca/sub/cert.pem", "-outform", "DER")
    inside = token(ENROLL + "#PKCS7", bag) + "<RequestedSecurityToken>" + token("x#X509v3", der) + "</RequestedSecurityToken>"
    return response(inside, "Issued", 42)


def pending(where):
    reference = f'<SecurityTokenReference xmlns="{WSSE}"><Reference URI="{where}"/></SecurityTokenReference>'
    return response(f"<RequestedSecurityToken>{reference}</RequestedSecurityToken>", "Taken Under Submission", 42)


def keep_request(text):
    found = re.search(r"#base64binary\">([^<]+)<", text)
    if found is None:
        return
    der = base64.b64decode(found[1])
    with open(F + "/user/csr.der", "wb") as f:
        f.write(der)
    openssl("req", "-inform", "DER", "-in", F + "/user/csr.der", "-out", F + "/user/csr")
    if not os.path.exists(F + "/user/first"):
        openssl("req", "-inform", "DER", "-in", F + "/user/csr.der", "-out", F + "/user/first")


def enroll(mode, options, text):
    here = "https://localhost:" + read("port").strip() + "/CES"
    keep_request(text)
    if mode == "issue":
        return issue(F + "/user/csr", options)
    if mode == "older":
        return issue(F + "/user/first", options)
    if mode == "pending":
        return pending(options[0] if options else here)
    if mode == "number":
        return response("", "Taken Under Submission", options[0])
    return None


HOSTILE = {
    "dtd": f'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>',
    "entities": f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
                f'<s:Envelope xmlns:s="{SOAP}"><s:Body>&b;&c;</s:Body></s:Envelope>',
    "text": "<html>It works!</html>",
    "empty": envelope(""),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, headers=()):
        body = body.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def flood(self, headers):
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"A" * 1000000)

    def accept(self, mode):
        """Who asks, and our proof; None where it is refused."""
        start = b"tls-server-end-point:"
        binding = b"elsewhere" if mode == "elsewhere" else hashlib.sha256(self.server.leaf).digest()
        try:
            context = gssapi.SecurityContext(usage="accept", channel_bindings=gssapi.raw.ChannelBindings(application_data=start + binding))
            proof = context.step(base64.b64decode(self.headers["Authorization"].split()[1]))
            who, flags = context.initiator_name, int(context.actual_flags)
        except gssapi.exceptions.GSSError as error:
            write("asked", f"refused: {error}\n", "a")
            return None
        write("asked", f"{self.path} {who} bound={flags & BOUND != 0} delegated={flags & 1}\n", "a")
        return base64.b64encode(proof or b"").decode()

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        with lock:
            self.act(text)

    def act(self, text):
        mode, *options = read("mode-policy" if self.path == "/CEP" else "mode-enroll").split()
        if mode == "redirect-first":
            return self.answer(302, "", [("Location", options[0])])
        if "Authorization" not in self.headers:
            return self.answer(401, "", [("WWW-Authenticate", "Negotiate")])
        proof = self.accept(mode)
        if proof is None:
            return self.answer(401, "", [("WWW-Authenticate", "Negotiate")])
        headers = [("WWW-Authenticate", "Negotiate " + proof)] if mode != "unproven" else []
        write(f"messages/{len(os.listdir(F + '/messages'))}.xml", text)
        if mode == "redirect":
            return self.answer(307, "", headers + [("Location", options[0])])
        if mode == "flood":
            return self.flood(headers)
        if mode == "status":
            return self.answer(int(options[0]), "", headers)
        if mode == "fault":
            return self.answer(500, fault(options[0], " ".join(options[2:]), options[1]), headers)
        if self.path not in ("/CEP", "/CES"):
            return self.answer(404, "", headers)
        body = HOSTILE.get(mode) or (policies(mode, options) if self.path == "/CEP" else enroll(mode, options, text))
        return self.answer(200, body, headers)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()


server = Server(("127.0.0.1", 0), Handler)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(F + "/tls.pem")
server.leaf = ssl.PEM_cert_to_DER_cert(re.search(r"-----BEGIN CERT.*?-----END CERTIFICATE-----", read("tls.pem"), re.S)[0])
server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
write("port.new", str(server.server_address[1]) + "\n")
os.rename(F + "/port.new", F + "/port")
server.serve_forever()
