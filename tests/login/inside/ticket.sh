# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/28-ticket.sh.
set -u
. tests/rig/ticket.sh
. tests/login/cases.sh
. tests/login/rig-sshd.sh

ticket_site sshd && stack_on sshd su sudo sudo-i >> "$LOG" 2>&1
ok $? "ticket: an installed site with a KDC"
for user in $LOGIN_USERS; do
    echo 'echo "IN as $(id -un)"; env; klist; [ -z "${KRB5CCNAME:-}" ] || stat -c "cache %U %a" "${KRB5CCNAME#FILE:}"; exit' \
        > "/home/$user/.bash_profile"
done
echo 'ALL ALL=(ALL) ALL' > /etc/sudoers.d/all
nothing_left() { [ -z "$(cache_of vscalice)$(ls /run/pam_vsc/tickets)" ]; }
has_ticket() {
    in_session KRB5CCNAME=FILE:/tmp/krb5cc_ && shown 'Default principal: vscalice@CORP.TEST' &&
        shown 'krbtgt/CORP.TEST@CORP.TEST' && shown 'cache vscalice 600' && ! in_session VSC_TICKET
}
sshd_start
NAME=sshd
attempt() { sshd_talk "$@"; }
let_in vscalice 'PIN for Alice: ' $PIN && has_ticket
check $? "a session with a ticket of the user's"
said ticket=granted && until_true 20 nothing_left
check $? "and nothing of it is left"
NAME=su
attempt() {
    local user=$1
    shift
    fresh
    talk setpriv --reuid vsccarol --regid vsccarol --init-groups su - "$user" -- "$@"
}
let_in vscalice 'PIN for Alice: ' $PIN && has_ticket && said ticket=granted
check $? "a session with a ticket of the user's"
until_true 20 nothing_left
check $? "and nothing of it is left"
printf '[libdefaults]\n default_realm = EVIL.TEST\n' > /tmp/evil.conf
export KRB5_CONFIG=/tmp/evil.conf KRB5CCNAME=FILE:/tmp/evil KRB5_KTNAME=/tmp/evil.keytab KRB5_TRACE=/tmp/evil.trace
let_in vscalice 'PIN for Alice: ' $PIN && has_ticket && said verified=1 && [ "$(echo /tmp/evil*)" = /tmp/evil.conf ]
check $? "the environment of its caller has no say"
unset KRB5_CONFIG KRB5CCNAME KRB5_KTNAME KRB5_TRACE
until_true 20 nothing_left
check $? "and nothing of that is left"

for NAME in sudo 'sudo -i'; do
    attempt() { # vscalice becomes root
        shift
        fresh
        talk setpriv --reuid vscalice --regid vscalice --init-groups $NAME -k \
            sh -c 'echo "IN as $SUDO_USER"; env' -- "$@"
    }
    ticket_conf 'kerberos = "required";'
    let_in vscalice 'PIN for Alice: ' $PIN && ! in_session KRB5CCNAME && unsaid ticket= && nothing_left
    check $? "opens nobody's session, and asks for no ticket"
    ticket_conf 'kerberos = "required"; ticket = { skip = [ ]; };'
    let_in vscalice 'PIN for Alice: ' $PIN && said ticket=granted && ! in_session KRB5CCNAME &&
        ! in_session VSC_TICKET && nothing_left
    check $? "asked all the same: no ticket of the caller's in root's session"
done
NAME=sshd
attempt() { sshd_talk "$@"; }
kdc_stop
ticket_conf 'kerberos = "optional";'
let_in vscalice 'PIN for Alice: ' $PIN && said ticket=kdc-unreachable && ! in_session KRB5CCNAME
check $? "no KDC, optional: in without a ticket"
ticket_conf 'kerberos = "required";'
kept_out vscalice 'PIN for Alice: ' $PIN 'Password: ' @eof && said code=kdc-unreachable
check $? "no KDC, required: on to the password"
sshd_end
login_end
echo "1..$number"
