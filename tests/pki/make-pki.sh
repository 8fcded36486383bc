#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A small domain CA for tests: a root, an issuing CA below it, CRLs, and one certificate for each
# thing that can be right or wrong with one. Keys are P-256 where nothing else is asked for, so
# that everything is there within a few seconds. A CA's key that lies at ca/NAME/key.pem already is used.
#
#   make-pki.sh DIR [USER] [SUFFIX]          make all of it (USER nobody, SUFFIX corp.test)
#   make-pki.sh base DIR [USER] [SUFFIX]     only the CAs and their CRLs: half a second
#   make-pki.sh issue DIR CSR OUT [OPTION]   a certificate for a request or a public key (PEM)
#   make-pki.sh revoke DIR CERT [REASON]     revoke, and make the CRLs new
#   make-pki.sh crl DIR [SECONDS]            make the CRLs new (valid for 30 days)
#   make-pki.sh ca DIR NAME SUBJECT ISSUER|self [LINE...]  one CA more, with these extensions
#   make-pki.sh adopt DIR NAME CERT          let a CA certificate with keys/user.key be the CA NAME
#   make-pki.sh imposter DIR CA OUT          a CA certificate with the name of CA, and another key
#
# Options of issue; without any: Smartcard Logon and Client Authentication, digitalSignature, the
# UPN USER@SUFFIX, and the subject of the request:
#   --upn U (may be repeated)  --no-upn  --upn-type UTF8|IA5STRING|...  --subject /O=Corp/CN=x
#   --eku OID,OID  --no-eku  --ku LIST  --no-ku  --sid S-1-5-...  --policy OID  --template NAME
#   --ca root|sub|...  --ca-cert (a CA certificate)  --pathlen N  --extension 'LINE'
#   --days N  --expired  --not-yet  --from YYYYMMDDHHMMSSZ  --until YYYYMMDDHHMMSSZ
#   --md sha1  --serial HEX
#   --kdc REALM  --dns NAME (with --kdc: of a Kerberos KDC that also serves TLS by that name)
#
# What is in DIR:
#   anchors/root.pem   intermediates/*.pem   crls/{root,sub,...}.crl   keys/*.key   certs/*.pem
#   ca/NAME/{cert.pem,key.pem,index.txt}   crls-{stale,forged,none}/   account (USER), upn
set -euo pipefail
umask 022
export LC_ALL=C
unset OPENSSL_CONF

SCLOGON=1.3.6.1.4.1.311.20.2.2
CLIENT=1.3.6.1.5.5.7.3.2
KDC=1.3.6.1.5.2.3.5

die()
{
    echo "make-pki.sh: $*" >&2
    exit 2
}

# Run openssl and show what it said only where it failed.
quietly()
{
    local said
    said=$(openssl "$@" 2>&1) || { echo "openssl $*: $said" >&2; return 1; }
}

# ---- CAs ------------------------------------------------------------------------------------------

ca_config()
{
    cat > "$DIR/ca/$1/ca.cnf" <<END
[ca]
default_ca = this
[this]
dir = $DIR/ca/$1
database = \$dir/index.txt
new_certs_dir = \$dir
certificate = \$dir/cert.pem
private_key = \$dir/key.pem
rand_serial = yes
crlnumber = \$dir/crlnumber
default_md = sha256
default_days = 365
default_crl_days = 30
policy = any
unique_subject = no
email_in_dn = yes
crl_extensions = crl_ext
[any]
commonName = optional
[crl_ext]
authorityKeyIdentifier = keyid:always
[req]
distinguished_name = any
END
}

# new_key FILE [p256|p384|p521|rsa1024|rsa2048|rsa3072]
new_key()
{
    case ${2:-p256} in
    p256) quietly genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" ;;
    p384) quietly genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$1" ;;
    p521) quietly genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out "$1" ;;
    rsa*) quietly genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:${2#rsa}" -out "$1" ;;
    *) die "unknown kind of key: $2" ;;
    esac
}

# new_ca NAME SUBJECT ISSUER|self [EXTENSION LINE...]
new_ca()
{
    local name=$1 subject=$2 issuer=$3
    shift 3
    mkdir -p "$DIR/ca/$name"
    : > "$DIR/ca/$name/index.txt"
    echo 01 > "$DIR/ca/$name/crlnumber"
    ca_config "$name"
    [ -f "$DIR/ca/$name/key.pem" ] || new_key "$DIR/ca/$name/key.pem"
    quietly req -new -config "$DIR/ca/$name/ca.cnf" -key "$DIR/ca/$name/key.pem" \
        -subj "$subject" -out "$DIR/ca/$name/req.pem"
    {
        echo 'basicConstraints = critical,CA:TRUE'"${PATHLEN:+,pathlen:$PATHLEN}"
        echo 'keyUsage = critical,keyCertSign,cRLSign'
        echo 'subjectKeyIdentifier = hash'
        [ "$issuer" = self ] || echo 'authorityKeyIdentifier = keyid:always'
        printf '%s\n' "$@"
    } > "$DIR/ca/$name/ext.cnf"
    if [ "$issuer" = self ]; then
        quietly ca -config "$DIR/ca/$name/ca.cnf" -batch -notext -preserveDN -selfsign -days 3650 \
            -in "$DIR/ca/$name/req.pem" -extfile "$DIR/ca/$name/ext.cnf" \
            -out "$DIR/ca/$name/cert.pem"
    else
        quietly ca -config "$DIR/ca/$issuer/ca.cnf" -batch -notext -preserveDN -days 1825 \
            -in "$DIR/ca/$name/req.pem" -extfile "$DIR/ca/$name/ext.cnf" \
            -out "$DIR/ca/$name/cert.pem"
        cp "$DIR/ca/$name/cert.pem" "$DIR/intermediates/$name.pem"
    fi
}

# make_crl NAME OUT [openssl ca options]
make_crl()
{
    local name=$1 out=$2
    shift 2
    quietly ca -config "$DIR/ca/$name/ca.cnf" -gencrl "$@" -out "$out.new"
    mv "$out.new" "$out"
}

make_crls()
{
    local ca name
    for ca in "$DIR"/ca/*/; do
        name=$(basename "$ca")
        [ "$name" = stranger ] && continue
        make_crl "$name" "$DIR/crls/$name.crl" ${1:+-crlsec "$1"}
    done
}

make_base()
{
    mkdir -p "$DIR"/{anchors,intermediates,crls,crls-none,keys,certs,ca}
    DIR=$(cd "$DIR" && pwd)
    echo "$1" > "$DIR/account"
    echo "$1@$2" > "$DIR/upn"
    new_ca root "/DC=test/DC=corp/CN=Test Root CA" self
    PATHLEN=0 new_ca sub "/DC=test/DC=corp/CN=Test Issuing CA" root
    cp "$DIR/ca/root/cert.pem" "$DIR/anchors/root.pem"
    make_crls
}

# ---- certificates ---------------------------------------------------------------------------------

# write_extensions FILE: from the options of issue
write_extensions()
{
    local n=0 upn
    {
        if [ -n "$IS_CA" ]; then
            echo "basicConstraints = critical,CA:TRUE${PATHLEN:+,pathlen:$PATHLEN}"
        else
            echo 'basicConstraints = CA:FALSE'
        fi
        [ -z "$KU" ] || echo "keyUsage = critical,$KU"
        [ -z "$EKU" ] || echo "extendedKeyUsage = $EKU"
        echo 'subjectKeyIdentifier = hash'
        echo 'authorityKeyIdentifier = keyid:always'
        [ -z "$POLICY" ] || echo "certificatePolicies = $POLICY"
        [ -z "$TEMPLATE" ] || echo "1.3.6.1.4.1.311.20.2 = ASN1:BMPSTRING:$TEMPLATE"
        [ ${#UPNS[@]} -eq 0 ] || echo 'subjectAltName = @san'
        [ -z "$SID" ] || echo '1.3.6.1.4.1.311.25.2 = ASN1:SEQUENCE:sid'
        [ ${#EXTENSIONS[@]} -eq 0 ] || printf '%s\n' "${EXTENSIONS[@]}"
        if [ ${#UPNS[@]} -gt 0 ]; then
            echo '[san]'
            for upn in "${UPNS[@]}"; do
                n=$((n + 1))
                printf 'otherName.%d = 1.3.6.1.4.1.311.20.2.3;%s:%s\n' "$n" "$UPN_TYPE" \
                    "$(printf %s "$upn" | sed 's/[\\$#]/\\&/g')"
            done
        fi
        if [ -n "$SID" ]; then
            printf '[sid]\nother = IMP:0,SEQUENCE:sid_other\n'
            printf '[sid_other]\ntype = OID:1.3.6.1.4.1.311.25.2.1\nvalue = EXP:0,OCT:%s\n' "$SID"
        fi
    } > "$1"
}

issue()
{
    local from=$1 out=$2 work subject=
    local EKU=$SCLOGON,$CLIENT KU=digitalSignature SID='' POLICY='' TEMPLATE='' UPN_TYPE=UTF8
    local IS_CA='' PATHLEN='' CA=sub no_upn='' start='' end='' days=365 md=sha256 serial=''
    local realm='' dns=''
    local -a UPNS=() EXTENSIONS=() dates
    shift 2
    while [ $# -gt 0 ]; do
        case $1 in
        --upn) UPNS+=("$2"); shift ;;
        --no-upn) no_upn=1 ;;
        --upn-type) UPN_TYPE=$2; shift ;;
        --subject) subject=$2; shift ;;
        --eku) EKU=$2; shift ;;
        --no-eku) EKU= ;;
        --ku) KU=$2; shift ;;
        --no-ku) KU= ;;
        --sid) SID=$2; shift ;;
        --policy) POLICY=$2; shift ;;
        --template) TEMPLATE=$2; shift ;;
        --ca) CA=$2; shift ;;
        --ca-cert) IS_CA=1 ;;
        --pathlen) PATHLEN=$2; shift ;;
        --extension) EXTENSIONS+=("$2"); shift ;;
        --days) days=$2; shift ;;
        --expired) start=20200101000000Z; end=20210101000000Z ;;
        --not-yet) start=20480101000000Z; end=20490101000000Z ;;
        --from) start=$2; shift ;;
        --until) end=$2; shift ;;
        --md) md=$2; shift ;;
        --serial) serial=$2; shift ;;
        --kdc) realm=$2 no_upn=1 EKU=$KDC,serverAuth KU=digitalSignature,keyEncipherment; shift ;;
        --dns) dns=$2; shift ;;
        *) die "unknown option of issue: $1" ;;
        esac
        shift
    done
    [ -n "$no_upn" ] || [ ${#UPNS[@]} -gt 0 ] || UPNS=("$(cat "$DIR/upn")")
    [ -z "$realm" ] || kdc_names
    [ -f "$DIR/ca/$CA/cert.pem" ] || die "no such CA in $DIR: $CA"
    work=$(mktemp -d "$DIR/.issue-XXXXXX")
    write_extensions "$work/ext.cnf"
    case $(head -c 40 "$from") in
    *'BEGIN PUBLIC KEY'*) issue_for_key ;;
    *) issue_for_request ;;
    esac
    rm -rf "$work"
}

# RFC 4556, 3.2.4: krbtgt/REALM@REALM.
kdc_names()
{
    EXTENSIONS+=('subjectAltName = @kdc' '[kdc]' 'otherName.1 = 1.3.6.1.5.2.2;SEQUENCE:kdc_principal')
    [ -z "$dns" ] || EXTENSIONS+=("DNS.1 = $dns")
    EXTENSIONS+=('[kdc_principal]' "realm = EXP:0,GeneralString:$realm" 'name = EXP:1,SEQUENCE:kdc_name'
                 '[kdc_name]' 'type = EXP:0,INTEGER:2' 'parts = EXP:1,SEQUENCE:kdc_parts'
                 '[kdc_parts]' 'a = GeneralString:krbtgt' "b = GeneralString:$realm")
}

# Dates other than from now on are for requests only.
issue_for_key()
{
    [ -z "$start$end" ] || die "dates need a request, not a public key"
    quietly x509 -new -force_pubkey "$from" -subj "${subject:-/CN=$(cat "$DIR/account")}" \
        -CA "$DIR/ca/$CA/cert.pem" -CAkey "$DIR/ca/$CA/key.pem" -days "$days" "-$md" \
        ${serial:+-set_serial "0x$serial"} -extfile "$work/ext.cnf" -out "$out"
}

issue_for_request()
{
    dates=(-days "$days")
    [ -z "$start" ] || dates=(-startdate "$start" -enddate "${end:-20491231235959Z}")
    [ -n "$start" ] || [ -z "$end" ] || dates=(-enddate "$end")
    if [ -n "$serial" ]; then
        echo "$serial" > "$work/serial"
        sed "s|^rand_serial.*|serial = $work/serial|" "$DIR/ca/$CA/ca.cnf" > "$work/ca.cnf"
    else
        cp "$DIR/ca/$CA/ca.cnf" "$work/ca.cnf"
    fi
    # One at a time: openssl's index is no database.
    (
        flock 9
        quietly ca -config "$work/ca.cnf" -batch -notext -preserveDN "${dates[@]}" -md "$md" \
            ${subject:+-subj "$subject"} -in "$from" -extfile "$work/ext.cnf" -out "$work/cert.pem"
    ) 9> "$DIR/ca/$CA/lock"
    cp "$work/cert.pem" "$out"
}

# Which CA issued it: by signature.
revoke()
{
    local ca name
    for ca in "$DIR"/ca/*/; do
        name=$(basename "$ca")
        cmp -s "$ca/cert.pem" "$1" && continue
        if openssl verify -partial_chain -no_check_time -trusted "$ca/cert.pem" "$1" \
            > /dev/null 2>&1; then
            quietly ca -config "$ca/ca.cnf" -revoke "$1" -crl_reason "${2:-keyCompromise}"
            make_crls
            return
        fi
    done
    die "no CA in $DIR issued $1"
}

adopt()
{
    mkdir -p "$DIR/ca/$1"
    : > "$DIR/ca/$1/index.txt"
    echo 01 > "$DIR/ca/$1/crlnumber"
    ca_config "$1"
    cp "$2" "$DIR/ca/$1/cert.pem"
    cp "$DIR/keys/user.key" "$DIR/ca/$1/key.pem"
    cp "$2" "$DIR/intermediates/$1.pem"
}

imposter()
{
    local subject
    subject=$(openssl x509 -in "$DIR/ca/$1/cert.pem" -noout -subject -nameopt compat)
    new_key "$2.key"
    quietly req -new -x509 -config "$DIR/ca/$1/ca.cnf" -key "$2.key" -subj "${subject#subject=}" \
        -days 30 -out "$2"
    rm "$2.key"
}

# ---- everything -----------------------------------------------------------------------------------

# certificate NAME KEY OPTION...: keys/KEY.key is made by then
certificate()
{
    local name=$1 key=$2
    shift 2
    [ -f "$DIR/keys/$key.csr" ] || quietly req -new -config "$DIR/ca/root/ca.cnf" \
        -key "$DIR/keys/$key.key" -subj "/DC=test/DC=corp/CN=$USER_NAME" -out "$DIR/keys/$key.csr"
    issue "$DIR/keys/$key.csr" "$DIR/certs/$name.pem" "$@"
}

make_more_cas()
{
    new_ca deep "/DC=test/DC=corp/CN=Test CA Below A Limit" sub
    new_ca narrow "/DC=test/DC=corp/CN=Test Narrow CA" root \
        'nameConstraints = critical,permitted;dirName:permitted' '[permitted]' \
        '1.DC = test' '2.DC = elsewhere'
    new_ca explicit "/DC=test/DC=corp/CN=Test Policy CA" root \
        'certificatePolicies = 1.3.6.1.4.1.99999.1' 'policyConstraints = critical,requireExplicitPolicy:0'
    new_ca nosign "/DC=test/DC=corp/CN=Test CA Without CRLs" root 'keyUsage = critical,keyCertSign'
    new_ca stranger "/DC=test/DC=elsewhere/CN=Foreign Root CA" self
}

make_certificates()
{
    local upn
    upn=$(cat "$DIR/upn")
    certificate good user
    certificate p384 p384
    certificate rsa2048 rsa2048
    certificate rsa3072 rsa3072
    certificate weak-key rsa1024
    certificate sha1 user --md sha1
    certificate expired user --expired
    certificate not-yet user --not-yet
    certificate revoked user
    certificate no-eku user --no-eku
    certificate wrong-eku user --eku 1.3.6.1.5.5.7.3.4
    certificate client-auth user --eku $CLIENT
    certificate any-eku user --eku 2.5.29.37.0
    certificate no-ku user --no-ku
    certificate wrong-ku user --ku keyEncipherment
    certificate no-upn user --no-upn
    certificate two-upn user --upn "$upn" --upn "other@${upn#*@}"
    certificate bad-upn user --upn "a/b@${upn#*@}"
    certificate ia5-upn user --upn-type IA5STRING
    certificate other-suffix user --upn "${upn%@*}@elsewhere.test"
    certificate no-account user --upn "nosuchuser@${upn#*@}"
    certificate root-account user --upn "root@${upn#*@}"
    certificate ca user --ca-cert --ku digitalSignature,keyCertSign
    certificate path-length user --ca deep
    certificate name-constraint user --ca narrow
    certificate policy user --ca explicit --policy 1.3.6.1.4.1.99999.1
    certificate no-policy user --ca explicit
    certificate no-crl-sign user --ca nosign
    certificate untrusted user --ca stranger
    certificate sid user --sid S-1-5-21-1004336348-1177238915-682003330-1103
    certificate bad-sid user --sid S-1-5-x
    certificate template user --template SmartcardLogon
    certificate critical user --extension '1.3.6.1.4.1.99999.7 = critical,ASN1:UTF8String:x'
}

# Flip the last bit of the signature; cut the end off.
make_broken()
{
    local der=$DIR/certs/good.der size
    openssl x509 -in "$DIR/certs/good.pem" -outform DER -out "$der"
    size=$(stat -c %s "$der")
    cp "$der" "$DIR/certs/bad-signature.der"
    printf "\\x$(printf %02x $((0x$(tail -c 1 "$der" | od -An -tx1 | tr -d ' ') ^ 1)))" |
        dd of="$DIR/certs/bad-signature.der" bs=1 seek=$((size - 1)) conv=notrunc status=none
    head -c $((size - 20)) "$der" > "$DIR/certs/malformed.der"
    cat "$DIR/certs/good.pem" "$DIR/ca/sub/cert.pem" > "$DIR/certs/good-chain.pem"
}

make_more_crls()
{
    local copy=$DIR/ca/forger
    mkdir -p "$DIR"/{crls-stale,crls-forged}
    make_crl root "$DIR/crls-stale/root.crl"
    make_crl sub "$DIR/crls-stale/sub.crl" -crl_lastupdate 20260101000000Z \
        -crl_nextupdate 20260201000000Z
    # The issuing CA's name, another key.
    mkdir -p "$copy"
    new_key "$copy/key.pem"
    quietly req -new -x509 -config "$DIR/ca/sub/ca.cnf" -key "$copy/key.pem" \
        -subj "/DC=test/DC=corp/CN=Test Issuing CA" -days 30 -out "$copy/cert.pem"
    sed "s|$DIR/ca/sub|$copy|" "$DIR/ca/sub/ca.cnf" | sed '/^crl_extensions/d' > "$copy/ca.cnf"
    : > "$copy/index.txt"
    echo 01 > "$copy/crlnumber"
    make_crl root "$DIR/crls-forged/root.crl"
    make_crl forger "$DIR/crls-forged/sub.crl"
    rm -rf "$copy"
}

make_all()
{
    local key
    USER_NAME=$1
    make_base "$@"
    new_key "$DIR/keys/user.key" &
    for key in p384 rsa1024 rsa2048 rsa3072; do
        new_key "$DIR/keys/$key.key" $key &
    done
    make_more_cas
    wait
    make_certificates
    make_broken
    revoke "$DIR/certs/revoked.pem"
    make_more_crls
}

main()
{
    local verb=all
    case ${1:-} in
    base | issue | revoke | crl | ca | adopt | imposter) verb=$1; shift ;;
    '' | -*) sed -n '3,/^set /s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
    [ $# -ge 1 ] || die "no folder given"
    DIR=$1
    shift
    [ "$verb" = all ] || [ "$verb" = base ] || DIR=$(cd "$DIR" && pwd)
    case $verb in
    all) make_all "${1:-nobody}" "${2:-corp.test}" ;;
    base) make_base "${1:-nobody}" "${2:-corp.test}" ;;
    issue) [ $# -ge 2 ] || die "issue DIR CSR OUT [OPTION...]"; issue "$@" ;;
    revoke) [ $# -ge 1 ] || die "revoke DIR CERT [REASON]"; revoke "$@" ;;
    crl) make_crls "${1:-}" ;;
    ca) [ $# -ge 3 ] || die "ca DIR NAME SUBJECT ISSUER|self [LINE...]"; new_ca "$@" ;;
    adopt) [ $# -eq 2 ] || die "adopt DIR NAME CERT"; adopt "$@" ;;
    imposter) [ $# -eq 2 ] || die "imposter DIR CA OUT"; imposter "$@" ;;
    esac
}

main "$@"
