#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The part of tests/login/80-systemd.sh that runs in the throwaway root.
set -u
. tests/rig/site.sh
. tests/rig/softhsm.sh
SITE_TPM="tpm_start_unix $W/tpm /run/vsc-test-tpm" # the unit has no network
EXPOSURE=2.0                                       # at most, of systemd's 10
SOCKET=/run/pam_vsc/card.sock
export TSS2_LOG=all+NONE

MANAGER=systemctl
property() { $MANAGER show --value -p "$2" "$1"; }
fired() { # NAME: its timer has, and its service ended well
    [ "$(property "$1.service" Result)" = success ] && [ "$(property "$1.service" ExecMainStatus)" = 0 ] &&
        [ "$(property "$1.timer" LastTriggerUSecMonotonic)" != 0 ]
}
instances() { systemctl list-units --no-legend --plain 'vsc-card@*' | awk '{ print $1 }'; }
no_instance() { [ -z "$(instances)" ]; }
processes() { # UNIT: of its control group
    local group
    group=$(property "$1" ControlGroup)
    [ -z "$group" ] || cat "/sys/fs/cgroup$group/cgroup.procs"
}
harmless() { # PID USER: that user's for good
    [ "$(ps -o user:32= -p "$1" | tr -d ' ')" = "$2" ] &&
        grep -q '^CapPrm:[^0-9]*0000000000000000$' "/proc/$1/status" &&
        grep -q '^NoNewPrivs:[^0-9]*1$' "/proc/$1/status" &&
        grep -q '^Seccomp:[^0-9]*2$' "/proc/$1/status"
}

{ site_install && site_trust && site_card; } > "$LOG" 2>&1
ok $? "systemd: make install, users, folders and a card"
{
    systemctl daemon-reload && systemctl enable --now vsc-card.socket vsc-refresh.timer &&
        systemctl is-active vsc-card.socket vsc-refresh.timer && [ -S $SOCKET ] && no_instance
} > "$LOG" 2>&1
ok $? "systemd: the socket is listened to, the timer waits, nothing runs"
echo 12345678 | pamtester vsc-test vscalice authenticate > "$LOG" 2>&1 && no_instance
ok $? "systemd: a sign-in as root starts no unit"

# ---- the socket unit

# A conversation that waits for the PIN.
mkfifo "$W/pin"
as vscalice pamtester vsc-test vscalice authenticate < "$W/pin" > "$LOG" 2>&1 &
locker=$!
exec 9> "$W/pin"
until_true grep -q 'PIN for' "$LOG"
ok $? "systemd: a locker's user is asked for the PIN"
all_harmless() { # UNIT...: exactly one, with processes
    local pid pids
    [ $# = 1 ] && pids=$(processes "$1") && [ -n "$pids" ] || return 1
    for pid in $pids; do
        ps -o user,args -p "$pid"
        harmless "$pid" _vsc || return 1
    done
}
all_harmless $(instances) > "$LOG.unit" 2>&1
status=$?
cat "$LOG.unit" >> "$LOG"
ok $status "systemd: one vsc-card@.service, all of it _vsc without capabilities"
echo 12345678 >&9
exec 9>&-
wait $locker
ok $? "systemd: a locker's user signs in through the socket unit"
until_true no_instance
ok $? "systemd: nothing is left of the unit when the user has gone"
! echo 12345678 | as vscbob pamtester vsc-test vscalice authenticate > "$LOG" 2>&1
ok $? "systemd: another user does not, with the same PIN"
printf '%s\n' 12345678 87654321 | as vscalice vscmgr passwd Alice --pin stdin > "$LOG" 2>&1 &&
    as vscalice vscmgr generate Alice --key p256 >> "$LOG" 2>&1 &&
    echo 87654321 | as vscalice pamtester vsc-test vscalice authenticate >> "$LOG" 2>&1
ok $? "systemd: the owner changes the PIN and makes a key through it"
# What a PKCS#11 module needs is there too: root sees tokens also through the socket.
{
    mkdir /usr/local/lib/vsc-test && softhsm_start /usr/local/lib/vsc-test &&
        softhsm_token Token 12345678 && softhsm_self_signed ec:P-256 token "$W/t.key" "$W/t.pem" &&
        softhsm_key Token 12345678 01 "$W/t.key" "$W/t.pem" && softhsm_module token &&
        chmod -R go+rX /usr/local/lib/vsc-test && cp /etc/pam_vsc/pam_vsc.conf "$W/conf" &&
        sed -i 's,^card = {,& pkcs11_modules = [ "/usr/local/lib/vsc-test/token.so" ];,' \
            /etc/pam_vsc/pam_vsc.conf &&
        printf '%s\n' list 'sign Token 0 12345678' | "$B/tests/card_client" $SOCKET
} > "$LOG" 2>&1
grep -q '^sign: success verified' "$LOG"
ok $? "systemd: a token's module is loaded in it, and the token signs"
cp "$W/conf" /etc/pam_vsc/pam_vsc.conf

# ---- the timer

# The same timer, only sooner.
mkdir -p /run/systemd/system/vsc-refresh.timer.d
cat > /run/systemd/system/vsc-refresh.timer.d/soon.conf <<END
[Timer]
OnActiveSec=1
RandomizedDelaySec=0
AccuracySec=100ms
END
refreshed() { [ "$(property vsc-refresh.service ExecMainExitTimestampMonotonic)" != 0 ]; }
{
    [ -z "$(ls /var/cache/pam_vsc)" ] && ! refreshed && systemctl daemon-reload &&
        systemctl restart vsc-refresh.timer && until_true refreshed
    systemctl status --no-pager vsc-refresh.service vsc-refresh.timer
    fired vsc-refresh
} > "$LOG" 2>&1
ok $? "systemd: the timer starts vsc-refresh.service, which succeeds"
find /var/cache/pam_vsc -printf '%u %m %p\n' > "$LOG"
grep -q '/hand/.*idx$' "$LOG" && ! grep -v '^_vsc-fetch ' "$LOG" > /dev/null
ok $? "systemd: the lists in the cache are _vsc-fetch's"
echo 87654321 | as vscalice pamtester vsc-test vscalice authenticate > "$LOG" 2>&1
ok $? "systemd: a locker's user signs in with that cache"

# ---- the CA

openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$W/ca.key" -out "$W/ca.csr" \
    -subj /CN=root > "$LOG" 2>&1
{
    vsc-ca init --upn-suffix corp.test &&
        vsc-ca template duplicate "Smartcard Logon" Unit --allow-user vscbob &&
        systemctl enable --now vsc-ca.socket &&
        as vscbob env CERTMONGER_CSR="$(cat "$W/ca.csr")" /usr/libexec/pam_vsc/local-ca-submit > "$W/ca.pem" &&
        openssl x509 -in "$W/ca.pem" -noout -subject
} >> "$LOG" 2>&1
grep -q 'CN = vscbob$' "$LOG"
ok $? "systemd: an ordinary user gets a certificate through vsc-ca.socket"
! as vscalice env CERTMONGER_CSR="$(cat "$W/ca.csr")" CERTMONGER_CA_PROFILE=Unit \
    /usr/libexec/pam_vsc/local-ca-submit > "$LOG" 2>&1 && grep -q 'vscalice may not enroll' "$LOG"
ok $? "systemd: and one who may not gets none"

# ---- administrator keys
systemctl start vsc-adminkey.service > "$LOG" 2>&1 && [ "$(property vsc-adminkey.service Result)" = success ]
ok $? "systemd: vsc-adminkey.service finds that no profile asks for it"

# A card as it is delivered: with the key that the profile names. Its owner enrolls over vsc-card.socket.
INITIAL=0123456789abcdef0123456789abcdef0123456789abcdef
enroll() { echo 12345678 | as vscbob env HOME=/home/vscbob vsc-enroll "$@" --profile staff --pin stdin; }
keys() { vscmgr show Bob --json | jq '.keys | length'; }
issued() { # what enroll writes is certified, and taken
    enroll "$1" --yes > "$W/staff.csr" &&
        tests/pki/make-pki.sh issue "$W/pki" "$W/staff.csr" "$W/staff.pem" --upn vscbob@corp.test &&
        enroll import "$W/staff.pem"
}
unblocked_by() { printf '%s\n' "$1" 12345678 | vscmgr unblock Bob --adminkey stdin; }
{
    (umask 077 && mkdir /etc/pam_vsc/initial && echo $INITIAL > /etc/pam_vsc/initial/key) &&
        cat > /etc/pam_vsc/enroll.d/staff.conf <<END &&
name = "staff"; backend = "file"; upn = "%u@corp.test"; key = "p256"; anchors = "/etc/pam_vsc/anchors"; users = [ "vscbob" ];
admin_key = "/etc/pam_vsc/initial/key"; rotate_adminkey = true;
END
        printf '%s\n' 12345678 $INITIAL | vscmgr create --name Bob --owner vscbob --pin stdin --adminkey stdin &&
        issued request && [ "$(keys)" = 1 ] && unblocked_by $INITIAL
} > "$LOG" 2>&1
ok $? "systemd: a user enrolls through vsc-card.socket on a card with the profile's administrator key"
{
    systemctl start vsc-adminkey.service && [ "$(property vsc-adminkey.service Result)" = success ]
    status=$?
    systemctl status --no-pager vsc-adminkey.service
    kept=(/var/lib/pam_vsc/adminkeys/*)
    [ $status = 0 ] && [ "$(stat -c '%a %u' /var/lib/pam_vsc/adminkeys "${kept[@]}" | tr '\n' ' ')" = '700 0 600 0 ' ]
} > "$LOG" 2>&1
ok $? "systemd: vsc-adminkey.service changes the key in the TPM, and keeps the new one for root alone"
! unblocked_by $INITIAL > "$LOG" 2>&1 && grep -q 'wrong administrator key' "$LOG" &&
    unblocked_by "$(head -n 1 "${kept[0]}")" >> "$LOG" 2>&1
ok $? "systemd: the profile's key opens the card no more, and the kept one does"

# ---- the user's timer: a pulse that works without being asked, since the key before may go

cp "$W/pki/crls/"* /etc/pam_vsc/crls/
printf '%s\n' 'auth required pam_vsc.so' 'account required pam_vsc.so' > /etc/pam.d/vsc-account
{
    issued renew && [ "$(keys)" = 2 ] &&
        echo 12345678 | pamtester vsc-account vscbob authenticate acct_mgmt && [ "$(keys)" = 2 ]
} > "$LOG" 2>&1
ok $? "systemd: the user renews, and signs in with the new certificate"
# The same timer, only sooner than a minute after the log-on.
mkdir -p /etc/systemd/user/vsc-enroll.timer.d
cat > /etc/systemd/user/vsc-enroll.timer.d/soon.conf <<END
[Timer]
OnStartupSec=
OnStartupSec=1
RandomizedDelaySec=0
AccuracySec=100ms
END
BOB=$(id -u vscbob)
of_user() { as vscbob env XDG_RUNTIME_DIR="/run/user/$BOB" systemctl --user "$@"; }
pulsed() { [ "$(MANAGER=of_user property vsc-enroll.service ExecMainExitTimestampMonotonic)" -gt 0 ]; }
{
    systemctl --global enable vsc-enroll.timer && [ "$(keys)" = 2 ] && loginctl enable-linger vscbob && until_true pulsed
    of_user status --no-pager vsc-enroll.timer vsc-enroll.service
    MANAGER=of_user fired vsc-enroll
} > "$LOG" 2>&1
ok $? "systemd: the user's own systemd starts vsc-enroll.timer at log-on, which starts a pulse"
# MESSAGE_ID: old-key-deleted, vsc-enroll(1)
deletion_is_in_the_journal() { journalctl --no-pager -q -b _UID="$BOB" MESSAGE_ID=6941c599574347c1ac519d058e14fc76 | grep staff; }
[ "$(keys)" = 1 ] && until_true deletion_is_in_the_journal
ok $? "systemd: that pulse has deleted the key before, and the journal says so"
echo 12345678 | pamtester vsc-account vscbob authenticate >> "$LOG" 2>&1
ok $? "systemd: and the user signs in with the card as it is"

# ---- stacks on trial

TRIAL=/var/lib/pam_vsc/stacks/trial
cp /etc/pam.d/sudo "$W/sudo.old"
no_trial() { [ ! -e $TRIAL ]; }
is_old() { cmp /etc/pam.d/sudo "$W/sudo.old"; }
is_ours() { cmp /etc/pam.d/sudo /usr/share/pam_vsc/pam.d/sudo; }
waits_alone() { pgrep -f 'stacks settle .*--state'; } # no unit, but a process that "stacks enable" left
rollback_waits() { [ "$(property vsc-rollback.service ActiveState)" = activating ]; }
rollback_is_over() { [ "$(property vsc-rollback.service ActiveState)" = inactive ]; }
ended_well() { # by the unit, which was started once more
    until_true rollback_is_over && no_trial && [ "$(property vsc-rollback.service Result)" = success ] &&
        [ "$(property vsc-rollback.service InvocationID)" != "$invocation" ]
}
invocation=$(property vsc-rollback.service InvocationID)
# An hour that becomes two seconds: however slow the machine, the stack was seen in place before it.
{
    vscmgr stacks enable sudo --rollback 1h && is_ours && until_true rollback_waits && ! waits_alone &&
        sed -i "s/^until .*/until $(($(cut -d. -f1 /proc/uptime) + 2))/" $TRIAL && ended_well && is_old
} > "$LOG" 2>&1
ok $? "systemd: vsc-rollback.service takes a stack back after its time"
# The power fails: nothing waits any more. A state that is spelled in another way is waited for by a process of its own.
{
    vscmgr stacks enable sudo --rollback 1h --state "$(dirname $TRIAL)/" && is_ours && until_true waits_alone &&
        pid=$(waits_alone) && kill -KILL "$pid" && until_ended "$pid" &&
        sed -i 's/^boot .*/boot 00000000-0000-4000-8000-000000000000/' $TRIAL && is_ours && rollback_is_over &&
        property vsc-rollback.service WantedBy | grep -w multi-user.target &&
        property vsc-rollback.service Before | grep -w systemd-user-sessions.service &&
        invocation=$(property vsc-rollback.service InvocationID) && timeout 170 systemctl start vsc-rollback.service &&
        ended_well && is_old
} > "$LOG" 2>&1
ok $? "systemd: after a reboot vsc-rollback.service takes the stack back, though its time is not over"
{
    invocation=$(property vsc-rollback.service InvocationID)
    vscmgr stacks enable sudo --rollback 1h && until_true rollback_waits &&
        echo 87654321 | pamtester sudo vscalice authenticate acct_mgmt && ended_well && is_ours &&
        vscmgr stacks disable sudo && is_old
} > "$LOG" 2>&1
ok $? "systemd: vsc-rollback.service keeps the stack after a sign-in by card"

# ---- every unit

for file in conf/systemd/*.service; do
    unit=$(basename "$file")
    systemd-analyze verify --man=no "/usr/lib/systemd/system/$unit" > "$LOG" 2>&1
    ! grep -F "$unit" "$LOG"
    ok $? "systemd: $unit is well-formed"
    systemd-analyze security --no-pager "${unit/@./@1.}" > "$LOG" 2>&1
    rating=$(sed -nE 's/.*exposure level for .*: ([0-9.]+) .*/\1/p' "$LOG")
    awk -v is="$rating" -v most=$EXPOSURE 'BEGIN { exit !(is != "" && is + 0 <= most + 0) }'
    ok $? "systemd: $unit is exposed $EXPOSURE at most (${rating:-unknown})"
    # vsc-card drops root by itself, as was seen above; only root may say to logind what vsc-removal says,
    # and put stacks back as vsc-rollback.service does. The CA's folder is root's, and so are the
    # administrator keys.
    case $unit in vsc-card@.service | vsc-ca@.service | vsc-removal.service | vsc-rollback.service | vsc-adminkey.service) continue ;; esac
    [ -n "$(property "$unit" User)" ]
    ok $? "systemd: $unit starts nothing as root"
done
# SoftHSM would like to write to its tokens.
journalctl --no-pager -q -b -p warning -u 'vsc-*' | grep -v '\.cpp([0-9]*):' > "$LOG"
[ ! -s "$LOG" ] && [ -z "$(systemctl list-units --no-legend --state=failed 'vsc-*')" ]
ok $? "systemd: no unit complained or failed"
echo "1..$number"
site_end
