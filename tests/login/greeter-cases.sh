# SPDX-License-Identifier: BSD-2-Clause
# Real sign-ins by keys at vsc-greeter, for a login service that is given by (source after rig.sh and
# rig-screen.sh, in a site with `login_cards` and `listen`; it takes rig-token.sh in):
#
#   NAME              its name in the test's output
#   begin / finish    the service with vsc-greeter on a screen that is read, and the end of it
#   session_of USER / no_session
#   OLD_PIN           set where the PIN is changed by pam_chauthtok, which asks for the old one again
#
# greeter_cases runs them.

. tests/rig/softhsm.sh
. tests/login/rig-token.sh
PIN_ENTRY='password text'
TILE='push button'

check() { ok "$1" "$NAME: $2"; }
choose() { screen_go Tab "$TILE" "$1" && screen_key Return; } # whatever has the focus
at_pin() { screen_focus "$PIN_ENTRY" "^PIN for $1"; }
at_password() { screen_focus "$PIN_ENTRY" '^Password$'; }
enter() { screen_type "$1" && screen_key Return; }
kept_out() { no_session && ! session_runs; }
# The card has named nobody: the service asks for the user itself.
at_name() { screen_focus text '^.*login$' && enter "$1"; }
by_name() { # USER: the password way from the tiles
    choose 'user name and a password' && screen_focus text '^User name$' && enter "$1"
}

cases_pin() {
    refill Alice; begin
    choose 'card Alice$' && at_pin Alice && enter $PIN && session_of vscalice && [ "$(tries Alice)" = 5 ]
    check $? "right PIN: a session, without a name typed"
    finish; begin
    choose 'card Alice$' && at_pin Alice && enter 87654321 && screen_has alert '^Wrong PIN\. 4 tries left\.$' &&
        at_pin 'Alice \(4 tries left\)' && screen_picture "$NAME-wrong-pin" && kept_out && enter $PIN &&
        session_of vscalice && [ "$(tries Alice)" = 5 ]
    check $? "wrong PIN, then the right one"
    finish; begin
    choose 'card Alice$' && at_pin Alice && enter 87654321 && screen_has alert '4 tries left' &&
        at_pin Alice && enter 87654321 && screen_has alert 'Wrong PIN|failed' &&
        screen_has "$TILE" 'card Alice$' && kept_out && [ "$(tries Alice)" = 4 ]
    check $? "the same wrong PIN again costs one try"
    finish; refill Alice; begin
    choose 'card Carol$' && at_pin Carol && enter 87654321 && screen_has alert '4 tries left' &&
        [ "$(tries Alice)$(tries Carol)" = 54 ] && kept_out
    check $? "another user's card takes its own tries"
    finish; refill Carol
}

cases_password() {
    begin
    choose 'card Alice$' && at_pin Alice && screen_key Tab && choose '^Use a password$' && at_name vscalice &&
        at_password && kept_out && enter "$PASSWORD" && session_of vscalice && [ "$(tries Alice)" = 5 ]
    check $? "the password way out of the PIN"
    finish; begin
    by_name vscbob && at_password && enter wrong && screen_has alert failed && kept_out
    check $? "no card of this user: a wrong password"
    screen_key Return
    at_password && enter $PIN && screen_has alert failed && kept_out && [ "$(tries Alice)" = 5 ]
    check $? "no card of this user: the PIN of another's card"
    screen_key Return
    at_password && enter "$PASSWORD" && session_of vscbob
    check $? "no card of this user: nothing but the password is asked"
    finish; cards_away; begin
    screen_has notification '^No smart card found' && screen_gone "$TILE" 'card ' && by_name vscalice &&
        at_password && enter "$PASSWORD" && session_of vscalice
    check $? "no card: the password"
    finish; cards_back
}

# A physical card, which vsc-watch is not shown.
token_session() { session_of vscbob && grep -qx PKCS11_LOGIN_TOKEN_NAME=vscbob $STARTED.env; }
cases_token() {
    token_start vscbob > "$LOG" 2>&1 && token_named $CONF && cards_away
    check $? "a physical card: a token is there, and no virtual card"
    begin
    screen_has notification '^No smart card found' && screen_gone "$TILE" 'card ' && by_name vscbob &&
        at_pin vscbob && screen_picture "$NAME-token-pin" && enter 87654321 && screen_has alert '^Wrong PIN' &&
        at_pin vscbob && kept_out && enter $PIN && token_session
    check $? "a physical card: no tile, but its PIN under the name that is typed, and a session"
    finish; take_out; begin
    by_name vscbob && at_password && kept_out
    check $? "a physical card that is not there: the password"
    finish; put_back; cards_back; setting
}

cases_refused() {
    only Bert; begin
    choose 'card Bert$' && screen_has alert 'Bert is blocked.*\(VSC-BLOCKED\)' && at_name vscbert &&
        at_password && kept_out && enter "$PASSWORD" && session_of vscbert
    check $? "card blocked: says so, and the password leads on"
    finish; all_cards; only Ruth; begin
    choose 'card Ruth$' && screen_has alert 'Ruth cannot be used: .*\(VSC-REVOKED\)' &&
        screen_has "$TILE" 'card Ruth$' && screen_picture "$NAME-revoked" && kept_out
    check $? "certificate revoked: says so, and nobody gets in"
    finish; all_cards; begin
    choose 'card Bert$' && screen_has alert '^Bert is blocked\. .*\(VSC-BLOCKED\)\.$' &&
        screen_picture "$NAME-blocked" && kept_out
    check $? "card blocked, among others: it cannot be used, and the code is told"
    screen_key Escape
    choose 'card Ruth$' && screen_has alert '^Ruth cannot be used now\.$' && kept_out
    check $? "certificate revoked, among others: it cannot be used"
    finish
}

cases_helper() {
    begin
    choose 'card Alice$' && at_pin Alice && kill_card; enter $PIN
    at_name vscalice && at_password && kept_out && enter "$PASSWORD" && session_of vscalice
    check $? "vsc-card stopped in the middle: the password"
    finish; tpm_flush; begin # a TPM without a resource manager keeps what a dead helper left
    choose 'card Alice$' && at_pin Alice && kill -KILL $(pgrep -x vsc-check) && enter $PIN &&
        at_name vscalice && at_password && kept_out && enter $PIN && screen_has alert failed && kept_out
    check $? "vsc-check stopped in the middle: and the PIN is no password"
    finish
}

# Not what serves the greeter's watcher, which asks the TPM too.
stop_own_card() { waiting && kill -STOP $(card_helpers | grep -vxF "$(pgrep -P "${LISTENER:-none}")"); }
cases_hanging() {
    setting 'timeout = 10;'; fresh; begin
    choose 'card Alice$' && at_pin Alice && stop_own_card && enter $PIN && said 'code=deadline' &&
        at_name vscalice && at_password && kept_out && enter "$PASSWORD" && session_of vscalice
    check $? "vsc-card hangs: the password, within the deadline"
    finish; tpm_flush; fresh; begin
    choose 'card Alice$' && at_pin Alice && stop_own_card && enter $PIN && said 'code=deadline' &&
        at_name vscalice && at_password && enter $PIN && screen_has alert failed && kept_out
    check $? "vsc-card hangs: and the PIN is no password"
    finish; tpm_flush; setting
    [ "$(tries Alice)" = 5 ]
    check $? "vsc-card hangs: no try is lost"
}

to_new_pin() {
    [ -z "${OLD_PIN:-}" ] || { screen_focus "$PIN_ENTRY" '^Current PIN for Max$' && enter $PIN; } || return 1
    screen_focus "$PIN_ENTRY" '^New PIN for Max$'
}
cases_change() {
    refill Max --must-change; begin
    choose 'card Max$' && at_pin Max && enter $PIN &&
        screen_has notification 'Somebody else chose your PIN' && screen_picture "$NAME-change-pin" &&
        to_new_pin && kept_out && enter 87654321 &&
        screen_focus "$PIN_ENTRY" '^New PIN again$' && enter 87654321 && session_of vscmax
    check $? "a PIN that somebody else chose is changed before the session"
    finish; begin
    choose 'card Max$' && at_pin Max && enter $PIN && screen_has alert '4 tries left' && at_pin Max &&
        enter 87654321 && session_of vscmax
    check $? "and the new one counts, the old one does not"
    finish; refill Max --must-change; begin
    choose 'card Max$' && at_pin Max && enter $PIN && to_new_pin &&
        screen_key Escape && screen_has "$TILE" 'card Max$' && kept_out
    check $? "without a new PIN nobody gets in"
    finish
}

greeter_process() { pgrep -x vsc-greeter; }
# A PIN that stands nowhere else.
ODD=Zebra-7319-Kanal
odd_is_nowhere() {
    local pid found=0
    for pid in /proc/[0-9]*; do
        grep -qa "$ODD" "$pid/environ" "$pid/cmdline" 2> /dev/null && { echo "$pid" >> "$LOG"; found=1; }
    done
    # Whatever was written since the root was made, and what lies in memory file systems.
    grep -rla --exclude-dir=proc --exclude-dir=sys "$ODD" /upper/etc /upper/var /upper/home /upper/root /run \
        /tmp /dev/shm >> "$LOG" 2> /dev/null && found=1
    return $found
}

cases_greeter() {
    begin
    choose 'card Alice$' && at_pin Alice && screen_type "$ODD" &&
        ! tests/login/in-memory "$ODD" $(greeter_process) > "$LOG" 2>&1
    check $? "what is typed is in the greeter's memory (to compare with)"
    screen_key Return
    screen_has alert 'Wrong PIN. 4 tries left' &&
        : > "$LOG" && odd_is_nowhere
    check $? "what was typed stands in no environment, command line, file or log"
    # LightDM's library keeps a copy of each answer, see greeter/lightdm/lightdm.h.
    if [ "$NAME" != lightdm ]; then
        tests/login/in-memory "$ODD" $(greeter_process) > "$LOG" 2>&1
        check $? "nor in the greeter's memory, once it was answered"
    fi
    at_pin Alice && screen_type "$PIN" && kill -KILL $(greeter_process) && sleep 0.5 && kept_out
    check $? "a greeter that dies at the PIN: no session"
    finish; refill Alice; begin
    choose 'card Alice$' && at_pin Alice && screen_type "$PIN" && kill -STOP $(greeter_process) &&
        screen_key Return && sleep 1 && kept_out
    check $? "a greeter that hangs: no session"
    kill -CONT $(greeter_process)
    session_of vscalice
    check $? "and when it goes on, its own"
    finish
    until_true helpers_over
    check $? "no helper is left"
}

greeter_cases() {
    cases_pin
    cases_password
    cases_token
    cases_refused
    cases_helper
    cases_hanging
    cases_change
    cases_greeter
}
