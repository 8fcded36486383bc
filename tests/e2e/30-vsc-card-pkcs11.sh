#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-card with tokens: PKCS#11 modules in processes of their own, good ones and hostile ones.
set -u
B=${B:-build}
. tests/rig/softhsm.sh
. tests/rig/client.sh
if missing=$(softhsm_missing); then echo "1..0 # SKIP $missing"; exit 0; fi

D=$(mktemp -d) || exit 1
trap 'rm -rf "$D"' EXIT
chmod 755 "$D"
BUILD=$(cd "$B" && pwd)
TESTS=0 FAILED=0
check() { # NAME, true or false by the status of the last command
    local status=$?
    TESTS=$((TESTS + 1))
    if [ $status -eq 0 ]; then echo "ok $TESTS - $1"; else echo "not ok $TESTS - $1"; FAILED=1
        sed 's/^/# /' "$D/out" 2>/dev/null; fi
}

conf() { # USER MODULE...: the configuration $D/conf
    local user=$1 modules
    shift
    modules=$(printf '"%s", ' "$@")
    mkdir -p "$D/store"
    cat >"$D/conf" <<CONF
card = { store = "$D/store"; pkcs11_modules = [ ${modules%, } ]; };
helpers = { card_user = "$user"; check_user = ""; };
login = { timeout = 8; };
CONF
}
ask() { printf '%s\n' "$@" | timeout 300 "$BUILD/tests/card_client" "spawn:$BUILD:$D/conf" >"$D/out" 2>&1; }
said() { grep -qE -- "$1" "$D/out"; }
said_not() { ! said "$1"; }
# The helper ends by itself once the client has gone; no instance outlives it.
instances() { pgrep -f "vsc-card --backend pkcs11 --module $D/" | wc -l; }
no_instance() { [ "$(instances)" -eq 0 ]; }
all_gone() {
    until_true no_instance && return 0
    ps -ef | grep "$D/" >>"$D/out"
    return 1
}

softhsm_start "$D"
softhsm_token Alice 12345678 && softhsm_token Bob 87654321 &&
    softhsm_self_signed rsa:2048 alice "$D/a.key" "$D/a.pem" &&
    softhsm_self_signed ec:P-256 alice2 "$D/b.key" "$D/b.pem" &&
    softhsm_key Alice 12345678 01 "$D/a.key" "$D/a.pem" &&
    softhsm_key Alice 12345678 02 "$D/b.key" "$D/b.pem" &&
    softhsm_key Bob 87654321 01 "$D/b.key" "$D/b.pem"
check "test_tokens_are_made"
good=$(softhsm_module good)

conf "" "$good"
ask list "sign Alice 0 12345678" "sign Alice 1 12345678" "sign Bob 0 87654321"
said '^list: 2 cards' && [ "$(grep -c '^sign: success verified' "$D/out")" -eq 3 ]
check "test_two_slots_and_two_certificates_sign_with_rsa_and_ecdsa"

ask list "sign Alice 0 wrong-pin" "sign Alice 0 12345678" "state Alice"
said '^sign: wrong PIN' && said '^sign: success verified' && said '^state:$'
check "test_wrong_pin_is_wrong_and_the_next_right_one_signs"

ask list "change Bob 87654321 new-pin-1" "sign Bob 0 87654321" "sign Bob 0 new-pin-1" \
    "change Bob new-pin-1 87654321"
[ "$(grep -c '^change: success' "$D/out")" -eq 2 ] && said '^sign: wrong PIN' &&
    said '^sign: success verified'
check "test_change_of_a_token_pin_makes_the_old_one_useless"

all_gone
check "test_no_instance_outlives_its_vsc_card"

# As in production: helpers.card_user, who has to be able to write SoftHSM's files.
if [ "$(id -u)" -eq 0 ]; then
    chown -R nobody "$D/tokens"
    conf nobody "$good"
    ask list "sign Alice 0 12345678"
    said '^sign: success verified'
    check "test_instance_of_another_user_signs"
    client_open "$D/client" "spawn:$BUILD:$D/conf"
    client_said list
    users=$(ps -o user= -p "$(pgrep -d, -f "vsc-card --backend pkcs11 --module $D/")" | sort -u)
    client_close
    [ "$users" = nobody ]
    check "test_instance_has_become_its_user"
    chown -R root "$D/tokens"
fi

conf "" "$good"
ask list
alice=$(sed -n 's/^list: id=\(p11:good[^ ]*\) name=Alice .*/\1/p' "$D/out")
# Is a token there? "No" is said by a module that works; everything else is a fault.
ask list "find $alice" "find p11:nothing:1"
said '^find: label=Alice$' && said '^find: fault: PKCS#11 token error: no PKCS#11 module in use can have'
check "test_token_that_is_there_is_found_by_its_label"
touch "$good.away"
ask "find $alice"
said '^find: not there$'
check "test_token_that_was_pulled_is_not_there"
touch "$good.broken"
ask "find $alice"
said '^find: fault: '
check "test_slot_that_does_not_tell_is_a_fault"
rm -f "$good.away" "$good.broken"
for fault in load-crash token-crash; do
    bad=$(softhsm_module "good" "$fault")
    conf "" "$bad"
    ask "find $alice"
    said '^find: fault: '
    check "test_find_is_a_fault_when_the_module_does_$fault"
done
good=$(softhsm_module good)

# A module that cannot be used takes nothing but its own tokens away.
for fault in load-crash token-crash list-crash many-objects attribute-huge load-hang list-hang; do
    conf "" "$(softhsm_module "bad-$fault" "$fault")" "$good"
    ask list "sign $alice 0 12345678"
    said '^sign: success verified'
    check "test_other_tokens_sign_when_a_module_does_$fault"
done
for fault in login-crash login-hang; do
    conf "" "$(softhsm_module "bad-$fault" "$fault")" "$good"
    ask list
    id=$(sed -n "s/^list: id=\(p11:bad-$fault[^ ]*\) name=Alice .*/\1/p" "$D/out")
    ask list "sign $id 0 12345678" list "sign $alice 0 12345678"
    [ -n "$id" ] && said '^sign: fault: ' && said '^list: 2 cards' && said '^sign: success verified'
    check "test_vsc_card_lives_on_when_a_module_does_$fault"
done
all_gone
check "test_no_instance_of_a_hostile_module_is_left"

# An instance that is killed between two requests.
conf "" "$good"
client_open "$D/client" "spawn:$BUILD:$D/conf"
client_said list && kill -9 $(pgrep -f "vsc-card --backend pkcs11 --module $D/good.so") &&
    client_said "sign Alice 0 12345678" list
client_close
cp "$D/client" "$D/out"
said '^sign: fault: '
check "test_killed_instance_is_a_fault_and_not_an_end"

# Two modules with the same tokens, and one that claims the ids of another, do not mix.
twin=$(softhsm_module twin)
conf "" "$good" "$twin"
ask list
said '^list: 4 cards' && [ "$(grep -o 'id=[^ ]*' "$D/out" | sort -u | wc -l)" -eq 4 ]
check "test_same_token_through_two_modules_has_two_ids"

chmod 757 "$twin"
ask list
said '^list: 2 cards'
check "test_module_that_others_can_write_is_not_loaded"

conf "" "$D/nothing.so"
ask list "state 0000"
said '^list: 0 cards' && said '^state: fault: no such card'
check "test_missing_module_leaves_the_rest"

echo "nonsense = 1;" >"$D/conf"
ask list
said '^list: fault: configuration error: .*conf:1'
check "test_faulty_configuration_is_told_to_the_peer"

echo "1..$TESTS"
exit $FAILED
