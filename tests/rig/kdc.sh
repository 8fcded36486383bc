# SPDX-License-Identifier: BSD-2-Clause
# MIT KDCs in a throwaway root (tests/rig/throwaway.sh): source this file inside it, after
# tests/rig/site.sh or tests/login/rig.sh, whose $W and CA ($W/pki) it takes.
#
#   kdc_make [NAME]      a KDC for the realm CORP.TEST with PKINIT, its files in $W/NAME (default kdc):
#                        it asks for Smartcard Logon and for the CA's revocation lists
#   kdc_start [NAME]     on 127.0.0.1:88; kdc_stop
#   kdc_user USER...     principals, of the KDC made last; kdc_local WORD...: a query of kadmin.local's
#   kdc_lists            it looks at the CA's lists as they are now, once it is started again
#   kdc_host             host/$(hostname) with its key in /etc/krb5.keytab
#   kdc_conf [LINE...]   /etc/krb5.conf, with these lines more in [libdefaults]
#   kdc_sleeper          on that port somebody who takes what comes and says nothing; kdc_stop

. tests/rig/realm.sh
KDC=kdc KDC_PID=

kdc_local() { realm_local "$W/$KDC" "$@"; }

# The KDC's own CA is $W/kdcca.pem, and an anchor of sign-ins too.
kdc_make() {
    KDC=${1:-kdc}
    local dir=$W/$KDC cas=$W/kdccas
    mkdir -p "$dir" "$cas" || return 1
    [ -e "$W/kdcca.pem" ] || { tests/pki/make-pki.sh ca "$cas" kdcca /CN=kdcca self && cp "$cas/ca/kdcca/cert.pem" "$W/kdcca.pem"; } || return 1
    realm_pkinit "$dir" "$W/pki" "$cas" kdcca &&
        realm_conf "$dir" 88 'max_life = 1d' 'max_renewable_life = 7d' "${PKINIT[@]}" && realm_make "$dir"
}
kdc_lists() { realm_lists "$W/$KDC" "$W/pki"; }
kdc_user() { realm_user "$W/$KDC" "$@"; }
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
