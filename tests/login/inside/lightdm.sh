# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/45-lightdm.sh.
#
# lightdm's own greeter shows messages and no prompts: when a PIN is asked for is seen by vsc-card, which
# waits for it.
set -u
. tests/login/rig.sh
. tests/login/rig-screen.sh
. tests/login/rig-lightdm.sh

NAME=lightdm
mkdir -p "$B/login-pictures"
# Each case ends with a check: it shows what was on the screen, and ends LightDM.
check() {
    local status=$1
    shift
    { screen_tree; tail -n 5 "$MESSAGES"; } > "$W/seen" 2>&1
    mv "$W/seen" "$LOG"
    ok "$status" "$NAME: $1"
    lightdm_end
}
# What is asked next looks like what was asked before: Enter only once all is typed, and the next is asked when
# the entry is empty.
enter() { screen_type "$1" && screen_has '*' "^.{${#1}}\$" focused && screen_key Return; }
at_password() { screen_has 'password text' '' focused,sensitive,empty; }
# begin USER: the greeter, and the name typed
begin() {
    fresh
    lightdm_start lightdm-gtk-greeter greeter-hide-users=true greeter-show-manual-login=true &&
        screen_focus text '' && enter "$1"
}
pin() { begin "$1" && waiting && at_password; }
told() { screen_has label "$1"; }
kept_out() { said "$1" && no_session && ! session_runs; }
no_helpers_left() { until_true helpers_over; }
in_session() { grep -q "^$1" "$STARTED.env"; }
unix_refused='pam_unix(lightdm:auth): authentication failure'

login_site && login_cards >> "$LOG" 2>&1 && stack_on lightdm && lightdm_prepare
ok $? "lightdm: an installed site with cards"

# ---- PIN
pin vscalice && enter $PIN && session_of vscalice && [ "$(tries Alice)" = 5 ] &&
    in_session VSC_CARD=Alice && in_session VSC_UPN=vscalice@corp.test &&
    ! in_session PKCS11_LOGIN_TOKEN_NAME=
check $? "right PIN: a session, which knows the card"
pin vscalice && enter 87654321 && told '^Wrong PIN. 4 tries left.$' && screen_picture lightdm-gtk-wrong-pin &&
    at_password && no_session && enter $PIN && session_of vscalice && [ "$(tries Alice)" = 5 ]
check $? "wrong PIN, then the right one"
pin vscalice && enter 87654321 && told 'Wrong PIN' && at_password && enter 87654321 &&
    kept_out 'code=wrong-pin' && [ "$(tries Alice)" = 4 ]
check $? "the same wrong PIN again costs one try"
refill Alice
pin vscalice && enter "$CAROLS_PIN" && told '4 tries left' && at_password && enter "$CAROLS_PIN" &&
    kept_out 'code=wrong-pin' && [ "$(tries Alice)$(tries Carol)" = 45 ]
check $? "another user's PIN"
refill Alice
pin vscalice && screen_key Return && said 'code=declined' && at_password && enter "$PASSWORD" &&
    session_of vscalice && [ "$(tries Alice)" = 5 ]
check $? "no PIN: the password, and no try"
pin vscalice && screen_key Return && said 'code=declined' && at_password && enter $PIN &&
    kept_out "$unix_refused" && [ "$(tries Alice)" = 5 ]
check $? "no PIN, and the PIN for a password"

# ---- blocked, none, another's, revoked
begin vscbert && told 'VSC-BLOCKED' && screen_picture lightdm-gtk-blocked && at_password &&
    enter "$PASSWORD" && session_of vscbert
check $? "card blocked: the password, with a message"
begin vscbert && told 'VSC-BLOCKED' && at_password && enter $PIN && kept_out "$unix_refused"
check $? "card blocked, and its PIN for a password"
# What the screen shows at the question for the password, but the clock.
screen() { at_password && screen_tree | grep -v separator > "$1"; }
stack_off
begin vscbob && screen "$W/without" && enter "$PASSWORD" && session_of vscbob
check $? "a stack without the module, to compare with"
stack_on lightdm
begin vscbob && said 'code=no-card' && screen "$W/with" && diff "$W/without" "$W/with" &&
    enter "$PASSWORD" && session_of vscbob
check $? "another user's card: the password, nothing else is shown"
begin vscbob && at_password && enter $PIN && kept_out "$unix_refused" && [ "$(tries Alice)" = 5 ]
check $? "another user's card: its PIN is nothing"
cards_away
begin vscbob && said 'code=no-card' && screen "$W/with" && diff "$W/without" "$W/with" &&
    enter "$PASSWORD" && session_of vscbob
check $? "no card: the password, nothing else is shown"
begin vscbob && at_password && enter wrong && kept_out "$unix_refused"
check $? "no card: a wrong password"
cards_back
begin vscruth && kept_out 'code=revoked' && ! grep -q "$unix_refused" "$MESSAGES"
check $? "certificate revoked: refused"

between lightdm "cp $W/pki/crls/* /etc/pam_vsc/crls/"
tests/pki/make-pki.sh revoke "$W/pki" "$W/Alice.pem" > "$W/revoke.log" 2>&1
pin vscalice && enter $PIN && said ':auth): result=success' && kept_out ':account): result=refused code=revoked'
check $? "revoked between authentication and account: refused"
restore
stack_on lightdm
pin vscalice && enter $PIN && session_of vscalice
check $? "and with the list without it in again"

# ---- the helper
pin vscalice && kill_card && enter $PIN && said 'code=helper' && at_password && enter "$PASSWORD" &&
    session_of vscalice
check $? "vsc-card stopped in the middle: the password"
tpm_flush
pin vscalice && kill_card && enter $PIN && said 'code=helper' && at_password && enter $PIN &&
    kept_out "$unix_refused"
check $? "vsc-card stopped in the middle, and a wrong password"
tpm_flush
pin vscalice && pkill -KILL -x vsc-check && enter $PIN && said 'code=helper' && at_password &&
    enter "$PASSWORD" && session_of vscalice
check $? "vsc-check stopped in the middle: the password"
tpm_flush
setting 'timeout = 5;'
pin vscalice && stop_card && enter $PIN && said 'code=deadline' && at_password &&
    enter "$PASSWORD" && session_of vscalice && [ "$(tries Alice)" = 5 ]
check $? "vsc-card hangs: the password, within the deadline"
setting
tpm_flush

# ---- a forced change, and leaving
pin vscmax && enter $PIN && told 'chose your PIN' && at_password && enter $PIN && at_password &&
    enter another-pin-1 && at_password && enter another-pin-1 && session_of vscmax
check $? "a PIN that has to be changed is changed"
pin vscalice && pkill -KILL -u lightdm -x lightdm-gtk-gre && no_session && no_helpers_left &&
    [ "$(tries Alice)" = 5 ]
check $? "the greeter dies while the PIN is asked: nobody is in, no try, no helper left"
login_end
echo "1..$number"
