# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/26-sshd-password.sh.
#
# With the password method sshd answers every question with the one word that the client sent.
set -u
. tests/login/rig.sh
. tests/login/rig-sshd.sh

login_site sshd && login_cards >> "$LOG" 2>&1 && stack_on sshd && sshd_start
ok $? "sshd: an installed site with cards"
by_word() { # USER WORD
    local command
    mapfile -t command < <(sshd_client password "$1")
    fresh
    timeout 300 sshpass -p "$2" "${command[@]}" > "$LOG" 2>&1 < /dev/null
}
is_in() { grep -q "^IN as $1"$'\r'"*\$" "$LOG"; }
nobody_in() { ! grep -q '^IN as' "$LOG"; }
let_in() { by_word "$@" && is_in "$1"; }
kept_out() { ! by_word "$@" && nobody_in; }
check() { ok "$1" "sshd, password: $2"; }
unix_refused='pam_unix(sshd:auth): authentication failure'

let_in vscalice $PIN && [ "$(tries Alice)" = 5 ] && grep -q '^VSC_CARD=Alice' "$LOG"
check $? "right PIN"
kept_out vscalice 87654321 && [ "$(tries Alice)" = 4 ] && said 'code=wrong-pin'
check $? "a wrong PIN costs one try, though every question is answered with it"
let_in vscalice $PIN && [ "$(tries Alice)" = 5 ]
check $? "then the right one"
kept_out vscalice "$CAROLS_PIN" && [ "$(tries Alice)$(tries Carol)" = 45 ]
check $? "another user's PIN"
refill Alice
kept_out vscalice short && [ "$(tries Alice)" = 5 ]
check $? "what can be no PIN costs no try"
let_in vscbert "$PASSWORD" && said 'code=blocked'
check $? "card blocked: the password"
kept_out vscbert $PIN && said "$unix_refused"
check $? "card blocked, and its PIN for a password"
let_in vscbob "$PASSWORD" && ! grep -q PIN "$LOG"
check $? "another user's card: the password"
kept_out vscbob $PIN && [ "$(tries Alice)" = 5 ]
check $? "another user's card: its PIN is nothing"
cards_away
let_in vscbob "$PASSWORD" && ! kept_out vscbob "$PASSWORD" && kept_out vscbob wrong
check $? "no card: the password, and no wrong one"
cards_back
kept_out vscruth $PIN && said 'code=revoked' && kept_out vscruth "$PASSWORD" && said 'code=revoked'
check $? "certificate revoked: refused"
setting 'timeout = 10;'
chmod 000 /usr/libexec/pam_vsc/vsc-card
kept_out vscalice $PIN && said 'code=helper' && let_in vscalice "$PASSWORD"
check $? "vsc-card cannot be used: the password, and not the PIN"
chmod 755 /usr/libexec/pam_vsc/vsc-card
chmod 000 /usr/libexec/pam_vsc/vsc-check
kept_out vscalice $PIN && said 'code=helper' && let_in vscalice "$PASSWORD"
check $? "vsc-check cannot be used: the password, and not the PIN"
chmod 755 /usr/libexec/pam_vsc/vsc-check
# A helper that says nothing, in the place of the one that is installed.
printf '#!/bin/sh\nexec sleep 600\n' > "$W/silent" && chmod 755 "$W/silent"
mv /usr/libexec/pam_vsc/vsc-card "$W/vsc-card" && cp "$W/silent" /usr/libexec/pam_vsc/vsc-card
let_in vscalice "$PASSWORD" && said 'code=deadline' &&
    kept_out vscalice $PIN && said 'code=deadline'
check $? "vsc-card hangs: the password, within the deadline, and not the PIN"
mv "$W/vsc-card" /usr/libexec/pam_vsc/vsc-card
setting
[ "$(tries Alice)" = 5 ] && let_in vscalice $PIN
check $? "and no try was lost: the PIN again"
for i in 1 2 3; do echo "wrong PIN $i" | vscmgr csr Alice --pin stdin --out "$W/csr"; done > "$LOG" 2>&1
let_in vscalice "$PASSWORD" && said 'code=reserved' && [ "$(tries Alice)" = 2 ]
check $? "the last tries are for the own screen: the password"
refill Alice

# ---- from another machine only where it is allowed
remote
kept_out vscalice $PIN && said 'code=not-allowed' && [ "$(tries Alice)" = 5 ]
ok $? "sshd: not allowed from another machine: the PIN is nothing"
let_in vscalice "$PASSWORD" && said 'code=not-allowed'
ok $? "sshd: not allowed from another machine: the password"
sshd_talk vscalice 'Password: ' "$PASSWORD" && is_in vscalice && ! grep -q 'PIN for' "$LOG"
ok $? "sshd, keyboard-interactive: not allowed from another machine: the password at once"
remote sshd

# ---- a key asks no card
install -d -o vscalice -m 700 /home/vscalice/.ssh && ssh-keygen -q -t ed25519 -N '' -f "$W/key" &&
    install -o vscalice -m 600 "$W/key.pub" /home/vscalice/.ssh/authorized_keys
mapfile -t command < <(sshd_client publickey vscalice -i "$W/key" -o BatchMode=yes)
fresh
timeout 300 "${command[@]}" > "$LOG" 2>&1 < /dev/null && is_in vscalice && ! grep -q VSC_ "$LOG" &&
    ! grep -q 'CARD_SIGN\|:auth)' "$MESSAGES"
ok $? "sshd, publickey: no card is asked"
mapfile -t command < <(sshd_client keyboard-interactive,password vscalice -o BatchMode=yes)
! timeout 300 "${command[@]}" > "$LOG" 2>&1 < /dev/null && nobody_in && [ "$(tries Alice)" = 5 ] && no_helpers
ok $? "sshd: a client that answers nothing costs no try"
sshd_end
login_end
echo "1..$number"
