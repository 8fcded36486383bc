# SPDX-License-Identifier: BSD-2-Clause
# What every program with a terminal must do, for a program that is given by (source after rig.sh):
#
#   NAME             its name in the test's output
#   SERVICES=(...)   the sample stacks to put in place; none: the pam-auth-update profile
#   attempt USER TURN...   somebody signs in as USER: the turns are tests/login/talk's; the program
#                    then shows "IN as USER"
#   GONE=(TURN...)   what comes after a refusal, until the program ends
#   CURRENT=(TURN...)  how it asks for the old PIN before a new one (greetd: within the sign-in, not
#                    at all, for it was just given)
#   EOF_THEN=(TURN...)  where the end of input is but an empty answer: what comes then
#   LOSES_TEXT=yes   the program does not show what was said in a conversation that failed
#   SILENT=yes       the program wants no informative text (PAM_SILENT)
#   PASS=PATTERN     how it asks for a password
#
# cases_all runs them. Nobody is in where "IN as" is not shown.

SERVICES=() GONE=() CURRENT=('Current PIN for Max: ' $PIN) EOF_THEN=() LOSES_TEXT= SILENT= PASS='Password: '

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
    ! grep -qF $PIN "$LOG" "$MESSAGES"
    check $? "no screen, environment or log shows the PIN"
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

# Until somebody is in (what the session then tells is its own affair), or refused (what comes then is
# another attempt's).
screen() { sed "/^IN as/q; /${GONE[0]:-no such line}/q" "$LOG"; }
# nothing_shown WHAT: for a user without a card everything is as without the module.
nothing_shown() {
    let_in vscbob "$PASS" "$PASSWORD"
    ok $? "$NAME: $1: the password"
    screen > "$W/with"
    kept_out vscbob "$PASS" wrong
    ok $? "$NAME: $1: a wrong password"
    screen >> "$W/with"
    cmp "$W/with" "$W/without" > "$LOG" 2>&1 || diff "$W/without" "$W/with" >> "$LOG"
    [ ! -s "$LOG" ]
    ok $? "$NAME: $1: nothing else is shown"
}
cases_no_card() {
    stack_off
    let_in vscbob "$PASS" "$PASSWORD" && screen > "$W/without" && kept_out vscbob "$PASS" wrong &&
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

why_shown() { [ -n "$LOSES_TEXT" ] || { shown "$1 cannot be used: the certificate" && shown '(VSC-REVOKED)'; }; }
cases_refused() {
    kept_out vscruth && ! shown 'PIN for' && ! shown "$PASS" && said 'code=revoked' && why_shown Ruth
    check $? "certificate revoked: refused"
}

# What is killed leaves its sessions in a TPM without a resource manager: tpm_flush.
# The deadline: 10 seconds for everything but the person. Without it the conversation would not go on.
cases_helper() {
    let_in vscalice 'PIN for Alice: ' "@run kill -KILL \$(pgrep -x vsc-card)" '' $PIN \
        "$PASS" "$PASSWORD" && said 'code=helper'
    check $? "vsc-card stopped in the middle: the password"
    tpm_flush
    kept_out vscalice 'PIN for Alice: ' "@run kill -KILL \$(pgrep -x vsc-card)" '' $PIN "$PASS" $PIN
    check $? "vsc-card stopped in the middle, and a wrong password"
    tpm_flush
    let_in vscalice 'PIN for Alice: ' "@run kill -KILL \$(pgrep -x vsc-check)" '' $PIN \
        "$PASS" "$PASSWORD"
    check $? "vsc-check stopped in the middle: the password"
    tpm_flush
    setting 'timeout = 10;'
    let_in vscalice 'PIN for Alice: ' "@run kill -STOP \$(pgrep -x vsc-card)" '' $PIN \
        "$PASS" "$PASSWORD" && said 'code=deadline'
    check $? "vsc-card hangs: the password, within the deadline"
    tpm_flush
    setting
    [ "$(tries Alice)" = 5 ] && no_helpers
    check $? "no try was lost with the helpers, and none runs on"
}

cases_leaving() {
    attempt vscalice 'PIN for Alice: ' @int
    [ $? != 99 ] && nobody_in
    check $? "Ctrl-C instead of the PIN"
    kept_out vscalice 'PIN for Alice: ' @eof "${EOF_THEN[@]}"
    check $? "end of input instead of the PIN"
    attempt vscalice 'PIN for Alice: ' @hangup
    nobody_in && [ "$(tries Alice)" = 5 ] && no_helpers
    check $? "the terminal goes away: no try, no helper left"
}

# expires_between SECONDS: a sign-in with a certificate that ends so soon; the account is checked after that.
expires_between() {
    local end=$(($(date +%s) + $1))
    tests/pki/make-pki.sh issue "$W/pki" "$W/Alice.csr" "$W/short.pem" --upn vscalice@corp.test \
        --until "$(date -u -d @$end +%Y%m%d%H%M%SZ)" > "$LOG" 2>&1 && vscmgr import Alice "$W/short.pem" >> "$LOG"
    stack_on "${SERVICES[@]}"
    between "${SERVICES[0]}" "while [ \$(date +%s) -le $end ]; do sleep 0.2; done"
    kept_out vscalice 'PIN for Alice: ' $PIN && said ':auth): result=' &&
        grep -q ':auth): result=success' "$MESSAGES" &&
        said ':account): result=refused code=expired'
}
cases_account() {
    tests/pki/make-pki.sh revoke "$W/pki" "$W/Alice.pem"
    between "${SERVICES[0]}" "cp $W/pki/crls/* /etc/pam_vsc/crls/"
    kept_out vscalice 'PIN for Alice: ' $PIN && said ':auth): result=success' &&
        said ':account): result=refused code=revoked' && why_shown Alice
    check $? "revoked between authentication and account: refused"
    restore
    expires_between 12 || expires_between 40 # the latter where the machine was too slow for the former
    check $? "expired between authentication and account: refused"
    vscmgr import Alice "$W/Alice.pem" > /dev/null
    stack_on "${SERVICES[@]}"
    let_in vscalice 'PIN for Alice: ' $PIN
    check $? "and with the good certificate in again"
}

NEW_PIN=another-pin-1
cases_must_change() {
    let_in vscmax 'PIN for Max: ' $PIN "${CURRENT[@]}" 'New PIN for Max: ' $NEW_PIN \
        'New PIN again: ' $NEW_PIN &&
        { [ -n "$SILENT" ] || shown 'Somebody else chose your PIN'; }
    check $? "a PIN that has to be changed is changed"
    let_in vscmax 'PIN for Max: ' $NEW_PIN && ! shown 'New PIN'
    check $? "and from then on it is the PIN"
    refill Max --must-change
    kept_out vscmax 'PIN for Max: ' $PIN "${CURRENT[@]}" 'New PIN for Max: ' @int
    check $? "who does not change it is not in"
    let_in vscmax 'PIN for Max: ' $PIN "${CURRENT[@]}" 'New PIN for Max: ' $PIN \
        'This is the old PIN' @none 'New PIN for Max: ' $NEW_PIN 'New PIN again: ' $NEW_PIN
    check $? "the old one is no new one"
    refill Max --must-change
}

# Where no name was given the card names the user: the menu has the cards that can be used.
cases_no_name() {
    refill Alice
    attempt '' 'Number: ' 0000 'PIN for Alice: ' $PIN && is_in vscalice &&
        ! shown Bert && ! shown Ruth && shown '(Carol)'
    check $? "without a name: the card names the user"
    attempt '' 'Number: ' 0000 'PIN for Alice: ' "$CAROLS_PIN" '(4 tries left): ' $PIN && is_in vscalice
    check $? "without a name: a wrong PIN, then the right one"
    kept_out '' 'Number: ' 0000 'PIN for Alice: ' "$CAROLS_PIN" '(4 tries left): ' "$CAROLS_PIN" &&
        [ "$(tries Alice)" = 4 ]
    check $? "without a name: the same wrong PIN again costs one try"
    refill Alice
    attempt '' 'Number: ' '' 'login:' vscbob "$PASS" "$PASSWORD" && is_in vscbob
    check $? "without a name: no card chosen, then name and password"
    attempt '' 'Number: ' 0000 'PIN for Alice: ' '' 'login:' vscbob "$PASS" "$PASSWORD" && is_in vscbob
    check $? "without a name: no PIN, then another's name and password"
    kept_out '' 'Number: ' 0000 'PIN for Alice: ' '' 'login:' vscalice "$PASS" $PIN &&
        [ "$(tries Alice)" = 5 ]
    check $? "without a name: no PIN, and the PIN for a password"
    cards_away
    attempt '' 'login:' vscbob "$PASS" "$PASSWORD" && is_in vscbob && ! shown Number
    check $? "without a name, no card: name and password"
    kept_out '' 'login:' vscbob "$PASS" wrong
    check $? "without a name, no card: a wrong password"
    cards_back
}
# no_name_stopped HELPER: in the middle, at the PIN of the card that was chosen
no_name_stopped() {
    attempt '' 'Number: ' 0000 'PIN for Alice: ' "@run kill -KILL \$(pgrep -x $1)" '' $PIN \
        'login:' vscalice "$PASS" "$PASSWORD" && is_in vscalice && said 'code=helper'
    check $? "without a name, $1 stopped in the middle: name and password"
    tpm_flush
    kept_out '' 'Number: ' 0000 'PIN for Alice: ' "@run kill -KILL \$(pgrep -x $1)" '' $PIN \
        'login:' vscalice "$PASS" $PIN && said 'code=helper' && [ "$(tries Alice)" = 5 ] && no_helpers
    check $? "without a name, $1 stopped in the middle: and the PIN is no password"
    tpm_flush
}
cases_no_name_unusable() {
    no_name_stopped vsc-card
    no_name_stopped vsc-check
    only Bert
    attempt '' '(VSC-BLOCKED)' @none 'login:' vscbert "$PASS" "$PASSWORD" && is_in vscbert &&
        ! shown 'PIN for' && said 'code=blocked'
    check $? "without a name, only a blocked card: name and password, with a message"
    kept_out '' '(VSC-BLOCKED)' @none 'login:' vscbert "$PASS" $PIN
    check $? "without a name, only a blocked card: its PIN is no password"
    all_cards
    only Ruth
    kept_out '' && ! shown 'PIN for' && ! shown "$PASS" && said 'code=revoked' && why_shown Ruth
    check $? "without a name, only a revoked certificate: refused"
    all_cards
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
    cases_account
    cases_must_change
}
