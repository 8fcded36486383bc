# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/27-polkit.sh.
#
# polkit-agent-helper-1 is setuid, takes a cookie and answers, a line each, and says what it asks. Having
# let somebody in it tells polkitd, which is not here: that is how a success is known.
set -u
. tests/login/rig.sh

HELPER=/usr/lib/polkit-1/polkit-agent-helper-1
login_site && login_cards >> "$LOG" 2>&1 && stack_on polkit-1 && test -u "$HELPER"
ok $? "polkit: an installed site with cards"

helper() { # USER ANSWER...
    local user=$1
    shift
    fresh
    printf '%s\n' cookie "$@" | as "$user" timeout 300 "$HELPER" "$user" > "$LOG" 2>&1
}
let_in() { helper "$@" || true; grep -q 'Error getting authority' "$LOG"; }
kept_out() { ! helper "$@" && grep -q 'pam_authenticate failed' "$LOG"; }
asked() { grep -q "^PAM_PROMPT_ECHO_OFF $1" "$LOG"; }
times_asked() { [ "$(grep -c '^PAM_PROMPT' "$LOG")" = "$1" ]; }
check() { ok "$1" "polkit: $2"; }

let_in vscalice $PIN && asked 'PIN for Alice: ' && [ "$(tries Alice)" = 5 ]
check $? "right PIN"
let_in vscalice 87654321 $PIN && asked 'PIN for Alice (4 tries left): ' && [ "$(tries Alice)" = 5 ]
check $? "wrong PIN, then the right one"
kept_out vscalice 87654321 87654321 && [ "$(tries Alice)" = 4 ]
check $? "the same wrong PIN again costs one try"
refill Alice
let_in vscalice '' "$PASSWORD" && asked 'Password: ' && [ "$(tries Alice)" = 5 ]
check $? "no PIN: the password"
kept_out vscalice '' $PIN && [ "$(tries Alice)" = 5 ]
check $? "no PIN, and the PIN for a password"
let_in vscbert "$PASSWORD" && grep -q 'VSC-BLOCKED' "$LOG" && times_asked 1
check $? "card blocked: the password, with a message"
let_in vscbob "$PASSWORD" && times_asked 1 && ! grep -q 'PIN\|VSC\|PAM_TEXT\|PAM_ERROR' "$LOG"
check $? "another user's card: the password at once, nothing shown"
kept_out vscbob $PIN && [ "$(tries Alice)$(tries Carol)" = 55 ]
check $? "another user's card: its PIN is nothing"
cards_away
let_in vscbob "$PASSWORD" && times_asked 1 && kept_out vscbob wrong
check $? "no card: the password at once"
cards_back
kept_out vscruth "$PASSWORD" && grep -q 'VSC-REVOKED' "$LOG"
check $? "certificate revoked: refused"
chmod 000 /usr/libexec/pam_vsc/vsc-card
let_in vscalice "$PASSWORD" && said 'code=helper' && kept_out vscalice $PIN
check $? "vsc-card cannot be used: the password, and not the PIN"
chmod 755 /usr/libexec/pam_vsc/vsc-card
login_end
echo "1..$number"
