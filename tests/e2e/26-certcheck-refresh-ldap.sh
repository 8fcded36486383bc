#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certcheck refresh from a directory: a real slapd over LDAP and LDAPS.
set -u
command -v slapd ldapmodify > /dev/null 2>&1 || PATH=$PATH:/usr/sbin
command -v slapd ldapmodify > /dev/null || { echo "1..0 # SKIP no slapd"; exit 0; }
. tests/rig/refresh.sh
trap refresh_end EXIT
refresh_site || exit 1

der() { openssl "$1" -in "$2" -outform DER | base64 -w0; }
tls_cert() { # NAME SAN [CA]
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$W/$1.key" 2> /dev/null
    openssl req -new -key "$W/$1.key" -subj /CN=dc -out "$W/$1.csr"
    tests/pki/make-pki.sh issue "$W/pki" "$W/$1.csr" "$W/$1.pem" --no-upn --eku 1.3.6.1.5.5.7.3.1 \
        --ca "${3:-root}" --extension "subjectAltName = $2"
}

# start_slapd NAME CERT: listens on $LDAP and $LDAPS
start_slapd() {
    local dir=$W/slapd-$1
    mkdir -p "$dir/db"
    cat > "$dir/slapd.conf" <<END
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $dir/pid
TLSCertificateFile $W/$2.pem
TLSCertificateKeyFile $W/$2.key
database mdb
suffix "dc=corp,dc=test"
rootdn "cn=admin,dc=corp,dc=test"
rootpw secret
directory $dir/db
maxsize 16777216
END
    slapadd -f "$dir/slapd.conf" -l "$W/entries.ldif" > "$dir/log" 2>&1 || { cat "$dir/log"; return 1; }
    for _ in $(seq 20); do # a port may be another's by then: slapd ends
        LDAP=$((20000 + RANDOM % 12000)) LDAPS=$((20000 + RANDOM % 12000))
        slapd -f "$dir/slapd.conf" -h "ldap://127.0.0.1:$LDAP ldaps://127.0.0.1:$LDAPS" -d 0 >> "$dir/log" 2>&1 &
        SLAPD=$!
        until_port $LDAP $SLAPD && until_port $LDAPS $SLAPD && break
        kill $SLAPD 2> /dev/null
    done
    servers+=($SLAPD)
    until_true ldapsearch -x -H "ldap://127.0.0.1:$LDAP" -b dc=corp,dc=test -s base
}
stop_slapd() { kill $SLAPD; wait $SLAPD 2> /dev/null; }
modify() { ldapmodify -x -H "ldap://127.0.0.1:$LDAP" -D cn=admin,dc=corp,dc=test -w secret > "$W/modify.log" 2>&1; }
card() { refresh_card "$@" || exit 1; rm -rf "$CACHE"; }
point() { # URI..: a distribution point of these alternatives, in sections for the commas in them
    local n=0 uri
    printf 'crlDistributionPoints = point\n[point]\nfullname = @names\n[names]\n'
    for uri in "$@"; do n=$((n + 1)); echo "URI.$n = $uri"; done
}

CDP='CN=Corp%20CA,OU=CDP,DC=corp,DC=test'
ASK='?certificateRevocationList?base?objectClass=cRLDistributionPoint'
cp "$W/pki/crls/root.crl" "$W/hand/"
tls_cert tls DNS:localhost,IP:127.0.0.1
tls_cert other DNS:elsewhere.test
cat > "$W/entries.ldif" <<END
dn: dc=corp,dc=test
objectClass: dcObject
objectClass: organization
o: Corp
dc: corp

dn: ou=CDP,dc=corp,dc=test
objectClass: organizationalUnit
ou: CDP

dn: cn=Corp CA,ou=CDP,dc=corp,dc=test
objectClass: cRLDistributionPoint
cn: Corp CA
certificateRevocationList;binary:: $(der crl "$W/pki/crls/sub.crl")

dn: cn=AIA,ou=CDP,dc=corp,dc=test
objectClass: applicationProcess
objectClass: pkiCA
cn: AIA
cACertificate;binary:: $(der x509 "$W/pki/ca/root/cert.pem")
cACertificate;binary:: $(der x509 "$W/pki/ca/sub/cert.pem")
certificateRevocationList;binary:: $(der crl "$W/pki/crls/root.crl")

dn: cn=Moved,ou=CDP,dc=corp,dc=test
objectClass: referral
objectClass: extensibleObject
cn: Moved
ref: ldap://127.0.0.1:1/cn=Corp%20CA,ou=CDP,dc=corp,dc=test
END
start_slapd first tls || { echo "Bail out! slapd does not start"; exit 1; }
HOST=ldap://127.0.0.1:$LDAP
SECURE=ldaps://127.0.0.1:$LDAPS

# ---- an issuer and a list -------------------------------------------------------------------------
card --extension "$(point "$HOST/$CDP$ASK")"
cp "$W/pki/intermediates/sub.pem" "$W/intermediates/"
exits 0 "a list by LDAP, with the address as Active Directory writes it" refresh
says "it is stored" "^stored +crl +$HOST/CN=Corp%20CA.*\(CN=Test Issuing CA"
exits 0 "again" refresh
says "it is unchanged" '^unchanged crl'
tests/pki/make-pki.sh revoke "$W/pki" "$W/card.pem"
cp "$W/pki/crls/sub.crl" "$W/newer.crl"
modify <<END
dn: cn=Corp CA,ou=CDP,dc=corp,dc=test
changetype: modify
replace: certificateRevocationList;binary
certificateRevocationList;binary:: $(der crl "$W/newer.crl")
END
exits 0 "a newer list in the directory" refresh
says "it is stored" '^stored +crl'

card --extension "$(point "$SECURE/$CDP$ASK")"
exits 0 "a list by LDAPS, the server certified by the domain's CA" refresh
says "it is stored" "^stored +crl +$SECURE"

rm "$W/intermediates/sub.pem"
card --extension "authorityInfoAccess = @aia
$(point "$HOST/$CDP$ASK")
[aia]
caIssuers;URI.0 = $HOST/CN=AIA,OU=CDP,DC=corp,DC=test?cACertificate?base?objectClass=certificationAuthority"
exits 0 "an issuer by LDAP, the right one of several values" refresh
says "it is stored" "^stored +issuer +$HOST/CN=AIA.*\(CN=Test Issuing CA"
cp "$W/pki/intermediates/sub.pem" "$W/intermediates/"

# ---- what is not there, or not asked for ----------------------------------------------------------
fails() { # NAME URI PATTERN
    card --extension "$(point "$2")"
    exits 1 "$1" refresh
    says "$1: it is told" "^failed +crl.*$3"
}
fails "an entry that is not there" "$HOST/CN=Nobody,OU=CDP,DC=corp,DC=test$ASK" 'No such object'
fails "an entry without the attribute" "$HOST/OU=CDP,DC=corp,DC=test$ASK" 'holds nothing of what is asked for'
fails "a list of another issuer in the entry" "$HOST/CN=AIA,OU=CDP,DC=corp,DC=test$ASK" 'of another issuer'
fails "a referral is not followed" "$HOST/CN=Moved,OU=CDP,DC=corp,DC=test$ASK" 'Referral'
fails "a scope below the entry" "$HOST/$CDP?certificateRevocationList?sub" 'only the scope base'
fails "another attribute" "$HOST/$CDP?userPassword?base" 'only attributes with lists'
fails "an attribute of the other kind" "$HOST/$CDP?cACertificate?base" 'something else than is wanted'
fails "an address without a server" "ldap:///$CDP$ASK" "it names no server, and no directory could be asked"
card --extension "$(point "ldap:///$CDP$ASK" "$HOST/$CDP$ASK")"
exits 0 "without a server, and another address of the same point" refresh
says "that one is taken" "^stored +crl +$HOST"

# ---- servers that are not who they should be ------------------------------------------------------
stop_slapd
start_slapd second other || exit 1
SECURE=ldaps://127.0.0.1:$LDAPS
fails "LDAPS: a certificate for another name" "$SECURE/$CDP$ASK" "[Cc]an't contact|TLS"
stop_slapd
tests/pki/make-pki.sh base "$W/pki2" nobody corp.test
mv "$W/pki" "$W/pki1"; mv "$W/pki2" "$W/pki"; sed -i "s|pki2|pki|g" "$W"/pki/ca/*/ca.cnf
tls_cert stranger IP:127.0.0.1
mv "$W/pki" "$W/pki2"; mv "$W/pki1" "$W/pki"
start_slapd third stranger || exit 1
SECURE=ldaps://127.0.0.1:$LDAPS
fails "LDAPS: a certificate of a strange CA" "$SECURE/$CDP$ASK" "[Cc]an't contact|TLS"
stop_slapd
fails "the server is gone" "ldap://127.0.0.1:$LDAP/$CDP$ASK" "[Cc]an't contact"
echo "1..$count"
exit $failed
