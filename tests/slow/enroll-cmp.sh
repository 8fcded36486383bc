#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-enroll with cmp-submit before OpenSSL's mock CA (openssl cmp -port), which hands out one
# certificate and issues none: the request is taken from vsc-enroll's state while nobody listens, the
# certificate made, and the mock started with it. The mock listens to the whole world: in a network
# of its own.
set -u
if [ "${1:-}" != inside ]; then
    [ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs several user ids: root only"; exit 0; }
    exec unshare --net --pid --fork --kill-child --mount-proc "$0" inside
fi
ip link set lo up
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
if missing=$(enroll_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
command -v python3 > /dev/null || { echo "1..0 # SKIP needs python3"; exit 0; }
export TSS2_LOG=all+NONE
SHOWN=(mock.log)
MOCK='' ODD=''
stop() { # PID
    [ -z "$1" ] || { kill "$1"; wait "$1"; } 2> /dev/null
}
end() { stop "$MOCK"; stop "$ODD"; enroll_end; }
trap end EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }
cp "$B/cmp-submit" "$D/cmp-submit"
touch "$D/mock.log"
printf 's3cret-of-daemon\nanother line\n' > "$D/secret-daemon" && chmod 600 "$D/secret-daemon" && chown daemon "$D/secret-daemon"

PORT=12100 # nobody else is in this network
config() { # LINE...: what cmp-submit reads
    printf '%s\n' "# by the test" "reference %u-ref" "secret $D/secret-%u" "recipient /CN=Test CA" "$@" > "$D/cmp.conf"
}
SERVER=(-srv_ref srv -srv_secret pass:s3cret-of-daemon)
mock() { # OPTION...: OpenSSL's mock CA
    stop "$MOCK"
    openssl cmp -config "" -port $PORT "${SERVER[@]}" -max_msgs 40 "$@" > "$D/mock.log" 2>&1 &
    MOCK=$!
    until_true mock_listens_or_gone && mock_listens
}
mock_listens() { grep -qiE ":$(printf %04X $PORT) [0-9A-F:]* 0A" /proc/net/tcp /proc/net/tcp6; }
mock_listens_or_gone() { mock_listens || until_gone "$MOCK"; }
no_mock() { stop "$MOCK"; MOCK=; }
odd() { # MODE...: tests/rig/odd_server.py, its port is $ODD_PORT
    stop "$ODD"
    rm -f "$D/port"
    python3 tests/rig/odd_server.py "$D/port" "$@" 2> "$D/mock.log" &
    ODD=$!
    until_true odd_is_up && ODD_PORT=$(cat "$D/port")
}
odd_is_up() { [ -s "$D/port" ] || until_gone "$ODD"; }
# ACTION [OPTIONS OF issue]: a request while nobody listens, and $D/cert for it
prepare() {
    no_mock
    # OpenSSL tries a port that is shut until the time is over.
    mv "$D/cmp.conf" "$D/cmp.keep" && { grep -v '^timeout' "$D/cmp.keep"; echo "timeout 1"; } > "$D/cmp.conf"
    enroll "$1"; [ $? = 3 ] || return 1
    mv "$D/cmp.keep" "$D/cmp.conf"
    jq -r .request "$D/state-daemon/pam_vsc/enroll/cmp.json" > "$D/csr" &&
        "$D/make-pki.sh" issue "$D/pki" "$D/csr" "$D/cert" "${@:2}"
}
phase() { as daemon status --json && jq -e ".[0].phase == \"$1\"" "$D/out" > "$D/jq"; }

profile cmp 'backend = "helper";' "helper = \"$D/cmp-submit\"; arguments = [ \"--config\", \"$D/cmp.conf\" ];" 'pending_days = 30;'
config "server http://127.0.0.1:$PORT/pkix/"

# ---- what it does -----------------------------------------------------------------------------------
prepare request && said 'the CA cannot be reached .' && phase requested
check "nobody listens: told, and the request stays"
mock -rsp_cert "$D/cert" -rsp_extracerts "$D/pki/ca/sub/cert.pem" -grant_implicitconf && enroll request && said 'enrolled on Alice' &&
    [ "$(keys)" = 1 ] && ! grep -q CERTCONF "$D/mock.log"
check "p10cr: a certificate with its issuer"
prepare renew && mock -rsp_cert "$D/cert" && enroll renew && said 'enrolled on Alice' && signed_in cmp && as daemon pulse < /dev/null && [ "$(keys)" = 1 ]
check "a renewal, by p10cr too; confirmed where the CA does not do without"
SESSION=()
old_serial=$("$B/vscmgr" show Alice --json -c "$D/conf" | jq -r '.keys[0].certificate.serial')
config "server http://127.0.0.1:$PORT/pkix/" "raverified yes"
# The mock wants the number of the old certificate in the new one: a CA that has forgotten that it gave it.
cp -r "$D/pki" "$D/forgetful" && : > "$D/forgetful/ca/sub/index.txt" && sed -i "s,$D/pki,$D/forgetful," "$D/forgetful/ca/sub/ca.cnf"
prepare renew && "$D/make-pki.sh" issue "$D/forgetful" "$D/csr" "$D/cert" --serial "$old_serial" && mock -rsp_cert "$D/cert" -accept_raverified &&
    enroll renew && said 'enrolled on Alice'
check "raverified: a renewal is kur, and names the certificate that is renewed"
signed_in cmp && as daemon pulse < /dev/null && [ "$(keys)" = 1 ]
check "and the old pair goes"
SESSION=()
prepare renew && mock -rsp_cert "$D/cert" && enroll renew; [ $? = 1 ] && said 'rejected: .*raverified not accepted' && phase idle
check "which the mock takes only where it believes it"
config "server http://127.0.0.1:$PORT/pkix/" "timeout 20"
prepare renew && mock -rsp_cert "$D/cert" -poll_count 9 -check_after 7200 && enroll renew && said 'has not decided yet' && phase pending
check "the CA has not decided within the time: it waits"
as daemon pulse < /dev/null && phase pending && mock -rsp_cert "$D/cert" &&
    as daemon pulse --at "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" < /dev/null && phase pending &&
    enroll pulse --at "$(date -u -d '+3 hours' +%Y-%m-%dT%H:%M:%SZ)" && phase idle && signed_in cmp && as daemon pulse < /dev/null && [ "$(keys)" = 1 ]
check "and asks again when the CA has said, not before, with the same request"
SESSION=()
config "server http://127.0.0.1:$PORT/pkix/" "timeout 60"
prepare renew && mock -rsp_cert "$D/cert" -poll_count 2 -check_after 1 && enroll renew && said 'enrolled on Alice' && signed_in cmp && as daemon pulse < /dev/null
check "a CA that decides within the time is polled"
SESSION=()
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$D/signer.key" 2> /dev/null &&
    openssl req -x509 -key "$D/signer.key" -subj "/CN=CMP" -days 30 -addext keyUsage=digitalSignature -out "$D/signer.pem" 2> /dev/null
config "server http://127.0.0.1:$PORT/pkix/" "timeout 60" "server-cert $D/signer.pem"
signed_mock() { # NAME: with the secret it would not sign
    local SERVER=(-accept_unprotected -srv_cert "$D/$1.pem" -srv_key "$D/$1.key")
    mock -rsp_cert "$D/cert"
}
prepare renew && signed_mock signer && enroll renew && said 'enrolled on Alice' && signed_in cmp && as daemon pulse < /dev/null
check "answers that the CA signs, by server-cert"
SESSION=()
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=CMP" -days 30 -addext keyUsage=digitalSignature \
    -keyout "$D/impostor.key" -out "$D/impostor.pem" 2> /dev/null
prepare renew && signed_mock impostor; enroll renew; [ $? = 3 ] && phase requested
check "and by nobody else of that name"
as daemon cancel

# ---- over TLS
for name in tls other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=tls -days 30 -addext "subjectAltName=IP:127.0.0.1" \
        -keyout "$D/$name.key" -out "$D/$name.pem" 2> /dev/null
done
chmod 644 "$D"/*.pem
prepare renew && mock -rsp_cert "$D/cert" && odd tls "$D/other.pem" "$D/other.key" $PORT &&
    config "server https://127.0.0.1:$ODD_PORT/pkix/" "tls-anchors $D/tls.pem"
enroll renew; [ $? = 3 ] && phase requested && ! grep -q 'received' "$D/mock.log"
check "https: a server that no anchor vouches for gets nothing"
mock -rsp_cert "$D/cert" && odd tls "$D/tls.pem" "$D/tls.key" $PORT && config "server https://127.0.0.1:$ODD_PORT/pkix/" "tls-anchors $D/tls.pem" &&
    enroll renew && said 'enrolled on Alice' && signed_in cmp && as daemon pulse < /dev/null
check "https: the right one does"
SESSION=()

# ---- a CA that means no good ------------------------------------------------------------------------
config "server http://127.0.0.1:$PORT/pkix/" "timeout 60"
before=$(on_card)
refused() { # CODE WORDS WHAT
    enroll renew --json; [ $? = 1 ] && sed -n '/^{\|^\[/p' "$D/out" | jq -e ".code == \"$1\"" > "$D/jq" && said "$2" && phase idle && [ "$(on_card)" = "$before" ]
    check "refused: $3, and the card is as it was"
}
prepare renew --upn bin@corp.test && mock -rsp_cert "$D/cert"; refused account-mismatch . "another user's UPN"
prepare renew --eku 1.3.6.1.5.5.7.3.2 && mock -rsp_cert "$D/cert"; refused missing-eku . "no Smartcard Logon"
prepare renew --expired && mock -rsp_cert "$D/cert"; refused expired . "an expired certificate"
prepare renew --ca-cert --ku keyCertSign,digitalSignature && mock -rsp_cert "$D/cert"; refused ca-certificate . "the certificate of a CA"
prepare renew && mock -rsp_cert "$D/signer.pem"; refused rejected 'certificate not accepted.*does not match' "the certificate of another key"
prepare renew && mock -rsp_cert "$D/cert" -pkistatus 2 -failure 2 -statusstring 'no such user'; refused rejected 'no such user' "the CA says no"
prepare renew && mock -rsp_cert "$D/cert" -pkistatus 5; refused rejected revokes "the CA says that it is revoked already"
kept() { # WHAT: whoever is in between cannot end a request
    enroll renew; [ $? = 3 ] && phase requested
    check "told, and the request stays: $1"
}
prepare renew && mock -rsp_cert "$D/cert" -send_unprotected; kept "an answer that nothing protects"
mock -rsp_cert "$D/cert" -pkistatus 2 -send_unprot_err; kept "a refusal that nothing protects"
echo wrong > "$D/secret-daemon"; mock -rsp_cert "$D/cert"; kept "a wrong secret"
echo s3cret-of-daemon > "$D/secret-daemon"
no_mock
for mode in garbage flood error redirect; do
    odd $mode && config "server http://127.0.0.1:$ODD_PORT/pkix/" "timeout 60"; kept "$mode"
done
odd hang && config "server http://127.0.0.1:$ODD_PORT/pkix/" "timeout 2"; kept "a server that does not answer"
config "server http://127.0.0.1:$ODD_PORT/pkix/" "timeout 60"
(as daemon pulse < /dev/null) &
pulse=$!
has_asked() { pid=$(pgrep -f '^openssl cmp .*daemon-ref'); }
until_true has_asked
tr '\0' '\n' < "/proc/$pid/cmdline" > "$D/seen" && tr '\0' '\n' < "/proc/$pid/environ" >> "$D/seen"
grep -qx 'daemon-ref' "$D/seen" && ! grep -q s3cret "$D/seen"
check "the reference is an argument, the secret neither that nor in the environment"
stop "$ODD"; ODD=
wait $pulse
install -d -o daemon "$D/tmp"
config "server http://127.0.0.1:$ODD_PORT/" "timeout 1"
setpriv --reuid daemon --regid daemon --clear-groups env -i TMPDIR="$D/tmp" CERTMONGER_CSR="$(cat "$D/csr")" "$D/cmp-submit" --config "$D/cmp.conf" \
    > "$D/out" 2>&1; [ $? = 3 ] && rmdir "$D/tmp"
check "nothing stays in the folder for temporary files"
as daemon cancel

# ---- what is wrong with its options -----------------------------------------------------------------
wrong() { # TEXT WHAT: with what is in $D/cmp.conf
    setpriv --reuid daemon --regid daemon --clear-groups env -i HOME="$D" CERTMONGER_CSR="$(cat "$D/csr")" "$D/cmp-submit" --config "$D/cmp.conf" \
        > "$D/out" 2> "$D/mock.log"
    [ $? = 4 ] && said "$1" && [ "$(wc -l < "$D/out")" = 1 ]
    check "not configured: $2"
}
S="server http://127.0.0.1:$PORT/"
config "$S" "colour red"; wrong 'no option colour' "an unknown option"
config "$S" "$S"; wrong 'server: stands there twice' "an option twice"
config; wrong 'server: is missing' "no server"
config "server file:///etc/hostname"; wrong 'server: is not http' "a server that is a file"
config "$S" "timeout 101"; wrong 'timeout: is not 1 to 100' "a time that is too long"
config "$S" "raverified perhaps"; wrong 'raverified: is not' "neither yes nor no"
config "$S"; sed -i 's/%u-ref/%x/' "$D/cmp.conf"; wrong '% is followed by' "a percent sign"
config "server https://127.0.0.1/" "tls-anchors $D/nowhere"; wrong 'nowhere: is not there' "no anchors"
config "$S"
chmod 640 "$D/secret-daemon"; wrong 'can be read by a group' "a secret that a group reads"
chmod 604 "$D/secret-daemon"; wrong 'can be read by others' "a secret that others read"
chmod 620 "$D/secret-daemon"; wrong 'can be written by others' "a secret that others write"
chmod 600 "$D/secret-daemon" && chown bin "$D/secret-daemon"; wrong 'belongs to another user' "another user's secret"
chown root "$D/secret-daemon"; wrong 'no secret that can be read' "root's secret, which this user cannot read"
: > "$D/secret-daemon"; chown daemon "$D/secret-daemon"; wrong 'no secret that can be read' "an empty secret"
rm "$D/secret-daemon"; wrong 'secret-daemon: is not there' "no secret"
mkfifo -m 600 "$D/secret-daemon" && chown daemon "$D/secret-daemon"; wrong 'is no plain file' "a pipe for a secret"
chmod 666 "$D/cmp.conf"; wrong 'cmp.conf: can be written by others' "a configuration that others write"
helper() { env -i "$@" "$D/cmp-submit" > "$D/out" 2>&1; }
helper CERTMONGER_OPERATION=FETCH-ROOTS; [ $? = 6 ] && helper CERTMONGER_OPERATION=IDENTIFY && said '^cmp-submit ' &&
    helper CERTMONGER_OPERATION=GET-NEW-REQUEST-REQUIREMENTS && [ ! -s "$D/out" ]
check "the other operations of a helper"
for csr in '' 'no request' "$(tr 'A-Za-y' 'B-Zb-z' < "$D/csr")"; do
    rm -f "$D/secret-daemon"; (umask 077; echo x > "$D/secret-daemon")
    env -i CERTMONGER_CSR="$csr" "$D/cmp-submit" --server http://127.0.0.1/ --reference x --secret "$D/secret-daemon" > "$D/out" 2>&1; [ $? = 4 ] && said CERTMONGER_CSR
    check "what is no request is not sent: '${csr:0:10}'"
done

echo "1..$TESTS"
exit $FAILED
