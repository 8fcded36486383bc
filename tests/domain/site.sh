# SPDX-License-Identifier: BSD-2-Clause
# Names that the maker of the domain (inside/make-site.sh) and its users (rig.sh) agree on: source this file.

REALM=CORP.TEST
DOMAIN=corp.test
WORKGROUP=CORP
BASE=DC=corp,DC=test
SERVICES="CN=Public Key Services,CN=Services,CN=Configuration,$BASE"
ADMIN_PASSWORD='Adm1n-Passw0rd!' # of administrator@corp.test
PASSWORD='One-Passw0rd!'         # of every other user
DC_ADDRESS=10.99.77.1
MEMBER_ADDRESS=10.99.77.2
PKI=/srv/pki # tests/pki/make-pki.sh's folder; sids: a line "USER SID" for each user

# The root, the CA whose certificate is in NTAuthCertificates, one below the same root that is not, and a stranger.
CA_ROOT="Test Root CA" CA_SUB="Test Issuing CA" CA_OFFSIDE="Test Offside CA" CA_STRANGER="Foreign Root CA"
# nora has no UPN in her certificate, but this in the directory; her certificates have this serial number.
NORAS_SERIAL=4E01
NORAS_ALTSECID="X509:<I>DC=test,DC=corp,CN=$CA_SUB<SR>014e"
