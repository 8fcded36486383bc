# SPDX-License-Identifier: BSD-2-Clause
# ---- requests: requests/UID/ID, the ID being of what was asked, so that asking twice is one ---------------

tell_state() { # RECORD: ends
    local serial=
    [ ! -f "$1/serial" ] || serial=$(cat "$1/serial")
    if is_issued "$serial"; then
        ! is_revoked "$serial" || refuse "the certificate for this request is revoked"
        cat -- "$FOLDER/certificates/$serial.pem"
        exit "$ANSWERED"
    fi
    [ ! -f "$1/denied" ] || refuse "denied: $(cat "$1/denied")"
    printf '%s\n%s\n' "$POLL_SECONDS" "$(basename -- "$1")"
    exit "$WAIT"
}
open_of() { # UID: how many wait
    local record count=0
    for record in "$FOLDER/requests/$1"/*/; do
        [ -f "$record/denied" ] || [ -f "$record/serial" ] || count=$((count + 1))
    done
    echo "$count"
}
# The same request again soon after is the same record, for the answer may have been lost on its way;
# later it is a new one: a renewal with the same key.
record_for() { # UID TEMPLATE
    local n id record
    for ((n = 0; n < 1000; n++)); do
        id=$({ printf '%s\n%s\n%s\n' "$1" "$2" "$n"; cat "$WORK/csr.der"; } | sha256sum | head -c 32)
        record=$FOLDER/requests/$1/$id
        [ -d "$record" ] &&
            [ -n "$(find "$record" -mindepth 1 \( -name serial -o -name denied \) -mmin +$AGAIN_MINUTES)" ] || break
    done
    printf '%s\n' "$record"
}
new_record() { # UID ACCOUNT TEMPLATE RECORD
    local own=$FOLDER/requests/$1
    [ -d "$own" ] || { mkdir -- "$own" && sync -- "$FOLDER/requests"; } || broken "no room in $FOLDER"
    [ "$(find "$own" -mindepth 1 -maxdepth 1 -mtime -1 | wc -l)" -lt "$DAY_MAX" ] ||
        refuse "too many requests in a day"
    [ "$(value "$FOLDER/templates/$3.conf" approval)" != yes ] || [ "$(open_of "$1")" -lt "$OPEN_MAX" ] || refuse "too many requests wait for approval"
    mkdir -- "$WORK/record" &&
        printf 'account = %s\ntemplate = %s\nreceived = %s\n' "$2" "$3" "$(date -u +%FT%TZ)" > "$WORK/record/request" &&
        cp -- "$WORK/csr.pem" "$WORK/record/csr.pem" || broken "no room in $FOLDER"
    [ ! -s "$WORK/bundle" ] || cp -- "$WORK/bundle" "$WORK/record/bundle" || broken "no room in $FOLDER"
    sync -- "$WORK/record/"* && put "$WORK/record" "$4"
}
submit() { # UID TEMPLATE: request on standard input, attestation on descriptor 4
    local account file record template=$2
    account=$(account_of "$1")
    [ "$1" != 0 ] || refuse "root has no smart card; for others: vsc-ca issue --user"
    if [ -z "$template" ]; then
        template=$(templates_of "$account")
        [ -n "$template" ] && [ "$(wc -l <<< "$template")" = 1 ] || refuse "which template? none was named"
    fi
    file=$(template_file "$template")
    may_enroll "$account" "$file" || refuse "$account may not enroll with the template \"$template\""
    read_request
    head -c $((BUNDLE_MAX + 1)) <&4 > "$WORK/bundle" || broken "no room in $FOLDER"
    [ "$(stat -c %s "$WORK/bundle")" -le "$BUNDLE_MAX" ] || refuse "the attestation is too large"
    check_key "$file"
    check_attestation "$file" "$WORK/bundle" "$account"
    lock
    record=$(record_for "$1" "$template")
    [ -d "$record" ] || new_record "$1" "$account" "$template" "$record"
    [ "$(value "$record/request" account)" = "$account" ] || refuse "this request is of an account that is gone"
    [ -f "$record/denied" ] || [ "$(value "$file" approval)" = yes ] || is_issued "$(cat "$record/serial" 2> /dev/null)" ||
        certify "$account" "$file" "$record" > /dev/null
    tell_state "$record"
}
poll() { # UID COOKIE
    local account record=$FOLDER/requests/$1/$2
    account=$(account_of "$1")
    matches "$2" '[0-9a-f]{32}' && [ -d "$record" ] && [ "$(value "$record/request" account)" = "$account" ] ||
        refuse "there is no such request"
    tell_state "$record"
}
# What vsc-ca-serve asks, in the words of certmonger's helpers.
answer() { # --uid UID --operation OPERATION [--template NAME] [--cookie COOKIE]
    local uid='' operation='' template='' cookie=''
    ANSWERING=yes
    exec {SAY}>&1
    while [ $# -ge 2 ]; do
        case $1 in
        --uid) uid=$2 ;;
        --operation) operation=$2 ;;
        --template) template=$2 ;;
        --cookie) cookie=$2 ;;
        *) broken "answer: $1" ;;
        esac
        shift 2
    done
    matches "$uid" '[0-9]{1,10}' || broken "answer: no uid"
    begin
    case $operation in
    SUBMIT) submit "$uid" "$template" ;;
    POLL) poll "$uid" "$cookie" ;;
    IDENTIFY) echo "pam_vsc CA $VERSION" ;;
    FETCH-ROOTS) value "$FOLDER/ca.conf" name; cat "$FOLDER/ca.pem" ;;
    GET-SUPPORTED-TEMPLATES)
        uid=$(account_of "$uid")
        templates_of "$uid" ;;
    GET-NEW-REQUEST-REQUIREMENTS | GET-RENEW-REQUEST-REQUIREMENTS) ;;
    *) exit "$UNSUPPORTED" ;;
    esac
    exit "$ANSWERED"
}

