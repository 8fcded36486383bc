# SPDX-License-Identifier: BSD-2-Clause
# What every KDC of MIT's for the realm CORP.TEST is made of, whichever rig runs it: source this file.
#
#   realm_conf DIR PORT [LINE...]   DIR/kdc.conf: on 127.0.0.1, with these lines more about the realm
#   realm_make DIR           its database
#   realm_local DIR WORD...  a query of kadmin.local's
#   realm_user DIR USER...   principals without a password
#   realm_pkinit DIR PKI [CAS NAME]   PKINIT is the lines for PKINIT that ask for Smartcard Logon and for the lists of
#                            PKI (tests/pki/make-pki.sh), and what they name is made in DIR: cas.pem, lists.pem, and a
#                            certificate by the CA "sub" of PKI, or by NAME of the folder CAS
#   realm_lists DIR PKI      lists.pem: the lists as they are now

realm_conf() {
    cat > "$1/kdc.conf" <<CONF
[kdcdefaults]
    kdc_listen = 127.0.0.1:$2
    kdc_tcp_listen = 127.0.0.1:$2
[realms]
    CORP.TEST = {
        database_name = $1/principal
        key_stash_file = $1/stash
        acl_file = $1/none
$(printf '        %s\n' "${@:3}")
    }
[logging]
    kdc = FILE:$1/kdc.log
CONF
}
realm_make() { KRB5_KDC_PROFILE=$1/kdc.conf kdb5_util create -s -r CORP.TEST -P master; }
realm_local() { KRB5_KDC_PROFILE=$1/kdc.conf kadmin.local -r CORP.TEST -q "${*:2}"; }
realm_user() {
    local user
    for user in "${@:2}"; do
        realm_local "$1" "addprinc -randkey +requires_preauth $user" || return 1
    done
}
realm_lists() {
    local list
    for list in "$2"/crls/*.crl; do
        openssl crl -inform DER -in "$list" 2> /dev/null || openssl crl -in "$list"
    done > "$1/lists.pem"
}
realm_pkinit() {
    PKINIT=("pkinit_identity = FILE:$1/kdc.pem,$1/kdc.key" "pkinit_anchors = FILE:$2/anchors/root.pem"
        "pkinit_pool = FILE:$1/cas.pem" "pkinit_allow_upn = true" "pkinit_eku_checking = scLogin"
        "pkinit_revoke = FILE:$1/lists.pem" "pkinit_require_crl_checking = true")
    cat "$2"/anchors/*.pem "$2"/intermediates/*.pem > "$1/cas.pem" && realm_lists "$1" "$2" &&
        openssl req -new -newkey rsa:2048 -nodes -keyout "$1/kdc.key" -out "$1/kdc.csr" -subj /CN=kdc &&
        tests/pki/make-pki.sh issue "${3:-$2}" "$1/kdc.csr" "$1/kdc.pem" --kdc CORP.TEST --ca "${4:-sub}"
}
