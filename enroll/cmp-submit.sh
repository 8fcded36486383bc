#!/bin/bash -p
# SPDX-License-Identifier: BSD-2-Clause
# cmp-submit: an enrollment helper in the manner of certmonger for CAs that speak CMP (RFC 4210),
# around `openssl cmp` (cmp-submit.8). It runs as the user who enrolls. Nothing that it is told ends
# in a certificate by itself: vsc-enroll judges what comes out.
set -u
umask 077
export LC_ALL=C PATH=/usr/bin:/bin
unset OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES SSL_CERT_FILE SSL_CERT_DIR CDPATH \
    http_proxy https_proxy HTTP_PROXY HTTPS_PROXY no_proxy NO_PROXY
IFS=$' \t\n'

VERSION=@VERSION@
CSR_MAX=65536        # bytes of a request, and of a certificate
CONFIG_MAX=65536     # bytes of a configuration
SAID_MAX=262144      # bytes of what openssl says
SECRET_MAX=1023      # bytes; OpenSSL reads no more
DELAY_MIN=60         # seconds until it is asked again
DELAY_MAX=604800
DELAY_DEFAULT=3600
MESSAGE_SECONDS=30   # for one message and its answer

ISSUED=0 REJECTED=2 UNREACHABLE=3 UNCONFIGURED=4 WAIT=5 UNSUPPORTED=6

declare -A option=([recipient]='' [server-cert]='' [tls-anchors]=/etc/ssl/certs/ca-certificates.crt
    [digest]=sha256 [mac]=hmacWithSHA256 [raverified]=no [timeout]=90)
NAMES='server|reference|secret|recipient|server-cert|tls-anchors|digest|mac|raverified|timeout'

end() { # STATUS TEXT: the text is for people, one line
    printf '%s\n' "$2" | tr -cd '[:print:]\n' | cut -c 1-240
    exit "$1"
}
wrong() { end $UNCONFIGURED "cmp-submit: $*"; }

# ---- what stands in the profile -------------------------------------------------------------------
is_printable() { [[ $1 =~ ^[[:print:]]+$ ]]; }

# FILE [LOOSE]: a plain file of root's or of the caller's that nobody else can write, nor read
# unless LOOSE is given. Root's may be read by its group.
check_file() {
    local uid mode kind
    read -r uid mode kind < <(stat -L -c '%u %a %F' -- "$1" 2> /dev/null) || wrong "$1: is not there"
    [[ $kind == regular*file ]] || wrong "$1: is no plain file"
    [ "$uid" = 0 ] || [ "$uid" = "$(id -u)" ] || wrong "$1: belongs to another user"
    (((8#$mode & 8#022) == 0)) || wrong "$1: can be written by others"
    [ -n "${2-}" ] && return
    (((8#$mode & 8#007) == 0)) || wrong "$1: can be read by others"
    [ "$uid" = 0 ] || (((8#$mode & 8#070) == 0)) || wrong "$1: can be read by a group"
}

set_option() { # NAME VALUE
    [[ $1 =~ ^($NAMES)$ ]] || wrong "there is no option $1"
    is_printable "$2" || wrong "$1: has no value that can be read"
    [ -z "${given[$1]-}" ] || wrong "$1: stands there twice"
    given[$1]=yes
    option[$1]=$2
}

# NAME VALUE in a line; # and empty lines are passed over.
read_config() {
    local name value
    [[ $1 == /* ]] || wrong "$1: is no absolute path"
    check_file "$1" loose
    [ "$(stat -L -c %s -- "$1")" -le $CONFIG_MAX ] || wrong "$1: is too long"
    while read -r name value || [ -n "$name" ]; do
        [[ $name == '' || $name == '#'* ]] || set_option "$name" "$value"
    done < "$1"
}

expand() { # %u is the user, %% a percent sign, and ~/ the user's own folder
    local text=$1 made=
    # shellcheck disable=SC2088
    [[ $text != '~/'* ]] || text=${HOME-}/${text:2}
    while [[ $text == *%* ]]; do
        made+=${text%%%*}
        text=${text#*%}
        case $text in
        u*) made+=$(id -un) ;;
        %*) made+=% ;;
        *) wrong "% is followed by u or %" ;;
        esac
        text=${text:1}
    done
    expanded=$made$text
}

read_options() {
    declare -gA given=()
    while [ $# -gt 0 ]; do
        [[ $1 == --?* && $# -ge 2 ]] || wrong "$1: an option has two dashes and a value"
        if [ "$1" = --config ]; then read_config "$2"; else set_option "${1#--}" "$2"; fi
        shift 2
    done
}

check_options() {
    local name
    for name in server reference secret; do [ -n "${option[$name]-}" ] || wrong "$name: is missing"; done
    [[ ${option[server]} =~ ^https?://[]A-Za-z0-9.:[-]+(/[^\ ]*)?$ ]] ||
        wrong "server: is not http:// or https:// with a host"
    [[ ${option[raverified]} =~ ^(yes|no)$ ]] || wrong "raverified: is not yes or no"
    [[ ${option[timeout]} =~ ^([1-9][0-9]?|100)$ ]] ||
        wrong "timeout: is not 1 to 100"
    expand "${option[reference]}"; option[reference]=$expanded
    expand "${option[secret]}"; option[secret]=$expanded
    [[ ${option[secret]} == /* ]] || wrong "secret: is no absolute path"
    check_file "${option[secret]}"
    head -n 1 -- "${option[secret]}" 2> /dev/null | LC_ALL=C grep -qE "^.{1,$SECRET_MAX}\$" ||
        wrong "${option[secret]}: its first line is no secret that can be read"
    [ -z "${option[server-cert]}" ] || check_file "${option[server-cert]}" loose
    [[ ${option[server]} != https:* ]] || check_file "${option[tls-anchors]}" loose
}

# ---- one transaction -------------------------------------------------------------------------------
# The request, which its own key has signed: that is checked here too, since with `raverified` the
# CA takes our word for it.
take_request() {
    [ -n "${CERTMONGER_CSR-}" ] || wrong "CERTMONGER_CSR: is missing"
    [ ${#CERTMONGER_CSR} -le $CSR_MAX ] || wrong "CERTMONGER_CSR: is too long"
    printf '%s\n' "$CERTMONGER_CSR" > "$work/request"
    openssl req -config /dev/null -in "$work/request" -verify -noout > "$work/said" 2>&1 ||
        wrong "CERTMONGER_CSR: is no request that its key has signed"
}

# Which message asks for it. The card's key is not at hand here, so that no certificate request
# message (cr, kur) can be signed by it: either the request itself goes there (p10cr), or one that
# says that the proof was seen (raVerified).
choose_command() {
    command=(-cmd p10cr)
    [ "${option[raverified]}" = yes ] || return 0
    command=(-cmd cr -popo 0)
    [ -n "${CERTMONGER_CERTIFICATE-}" ] || return 0
    [ ${#CERTMONGER_CERTIFICATE} -le $CSR_MAX ] || wrong "CERTMONGER_CERTIFICATE: is too long"
    printf '%s\n' "$CERTMONGER_CERTIFICATE" > "$work/old"
    command=(-cmd kur -popo 0 -oldcert "$work/old")
}

ask() {
    local more=() seconds=${option[timeout]}
    [ -z "${option[recipient]}" ] || more+=(-recipient "${option[recipient]}")
    [ -z "${option[server-cert]}" ] || more+=(-srvcert "${option[server-cert]}")
    [[ ${option[server]} != https:* ]] || more+=(-tls_used -tls_trusted "${option[tls-anchors]}")
    timeout --foreground -k 2 $((seconds + 5)) openssl cmp -config "" -batch "${command[@]}" \
        -server "${option[server]}" -ref "${option[reference]}" -secret "file:${option[secret]}" \
        -digest "${option[digest]}" -mac "${option[mac]}" -csr "$work/request" -implicit_confirm \
        -msg_timeout $((seconds < MESSAGE_SECONDS ? seconds : MESSAGE_SECONDS)) -total_timeout "$seconds" \
        -certout "$work/cert" -extracertsout "$work/issuers" "${more[@]}" \
        < /dev/null 2>&1 | head -c $SAID_MAX > "$work/said"
    status=${PIPESTATUS[0]}
    cat "$work/said" >&2
}

# What openssl said: its errors, without where in its source that was.
errors() { sed -n -E 's/^([a-z_0-9]+:[^ ]*:)?CMP error: *//p' "$work/said"; }
said() { grep -qE "^([a-z_0-9]+:[^ ]*:)?CMP (info|warning|error): $1" "$work/said"; }

# An answer counts only where it is protected by the secret or by server-cert; openssl does not
# come to what these lines tell otherwise.
judge() {
    local delay
    if said 'received "revocation'; then
        end $REJECTED "the CA hands out a certificate that it revokes"
    fi
    if [ "$status" -eq 0 ] && [ -s "$work/cert" ]; then
        cat "$work/cert"
        [ ! -s "$work/issuers" ] || cat "$work/issuers"
        exit $ISSUED
    fi
    # "received error:code=500" is an HTTP status, which anybody can send.
    if said "(received error:PKIStatus: |request rejected by server:PKIStatus: |certificate not accepted:)"; then
        end $REJECTED "$(errors | grep -E '^(received error|request rejected|certificate not)' | tail -n 1)"
    fi
    if said "received 'waiting' PKIStatus"; then
        delay=$(sed -n 's/^CMP info: received polling response; checkAfter = \([0-9]\{1,9\}\) .*/\1/p' "$work/said" | tail -n 1)
        : "${delay:=$DELAY_DEFAULT}"
        delay=$((10#$delay < DELAY_MIN ? DELAY_MIN : 10#$delay > DELAY_MAX ? DELAY_MAX : 10#$delay))
        printf '%s\nagain\n' "$delay"
        exit $WAIT
    fi
    [ "$status" -lt 124 ] || end $UNREACHABLE "no answer within ${option[timeout]} seconds"
    # The first error tells more than what follows from it.
    end $UNREACHABLE "$(errors | head -n 1 | grep . || tail -n 1 "$work/said")"
}

submit() {
    work=$(mktemp -d) || wrong "no folder for temporary files"
    trap 'rm -rf "$work"' EXIT
    trap 'exit 3' HUP INT TERM
    take_request
    choose_command
    ask
    judge
}

case ${CERTMONGER_OPERATION-SUBMIT} in
IDENTIFY) echo "cmp-submit (pam_vsc $VERSION)" ;;
GET-NEW-REQUEST-REQUIREMENTS | GET-RENEW-REQUEST-REQUIREMENTS) ;;
SUBMIT | POLL) # OpenSSL cannot go on with a transaction of before: the same request is handed in again
    command -v openssl > /dev/null || wrong "there is no openssl"
    read_options "$@"
    check_options
    submit
    ;;
*) exit $UNSUPPORTED ;;
esac
