#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every header compiles alone.
set -u
fail=0
flags=$(pkg-config --cflags libcrypto libconfig libp11 tss2-esys)
for header in $(git ls-files 'common/*.h' 'conf/*.h' 'certcheck/*.h' 'card/*.h' 'pam_vsc/*.h' 'vscmgr/*.h' \
    'greeter/announce/*.h' 'greeter/model/*.h' 'greeter/backend/*.h' 'greeter/watch/*.h' 'greeter/lightdm/*.h'); do
    # shellcheck disable=SC2086
    echo "#include \"$header\"" |
        ${CC:-gcc} -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -I. $flags -fsyntax-only -x c - ||
        { echo "headers: $header does not stand alone"; fail=1; }
done
exit $fail
