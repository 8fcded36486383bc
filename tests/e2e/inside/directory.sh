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
directory_start || { echo "Bail out! no KDC or no slapd"; cat "$W/kdc/made" "$W/kdc/log" "$W/slapd/log"; exit 1; }
cp "$W/pki/crls/root.crl" "$W/hand/"
ASK='?certificateRevocationList?base?objectClass=cRLDistributionPoint'
CDP='CN=Corp%20CA,CN=CDP,CN=Public%20Key%20Services,CN=Services,CN=Configuration,DC=corp,DC=test'
AIA='CN=Corp%20CA,CN=AIA,CN=Public%20Key%20Services,CN=Services,CN=Configuration,DC=corp,DC=test?cACertificate?base?objectClass=certificationAuthority'
directory_entry "CN=Corp CA,CN=CDP,$SERVICES" <<END || exit 1
objectClass: cRLDistributionPoint
cn: Corp CA
certificateRevocationList;binary:: $(der crl "$W/pki/crls/sub.crl")
END
directory_entry "CN=Corp CA,CN=AIA,$SERVICES" <<END || exit 1
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
says "the list is stored" '^stored +crl +ldap:///.*\(CN=Test Issuing CA'
exits 0 "a sign-in uses both" check "$W/card.pem"

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
