#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A native card through the socket: its owner, a stranger and root, each with a user id of its own, and
# vsc-card as another user than root.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/client.sh
if missing=$(tpm_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP needs several user ids: root only"; exit 0; }

D=$(mktemp -d) || exit 1
LISTENER=
trap '[ -n "$LISTENER" ] && kill "$LISTENER" && wait "$LISTENER"; tpm_stop; rm -rf "$D"' EXIT
chmod 755 "$D"
export TSS2_LOG=all+NONE
TESTS=0 FAILED=0
check() {
    local status=$?
    TESTS=$((TESTS + 1))
    if [ $status -eq 0 ]; then echo "ok $TESTS - $1"; else echo "not ok $TESTS - $1"; FAILED=1
        sed 's/^/# /' "$D/out" "$D/log" 2>/dev/null; fi
}
as() { # UID COMMAND...
    local uid=$1
    shift
    printf '%s\n' "$@" | timeout 120 "$B/tests/card_client" "$D/card.sock" "$uid" >"$D/out" 2>&1
}
said() { grep -qE -- "$1" "$D/out"; }

OWNER=$(id -u daemon) STRANGER=$(id -u bin)
tpm_start "$D/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
cat >"$D/conf" <<CONF
card = { store = "$D/store"; tcti = "$TCTI"; };
helpers = { card_user = "nobody"; check_user = ""; };
CONF
echo 12345678 | "$B/vscmgr" create --name Alice --owner daemon --pin stdin --generate --tries 3 -c "$D/conf" >"$D/out" 2>&1 &&
    echo 12345678 | "$B/vscmgr" create --name Free --pin stdin --generate -c "$D/conf" >>"$D/out" 2>&1
check "test_cards_are_made"

"$B/vsc-card" -c "$D/conf" --listen "$D/card.sock" 2>"$D/log" &
LISTENER=$!
until_socket "$D/card.sock"

as "$OWNER" list "state Alice" "prepare Alice 0" "sign Alice 0 12345678"
said 'name=Alice owner=daemon keys=1$' && said '^state: tries=3/3$' && said '^prepare: success' &&
    said '^sign: success'
check "test_owner_signs_with_the_own_card"

client_open "$D/client" "$D/card.sock" "$OWNER"
client_said list "sign Alice 0 12345678"
child=$(pgrep -P "$LISTENER" | head -n 1)
[ "$(ps -o user= -p "$child")" = nobody ] && grep -q '^NoNewPrivs:.1' "/proc/$child/status" &&
    grep -q '^Seccomp:.2' "/proc/$child/status" && grep -q '^CapEff:.0*$' "/proc/$child/status"
check "test_vsc_card_serves_as_its_own_user_in_a_sandbox"
client_close

as "$STRANGER" list "state 0000" "prepare 0000 0" "sign 0000 0 12345678" "sign 0000 0 wrong-pin" \
    "change 0000 12345678 87654321"
said 'name=Alice owner= keys=0 restricted$' && said '^state:$' &&
    [ "$(grep -c 'fault: not permitted' "$D/out")" -eq 4 ] && ! said success
check "test_stranger_sees_the_name_and_is_refused_everything_else"
as "$OWNER" list "state Alice"
said '^state: tries=3/3$'
check "test_stranger_has_used_up_no_try"

as "$OWNER" list "sign Free 0 12345678"
said 'name=Free owner= keys=0 restricted$' && said '^sign: fault: not permitted'
check "test_card_without_an_owner_is_roots"
as 0 list "sign Free 0 12345678" "sign Alice 0 12345678"
[ "$(grep -c '^sign: success' "$D/out")" -eq 2 ]
check "test_root_signs_with_every_card"

as "$OWNER" list "change Alice 12345678 new-pin-1" "sign Alice 0 12345678" "sign Alice 0 new-pin-1"
said '^change: success' && said '^sign: wrong PIN tries=2/3' && said '^sign: success tries=3/3'
check "test_owner_changes_the_pin_and_the_old_one_is_useless"

as "$OWNER" list "sign Alice 0 wrong-pin" "sign Alice 0 wrong-pin" "sign Alice 0 wrong-pin" \
    "sign Alice 0 new-pin-1" "state Alice"
said '^sign: wrong PIN tries=2/3' && said '^sign: wrong PIN tries=1/3' &&
    [ "$(grep -c '^sign: the card is blocked tries=0/3 blocked' "$D/out")" -eq 2 ] &&
    said '^state: tries=0/3 blocked'
check "test_last_wrong_pin_blocks_and_the_right_one_is_refused"
as "$STRANGER" list "state 0000"
said '^state: blocked$'
check "test_stranger_sees_that_a_card_is_blocked"

echo "1..$TESTS"
exit $FAILED
