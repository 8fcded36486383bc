# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/60-gdm-worker.sh.
set -u
. tests/login/rig.sh

check() { ok "$1" "gdm-session-worker: $2"; }
worker() { # see tests/login/gdm-daemon; its lines are in $LOG
    fresh
    timeout 120 tests/login/gdm-daemon "$@" > "$LOG" 2>&1
}
has() { grep -qF -- "$1" "$LOG"; }
is() { grep -qxF -- "$1" "$LOG"; }
is_in() { is "user $1" && is accredited; }
nobody_in() { ! grep -qE '^(authenticated|authorized|accredited)' "$LOG" && grep -q '^failed ' "$LOG"; }
# gdm begins anew at once after this: so something has to be asked before it, every time.
asked() { grep -qE '^(list|shown|hidden) ' "$LOG"; }
no_loop() { ! is_again || asked; }
is_again() { grep -q '^failed Authenticating ' "$LOG"; }
questions() { grep -cE '^(list|shown|hidden) ' "$LOG"; }

login_site && login_cards >> "$LOG" 2>&1 && {
    mkdir -p /run/dbus && dbus-daemon --system --fork # the worker asks AccountsService
    install -m 644 "$SAMPLES/gdm-password" "$SAMPLES/gdm-smartcard-vsc" /etc/pam.d/ &&
        update-alternatives --install /etc/pam.d/gdm-smartcard gdm-smartcard \
            /etc/pam.d/gdm-smartcard-vsc 60 &&
        update-alternatives --set gdm-smartcard /etc/pam.d/gdm-smartcard-vsc
} >> "$LOG" 2>&1
grep -q pam_vsc /etc/pam.d/gdm-smartcard
check $? "the shipped stack is gdm-smartcard"

# ---- without a name
worker gdm-smartcard '@choose vscalice' $PIN
is_in vscalice && grep -q '^list Sign in as:|id:0=vscalice@corp.test (Alice)|.*=Use a password$' "$LOG"
check $? "choice list, right PIN"
[ "$(grep -n '^user vscalice$' "$LOG" | cut -d: -f1)" -lt "$(grep -n '^hidden PIN' "$LOG" | cut -d: -f1)" ]
check $? "the user is named before the PIN is asked for"
! has vscbert && ! has vscruth
check $? "cards that cannot be used are no choice"
worker --no-list gdm-smartcard 1 $PIN
is_in vscalice && is 'shown Sign in as:' && grep -qx '[0-9]\. Use a password' "$LOG"
check $? "a numbered menu where no list is offered"
worker gdm-smartcard '@choose vscalice' 87654321 $PIN
is_in vscalice && is 'error Wrong PIN. 4 tries left.' && has 'hidden PIN for Alice (4 tries left)'
check $? "wrong PIN, then the right one, in one conversation"
worker gdm-smartcard '@choose vscalice' 87654321 87654321
nobody_in && no_loop && [ "$(tries Alice)" = 4 ] && [ "$(questions)" = 3 ]
check $? "the same wrong PIN costs one try"
refill Alice
worker gdm-smartcard '@choose Use a password' vscbob "$PASSWORD"
is accredited && is 'shown Username:' && ! has 'hidden PIN'
check $? "Use a password: the name and the password"
worker gdm-smartcard '@choose Use a password' vscbob "$PIN"
nobody_in && no_loop
check $? "Use a password, and a PIN instead"
worker gdm-smartcard '@choose Use a password' root "$PASSWORD"
nobody_in && no_loop
check $? "Use a password, for root"
worker gdm-smartcard '@key id:9' vscalice ''
nobody_in && said 'code=no-choice' && ! has 'hidden PIN'
check $? "a key that was not offered chooses nobody"
worker gdm-smartcard '@fail'
nobody_in && no_loop && said 'code=conversation'
check $? "the screen goes away at the list"
worker gdm-smartcard '@choose vscalice' '@fail'
nobody_in && no_loop && said 'code=conversation'
check $? "the screen goes away at the PIN"
worker gdm-smartcard '@choose vscalice' '@run kill -KILL $(pgrep -x vsc-card)' $PIN '' ''
nobody_in && no_loop && said 'code=helper'
check $? "vsc-card stopped in the middle"
no_helpers && tpm_flush # a TPM without a resource manager keeps what a killed program loaded
worker gdm-smartcard '@choose vscalice' '@run kill -KILL $(pgrep -x vsc-check)' $PIN '' ''
nobody_in && no_loop && said 'code=helper' && no_helpers && [ "$(tries Alice)" = 5 ]
check $? "vsc-check stopped in the middle; no helper and no try is lost"
cards_away
worker gdm-smartcard vscbob "$PASSWORD"
is accredited && ! has 'list ' && ! has 'error '
check $? "no card: the password at once, nothing shown"
worker gdm-smartcard vscbob wrong
nobody_in && no_loop
check $? "no card, and a wrong password"
cards_back

# ---- with a name
worker --user vscalice gdm-smartcard $PIN
is accredited && ! has 'list ' && has 'hidden PIN for Alice'
check $? "with a name straight to the PIN"
worker --user vscbob gdm-smartcard "$PASSWORD"
is accredited && ! has 'PIN' && ! has 'error '
check $? "another user's card: the password, nothing shown"
worker --user vscbob gdm-smartcard $PIN
nobody_in && no_loop
check $? "another user's card: its PIN is nothing"
worker --user vscbert gdm-smartcard "$PASSWORD"
is accredited && has '(VSC-BLOCKED)' && ! has 'hidden PIN'
check $? "card blocked: the password, with a message"
worker --user vscruth gdm-smartcard ''
nobody_in && has '(VSC-REVOKED)' && has 'hidden Press Enter to try again' && no_loop
check $? "certificate revoked: refused, and something is asked before"
worker --user vscmax gdm-smartcard $PIN $PIN
is authenticated && ! is authorized && ! is accredited && has 'hidden New PIN for Max' && grep -q '^failed Authorizing ' "$LOG"
check $? "a PIN that has to be changed and is not: nobody is in"
worker --user vscmax gdm-smartcard $PIN $PIN abcd1234 abcd1234
is accredited && has 'hidden Current PIN for Max' && is 'info The PIN was changed.'
check $? "a PIN that has to be changed is changed in the same conversation"
worker --user vscmax gdm-smartcard abcd1234
is accredited && ! has 'New PIN'
check $? "and once only"
worker --user vscalice gdm-password $PIN
is accredited && has 'hidden PIN for Alice'
check $? "gdm-password asks for the PIN too"
worker --user vscalice gdm-password '' "$PASSWORD"
is accredited && has 'hidden Password'
check $? "gdm-password without a PIN: the password"
worker --user vscbob gdm-password "$PASSWORD"
is accredited && ! has PIN && ! has 'error '
check $? "gdm-password without a card: the password, nothing shown"
worker --user vscbert gdm-password "$PASSWORD"
is accredited && has '(VSC-BLOCKED)' && ! has 'hidden PIN'
check $? "gdm-password, card blocked: the password, with a message"
# stopped SIGNAL HELPER CODE WHAT: at the PIN, with gdm-password
stopped() {
    worker --user vscalice gdm-password "@run kill -$1 \$(pgrep -x $2)" $PIN "$PASSWORD"
    is accredited && has 'hidden PIN for Alice' && has 'hidden Password' && said "code=$3" && no_helpers
    check $? "gdm-password, $4: the password opens the session"
    tpm_flush
    worker --user vscalice gdm-password "@run kill -$1 \$(pgrep -x $2)" $PIN $PIN
    nobody_in && has 'hidden Password' && said "code=$3" && no_helpers && [ "$(tries Alice)" = 5 ]
    check $? "gdm-password, $4: the PIN is no password, and no try is lost"
    tpm_flush
}
stopped KILL vsc-card helper 'vsc-card stopped in the middle'
stopped KILL vsc-check helper 'vsc-check stopped in the middle'
setting 'timeout = 10;'
stopped STOP vsc-card deadline 'vsc-card hangs'
setting
cards_away
for service in gdm-password gdm-smartcard; do
    worker --user vscalice $service "$PASSWORD"
    is accredited && ! has PIN && ! has 'error '
    check $? "$service with a name, no card: the password opens the session, nothing shown"
    worker --user vscalice $service $PIN
    nobody_in && no_loop
    check $? "$service with a name, no card: the PIN is no password"
done
cards_back
for service in gdm-password gdm-smartcard-vsc; do
    between $service "cp $W/pki/crls/* /etc/pam_vsc/crls/"
    tests/pki/make-pki.sh revoke "$W/pki" "$W/Alice.pem" > "$W/revoke.log" 2>&1
    worker --user vscalice ${service%-vsc} $PIN
    is authenticated && ! is authorized && ! is accredited && grep -q '^failed ' "$LOG" && has '(VSC-REVOKED)' &&
        said ':account): result=refused code=revoked'
    check $? "${service%-vsc}, revoked between authentication and account: refused"
    restore
    install -m 644 "$SAMPLES/$service" /etc/pam.d/
done
worker --user vscruth gdm-password ''
nobody_in && has '(VSC-REVOKED)' && has 'hidden Press Enter to try again'
check $? "gdm-password, certificate revoked: refused, and there is time to read why"
setting 'services = [ "sudo" ];'
worker --user vscalice gdm-smartcard "$PASSWORD"
is accredited && ! has PIN
check $? "a service that may not use cards: the password"
echo nonsense >> "$CONF"
worker --user vscalice gdm-smartcard ''
nobody_in && asked && no_loop
check $? "a fault in the configuration: refused, and something is asked before"
setting

# ---- every code, by a module that returns it in our place
told=$(realpath "$B/tests/pam_told.so")
for service in gdm-smartcard-vsc gdm-password; do
    let=
    sed "s,^\(auth.*\) pam_vsc.so,\1 $told," "$SAMPLES/$service" > "/etc/pam.d/$service"
    # All of PAM's but PAM_SUCCESS, PAM_AUTHINFO_UNAVAIL and PAM_MODULE_UNKNOWN.
    for code in $(seq 1 8) $(seq 10 27) $(seq 29 31); do
        worker --told "auth=$code" --user vscalice "${service%-vsc}"
        nobody_in && ! asked || let="$let $code"
    done
    for code in 9 28; do
        worker --told "auth=$code" --user vscalice "${service%-vsc}" wrong
        nobody_in && has 'hidden Password' || let="$let $code"
    done
    worker --told auth=0 --user vscalice "${service%-vsc}"
    is authenticated || let="$let (not by success)"
    [ -z "$let" ] || echo "let in: $let" >> "$LOG"
    [ -z "$let" ]
    check $? "${service%-vsc}: no code but success lets anybody in without a password"
done
# The account in the same way: only what says yes, or that there was no card.
for service in gdm-smartcard-vsc gdm-password; do
    let= kept=
    sed "s,^\(\(auth\|account\).*\) pam_vsc.so,\1 $told," "$SAMPLES/$service" > "/etc/pam.d/$service"
    # All of PAM's but PAM_SUCCESS, PAM_NEW_AUTHTOK_REQD, PAM_IGNORE and PAM_MODULE_UNKNOWN.
    for code in $(seq 1 11) $(seq 13 24) 26 27 $(seq 29 31); do
        worker --told "auth=0 account=$code" --user vscalice "${service%-vsc}"
        is authenticated && ! is authorized && ! is accredited && grep -q '^failed ' "$LOG" || let="$let $code"
    done
    for code in 0 25 28; do
        worker --told "auth=0 account=$code" --user vscalice "${service%-vsc}"
        is authorized && is accredited || kept="$kept $code"
    done
    echo "let in: ${let:-none}; kept out: ${kept:-none}" >> "$LOG"
    [ -z "$let$kept" ]
    check $? "${service%-vsc}: no code of the account but those that say yes is authorized"
    worker --told 'auth=0 account=12' --user vscalice "${service%-vsc}"
    is authenticated && ! is authorized && ! is accredited && grep -q '^failed Authorizing ' "$LOG" && asked
    check $? "${service%-vsc}: a code that wants a change first: without it nobody is authorized"
done
login_end
echo "1..$number"
