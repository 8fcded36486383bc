#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A blocked card at the login screen: pam_vsc.so in the real libpam with both real helpers and a
# software TPM, unblocked by its PUK, then by the help desk. Nothing in /etc is touched
# (libpam-wrapper); it signs in as nobody. Root only: who has no root reaches vsc-card by a socket.
set -u
umask 022
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
if missing=$(tpm_missing pamtester openssl); then echo "1..0 # SKIP $missing"; exit 0; fi
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
W=$(mktemp -d) || exit 1
trap 'tpm_stop; rm -rf "$W"' EXIT
chmod 755 "$W"
export TSS2_LOG=all+NONE
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
    echo "not ok $n - $2"; failed=1
    sed 's/^/# /' "$W/out"
}
tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }

person=nobody
tests/pki/make-pki.sh base "$W/pki" "$person" corp.test
mkdir -m 755 "$W/helpers" "$W/services" "$W/store"
cp "$B/vsc-card" "$B/vsc-check" "$B/pam_vsc.so" "$W/helpers/"
cat > "$W/conf" <<END
card = { store = "$W/store"; tcti = "$TCTI"; };
helpers = { card_user = ""; check_user = ""; };
trust = { anchors = "$W/pki/anchors"; intermediates = "$W/pki/intermediates"; };
revocation = { crls = "$W/pki/crls"; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); };
END
module="$W/helpers/pam_vsc.so config=$W/conf helpers=$W/helpers"
for kind in auth account password session; do echo "$kind required $module"; done > "$W/services/test"
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
# pam OPERATION...: what is typed stands on standard input.
pam() {
    LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$W/services" \
        PAM_WRAPPER_DISABLE_DEEPBIND=1 pamtester test "$person" "$@" > "$W/out" 2>&1
}
said() { grep -q -- "$1" "$W/out"; }

MASTER=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
# What is typed comes from a FIFO, for the help desk's answer is not known before the challenge is.
pam_start() { # OPERATION
    rm -f "$W/typed" && mkfifo "$W/typed"
    pam "$1" < "$W/typed" &
    PAMTESTER=$!
    exec 4> "$W/typed"
}
type_in() { printf '%s\n' "$@" >&4; }
pam_end() {
    exec 4>&-
    wait "$PAMTESTER"
}
block() { for _ in 1 2 3; do echo "wrong PIN 1" | vscmgr csr Native --pin stdin > "$W/out" 2>&1; done; }

{
    printf '%s\n' 12345678 87654321 "$MASTER" | vscmgr create --name Native --pin stdin \
        --adminkey random --puk stdin --helpdesk stdin --generate --key p256 --tries 3 --owner "$person" &&
        echo 12345678 | vscmgr csr Native --upn "$person@corp.test" --pin stdin --out "$W/csr" &&
        tests/pki/make-pki.sh issue "$W/pki" "$W/csr" "$W/cert" --upn "$person@corp.test" &&
        vscmgr import Native "$W/cert"
} > "$W/out" 2>&1
check $? "a card with a PUK and a help desk"
block
pam authenticate <<< $'\n\n'; [ $? != 0 ] && said 'is blocked after 3 wrong PINs' && said 'PUK of Native' &&
    said 'Call the help desk'
check $? "both ways are offered, and Enter alone goes on without the card"
pam authenticate <<< $'87654321\nnew-pin-1\nnew-pin-1\nnew-pin-1' && said 'successfully authenticated'
check $? "the PUK sets a new PIN, and that signs in"
pam authenticate <<< 12345678; [ $? != 0 ]
check $? "the old PIN is dead"
block
pam_start authenticate
type_in ''
until_true said 'Challenge: '
card=$(sed -n 's/.*Card: \([0-9A-Z-]*\)\..*/\1/p' "$W/out")
code=$(sed -n 's/.*Challenge: \([0-9A-Z-]*\)\..*/\1/p' "$W/out")
answer=$(printf '%s\n' "$MASTER" | "$B/vscmgr" answer --master stdin --card "$card" --challenge "$code")
type_in "$answer" new-pin-2 new-pin-2 new-pin-2
pam_end && said 'successfully authenticated'
check $? "the help desk's answer sets a new PIN, and that signs in"
pam authenticate <<< new-pin-2 && said 'successfully authenticated'
check $? "it is the card's PIN from then on"
block
pam authenticate <<< "$(printf '\n%s\nnew-pin-3\nnew-pin-3\n\n' "$answer")"
[ $? != 0 ] && said "not the help desk's answer"
check $? "the answer of before is good for nothing"
pam chauthtok <<< $'87654321\nnew-pin-4\nnew-pin-4' && said 'The PIN was changed'
check $? "passwd unblocks too"
tpm2_getcap handles-loaded-session > "$W/out" 2>&1; ! grep -q 0x "$W/out"
check $? "no session is left in the TPM"

echo "1..$n"
exit $failed
