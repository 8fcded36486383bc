#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-greeter with an environment that would have GTK load code, or end at the first warning. Without a
# display: modules come before that.
set -u
B=${B:-build}
W=$(mktemp -d) || exit 1
trap 'rm -rf "$W"' EXIT
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
    echo "not ok $n - $2"; failed=1
    sed 's/^/# /' "$W/log"
}
greeter() { env -i PATH="$PATH" HOME="$W" "$@" "$B/vsc-greeter" --greetd > "$W/log" 2>&1; }

[ -x "$B/vsc-greeter" ] || { echo "1..0 # SKIP no vsc-greeter"; exit 0; }
for name in GTK_MODULES GTK3_MODULES; do
    greeter "$name=no-such-module"; [ $? = 1 ] && grep -q 'no display' "$W/log" && ! grep -q no-such-module "$W/log"
    check $? "$name loads nothing"
done
{ greeter G_DEBUG=fatal-warnings LC_ALL=no_SUCH; } 2> "$W/shell"; [ $? = 1 ] && grep -q 'no display' "$W/log"
check $? "G_DEBUG ends nothing at a warning"
echo "1..$n"
exit $failed
