#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The whole way with a virtual smart card, from an empty TPM over a CA, a card and the enrollment of an
# ordinary user to PAM_SUCCESS, and what happens when something is wrong. doc/walkthrough.md is the same
# by hand. `make demo` runs it. It needs no root, makes no account, touches nothing
# outside a temporary folder, and leaves nothing running.
#   TCTI=device:/dev/tpmrm0 make demo     uses the machine's TPM in place of a software one
set -u
umask 022 # what others can write is not trusted
export LC_ALL=C
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../tests/rig/tpm.sh"

W=$(mktemp -d "${TMPDIR:-/tmp}/vsc-demo.XXXXXX") || exit 1
LISTENER= CA_SERVER=
LOG=$W/log
made=0 expected=0

if [ "$(id -u)" = 0 ]; then PERSON=nobody; else PERSON=$(id -un); fi
STRANGER=daemon

finish() {
    local pid
    for pid in $LISTENER $CA_SERVER; do { kill "$pid" && wait "$pid"; } 2>/dev/null; done
    [ -z "${OWN_TPM:-}" ] || tpm_stop
    rm -rf "$W"
}
trap finish EXIT
trap 'exit 1' INT TERM

say() { printf '\n== %s\n' "$*"; }
show() { printf '   $ %s\n' "$*"; }
step() { # STATUS WHAT
    expected=$((expected + 1))
    if [ "$1" = 0 ]; then
        made=$((made + 1)); printf '   [as expected] %s\n' "$2"
    else
        printf '   [NOT AS EXPECTED] %s\n' "$2"
        [ ! -s "$LOG" ] || sed 's/^/   | /' "$LOG"
    fi
}
quiet() { "$@" > "$LOG" 2>&1; }
indent() { sed 's/^/   | /'; }

# Sign in as $1 and type the lines that stand on standard input; $2 is what pamtester must say,
# $3 a text that must be shown (or nothing).
sign_in() { # USER RESULT TEXT WHAT
    show "pamtester demo $1 authenticate"
    LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$W/services" \
        PAM_WRAPPER_DISABLE_DEEPBIND=1 pamtester demo "$1" authenticate > "$LOG" 2>&1
    indent < "$LOG"
    grep -q -- "$2" "$LOG" && grep -q -- "${3:-.}" "$LOG"
    step $? "$4"
}

say "1. A TPM"
if [ -n "${TCTI:-}" ]; then
    echo "   using $TCTI"; step 0 "the TPM of this machine"
else
    OWN_TPM=1; mkdir "$W/tpm"
    tpm_start "$W/tpm" > "$LOG" 2>&1
    step $? "a software TPM of its own: $TCTI"
fi

# What the user runs has to be where the user can come to.
chmod 755 "$W"
mkdir -m 755 "$W/helpers" "$W/services" "$W/store" "$W/anchors" "$W/crls" "$W/enroll.d"
mkdir -m 700 "$W/state"
[ "$(id -u)" != 0 ] || chown "$PERSON" "$W/state"
cp "$B/vsc-card" "$B/vsc-check" "$B/pam_vsc.so" "$B/vsc-enroll" "$B/local-ca-submit" "$W/helpers/"
cat > "$W/pam_vsc.conf" <<END
card = { backends = [ "tpm" ]; store = "$W/store"; tcti = "$TCTI"; socket = "$W/card.sock"; };
helpers = { card_user = ""; check_user = ""; };
trust = { anchors = "$W/anchors"; intermediates = ""; };
revocation = { crls = "$W/crls"; cache = ""; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); min_uid = $(
    uid=$(id -u "$PERSON"); echo $((uid < 1000 ? uid : 1000))); };
enroll = { profiles = "$W/enroll.d"; };
END
cat > "$W/enroll.d/logon.conf" <<END
name = "logon";
backend = "helper";
helper = "$W/helpers/local-ca-submit";
arguments = [ "--socket", "$W/ca.sock" ];
template = "TPM Virtual Smart Card Logon";
key = "p256";
upn = "%u@corp.test";
anchors = "$W/anchors";
END
printf 'auth required %s/helpers/pam_vsc.so config=%s/pam_vsc.conf helpers=%s/helpers\n' \
    "$W" "$W" "$W" > "$W/services/demo"
echo 'auth required pam_deny.so' > "$W/services/other"
vscmgr() { "$B/vscmgr" -c "$W/pam_vsc.conf" "$@"; }
ca() { "$B/vsc-ca" --folder "$W/ca" "$@"; }
until_socket() { for _ in $(seq 100); do [ -S "$1" ] && return; sleep 0.1; done; return 1; }
# As the user, who has no rights but those.
as_person() { # COMMAND...
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid "$PERSON" --regid "$(id -g "$PERSON")" --clear-groups env XDG_STATE_HOME="$W/state" "$@"
    else
        env XDG_STATE_HOME="$W/state" "$@"
    fi
}

say "2. A CA, with a certificate template and a revocation list"
show 'vsc-ca init --upn-suffix corp.test'
show "vsc-ca template duplicate \"Smartcard Logon\" \"TPM Virtual Smart Card Logon\" --allow-user $PERSON"
make_ca() {
    ca init --upn-suffix corp.test --name "Demo CA" &&
        ca template duplicate "Smartcard Logon" "TPM Virtual Smart Card Logon" --allow-user "$PERSON" &&
        ca certificate --out "$W/anchors/ca.pem" && ca crl --out "$W/crls/ca.crl"
}
quiet make_ca
step $? "CA of corp.test, template, CRL, trust anchor"
"$B/vsc-ca" --folder "$W/ca" serve --listen "$W/ca.sock" > "$W/ca.log" 2>&1 &
CA_SERVER=$!

say "3. The administrator makes a virtual smart card"
show 'tpmvscmgr create /name TestVSC /pin default /adminkey random /generate'
"$B/tpmvscmgr" create /name TestVSC /pin default /adminkey random /generate -c "$W/pam_vsc.conf" \
    > "$LOG" 2>&1
status=$?
indent < "$LOG"
[ "$status" = 0 ] && tail -n 1 "$LOG" | grep -qF 'Device instance ID: ROOT\SMARTCARDREADER\0000'
step $? "a card with a key that cannot leave the TPM"

show "vscmgr set-owner TestVSC $PERSON"
quiet vscmgr set-owner TestVSC "$PERSON"
step $? "it belongs to $PERSON"
"$B/vsc-card" -c "$W/pam_vsc.conf" --listen "$W/card.sock" > "$W/listener.log" 2>&1 &
LISTENER=$!

say "4. $PERSON enrolls, without administrator rights"
show "vsc-enroll request"
until_socket "$W/card.sock" && until_socket "$W/ca.sock" &&
    as_person "$W/helpers/vsc-enroll" request --pin stdin -c "$W/pam_vsc.conf" > "$LOG" 2>&1 <<< 12345678
status=$?
indent < "$LOG"
vscmgr list | indent
[ $status = 0 ] && vscmgr list --json | grep -qF "\"upn\":\"$PERSON@corp.test\""
step $? "a Smartcard Logon certificate for who asked: $PERSON@corp.test"
serial=$(ca list | cut -d' ' -f1)
cp "$W/ca/certificates/$serial.pem" "$W/good.pem"

say "5. $PERSON signs in: right PIN"
sign_in "$PERSON" 'successfully authenticated' 'PIN for TestVSC' "PAM_SUCCESS" <<< 12345678

say "6. A wrong PIN, and then nothing"
sign_in "$PERSON" 'cannot retrieve authentication info' 'Wrong PIN. 4 tries left' \
    "the tries left are told; PAM_AUTHINFO_UNAVAIL: on to the password" <<< $'00000000\n'

say "7. The right PIN again: the TPM forgets the wrong one"
sign_in "$PERSON" 'successfully authenticated' '4 tries left' "PAM_SUCCESS" <<< 12345678

say "8. A certificate without the Smartcard Logon usage"
# vsc-ca issues none such, so openssl does, with its key.
careless() {
    echo 12345678 | vscmgr csr TestVSC --key-id 01 --pin stdin --out "$W/request.pem" &&
        printf '%s\n' 'keyUsage = critical,digitalSignature' 'extendedKeyUsage = clientAuth' \
            "subjectAltName = otherName:1.3.6.1.4.1.311.20.2.3;UTF8:$PERSON@corp.test" > "$W/extensions" &&
        openssl x509 -req -in "$W/request.pem" -CA "$W/ca/ca.pem" -CAkey "$W/ca/ca.key" -days 1 \
            -extfile "$W/extensions" -out "$W/careless.pem" && vscmgr import TestVSC "$W/careless.pem"
}
quiet careless
sign_in "$PERSON" 'Insufficient credentials' 'VSC-MISSING-EKU' \
    "PAM_CRED_INSUFFICIENT: missing-eku" < /dev/null

say "9. A revoked certificate"
show "vsc-ca revoke good.pem"
quiet vscmgr import TestVSC "$W/good.pem" && quiet ca revoke "$W/good.pem" && quiet ca crl --out "$W/crls/ca.crl"
sign_in "$PERSON" 'Insufficient credentials' 'VSC-REVOKED' \
    "PAM_CRED_INSUFFICIENT: revoked" < /dev/null
show "certcheck good.pem"
"$B/certcheck" -c "$W/pam_vsc.conf" "$W/good.pem" > "$LOG" 2>&1
status=$?
grep -i revoked "$LOG" | head -n 3 | indent
[ "$status" = 1 ]
step $? "certcheck tells why"

say "10. $STRANGER has no card: nothing is asked, no TPM command"
sign_in "$STRANGER" 'cannot retrieve authentication info' '' "PAM_AUTHINFO_UNAVAIL" < /dev/null

say "11. The administrator takes the card away"
show 'tpmvscmgr destroy /instance ROOT\SMARTCARDREADER\0000'
quiet "$B/tpmvscmgr" destroy /instance 'ROOT\SMARTCARDREADER\0000' -c "$W/pam_vsc.conf" &&
    [ "$(vscmgr list --json)" = "[]" ]
step $? "no card, and nothing of it left in the TPM"

printf '\ndemo: %d of %d steps as expected\n' "$made" "$expected"
[ "$made" = "$expected" ]
