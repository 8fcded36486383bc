# SPDX-License-Identifier: BSD-2-Clause
# ---- certificates: under the lock --------------------------------------------------------------------------

begin_index() {
    cp -- "$FOLDER/index.txt" "$WORK/index.txt" && cp -- "$FOLDER/crlnumber" "$WORK/crlnumber" ||
        broken "no room in $FOLDER"
    echo 'unique_subject = no' > "$WORK/index.txt.attr"
    cat > "$WORK/ca.cnf" <<END || broken "no room in $FOLDER"
[ca]
default_ca = this
[this]
database = $WORK/index.txt
new_certs_dir = $WORK
certificate = $FOLDER/ca.pem
private_key = $FOLDER/ca.key
rand_serial = yes
crlnumber = $WORK/crlnumber
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
crl_extensions = crl_ext
[any]
commonName = supplied
[crl_ext]
authorityKeyIdentifier = keyid:always
END
}
write_extensions() { # UPN SID TEMPLATE-FILE
    local url
    url=$(value "$FOLDER/ca.conf" crl_url)
    cat <<END
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = $SMARTCARD_LOGON,$CLIENT_AUTH
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = otherName:1.3.6.1.4.1.311.20.2.3;UTF8:$1
1.3.6.1.4.1.311.21.7 = ASN1:SEQUENCE:template
END
    [ -z "$url" ] || echo "crlDistributionPoints = URI:$url"
    [ -z "$2" ] || echo "1.3.6.1.4.1.311.25.2 = ASN1:SEQUENCE:sid"
    printf '[template]\noid = OID:%s\nmajor = INTEGER:%s\nminor = INTEGER:0\n' \
        "$(value "$3" oid)" "$(value "$3" version)"
    [ -z "$2" ] || printf '[sid]\nother = IMP:0,SEQUENCE:sid_other\n[sid_other]\ntype = OID:%s\nvalue = EXP:0,OCT:%s\n' \
        1.3.6.1.4.1.311.25.2.1 "$2"
}
subject_of() { # SUFFIX NAME: corp.test is DC=test, DC=corp
    local part subject=
    for part in ${1//./ }; do subject=/DC=$part$subject; done
    printf '%s/CN=%s\n' "$subject" "$2"
}
is_issued() { # SERIAL: the index is the truth
    [ -n "$1" ] && awk -F '\t' -v serial="$1" '$4 == serial { found = 1 } END { exit !found }' "$FOLDER/index.txt"
}
is_revoked() { # SERIAL
    awk -F '\t' -v serial="$1" '$4 == serial && $1 == "R" { found = 1 } END { exit !found }' "$FOLDER/index.txt"
}
# For the key of $WORK/csr.pem. Prints the serial; nothing counts before the index is in its place.
certify() { # ACCOUNT TEMPLATE-FILE [RECORD]
    local serial days upn sid subject
    subject=$(subject_of "$(value "$FOLDER/ca.conf" upn_suffix)" "$1")
    days=$(value "$2" validity_days)
    upn=$(identity "$1" 2)
    sid=$(identity "$1" 3)
    openssl x509 -in "$FOLDER/ca.pem" -noout -checkend $((days * 86400)) > /dev/null ||
        broken "the CA's own certificate ends before one of $days days would"
    begin_index
    write_extensions "$upn" "$sid" "$2" > "$WORK/ext.cnf"
    quietly ca -config "$WORK/ca.cnf" -batch -notext -preserveDN -subj "$subject" \
        -days "$days" -in "$WORK/csr.pem" -extfile "$WORK/ext.cnf" -out "$WORK/cert.pem"
    quietly verify -CAfile "$FOLDER/ca.pem" -purpose sslclient "$WORK/cert.pem"
    openssl x509 -in "$WORK/cert.pem" -noout -pubkey | cmp -s - "$WORK/key.pem" || broken "openssl certified another key"
    serial=$(openssl x509 -in "$WORK/cert.pem" -noout -serial)
    serial=${serial#serial=}
    # All that was there, and one more line. openssl does not notice a full disk.
    [ ! -e "$FOLDER/certificates/$serial.pem" ] && ! is_issued "$serial" &&
        head -c "$(stat -c %s "$FOLDER/index.txt")" "$WORK/index.txt" | cmp -s - "$FOLDER/index.txt" &&
        [ "$(wc -l < "$WORK/index.txt")" = $(($(wc -l < "$FOLDER/index.txt") + 1)) ] &&
        [ "$(tail -n 1 "$WORK/index.txt" | cut -f4)" = "$serial" ] || broken "the index was not written well"
    put "$WORK/cert.pem" "$FOLDER/certificates/$serial.pem"
    [ -z "${3:-}" ] || echo "$serial" | write "$3/serial"
    put "$WORK/index.txt" "$FOLDER/index.txt"
    printf '%s\n' "$serial"
}
make_crl() { # [DAYS]: the number goes up first, so that none is given twice
    begin_index
    quietly ca -config "$WORK/ca.cnf" -gencrl -crldays "${1:-30}" -out "$WORK/crl.pem"
    quietly crl -in "$WORK/crl.pem" -CAfile "$FOLDER/ca.pem" -noout -verify
    [ -s "$WORK/crlnumber" ] || broken "no room in $FOLDER"
    put "$WORK/crlnumber" "$FOLDER/crlnumber"
    put "$WORK/crl.pem" "$FOLDER/crl.pem"
}

