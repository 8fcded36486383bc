# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/domain/10-members.sh.
set -u
. tests/domain/rig.sh

# refused KIND CODE: alice's card with such a certificate
refused() {
    card_for alice "$1" && ! sign_in "$(account alice)" && grep -q "(VSC-${2^^})" "$LOG" &&
        ! grep -q 'PIN for' "$LOG"
    ok $? "$MEMBER: $1 is refused"
}
in_the_directory() { # FILTER ATTRIBUTE
    ldapsearch -LLL -N -Q -Y GSSAPI -H ldap://dc1.$DOMAIN -b "$3" "$1" "$2" > "$LOG" 2>&1 && grep -q "^$2" "$LOG"
}

domain_site
ok $? "samba: a domain and a joined member"
kinit -k 'CLIENT1$' > "$LOG" 2>&1 && in_the_directory '(cn=NTAuthCertificates)' cACertificate "$SERVICES" &&
    in_the_directory "(cn=$CA_ROOT)" cACertificate "CN=Certification Authorities,$SERVICES" &&
    in_the_directory "(cn=$CA_SUB)" cACertificate "CN=AIA,$SERVICES" &&
    in_the_directory "(cn=$CA_SUB)" certificateRevocationList "CN=CDP,$SERVICES"
ok $? "samba: the machine reads NTAuthCertificates, roots, AIA and CDP"
curl -sf http://dc1.$DOMAIN/crl/sub.crl 2> "$LOG" | cmp - $PKI/crls/sub.crl >> "$LOG"
ok $? "samba: and the list by HTTP"
echo "$PASSWORD" | kinit -c "$W/cc" luca@$REALM > "$LOG" 2>&1; grep -q revoked "$LOG"
ok $? "samba: luca is locked out"

for source in winbind sssd; do
    member $source > "$LOG" 2>&1
    ok $? "$source: knows $(account alice)"
    card_for alice good && sign_in "$(account alice)" && said "user=$(account alice | sed 's/\\/&&&&/')"
    ok $? "$source: $(account alice) signs in by UPN and SID"
    refused expired expired
    refused revoked revoked
    refused wrong-eku missing-eku
    refused no-upn no-upn
    refused other-sid sid-mismatch
    refused not-ntauth issuer-not-ntauth
    refused untrusted untrusted-issuer
    card_for alice other-user && ! sign_in "$(account alice)" && ! grep -q 'PIN for' "$LOG"
    ok $? "$source: another user's certificate is refused"
done
member local > "$LOG" 2>&1 && card_for alice good && sign_in alice
ok $? "local: alice of /etc/passwd signs in by UPN"
domain_end
echo "1..$number"
