# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/slow/ticket.sh.
set -u
. tests/rig/ticket.sh
KEPT=/run/pam_vsc/tickets
kept() { find "$KEPT" -type f ! -name 'session.*' ! -name away; }
two_tgt() { [ "$(pgrep -xc vsc-tgt)" = 2 ]; } # root's part and its worker
no_tgt() { ! pgrep -x vsc-tgt; }
refused_by() { ! grep -q 'successfully authenticated' "$LOG" && grep -q "$1" "$LOG"; }
UNAVAIL='Authentication service cannot retrieve authentication info' AUTH_ERR='Authentication failure'
away_no_more() { rm -f "$KEPT/away"; }

ticket_site
ok $? "site: cards with RSA keys, a KDC with PKINIT, the host's key"

# ---- off
setting
sign_in vscalice "${SESSION[@]}" && unsaid 'ticket=' && ! seen open KRB5CCNAME && [ ! -e $KEPT ] || [ -z "$(kept)" ]
ok $? "off: no ticket, and vsc-tgt is not started"

# ---- where it goes
ticket_conf 'kerberos = "required";'
sign_in vscalice "${SESSION[@]}" && ticket granted && said 'verified=1' && seen open '^KRB5CCNAME=FILE:/tmp/krb5cc_' &&
    seen open '^cache vscalice 600$' && seen open 'Default principal: vscalice@CORP.TEST' &&
    seen open 'krbtgt/CORP.TEST@CORP.TEST'
ok $? "FILE: a ticket in a file of the user's, mode 0600, and KRB5CCNAME"
seen open "host/$(hostname)@CORP.TEST: kvno"
ok $? "FILE: it works: a ticket for the host"
seen open '^kept 0$' && ! seen open VSC_TICKET && seen close '^kept 0$' && [ -z "$(cache_of vscalice)" ] &&
    [ -z "$(ls $KEPT)" ]
ok $? "FILE: at the session's end nothing of it is left"
sign_in vscalice && ticket granted && [ -z "$(cache_of vscalice)" ] && [ -z "$(kept)" ]
ok $? "a sign-in that is never established leaves nothing"
printf '[libdefaults]\n default_realm = EVIL.TEST\n' > "$W/evil.conf"
KRB5_CONFIG=$W/evil.conf KRB5_KTNAME=$W/evil.keytab KRB5_TRACE=$W/trace KRB5CCNAME=FILE:/tmp/krb5cc_evil VSC_PKCS11_SOCKET=$W/evil.sock \
    sign_in vscalice "${SESSION[@]}" && ticket granted && said 'verified=1' && ! seen open krb5cc_evil && [ ! -e "$W/trace" ] &&
    [ ! -e /tmp/krb5cc_evil ]
ok $? "the caller's environment has no say"
[ "$(stat -c '%U %a' $KEPT)" = 'root 700' ] && as vscalice test ! -x $KEPT
ok $? "nobody but root may look at what is kept"
kdc_conf 'default_ccache_name = DIR:/tmp/krb5cc_dir_%{uid}'
sign_in vscalice "${SESSION[@]}" && seen open '^KRB5CCNAME=DIR:/tmp/krb5cc_dir_' && seen open krbtgt/CORP.TEST &&
    seen open '^kept 0$' && [ -z "$(find "$(cache_of vscalice)" -name 'tkt*')" ]
ok $? "DIR: a cache in the user's collection, which goes with its last session"
id=$(id -u vscalice)
rm -rf "/tmp/krb5cc_dir_$id"
as vscbob mkdir -m 777 "/tmp/krb5cc_dir_$id"
! sign_in vscalice "${SESSION[@]}" && ticket no-ticket && [ -z "$(ls "/tmp/krb5cc_dir_$id")" ]
ok $? "DIR: a folder that another user has made is not used"
rm -rf "/tmp/krb5cc_dir_$id"
as vscalice sh -c "mkdir -p -m 700 /tmp/krb5cc_dir_$id; cp /etc/hostname /tmp/krb5cc_dir_$id/of-the-user"
hold_session vscalice
[ -n "$(find "/tmp/krb5cc_dir_$id" -name 'tkt*')" ]; held=$?
other_session vscalice && [ $held = 0 ] && [ -n "$(find "/tmp/krb5cc_dir_$id" -name 'tkt*')" ]
ok $? "DIR: it stays while another session of the user has it"
end_session
[ -z "$(find "/tmp/krb5cc_dir_$id" -name 'tkt*')" ] && [ -e "/tmp/krb5cc_dir_$id/of-the-user" ]
ok $? "DIR: and goes with the last one"
rm -rf "/tmp/krb5cc_dir_$id"
# Whether this kernel has keyrings for tickets, MIT's own kinit tells.
{
    kdc_local 'addprinc -pw probe probe' && echo probe | as vscalice kinit -c "KEYRING:persistent:$id" probe@CORP.TEST
} > "$LOG" 2>&1
has_keyrings=$?
kdc_conf 'default_ccache_name = KEYRING:persistent:%{uid}'
if [ $has_keyrings = 0 ]; then
    as vscalice kdestroy -q -c "KEYRING:persistent:$id"
    sign_in vscalice "${SESSION[@]}" && seen open "^KRB5CCNAME=KEYRING:persistent:$id\$" && seen open krbtgt/CORP.TEST
    ok $? "KEYRING: a cache in the user's keyring"
else
    sign_in vscalice 'setcred(PAM_ESTABLISH_CRED)'
    grep -q 'Failure setting user credentials' "$LOG" && ticket no-ticket && [ -z "$(kept)" ]
    ok $? "KEYRING: this kernel has none, so a required ticket cannot be placed: PAM_CRED_ERR"
fi
rm -rf "/tmp/krb5cc_dir_$id"
kdc_conf 'default_ccache_name = MEMORY:'
sign_in vscalice 'setcred(PAM_ESTABLISH_CRED)'; grep -q 'Failure setting user credentials' "$LOG" && ticket no-ticket
ok $? "MEMORY: a required ticket that cannot be placed is PAM_CRED_ERR"
kdc_conf

# ---- no KDC
ticket_conf 'kerberos = "optional";'
kdc_stop
sign_in vscalice "${SESSION[@]}" && ticket kdc-unreachable && ! seen open KRB5CCNAME
ok $? "no KDC, optional: the sign-in goes on"
kdc_sleeper
sign_in vscalice "${SESSION[@]}" && ticket kdc-unreachable && said 'less\\x20than\\x20a\\x20minute'
ok $? "no KDC, optional: the second time nobody is asked"
kdc_stop
ticket_conf 'kerberos = "required";'
! sign_in vscalice "${SESSION[@]}" && refused_by "$UNAVAIL" && ticket kdc-unreachable && unsaid 'less\\x20than' &&
    grep -q VSC-KDC-UNREACHABLE "$LOG" && said 'code=kdc-unreachable'
ok $? "no KDC, required: nobody is in, and it is asked each time"
kdc_sleeper
away_no_more
ticket_conf 'kerberos = "optional"; ticket = { deadline = 2; };'
sign_in vscalice && ticket kdc-unreachable && said 'before\\x20the\\x20deadline'
ms=$(sed -n 's/.*ticket=kdc-unreachable.* ms=//p' "$MESSAGES")
[ "$ms" -ge 1900 ] && [ "$ms" -lt 20000 ]
ok $? "a KDC that sleeps, optional: the deadline, and the sign-in goes on"
ticket_conf 'kerberos = "required"; ticket = { deadline = 2; };'
! sign_in vscalice && refused_by "$UNAVAIL" && ticket kdc-unreachable && until_true 20 no_tgt
ok $? "a KDC that sleeps, required: nobody is in, and nothing runs on"
for mode in optional required; do
    ticket_conf "kerberos = \"$mode\"; ticket = { deadline = 60; };"
    away_no_more
    sign_in vscalice & signing=$!
    until_true 60 two_tgt && kill -KILL "$(pgrep -xo vsc-tgt)"
    wait $signing; status=$?
    [ $mode = optional ] && [ $status = 0 ] || { [ $mode = required ] && [ $status != 0 ] && refused_by "$UNAVAIL"; } &&
        ticket no-ticket && until_true 20 no_tgt
    ok $? "vsc-tgt killed in the middle, $mode: no ticket, and its worker is gone too"
done
kdc_stop
tpm_flush
away_no_more
[ "$(tries Alice)" = 5 ]
ok $? "and no try was used up"
kdc_start > "$LOG" 2>&1
ok $? "the KDC is back"

# ---- the KDC says no
{
    ticket_card vsccarol && ticket_card vscbert --eku 1.3.6.1.5.5.7.3.2 && ticket_card vscbob &&
        kdc_user vsccarol vscbert vscbob vscruth && kdc_local 'modprinc -allow_tix vscbob' &&
        lists_kept && tests/pki/make-pki.sh revoke "$W/pki" "$W/Carol.pem" && kdc_stop && kdc_lists && kdc_start
} > "$LOG" 2>&1
ok $? "the KDC: a revoked certificate, one of a wrong usage, a disabled principal"
no_ticket() { # USER NUMBER WHAT [LINE...]
    local user=$1 krb5=$2 what=$3
    shift 3
    ticket_conf 'kerberos = "optional";' "$@"
    sign_in "$user" "${SESSION[@]}" && ticket kdc-refused && said "krb5=-$krb5" && ! seen open KRB5CCNAME &&
        grep -q VSC-KDC-REFUSED "$LOG"
    ok $? "$what, optional: in with a message, and no ticket"
    ticket_conf 'kerberos = "required";' "$@"
    ! sign_in "$user" "${SESSION[@]}" && refused_by "$AUTH_ERR" && ticket kdc-refused && said 'code=kdc-refused'
    ok $? "$what, required: refused"
}
no_ticket vsccarol 1765328312 "revoked"
no_ticket vscbert 1765328307 "wrong usage" 'policy = { purpose = "client-auth"; };'
no_ticket vscbob 1765328366 "disabled"

# ---- whose ticket
{
    printf '%s\n' $PIN $ADMIN | vscmgr create --name Max --owner vscmax --pin stdin --adminkey stdin --generate --key rsa2048 &&
        echo $PIN | vscmgr csr Max --upn vscruth@CORP.TEST --pin stdin --out "$W/Max.csr" &&
        tests/pki/make-pki.sh issue "$W/pki" "$W/Max.csr" "$W/Max.pem" --upn vscruth@CORP.TEST &&
        vscmgr import Max "$W/Max.pem"
} > "$LOG" 2>&1
sha=$(vscmgr show Max --json | jq -r '.keys[0].certificate.sha256')
sed -i 's/rules = (/&  { method = "sha256"; sha256 = "'"$sha"'"; account = "vscmax"; },/; s/^mapping = {/& conflict = "first";/' "$W/base.conf"
ticket_conf 'kerberos = "optional";'
sign_in vscmax "${SESSION[@]}" && ticket ticket-mismatch && said 'text=vscruth@CORP.TEST' && ! seen open KRB5CCNAME && [ -z "$(kept)" ]
ok $? "another principal, optional: its ticket is thrown away (CVE-2025-11561)"
ticket_conf 'kerberos = "required";'
! sign_in vscmax && refused_by "$AUTH_ERR" && ticket ticket-mismatch
ok $? "another principal, required: refused"

# ---- who is the KDC
{ kdc_stop; kdc_make evil && kdc_user vscalice && kdc_local "addprinc -randkey host/$(hostname)" && kdc_start evil; } > "$LOG" 2>&1
ticket_conf 'kerberos = "optional";'
sign_in vscalice "${SESSION[@]}" && ticket kdc-untrusted && ! seen open KRB5CCNAME && grep -q VSC-KDC-UNTRUSTED "$LOG"
ok $? "a KDC that does not know the host's key, optional: no ticket"
ticket_conf 'kerberos = "required";'
! sign_in vscalice && refused_by "$AUTH_ERR" && ticket kdc-untrusted
ok $? "a KDC that does not know the host's key, required: refused"
mv /etc/krb5.keytab "$W/keytab"
sign_in vscalice "${SESSION[@]}" && ticket granted && said 'verified=0'
ok $? "without a keytab the KDC's certificate alone tells"
echo 'no keytab' > /etc/krb5.keytab
! sign_in vscalice && refused_by "$AUTH_ERR" && ticket kdc-untrusted && said 'keytab'
ok $? "a keytab that is damaged is not taken for none"
kdc_stop; mv "$W/keytab" /etc/krb5.keytab; kdc_start kdc > "$LOG" 2>&1
sed -i '/pkinit_anchors/d' /etc/krb5.conf; cp "$W/kdcca.pem" /etc/pam_vsc/anchors/
sign_in vscalice && ticket granted
ok $? "trust.anchors count where krb5.conf names none"
rm /etc/pam_vsc/anchors/kdcca.pem
! sign_in vscalice && refused_by "$UNAVAIL" && ticket no-ticket
ok $? "a KDC whose certificate is not trusted"
kdc_conf

# ---- a session that is there
hold_session vscalice
before=$(stat -c %i "$(cache_of vscalice)")
echo $PIN | pamtester vsc-test vscalice authenticate 'setcred(PAM_REFRESH_CRED)' > "$LOG" 2>&1 &&
    [ "$(cache_of vscalice | wc -l)" = 1 ] && [ "$(stat -c %i "$(cache_of vscalice)")" != "$before" ]
ok $? "a screen is unlocked: the session's cache has the new ticket"
end_session
[ -z "$(cache_of vscalice)" ]
ok $? "and goes with the session"
fresh
echo $PIN | as vscalice env KRB5CCNAME=FILE:/tmp/krb5cc_locker pamtester vsc-test vscalice authenticate > "$LOG" 2>&1 &&
    ticket granted && as vscalice klist -c /tmp/krb5cc_locker > "$LOG" 2>&1 && [ "$(stat -c '%U %a' /tmp/krb5cc_locker)" = 'vscalice 600' ]
ok $? "a locker without root: the ticket is in the session's cache"
kdc_stop
fresh
echo $PIN | as vscalice pamtester vsc-test vscalice authenticate > "$LOG" 2>&1 && ticket kdc-unreachable
ok $? "a locker without root, and no KDC: it is unlocked, whatever is required"
kdc_start > "$LOG" 2>&1
rm -f /tmp/krb5cc_locker
away_no_more

# ---- vsc-tgt itself
tgt() { "$B/tests/tgt_client" /usr/libexec/pam_vsc "$@" > "$W/tgt" 2>&1; local status=$?; cat "$W/tgt" >> "$LOG"; return $status; }
word() { sed -n "s/.*[ ]*$1=\([^ ]*\).*/\1/p" "$W/tgt"; }
get() { tgt get vscalice "$id" vscalice@CORP.TEST 0000 00 $PIN && [ "$(word outcome)" = granted ]; }
kdc_conf 'ticket_lifetime = 2m'
: > "$LOG"
get && name=$(word ticket) && ! tgt place vscbob "$id" "$name"
ok $? "an account and a user number that do not belong together"
tgt place vscbob "$(id -u vscbob)" "$name"; [ "$(word outcome)" = ticket-mismatch ] && [ -z "$(kept)" ]
ok $? "what is kept for one user is not placed for another"
tgt place vscalice "$id" "$name"; [ "$(word outcome)" = no-ticket ]
ok $? "and is taken once"
! tgt get root 0 vscalice@CORP.TEST 0000 00 $PIN && ! tgt place vscalice "$id" ../../etc/passwd
ok $? "nothing for root, and no name that is a path"
tgt get vscalice "$id" vscalice@CORP.TEST 0000 00 87654321; [ "$(word outcome)" = no-ticket ] && [ "$(tries Alice)" = 4 ]
ok $? "a wrong PIN: one try, and no other"
refill Alice > "$LOG" 2>&1
: > /etc/victim
as vscbob ln -s /etc/victim /tmp/krb5cc_planted
get && name=$(word ticket) && tgt place vscalice "$id" "$name" FILE:/tmp/krb5cc_planted
[ "$(word outcome)" = no-ticket ] && [ ! -s /etc/victim ] && [ -L /tmp/krb5cc_planted ] && [ -z "$(find /tmp -name 'krb5cc_planted_*')" ]
ok $? "another user's link in /tmp is not followed, and nothing is left beside it"
: > "$LOG"; as vscalice ln -s /etc/victim /tmp/krb5cc_own
get && name=$(word ticket) && tgt place vscalice "$id" "$name" FILE:/tmp/krb5cc_own
[ "$(word outcome)" = granted ] && [ ! -s /etc/victim ] && [ ! -L /tmp/krb5cc_own ] && [ "$(stat -c '%U %a' /tmp/krb5cc_own)" = 'vscalice 600' ]
ok $? "the user's own link is replaced, not followed"
start() { as vscalice klist -c /tmp/krb5cc_own | sed -n 's/  krbtgt.*//p'; }
before=$(start)
tgt renew vscalice "$id" FILE:/tmp/krb5cc_own; [ "$(word outcome)" = granted ] && [ "$(start)" = "$before" ]
ok $? "a young ticket is not renewed"
got=$(date +%s)
older() { [ $(($(date +%s) - got)) -ge 17 ]; } # an eighth of two minutes, and more
until_true 60 older
: > "$LOG"
tgt renew vscalice "$id" FILE:/tmp/krb5cc_own; [ "$(word outcome)" = granted ] && [ "$(start)" != "$before" ]
ok $? "an older one is renewed without a PIN"
[ "$(stat -c '%U %a' /tmp/krb5cc_own)" = 'vscalice 600' ] && tgt remove vscalice "$id" FILE:/tmp/krb5cc_own && [ ! -e /tmp/krb5cc_own ]
ok $? "and removed"
touch -d '-20 minutes' "$KEPT/00112233445566778899aabbccddeeff" && get && [ ! -e "$KEPT/00112233445566778899aabbccddeeff" ]
ok $? "what nobody takes is removed after a while"
ticket_conf 'realm = "OTHER.TEST"; kerberos = "optional";'
: > "$LOG"; tgt get vscalice "$id" vscalice@CORP.TEST 0000 00 $PIN; [ "$(word outcome)" != granted ]
ok $? "the realm is the configuration's"
setting
: > "$LOG"; ! tgt get vscalice "$id" vscalice@CORP.TEST 0000 00 $PIN
ok $? "nothing while kerberos is off"
! grep -qr -- $PIN "$MESSAGES" /run/pam_vsc/tickets
ok $? "the PIN is in no log and no file"
kdc_stop
login_end
echo "1..$number"
