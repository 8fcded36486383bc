#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# PKINIT with the card by vsc-pkcs11.so and MIT's kinit and KDC, and what that KDC refuses and Samba's does not.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/domain/kdc.sh
why=$(tpm_missing || kdc_missing) && { echo "1..0 # SKIP $why"; exit 0; }
D=$(mktemp -d) || exit 1
LISTENER= number=0
trap 'kdc_stop; [ -z "$LISTENER" ] || kill $LISTENER; tpm_stop; rm -rf "$D"' EXIT
chmod 700 "$D"
export TSS2_LOG=all+NONE VSC_PKCS11_SOCKET=$D/card.sock
MODULE=$B/vsc-pkcs11.so PIN=12345678 OUT=$D/out ME=$(id -un)
CARD="PKCS11:module_name=$MODULE:certid=00"

ok() {
    number=$((number + 1))
    if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; sed 's/^/# /' "$OUT" | tail -n 40; fi
}
certificate() { # OPTION...: on the card
    tests/pki/make-pki.sh issue "$D/pki" "$D/a.csr" "$D/a.pem" "$@" &&
        "$B/vscmgr" import Alice "$D/a.pem" -c "$D/conf"
}
card_listens() {
    "$B/vsc-card" -c "$D/conf" --listen "$D/card.sock" 2> "$D/log" &
    LISTENER=$!
    until_socket "$D/card.sock"
}
# refused CODE: the KDC's own answer
refused() {
    ! kdc_ticket alice@CORP.TEST "$CARD" $PIN && grep -q "error from KDC: $1" "$D/trace"
}

tpm_start "$D/tpm" > "$OUT" 2>&1
cat > "$D/conf" << CONF
card = { store = "$D/store"; tcti = "$TCTI"; socket = "$D/card.sock"; };
helpers = { card_user = ""; check_user = ""; };
CONF
{
    tests/pki/make-pki.sh base "$D/pki" alice CORP.TEST &&
        echo $PIN | "$B/vscmgr" create --name Alice --owner "$ME" --pin stdin --adminkey random --generate \
            -c "$D/conf" &&
        echo $PIN | "$B/vscmgr" csr Alice --key-id 00 --subject /CN=alice --pin stdin --out "$D/a.csr" -c "$D/conf" &&
        certificate && card_listens
} >> "$OUT" 2>&1
ok $? "kinit: a card with an RSA key"
kdc_start "$D/kdc" "$D/pki" alice bob >> "$OUT" 2>&1
ok $? "krb5kdc: runs with PKINIT"
OUT=$D/kdc/kinit.out KDC_SAYS=$D/trace
kdc_ticket alice@CORP.TEST "$CARD" $PIN && klist 2>&1 | tee -a "$OUT" | grep -q 'krbtgt/CORP.TEST@CORP.TEST'
ok $? "kinit: a ticket with the card"
! kdc_ticket alice@CORP.TEST "$CARD" 87654321 && kdc_ticket alice@CORP.TEST "$CARD" $PIN
ok $? "kinit: none with a wrong PIN, and then one with the right PIN"
kdc_ticket alice@CORP.TEST "$CARD" $PIN && kvno -q krbtgt/CORP.TEST@CORP.TEST >> "$OUT" 2>&1
ok $? "kinit: and the ticket is good for others"
! kdc_ticket bob@CORP.TEST "$CARD" $PIN && grep -q 'error from KDC: -1765328309/' "$D/trace"
ok $? "krb5kdc: another user's certificate is refused"
certificate --eku emailProtection > "$OUT" 2>&1 && refused -1765328307
ok $? "krb5kdc: a wrong extended key usage is refused"
certificate --no-upn > "$OUT" 2>&1 && refused -17653283
ok $? "krb5kdc: a certificate without UPN is refused"
certificate > "$OUT" 2>&1 && tests/pki/make-pki.sh revoke "$D/pki" "$D/a.pem" && kdc_lists "$D/pki" && refused -1765328312
ok $? "krb5kdc: a revoked certificate is refused"
certificate > "$OUT" 2>&1 && kdc_ticket alice@CORP.TEST "$CARD" $PIN
ok $? "kinit: a ticket with a new certificate"
kdc_stop
! kdc_ticket alice@CORP.TEST "$CARD" $PIN && grep -q 'contact any KDC' "$OUT"
ok $? "kinit: no KDC"
kdc_again && kdc_ticket alice@CORP.TEST "$CARD" $PIN
ok $? "kinit: and it is back"
echo "1..$number"
