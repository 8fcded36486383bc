# SPDX-License-Identifier: BSD-2-Clause
# ---- what was asked for ---------------------------------------------------------------------------------

# The request as openssl writes it anew, after what it asks for beside its key is out of reach:
# openssl ca copies no extension (copy_extensions) and takes no name (-subj).
read_request() { # standard input, to $WORK/csr.pem and csr.der
    head -c $((CSR_MAX + 1)) > "$WORK/csr.given" || broken "no room in $FOLDER"
    [ "$(stat -c %s "$WORK/csr.given")" -le "$CSR_MAX" ] || refuse "the request is too large"
    openssl req -in "$WORK/csr.given" -outform DER -out "$WORK/csr.der" 2> /dev/null ||
        refuse "this is no certificate request"
    openssl req -inform DER -in "$WORK/csr.der" -verify -out "$WORK/csr.pem" 2>&1 | grep -q 'verify OK' ||
        refuse "the request is not signed with its own key"
    openssl req -in "$WORK/csr.pem" -noout -pubkey > "$WORK/key.pem" 2> /dev/null ||
        refuse "the request holds no key that can be read"
}
check_key() { # TEMPLATE-FILE
    local text bits kind least
    text=$(openssl pkey -pubin -in "$WORK/key.pem" -noout -text_pub 2> /dev/null) || refuse "the key cannot be read"
    bits=$(sed -n '1s/.*Public-Key: (\([0-9]*\) bit.*/\1/p' <<< "$text")
    case $text in
    *PSS*) refuse "RSA keys for PSS only are not certified" ;;
    *'ASN1 OID: prime256v1'*) kind=p256 ;;
    *'ASN1 OID: secp384r1'*) kind=p384 ;;
    *'Exponent: 65537 (0x10001)'*) kind=rsa ;;
    *) refuse "keys of this kind are not certified" ;;
    esac
    [[ " $(value "$1" keys) " == *" $kind "* ]] || refuse "the template takes no $kind key"
    least=$(value "$1" min_key_size)
    [ "$kind" != rsa ] || { [ "$bits" -ge "$least" ] && [ "$bits" -le 8192 ]; } ||
        refuse "the key has $bits bits, the template asks for $least"
}
# The attestation keys that may speak for an account: a line is a Name, and an account where the key is
# for that one only.
attestation_keys() { # ACCOUNT
    awk -v who="$1" 'NF == 1 || $2 == who { print $1 }' "$FOLDER/attestation-keys"
}
# The TPM's statement, by an attestation key that a challenge has proven (vsc-attest(5)).
check_attestation() { # TEMPLATE-FILE BUNDLE ACCOUNT
    local ak
    [ "$(value "$1" attestation)" = required ] || return 0
    [ -s "$2" ] || refuse "the template asks for a key that is proven to be in a TPM, and no attestation came with the request"
    # shellcheck disable=SC2013 # hexadecimal digits
    for ak in $(grep -aoE '[0-9a-f]{68}' "$2" | sort -u | grep -xF -f <(attestation_keys "$3")); do
        ! "$(dirname -- "$OWN")/vscmgr" attest --verify "$2" --csr "$WORK/csr.pem" --ak "$ak" > "$WORK/attest" 2>&1 ||
            return 0
    done
    refuse "the attestation does not show that this key is in a TPM that the CA knows"
}

