#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every test that tests/COVERAGE.md names exists: `file` or `file: name`, name being a function of a
# cmocka test, a line of a script, or a scripted case.
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
# A sentence without a test is no coverage: such a line says so, and why, after "not built:".
grep -nE '^\| [^|]+ \| *\|' tests/COVERAGE.md && bad "a line names no test"
exit $fail
