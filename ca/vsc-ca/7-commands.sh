# SPDX-License-Identifier: BSD-2-Clause
# ---- commands of the administrator -----------------------------------------------------------------------

record_of() { # ID
    local found
    matches "$1" '[0-9a-f]{32}' || misused "not the number of a request: $1"
    found=("$FOLDER"/requests/*/"$1")
    [ ${#found[@]} = 1 ] || refuse "there is no request $1"
    printf '%s\n' "${found[0]}"
}
must_wait() { # RECORD
    [ ! -f "$1/denied" ] || refuse "it was denied: $(cat "$1/denied")"
    [ ! -f "$1/serial" ] || ! is_issued "$(cat "$1/serial")" || refuse "its certificate is issued"
}
command_pending() {
    local record
    check_folder
    printf '%-32s  %-16s  %-20s  %s\n' REQUEST ACCOUNT RECEIVED TEMPLATE
    for record in "$FOLDER"/requests/*/*; do
        [ ! -f "$record/denied" ] || continue
        [ ! -f "$record/serial" ] || ! is_issued "$(cat "$record/serial")" || continue
        printf '%-32s  %-16s  %-20s  %s\n' "$(basename -- "$record")" "$(value "$record/request" account)" \
            "$(value "$record/request" received)" "$(value "$record/request" template)"
    done
}
# All is looked at again: rights, key, attestation and account may have changed since.
command_approve() { # ID
    local record uid account file
    [ $# = 1 ] || misused "approve REQUEST"
    begin
    lock
    record=$(record_of "$1")
    must_wait "$record"
    uid=$(basename -- "$(dirname -- "$record")")
    account=$(account_of "$uid")
    [ "$(value "$record/request" account)" = "$account" ] || refuse "uid $uid is another account now: $account"
    file=$(template_file "$(value "$record/request" template)")
    may_enroll "$account" "$file" || refuse "$account may not enroll with this template any more"
    read_request < "$record/csr.pem"
    check_key "$file"
    check_attestation "$file" "$record/bundle" "$account"
    certify "$account" "$file" "$record"
}
command_deny() { # ID [--reason TEXT]
    local id=${1:-} reason="no reason was given" record
    [ $# = 1 ] || { [ $# = 3 ] && [ "$2" = --reason ]; } || misused "deny REQUEST [--reason TEXT]"
    [ $# = 1 ] || reason=$3
    [[ ${#reason} -le 200 && $reason =~ ^[[:print:]]+$ ]] || misused "--reason: one line of at most 200 characters"
    begin
    lock
    record=$(record_of "$id")
    must_wait "$record"
    printf '%s\n' "$reason" | write "$record/denied"
}
command_issue() {
    local user='' template='' out='' csr='' bundle='' file serial
    while [ $# -ge 2 ]; do
        case $1 in
        --user) user=$2 ;;
        --template) template=$2 ;;
        --csr) csr=$2 ;;
        --attestation) bundle=$2 ;;
        --out) out=$2 ;;
        *) misused "issue: unknown option $1" ;;
        esac
        shift 2
    done
    [ $# = 0 ] && [ -n "$user" ] && [ -n "$template" ] && [ -f "$csr" ] ||
        misused "issue --user USER --template NAME --csr FILE [--attestation FILE] [--out FILE]"
    matches "$user" "$ACCOUNT" && id -u -- "$user" > /dev/null 2>&1 || refuse "there is no account $user"
    begin
    file=$(template_file "$template")
    may_enroll "$user" "$file" || refuse "$user may not enroll with the template \"$template\""
    read_request < "$csr"
    check_key "$file"
    check_attestation "$file" "$bundle" "$user"
    lock
    serial=$(certify "$user" "$file")
    if [ -n "$out" ]; then deliver "$FOLDER/certificates/$serial.pem" "$out"; else cat "$FOLDER/certificates/$serial.pem"; fi
}
deliver() { # FILE PLACE: for others to read. Until it is whole its name is hidden: in the folders that a
    local new # sign-in reads each file counts that is not.
    new=$(mktemp -- "$(dirname -- "$2")/.$(basename -- "$2").XXXXXX") || broken "$2 cannot be written"
    DELIVERED=$new
    cp -- "$1" "$new" && chmod 644 "$new" && put "$new" "$2" || broken "$2 cannot be written"
    DELIVERED=
}
command_revoke() { # SERIAL|FILE [REASON]
    local serial=${1:-} reason=${3:-unspecified}
    [ $# = 1 ] || { [ $# = 3 ] && [ "$2" = --reason ]; } || misused "revoke SERIAL|FILE [--reason REASON]"
    matches "$reason" 'unspecified|keyCompromise|affiliationChanged|superseded|cessationOfOperation' ||
        misused "--reason: unspecified, keyCompromise, affiliationChanged, superseded or cessationOfOperation"
    begin
    if [ -f "$serial" ]; then
        serial=$(openssl x509 -in "$serial" -noout -serial 2> /dev/null) || refuse "$1 is no certificate"
        serial=${serial#serial=}
        cmp -s <(openssl x509 -in "$1" -outform DER) \
            <(openssl x509 -in "$FOLDER/certificates/$serial.pem" -outform DER 2> /dev/null) || refuse "$1 is not of this CA"
    fi
    serial=${serial^^}
    matches "$serial" '[0-9A-F]{2,40}' || misused "not a serial number: $1"
    lock
    is_issued "$serial" || refuse "this CA has issued no certificate $serial"
    ! is_revoked "$serial" || refuse "$serial is revoked"
    begin_index
    quietly ca -config "$WORK/ca.cnf" -revoke "$FOLDER/certificates/$serial.pem" -crl_reason "$reason"
    [ "$(cut -f4 "$WORK/index.txt")" = "$(cut -f4 "$FOLDER/index.txt")" ] &&
        grep -q $'^R.*\t'"$serial"$'\t' "$WORK/index.txt" || broken "the index was not written well"
    put "$WORK/index.txt" "$FOLDER/index.txt"
    make_crl
}
command_crl() { # [--days N] [--out FILE]
    local days=30 out=
    while [ $# -ge 2 ]; do
        case $1 in
        --days) days=$2 ;;
        --out) out=$2 ;;
        *) misused "crl: unknown option $1" ;;
        esac
        shift 2
    done
    [ $# = 0 ] && matches "$days" '[1-9][0-9]{0,2}' || misused "crl [--days 1..999] [--out FILE]"
    begin
    lock
    make_crl "$days"
    if [ -n "$out" ]; then deliver "$FOLDER/crl.pem" "$out"; else cat "$FOLDER/crl.pem"; fi
}
command_certificate() { # the CA's own
    check_folder
    if [ $# = 2 ] && [ "$1" = --out ]; then deliver "$FOLDER/ca.pem" "$2"; return; fi
    [ $# = 0 ] || misused "certificate [--out FILE]"
    cat "$FOLDER/ca.pem"
}
command_list() {
    [ $# = 0 ] || misused "list takes nothing"
    check_folder
    awk -F '\t' 'BEGIN { state["V"] = "valid"; state["R"] = "revoked"; state["E"] = "expired" }
        { printf "%s  %-7s  %s\n", $4, state[$1], $6 }' "$FOLDER/index.txt"
}
command_identity() { # set USER [--upn UPN] [--sid SID] | remove USER | list
    local verb=${1:-} user=${2:-} upn=- sid=- file=$FOLDER/identities
    begin
    if [ "$verb" = list ]; then
        [ ! -f "$file" ] || cat "$file"
        return
    fi
    matches "$verb" 'set|remove' && matches "$user" "$ACCOUNT" || misused "identity set USER [--upn UPN] [--sid SID] | remove USER | list"
    shift 2
    while [ $# -ge 2 ]; do
        case $1 in
        --upn) upn=$2 ;;
        --sid) sid=$2 ;;
        *) misused "identity: unknown option $1" ;;
        esac
        shift 2
    done
    [ $# = 0 ] || misused "identity: what is $1?"
    matches "$upn" '-|[A-Za-z0-9._-]{1,64}@[A-Za-z0-9.-]{1,128}' || misused "--upn: not a UPN"
    matches "$sid" '-|S-1-[0-9]{1,14}(-[0-9]{1,10}){1,15}' || misused "--sid: not a SID"
    [ "$upn" != - ] || upn=$user@$(value "$FOLDER/ca.conf" upn_suffix)
    lock
    {
        [ ! -f "$file" ] || awk -F '\t' -v who="$user" '$1 != who' "$file"
        [ "$verb" = remove ] || printf '%s\t%s\t%s\n' "$user" "$upn" "$sid"
    } | write "$file"
}
command_attestation_key() { # add NAME [--user USER] | remove NAME | list
    local verb=${1:-} key=${2:-} user=${4:-} file=$FOLDER/attestation-keys
    begin
    if [ "$verb" = list ]; then cat "$file"; return; fi
    { [ $# = 2 ] || { [ $# = 4 ] && [ "$verb $3" = "add --user" ] && matches "$user" "$ACCOUNT"; }; } &&
        matches "$verb" 'add|remove' && matches "$key" '[0-9a-f]{68}' ||
        misused "attestation-key add NAME [--user USER] | remove NAME | list; NAME as vscmgr attest --challenge prints it"
    lock
    { awk -v key="$key" '$1 != key' "$file"; [ "$verb" = remove ] || echo "$key${user:+ $user}"; } | write "$file"
}
