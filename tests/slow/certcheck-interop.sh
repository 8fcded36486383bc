#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Certificates and revocation lists of others: by Microsoft's template conventions, by openssl ca
# with its defaults, by GnuTLS' certtool, and as Samba's own test CA makes them.
set -u
B=${B:-build}
command -v certtool > /dev/null || { echo "1..0 # SKIP no certtool"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
certcheck=$PWD/$B/certcheck
count=0 failed=0
cd "$work" || exit 1

ok() { # STATUS NAME: 0 is ok
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; return; fi
    echo "not ok $count - $2"
    failed=1
}

# says CODES NAME CERT [OPTION...]: all codes, or "accepted"
says() {
    local want=$1 name=$2 cert=$3 got
    shift 3
    got=$("$certcheck" -c "$world/conf" --json "$@" "$cert" 2> err |
        jq -r 'if .accepted then "accepted" else [.reasons[].code] | join(" ") end')
    [ "$got" = "$want" ] || echo "# \"$got\", not \"$want\" $(cat err)"
    ok $(($([ "$got" = "$want" ]; echo $?))) "$name"
}

# world NAME: a folder of its own with anchors, lists and the configuration
world() {
    world=$work/$1
    mkdir -p "$world"/{anchors,pool,lists}
    cat > "$world/conf" <<END
trust = { anchors = "$world/anchors"; intermediates = "$world/pool"; };
revocation = { crls = "$world/lists"; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); };
END
}

quietly() { "$@" > log 2>&1 || { sed 's/^/# /' log; ok 1 "$*"; }; }
key() { quietly openssl genpkey -algorithm "${2:-EC}" -pkeyopt "${3:-ec_paramgen_curve:P-256}" -out "$1"; }

# ---- Microsoft's conventions -----------------------------------------------------------------------
# [MS-WCCE] 2.2.2.7.7, [MS-CRTD]: an enterprise CA, its templates and what it puts into lists.
world microsoft
m=$world
touch "$m/index.txt"
cat > "$m/ca.cnf" <<END
[ca]
default_ca = this
[this]
database = $m/index.txt
new_certs_dir = $m
certificate = $m/anchors/ca.pem
private_key = $m/ca.key
rand_serial = yes
crlnumber = $m/crlnumber
default_md = sha256
default_days = 365
default_crl_days = 8
policy = any
unique_subject = no
crl_extensions = list
[any]
domainComponent = optional
organizationalUnitName = optional
commonName = supplied
[req]
distinguished_name = any
[ca_cert]
basicConstraints = critical,CA:TRUE
keyUsage = digitalSignature,keyCertSign,cRLSign
subjectKeyIdentifier = hash
1.3.6.1.4.1.311.21.1 = ASN1:INTEGER:0
1.3.6.1.4.1.311.20.2 = ASN1:BMPSTRING:CA
[version_1]
1.3.6.1.4.1.311.20.2 = ASN1:BMPSTRING:SmartcardLogon
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = 1.3.6.1.4.1.311.20.2.2,clientAuth
subjectAltName = otherName:1.3.6.1.4.1.311.20.2.3;UTF8:nobody@corp.test
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
crlDistributionPoints = points
authorityInfoAccess = @issuers
1.2.840.113549.1.9.15 = ASN1:SEQUENCE:capabilities
[version_2]
1.3.6.1.4.1.311.21.7 = ASN1:SEQUENCE:template
1.3.6.1.4.1.311.21.10 = ASN1:SEQUENCE:application
1.3.6.1.4.1.311.25.2 = ASN1:SEQUENCE:ntds
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth,1.3.6.1.4.1.311.20.2.2
subjectAltName = otherName:1.3.6.1.4.1.311.20.2.3;UTF8:nobody@corp.test,email:nobody@corp.test
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
crlDistributionPoints = points
[encryption]
1.3.6.1.4.1.311.20.2 = ASN1:BMPSTRING:EFS
keyUsage = critical,keyEncipherment
extendedKeyUsage = 1.3.6.1.4.1.311.10.3.4
subjectAltName = otherName:1.3.6.1.4.1.311.20.2.3;UTF8:nobody@corp.test
[old_upn]
extendedKeyUsage = 1.3.6.1.4.1.311.20.2.2
subjectAltName = otherName:1.3.6.1.4.1.311.20.2.3;IA5STRING:nobody@corp.test
[issuers]
caIssuers;URI.1 = ldap:///CN=corp-CA%20%2801%29,CN=AIA,CN=Public%20Key%20Services,CN=Services,CN=Configuration,DC=corp,DC=test?cACertificate?base?objectClass=certificationAuthority
[points]
fullname = @addresses
[addresses]
URI.1 = ldap:///CN=corp-CA%20%2801%29,CN=dc1,CN=CDP,CN=Public%20Key%20Services,CN=Services,CN=Configuration,DC=corp,DC=test?certificateRevocationList?base?objectClass=cRLDistributionPoint
URI.2 = http://dc1.corp.test/CertEnroll/corp-CA%20(01).crl
[template]
id = OID:1.3.6.1.4.1.311.21.8.1234567.7654321.1.2.3
major = INTEGER:100
minor = INTEGER:2
[application]
one = SEQUENCE:usage_1
two = SEQUENCE:usage_2
[usage_1]
id = OID:1.3.6.1.5.5.7.3.2
[usage_2]
id = OID:1.3.6.1.4.1.311.20.2.2
[ntds]
other = IMP:0,SEQUENCE:sid
[sid]
type = OID:1.3.6.1.4.1.311.25.2.1
value = EXP:0,OCT:S-1-5-21-1004336348-1177238915-682003330-1104
[capabilities]
aes = SEQUENCE:aes
[aes]
id = OID:2.16.840.1.101.3.4.1.42
[list]
authorityKeyIdentifier = keyid:always
1.3.6.1.4.1.311.21.1 = ASN1:INTEGER:0
1.3.6.1.4.1.311.21.4 = ASN1:UTCTIME:361231235959Z
1.3.6.1.4.1.311.21.14 = ASN1:SEQUENCE:published
freshestCRL = fresh
[fresh]
fullname = URI:http://dc1.corp.test/CertEnroll/corp-CA+.crl
[published]
point = SEQUENCE:point
[point]
name = EXP:0,IMP:0,SEQUENCE:full
[full]
uri = IMP:6,IA5STRING:ldap:///CN=corp-CA,CN=dc1,CN=CDP,DC=corp,DC=test?certificateRevocationList
END
echo 01 > "$m/crlnumber"
key "$m/ca.key"
quietly openssl req -new -x509 -config "$m/ca.cnf" -extensions ca_cert -key "$m/ca.key" -days 3650 \
    -subj '/DC=test/DC=corp/CN=corp-CA (01)' -out "$m/anchors/ca.pem"
key "$m/user.key" RSA rsa_keygen_bits:2048
quietly openssl req -new -config "$m/ca.cnf" -key "$m/user.key" -out "$m/user.csr" \
    -subj '/DC=test/DC=corp/OU=Users/CN=Nobody'
for kind in version_1 version_2 encryption old_upn; do
    quietly openssl ca -config "$m/ca.cnf" -batch -notext -in "$m/user.csr" -extensions "$kind" \
        -out "$m/$kind.pem"
done
quietly openssl ca -config "$m/ca.cnf" -gencrl -out "$m/lists/ca.crl"
says accepted "a version 1 template's smart card certificate is accepted" "$m/version_1.pem"
says accepted "a version 2 template's with application policies and SID is accepted" "$m/version_2.pem"
says "missing-eku bad-key-usage" "an EFS template's is refused for its usages" "$m/encryption.pem"
says malformed-upn "a UPN in an IA5String is refused" "$m/old_upn.pem"
"$certcheck" facts --json "$m/version_1.pem" > out
jq -e '.template_name == "SmartcardLogon" or .template.name == "SmartcardLogon"' out > /dev/null
ok $? "facts tell the version 1 template"
"$certcheck" facts --json "$m/version_2.pem" > out
jq -e '.sid == "S-1-5-21-1004336348-1177238915-682003330-1104"' out > /dev/null
ok $? "facts tell the SID"
quietly openssl ca -config "$m/ca.cnf" -revoke "$m/version_2.pem" -crl_reason superseded
quietly openssl ca -config "$m/ca.cnf" -gencrl -out "$m/lists/ca.crl"
says revoked "its list revokes" "$m/version_2.pem"
says accepted "and nothing else" "$m/version_1.pem"

# ---- openssl ca, as its manual has it ----------------------------------------------------------------
world openssl
o=$world
mkdir "$o/new"
touch "$o/index.txt"
echo 1000 > "$o/serial"
echo 1000 > "$o/crlnumber"
cat > "$o/ca.cnf" <<END
[ca]
default_ca = CA_default
[CA_default]
dir = $o
database = \$dir/index.txt
unique_subject = no
new_certs_dir = \$dir/new
certificate = \$dir/anchors/ca.pem
serial = \$dir/serial
crlnumber = \$dir/crlnumber
private_key = \$dir/ca.key
x509_extensions = usr_cert
default_days = 365
default_crl_days = 30
default_md = default
preserve = no
policy = policy_anything
[policy_anything]
countryName = optional
organizationName = optional
commonName = supplied
emailAddress = optional
[req]
string_mask = utf8only
distinguished_name = policy_anything
[v3_ca]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer
basicConstraints = critical,CA:true
[usr_cert]
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer
extendedKeyUsage = msSmartcardLogin,clientAuth
subjectAltName = otherName:msUPN;UTF8:nobody@corp.test
END
key "$o/ca.key" RSA rsa_keygen_bits:2048
quietly openssl req -new -x509 -config "$o/ca.cnf" -extensions v3_ca -key "$o/ca.key" -days 3650 \
    -subj '/C=DE/O=Müller & Söhne/CN=Root' -utf8 -out "$o/anchors/ca.pem"
key "$o/user.key"
quietly openssl req -new -config "$o/ca.cnf" -key "$o/user.key" -utf8 -out "$o/user.csr" \
    -subj '/C=DE/O=Müller & Söhne/CN=Jörg/emailAddress=j@corp.test'
quietly openssl ca -config "$o/ca.cnf" -batch -in "$o/user.csr" -out "$o/user.pem"
quietly openssl ca -config "$o/ca.cnf" -gencrl -out "$o/lists/ca.crl"
cp "$o/serial" "$o/crlnumber" "$o/index.txt" "$o/anchors"
says accepted "openssl ca's certificate, with its text before it, is accepted" "$o/user.pem"
quietly openssl ca -config "$o/ca.cnf" -revoke "$o/user.pem"
quietly openssl ca -config "$o/ca.cnf" -gencrl -out "$o/lists/ca.crl"
says revoked "openssl ca's list revokes it" "$o/user.pem"
rm "$o/lists/ca.crl"
says revocation-unknown "without its list nothing is known" "$o/user.pem"

# ---- GnuTLS' certtool -------------------------------------------------------------------------------
# certtool FOLDER KEY-OPTIONS SIGN-OPTIONS
gnutls() {
    local g=$world key_options=$1 sign_options=$2
    cat > "$g/ca.tmpl" <<END
dn = "CN=GnuTLS CA,DC=corp,DC=test"
ca
cert_signing_key
crl_signing_key
expiration_days = 3650
END
    cat > "$g/user.tmpl" <<END
dn = "CN=nobody,DC=corp,DC=test"
signing_key
key_purpose_oid = 1.3.6.1.4.1.311.20.2.2
tls_www_client
other_name_utf8 = "1.3.6.1.4.1.311.20.2.3 nobody@corp.test"
expiration_days = 365
END
    printf 'expiration_days = 365\ncrl_next_update = 43\ncrl_number = 7\n' > "$g/crl.tmpl"
    # shellcheck disable=SC2086 # options
    {
        quietly certtool --generate-privkey $key_options --outfile "$g/ca.key"
        quietly certtool --generate-privkey $key_options --outfile "$g/user.key"
        quietly certtool --generate-self-signed $sign_options --load-privkey "$g/ca.key" \
            --template "$g/ca.tmpl" --outfile "$g/anchors/ca.pem"
        quietly certtool --generate-certificate $sign_options --load-privkey "$g/user.key" \
            --load-ca-privkey "$g/ca.key" --load-ca-certificate "$g/anchors/ca.pem" \
            --template "$g/user.tmpl" --outfile "$g/user.pem"
        quietly certtool --generate-crl $sign_options --load-ca-privkey "$g/ca.key" \
            --load-ca-certificate "$g/anchors/ca.pem" --template "$g/crl.tmpl" \
            --outfile "$g/lists/ca.crl"
    }
}
# revoke: the list anew, with the user's certificate in it
gnutls_revoke() {
    # shellcheck disable=SC2086 # options
    quietly certtool --generate-crl $1 --load-ca-privkey "$world/ca.key" \
        --load-ca-certificate "$world/anchors/ca.pem" --load-certificate "$world/user.pem" \
        --template "$world/crl.tmpl" --outfile "$world/lists/ca.crl"
}
world gnutls-ecdsa
gnutls "--key-type=ecdsa --curve=secp256r1" "--hash=SHA256"
says accepted "certtool's ECDSA certificate is accepted" "$world/user.pem"
gnutls_revoke --hash=SHA256
says revoked "certtool's list revokes it" "$world/user.pem"
world gnutls-pss
gnutls "--key-type=rsa-pss --bits=2048" "--hash=SHA256"
says accepted "certtool's RSA-PSS certificate is accepted" "$world/user.pem"
gnutls_revoke --hash=SHA256
says revoked "certtool's RSA-PSS list revokes it" "$world/user.pem"
world gnutls-ed25519
gnutls "--key-type=ed25519" ""
says "weak-key weak-key" "certtool's Ed25519 certificate is refused for its keys" "$world/user.pem"
world gnutls-small
gnutls "--key-type=rsa --bits=1024" "--hash=SHA256"
says "weak-key weak-key" "certtool's RSA certificate of 1024 bits is refused" "$world/user.pem"

# ---- as Samba's test CA makes them -------------------------------------------------------------------
# Its manage-ca runs openssl ca with configurations like this one: a certificate policy of Netscape's
# days beside Microsoft's, the issuer named in the key identifier, a list in DER.
world samba
s=$world
sed -e "s,$o,$s,g" "$o/ca.cnf" | sed '/^\[usr_cert\]/,$d' > "$s/ca.cnf"
cat >> "$s/ca.cnf" <<END
[usr_cert]
basicConstraints = CA:FALSE
crlDistributionPoints = URI:http://www.corp.test/crls/CA-corp.test-crl.crl
nsCertType = client,email
keyUsage = nonRepudiation,digitalSignature,keyEncipherment
nsComment = Smart Card Login Certificate for nobody@corp.test
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer
subjectAltName = email:copy,otherName:msUPN;UTF8:nobody@corp.test
issuerAltName = issuer:copy
nsCaRevocationUrl = http://www.corp.test/crls/CA-corp.test-crl.crl
extendedKeyUsage = clientAuth,1.3.6.1.4.1.311.20.2.2
END
mkdir "$s/new"
touch "$s/index.txt"
echo 00 > "$s/serial"
echo 00 > "$s/crlnumber"
key "$s/ca.key" RSA rsa_keygen_bits:2048
quietly openssl req -new -x509 -config "$s/ca.cnf" -extensions v3_ca -key "$s/ca.key" -days 3650 \
    -subj '/C=US/O=SambaSelfTesting/CN=CA of corp.test/emailAddress=ca@corp.test' -set_serial 0 \
    -out "$s/anchors/ca.pem"
key "$s/user.key" RSA rsa_keygen_bits:2048
quietly openssl req -new -config "$s/ca.cnf" -key "$s/user.key" -out "$s/user.csr" \
    -subj '/C=US/O=SambaSelfTesting/CN=nobody/emailAddress=nobody@corp.test'
quietly openssl ca -config "$s/ca.cnf" -batch -in "$s/user.csr" -out "$s/first.pem"
quietly openssl ca -config "$s/ca.cnf" -batch -in "$s/user.csr" -out "$s/user.pem"
quietly openssl ca -config "$s/ca.cnf" -gencrl -out "$s/ca.crl"
quietly openssl crl -in "$s/ca.crl" -outform DER -out "$s/lists/ca.crl"
says accepted "a certificate as Samba's test CA makes them is accepted" "$s/user.pem"
says malformed-certificate "one with the serial number 0, where such a CA begins to count, is not" "$s/first.pem"

echo "1..$count"
exit $failed
