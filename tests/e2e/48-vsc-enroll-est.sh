#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-enroll with a CA behind EST: first enrollment by a password, renewal by the card's own certificate,
# a CA that takes its time, and a server that means no good. strongSwan's client tells whether our server is one.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
. tests/rig/est.sh
if missing=$(est_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
export TSS2_LOG=all+NONE
SHOWN=(est.log)
trap 'est_stop; enroll_end' EXIT
{ enroll_start && est_certificates && est '{}' && est_serve good; } ||
    { echo "1..1"; echo "not ok 1 - software TPM, card, CA and EST server"; exit 1; }
est_profile() { profile est 'backend = "est";' "url = \"https://127.0.0.1:$PORT\"; tls_anchors = \"$D/anchors\";" "$@"; }
est_profile
with_password() { printf '12345678\n%s\n' "$1" | as daemon "${@:2}" --password stdin; }

# ---- another client of this server --------------------------------------------------------------------
if command -v pki > /dev/null; then
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$D/other-client.key" 2> /dev/null
    openssl req -new -key "$D/other-client.key" -subj /CN=daemon -outform DER -out "$D/other-client.csr"
    est '{"password": "right", "pend": 2}'
    pki --est --url "https://localhost:$PORT" --in "$D/other-client.csr" --cacert "$D/pki/ca/root/cert.pem" --cacert "$D/pki/ca/sub/cert.pem" \
        --userpass daemon:right --interval 1 --maxpolltime 60 --outform pem > "$D/other-client.pem" 2> "$D/out" &&
        openssl verify -CAfile "$D/pki/ca/root/cert.pem" -untrusted "$D/pki/ca/sub/cert.pem" "$D/other-client.pem" > "$D/out" 2>&1
    check "strongSwan's pki --est enrolls at this server after two 202"
fi

# ---- enrollment -----------------------------------------------------------------------------------------
est '{"password": "right", "pend": 1, "retry": 7200}'
with_password wrong request --json; [ $? = 1 ] && sed -n '/^{/p' "$D/out" | jq -e '.code == "wrong-password" and .phase == "requested"' > "$D/jq" && [ "$(keys)" = 1 ]
check "a wrong password is told, and the request stays"
with_password right request && said 'not decided yet' && status_is est '.[0].phase == "pending"'
check "202 to a first enrollment: it waits"
as daemon pulse --at "$(in_days 1)" < /dev/null; [ $? = 2 ] && status_is est '.[0].phase == "pending"'
check "a pulse without anybody to ask for the password leaves it"
: > "$D/est.log"
with_password right pulse --at "$(in_days 1)" && said 'enrolled on Alice' && as daemon check && [ "$(keys)" = 1 ] &&
    asked '[.[].path] | map(split("/") | last) == ["simpleenroll", "simpleenroll", "cacerts"]'
check "a first enrollment by a password that the server asks for"
asked '[.[] | select(.password)] | length == 1 and .[0].path == "/.well-known/est/simpleenroll"' && asked 'all(.client == null)'
check "only the server's question is answered with it, and only for the enrollment"
! grep -rqE 'right|12345678' "$D/state-daemon" "$D/est.log"
check "neither password nor PIN is kept"
est '{"csrattrs": [200, "not base64"]}'; enroll renew; [ $? = 1 ] && said 'malformed-answer' && [ "$(keys)" = 1 ]
check "csrattrs that cannot be read"
wish() { printf '%s' "$1" | openssl asn1parse -genconf /dev/stdin -noout -out "$D/wish" > "$D/out" 2>&1 && base64 -w0 "$D/wish"; }
want=$(wish 'asn1 = SEQUENCE:a
[a]
x = OID:1.2.840.113549.1.9.7
y = OID:ecdsa-with-SHA256')
est "{\"csrattrs\": [200, \"$want\"]}"; enroll renew; [ $? = 1 ] && said 'csrattrs-unmet.*TLS connection' && [ "$(keys)" = 1 ]
check "csrattrs with a challengePassword are told to be unmet"
want=$(wish 'asn1 = SEQUENCE:a
[a]
x = SEQUENCE:b
[b]
x = OID:rsaEncryption
y = SET:c
[c]
x = INTEGER:4096')
est "{\"csrattrs\": [200, \"$want\"]}"; enroll renew; [ $? = 1 ] && said 'csrattrs-unmet.*kind of key' && [ "$(keys)" = 1 ]
check "csrattrs with another kind of key are told to be unmet"

# ---- renewal by the card's own certificate -----------------------------------------------------------------
SESSION=("SSLKEYLOGFILE=$D/user/keys" 'https_proxy=http://127.0.0.1:1' 'HTTPS_PROXY=http://127.0.0.1:1')
est '{}'; enroll renew && [ ! -e "$D/user/keys" ] && SESSION=() && signed_in est && as daemon pulse < /dev/null && [ "$(keys)" = 1 ]
check "no proxy and no log of TLS keys from the environment"
SESSION=()
shown() { openssl x509 -in "$D/user/est-cert" -outform DER | sha256sum | cut -d' ' -f1; }
signs_in() { signed_in est; as daemon pulse < /dev/null; SESSION=(); [ "$(keys)" = 1 ]; }
renews() { # TLS KEY WHAT: the next key is a KEY
    local before
    before=$(shown)
    est_stop; est_serve good "$1" && est_profile && sed -i "s/p256/$2/" "$D/enroll.d/est.conf"
    est '{"password": "none knows"}'
    enroll renew && said 'enrolled on Alice' && asked "map(select(.method == \"POST\")) | length == 1 and .[0].tls == \"TLSv$1\" and .[0].client == \"$before\" and (.[0].path | endswith(\"/simplereenroll\"))" &&
        as daemon check && signs_in
    check "simplereenroll with the card's own key and certificate: $3 over TLS $1"
}
renews 1.3 p256 P-256
renews 1.2 rsa2048 P-256
renews 1.3 rsa2048 "RSA (PSS)"
renews 1.2 p384 RSA
renews 1.3 p256 P-384
asked 'map(select(.method == "GET")) | length == 2 and all(.client == null)'
check "the certificate is shown for nothing else"
est_stop; est_serve good && est_profile

# ---- a CA that takes its time -----------------------------------------------------------------------------
est '{"pend": 2, "retry": 7200}'
enroll renew && said 'not decided yet' && status_is est '.[0].phase == "pending"' && [ "$(keys)" = 2 ]
check "202: the request waits, and the certificate before signs in"
: > "$D/est.log"
as daemon pulse --at "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" < /dev/null && [ ! -s "$D/out" ] && [ ! -s "$D/est.log" ]
check "a pulse before Retry-After asks nobody"
enroll pulse --at "$(date -u -d '+3 hours' +%Y-%m-%dT%H:%M:%SZ)" && asked 'length == 1 and (.[0].path | endswith("/simplereenroll"))' && status_is est '.[0].phase == "pending"'
check "a later pulse hands the same request in again"
est_profile 'prompt = false;' && : > "$D/est.log"
setpriv --reuid daemon --regid daemon --clear-groups env -i XDG_STATE_HOME="$D/state-daemon" "$D/vsc-enroll" pulse \
    -c "$D/conf" --at "$(in_days 1)" > "$D/out" 2>&1 < /dev/null; [ $? = 2 ] && said 'asks for no PIN' && [ ! -s "$D/est.log" ]
check "prompt = false: a pulse asks for no PIN to show the certificate"
est_stop; est_profile; enroll pulse --at "$(in_days 1)"; [ $? = 3 ] && said 'cannot be reached' && status_is est '.[0].phase == "pending"'
check "a server that is down: the request waits on"
est_serve other && est_profile && : > "$D/est.log"
enroll pulse --at "$(in_days 1)"; [ $? = 1 ] && said 'untrusted-server' && status_is est '.[0].phase == "pending"' && [ ! -s "$D/est.log" ]
check "somebody else in its place cannot end a request that waits"
est_stop; est_serve good && est_profile; est '{}'
enroll pulse --at "$(in_days 1)" && said 'enrolled on Alice' && status_is est '.[0].phase == "idle"' && [ "$(keys)" = 2 ]
check "the certificate is picked up by a later pulse"
signs_in
check "and the old pair goes after a sign-in with it"
profile est 'backend = "est";' "url = \"https://127.0.0.1:$PORT\"; tls_anchors = \"$D/anchors\";" 'renew_key = "same";'
est '{}'; enroll renew && said 'enrolled on Alice' && asked 'map(select(.client != null)) | length == 1' && [ "$(keys)" = 1 ]
check "renew_key same: the key that is certified anew shows itself"
est_profile

# ---- a server that means no good ----------------------------------------------------------------------------
refused() { # CODE WHAT: at a renewal
    renewal_refused "$1"
    check "a hostile server: $2, and the card is as it was"
}
est '{"issue": "--upn bin@corp.test"}'; refused account-mismatch "another user's UPN"
est '{"issue": "--eku 1.3.6.1.5.5.7.3.2"}'; refused missing-eku "no Smartcard Logon"
est '{"issue": "--ca-cert --ku keyCertSign,digitalSignature"}'; refused ca-certificate "the certificate of a CA"
est "{\"instead\": \"$D/good.csr\"}"; refused wrong-key "another key"
est '{"answer": [403, {}, "not you\nmore"]}'; refused rejected "no"
enroll renew; said 'rejected: the CA refuses the request: not you$'
check "with the words of the server"
est '{"answer": [200, {}, "MIIB"]}'; refused malformed-certificate "text in place of certificates"
est '{"answer": [302, {"Location": "http://127.0.0.1:1/"}, ""]}'; refused redirected "a redirect to http"
est '{"answer": [302, {"Location": "file:///etc/passwd"}, ""]}'; refused redirected "a redirect to a file"
est "{\"answer\": [307, {\"Location\": \"https://localhost:$PORT/.well-known/est/simpleenroll\"}, \"\"]}"; refused redirected "a redirect to another host"
est '{"flood": true}'; refused answer-too-large "100 MB"
est '{"drip": true}'; refused server-too-slow "a byte a second"
est '{"answer": [500, {}, ""]}'; enroll renew; [ $? = 3 ] && said 'cannot be reached HTTP status 500' && enroll cancel && [ "$(keys)" = 1 ]
check "a server that fails is asked again later"
est '{"answer": [202, {"Retry-After": "99999999999999999999"}, ""]}'
enroll renew; for day in 10 20 29; do enroll pulse --at "$(in_days $day)"; done
as daemon pulse --at "$(in_days 31)" < /dev/null; [ $? = 1 ] && said 'pending-too-long' && [ "$(keys)" = 1 ]
check "a hostile server: endless 202 ends after pending_days, and the card is as it was"
est '{}'; mkdir "$D/none" && cp "$D/other.pem" "$D/none/"
est_profile && sed -i "1s|anchors = \"$D/anchors\"|anchors = \"$D/none\"|" "$D/enroll.d/est.conf"; refused untrusted-issuer "an unknown chain"
est '{}'; est_stop; est_serve other && est_profile; refused untrusted-server "a TLS certificate of nobody's"
est_stop; est_serve expired && est_profile; refused untrusted-server "a TLS certificate that has expired"
[ ! -s "$D/est.log" ]
check "and it has been told nothing"
est_stop; est_serve good && profile est 'backend = "est";' "url = \"https://127.0.0.1:$PORT\";"; refused untrusted-server "the system's anchors, where none are named"
profile est 'backend = "est";' 'url = "http://127.0.0.1";'; as daemon list; [ $? = 2 ] && said 'url: .* does not begin with https://'
check "a profile with http is an error"

echo "1..$TESTS"
exit $FAILED
