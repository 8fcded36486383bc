#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-enroll killed at every write, rename, sync and wire message, and after each answer, of a first
# request, of a renewal, and of the tidying up after it: the card signs in with what it had or with
# what is new, the next vsc-enroll completes, and no key is left over.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
. tests/rig/enroll-kill.sh
if missing=$(enroll_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
export TSS2_LOG=all+NONE
trap enroll_end EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }
cp "$B/tests/kill_shim.so" "$D/"
profile ca 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];"
later=$(in_days 330)
killed() { # COMMAND...
    local before=("${SESSION[@]}") status
    SESSION+=(KILL_AT=$at KILL_COUNT="$D/user/count" LD_PRELOAD="$D/kill_shim.so")
    enroll "$@"
    status=$?
    SESSION=("${before[@]}")
    return $status
}
exec 2> "$D/shell" # "Killed" by the shell

# ---- a first request
bad=0 at=0
while at=$((at + 1)); do
    killed request
    status=$?
    [ $status = 137 ] || break
    enroll request
    clean 1 || wrong "request, point $at"
    forget
done
echo "# request: $((at - 1)) points"
[ $status = 0 ] && [ $bad = 0 ] && [ $at -gt 30 ]
check "a_request_killed_at_every_point_is_completed_by_the_next_one"

# ---- a renewal
bad=0 at=0
while at=$((at + 1)); do
    killed pulse --at "$later"
    status=$?
    [ $status = 137 ] || break
    signs || wrong "renewal, point $at: the card does not sign"
    enroll pulse --at "$later"
    clean 2 || wrong "renewal, point $at"
    signed_in ca
    as daemon pulse < /dev/null
    SESSION=()
    clean 1 || wrong "renewal, point $at: afterwards"
done
echo "# renewal: $((at - 1)) points"
[ $status = 0 ] && [ $bad = 0 ] && [ $at -gt 30 ]
check "a_renewal_killed_at_every_point_signs_in_and_is_completed_by_the_next_pulse"

# ---- the end of the old pair
bad=0 at=0
while at=$((at + 1)); do
    clean 2 || wrong "two keys before point $at"
    signed_in ca
    killed pulse
    status=$?
    signs || wrong "tidying, point $at: the card does not sign"
    as daemon pulse < /dev/null
    SESSION=()
    clean 1 || wrong "tidying, point $at"
    [ $status = 137 ] || break
    enroll renew
done
echo "# tidying: $((at - 1)) points"
[ $status = 0 ] && [ $bad = 0 ] && [ $at -gt 5 ]
check "the_old_pair_goes_whenever_its_deletion_was_killed"

# ---- a refusal
bad=0 at=0
echo "issue --upn bin@corp.test" > "$D/mode"
while at=$((at + 1)); do
    killed renew
    status=$?
    [ $status = 137 ] || break
    signs || wrong "refusal, point $at: the card does not sign"
    enroll pulse
    clean 1 || wrong "refusal, point $at"
done
echo "# refusal: $((at - 1)) points"
[ $status = 1 ] && [ $bad = 0 ] && [ $at -gt 20 ]
check "a_refused_renewal_killed_at_every_point_leaves_the_card_as_it_was"

# ---- a helper that never ends
echo sleep > "$D/mode"
enroll renew; [ $? = 3 ] && grep -q 'no answer in 120 seconds' "$D/out" && signs && ! pgrep -u daemon -f "$D/helper-ca.sh" > "$D/jq"
check "a_helper_that_does_not_end_is_ended"

echo "1..$TESTS"
exit $FAILED
