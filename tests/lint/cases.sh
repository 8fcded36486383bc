#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# At least four cases for each reason that certcheck can give. A case is a string in a test of
# certcheck's that holds what comes out: codes of reasons, with a blank between ("expired revoked"),
# or an account and codes ("alice account-refused").
set -u
fail=0
# A proof and a card need more than a certificate, and a weak mapping only warns: their cases are
# conversations and other units.
elsewhere=' proof-failed card-gone weak-mapping '

codes=$(grep -oE 'X\([A-Z_]+, "[a-z-]+"' common/reason.h | sed 's/.*"\(.*\)"/\1/')
# Every word of the strings that hold nothing but codes.
given=$(cat tests/unit/test_{path,certcheck,crl,ocsp,hand,cache,mapping,directory,clock}*.c \
            tests/e2e/2[0-9]-*.sh 2>/dev/null |
    grep -oE '"[a-z -]+"' | tr -d '"' |
    awk -v codes="$codes" 'BEGIN { n = split(codes, list, "\n"); for (i = 1; i <= n; i++) known[list[i]] = 1 }
        { for (i = 2; i <= NF; i++) if (!($i in known)) next; for (i = 1; i <= NF; i++) print $i }')
for code in $codes; do
    case $elsewhere in *" $code "*) continue ;; esac
    count=$(grep -cxF -- "$code" <<< "$given")
    [ "$count" -ge 4 ] || { echo "cases: $count of $code, not four"; fail=1; }
done
exit $fail
