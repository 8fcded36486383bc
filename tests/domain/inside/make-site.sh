#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Makes the domain in a throwaway root, all of it without a server: the PKI, the directory with its
# objects, the users. Its standard output is a tar of it, for rig.sh.
set -eu
. tests/domain/site.sh
exec 3>&1 >&2
hostname dc1
W=$(mktemp -d)

# ---- the CAs; RSA, since MIT Kerberos 1.20 and Heimdal know nothing else
KEYS="root sub offside stranger dc1"
for name in $KEYS; do openssl genrsa -out "$W/$name.key" 2048 2> /dev/null & done
wait
pki() { tests/pki/make-pki.sh "$1" "$PKI" "${@:2}"; }
ca_key() { mkdir -p "$PKI/ca/$1" && mv "$W/$1.key" "$PKI/ca/$1/key.pem"; }
ca_key root
ca_key sub
pki base alice $DOMAIN
ca_key offside
pki ca offside "/DC=test/DC=corp/CN=$CA_OFFSIDE" root
ca_key stranger
pki ca stranger "/DC=test/DC=elsewhere/CN=$CA_STRANGER" self
pki crl
openssl req -new -key "$W/dc1.key" -subj /CN=dc1.$DOMAIN -out "$W/dc1.csr"
pki issue "$W/dc1.csr" "$W/dc1.pem" --kdc $REALM --dns dc1.$DOMAIN
mkdir -p "$PKI/dc1" && cp "$W/dc1.key" "$PKI/dc1/key.pem" && chmod 600 "$PKI/dc1/key.pem"
cat "$W/dc1.pem" "$PKI/ca/sub/cert.pem" > "$PKI/dc1/cert.pem"

# ---- the domain
rm -f /etc/samba/smb.conf # else its shares come into the new one
samba-tool domain provision --realm $REALM --domain $WORKGROUP --server-role dc --dns-backend SAMBA_INTERNAL \
    --adminpass "$ADMIN_PASSWORD" --host-name dc1 --host-ip $DC_ADDRESS --use-rfc2307 > "$W/log" 2>&1 || { cat "$W/log"; exit 1; }
sed -i "/^\[global\]/a\\
	interfaces = lo ve-dc\\
	bind interfaces only = yes\\
	server services = -dnsupdate\\
	tls enabled = yes\\
	tls keyfile = $PKI/dc1/key.pem\\
	tls certfile = $PKI/dc1/cert.pem\\
	tls cafile = $PKI/anchors/root.pem\\
	log file = /var/log/samba/log.samba" /etc/samba/smb.conf

SAM=/var/lib/samba/private/sam.ldb
b64() { openssl x509 -in "$PKI/ca/$1/cert.pem" -outform DER | base64 -w 0; }
certification_authority() { # DN CA [CRL]
    printf 'dn: %s,%s\nobjectClass: certificationAuthority\ncACertificate:: %s\n' "$1" "$SERVICES" "$(b64 "$2")"
    printf 'authorityRevocationList:: AA==\ncertificateRevocationList:: AA==\n\n'
}
distribution_point() { # CN CA
    printf 'dn: CN=%s,CN=dc1,CN=CDP,%s\nobjectClass: cRLDistributionPoint\n' "$1" "$SERVICES"
    printf 'certificateRevocationList:: %s\n\n' "$(openssl crl -in "$PKI/crls/$2.crl" -outform DER | base64 -w 0)"
}
{
    certification_authority CN=NTAuthCertificates sub
    certification_authority "CN=$CA_ROOT,CN=Certification Authorities" root
    certification_authority "CN=$CA_ROOT,CN=AIA" root
    certification_authority "CN=$CA_SUB,CN=AIA" sub
    certification_authority "CN=$CA_OFFSIDE,CN=AIA" offside
    printf 'dn: CN=dc1,CN=CDP,%s\nobjectClass: container\n\n' "$SERVICES"
    distribution_point "$CA_ROOT" root
    distribution_point "$CA_SUB" sub
    distribution_point "$CA_OFFSIDE" offside
} > "$W/pki.ldif"
ldbadd -H $SAM "$W/pki.ldif"

# ---- the users

python3 tests/domain/inside/users.py "$PASSWORD" $SAM "$NORAS_ALTSECID" > "$PKI/sids"
for spn in ldap/dc1.$DOMAIN ldap/dc1 ldap/dc1.$DOMAIN/$DOMAIN ldap/dc1.$DOMAIN/$WORKGROUP; do
    samba-tool spn add $spn 'dc1$' -H $SAM
done
tar -C / -cf - var/lib/samba etc/samba/smb.conf srv/pki >&3
