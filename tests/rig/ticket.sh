# SPDX-License-Identifier: BSD-2-Clause
# Sign-ins with a Kerberos ticket in a throwaway root: source this file inside it. It builds on
# tests/login/rig.sh and tests/rig/kdc.sh.
#
#   ticket_site [REMOTE...]   login_site with RSA keys and UPNs of the realm, vsc-card's socket, a KDC that
#                        runs, krb5.conf, the host's key, and the service vsc-test with a session
#   ticket_card USER [OPTION...]   a card named after USER; OPTIONs are those of "make-pki.sh issue"
#   ticket_conf LINE...  the configuration with these lines more (kerberos = "optional"; ...)
#   sign_in USER [OPERATION...]    authenticate, then the operations of pamtester
#   SESSION=(...)        those that make a whole session
#   seen open|close PATTERN        what vsc-test's session stack saw: its environment, the cache and its
#                        tickets, after the session was opened or closed
#   cache_of USER        the caches of USER in /tmp
#   ticket CODE          the log has a ticket= line with that code
#   hold_session USER    a whole session in the background, open until end_session
#   other_session USER   another one meanwhile, opened and closed
#   unsaid LINE          no line of the log so far holds LINE

. tests/login/rig.sh
. tests/rig/kdc.sh
SESSION=('setcred(PAM_ESTABLISH_CRED)' open_session close_session)

login_card() { ticket_card "$1"; }
ticket_card() {
    local user=$1 name
    shift
    name=$(card_of "$user")
    printf '%s\n' $PIN $ADMIN | vscmgr create --name "$name" --owner "$user" --pin stdin \
        --adminkey stdin --generate --key rsa2048 &&
        echo $PIN | vscmgr csr "$name" --upn "$user@CORP.TEST" --pin stdin --out "$W/$name.csr" &&
        tests/pki/make-pki.sh issue "$W/pki" "$W/$name.csr" "$W/$name.pem" --upn "$user@CORP.TEST" "$@" &&
        vscmgr import "$name" "$W/$name.pem"
}

# In the session, as root: what there is then.
ticket_look() {
    cat > "$W/look" <<END
#!/bin/bash
exec > "$W/seen.\$PAM_TYPE" 2>&1
env | grep -E '^(KRB5CCNAME|VSC_)'
[ -z "\${KRB5CCNAME:-}" ] || {
    file=\${KRB5CCNAME#FILE:}
    [ ! -e "\$file" ] || stat -c 'cache %U %a' "\$file"
    setpriv --reuid "\$PAM_USER" --regid "\$PAM_USER" --clear-groups klist
    setpriv --reuid "\$PAM_USER" --regid "\$PAM_USER" --clear-groups kvno "host/\$(hostname)"
}
echo "kept \$(ls /run/pam_vsc/tickets | grep -cE '^[0-9a-f]{32}\$')"
[ "\$PAM_TYPE\${NO_HOLD:-}" != open_session ] || while [ -e "$W/hold" ]; do sleep 0.1; done
END
    chmod 755 "$W/look"
    cat > /etc/pam.d/vsc-test <<END
auth    required pam_vsc.so
account required pam_permit.so
session required pam_vsc.so
session optional pam_exec.so quiet $W/look
END
}
ticket_conf() {
    setting && printf '%s\n' "$@" >> "$CONF"
}
ticket_site() {
    login_site "$@" && {
        ticket_look && listen && kdc_make && kdc_user vscalice && kdc_host && kdc_conf && kdc_start &&
            ticket_conf 'kerberos = "optional";'
    } >> "$LOG" 2>&1
}
sign_in() {
    local user=$1
    shift
    fresh
    rm -f "$W"/seen.*
    echo $PIN | timeout 120 pamtester vsc-test "$user" authenticate "$@" > "$LOG" 2>&1
}
seen() {
    cat "$W/seen.$1_session" >> "$LOG" 2> /dev/null
    grep -qE -- "$2" "$W/seen.$1_session" 2> /dev/null
}
ticket() {
    said "ticket=$1 "
    local status=$?
    cat "$MESSAGES" >> "$LOG"
    return $status
}
HELD=
hold_session() {
    touch "$W/hold"
    sign_in "$1" "${SESSION[@]}" &
    HELD=$!
    until_true 60 grep -q '^kept' "$W/seen.open_session"
}
other_session() {
    echo $PIN | timeout 120 pamtester -E NO_HOLD=yes vsc-test "$1" authenticate "${SESSION[@]}" > "$LOG" 2>&1
}
end_session() {
    rm "$W/hold"
    wait "$HELD"
}
unsaid() { ! grep -q -- "$1" "$MESSAGES"; }
cache_of() { find /tmp -maxdepth 1 -name 'krb5cc*' -user "$1"; }
