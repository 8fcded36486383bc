#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# pam_vsc.so in the real libpam with both real helpers: native cards on a software TPM, a token in
# SoftHSM, OpenSC's module without a reader. Nothing in /etc is touched (libpam-wrapper), no account
# is made: it signs in as nobody where it runs as root, else as the user who runs it.
set -u
umask 022
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/softhsm.sh
if missing=$(tpm_missing pamtester openssl) || missing=$(softhsm_missing); then
    echo "1..0 # SKIP $missing"; exit 0
fi
W=$(mktemp -d) || exit 1
LISTENER=
trap '[ -z "$LISTENER" ] || { kill "$LISTENER" && wait "$LISTENER"; }; tpm_stop; rm -rf "$W"' EXIT
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

person=$(id -un) min=$(id -u)
[ "$min" != 0 ] || { person=nobody; min=1000; }
tests/pki/make-pki.sh base "$W/pki" "$person" corp.test
mkdir -m 755 "$W/helpers" "$W/services" "$W/store"
cp "$B/vsc-card" "$B/vsc-check" "$B/pam_vsc.so" "$W/helpers/"
configure() { # MODULE...
    local modules=
    [ $# = 0 ] || modules=$(printf ', "%s"' "$@")
    cat > "$W/conf" <<END
card = { store = "$W/store"; tcti = "$TCTI"; socket = "$W/card.sock"; pkcs11_modules = [ ${modules#, } ]; };
helpers = { card_user = ""; check_user = ""; };
trust = { anchors = "$W/pki/anchors"; intermediates = "$W/pki/intermediates"; };
revocation = { crls = "$W/pki/crls"; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); min_uid = $min; };
login = { reserve = 0; };
END
}
module="$W/helpers/pam_vsc.so config=$W/conf helpers=$W/helpers"
for kind in auth account password session; do echo "$kind required $module"; done > "$W/services/test"
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
# pam OPERATION...: what is typed stands on standard input.
pam() {
    LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$W/services" \
        PAM_WRAPPER_DISABLE_DEEPBIND=1 pamtester test "$person" "$@" > "$W/out" 2>&1
}
said() { grep -q -- "$1" "$W/out"; }

configure
if [ "$(id -u)" != 0 ]; then
    "$B/vsc-card" -c "$W/conf" --listen "$W/card.sock" 2> "$W/listener" &
    LISTENER=$!
    until_socket "$W/card.sock"
fi
{
    echo 12345678 | vscmgr create --name Native --pin stdin --adminkey default --generate --key p256 \
        --tries 3 --owner "$person" &&
        echo 12345678 | vscmgr csr Native --upn "$person@corp.test" --pin stdin --out "$W/csr" &&
        tests/pki/make-pki.sh issue "$W/pki" "$W/csr" "$W/cert" --upn "$person@corp.test" &&
        vscmgr import Native "$W/cert"
} > "$W/out" 2>&1
check $? "a card with a certificate"

pam authenticate <<< 12345678 && said 'successfully authenticated'
check $? "a sign-in through libpam"
pam authenticate setcred acct_mgmt open_session close_session <<< 12345678 &&
    [ "$(grep -c 'pamtester: .*success' "$W/out")" = 4 ] && said 'account management done'
check $? "setcred, account and session of the sign-in"
pam authenticate <<< $'00000000\n12345678' && said 'Wrong PIN. 2 tries left' && said '(2 tries left)'
check $? "a wrong PIN is told, and asked again in the same call"
pam chauthtok <<< $'12345678\nnew PIN 9\nnew PIN 9' && said 'The PIN was changed'
check $? "the PIN is changed through libpam"
! pam authenticate <<< 12345678 && said 'Wrong PIN' && pam authenticate <<< 'new PIN 9'
check $? "the old PIN is wrong now, and the new one signs in"
{
    vscmgr generate Native --key p256 &&
        echo 'new PIN 9' | vscmgr csr Native --upn "$person@corp.test" --pin stdin --out "$W/csr" &&
        tests/pki/make-pki.sh issue "$W/pki" "$W/csr" "$W/cert2" --upn "$person@corp.test" &&
        vscmgr import Native "$W/cert2"
} > "$W/out" 2>&1 && pam authenticate <<< $'1\nnew PIN 9' && pam authenticate <<< $'2\nnew PIN 9'
check $? "with_two_keys_on_the_card_each_signs_in"
vscmgr delete-key Native 00 --yes > "$W/out" 2>&1 && pam authenticate <<< 'new PIN 9'
check $? "and_the_one_that_is_left_is_not_asked_about"
! pam authenticate <<< $'wrong 11\nwrong 22\nwrong 33' && said 'is blocked after 3 wrong PINs' &&
    said 'VSC-BLOCKED' && ! pam authenticate <<< 'new PIN 9' && said 'VSC-BLOCKED'
check $? "the last wrong PIN blocks the card, and the person is told"
printf '%s\n' 010203040506070801020304050607080102030405060708 'by the desk' |
    vscmgr unblock Native --adminkey stdin --must-change > "$W/out" 2>&1 &&
    ! pam authenticate acct_mgmt <<< 'by the desk' && said 'successfully authenticated' &&
    said 'new one required' && said 'Somebody else chose your PIN'
check $? "after_an_unblocking_the_pin_must_be_changed"
pam 'chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)' <<< $'by the desk\nnew PIN 7\nnew PIN 7' &&
    pam authenticate acct_mgmt <<< 'new PIN 7' &&
    ! pam 'chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)' <<< $'new PIN 7\nnew PIN 8\nnew PIN 8'
check $? "and_once_it_is_the_card_signs_in"
vscmgr destroy --name Native --yes > "$W/out" 2>&1
! pam authenticate < /dev/null && ! said PIN && said 'cannot retrieve authentication info'
check $? "without a card nothing is asked"

# A token with two certificates of that person.
softhsm_start "$W/hsm"
{
    softhsm_token Token 12345678
    for kind in rsa:2048 ec:P-256; do
        softhsm_self_signed "$kind" "$person" "$W/key" "$W/self"
        openssl pkey -in "$W/key" -pubout -out "$W/public"
        tests/pki/make-pki.sh issue "$W/pki" "$W/public" "$W/cert" --upn "$person@corp.test" \
            --subject "/CN=${kind%:*}"
        softhsm_key Token 12345678 "0${#kind}" "$W/key" "$W/cert"
    done
    softhsm_module token
} > "$W/out" 2>&1
configure "$W/hsm/token.so"
pam authenticate <<< $'1\n12345678' && said 'PIN for Token'
check $? "a sign-in with a token, and a choice of its certificates"
pam authenticate <<< $'2\n12345678'
check $? "and with the other certificate"
opensc=$(echo /usr/lib/*/opensc-pkcs11.so)
configure "$opensc" "$W/hsm/token.so"
[ -e "$opensc" ] && pam authenticate <<< $'1\n12345678'
check $? "OpenSC's module without a reader keeps no other card away"
echo "1..$n"
exit $failed
