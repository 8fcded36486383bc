#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The demo as root, as a user, with a TPM that is there already, and where a step goes wrong. It runs
# from a copy, for a user may not be able to read the clone. tests/slow/bare-debian.sh runs
# `make demo` itself, on a bare Debian.
set -u
umask 022
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
if missing=$(tpm_missing pamtester openssl setpriv); then echo "1..0 # SKIP $missing"; exit 0; fi
W=$(mktemp -d) || exit 1
trap 'tpm_stop; rm -rf "$W"' EXIT
chmod 755 "$W"
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
    echo "not ok $n - $2"; failed=1
    tail -n 40 "$W/out" | sed 's/^/# /'
}
mkdir -p "$W/clone/tests" "$W/clone/build" "$W/stubs"
cp -r demo "$W/clone/" && cp -r tests/rig "$W/clone/tests/"
for program in vsc-card vsc-check vscmgr tpmvscmgr certcheck pam_vsc.so vsc-enroll vsc-ca vsc-ca-serve local-ca-submit; do
    cp -P "$B/$program" "$W/clone/build/"
done
as= mode=755
[ "$(id -u)" != 0 ] || { as='setpriv --reuid bin --regid bin --clear-groups'; mode=1777; }
mkdir -m $mode "$W/tmp"
run() { # COMMAND...
    (cd "$W/clone" && exec env B=build TMPDIR="$W/tmp" HOME="$W/tmp" "$@" demo/demo.sh) > "$W/out" 2>&1
}
all_steps() { tail -n 1 "$W/out" | grep -Eq '^demo: ([0-9]+) of \1 steps as expected$'; }

SECONDS=0
# shellcheck disable=SC2086
run $as && all_steps && grep -q "pamtester demo $(id -un ${as:+bin}) authenticate" "$W/out"
check $? "as a user it does all steps"
echo "# in $SECONDS s: less than a minute, unless the machine has much else to do"
if [ "$(id -u)" = 0 ]; then
    run env && all_steps && grep -q 'pamtester demo nobody authenticate' "$W/out"
    check $? "as root it signs in as nobody"
else
    n=$((n + 1)); echo "ok $n - as root it signs in as nobody # SKIP needs root"
fi
grep -q 'pamtester demo daemon authenticate' "$W/out"
check $? "daemon is the user without a card"
(umask 002; run env && all_steps && umask 077 && run env && all_steps)
check $? "any umask will do"

tpm_start "$W/tpm" && run TCTI="$TCTI" && all_steps && grep -qF "using $TCTI" "$W/out" &&
    [ -z "$(tpm2_getcap handles-nv-index)" ]
check $? "with TCTI= it uses that TPM"
tpm_stop

printf '#!/bin/sh\nexit 1\n' > "$W/stubs/pamtester"; chmod +x "$W/stubs/pamtester"
run PATH="$W/stubs:$PATH"; status=$?
[ $status = 1 ] && grep -q 'NOT AS EXPECTED' "$W/out" && ! all_steps &&
    tail -n 1 "$W/out" | grep -q '^demo: [0-9]* of [0-9]* steps as expected$'
check $? "where a step fails it says so, and exits with 1"
# What ran had this folder in its command line or its configuration's path.
[ -z "$(ls -A "$W/tmp")" ] && ! pgrep -f "$W/" > "$W/out"
check $? "nothing is left behind"
echo "1..$n"
exit $failed
