#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What every source file keeps to: a licence line, its length, no calls that the project does
# without, nothing left for later.
set -u
fail=0
bad() { echo "text: $*"; fail=1; }

product=(common conf certcheck card pam_vsc vscmgr greeter removal ca enroll)
while read -r file; do
    head -n 3 "$file" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' || bad "$file: no SPDX line"
done < <(git ls-files '*.c' '*.h' '*.sh' 'tests/run' Makefile)
while read -r file; do
    lines=$(wc -l < "$file")
    [ "$lines" -le 400 ] || bad "$file: $lines lines, more than 400"
done < <(git ls-files '*.c' '*.h')
# CVE-2021-3621: no shell. CVE-2009-0360, CVE-2009-0361: no environment of a setuid caller.
banned='\b(strcpy|strcat|sprintf|vsprintf|system|popen|atoi|atol|strtok|alloca|gets|getenv) *\(|\bgoto +[a-z]'
grep -rnE "$banned" "${product[@]}" --include='*.[ch]' && { echo "text: banned calls"; fail=1; }
grep -rnwE 'TODO|FIXME|XXX' "${product[@]}" tests man demo --include='*' 2>/dev/null | grep -v '^tests/lint/' | grep -v 'XXXXXX' | grep . && fail=1
exit $fail
