#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Several processes use one TPM and one card at the same time, through tpm2-abrmd (the nearest thing
# to /dev/tpmrm0 without a kernel driver), and directly.
set -u
shopt -s lastpipe
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
if missing=$(tpm_missing jq openssl tpm2_getcap); then
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
conf() {
    printf 'card = { store = "%s/store"; tcti = "%s"; };\nhelpers = { card_user = ""; };\n' \
        "$W" "$TCTI" > "$W/conf"
}
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
sign() { # NUMBER PIN
    printf '%s\n' "$2" | vscmgr csr Card --pin stdin > "$W/csr.$1" 2> "$W/err.$1"
    echo $? > "$W/status.$1"
}
at_once() { # HOW MANY: all sign, nobody is refused
    local i pids=
    for i in $(seq "$1"); do
        sign "$i" 12345678 &
        pids="$pids $!"
    done
    # shellcheck disable=SC2086
    wait $pids
    for i in $(seq "$1"); do
        [ "$(cat "$W/status.$i")" = 0 ] && openssl req -in "$W/csr.$i" -noout -verify 2> "$W/err" ||
            { echo "# $i: $(cat "$W/err.$i")"; return 1; }
    done
    [ "$(vscmgr show Card --json | jq .tries_left)" = 5 ]
}

tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
conf
vscmgr create --name Card --generate --key p256 > "$W/out" 2>&1
at_once 6
check $? "six_processes_sign_at_once_with_the_tpm_directly"

if missing=$(tpm_missing tpm2-abrmd dbus-daemon) || ! tpm_start_abrmd "$W"; then
    n=$((n + 1))
    echo "ok $n - through a resource manager # SKIP tpm2-abrmd or dbus-daemon is not installed"
else
    conf
    at_once 6
    check $? "six_processes_sign_at_once_through_a_resource_manager"
    vscmgr create --name Second --generate --key p256 > "$W/out" 2>&1 &
    pid=$!
    at_once 3
    check $? "a_creation_beside_does_not_disturb"
    wait $pid
    [ "$(vscmgr list --json | jq length)" = 2 ] && vscmgr destroy --name Second --yes > "$W/out"
    check $? "nor is it disturbed"
    pids=
    printf '12345678\n' | vscmgr csr Card --pin stdin > "$W/out" 2> "$W/err" &
    pids="$pids $!"
    printf '12345678\n87654321\n' | vscmgr passwd Card --pin stdin > "$W/out2" 2> "$W/err2" &
    pids="$pids $!"
    printf '12345678\nabcdefgh\n' | vscmgr passwd Card --pin stdin > "$W/out3" 2> "$W/err3" &
    pids="$pids $!"
    # shellcheck disable=SC2086
    wait $pids
    one=0
    for pin in 87654321 abcdefgh; do sign 1 $pin; [ "$(cat "$W/status.1")" = 0 ] && one=$((one + 1)); done
    [ $one = 1 ]
    check $? "of_two_pin_changes_at_once_one_wins"
fi
pids=
for name in A B; do
    vscmgr create --name $name > "$W/out.$name" 2>&1 &
    pids="$pids $!"
done
# shellcheck disable=SC2086
wait $pids
[ "$(vscmgr list --json | jq -c '[.[].id]')" = '["0000","0001","0002"]' ]
check $? "two_creations_at_once_get_different_ids"
pids=
for i in 1 2; do
    vscmgr create --name Same > "$W/out.$i" 2>&1 &
    pids="$pids $!"
done
# shellcheck disable=SC2086
wait $pids
[ "$(vscmgr list --json | jq '[.[] | select(.name == "Same")] | length')" = 1 ]
check $? "a_name_is_given_once_even_at_the_same_time"

echo "1..$n"
exit $failed
