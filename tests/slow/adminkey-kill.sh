#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vscmgr rotate-adminkey --profile killed at every write, rename, sync and TPM command: afterwards the
# card opens with the initial key or with the one that is kept, never with none; the next run completes it.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
. tests/rig/enroll-kill.sh
if missing=$(enroll_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
export TSS2_LOG=all+NONE
trap enroll_end EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }
exec 2> "$D/shell" # "Killed" by the shell
INITIAL=0123456789abcdef0123456789abcdef0123456789abcdef
vscmgr() { "$B/vscmgr" "$@" -c "$D/conf" > "$D/out" 2>&1; }
works() { printf '%s\n' "$1" 12345678 | vscmgr unblock Alice --adminkey stdin; } # KEY
sed -i "s,socket = ,admin_keys = \"$D/adminkeys\"; socket = ," "$D/conf"
vscmgr destroy --name Alice --yes
printf '%s\n' 12345678 "$INITIAL" | vscmgr create --name Alice --owner daemon --pin stdin --adminkey stdin
(umask 077; echo "$INITIAL" > "$D/initial")
profile staff 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];" "admin_key = \"$D/initial\"; rotate_adminkey = true;"
enroll request || { echo "1..1"; echo "not ok 1 - an enrollment"; exit 1; }
bad=0 at=0 old=0 new=0
while at=$((at + 1)); do
    KILL_AT=$at KILL_COUNT="$D/count" LD_PRELOAD="$B/tests/kill_shim.so" "$B/vscmgr" rotate-adminkey Alice --profile staff -c "$D/conf" > "$D/out" 2>&1
    status=$?
    tpm_flush
    found=0
    if works "$INITIAL"; then found=1 old=$((old + 1)); fi
    for file in "$D"/adminkeys/*; do
        [ -f "$file" ] && works "$(head -n 1 "$file")" && found=$((found + 1)) new=$((new + 1))
    done
    [ $found = 1 ] || wrong "point $at: $found keys open the card"
    [ $status = 137 ] || break
    vscmgr rotate-adminkey --all || wrong "point $at: the next run"
    [ "$(find "$D/adminkeys" -type f | wc -l)" = 1 ] && ! works "$INITIAL" || wrong "point $at: not completed"
    echo 12345678 | vscmgr unblock Alice --adminkey kept --pin stdin || wrong "point $at: what is kept does not unblock"
    echo "$INITIAL" | vscmgr rotate-adminkey Alice --adminkey kept --new stdin || wrong "point $at: back to the initial key"
    [ $bad -lt 3 ] || break
done
echo "# $((at - 1)) points: $old times the initial key, $new times the new one"
[ $bad = 0 ] && [ $status = 0 ] && [ $old -gt 3 ] && [ $new -gt 2 ]
check "rotation_killed_at_every_point_leaves_a_key_that_opens_the_card"

echo "1..$TESTS"
exit $FAILED
