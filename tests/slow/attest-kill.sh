#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vscmgr killed at every write, rename, sync and TPM command of create --attestation --helpdesk, of
# attest and of unblock --challenge: afterwards there is a card that opens or is blocked, or none.
set -u
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
if missing=$(tpm_missing jq tpm2_getcap); then
    echo "1..0 # SKIP $missing"; exit 0
fi
W=$(mktemp -d) || exit 1
trap 'tpm_stop; rm -rf "$W"' EXIT
export TSS2_LOG=all+NONE
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
wrong() { # a word to what went wrong at a point
    echo "# $*"
    bad=$((bad + 1))
}
MASTER=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
printf 'card = { store = "%s/store"; tcti = "%s"; };\nhelpers = { card_user = ""; };\n' \
    "$W" "$TCTI" > "$W/conf"
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
cards() { vscmgr list --json 2>> "$W/err" | jq length; }
nv() { tpm2_getcap handles-nv-index | grep -c 0x; }
opens() { printf '%s\n' "$1" | vscmgr csr Card --pin stdin > "$W/csr" 2>> "$W/err"; }
killed() { KILL_AT=$at KILL_COUNT="$W/count" LD_PRELOAD="$B/tests/kill_shim.so" "$B/vscmgr" "$@" -c "$W/conf"; }
exec 2> "$W/shell" # "Killed" by the shell

# ---- create
bad=0 with=0 without=0 at=0
while at=$((at + 1)); do
    printf '%s\n' "$MASTER" | killed create --name Card --generate --key p256 --tries 3 \
        --attestation aik_only --helpdesk stdin > "$W/out" 2>> "$W/err"
    status=$?
    tpm_flush
    [ $status = 137 ] || break
    case $(cards) in
    1)
        with=$((with + 1))
        opens 12345678 && vscmgr attest Card > "$W/bundle" || wrong "point $at: the card does not open"
        vscmgr destroy --name Card --yes > "$W/out" || wrong "point $at: destroy"
        ;;
    0) without=$((without + 1)) ;;
    *) wrong "point $at: list fails" ;;
    esac
    [ "$(nv)" = 0 ] && [ -z "$(ls -A "$W/store/cards" 2>> "$W/err")" ] || wrong "point $at: leftovers"
done
echo "# create: $((at - 1)) points, $with times a card, $without times none"
[ $status = 0 ] && [ $bad = 0 ] && [ "$without" -gt 20 ]
check $? "create_with_attestation_and_help_desk_killed_at_every_point_leaves_a_card_or_nothing"

# ---- attest
bad=0 at=0
before=$(find "$W/store/cards" -type f -exec cksum {} + | sort)
while at=$((at + 1)); do
    killed attest Card --out "$W/bundle" > "$W/out" 2>> "$W/err"
    status=$?
    tpm_flush
    [ $status = 137 ] || break
    [ "$(find "$W/store/cards" -type f -exec cksum {} + | sort)" = "$before" ] ||
        wrong "point $at: the card's files changed"
done
opens 12345678 && vscmgr attest Card --out "$W/bundle" || wrong "the card does not open"
[ $status = 0 ] && [ $bad = 0 ] && [ $at -gt 3 ]
check $? "attest_killed_at_every_point_changes_nothing"

# ---- unblock --challenge: killed after the answer was typed
ask() { # with the point's kill: sets card and challenge; descriptor 4 is the person
    rm -f "$W/in" "$W/said" # or the last challenge would be taken for this one
    mkfifo "$W/in"
    killed unblock Card --challenge --pin stdin < "$W/in" > "$W/said" 2>> "$W/err" &
    person=$!
    exec 4> "$W/in"
    while kill -0 "$person" && ! grep -q challenge "$W/said"; do sleep 0.02; done
    card=$(sed -n 's/^ *card  *//p' "$W/said")
    challenge=$(sed -n 's/^ *challenge  *//p' "$W/said")
}
blocked() { vscmgr show Card --json | jq -e .blocked > "$W/jq"; }
bad=0 at=0 pin=12345678 new=87654321 shut=0 open=0
for _ in 1 2 3; do opens 'wrong PIN 9'; done
while at=$((at + 1)); do
    ask
    if [ -n "$challenge" ]; then
        answer=$(printf '%s\n' "$MASTER" |
            "$B/vscmgr" answer --master stdin --card "$card" --challenge "$challenge")
        printf '%s\n' "$answer" "$new" >&4
    fi
    exec 4>&-
    wait "$person"
    status=$?
    tpm_flush
    [ $status = 137 ] || break
    if blocked; then
        shut=$((shut + 1))
        ! opens "$pin" && ! opens "$new" || wrong "point $at: a blocked card opens"
    else
        open=$((open + 1))
        opens "$new" || wrong "point $at: the new PIN does not open the card"
        ! opens "$pin" || wrong "point $at: the old PIN opens it"
        swap=$pin pin=$new new=$swap
        for _ in 1 2 3; do opens 'wrong PIN 9'; done
    fi
done
opens "$new" || wrong "the card does not open in the end"
echo "# unblock: $((at - 1)) points, $shut times blocked, $open times open"
[ $status = 0 ] && [ $bad = 0 ] && [ "$shut" -gt 5 ]
check $? "unblock_killed_at_every_point_leaves_the_card_blocked_or_with_the_new_pin"

echo "1..$n"
exit $failed
