#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The part of tests/slow/domain-account.sh that runs in the throwaway root. CORP\alice has the SID
# S-1-5-21-1-2-3-2000; of CORP\slow winbind never says anything.
set -u
. tests/rig/site.sh

alice='CORP\alice'
libraries=/usr/lib/$(gcc -print-multiarch)
sid=S-1-5-21-1-2-3
echo 1..18

configure() { # POLICY RULE...
    local policy=$1 IFS=,
    shift
    cat > /etc/pam_vsc/pam_vsc.conf <<END
card = { tcti = "$TCTI"; };
policy = { strong_mapping = "$policy"; };
mapping = { rules = ( $* ); };
END
}
upn='{ method = "upn"; suffix = "corp.test"; account = "CORP\\%u"; }'
# issue OPTION...: a new certificate for the card's key.
issue() {
    tests/pki/make-pki.sh issue "$W/pki" "$W/a.csr" "$W/a.pem" "$@" && vscmgr import Alice "$W/a.pem"
}
sign_in() { echo 12345678 | pamtester vsc-test "${1:-$alice}" authenticate > "$LOG" 2>&1; }
refused() { # CODE [USER]
    ! sign_in "${2:-$alice}" && grep -q "(VSC-$1)" "$LOG"
}

{
    site_install && site_trust &&
        rm -f "$libraries"/libwbclient.so* "$libraries"/libsss_nss_idmap.so* &&
        cp "$B/tests/fake_nss.so" "$libraries/libnss_vsctest.so.2" &&
        sed -i 's/^passwd:.*/passwd: files vsctest/' /etc/nsswitch.conf && getent passwd "$alice" &&
        echo 12345678 | vscmgr create --name Alice --owner "$alice" --pin stdin \
            --adminkey random --generate --tries 15 &&
        echo 12345678 | vscmgr csr Alice --upn alice@corp.test --pin stdin --out "$W/a.csr"
} > "$LOG" 2>&1
ok $? "a site with a directory's account, and a card for it"
configure directory "$upn"

issue --upn alice@corp.test --sid $sid-2000 > "$LOG" 2>&1 && refused SID-MISMATCH
ok $? "no client library of a directory: refused"
cp "$B/tests/fake_directory.so" "$libraries/libwbclient.so.0"
sign_in
ok $? "winbind says that the SID is the account's: accepted"
no_helpers
ok $? "no helper is left, nor its child"
issue --upn alice@corp.test --sid $sid-2001 > "$LOG" 2>&1 && refused SID-MISMATCH
ok $? "the SID of another account: refused"
certcheck "$W/a.pem" > "$LOG" 2>&1; [ $? = 1 ] && grep -q "$sid-2001" "$LOG" && grep -q "$sid-2000" "$LOG"
ok $? "certcheck names both SIDs"
issue --upn alice@corp.test > "$LOG" 2>&1 && refused SID-MISMATCH
ok $? "no SID, and a rule by name: refused"
configure never "$upn"
sign_in
ok $? "no SID where the policy asks for none: accepted"
hash=$(certcheck facts --json "$W/a.pem" | jq -r .sha256)
configure directory "$upn" "{ method = \"sha256\"; sha256 = \"$hash\"; account = \"CORP\\\\alice\"; }"
sign_in || { certcheck "$W/a.pem"; cat /etc/pam_vsc/pam_vsc.conf; } >> "$LOG" 2>&1
ok $? "no SID, and a rule by sha256: accepted"
echo "$(certcheck facts --json "$W/a.pem" | jq -r .alt_security_identity_forms.X509IssuerSerialNumber) $alice" > /etc/pam_vsc/altsecids
configure directory '{ method = "altsecid"; file = "/etc/pam_vsc/altsecids"; }'
sign_in
ok $? "what certcheck facts prints for altSecurityIdentities, in a file: accepted"

configure directory '{ method = "sid"; }'
issue --upn alice@corp.test --sid $sid-2000 > "$LOG" 2>&1 && sign_in
ok $? "the account by its SID alone, from winbind: accepted"
mv "$libraries/libwbclient.so.0" "$libraries/libsss_nss_idmap.so.0"
sign_in
ok $? "and from SSSD"
cp "$libraries/libsss_nss_idmap.so.0" "$libraries/libwbclient.so.0"
sign_in
ok $? "and from both, that agree"
issue --upn alice@corp.test --sid $sid-2001 > "$LOG" 2>&1 && ! sign_in && grep -qi 'authentication fail\|unavailable\|unknown' "$LOG"
ok $? "CORP\\bob's SID does not sign in CORP\\alice"

rm "$libraries/libsss_nss_idmap.so.0"
configure directory "$upn" && issue --upn slow@corp.test --sid $sid-3000 > "$LOG" 2>&1
refused SID-MISMATCH 'CORP\slow'
ok $? "a winbind that does not answer: refused in a bounded time"
no_helpers
ok $? "and its child ends"

configure directory '{ method = "cn"; account = "CORP\\%u"; }'
! certcheck "$W/a.pem" > "$LOG" 2>&1 && grep -q 'allow_weak' "$LOG"
ok $? "a weak rule needs mapping.allow_weak"
sed -i 's/^mapping = {/& allow_weak = true;/; s/CORP\\\\%u/vsc%u/' /etc/pam_vsc/pam_vsc.conf
issue --upn alice@corp.test --subject /CN=alice > "$LOG" 2>&1
certcheck "$W/a.pem" > "$LOG" 2>&1 && grep -q 'WEAK-MAPPING' "$LOG" && grep -q 'accepted for vscalice' "$LOG"
ok $? "and is told each time"
site_end
