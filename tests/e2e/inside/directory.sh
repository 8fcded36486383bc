#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What tests/e2e/29-certcheck-directory.sh runs in a throwaway root.
set -u
PATH=$PATH:/usr/sbin
. tests/rig/refresh.sh
. tests/rig/directory.sh
trap refresh_end EXIT
refresh_site || exit 1
der() { openssl "$1" -in "$2" -outform DER | base64 -w0; }
tls_cert() { # NAME SAN
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$W/$1.key" 2> /dev/null
    openssl req -new -key "$W/$1.key" -subj /CN=dc -out "$W/$1.csr"
    tests/pki/make-pki.sh issue "$W/pki" "$W/$1.csr" "$W/$1.pem" --no-upn --eku 1.3.6.1.5.5.7.3.1 --ca root \
        --extension "subjectAltName = $2"
}
tls_cert tls DNS:dc1.corp.test
directory_start || { echo "Bail out! no KDC or no slapd"; cat "$W/kdc/made" "$W"/kdc/*log "$W/slapd/log"; exit 1; }
cp "$W/pki/crls/root.crl" "$W/hand/"
ASK='?certificateRevocationList?base?objectClass=cRLDistributionPoint'
CDP='CN=Corp%20CA,CN=CDP,CN=Public%20Key%20Services,CN=Services,CN=Configuration,DC=corp,DC=test'
AIA='CN=Corp%20CA,CN=Elsewhere,CN=Public%20Key%20Services,CN=Services,CN=Configuration,DC=corp,DC=test?cACertificate?base?objectClass=certificationAuthority'
directory_entry "CN=Corp CA,CN=CDP,$SERVICES" <<END || exit 1
objectClass: cRLDistributionPoint
cn: Corp CA
certificateRevocationList;binary:: $(der crl "$W/pki/crls/sub.crl")
END
directory_entry "CN=Elsewhere,$SERVICES" <<END || exit 1
objectClass: applicationProcess
cn: Elsewhere
END
directory_entry "CN=Corp CA,CN=Elsewhere,$SERVICES" <<END || exit 1
objectClass: applicationProcess
objectClass: pkiCA
cn: Corp CA
cACertificate: none
cACertificate:: $(der x509 "$W/pki/ca/sub/cert.pem")
END
refresh_card --extension "authorityInfoAccess = @aia
crlDistributionPoints = point
[point]
fullname = @names
[names]
URI = ldap:///$CDP$ASK
[aia]
caIssuers;URI.0 = ldap:///$AIA" || exit 1

# ---- who may ask ------------------------------------------------------------------------------------
directory_conf
exits 0 "by Kerberos: issuer and list without a server in their addresses come from the directory" refresh
says "the issuer is stored" '^stored +issuer +ldap:///.*\(CN=Test Issuing CA'
says "the list is stored" '^stored +cdp +.*\(CN=Test Issuing CA'
says "and meets the certificate's point" '^unchanged +crl +ldap:///.*\(CN=Test Issuing CA'
exits 0 "a sign-in uses both" check "$W/card.pem"

# ---- NTAuth ------------------------------------------------------------------------------------------
value() { directory_value "$@"; }
ca_entry() { directory_ca "$@" || exit 1; }
codes() { jq -r '[.accepted, .reasons[].code] | join(" ")' "$W/out"; }
judged() { # NAME CODES [OPTION..]: what a sign-in says
    local name=$1 want=$2 got
    shift 2
    check "$@" "$W/card.pem" > "$W/out" 2> "$W/err"
    got=$(codes)
    [ "$got" = "$want" ] || { echo "# $got"; sed 's/^/# /' "$W/err"; }
    [ "$got" = "$want" ]
    ok $? "$name"
}
asked() { # TRUST [MORE]: the configuration asks for it
    MORE="${2:-}" directory_conf
    sed -i "s,^trust = { ,&$1 ," "$W/conf"
}
tests/pki/make-pki.sh base "$W/other" nobody corp.test > /dev/null || exit 1
SUB=$W/pki/ca/sub/cert.pem ROOT=$W/pki/ca/root/cert.pem
asked 'ntauth = "directory";'
judged "NTAuth was never fetched: nobody signs in" "false directory-unknown"
exits 1 "no NTAuth in the directory" refresh
says "no NTAuth in the directory: it is told" '^failed +ntauth +CN=NTAuthCertificates.*No such object'
judged "nothing came: nobody signs in" "false directory-unknown"
ca_entry "$NTAUTH" "$(value "$SUB")" "$(value "$ROOT")"
exits 0 "NTAuth with two CAs" refresh
says "it is stored" '^stored +ntauth .*: 2 CAs'
judged "the issuer is in it" "true"
exits 0 "again" refresh
says "it is unchanged" '^unchanged +ntauth'
ca_entry "$NTAUTH" "$(value "$ROOT")"
exits 0 "the issuer is taken out" refresh
judged "the issuer is not in it" "false issuer-not-ntauth"
ca_entry "$NTAUTH" "$(value "$ROOT")" "cACertificate: garbage" "$(value "$SUB")" "$(value "$W/card.pem")"
exits 1 "a value is garbage, and one is no CA" refresh
says "both are told, with the first one's place" '^failed +ntauth .*2 bad values left out: value [24] of [cC][nN]=NTAuthCertificates.*: (no certificate|not the certificate of a CA)'
judged "the good values count" "true"
ca_entry "$NTAUTH" "cACertificate:: AA=="
exits 0 "an empty NTAuth" refresh
says "it is told what that means" 'nobody signs in by card'
judged "an empty NTAuth lets nobody in" "false issuer-not-ntauth"
ca_entry "$NTAUTH" "$(value "$SUB")"
exits 0 "the issuer is back" refresh
later() { date -u -d "+$1" +%Y-%m-%dT%H:%M:%SZ; }
judged "six days later it is current" "true" --at "$(later '6 days')" --revocation off
judged "eight days later it is too old" "false directory-stale" --at "$(later '8 days')" --revocation off
sed -i 's/^revocation = { /&max_stale = 172800; /' "$W/conf"
judged "with max_stale it is not" "true" --at "$(later '8 days')" --revocation off
judged "that has an end too" "false directory-stale" --at "$(later '10 days')" --revocation off
cp "$CACHE/directory/ntauth" "$W/ntauth"
printf 'X' | dd of="$CACHE/directory/ntauth" bs=1 seek=200 conv=notrunc 2> /dev/null
judged "a damaged file is none" "false directory-unknown"
cp "$W/ntauth" "$CACHE/directory/roots"
cp "$W/ntauth" "$CACHE/directory/ntauth"
asked '' 'roots = true;'
judged "a file of the other kind is none" "false directory-unknown"

# ---- intermediates -----------------------------------------------------------------------------------
directory_conf
rm -rf "$CACHE"
cp "$W/card.pem" "$W/with-aia.pem"
refresh_card --extension "crlDistributionPoints = point
[point]
fullname = @names
[names]
URI = ldap:///$CDP$ASK" || exit 1
exits 0 "a certificate that does not say where its issuer is" refresh
judged "nobody knows the issuer" "false untrusted-issuer"
ca_entry "CN=Corp CA,CN=AIA,$SERVICES" "cACertificate: garbage" "$(value "$SUB")" "$(value "$W/other/ca/sub/cert.pem")"
exits 0 "the directory does" refresh
says "it is stored" '^stored +aia .*: 1 new intermediate'
says "what is no certificate is told" '^skipped +aia .*1 bad value left out'
judged "the issuer is found" "true"
ls "$CACHE/certs" | wc -l | grep -qx 1
ok $? "a CA that leads to no anchor is not stored"
cp "$W/with-aia.pem" "$W/card.pem"

# ---- roots -------------------------------------------------------------------------------------------
asked '' 'roots = true;'
rm -rf "$CACHE"
ca_entry "CN=Corp Root,$ROOTS" "$(value "$ROOT")"
exits 0 "the enterprise's roots" refresh
says "they are stored" '^stored +roots .*: 1 CAs'
judged "the anchor is among them" "true"
ca_entry "CN=Corp Root,$ROOTS" "$(value "$W/other/ca/root/cert.pem")"
exits 0 "another root instead" refresh
judged "an anchor that the directory does not publish is none" "false untrusted-issuer"
asked '' 'roots = true;'
sed -i "s,anchors = [^;]*,anchors = \"$W/none\"," "$W/conf"; mkdir -p "$W/none"
ca_entry "CN=Corp Root,$ROOTS" "$(value "$ROOT")"
exits 0 "no anchor is configured" refresh
judged "a root of the directory is no anchor" "false untrusted-issuer"

# ---- LDAPS -------------------------------------------------------------------------------------------
rm -rf "$CACHE"
tls() { # MORE: the directory by LDAPS, NTAuth asked
    URI=ldaps://dc1.corp.test asked 'ntauth = "directory";' "${1:-}"
}
ca_entry "$NTAUTH" "$(value "$SUB")"
tls
exits 0 "LDAPS: Kerberos within TLS, the server certified by an anchor" refresh
says "LDAPS: it is stored" '^stored +ntauth '
READER="user = \"cn=reader,$BASE\"; password_file = \"$W/password\";"
echo "of the reader" > "$W/password"
tls "$READER"
exits 0 "LDAPS: a password" refresh
says "LDAPS: a password: it is the same" '^unchanged +ntauth '
tls "$READER anchors = \"$W/pki/ca/root/cert.pem\";"
exits 0 "LDAPS: anchors of its own" refresh
fails() { # NAME PATTERN
    exits 1 "$1" refresh
    says "$1: it is told" "^failed +directory .*$2"
}
tls "$READER anchors = \"$W/other/ca/root/cert.pem\";"
fails "LDAPS: a server of a strange CA" "([Cc]an't contact|TLS)"
echo wrong > "$W/password"
tls "$READER"
fails "LDAPS: a wrong password" 'Invalid credentials'
: > "$W/password"
fails "LDAPS: an empty password is no anonymous bind" 'password: is empty'
chmod 666 "$W/password"
fails "LDAPS: a password that others can write" 'password'
judged "what was fetched before counts" "true"

# ---- a directory that means no good ------------------------------------------------------------------
asked 'ntauth = "directory";'
bad() { # NAME PATTERN
    exits 1 "$1" refresh
    says "$1: it is told" "^failed +ntauth .*$2"
    judged "$1: what was there stays" "true"
}
ca_entry "$NTAUTH" "cACertificate:: $(head -c 9000000 /dev/zero | base64 -w 0)"
bad "a value of 9 MB" "([Cc]an't contact|more than|[Dd]ecoding)"
ca_entry "$NTAUTH" "$(value "$SUB")" "$(seq -f 'cACertificate: %g' 5000)"
bad "5000 values" 'an entry of more than'
directory_entry "$NTAUTH" <<END || exit 1
objectClass: referral
objectClass: extensibleObject
cn: NTAuthCertificates
ref: ldap://127.0.0.1:1/$NTAUTH
END
bad "a referral" 'Referral'
ldapdelete -x -M -H ldap://127.0.0.1 -D "cn=admin,$BASE" -w secret "$NTAUTH"
ca_entry "$NTAUTH" "$(value "$SUB")"
exits 0 "a good one again" refresh

# ---- who it is ---------------------------------------------------------------------------------------
FETCH_USER=nobody
rm -rf "$CACHE"
asked 'ntauth = "directory";'
exits 0 "root starts it: another user does it, with root's keytab" refresh
stat -c %U "$CACHE/directory/ntauth" "$CACHE/sources/krb5.conf" | sort -u | grep -qx nobody
ok $? "the files are that user's"
! grep -rlE 'CLIENT1' "$CACHE" /tmp/krb5cc* 2> /dev/null
ok $? "neither key nor ticket is in a file"
rm -rf "$CACHE"
install -d -o nobody "$CACHE"
install -d -m 755 "$W/programs" && cp "$B/certcheck" "$B/certcheck-refresh" "$W/programs/"
as_service() { # as vsc-refresh.service starts it
    setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps=-all,+dac_read_search --ambient-caps=+dac_read_search \
        --bounding-set=-all,+dac_read_search "$W/programs/certcheck" refresh -c "$W/conf"
}
exits 0 "its service starts it: that user with one capability reads the keytab" as_service
says "its service: NTAuth is stored" '^stored +ntauth '
FETCH_USER=
directory_conf
rm -rf "$CACHE"

# ---- who is refused, and what is told -----------------------------------------------------------------
refused() { # NAME PATTERN
    exits 1 "$1" refresh
    says "$1: it is told" "^failed +directory.*$2"
}
cp /etc/krb5.keytab "$W/keytab"
rm /etc/krb5.keytab
refused "without a keytab" 'krb5.keytab: No such file'
kadmin.local -q 'ktadd -norandkey -k /etc/krb5.keytab host/client1.corp.test' > /dev/null 2>&1
refused "a keytab without the computer's account" 'no account of a computer'
head -c 200 /dev/urandom > /etc/krb5.keytab
refused "a keytab that is none" 'krb5.keytab: '
cp "$W/keytab" /etc/krb5.keytab; chmod 666 /etc/krb5.keytab
refused "a keytab that others can write" 'krb5.keytab'
chmod 600 /etc/krb5.keytab
URI=ldap://127.0.0.2 directory_conf
refused "a server by its address has no name for Kerberos" 'Server not found|Local error'
echo '127.0.0.2 dc2.corp.test' >> /etc/hosts
URI=ldap://dc2.corp.test directory_conf
refused "another name of the same server: it is taken as it stands" 'not found in Kerberos database'
directory_conf
kadmin.local -q 'cpw -randkey CLIENT1$' > /dev/null 2>&1
refused "the KDC does not know the key any more" 'CLIENT1[$]@CORP.TEST: '
kadmin.local -q 'ktadd -k /etc/krb5.keytab CLIENT1$' > /dev/null 2>&1
exits 0 "a new key in the keytab" refresh
directory_stop kdc
refused "without a KDC" 'Cannot contact any KDC'
directory_run_kdc
directory_stop slapd
refused "without a server" "[Cc]an't contact"

echo "1..$count"
exit $failed
