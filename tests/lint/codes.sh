#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One vocabulary of codes: what `certcheck explain` tells, the man pages, the log and the texts of the
# login screen speak of the same codes, and of the same configuration keys.
set -u
fail=0
bad() { echo "codes: $*"; fail=1; }
all=$("$B/certcheck" explain --json) || { bad "certcheck explain --json fails"; exit 1; }
codes() { jq -r "[.[] | select($1)] | .[].code" <<< "$all" | sort; } # JQ CONDITION
keys() { grep -oE '\b(card|helpers|trust|policy|revocation|mapping|directory|login|ticket)\.[a-z_]+' | grep -v '^mapping\.file' | sort -u; }
# The list items of a section, and the lines of one of them.
items() { sed -n "/^\.Sh $2/,/^\.Sh /p" "man/$1" | sed -n 's/^\.It Li \([a-z-]*\)$/\1/p' | sort; }
item() { sed -n "/^\.It Li $2\$/,/^\.\(It\|El\)/p" "man/$1" | sed 1d; }

# The reasons: common/reason.h, explain, certcheck(1).
table=$(grep -oE 'X\([A-Z_]+, "[a-z-]+"' common/reason.h | sed 's/.*"\(.*\)"/\1/' | sort)
[ "$(codes '.check != null')" = "$table" ] || bad "explain and common/reason.h differ in their reasons"
diff <(items certcheck.1 REASONS) <(echo "$table") > /dev/null ||
    bad "certcheck(1) REASONS and common/reason.h differ: $(diff <(items certcheck.1 REASONS) <(echo "$table") | grep '^[<>]' | tr '\n' ' ')"
for code in $(codes 'true'); do
    one=$(jq -r --arg code "$code" '.[] | select(.code == $code)' <<< "$all")
    jq -e '[.text, .meaning, .remedy] | all(. != null and . != "")' <<< "$one" > /dev/null || bad "$code is not explained"
done
for code in $table; do
    told=$(jq -r --arg code "$code" '.[] | select(.code == $code) | .meaning, .remedy' <<< "$all"
           awk -v code="\"$code\"" 'index($0, code) { on = 1; print; next } / X\(/ { on = 0 } on' common/reason.h)
    difference=$(diff <(keys <<< "$told") <(item certcheck.1 "$code" | keys) | grep '^[<>]' | tr '\n' ' ')
    [ -z "$difference" ] || bad "$code: explain (<) and certcheck(1) (>) name other keys: $difference"
done
# The other codes of the log: pam_vsc/result.h, explain, pam_vsc(8). Some are never logged.
log=$(sed -n '/define VSC_ENDINGS/,/^$/p' pam_vsc/result.h | grep -oE '"[a-z-]+"\)' | tr -d '")' |
    grep -vxE 'internal|not-ours|refused|lapsed|proof-failed|no-account' | sort)
listed=$(sed -n '/^\.It Cm code/,/^\.It Cm ms/p' man/pam_vsc.8 | grep -vE '^\.(It|Xr)' | sed 's/^\.Li //' | grep '^[a-z-]*\( [a-z-]*\)*$' | grep -v '^where ' | tr ' ' '\n' | sort)
diff <( (codes '.check == null'; echo card-gone) | sort) <(echo "$log") > /dev/null ||
    bad "explain and pam_vsc/result.h differ: $(diff <( (codes '.check == null'; echo card-gone) | sort) <(echo "$log") | grep '^[<>]' | tr '\n' ' ')"
diff <(echo "$listed") <(echo "$log") > /dev/null ||
    bad "pam_vsc(8) DIAGNOSTICS and pam_vsc/result.h differ: $(diff <(echo "$listed") <(echo "$log") | grep '^[<>]' | tr '\n' ' ')"
# What the login screen shows, and what any page promises.
for shown in $(grep -hv '^\.Dt' pam_vsc/*.c man/*.[13578] | grep -oE '\bVSC-[A-Z]+(-[A-Z]+)*' | sort -u); do
    code=${shown#VSC-}
    "$B/certcheck" explain "$shown" > /dev/null 2>&1 || bad "certcheck explain does not know $shown (${code,,})"
done
# Each reason is told with one code by both: on the screen as VSC-UPPER-CASE, in the log as it is.
for code in $table; do
    for conversation in "tests/scripts/refused/$code" "tests/scripts/refused/at-prove-$code"; do
        grep -q "^error .*(VSC-${code^^})" "$conversation" || bad "$conversation does not show VSC-${code^^}"
        grep -q "^notice .* code=$code " "$conversation" || bad "$conversation does not log code=$code"
    done
done
# Of one code everybody reads the same words: explain's text is that of the login screen.
grep -q 'reason_text(reason)' pam_vsc/texts.c && grep -q 'reason_shown(reason' pam_vsc/texts.c ||
    bad "pam_vsc/texts.c does not take a reason's words from common/reason.h"
grep -q 'reason_code(call->reason)' pam_vsc/call.c || bad "the log does not take a reason's code from common/reason.h"
exit $fail
