# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/10-stacks.sh.
set -u
. tests/login/rig.sh

login_site
ok $? "stacks: an installed site with a card"
export DEBIAN_FRONTEND=noninteractive
rm /etc/pam.d/vsc-test
grep -l pam_vsc /etc/pam.d/* > "$LOG" 2>&1
[ ! -s "$LOG" ] && [ -e /usr/share/pam-configs/vsc ]
ok $? "stacks: installing them enables none"

# ---- pam-auth-update
pam-auth-update --enable vsc vsc-session > "$LOG" 2>&1
head -n 40 /etc/pam.d/common-{auth,account,password,session} | grep -v '^#' >> "$LOG"
line() { grep -v '^#' "/etc/pam.d/common-$1" | grep -n "pam_$2.so" | head -n 1 | cut -d: -f1; }
[ "$(line auth vsc)" -lt "$(line auth unix)" ] && [ "$(line account vsc)" -lt "$(line account unix)" ] &&
    [ "$(line password vsc)" -lt "$(line password unix)" ] && [ "$(line session vsc)" -gt "$(line session systemd)" ] &&
    ! grep -q pam_vsc /etc/pam.d/common-session-noninteractive
ok $? "pam-auth-update: the profile in place, before pam_unix, and in sessions behind pam_systemd"
vscmgr stacks check --json 2> "$W/none" | jq -c '.[] | select(.findings | length > 0)' > "$LOG"
[ ! -s "$LOG" ] && vscmgr stacks check > "$W/none" 2>&1
ok $? "pam-auth-update: stacks check finds nothing wrong with any service"
echo $PIN | pamtester sudo vscalice authenticate acct_mgmt 'setcred(PAM_ESTABLISH_CRED)' open_session close_session > "$LOG" 2>&1
ok $? "pam-auth-update: a sign-in by card, account, credential and session"
printf '%s\n' "$PASSWORD" | pamtester sudo vscbob authenticate acct_mgmt 'setcred(PAM_ESTABLISH_CRED)' > "$LOG" 2>&1
ok $? "pam-auth-update: who has no card, by password"
! echo "a wrong PIN" | pamtester sudo vscalice authenticate > "$LOG" 2>&1 && ! grep -q 'Password:' "$LOG"
ok $? "pam-auth-update: after a wrong PIN no password is asked for"
refill Alice
printf '\n%s\n' "$PASSWORD" | pamtester sudo vscalice authenticate > "$LOG" 2>&1
ok $? "pam-auth-update: an empty answer goes on to the password"
pamtester cron vscalice acct_mgmt 'setcred(PAM_ESTABLISH_CRED)' open_session < /dev/null > "$LOG" 2>&1
ok $? "pam-auth-update: a service that asks nobody (cron) goes on"
so=$(ls /usr/lib/*/security/pam_vsc.so)
mv "$so" "$so.away" && printf '%s\n' "$PASSWORD" | pamtester sudo vscbob authenticate acct_mgmt > "$LOG" 2>&1
ok $? "pam-auth-update: without the module nobody is locked out"
mv "$so.away" "$so"

# ---- passwd
NEW=An0ther-Passw0rd
talk setpriv --reuid vscbob --regid vscbob --init-groups passwd -- 'Current password: ' "$PASSWORD" \
    'New password: ' $NEW 'Retype new password: ' $NEW && grep -q 'updated successfully' "$LOG" &&
    echo $NEW | pamtester sudo vscbob authenticate >> "$LOG" 2>&1
ok $? "passwd: who has no card changes the password, asked for as ever"
! talk setpriv --reuid vscbob --regid vscbob --init-groups passwd -- 'Current password: ' $NEW \
    'New password: ' $PASSWORD 'Retype new password: ' "not the same" && ! grep -q 'updated successfully' "$LOG" &&
    echo $NEW | pamtester sudo vscbob authenticate >> "$LOG" 2>&1
ok $? "passwd: two new passwords that differ change nothing"
talk setpriv --reuid vscalice --regid vscalice --init-groups passwd -- 'Current PIN for Alice: ' $PIN \
    'New PIN for Alice: ' 24681357 'New PIN again: ' 24681357 && echo 24681357 | pamtester sudo vscalice authenticate >> "$LOG" 2>&1
ok $? "passwd: who has a card changes its PIN"
refill Alice
talk passwd vscalice -- 'New password: ' $NEW 'Retype new password: ' $NEW && grep -q 'updated successfully' "$LOG" &&
    printf '\n%s\n' $NEW | pamtester sudo vscalice authenticate >> "$LOG" 2>&1
ok $? "passwd: root sets the password of who has a card"
echo "vscalice:$PASSWORD" | chpasswd > "$LOG" 2>&1 && printf '\n%s\n' "$PASSWORD" | pamtester sudo vscalice authenticate >> "$LOG" 2>&1
ok $? "chpasswd: so in scripts"
pam-auth-update --disable vsc vsc-session > "$LOG" 2>&1 && ! grep -q pam_vsc /etc/pam.d/common-*
ok $? "pam-auth-update: and back"

# ---- gdm-smartcard
GDM=/usr/share/pam_vsc/pam.d/gdm-smartcard-vsc
before=$(readlink -f /etc/pam.d/gdm-smartcard)
update-alternatives --install /etc/pam.d/gdm-smartcard gdm-smartcard $GDM 60 > "$LOG" 2>&1 &&
    [ "$(readlink -f /etc/pam.d/gdm-smartcard)" = $GDM ] && vscmgr stacks check gdm-smartcard >> "$LOG" 2>&1
ok $? "update-alternatives: gdm-smartcard is ours, and nothing is wrong with it"
echo $PIN | pamtester gdm-smartcard vscalice authenticate acct_mgmt 'setcred(PAM_ESTABLISH_CRED)' > "$LOG" 2>&1
ok $? "gdm-smartcard: a sign-in by card"
printf '%s\n' "$NEW" | pamtester gdm-smartcard vscbob authenticate acct_mgmt 'setcred(PAM_ESTABLISH_CRED)' > "$LOG" 2>&1
ok $? "gdm-smartcard: who has no card, by password"
! printf '%s\n' "$NEW" | pamtester gdm-smartcard root authenticate > "$LOG" 2>&1
ok $? "gdm-smartcard: root is refused"
update-alternatives --remove gdm-smartcard $GDM > "$LOG" 2>&1 && [ "$(readlink -f /etc/pam.d/gdm-smartcard)" = "$before" ]
ok $? "update-alternatives: and back"

# ---- trials
no_trial() { [ ! -e /var/lib/pam_vsc/stacks/trial ]; }
cp /etc/pam.d/sudo "$W/sudo.old"
vscmgr stacks enable sudo --rollback 15s > "$LOG" 2>&1 && cmp -s /etc/pam.d/sudo /usr/share/pam_vsc/pam.d/sudo &&
    printf '%s\n' "$NEW" | pamtester sudo vscbob authenticate acct_mgmt >> "$LOG" 2>&1 &&
    until_true no_trial && cmp -s /etc/pam.d/sudo "$W/sudo.old"
ok $? "stacks enable: a sign-in by password does not keep it"
vscmgr stacks enable sudo --rollback 5m > "$LOG" 2>&1 &&
    ! echo "a wrong PIN" | pamtester sudo vscalice authenticate >> "$LOG" 2>&1 && ! no_trial &&
    [ -z "$(ls /var/lib/pam_vsc/stacks/signed-in.* 2> "$W/none")" ] && refill Alice &&
    echo $PIN | pamtester sudo vscalice authenticate acct_mgmt >> "$LOG" 2>&1 && until_true no_trial &&
    cmp -s /etc/pam.d/sudo /usr/share/pam_vsc/pam.d/sudo
ok $? "stacks enable: one by card does, a wrong PIN does not"
vscmgr stacks disable sudo > "$LOG" 2>&1 && cmp -s /etc/pam.d/sudo "$W/sudo.old"
ok $? "stacks disable: as before"
printf 'auth required pam_vsc.so\naccount required pam_vsc.so\n' > /etc/pam.d/vsc-test
echo $PIN | pamtester vsc-test vscalice authenticate acct_mgmt > "$LOG" 2>&1 && rm /etc/pam.d/vsc-test &&
    [ -z "$(ls /var/lib/pam_vsc/stacks/signed-in.* 2> "$W/none")" ]
ok $? "stacks enable: without a trial a sign-in leaves no note"

# ---- every shipped stack
vscmgr stacks check --folder /usr/share/pam_vsc/pam.d passwd > "$LOG" 2>&1
cp /etc/pam.d/common-* /usr/share/pam_vsc/pam.d/
vscmgr stacks check --folder /usr/share/pam_vsc/pam.d > "$LOG" 2>&1
ok $? "stacks check: nothing is wrong with what is shipped, beside this system's common files"
rm /usr/share/pam_vsc/pam.d/common-*

# ---- uninstall
cp /etc/pam.d/su "$W/su.old"
vscmgr stacks enable su polkit-1 --rollback never > "$LOG" 2>&1 && vscmgr stacks enable login --rollback 1h >> "$LOG" 2>&1 &&
    systemctl enable vsc-card.socket >> "$LOG" 2>&1 &&
    pam-auth-update --enable vsc >> "$LOG" 2>&1 && update-alternatives --install /etc/pam.d/gdm-smartcard gdm-smartcard $GDM 60 >> "$LOG" 2>&1 &&
    make -s uninstall >> "$LOG" 2>&1 && ! grep -q pam_vsc /etc/pam.d/common-* && [ "$(readlink -f /etc/pam.d/gdm-smartcard)" = "$before" ] &&
    printf '%s\n' "$NEW" | pamtester sudo vscbob authenticate >> "$LOG" 2>&1
ok $? "uninstall: the profile and the alternative go first"
! grep -l pam_vsc /etc/pam.d/* > "$LOG" 2>&1 && cmp /etc/pam.d/su "$W/su.old" >> "$LOG" 2>&1 && ! ls /etc/pam.d/*vsc~ >> "$LOG" 2>&1 &&
    [ ! -L /etc/systemd/system/sockets.target.wants/vsc-card.socket ]
ok $? "uninstall: so do stacks that were enabled, a trial of some, and units"

# ---- pamtester beside stacks check: the corpus, as far as the answers of conditions do not count
told=$(realpath "$B/tests/pam_told.so")
codes=(success=0 authinfo_unavail=9 auth_err=7 cred_insufficient=8 maxtries=11 user_unknown=10 service_err=3 conv_err=19 buf_err=5)
take() { # CASE: its files to $W/case, told ones to /etc/pam.d
    rm -rf "$W/case" /etc/pam.d/* && mkdir "$W/case"
    awk -v to="$W/case" '/^#= / { file = to "/" $2; printf "" > file; next } file != "" { print > file }' "tests/stacks/$1"
    for part in "$W"/case/*; do
        sed -E "s,(pam_[a-z0-9_]+\.so),$told \1," "$part" > "/etc/pam.d/${part##*/}"
    done
}
succeeds() { # CODE UNIX SSS
    local unix=$2
    [ "$unix" != 25 ] || unix=10 # pam_unix ignores nobody
    TOLD="auth/pam_vsc.so=$1 auth/pam_unix.so=$unix auth/pam_sss.so=$3 auth/pam_deny.so=7 auth/pam_rootok.so=7" \
        pamtester "$service" root authenticate < /dev/null > "$W/told" 2>&1
}
end_of() { # CODE
    for refusals in '7 7' '10 10' '9 9' '25 25' '7 10' '7 28'; do
        succeeds "$1" $refusals && { echo let-in; return; }
    done
    if succeeds "$1" 0 0; then echo others; else echo refused; fi
}
cases=0 bad=0
: > "$LOG"
for file in tests/stacks/*; do
    grep -qE 'pam_(succeed_if|usertype|localuser)|#\? find unreadable' "$file" && continue
    grep -qE '^#\? auth' "$file" || continue
    service=$(sed -n 's/^#? service //p' "$file")
    take "${file##*/}"
    "$B/vscmgr" stacks check "$service" --folder "$W/case" --json > "$W/json" 2> "$W/none"
    for code in "${codes[@]}"; do
        said=$(jq -r --arg code "${code%=*}" '.[0].auth[] | select(.code == $code) | .end' "$W/json")
        [ "$said" = "$(end_of "${code#*=}")" ] || { echo "$file: ${code%=*}: $said" >> "$LOG"; bad=1; }
    done
    cases=$((cases + 1))
done
echo "# $cases stacks" | tee -a "$LOG"
[ $bad = 0 ] && [ $cases -ge 25 ]
ok $? "pamtester: every verdict of stacks check is what it gets"
login_end
echo "1..$number"
