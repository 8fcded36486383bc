# SPDX-License-Identifier: BSD-2-Clause
# Software tokens for a test: source this file. Everything lies in DIR (absolute).
#
#   softhsm_missing                     prints what is not installed, and is true when something is
#   softhsm_start DIR                   an empty SoftHSM; SOFTHSM2_CONF is set for the tools
#   softhsm_token LABEL PIN             a new token
#   softhsm_key LABEL PIN ID KEY CERT   put a private key (PEM) and a certificate (PEM or DER; "" for
#                                       none, then the public key goes in) on it; ID is hexadecimal
#   softhsm_self_signed TYPE CN KEY CERT   make a key (rsa:2048, ec:P-256) with a certificate
#   softhsm_cert LABEL PIN ID CERT      one more certificate
#   softhsm_module NAME [FAULT...]      a PKCS#11 module DIR/NAME.so for helpers, which have no
#                                       environment: the shim with its settings; see p11_shim.c
#
# SOFTHSM_LIB is the module itself.

. "$(dirname "${BASH_SOURCE[0]}")/until.sh"
SOFTHSM_DIR=
SOFTHSM_LIB=
for softhsm_try in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
    [ -e "$softhsm_try" ] && SOFTHSM_LIB=$softhsm_try && break
done

softhsm_missing() {
    local tool missing=
    for tool in softhsm2-util pkcs11-tool openssl "$@"; do
        command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
    done
    [ -n "$SOFTHSM_LIB" ] || missing="$missing libsofthsm2.so"
    [ -n "$missing" ] && echo "not installed:$missing"
}

softhsm_start() {
    SOFTHSM_DIR=$1
    mkdir -p "$1/tokens" || return 1
    printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$1" \
        >"$1/softhsm2.conf"
    export SOFTHSM2_CONF=$1/softhsm2.conf
}

softhsm_quiet() { # COMMAND...: its output only when it fails
    local output
    output=$("$@" 2>&1) || { echo "$output" >&2; return 1; }
}

softhsm_tool() { # LABEL PIN ARGUMENT...
    local label=$1 pin=$2
    shift 2
    softhsm_quiet pkcs11-tool --module "$SOFTHSM_LIB" --token-label "$label" --login --pin "$pin" "$@"
}

softhsm_token() {
    softhsm_quiet softhsm2-util --init-token --free --label "$1" --pin "$2" --so-pin 12345678
}

softhsm_self_signed() {
    case $1 in
    rsa:*) openssl genrsa -out "$3" "${1#rsa:}" 2>/dev/null ;;
    ec:*) openssl ecparam -genkey -noout -name "${1#ec:}" -out "$3" 2>/dev/null ;;
    esac || return 1
    openssl req -new -x509 -key "$3" -subj "/CN=$2" -days 30 -out "$4" 2>/dev/null
}

softhsm_cert() {
    local der=$SOFTHSM_DIR/cert.der
    openssl x509 -in "$4" -outform DER -out "$der" || return 1
    softhsm_tool "$1" "$2" --write-object "$der" --type cert --id "$3" --label "cert $3"
}

softhsm_key() {
    local p8=$SOFTHSM_DIR/key.p8
    openssl pkcs8 -topk8 -nocrypt -in "$4" -out "$p8" || return 1
    softhsm_quiet softhsm2-util --force --import "$p8" --token "$1" --pin "$2" --id "$3" --label "key $3" || return 1
    rm -f "$p8"
    [ -z "$5" ] || softhsm_cert "$1" "$2" "$3" "$5"
}

softhsm_module() {
    local path=$SOFTHSM_DIR/$1.so fault
    shift
    cp "${B:-build}/tests/p11_shim.so" "$path" || return 1
    printf 'module %s\nenv SOFTHSM2_CONF=%s/softhsm2.conf\n' "$SOFTHSM_LIB" "$SOFTHSM_DIR" >"$path.conf"
    for fault; do echo "fault $fault" >>"$path.conf"; done
    echo "$path"
}
