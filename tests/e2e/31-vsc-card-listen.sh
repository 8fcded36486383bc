#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-card --listen: a real socket, real user ids, one child a connection, until SIGTERM.
set -u
B=${B:-build}
. tests/rig/softhsm.sh
. tests/rig/client.sh
if missing=$(softhsm_missing); then echo "1..0 # SKIP $missing"; exit 0; fi

D=$(mktemp -d) || exit 1
LISTENER=
trap '[ -n "$LISTENER" ] && kill "$LISTENER" 2>/dev/null; rm -rf "$D"' EXIT
chmod 755 "$D"
BUILD=$(cd "$B" && pwd)
TESTS=0 FAILED=0
check() {
    local status=$?
    TESTS=$((TESTS + 1))
    if [ $status -eq 0 ]; then echo "ok $TESTS - $1"; else echo "not ok $TESTS - $1"; FAILED=1
        sed 's/^/# /' "$D/out" "$D/log" 2>/dev/null; fi
}
listen() { # OPTION...
    "$BUILD/vsc-card" "$@" --listen "$D/card.sock" 2>"$D/log" &
    LISTENER=$!
    until_true listens_or_gone && ! until_gone "$LISTENER"
}
listens_or_gone() { until_gone "$LISTENER" || "$BUILD/tests/card_client" "$D/card.sock" </dev/null; }
ended() { # the status of the listener, after SIGNAL or by itself
    [ -n "${1:-}" ] && kill "-$1" "$LISTENER"
    wait "$LISTENER"
    local status=$?
    LISTENER=
    return $status
}
as() { # UID COMMAND...; the present user where UID is ""
    local uid=$1
    shift
    printf '%s\n' "$@" | timeout 300 "$BUILD/tests/card_client" "$D/card.sock" $uid >"$D/out" 2>&1
}
said() { grep -qE -- "$1" "$D/out"; }

softhsm_start "$D"
softhsm_token Alice 12345678 && softhsm_self_signed ec:P-256 alice "$D/a.key" "$D/a.pem" &&
    softhsm_key Alice 12345678 01 "$D/a.key" "$D/a.pem"
mkdir -p "$D/store/cards"
cat >"$D/conf" <<CONF
card = { store = "$D/store"; pkcs11_modules = [ "$(softhsm_module good)" ]; };
helpers = { card_user = ""; check_user = ""; };
login = { timeout = 10; };
CONF

listen -c "$D/conf"
check "test_listener_starts"
[ "$(stat -c %a "$D/card.sock")" = 666 ] && [ -S "$D/card.sock" ]
check "test_socket_is_open_to_everybody"
as "" list "sign Alice 0 12345678"
said '^sign: success verified'
check "test_peer_who_runs_it_signs_through_the_socket"
client_open "$D/first" "$D/card.sock"
client_said list && as "" list && said '^list: 1 cards' && client_said "sign Alice 0 12345678" &&
    grep -q '^sign: success verified' "$D/first"
check "test_two_connections_at_a_time"
client_close

if [ "$(id -u)" -eq 0 ]; then
    id=$(sed -n 's/^list: id=\([^ ]*\) name=Alice.*/\1/p' "$D/first")
    # Tokens have no owner: others neither see them nor can use up their tries.
    as 1 list "state $id" "prepare $id 0" "sign $id 0 12345678" "sign $id 0 wrong-pin" \
        "change $id 12345678 87654321"
    said '^list: 0 cards' && [ "$(grep -c 'fault: no such card' "$D/out")" -eq 5 ] &&
        ! said success
    check "test_stranger_neither_sees_nor_uses_a_token"
    client_open "$D/stranger" "$D/card.sock" 1
    client_said list && ! pgrep -P "$(pgrep -d, -P "$LISTENER")" -f 'backend pkcs11' >/dev/null
    check "test_no_module_is_loaded_for_a_stranger"
    client_close
fi

client_open "$D/client" "$D/card.sock"
client_said list
children=$(pgrep -d' ' -P "$LISTENER")
ended TERM
[ $? -eq 0 ] && [ ! -e "$D/card.sock" ] && [ -n "$children" ] && ! kill -0 $children 2>/dev/null
check "test_sigterm_ends_it_with_its_children_and_its_socket"
client_close

listen -c "$D/conf"
kill -KILL "$LISTENER"; wait "$LISTENER" 2>/dev/null
[ -S "$D/card.sock" ] && listen -c "$D/conf" && as "" list && said '^list: 1 cards'
check "test_old_socket_file_is_replaced"
ended TERM

echo data >"$D/card.sock"
listen -c "$D/conf"
ended; status=$?
[ $status -eq 1 ] && [ "$(cat "$D/card.sock")" = data ] && grep -q 'not a socket' "$D/log"
check "test_another_kind_of_file_is_left_alone"
rm "$D/card.sock"

echo 'card = { stor = "x"; };' >"$D/bad"
"$BUILD/vsc-card" -c "$D/bad" --listen "$D/card.sock" 2>"$D/log"; status=$?
[ $status -eq 2 ] && grep -q 'bad:1' "$D/log"
check "test_listener_refuses_a_faulty_configuration"
"$BUILD/vsc-card" --listen "$D/card.sock" --module /x.so 2>"$D/log"; one=$?
"$BUILD/vsc-card" --nonsense 2>>"$D/log"; two=$?
"$BUILD/vsc-card" --backend pkcs11 2>>"$D/log"; three=$?
"$BUILD/vsc-card" word 2>>"$D/log"; four=$?
[ "$one$two$three$four" = 2222 ] && [ "$(wc -l <"$D/log")" -ge 4 ]
check "test_usage_errors_exit_with_2_and_say_why"

echo "1..$TESTS"
exit $FAILED
