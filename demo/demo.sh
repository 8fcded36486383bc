#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A whole sign-in with a virtual smart card, from an empty TPM to PAM_SUCCESS, and what happens when
# something is wrong. `make demo` runs it. It needs no root, makes no account, touches nothing
# outside a temporary folder, and leaves nothing running.
#   TCTI=device:/dev/tpmrm0 make demo     uses the machine's TPM in place of a software one
set -u
umask 022 # what others can write is not trusted
export LC_ALL=C
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../tests/rig/tpm.sh"

W=$(mktemp -d "${TMPDIR:-/tmp}/vsc-demo.XXXXXX") || exit 1
LISTENER=
LOG=$W/log
made=0 expected=0

if [ "$(id -u)" = 0 ]; then PERSON=nobody; else PERSON=$(id -un); fi
STRANGER=daemon

finish() {
    [ -z "$LISTENER" ] || { kill "$LISTENER" && wait "$LISTENER"; } 2>/dev/null
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

say "2. The domain's CA, with a revocation list"
quiet "$HERE/../tests/pki/make-pki.sh" base "$W/pki" "$PERSON" corp.test
step $? "CA of corp.test, CRL, trust anchor"

mkdir -m 755 "$W/helpers" "$W/services" "$W/store"
cp "$B/vsc-card" "$B/vsc-check" "$B/pam_vsc.so" "$W/helpers/"
cat > "$W/pam_vsc.conf" <<END
card = { backends = [ "tpm" ]; store = "$W/store"; tcti = "$TCTI"; socket = "$W/card.sock"; };
helpers = { card_user = ""; check_user = ""; };
trust = { anchors = "$W/pki/anchors"; intermediates = "$W/pki/intermediates"; };
revocation = { crls = "$W/pki/crls"; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); min_uid = $(
    uid=$(id -u "$PERSON"); echo $((uid < 1000 ? uid : 1000))); };
END
printf 'auth required %s/helpers/pam_vsc.so config=%s/pam_vsc.conf helpers=%s/helpers\n' \
    "$W" "$W" "$W" > "$W/services/demo"
echo 'auth required pam_deny.so' > "$W/services/other"
vscmgr() { "$B/vscmgr" -c "$W/pam_vsc.conf" "$@"; }

say "3. The administrator makes a virtual smart card"
show 'tpmvscmgr create /name TestVSC /pin default /adminkey random /generate'
"$B/tpmvscmgr" create /name TestVSC /pin default /adminkey random /generate -c "$W/pam_vsc.conf" \
    > "$LOG" 2>&1
status=$?
indent < "$LOG"
[ "$status" = 0 ] && tail -n 1 "$LOG" | grep -qF 'Device instance ID: ROOT\SMARTCARDREADER\0000'
step $? "a card with a key that cannot leave the TPM"

if [ "$(id -u)" != 0 ]; then
    "$B/vsc-card" -c "$W/pam_vsc.conf" --listen "$W/card.sock" > "$W/listener.log" 2>&1 &
    LISTENER=$!
    for _ in $(seq 50); do [ -S "$W/card.sock" ] && break; sleep 0.1; done
fi

certify() { # OPTIONS OF issue...
    echo 12345678 | vscmgr csr TestVSC --upn "$PERSON@corp.test" --pin stdin --out "$W/request.pem" &&
        "$HERE/../tests/pki/make-pki.sh" issue "$W/pki" "$W/request.pem" "$W/cert.pem" "$@" &&
        vscmgr import TestVSC "$W/cert.pem"
}

say "4. The key gets a Smartcard Logon certificate for $PERSON@corp.test"
show "vscmgr csr TestVSC --upn $PERSON@corp.test; the CA issues; vscmgr import TestVSC cert.pem"
quiet certify --upn "$PERSON@corp.test"
step $? "requested, issued, stored on the card"
vscmgr list | indent
cp "$W/cert.pem" "$W/good.pem"

say "5. $PERSON signs in: right PIN"
sign_in "$PERSON" 'successfully authenticated' 'PIN for TestVSC' "PAM_SUCCESS" <<< 12345678

say "6. A wrong PIN, and then nothing"
sign_in "$PERSON" 'cannot retrieve authentication info' 'Wrong PIN. 4 tries left' \
    "the tries left are told; PAM_AUTHINFO_UNAVAIL: on to the password" <<< $'00000000\n'

say "7. The right PIN again: the TPM forgets the wrong one"
sign_in "$PERSON" 'successfully authenticated' '4 tries left' "PAM_SUCCESS" <<< 12345678

say "8. A certificate without the Smartcard Logon usage"
quiet certify --upn "$PERSON@corp.test" --eku 1.3.6.1.5.5.7.3.2
sign_in "$PERSON" 'Insufficient credentials' 'VSC-MISSING-EKU' \
    "PAM_CRED_INSUFFICIENT: missing-eku" < /dev/null

say "9. A revoked certificate"
quiet vscmgr import TestVSC "$W/good.pem" &&
    quiet "$HERE/../tests/pki/make-pki.sh" revoke "$W/pki" "$W/good.pem"
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
