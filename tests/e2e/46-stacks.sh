#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vscmgr stacks: check over a folder, enable with its rollback, and vscmgr killed at every point of it:
# the service's file is never missing, and what was put in place is taken back.
set -u
B=$(realpath "${B:-build}")
. tests/rig/until.sh
W=$(mktemp -d) && chmod 755 "$W" || exit 1
LOG=$W/log
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
    echo "not ok $n - $2"; failed=1
    sed 's/^/# /' "$LOG" | tail -n 30
}
PAM=$W/pam.d STATE=$W/state
# The processes that wait are this test's own: their state is below $W.
trap 'rm -f "$STATE/trial"; rm -rf "$W"' EXIT
begin() { # a folder of stacks as Debian has them
    rm -rf "$PAM" "$STATE"
    mkdir -m 755 "$PAM"
    printf 'auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\nauth required pam_permit.so\n' > "$PAM/common-auth"
    printf 'account [success=1 default=ignore] pam_unix.so\naccount requisite pam_deny.so\naccount required pam_permit.so\n' > "$PAM/common-account"
    printf 'password [success=1 default=ignore] pam_unix.so\npassword requisite pam_deny.so\npassword required pam_permit.so\n' > "$PAM/common-password"
    echo 'session required pam_unix.so' | tee "$PAM/common-session" > "$PAM/common-session-noninteractive"
    printf '@include common-auth\n@include common-account\n' > "$PAM/sudo"
    printf 'auth include sudo\naccount include sudo\n' > "$PAM/sudo-e"
    cp "$PAM/sudo" "$W/sudo.old"
}
stacks() { "$B/vscmgr" stacks "$@" --state "$STATE" > "$LOG" 2>&1; }
enable() { stacks enable "$@" --folder "$PAM" --from "${FROM:-$PWD/conf/pam.d}"; }
is_old() { cmp -s "$W/sudo.old" "$PAM/sudo"; }
is_ours() { cmp -s conf/pam.d/sudo "$PAM/sudo"; }
no_trial() { [ ! -e "$STATE/trial" ]; }

# ---- check
begin
"$B/vscmgr" stacks check --folder "$PAM" > "$LOG" && grep -q 'No stack loads' "$LOG"
check $? "check: nothing loads the module"
printf 'auth optional pam_vsc.so\nauth required pam_permit.so\n' > "$PAM/login"
"$B/vscmgr" stacks check --folder "$PAM" > "$LOG" 2>&1
[ $? = 1 ] && grep -q "lets-in: .*: after authinfo_unavail, $PAM/login:2" "$LOG" && grep -q '  remedy: ' "$LOG"
check $? "check: exit 1, and the line with a remedy"
"$B/vscmgr" stacks check login sudo --folder "$PAM" --json > "$W/json" 2> "$LOG"
[ $? = 1 ] && jq -e '.[0].service == "login" and .[0].findings[0].id == "lets-in" and .[0].findings[0].line == 2 and
    .[0].auth[0].code == "success" and (.[1].findings | length) == 0' "$W/json" > "$LOG"
check $? "check --json"
"$B/vscmgr" stacks check ../etc/shadow > "$LOG" 2>&1; [ $? = 2 ] && { "$B/vscmgr" stacks nonsense > "$LOG" 2>&1; [ $? = 2 ]; }
check $? "check: a name that is none, and a word that is none: exit 2"
cp conf/pam.d/sudo "$PAM/sudo" && "$B/vscmgr" stacks check sudo --folder "$PAM" > "$LOG" 2>&1 &&
    grep -q "authinfo_unavail   goes on to the password  $PAM/common-auth:1 pam_unix.so" "$LOG"
check $? "check: exit 0 for a shipped stack, with what each code leads to"

printf '@include common-auth\n@include common-account\n' | tee "$PAM/chsh" > "$PAM/other-one" &&
    sed -i '1i auth [success=2 authinfo_unavail=ignore default=die] pam_vsc.so' "$PAM/common-auth"
"$B/vscmgr" stacks check --folder "$PAM" > "$LOG" 2>&1
grep -qx 'chsh, other-one' "$LOG" && [ "$(grep -c 'common-auth:2 pam_unix.so' "$LOG")" -lt 20 ]
check $? "check: what is the same for several services is said once"

# ---- enable
begin
inode=$(stat -c %i "$PAM/sudo")
enable sudo --rollback 10s && is_ours && [ "$(stat -c %i "$PAM/sudo.before-vsc~")" = "$inode" ] &&
    [ "$(stat -c %a "$PAM/sudo")" = 644 ]
check $? "enable: in place, the file before beside it"
until_true no_trial && is_old && [ "$(stat -c %i "$PAM/sudo")" = "$inode" ] && [ ! -e "$PAM/sudo.before-vsc~" ]
check $? "taken back after the time, to the very same file"
enable sudo polkit-1 --rollback 60s && [ -e "$PAM/polkit-1" ] && touch "$STATE/signed-in.sudo" &&
    until_true no_trial && is_ours && [ -e "$PAM/polkit-1" ]
check $? "stays after a sign-in by card through one of the services"
stacks settle && [ ! -e "$STATE/signed-in.sudo" ]
check $? "nothing is due then"
enable sudo; [ $? = 1 ] && grep -q 'in place already' "$LOG"
check $? "it is not put in place twice"
stacks disable sudo polkit-1 --folder "$PAM" && is_old && [ ! -e "$PAM/polkit-1" ]
check $? "disable: the file before is back, and a new one is gone"
enable sudo --rollback 60s && { enable polkit-1; [ $? = 1 ]; } && stacks rollback && is_old && no_trial
check $? "one trial at a time; rollback by hand"
enable sudo --rollback 60s && stacks keep && is_ours && no_trial && stacks disable sudo --folder "$PAM"
check $? "keep by hand"
enable sudo --rollback 60s && echo '# mine' >> "$PAM/sudo" && stacks rollback && is_old &&
    grep -q '# mine' "$PAM/sudo.edited-vsc~"
check $? "what was written meanwhile is kept beside"
enable sudo --rollback 60s && sed -i 's/^boot .*/boot another/' "$STATE/trial" && stacks settle && is_old
check $? "another boot: taken back by the next call"
mv "$PAM/sudo" "$W/linked" && ln -s "$W/linked" "$PAM/sudo" && enable sudo --rollback 60s && is_ours &&
    [ ! -L "$PAM/sudo" ] && is_old < /dev/null; cmp -s "$W/linked" "$W/sudo.old" && stacks rollback && [ -L "$PAM/sudo" ]
check $? "a link is put back as a link, and what it names is not touched"
begin
enable sudo --rollback 0m; [ $? = 2 ] && { enable sudo --rollback 10; [ $? = 2 ]; } && { enable; [ $? = 2 ]; } &&
    { enable nonesuch; [ $? = 2 ]; } && { enable sudo sudo; [ $? = 2 ]; } && { enable ../sudo; [ $? = 2 ]; } && is_old
check $? "usage: exit 2, nothing touched"

enable gdm-smartcard; [ $? = 2 ] && grep -q 'alternative: pam_vsc(8), STACKS' "$LOG"
check $? "gdm-smartcard: the message says where it is told what to do"
sed -i '1i auth [success=2 authinfo_unavail=ignore default=die] pam_vsc.so' "$PAM/common-auth"
enable sudo --rollback 60s && grep -q 'warning asked-twice: ' "$LOG" && grep -q '  remedy: ' "$LOG" && is_ours && stacks rollback
check $? "enable: what is odd, but lets nobody in or out, is told and put in place"
begin

# ---- what would be wrong is not put in place
mkdir -m 755 "$W/bad"
refused() { # FINDING LINE...: a stack of these lines
    printf '%s\n' "${@:2}" > "$W/bad/sudo"
    FROM=$W/bad enable sudo --rollback 60s
    [ $? = 1 ] && grep -q "$1" "$LOG" && is_old && no_trial && [ ! -e "$PAM/sudo.before-vsc~" ]
}
refused lets-in 'auth [success=ok default=ignore] pam_vsc.so' 'auth optional pam_permit.so'
check $? "a way in is refused"
refused locks-out 'auth required pam_vsc.so'
check $? "a lock-out is refused"
refused unreadable 'auth sufficient pam_vsc.so' '@include no-such-file'
check $? "a file that is missing is refused"
printf 'auth [success=done authinfo_unavail=ignore default=die] pam_vsc.so\nauth required pam_unix.so\n' > "$W/bad/sudo"
printf 'auth required pam_deny.so\nauth include sudo\n' > "$PAM/other-one"
FROM=$W/bad enable sudo --rollback 60s; [ $? = 1 ] && grep -q '^other-one' "$LOG" && is_old
check $? "what another service would become is looked at too"
rm "$PAM/other-one"
mkdir -m 755 "$W/two" && cp conf/pam.d/sudo "$W/two" && cp "$PAM/common-auth" "$W/two" && cp "$PAM/common-auth" "$W/common"
echo 'auth sufficient pam_permit.so' > "$PAM/common-auth"
FROM=$W/two enable common-auth no-such-file; [ $? = 2 ] && { enable sudo; [ $? = 1 ]; } && grep -q lets-in "$LOG" && is_old
check $? "what an enable before this one had staged is not taken for what is in place"
cp "$W/common" "$PAM/common-auth" && FROM=$W/two enable common-auth --rollback never &&
    echo 'auth sufficient pam_permit.so' > "$PAM/common-auth" && { enable sudo; [ $? = 1 ]; } && grep -q lets-in "$LOG" && is_old
check $? "nor what was put in place once, and is another by now"
begin

# ---- the terminal closes
begin
setsid -w bash -c '"$0" stacks enable sudo --rollback 10s --folder "$1" --from "$2" --state "$3"; kill -HUP 0' \
    "$B/vscmgr" "$PAM" "$PWD/conf/pam.d" "$STATE" > "$LOG" 2> "$W/shell" < /dev/null
is_ours; check $? "in place when its terminal hangs up"
until_true no_trial && is_old
check $? "and taken back all the same"

# ---- killed at every point
killed() { KILL_AT=$at KILL_COUNT="$W/count" LD_PRELOAD="$B/tests/kill_shim.so" "$B/vscmgr" stacks "$@" --state "$STATE"; }
sweep() { # COMMAND: from what `prepare` makes; afterwards the file is one or the other, and settles
    local bad=0 status
    at=0
    while at=$((at + 1)); do
        prepare
        "$@" > "$W/out" 2>&1
        status=$?
        [ -e "$PAM/sudo" ] && { is_old || is_ours; } || { echo "# point $at: the file"; bad=1; }
        [ $status = 137 ] || break
        [ -e "$STATE/trial" ] && sed -i 's/^boot .*/boot another/' "$STATE/trial"
        stacks settle && no_trial && if [ -e "$STATE/enabled.sudo" ]; then is_ours; else is_old; fi ||
            { echo "# point $at: not settled"; bad=1; }
    done
    echo "# $((at - 1)) points"
    [ $status = 0 ] && [ $bad = 0 ] && [ $at -gt 4 ]
}
exec 2> "$W/shell" # "Killed" by the shell
prepare() { begin; }
sweep killed enable sudo --rollback 60s --folder "$PAM" --from "$PWD/conf/pam.d"
check $? "enable killed at every point: the file is never missing, and all is taken back"
prepare() { begin; enable sudo --rollback 60s; }
sweep killed rollback
check $? "rollback killed at every point: the same"
prepare() { begin; enable sudo --rollback 60s; }
sweep killed keep
check $? "keep killed at every point: the same, or it stays"
prepare() { begin; enable sudo --rollback never; }
swept_disable() { killed disable sudo --folder "$PAM" || { s=$?; [ $s = 137 ] && stacks disable sudo --folder "$PAM"; is_old && return $s; return 1; }; }
sweep swept_disable
check $? "disable killed at every point: said once more, it is done"
echo "1..$n"
exit $failed
