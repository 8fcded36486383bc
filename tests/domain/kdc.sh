# SPDX-License-Identifier: BSD-2-Clause
# A small Kerberos KDC (MIT) with PKINIT, which enforces what Samba's does not: revocation lists and the extended
# key usage of certificates. Source this file; no root, no namespace is needed.
#
#   kdc_missing                 prints what is not installed, and is true when something is
#   kdc_start DIR PKI USER...   on a free port of 127.0.0.1 with its files in DIR (absolute; made if missing), the
#                               realm CORP.TEST, these principals, and the CAs and lists of PKI
#                               (tests/pki/make-pki.sh). Exports KRB5_CONFIG, and KRB5CCNAME in DIR; sets KDC_PORT
#   kdc_lists PKI               it looks at the lists as they are now
#   kdc_stop / kdc_again        nobody answers at its port / it runs again, at the same port
#   kdc_ticket PRINCIPAL IDENTITY PIN   kinit by PKINIT, never with a password; with $KDC_SAYS a file of its trace
#
# Certificates need the UPN USER@CORP.TEST. The KDC's log is DIR/kdc.log. Only processes that were started here
# are stopped, by their pid.

. tests/rig/until.sh
. tests/rig/realm.sh
KDC_PID=

kdc_missing() {
    local tool missing=
    for tool in krb5kdc kdb5_util kadmin.local kinit; do
        command -v $tool > /dev/null || missing="$missing $tool"
    done
    [ -e "/usr/lib/$(gcc -print-multiarch)/krb5/plugins/preauth/pkinit.so" ] || missing="$missing krb5-pkinit"
    [ -n "$missing" ] && echo "not installed:$missing"
}

kdc_files() { # PORT
    cat > "$KDC_DIR/krb5.conf" << END
[libdefaults]
    default_realm = CORP.TEST
    dns_lookup_kdc = false
    dns_lookup_realm = false
    rdns = false
[realms]
    CORP.TEST = {
        kdc = 127.0.0.1:$1
        pkinit_anchors = FILE:$KDC_PKI/anchors/root.pem
        pkinit_pool = FILE:$KDC_DIR/cas.pem
    }
END
    realm_conf "$KDC_DIR" "$1" "${PKINIT[@]}"
}

kdc_again() {
    KRB5_KDC_PROFILE=$KDC_DIR/kdc.conf krb5kdc -n -r CORP.TEST > "$KDC_DIR/kdc.out" 2>&1 3>&- &
    KDC_PID=$!
    until_port "$KDC_PORT" "$KDC_PID"
}
kdc_stop() {
    [ -n "$KDC_PID" ] || return 0
    kill "$KDC_PID"
    wait "$KDC_PID"
    KDC_PID=
} 2> /dev/null
kdc_lists() {
    realm_lists "$KDC_DIR" "$1" && kdc_stop && kdc_again
}

kdc_start() {
    local try
    KDC_DIR=$1 KDC_PKI=$2
    shift 2
    mkdir -p "$KDC_DIR" && realm_pkinit "$KDC_DIR" "$KDC_PKI" || return 1
    export KRB5_CONFIG=$KDC_DIR/krb5.conf KRB5CCNAME=FILE:$KDC_DIR/cc
    kdc_files 0
    realm_make "$KDC_DIR" && realm_user "$KDC_DIR" "$@" || return 1
    for try in $(seq 20); do
        KDC_PORT=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
        until_has_port "$KDC_PORT" && continue
        kdc_files $KDC_PORT
        kdc_again && return 0
        kdc_stop
    done
    return 1
} > /dev/null

# Its standard input has no password, and no terminal is asked for one.
kdc_ticket() {
    local status
    kdestroy -q 2> /dev/null
    KRB5_TRACE=${KDC_SAYS:-/dev/null} timeout 120 setsid kinit -X "X509_user_identity=$2" "$1" \
        <<< "$3" > "$KDC_DIR/kinit.out" 2>&1
    status=$?
    ! grep -q '^Password for' "$KDC_DIR/kinit.out" && return $status
    echo "a password was asked for" >> "$KDC_DIR/kinit.out"
    return 1
}
