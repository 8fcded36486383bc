#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Renewals killed by the timer's pulse --notify, at an EST server, and at AD CS's web services. Of pulse --notify
# every point is visited: each write, rename, sync and message (to vsc-card, the desktop, pinentry and the
# journal), and after each answer. Of EST and AD CS every message of TLS and to the KDC, and after each answer:
# what comes before and after is the same code as with a helper, which tests/slow/enroll-kill.sh kills at every
# point. The card signs in with what it had or with what is new, the next pulse completes, and no key is left over.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
. tests/rig/enroll-kill.sh
. tests/rig/est.sh
. tests/rig/adcs.sh
. tests/rig/desktop.sh
if missing=$(est_missing) || missing=$(adcs_missing) || missing=$(desktop_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
# A journal of our own, and what the module notes.
if [ "${1:-}" != inside ]; then exec unshare --mount "$0" inside; fi
mount -t tmpfs -o mode=755 tmpfs /var/lib && mkdir -m 755 /var/lib/pam_vsc && mkdir -m 711 /var/lib/pam_vsc/sign-ins || exit 1
export TSS2_LOG=all+NONE
CLICKER= ONLY=
clean_up() {
    [ -z "$CLICKER" ] || kill "$CLICKER"
    desktop_stop; est_stop; adcs_stop; enroll_end
}
trap clean_up EXIT
enroll_start && desktop_start && est_certificates && est '{}' && est_serve good || { echo "1..1"; echo "not ok 1 - software TPM, card, CA, desktop and EST server"; exit 1; }
cp "$B/tests/kill_shim.so" "$D/"
later=$(in_days 330)
tidy() { # after a sign-in with what is new
    as daemon status --json
    jq -r '.[0].certificate | "\(.serial) \(.issuer)"' "$D/out" > /var/lib/pam_vsc/sign-ins/1
    as daemon pulse < /dev/null
}
with_kill() { # COMMAND...: in a session that has the shim
    local before=("${SESSION[@]}") status
    SESSION+=(KILL_SEND=yes KILL_ONLY=$ONLY KILL_AT=$at KILL_COUNT="$D/user/count" LD_PRELOAD="$D/kill_shim.so")
    "$@"
    status=$?
    SESSION=("${before[@]}")
    return $status
}
kill_everywhere() { # WHAT POINTS COMMAND...: at more than POINTS, by ONLY
    local what=$1 least=$2 status
    shift 2
    bad=0 at=0
    while at=$((at + 1)); do
        with_kill "$@"
        status=$?
        [ $status = 137 ] || break
        signs || wrong "$what, point $at: the card does not sign"
        enroll pulse --at "$later"
        [ "$(keys)" = 2 ] || wrong "$what, point $at"
        tidy
        clean 1 || wrong "$what, point $at: afterwards"
    done
    echo "# $what: $((at - 1)) points"
    [ $status = 0 ] && [ $bad = 0 ] && [ $at -gt "$least" ]
}
exec 2> "$D/shell" # "Killed" by the shell

# ---- by the timer's pulse: a click at each notice, and the PIN
click() { # beside the test: every first notice of a pulse
    local seen=0 now
    while sleep 0.05; do
        now=$(grep -c 'Notify "vsc-enroll" 0 ' "$D/said")
        [ "$now" -gt $seen ] || continue
        seen=$now
        signal ActionInvoked us "$seen" renew
    done
}
by_notice() {
    answers "$PIN"
    pulse --at "$later"
    wait "$PULSE"
}
profile ca 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];"
enroll request
server 'body actions persistence'
click & CLICKER=$!
ONLY=
kill_everywhere "pulse --notify" 60 by_notice && grep -q 'Renew now' "$D/said"
check "a_pulse_of_the_timer_killed_at_every_point_signs_in_and_is_completed_by_the_next"
kill "$CLICKER"; CLICKER=; server_stop

# ---- EST: by the card's own certificate
forget; rm "$D"/enroll.d/*
profile est 'backend = "est";' "url = \"https://127.0.0.1:$PORT\"; tls_anchors = \"$D/anchors\";"
enroll request
ONLY=network
kill_everywhere EST 10 enroll pulse --at "$later"
check "a_renewal_by_EST_killed_at_every_point_signs_in_and_is_completed_by_the_next_pulse"
est_stop

# ---- AD CS
forget; rm "$D"/enroll.d/*
adcs_start && ticket && ad && enroll request
check "AD_CS_as_it_is_played"
kill_everywhere "AD CS" 15 enroll pulse --at "$later"
check "a_renewal_by_AD_CS_killed_at_every_point_signs_in_and_is_completed_by_the_next_pulse"

echo "1..$TESTS"
exit $FAILED
