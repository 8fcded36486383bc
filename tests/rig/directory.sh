# SPDX-License-Identifier: BSD-2-Clause
# A small domain for `certcheck refresh`, in a throwaway root: MIT's KDC for CORP.TEST and a slapd on
# dc1.corp.test that answers nobody but this computer's account, CLIENT1$. Source it after refresh.sh.
#
#   directory_missing      prints why it cannot be had, and is true then
#   directory_start        both of them, /etc/krb5.conf, /etc/krb5.keytab; for LDAPS with $W/tls.pem
#   directory_stop NAME    kdc or slapd; directory_run_kdc and directory_run_slapd start them again
#   directory_entry DN.. < LDIF    put an entry there, in place of what has that name
#   directory_ca DN LINE..         an entry of a CA with these lines; directory_value FILE: one with a certificate
#   directory_conf LINES   the configuration with this directory, and more lines

. tests/rig/realm.sh
BASE=DC=corp,DC=test
CONFIGURATION=CN=Configuration,$BASE
SERVICES="CN=Public Key Services,CN=Services,$CONFIGURATION"
NTAUTH="CN=NTAuthCertificates,$SERVICES"
ROOTS="CN=Certification Authorities,$SERVICES"

directory_missing() {
    local program
    PATH=$PATH:/usr/sbin
    for program in slapd ldapmodify krb5kdc kdb5_util kadmin.local; do
        command -v $program > /dev/null || { echo "not installed: $program"; return 0; }
    done
    ls /usr/lib/*/sasl2/libgssapiv2.so* > /dev/null 2>&1 || { echo "not installed: libsasl2-modules-gssapi-mit"; return 0; }
    return 1
}

admin() { ldapmodify -x -H ldap://127.0.0.1 -D "cn=admin,$BASE" -w secret "$@" > "$W/modify.log" 2>&1; }

directory_entry() { # DN < the rest of its LDIF
    ldapdelete -x -H ldap://127.0.0.1 -D "cn=admin,$BASE" -w secret "$1" > /dev/null 2>&1
    { echo "dn: $1"; echo "changetype: add"; cat; } | admin || { cat "$W/modify.log"; return 1; }
}

directory_value() { echo "cACertificate:: $(openssl x509 -in "$1" -outform DER | base64 -w 0)"; } # FILE
directory_ca() { # DN VALUE LINES..: an entry with values as certificates of CAs
    local dn=$1
    shift
    directory_entry "$dn" <<END
objectClass: applicationProcess
objectClass: pkiCA
cn: $(sed 's/^CN=\([^,]*\).*/\1/' <<< "$dn")
$(printf '%s\n' "$@")
END
}

directory_run_kdc() {
    krb5kdc -n -r CORP.TEST > "$W/kdc/log" 2>&1 &
    KDC=$!
    servers+=($!)
    until_true kinit -k -t /etc/krb5.keytab -c "FILE:$W/kdc/cc" 'CLIENT1$@CORP.TEST'
}

directory_run_slapd() {
    KRB5_KTNAME=FILE:$W/kdc/ldap.keytab slapd -f "$W/slapd/slapd.conf" \
        -h "ldap://127.0.0.1 ldap://dc1.corp.test ldaps://dc1.corp.test" -d 0 > "$W/slapd/log" 2>&1 &
    SLAPD=$!
    servers+=($!)
    until_true ldapsearch -x -H ldap://127.0.0.1 -s base -b ''
}

directory_stop() { # kdc or slapd
    local pid=$SLAPD
    [ "$1" = slapd ] || pid=$KDC
    kill "$pid"
    wait "$pid" 2> /dev/null
}

directory_conf() {
    refresh_conf "directory = { uri = \"${URI:-ldap://dc1.corp.test}\"; base = \"$BASE\"; ${MORE:-} };
$*"
}

start_kdc() {
    mkdir -m 700 "$W/kdc"
    echo "127.0.0.2 dc1.corp.test dc1" >> /etc/hosts
    printf '%s\n' '[libdefaults]' ' default_realm = CORP.TEST' ' dns_lookup_kdc = false' '[realms]' \
        ' CORP.TEST = {' '  kdc = 127.0.0.1' ' }' '[domain_realm]' ' .corp.test = CORP.TEST' > /etc/krb5.conf
    export KRB5_KDC_PROFILE=$W/kdc/kdc.conf
    rm -f /etc/krb5.keytab
    realm_conf "$W/kdc" 88
    {
        realm_make "$W/kdc"
        realm_local "$W/kdc" 'addprinc -randkey CLIENT1$'
        realm_local "$W/kdc" addprinc -randkey host/client1.corp.test
        realm_local "$W/kdc" addprinc -randkey ldap/dc1.corp.test
        realm_local "$W/kdc" ktadd -k "$W/kdc/ldap.keytab" ldap/dc1.corp.test
        realm_local "$W/kdc" ktadd -k /etc/krb5.keytab host/client1.corp.test 'CLIENT1$'
    } > "$W/kdc/made" 2>&1
    directory_run_kdc
}

# As in Active Directory values are not looked into, and nobody reads without a name.
start_slapd() {
    mkdir -p "$W/slapd/db"
    sed "/NAME 'cACertificate'/,/)/{s/121\.1\.8/121.1.40/; s/certificateExactMatch/octetStringMatch/}" /etc/ldap/schema/core.schema > "$W/slapd/core.schema"
    cat > "$W/slapd/slapd.conf" <<END
include $W/slapd/core.schema
include /etc/ldap/schema/cosine.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $W/slapd/pid
TLSCertificateFile $W/tls.pem
TLSCertificateKeyFile $W/tls.key
sasl-host dc1.corp.test
sasl-realm CORP.TEST
sizelimit unlimited
access to dn.base="" by * read
database mdb
maxsize 67108864
suffix "$BASE"
rootdn "cn=admin,$BASE"
rootpw secret
directory $W/slapd/db
access to * by dn.exact="uid=client1\$,cn=corp.test,cn=gssapi,cn=auth" read
  by dn.exact="uid=client1\$,cn=gssapi,cn=auth" read
  by dn.exact="cn=reader,$BASE" read by * auth
END
    cat > "$W/slapd/entries.ldif" <<END
dn: $BASE
objectClass: dcObject
objectClass: organization
o: Corp
dc: corp

dn: cn=reader,$BASE
objectClass: person
cn: reader
sn: reader
userPassword: of the reader

dn: $CONFIGURATION
objectClass: applicationProcess
cn: Configuration

dn: CN=Services,$CONFIGURATION
objectClass: applicationProcess
cn: Services

dn: $SERVICES
objectClass: applicationProcess
cn: Public Key Services

dn: $ROOTS
objectClass: applicationProcess
cn: Certification Authorities

dn: CN=AIA,$SERVICES
objectClass: applicationProcess
cn: AIA

dn: CN=CDP,$SERVICES
objectClass: applicationProcess
cn: CDP
END
    slapadd -f "$W/slapd/slapd.conf" -l "$W/slapd/entries.ldif" > "$W/slapd/log" 2>&1 || { cat "$W/slapd/log"; return 1; }
    directory_run_slapd
}

directory_start() { start_kdc && start_slapd; }
