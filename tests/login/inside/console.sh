# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/20-console.sh.
set -u
. tests/login/rig.sh

su_alice() { # PATTERN ANSWER...: vscbob becomes vscalice
    fresh
    talk setpriv --reuid vscbob --regid vscbob --init-groups su - vscalice -c 'id -un; env' -- "$@"
}

login_site && login_cards >> "$LOG" 2>&1 && stack_on
ok $? "rig: an installed site with cards"

su_alice 'PIN for Alice: ' $PIN && grep -q '^vscalice' "$LOG" && grep -q '^VSC_UPN=vscalice@corp.test' "$LOG"
ok $? "su: right PIN"
su_alice 'PIN for Alice: ' 87654321 'Wrong PIN. 4 tries left.' @none 'PIN for Alice (4 tries left): ' $PIN &&
    grep -q '^vscalice' "$LOG" && [ "$(tries Alice)" = 5 ]
ok $? "su: wrong PIN, then the right one"
! su_alice 'PIN for Alice: ' 87654321 '(4 tries left): ' 87654321 && ! grep -q '^vscalice' "$LOG" &&
    [ "$(tries Alice)" = 4 ] && said 'code=wrong-pin'
ok $? "su: the same wrong PIN again costs one try"
refill Alice
login_end
echo "1..$number"
