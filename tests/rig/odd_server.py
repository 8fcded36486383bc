# SPDX-License-Identifier: BSD-2-Clause
"""A server that is no CMP server, or TLS before one, for tests/slow/enroll-cmp.sh.

odd_server.py PORTFILE hang|garbage|flood|error|redirect
odd_server.py PORTFILE tls CERT KEY PORT    TLS before the server at PORT
"""
import socket
import ssl
import sys
import threading

HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: application/pkixcmp\r\n"


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def relay(connection, context, port):
    try:
        client = context.wrap_socket(connection, server_side=True)
        server = socket.create_connection(("127.0.0.1", port))
    except OSError:
        return
    threading.Thread(target=copy, args=(server, client), daemon=True).start()
    copy(client, server)


def answer(connection, mode):
    try:
        connection.recv(65536)
        if mode == "hang":
            connection.recv(1)
        elif mode == "garbage":
            connection.sendall(HEAD + b"Content-Length: 40\r\n\r\n" + b"\x30\x26" + b"\xff" * 38)
        elif mode == "flood":
            connection.sendall(HEAD + b"Content-Length: 100000000\r\n\r\n")
            for _ in range(1000):
                connection.sendall(b"\x30" * 100000)
        elif mode == "error":
            connection.sendall(b"HTTP/1.0 500 CMP info: received 'waiting' PKIStatus\r\n\r\n")
        elif mode == "redirect":
            connection.sendall(b"HTTP/1.0 302 Found\r\nLocation: file:///etc/hostname\r\n\r\n")
    except OSError:
        pass
    connection.close()


def main():
    mode = sys.argv[2]
    context = None
    if mode == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
    listener = socket.create_server(("127.0.0.1", 0))
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write(f"{listener.getsockname()[1]}\n")
    while True:
        connection, _ = listener.accept()
        args = (connection, context, int(sys.argv[5])) if context else (connection, mode)
        threading.Thread(target=relay if context else answer, args=args, daemon=True).start()


main()
