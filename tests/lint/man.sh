#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Man pages: clean, one for each program, and every option, message, key and reason stands in one.
set -u
fail=0
bad() { echo "man: $*"; fail=1; }

mandoc -Tlint -Wwarning man/*.[1578] || fail=1
for page in certcheck.1 pam_vsc.8 vsc-card.8 vsc-check.8 vscmgr.8 tpmvscmgr.8 pam_vsc.conf.5 vsc-wire.7; do
    [ -e "man/$page" ] || bad "there is no man/$page"
done
has() { # PAGE WORD: the word stands in the page as it is read
    mandoc -Tutf8 "man/$1" 2>/dev/null | sed 's/.\x08//g' | grep -qF -- "$2" || bad "man/$1 does not speak of $2"
}
strings() { grep -oE '"[a-z][a-z0-9-]*"' "$@" | sed 's/.*"\(.*\)"/\1/' | sort -u; }
for code in $(grep -oE 'X\([A-Z_]+, "[a-z-]+"' common/reason.h | sed 's/.*"\(.*\)"/\1/'); do
    has certcheck.1 "$code"
done
for name in $(grep -oE '^ +X\([A-Z_]+, 0x' common/wire.h | sed 's/.*(\(.*\),.*/\1/'); do
    has vsc-wire.7 "$name"
done
for option in $(grep -hoE '\{ *"[a-z_-]+", *OPTION_' certcheck/*.c | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
    has certcheck.1 "$option"
done
for option in $(grep -hoE '\{ *"[a-z_-]+", *OPTION_' vscmgr/*.c | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
    has vscmgr.8 "$option"
done
for option in $(grep -hoE '\{ *"[a-z_]+", *OPTION_' pam_vsc/*.c | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
    has pam_vsc.8 "$option"
done
for key in $(grep -oE '^ *[a-z_0-9]+ =' conf/pam_vsc.conf | tr -d ' ='); do
    has pam_vsc.conf.5 "$key"
done
exit $fail
