#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The part of tests/slow/install.sh that runs in the throwaway root.
set -u
. tests/rig/site.sh
echo 1..19

site_install > "$LOG" 2>&1
ok $? "make install"
id _vsc > "$LOG" 2>&1 && id -nG _vsc | grep -qw tss && id _vsc-check >> "$LOG" 2>&1 &&
    id _vsc-fetch >> "$LOG" 2>&1
ok $? "the helpers' users are made from sysusers.d"
[ -d /run/pam_vsc ] && [ -d /var/lib/pam_vsc/cards ] &&
    [ "$(stat -c %U:%a /var/cache/pam_vsc)" = _vsc-fetch:755 ]
ok $? "the folders are made from tmpfiles.d"
systemd-analyze verify vsc-card.socket vsc-refresh.timer vsc-refresh.service > "$LOG" 2>&1
! grep -iE 'pam_vsc|vsc-' "$LOG" && [ -e /usr/lib/systemd/system/vsc-card.socket ]
ok $? "the units are in their places"

{ site_trust && site_card; } > "$LOG" 2>&1
ok $? "a card for an ordinary user"
echo 12345678 | pamtester vsc-test vscalice authenticate > "$LOG" 2>&1
ok $? "a sign-in with no helpers= and no config="
certcheck refresh > "$LOG" 2>&1 && [ "$(grep -c '^stored *by-hand' "$LOG")" = 2 ] &&
    [ -z "$(find /var/cache/pam_vsc ! -user _vsc-fetch)" ]
ok $? "certcheck refresh by root, as _vsc-fetch"
caps=-all,+dac_read_search
setpriv --reuid _vsc-fetch --regid _vsc-fetch --clear-groups --inh-caps=$caps --ambient-caps=$caps \
    --bounding-set=$caps --no-new-privs certcheck refresh > "$LOG" 2>&1 &&
    [ "$(grep -c '^unchanged *by-hand' "$LOG")" = 2 ]
ok $? "certcheck refresh as its service starts it: it may read the cards"
! setpriv --reuid _vsc-fetch --regid _vsc-fetch --clear-groups certcheck refresh > "$LOG" 2>&1 &&
    grep -q '^failed *card .*Permission denied' "$LOG"
ok $? "as nothing but _vsc-fetch it may not"
echo 12345678 | pamtester vsc-test vscalice authenticate > "$LOG" 2>&1
ok $? "a sign-in with the cache"
! pamtester vsc-test vscbob authenticate < /dev/null > "$LOG" 2>&1 &&
    grep -q 'cannot retrieve authentication info' "$LOG"
ok $? "another user has no card"

# While the module waits for the PIN, look at the helpers.
mkfifo "$W/pin"
pamtester vsc-test vscalice authenticate < "$W/pin" > "$LOG" 2>&1 &
pamtester=$!
exec 9> "$W/pin"
until_true grep -q 'PIN for' "$LOG"
process_is() { # PID USER
    [ "$(ps -o user:32= -p "$1" | tr -d ' ')" = "$2" ] &&
        grep -q '^Seccomp:[^0-9]*2$' "/proc/$1/status" &&
        grep -q '^NoNewPrivs:[^0-9]*1$' "/proc/$1/status" &&
        grep -q '^CapPrm:[^0-9]*0000000000000000$' "/proc/$1/status" &&
        [ "$(stat -c %u "/proc/$1/mem")" = 0 ]
}
status_of() { # PROGRAM USER: of all its processes (vsc-check may have children that ask a directory)
    local pid pids
    pids=$(pgrep -x "$1") || return 1
    for pid in $pids; do process_is "$pid" "$2" || return 1; done
}
groups_of() { # PROGRAM: each process' in a line
    local pid
    for pid in $(pgrep -x "$1"); do awk '/^Groups:/ { $1 = ""; print }' "/proc/$pid/status"; done
}
status_of vsc-card _vsc
ok $? "vsc-card runs as _vsc, filtered, without capabilities, not dumpable"
status_of vsc-check _vsc-check
ok $? "vsc-check runs as _vsc-check, filtered, without capabilities, not dumpable"
[ -z "$(groups_of vsc-check | tr -d ' \n')" ] &&
    [ "$(groups_of vsc-card | tr -d ' ')" = "$(getent group tss | cut -d: -f3)" ]
ok $? "vsc-card has group tss only, vsc-check none"
echo 12345678 >&9; exec 9>&-
wait $pamtester; ok $? "and the sign-in goes on"

# A locker: the module runs as the user, and reaches the card by the socket.
/usr/libexec/pam_vsc/vsc-card --listen /run/pam_vsc/card.sock > "$W/listen.log" 2>&1 &
listener=$!
until_socket "/run/pam_vsc/card.sock"
echo 12345678 | as vscalice pamtester vsc-test vscalice authenticate > "$LOG" 2>&1
ok $? "a locker's user through the socket"
! echo 12345678 | as vscbob pamtester vsc-test vscalice authenticate > "$LOG" 2>&1
ok $? "another user cannot use the card through the socket"
kill $listener; wait $listener 2> /dev/null

systemctl --global enable vsc-enroll.timer > "$LOG" 2>&1 && [ -L /etc/systemd/user/timers.target.wants/vsc-enroll.timer ]
ok $? "the user timer is enabled for everybody"
# The overlay's upper layer shows every file that is there beyond what was before.
make -s uninstall > "$LOG" 2>&1
status=$?
(cd /upper && find . -type f -o -type l) | grep -E 'pam_vsc|vsc|certcheck' |
    grep -vE '^\./(etc/pam_vsc/|var/lib/pam_vsc/|etc/pam.d/vsc-test|home/|var/(mail|spool|cache/man)/)' > "$LOG"
[ $status = 0 ] && [ -d /etc/pam_vsc/anchors ] && [ -d /var/lib/pam_vsc/cards/0000 ] && [ ! -s "$LOG" ]
ok $? "make uninstall leaves configuration and cards only, and nothing enabled"
site_end
