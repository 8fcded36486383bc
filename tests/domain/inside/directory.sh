# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/domain/20-directory.sh.
set -u
. tests/domain/rig.sh

refresh() { certcheck refresh > "$LOG" 2>&1; }
told() { grep -qE -- "$1" "$LOG"; }
# Nothing by hand but the anchor: all else has to come from the directory.
from_directory() { # SETTINGS of the group directory
    trust none && cp $PKI/anchors/root.pem /etc/pam_vsc/anchors/ || return 1
    SETTINGS[trust]='ntauth = "directory";'
    SETTINGS[directory]="$1"
    configure
}
refused() { # KIND CODE
    card_for alice "$1" && ! sign_in alice && grep -q "(VSC-${2^^})" "$LOG" && ! grep -q 'PIN for' "$LOG"
}

domain_site && member local > "$LOG" 2>&1 && card_for alice good
ok $? "samba: a domain, a member, a card"

from_directory "uri = \"ldap://dc1.$DOMAIN\"; roots = true;"
refused good directory-unknown
ok $? "gssapi: before the first refresh nobody signs in"
refresh && told '^stored +ntauth +CN=NTAuthCertificates.*: 1 CAs' && told '^stored +roots .*: 1 CAs' &&
    told '^stored +aia .*: [12] new intermediate' && told "^stored +cdp .*$CA_ROOT" && told "^stored +cdp .*$CA_SUB"
ok $? "gssapi: NTAuth, roots, intermediates and lists come with the host keytab"
[ "$(stat -c %U /var/cache/pam_vsc/directory/ntauth)" = _vsc-fetch ] && ! ls /tmp/krb5cc* > "$LOG" 2>&1
ok $? "gssapi: they belong to _vsc-fetch, and no ticket is left"
sign_in alice
ok $? "gssapi: alice signs in"
refused not-ntauth issuer-not-ntauth
ok $? "gssapi: an issuer below the same root that is not in NTAuth is refused"
card_for alice good && refresh && told '^unchanged +ntauth'
ok $? "gssapi: again, and it is unchanged"

# A list and an issuer at no address but the directory's, without a server.
on dc pkill -f http.server
card_for alice revoked && rm -rf /var/cache/pam_vsc/* && { refresh; told '^(stored|unchanged) +crl +ldap:///'; }
ok $? "gssapi: without the web server the list comes by ldap:///"
refused revoked revoked
ok $? "gssapi: the revocation in it counts"
card_for alice good && sign_in alice
ok $? "gssapi: a good certificate signs in by it"

cable out
refresh
[ $? = 1 ] && told '^failed +directory '
ok $? "offline: refresh says that it did not reach the directory"
sign_in alice
ok $? "offline: alice signs in by what was fetched"
refused revoked revoked
ok $? "offline: a revocation that was known before still refuses"
refused not-ntauth issuer-not-ntauth
ok $? "offline: NTAuth still narrows"
cable in
ok $? "online: the cable is in again"

from_directory "uri = \"ldaps://dc1.$DOMAIN\"; anchors = \"$PKI/anchors/root.pem\";"
refresh
[ $? = 1 ] && told '^failed +directory .*Strong'
ok $? "ldaps: this Samba takes no Kerberos within TLS, and that is told"
printf '%s\n' "$PASSWORD" > /etc/pam_vsc/password && chmod 600 /etc/pam_vsc/password
from_directory "uri = \"ldaps://dc1.$DOMAIN\"; anchors = \"$PKI/anchors/root.pem\";
    user = \"CN=bob,CN=Users,$BASE\"; password_file = \"/etc/pam_vsc/password\";"
refresh; told '^stored +ntauth .*: 1 CAs'
ok $? "ldaps: NTAuth comes to who has a password"
card_for alice good && sign_in alice
ok $? "ldaps: alice signs in by it"
from_directory "uri = \"ldaps://dc1.$DOMAIN\"; anchors = \"$PKI/ca/stranger/cert.pem\";"
refresh
[ $? = 1 ] && told '^failed +directory .*(TLS|contact)'
ok $? "ldaps: a server whose certificate a stranger issued is not asked"
sign_in alice; grep -q VSC-DIRECTORY-UNKNOWN "$LOG"
ok $? "ldaps: and so nobody signs in"

guided() {
    member winbind && trust none && cp $PKI/anchors/root.pem /etc/pam_vsc/anchors/ &&
        { sed -n '/^trust = /,/^realm = /p' doc/domain-guide.md; echo "card = { tcti = \"$TCTI\"; };"; } > "$CONF" &&
        card_for alice good && certcheck refresh
}
guided > "$LOG" 2>&1 && sign_in 'CORP\alice' && said 'ticket=' && said 'result=success'
ok $? "winbind: CORP\\alice signs in by the configuration of doc/domain-guide.md"
domain_end
echo "1..$number"
