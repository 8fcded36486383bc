# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/domain/60-ticket.sh.
set -u
. tests/domain/rig.sh

# A session of vsc-test's uses its ticket, as its user.
use_in_sessions() {
    cat > "$W/use" << USE
#!/bin/bash
[ "\$PAM_TYPE" = open_session ] && [ -n "\${KRB5CCNAME:-}" ] || exit 0
exec > "$W/session" 2>&1
id=\$(id -u "\$PAM_USER")
as_user() { timeout 120 setpriv --reuid "\$id" --regid "\$id" --clear-groups "\$@"; }
as_user kvno "host/client1.$DOMAIN"
as_user ldapsearch -LLL -N -Q -Y GSSAPI -H "ldap://dc1.$DOMAIN" -b "$BASE" '(sAMAccountName=alice)' sAMAccountName
as_user klist
USE
    chmod 755 "$W/use" && echo "session optional pam_exec.so quiet $W/use" >> /etc/pam.d/vsc-test
}
kerberos() { # optional|required
    SETTINGS[top]="kerberos = \"$1\";"
    SETTINGS[ticket]='deadline = 60;'
    configure
}
session_of() { # USER
    fresh
    rm -f "$W/session"
    echo $PIN | timeout 300 "$B/tests/sign_in" vsc-test "$(account "$1")" > "$LOG" 2>&1
    logger 'all is said' && said 'all is said'
    cat "$W/session" "$MESSAGES" >> "$LOG" 2> /dev/null
    grep -q '^authenticate=SUCCESS ' "$LOG"
}
has() { grep -qiE -- "$1" "$W/session"; }

domain_site && use_in_sessions
ok $? "samba: a domain and a joined member"
listen
for source in winbind sssd; do
    member $source > "$LOG" 2>&1
    kerberos required
    card_for alice good
    session_of alice && said "principal=alice@$REALM verified=1" && has "^Default principal: alice@$REALM\$"
    ok $? "vsc-tgt: $(account alice) has a ticket, verified by the host's key"
    has "^host/client1.$DOMAIN@$REALM: kvno = "
    ok $? "kvno: gets one for the host with it, $source"
    has '^sAMAccountName: alice$' && has "ldap/dc1.$DOMAIN@"
    ok $? "ldapsearch: the directory answers her by it, $source"
    kerberos optional
    card_for dora good
    session_of dora
    said 'ticket=kdc-refused .*krb5=-1765328366' && [ ! -e "$W/session" ]
    ok $? "vsc-tgt: $(account dora), disabled in the domain, gets none"
    [ -z "$(find /tmp -maxdepth 1 -name 'krb5cc*'; find /run/pam_vsc/tickets -type f ! -name away)" ]
    ok $? "vsc-tgt: nothing is left, $source"
done
domain_end
echo "1..$number"
