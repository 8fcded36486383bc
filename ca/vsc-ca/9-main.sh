# SPDX-License-Identifier: BSD-2-Clause
# ---- the beginning -------------------------------------------------------------------------------------

command_init() {
    local name="Smart Card Logon CA" suffix='' key=p256 years=10 url='' dn
    while [ $# -ge 2 ]; do
        case $1 in
        --name) name=$2 ;;
        --upn-suffix) suffix=$2 ;;
        --key) key=$2 ;;
        --years) years=$2 ;;
        --crl-url) url=$2 ;;
        *) misused "init: unknown option $1" ;;
        esac
        shift 2
    done
    [ $# = 0 ] && [ -n "$suffix" ] || misused "init --upn-suffix SUFFIX [--name CN] [--key p256|p384|rsa3072|rsa4096] [--years N] [--crl-url URL]"
    matches "$name" "$NAME" || misused "--name: letters, digits, blanks and . _ - only"
    matches "$suffix" '[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,7}' || misused "--upn-suffix: what stands behind the @"
    matches "$key" 'p256|p384|rsa3072|rsa4096' || misused "--key: p256, p384, rsa3072 or rsa4096"
    matches "$years" '[1-9]|[1-3][0-9]' || misused "--years: 1 to 39"
    matches "$url" '|http://[A-Za-z0-9./:_-]{1,200}' || misused "--crl-url: an http URL without characters that need quoting"
    [ ! -e "$FOLDER" ] || [ -z "$(ls -A -- "$FOLDER")" ] || refuse "$FOLDER is not empty"
    WORK=$(mktemp -d "$FOLDER.new.XXXXXX") || broken "$(dirname -- "$FOLDER") cannot be written"
    mkdir "$WORK"/{templates,requests,certificates,work}
    printf 'name = %s\nupn_suffix = %s\ncrl_url = %s\n' "$name" "$suffix" "$url" > "$WORK/ca.conf"
    : > "$WORK/index.txt"; : > "$WORK/lock"; : > "$WORK/attestation-keys"
    echo 01 > "$WORK/crlnumber"
    case $key in
    rsa*) quietly genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:${key#rsa}" -out "$WORK/ca.key" ;;
    *) quietly genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:P-${key#p}" -out "$WORK/ca.key" ;;
    esac
    printf '[req]\ndistinguished_name = dn\nx509_extensions = ca\n[dn]\n[ca]\n%s\n%s\n%s\n' \
        'basicConstraints = critical,CA:TRUE,pathlen:0' 'keyUsage = critical,keyCertSign,cRLSign' \
        'subjectKeyIdentifier = hash' > "$WORK/init.cnf"
    dn=$(subject_of "$suffix" "$name")
    quietly req -new -x509 -config "$WORK/init.cnf" -key "$WORK/ca.key" -sha256 -subj "$dn" \
        -days $((years * 365)) -out "$WORK/ca.pem"
    rm -- "$WORK/init.cnf"
    sync -- "$WORK"/*
    # An empty folder may be there; if another init was quicker, it is not empty.
    mv -T -- "$WORK" "$FOLDER" 2> /dev/null || refuse "$FOLDER is not empty"
    sync -- "$(dirname -- "$FOLDER")"
    begin
    lock
    make_crl
    tell "the anchor for trust.anchors: vsc-ca certificate; its revocation list: vsc-ca crl"
}
command_serve() {
    local program=$LIBEXECDIR/vsc-ca-serve
    [ $# = 0 ] || { [ $# = 2 ] && [ "$1" = --listen ]; } || misused "serve [--listen PATH]"
    check_folder
    [ ! -x "$(dirname -- "$OWN")/vsc-ca-serve" ] || program=$(dirname -- "$OWN")/vsc-ca-serve
    exec "$program" --program "$OWN" --folder "$FOLDER" --listen "${2:-$SOCKET}"
}
usage() {
    cat <<'END'
usage: vsc-ca [--folder DIR] COMMAND
  init --upn-suffix SUFFIX [--name CN] [--key p256|p384|rsa3072|rsa4096] [--years N] [--crl-url URL]
  template duplicate "Smartcard Logon" NAME [OPTION...] | change NAME OPTION...
      options: --keys p256,p384,rsa  --min-key-size 2048|3072|4096  --validity DAYS  --renewal DAYS
               --allow-user USER  --allow-group GROUP  --approval yes|no  --prompt yes|no  --attestation required|none
  template profile NAME [--out FILE] | list | show NAME | remove NAME
  issue --user USER --template NAME --csr FILE [--attestation FILE] [--out FILE]
  pending | approve REQUEST | deny REQUEST [--reason TEXT]
  list | revoke SERIAL|FILE [--reason REASON] | crl [--days N] [--out FILE] | certificate [--out FILE]
  identity set USER [--upn UPN] [--sid SID] | remove USER | list
  attestation-key add NAME [--user USER] | remove NAME | list
  serve [--listen PATH]
END
}
main() {
    if [ "${1:-}" = --folder ]; then
        [ $# -ge 2 ] || misused "--folder wants a path"
        FOLDER=$2
        shift 2
    fi
    matches "$FOLDER" '/[A-Za-z0-9/._-]*[A-Za-z0-9_-]' || misused "--folder: an absolute path of letters, digits and . _ -"
    local command=${1:-}
    shift $(($# > 0 ? 1 : 0))
    case $command in
    init | template | issue | pending | approve | deny | list | revoke | crl | certificate | identity | serve)
        "command_$command" "$@" ;;
    attestation-key) command_attestation_key "$@" ;;
    answer) answer "$@" ;;
    --help) usage ;;
    --version) echo "vsc-ca $VERSION" ;;
    *) usage >&2; exit "$MISUSED" ;;
    esac
}
main "$@"
