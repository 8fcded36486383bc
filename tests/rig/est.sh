# SPDX-License-Identifier: BSD-2-Clause
# An EST server before the CA of tests/rig/enroll.sh: source this file after that one.
#   est_missing                what is not there, and true when something is
#   est_certificates           certificates for its TLS: good, other (its own root), expired
#   est_serve NAME [TLS]       start it with that certificate; its port is $PORT
#   est_stop
#   est JSON                   what it does (tests/est/est_server.py), and its log is emptied
#   asked FILTER               is that jq filter true of the log, as one array?
EST_PID=

est_missing() {
    local missing
    if missing=$(enroll_missing); then echo "$missing"; return 0; fi
    command -v python3 > /dev/null || echo "needs python3"
    ! command -v python3 > /dev/null
}

est_certificates() {
    local name
    for name in good expired; do
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$D/$name.key" 2> /dev/null &&
            openssl req -new -key "$D/$name.key" -subj /CN=est -out "$D/$name.csr" || return 1
    done
    tests/pki/make-pki.sh issue "$D/pki" "$D/good.csr" "$D/good.pem" --no-upn --ca root --eku 1.3.6.1.5.5.7.3.1 \
        --extension 'subjectAltName = IP:127.0.0.1,DNS:localhost' &&
        tests/pki/make-pki.sh issue "$D/pki" "$D/expired.csr" "$D/expired.pem" --no-upn --ca root --eku 1.3.6.1.5.5.7.3.1 \
            --extension 'subjectAltName = IP:127.0.0.1' --expired || return 1
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=est -days 30 \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$D/other.key" -out "$D/other.pem" 2> /dev/null
}

est_serve() {
    rm -f "$D/port"
    python3 tests/est/est_server.py "$D" "$D/$1.pem" "$D/$1.key" ${2:+"$2"} 2>> "$D/log" &
    EST_PID=$!
    until_true est_is_up && PORT=$(cat "$D/port")
}
est_is_up() { [ -s "$D/port" ] || until_gone "$EST_PID"; }
est_stop() { [ -z "$EST_PID" ] || { kill "$EST_PID" && wait "$EST_PID"; EST_PID=; } 2> /dev/null; }
est() { echo "$*" > "$D/est.json"; : > "$D/est.log"; }
asked() { jq -se "$1" "$D/est.log" > "$D/jq"; }
