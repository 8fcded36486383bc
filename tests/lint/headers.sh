#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every header compiles alone.
set -u
fail=0
alone() { # FLAGS HEADER...
    local flags=$1 header
    shift
    for header in "$@"; do
        # shellcheck disable=SC2086
        echo "#include \"$header\"" |
            ${CC:-gcc} -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -I. $flags -fsyntax-only -x c - ||
            { echo "headers: $header does not stand alone"; fail=1; }
    done
}
mapfile -t headers < <(git ls-files 'common/*.h' 'conf/*.h' 'certcheck/*.h' 'card/*.h' 'pam_vsc/*.h' \
    'vscmgr/*.h' 'removal/*.h' 'enroll/*.h' 'greeter/*.h' | grep -v '^greeter/gtk/')
alone "$(pkg-config --cflags libcrypto libconfig libxml-2.0 krb5-gssapi libp11 tss2-esys)" "${headers[@]}"
# make GREETER=no has no GTK.
if [ -e "$B/vsc-greeter" ]; then
    mapfile -t headers < <(git ls-files 'greeter/gtk/*.h')
    alone "$(pkg-config --cflags gtk+-3.0 | sed 's/-I/-isystem /g')" "${headers[@]}"
fi
exit $fail
