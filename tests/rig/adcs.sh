# SPDX-License-Identifier: BSD-2-Clause
# AD CS's web services as tests/xcep/server.py plays them, with MIT's KDC for the ticket: source this file
# after tests/rig/enroll.sh.
#   adcs_missing            what is not there, and true when something is
#   adcs_start              a realm, a ticket of daemon's, and the server; adcs_stop ends them
#   policy WORD..., ca WORD...  what the servers at /CEP and /CES do (tests/xcep/server.py)
#   ad LINE...              root's file for the profile "ad"
#   ticket                  SESSION becomes one with the ticket
. tests/rig/realm.sh
KDC='' ADCS=''

adcs_missing() {
    local program
    for program in krb5kdc kdb5_util kadmin.local kinit; do
        PATH=$PATH:/usr/sbin command -v $program > /dev/null || { echo "not installed: $program"; return 0; }
    done
    /usr/bin/python3 -c 'import gssapi' 2> /dev/null || { echo "not installed: python3-gssapi"; return 0; }
    return 1
}

policy() { echo "$*" > "$D/mode-policy"; }
ca() { echo "$*" > "$D/mode-enroll"; }
adcs_kdc() {
    local port
    PATH=$PATH:/usr/sbin
    mkdir -m 700 "$D/kdc"
    port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    printf '%s\n' '[libdefaults]' ' default_realm = CORP.TEST' ' dns_lookup_kdc = false' ' rdns = false' ' dns_canonicalize_hostname = false' \
        ' forwardable = true' '[realms]' ' CORP.TEST = {' "  kdc = 127.0.0.1:$port" ' }' '[domain_realm]' ' localhost = CORP.TEST' > "$D/krb5.conf"
    export KRB5_CONFIG=$D/krb5.conf KRB5_KDC_PROFILE=$D/kdc/kdc.conf KRB5_KTNAME=FILE:$D/kdc/keytab
    realm_conf "$D/kdc" "$port" && realm_make "$D/kdc" && realm_local "$D/kdc" addprinc -pw secret daemon &&
        realm_local "$D/kdc" addprinc -randkey +ok_as_delegate HTTP/localhost &&
        realm_local "$D/kdc" ktadd -k "$D/kdc/keytab" HTTP/localhost || return 1
    krb5kdc -n -r CORP.TEST > "$D/kdc/log" 2>&1 &
    KDC=$!
    until_true eval 'echo secret | kinit -f -c "FILE:$D/cc" daemon' && chown daemon "$D/cc"
}
adcs_serve() {
    mkdir "$D/messages" && cp tests/xcep/server.py "$D/"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$D/tls.key" -out "$D/tls.crt" -subj /CN=localhost -addext subjectAltName=DNS:localhost -days 2 &&
        cat "$D/tls.key" "$D/tls.crt" > "$D/tls.pem" && chmod 600 "$D/tls.pem" "$D/tls.key" || return 1
    policy good; ca issue
    rm -f "$D/port"
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$D/server.py" "$D" > "$D/server.log" 2>&1 &
    ADCS=$!
    until_true test -s "$D/port" && PORT=$(cat "$D/port")
}
adcs_start() { : > "$D/server.log"; adcs_kdc > "$D/out" 2>&1 && adcs_serve > "$D/out" 2>&1; }
adcs_stop() {
    local pid
    for pid in $KDC $ADCS; do kill "$pid"; wait "$pid"; done 2> /dev/null
}
ad() { profile ad 'backend = "xcep-wstep";' "url = \"https://localhost:$PORT/CEP\"; tls_anchors = \"$D/tls.crt\"; template = \"VscLogon\";" "$@"; }
ticket() { SESSION=("KRB5_CONFIG=$D/krb5.conf" "KRB5CCNAME=FILE:$D/cc"); }
