# SPDX-License-Identifier: BSD-2-Clause
# What every program with a terminal must do, for a program that is given by (source after rig.sh):
#
#   NAME             its name in the test's output
#   SERVICES=(...)   the sample stacks to put in place; none: the pam-auth-update profile
#   attempt USER TURN...   somebody signs in as USER: the turns are tests/login/talk's; the program
#                    then shows "IN as USER"
#   GONE=(TURN...)   what comes after a refusal, until the program ends
#   PASS=PATTERN     how it asks for a password
#
# cases_all runs them. Nobody is in where "IN as" is not shown.

SERVICES=() GONE=() PASS='Password: '

is_in() { grep -q "^IN as $1"$'\r'"*\$" "$LOG"; }
nobody_in() { ! grep -q '^IN as' "$LOG"; }
shown() { grep -qF -- "$1" "$LOG"; }
in_session() { grep -q "^$1" "$LOG"; }
let_in() { # USER TURN...
    local user=$1
    shift
    attempt "$user" "$@" && is_in "$user"
}
kept_out() { # USER TURN...
    local user=$1
    shift
    attempt "$user" "$@" "${GONE[@]}"
    [ $? != 99 ] && nobody_in
}
check() { ok "$1" "$NAME: $2"; }

cases_pin() {
    refill Alice
    let_in vscalice 'PIN for Alice: ' $PIN && [ "$(tries Alice)" = 5 ] && said 'code=accepted'
    check $? "right PIN"
    in_session VSC_CARD=Alice && in_session VSC_UPN=vscalice@corp.test &&
        in_session 'PKCS11_LOGIN_CERT_ISSUER=CN=Test Issuing CA,DC=corp,DC=test' &&
        in_session PKCS11_LOGIN_CERT_SERIAL= && ! in_session PKCS11_LOGIN_TOKEN_NAME=
    check $? "the session knows card and certificate by its environment"
    let_in vscalice 'PIN for Alice: ' 87654321 'Wrong PIN. 4 tries left.' @none \
        'PIN for Alice (4 tries left): ' $PIN && [ "$(tries Alice)" = 5 ]
    check $? "wrong PIN, then the right one"
    kept_out vscalice 'PIN for Alice: ' 87654321 '(4 tries left): ' 87654321 &&
        [ "$(tries Alice)" = 4 ] && said 'code=wrong-pin'
    check $? "the same wrong PIN again costs one try"
    refill Alice
    kept_out vscalice 'PIN for Alice: ' "$CAROLS_PIN" '(4 tries left): ' "$CAROLS_PIN" &&
        [ "$(tries Alice)" = 4 ] && [ "$(tries Carol)" = 5 ]
    check $? "another user's PIN"
    refill Alice
}

cases_password() {
    let_in vscalice 'PIN for Alice: ' '' "$PASS" "$PASSWORD" && [ "$(tries Alice)" = 5 ]
    check $? "no PIN: goes on to the password, and costs no try"
    kept_out vscalice 'PIN for Alice: ' '' "$PASS" '' && [ "$(tries Alice)" = 5 ]
    check $? "no PIN and no password"
    kept_out vscalice 'PIN for Alice: ' '' "$PASS" $PIN
    check $? "no PIN, and the PIN for a password"
    [ "$(tries Alice)" = 5 ]
    check $? "and all that cost no try"
}

cases_blocked() {
    let_in vscbert 'Bert is blocked after 5 wrong PINs' @none '(VSC-BLOCKED)' @none \
        "$PASS" "$PASSWORD" && ! shown 'PIN for' && said 'code=blocked'
    check $? "card blocked: the password, with a message"
    kept_out vscbert '(VSC-BLOCKED)' @none "$PASS" wrong
    check $? "card blocked, and a wrong password"
    kept_out vscbert '(VSC-BLOCKED)' @none "$PASS" $PIN
    check $? "card blocked, and its PIN for a password"
}

# What comes after a refusal is another attempt's.
screen() { sed "/${GONE[0]:-no such line}/q" "$LOG"; }
# nothing_shown WHAT: for a user without a card everything is as without the module.
nothing_shown() {
    let_in vscbob "$PASS" "$PASSWORD"
    ok $? "$NAME: $1: the password"
    cp "$LOG" "$W/with"
    kept_out vscbob "$PASS" wrong
    ok $? "$NAME: $1: a wrong password"
    screen >> "$W/with"
    cmp "$W/with" "$W/without" > "$LOG" 2>&1 || diff "$W/without" "$W/with" >> "$LOG"
    [ ! -s "$LOG" ]
    ok $? "$NAME: $1: nothing else is shown"
}
cases_no_card() {
    stack_off
    let_in vscbob "$PASS" "$PASSWORD" && cp "$LOG" "$W/without" && kept_out vscbob "$PASS" wrong &&
        screen >> "$W/without"
    check $? "a stack without the module, to compare with"
    stack_on "${SERVICES[@]}"
    nothing_shown "another user's card"
    kept_out vscbob "$PASS" $PIN && kept_out vscbob "$PASS" "$CAROLS_PIN" &&
        [ "$(tries Alice)$(tries Carol)" = 55 ]
    check $? "another user's card: its PIN is nothing"
    cards_away
    nothing_shown "no card"
    cards_back
}

cases_refused() {
    kept_out vscruth 'Ruth cannot be used: the certificate' @none '(VSC-REVOKED)' @none &&
        ! shown 'PIN for' && said 'code=revoked'
    check $? "certificate revoked: refused"
}

# Within the deadline: 3 seconds for everything but the person.
cases_helper() {
    local started
    let_in vscalice 'PIN for Alice: ' "@run kill -KILL \$(pgrep -x vsc-card)" '' $PIN \
        "$PASS" "$PASSWORD" && said 'code=helper'
    check $? "vsc-card stopped in the middle: the password"
    kept_out vscalice 'PIN for Alice: ' "@run kill -KILL \$(pgrep -x vsc-card)" '' $PIN "$PASS" $PIN
    check $? "vsc-card stopped in the middle, and a wrong password"
    let_in vscalice 'PIN for Alice: ' "@run kill -KILL \$(pgrep -x vsc-check)" '' $PIN \
        "$PASS" "$PASSWORD"
    check $? "vsc-check stopped in the middle: the password"
    setting 'timeout = 3;'
    started=$SECONDS
    let_in vscalice 'PIN for Alice: ' "@run kill -STOP \$(pgrep -x vsc-card)" '' $PIN \
        "$PASS" "$PASSWORD" && [ $((SECONDS - started)) -lt 20 ] && said 'code=deadline'
    check $? "vsc-card hangs: the password, within the deadline"
    setting
    [ "$(tries Alice)" = 5 ] && no_helpers
    check $? "no try was lost with the helpers, and none runs on"
}

cases_leaving() {
    attempt vscalice 'PIN for Alice: ' @int
    [ $? != 99 ] && nobody_in
    check $? "Ctrl-C instead of the PIN"
    kept_out vscalice 'PIN for Alice: ' @eof
    check $? "end of input instead of the PIN"
    attempt vscalice 'PIN for Alice: ' @hangup
    nobody_in && [ "$(tries Alice)" = 5 ] && no_helpers
    check $? "the terminal goes away: no try, no helper left"
}

cases_all() {
    stack_on "${SERVICES[@]}" > "$LOG" 2>&1
    check $? "its stack is in place"
    cases_pin
    cases_password
    cases_blocked
    cases_no_card
    cases_refused
    cases_helper
    cases_leaving
}
