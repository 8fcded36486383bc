#!/bin/bash -p
# SPDX-License-Identifier: BSD-2-Clause
# vsc-ca: a small certification authority for smart card sign-in, around `openssl ca` (vsc-ca.8).
# Who a certificate is for comes from who authenticated, never from the request: of that only the
# public key is taken. Each change is made on copies and counts when the index is renamed into
# place; nothing is handed out before that.
# A && B || fail: that `fail` also follows a B that fails is what is meant.
# shellcheck disable=SC2015
set -euo pipefail
shopt -s inherit_errexit nullglob
umask 077
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
unset OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES CDPATH
IFS=$' \t\n'

FOLDER=/var/lib/pam_vsc/ca
SOCKET=/run/pam_vsc/ca.sock
LIBEXECDIR=@LIBEXECDIR@
VERSION=@VERSION@
OWN=$(realpath -- "${BASH_SOURCE[0]}")
CSR_MAX=65536             # bytes of a request
BUNDLE_MAX=1048576        # and of an attestation
OPEN_MAX=16               # requests of one user that wait for approval
DAY_MAX=64                # requests of one user in a day
AGAIN_MINUTES=60          # so long the same request gets the same answer
POLL_SECONDS=3600         # when to ask again for a certificate that waits for approval
NAME='[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}'
ACCOUNT='[A-Za-z0-9_][A-Za-z0-9._-]{0,63}'
SMARTCARD_LOGON=1.3.6.1.4.1.311.20.2.2
CLIENT_AUTH=1.3.6.1.5.5.7.3.2

# ---- endings: everything that has no number of its own here is a failure ------------------------------
REFUSED=10 BROKEN=11 MISUSED=12 ANSWERED=20 WAIT=21 UNSUPPORTED=22
ANSWERING=                # set: the caller is local-ca-submit, by vsc-ca-serve
WORK=
DELIVERED=                # what is being written outside of the folder
exec {SAY}>&2

finish() {
    local status=$?
    [ -z "$WORK" ] || rm -rf -- "$WORK"
    [ -z "$DELIVERED" ] || rm -f -- "$DELIVERED"
    case $status in
    "$REFUSED") [ -n "$ANSWERING" ] && exit 2; exit 1 ;;
    "$MISUSED") [ -n "$ANSWERING" ] && exit 4; exit 2 ;;
    "$ANSWERED") exit 0 ;;
    "$WAIT") exit 5 ;;
    "$UNSUPPORTED") exit 6 ;;
    0) [ -n "$ANSWERING" ] || exit 0 ;;
    esac
    exit 3
}
trap finish EXIT
trap 'exit "$BROKEN"' INT TERM HUP

tell() {
    [ -n "$ANSWERING" ] || printf 'vsc-ca: ' >&"$SAY"
    printf '%s\n' "$*" >&"$SAY"
}
refuse() { tell "$*"; exit "$REFUSED"; }
misused() { tell "$*"; exit "$MISUSED"; }
# What only the administrator needs to know goes to the journal.
broken() {
    [ -z "$ANSWERING" ] || tell "the certification authority is not in order"
    printf 'vsc-ca: %s\n' "$*" >&2
    exit "$BROKEN"
}
matches() { [[ $1 =~ ^($2)$ ]]; }
# openssl says a lot; only where it fails is it of interest.
quietly() {
    local said
    said=$(openssl "$@" 2>&1) || broken "openssl $1: ${said:0:2000}"
}

