#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The part of tests/slow/su-hostile.sh that runs in the throwaway root. vscbob calls su vscalice.
# A wrong PIN must never get in; with the right one su may work or not, but it must not crash; and
# no helper may be left over. The owner signs in now and then, so that the card's tries come back.
set -u
. tests/rig/site.sh

limits='AS CORE CPU DATA FSIZE LOCKS MEMLOCK MSGQUEUE NICE NOFILE NPROC RSS RTPRIO RTTIME SIGPENDING STACK'
echo 1..$((2 + 16 + 4 + 2 + 3))
{ site_install && site_trust && site_card; } > "$LOG" 2>&1
ok $? "an installed site with a card"
printf 'auth required pam_vsc.so\naccount required pam_permit.so\nsession required pam_permit.so\n' \
    > /etc/pam.d/su

su_alice() { as vscbob "$@" su vscalice -c 'echo GOT-IN'; }
# A helper that was killed leaves sessions in swtpm, which has no resource manager.
give_tries_back() { tpm_flush; echo 12345678 | pamtester vsc-test vscalice authenticate > /dev/null 2>&1; }
# An exit status over 128 is a death by a signal. With some limits su dies in any case, before or
# after it loads modules: then it must do so with a stack that only denies, too.
no_crash() { # STATUS [LIMIT]
    local status=$1 limit=${2:-} denied
    [ "$status" -lt 128 ] && return 0
    [ "$limit" = CPU ] && [ "$status" = 137 ] && return 0 # the kernel, at any time
    [ -n "$limit" ] || return 1
    cp /etc/pam.d/su "$W/su" && echo 'auth required pam_deny.so' > /etc/pam.d/su
    echo 00000000 | su_alice prlimit "--${limit,,}=0:0" 2>&1 | cat > /dev/null
    denied=${PIPESTATUS[1]}
    cp "$W/su" /etc/pam.d/su
    [ "$denied" = "$status" ]
}

echo 12345678 | su_alice env > "$LOG" 2>&1 && grep -q GOT-IN "$LOG"
ok $? "su works with the card's PIN"

for limit in $limits; do
    echo 00000000 | su_alice prlimit "--${limit,,}=0:0" 2>&1 | cat > "$LOG"; wrong=${PIPESTATUS[1]}
    echo 12345678 | su_alice prlimit "--${limit,,}=0:0" 2>&1 | cat > "$LOG.right"; right=${PIPESTATUS[1]}
    give_tries_back
    echo "exit status $wrong with a wrong PIN, $right with the right one" >> "$LOG"
    [ "$wrong" != 0 ] && ! grep -q GOT-IN "$LOG" && no_crash "$wrong" $limit &&
        no_crash "$right" $limit && no_helpers
    ok $? "limit $limit at 0: no way in, no crash, nothing left over"
done

for signal in CHLD PIPE ALRM TERM; do
    echo 00000000 | su_alice env "--ignore-signal=$signal" > "$LOG" 2>&1; wrong=$?
    echo 12345678 | su_alice env "--ignore-signal=$signal" > "$LOG.right" 2>&1; right=$?
    [ $wrong != 0 ] && ! grep -q GOT-IN "$LOG" && [ $right = 0 ] && grep -q GOT-IN "$LOG.right" &&
        no_helpers
    ok $? "SIG$signal ignored: a wrong PIN is refused, the right one works, nothing left over"
done
give_tries_back

su_alice env <&- > /dev/null 2>&1; status=$?
[ $status != 0 ] && no_crash $status && no_helpers
ok $? "standard input closed: no way in"
su_alice env <&- >&- 2>&-; status=$?
[ $status != 0 ] && no_crash $status && no_helpers
ok $? "descriptors 0-2 closed: no way in"

# Ctrl-C before the prompt, at the prompt, and after the PIN was sent.
interrupt() { # SCRIPT
    expect -c "set timeout 300
        spawn -noecho setpriv --reuid vscbob --regid vscbob --init-groups su vscalice -c {echo GOT-IN}
        $1
        expect eof
        catch wait result
        exit 0" > "$LOG" 2>&1
    ! grep -q GOT-IN "$LOG" && ! grep -qi 'segmentation\|abort' "$LOG" && no_helpers
}
interrupt 'send "\003"'
ok $? "Ctrl-C at once"
interrupt 'expect "PIN for"; send "\003"'
ok $? "Ctrl-C at the prompt"
interrupt 'expect "PIN for"; send "00000000\r"; after 30; send "\003"'
ok $? "Ctrl-C after a wrong PIN"
site_end
