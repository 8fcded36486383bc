# SPDX-License-Identifier: BSD-2-Clause
# MIT KDCs in a throwaway root (tests/rig/throwaway.sh): source this file inside it, after
# tests/rig/site.sh or tests/login/rig.sh, whose $W and CA ($W/pki) it takes.
#
#   kdc_make [NAME]      a KDC for the realm CORP.TEST with PKINIT, its files in $W/NAME (default kdc):
#                        it asks for Smartcard Logon and for the CA's revocation lists
#   kdc_start [NAME]     on 127.0.0.1:88; kdc_stop
#   kdc_user USER...     principals, of the KDC made last
#   kdc_host             host/$(hostname) with its key in /etc/krb5.keytab
#   kdc_conf [LINE...]   /etc/krb5.conf, with these lines more in [libdefaults]
#   kdc_sleeper          on that port somebody who takes what comes and says nothing; kdc_stop

KDC=kdc KDC_PID=

kdc_extensions() {
    cat <<'END'
[kdc]
keyUsage = digitalSignature, keyEncipherment, keyAgreement
extendedKeyUsage = 1.3.6.1.5.2.3.5
subjectAltName = otherName:1.3.6.1.5.2.2;SEQUENCE:kdc_name
[kdc_name]
realm = EXP:0, GeneralString:CORP.TEST
name = EXP:1, SEQUENCE:kdc_principal
[kdc_principal]
type = EXP:0, INTEGER:1
string = EXP:1, SEQUENCE:kdc_strings
[kdc_strings]
a = GeneralString:krbtgt
b = GeneralString:CORP.TEST
END
}

kdc_local() { KRB5_KDC_PROFILE=$W/$KDC/kdc.conf kadmin.local -r CORP.TEST -q "$*"; }

# The KDC's own CA is $W/kdcca, and an anchor of sign-ins too.
kdc_make() {
    KDC=${1:-kdc}
    local dir=$W/$KDC ca=$W/kdcca
    mkdir -p "$dir" && kdc_extensions > "$dir/ext" || return 1
    [ -e "$ca.pem" ] || openssl req -x509 -newkey rsa:2048 -nodes -keyout "$ca.key" -out "$ca.pem" \
        -subj /CN=kdcca -days 2 || return 1
    openssl req -new -newkey rsa:2048 -nodes -keyout "$dir/key" -out "$dir/csr" -subj /CN=kdc &&
        openssl x509 -req -in "$dir/csr" -CA "$ca.pem" -CAkey "$ca.key" -CAcreateserial \
            -out "$dir/pem" -days 2 -extfile "$dir/ext" -extensions kdc || return 1
    cat "$W"/pki/anchors/*.pem "$W"/pki/intermediates/*.pem > "$dir/cas.pem"
    kdc_lists
    cat > "$dir/kdc.conf" <<END
[kdcdefaults]
    kdc_listen = 127.0.0.1:88
    kdc_tcp_listen = 127.0.0.1:88
[realms]
    CORP.TEST = {
        database_name = $dir/principal
        key_stash_file = $dir/stash
        max_life = 1d
        max_renewable_life = 7d
        pkinit_identity = FILE:$dir/pem,$dir/key
        pkinit_anchors = FILE:$dir/cas.pem
        pkinit_allow_upn = true
        pkinit_eku_checking = scLogin
        pkinit_revoke = FILE:$dir/crls.pem
        pkinit_require_crl_checking = true
    }
END
    KRB5_KDC_PROFILE=$dir/kdc.conf kdb5_util create -s -r CORP.TEST -P master
}
# What the KDC knows of revocation: the CA's lists as they are now.
kdc_lists() {
    local list
    for list in "$W"/pki/crls/*.crl; do
        openssl crl -inform DER -in "$list" 2> /dev/null || openssl crl -in "$list"
    done > "$W/$KDC/crls.pem"
}
kdc_user() {
    local user
    for user in "$@"; do
        kdc_local "addprinc -randkey +requires_preauth $user" || return 1
    done
}
kdc_host() {
    local host
    host=$(hostname) && kdc_local "addprinc -randkey host/$host" &&
        kdc_local "ktadd -k /etc/krb5.keytab host/$host"
}
kdc_conf() {
    cat > /etc/krb5.conf <<END
[libdefaults]
    default_realm = CORP.TEST
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
$(printf '    %s\n' "$@")
[realms]
    CORP.TEST = {
        kdc = 127.0.0.1:88
        pkinit_anchors = FILE:$W/kdcca.pem
        pkinit_anchors = FILE:$W/pki/anchors/root.pem
        pkinit_pool = FILE:$W/kdc/cas.pem
    }
END
}
kdc_start() {
    KDC=${1:-$KDC}
    KRB5_KDC_PROFILE=$W/$KDC/kdc.conf krb5kdc -n -r CORP.TEST > "$W/$KDC/log" 2>&1 &
    KDC_PID=$!
    until_true 30 tpm_port_busy 88
}
kdc_sleeper() {
    python3 -c '
import socket, select
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
tcp = socket.socket()
tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
udp.bind(("127.0.0.1", 88)); tcp.bind(("127.0.0.1", 88)); tcp.listen(50)
kept = []
while True:
    for ready in select.select([udp, tcp], [], [])[0]:
        if ready is tcp: kept.append(tcp.accept())
        else: udp.recv(65536)
' &
    KDC_PID=$!
    until_true 30 tpm_port_busy 88
}
kdc_stop() {
    [ -z "$KDC_PID" ] || { kill "$KDC_PID"; wait "$KDC_PID"; } 2> /dev/null
    KDC_PID=
}
