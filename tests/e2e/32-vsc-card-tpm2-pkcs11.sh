#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The PKCS#11 back end over tpm2-pkcs11 on a software TPM: the same code as for any other token.
set -u
B=${B:-build}
. tests/rig/softhsm.sh
. tests/rig/tpm.sh
TPM2_LIB=
for try in /usr/lib/*/libtpm2_pkcs11.so.1 /usr/lib/*/pkcs11/libtpm2_pkcs11.so; do
    [ -e "$try" ] && TPM2_LIB=$try && break
done
if missing=$(softhsm_missing || tpm_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
[ -n "$TPM2_LIB" ] || { echo "1..0 # SKIP libtpm2-pkcs11-1 is not installed"; exit 0; }

D=$(mktemp -d) || exit 1
trap 'tpm_stop; rm -rf "$D"' EXIT
BUILD=$(cd "$B" && pwd)
TESTS=0 FAILED=0
check() {
    local status=$?
    TESTS=$((TESTS + 1))
    if [ $status -eq 0 ]; then echo "ok $TESTS - $1"; else echo "not ok $TESTS - $1"; FAILED=1
        sed 's/^/# /' "$D/out" 2>/dev/null; fi
}
ask() { printf '%s\n' "$@" | timeout 60 "$BUILD/tests/card_client" "spawn:$BUILD:$D/conf" >"$D/out" 2>&1; }
said() { grep -qE -- "$1" "$D/out"; }
tool() { pkcs11-tool --module "$TPM2_LIB" "$@" >>"$D/tool.log" 2>&1; }

tpm_start "$D/tpm" || { echo "1..0 # SKIP swtpm does not start"; exit 0; }
mkdir "$D/store"
export TPM2_PKCS11_STORE="$D/store" TPM2_PKCS11_TCTI="$TCTI" TSS2_LOG=all+NONE
slot=$(pkcs11-tool --module "$TPM2_LIB" -L 2>/dev/null | sed -n 's/^Slot [0-9]* (0x\([0-9a-f]*\)).*/\1/p' | head -n 1)
tool --slot "0x$slot" --init-token --label alice --so-pin 87654321 &&
    tool --token-label alice --login --login-type so --so-pin 87654321 --init-pin --pin 12345678 &&
    tool --token-label alice --login --pin 12345678 --keypairgen --key-type rsa:2048 --id 01 &&
    tool --token-label alice --login --pin 12345678 --keypairgen --key-type EC:prime256v1 --id 02
status=$?
openssl ecparam -genkey -noout -name P-256 -out "$D/ca.key" 2>/dev/null
openssl req -new -x509 -key "$D/ca.key" -subj /CN=ca -out "$D/ca.pem" 2>/dev/null
for id in 01 02; do
    pkcs11-tool --module "$TPM2_LIB" --token-label alice --read-object --type pubkey --id $id -o "$D/$id.der" 2>/dev/null
    openssl pkey -pubin -inform DER -in "$D/$id.der" -out "$D/$id.pub" 2>/dev/null
    openssl req -new -key "$D/ca.key" -subj "/CN=alice $id" -out "$D/$id.csr" 2>/dev/null
    openssl x509 -req -in "$D/$id.csr" -force_pubkey "$D/$id.pub" -CA "$D/ca.pem" -CAkey "$D/ca.key" \
        -CAcreateserial -outform DER -out "$D/$id.cert" 2>/dev/null
    tool --token-label alice --login --pin 12345678 --write-object "$D/$id.cert" --type cert --id $id || status=1
done
[ $status -eq 0 ]
check "test_token_in_the_tpm_is_made"

cp "$BUILD/tests/p11_shim.so" "$D/tpm2.so"
printf 'module %s\nenv TPM2_PKCS11_STORE=%s\nenv TPM2_PKCS11_TCTI=%s\nenv TSS2_LOG=all+NONE\n' \
    "$TPM2_LIB" "$D/store" "$TCTI" >"$D/tpm2.so.conf"
mkdir "$D/native"
cat >"$D/conf" <<CONF
card = { backends = [ "pkcs11" ]; store = "$D/native"; tcti = "$TCTI"; pkcs11_modules = [ "$D/tpm2.so" ]; };
helpers = { card_user = ""; check_user = ""; };
CONF

tpm_flush
ask list "sign alice 0 12345678" "sign alice 1 12345678"
said '^list: 1 cards' && [ "$(grep -c '^sign: success verified' "$D/out")" -eq 2 ]
check "test_rsa_and_ecdsa_keys_in_the_tpm_sign"
ask list "sign alice 0 wrong-pin" "sign alice 0 12345678"
said '^sign: wrong PIN' && said '^sign: success verified'
check "test_wrong_pin_is_wrong"
ask list "change alice 12345678 new-pin-1" "sign alice 0 12345678" "sign alice 0 new-pin-1"
said '^change: success' && said '^sign: wrong PIN' && said '^sign: success verified'
check "test_pin_of_a_token_in_the_tpm_changes"
tpm2_dictionarylockout -c >/dev/null 2>&1
tpm2_dictionarylockout -s -n 1 -t 600 -l 86400 >/dev/null 2>&1
ask list "sign alice 0 wrong-pin" "sign alice 0 new-pin-1" "state alice"
said '^sign: the card is blocked' && said '^state: blocked'
check "test_token_of_a_locked_tpm_is_blocked"

echo "1..$TESTS"
exit $FAILED
