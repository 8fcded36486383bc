#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every test that tests/COVERAGE.md names exists: `file` or `file: name`, name being a function of a
# cmocka test, a line of a script, or a scripted case; every line names one; CVEs stand in their tests.
set -u
fail=0
bad() { echo "coverage: $*"; fail=1; }

named=0
while IFS= read -r reference; do
    file=${reference%%: *}
    name=${reference#*: }
    named=$((named + 1))
    if [ ! -e "$file" ]; then
        bad "there is no $file"
    elif [ "$name" != "$reference" ] && ! grep -qF -- "$name" "$file"; then
        bad "$file has no test \"$name\""
    fi
done < <(grep '^| ' tests/COVERAGE.md | grep -oE '`(tests|demo|\.ci)/[^`]+`' | tr -d '`')
[ "$named" -gt 0 ] || bad "tests/COVERAGE.md names no test"
# Every line of a table names one.
while IFS= read -r line; do
    words=${line#| }; tests=${words#* | }
    grep -qE '`(tests|demo|\.ci)/' <<< "$tests" || bad "no test: ${words%% | *}"
done < <(grep '^| ' tests/COVERAGE.md | grep -vE '^\| (---|[a-z ]+ \| tests \|)')
# What a line says of a CVE, one of its tests says as well.
while IFS= read -r line; do
    words=${line#| }; words=${words%% | *}
    mapfile -t files < <(grep -oE '`tests/[^`:]+' <<< "${line#"| $words"}" | tr -d '`')
    for cve in $(grep -oE 'CVE-[0-9]+-[0-9]+|X41-[0-9-]+' <<< "$words"); do
        grep -qF "$cve" "${files[@]}" || bad "no test of this line names $cve: ${files[*]}"
    done
done < <(grep '^| ' tests/COVERAGE.md | grep -E 'CVE-[0-9]|X41-')
# Each reason code has its conversations: found at EVALUATE, and at PROVE only.
for code in $(grep -oE 'X\([A-Z_]+, "[a-z-]+"' common/reason.h | sed 's/.*"\(.*\)"/\1/'); do
    for conversation in "$code" "at-prove-$code"; do
        [ -e "tests/scripts/refused/$conversation" ] || bad "no conversation for the reason $conversation"
    done
done
exit $fail
