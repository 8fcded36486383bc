#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A CA behind certmonger's helper protocol, for tests: what it does stands in FOLDER/mode, and what it
# was asked is kept in FOLDER/asked. FOLDER/make-pki.sh and FOLDER/pki (tests/pki) issue.
#   helper-ca.sh FOLDER
# While there is a FOLDER/hold it waits, with FOLDER/user/held there.
#   mode: issue [OPTIONS OF issue] | say STATUS TEXT | grumble STATUS TEXT | noise | flood | sleep
F=$1
env > "$F/asked"
[ ! -e "$F/hold" ] || : > "$F/user/held"
while [ -e "$F/hold" ]; do sleep 0.1; done
read -r mode rest < "$F/mode"
case $mode in
issue)
    printf '%s\n' "$CERTMONGER_CSR" > "$F/user/csr"
    # shellcheck disable=SC2086
    "$F/make-pki.sh" issue "$F/pki" "$F/user/csr" "$F/user/cert" $rest > "$F/user/err" 2>&1 || exit 2
    cat "$F/user/cert" "$F/pki/ca/sub/cert.pem"
    ;;
say)
    printf '%b' "${rest#* }"
    exit "${rest%% *}"
    ;;
grumble) # STATUS TEXT, on standard error
    printf '%b' "${rest#* }" >&2
    exit "${rest%% *}"
    ;;
noise) # more errors than a pipe holds, behind the end of its output
    exec 1>&-
    head -c 1000000 /dev/zero | tr '\0' '\n' >&2
    echo "the last of many" >&2
    exit 3
    ;;
flood) head -c 100000000 /dev/zero | tr '\0' A ;;
sleep) sleep 1000 ;;
esac
