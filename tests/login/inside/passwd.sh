# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/23-passwd.sh.
set -u
. tests/login/rig.sh
. tests/login/cases.sh

login_site && login_cards >> "$LOG" 2>&1
ok $? "passwd: an installed site with cards"
by() { setpriv --reuid "$1" --regid "$1" --init-groups "${@:2}"; }
no_card_used() { ! grep -q 'CARD_SIGN\|pam_vsc(.*:auth)' "$MESSAGES"; }
root_password() { usermod -p "$(openssl passwd -6 "$PASSWORD")" root; }

# ---- passwd
NAME=passwd
attempt() { # USER TURN...
    fresh
    talk setpriv --reuid "$1" --regid "$1" --init-groups passwd -- "${@:2}"
}
opens() { echo "$1" | vscmgr csr Alice --pin stdin --out "$W/csr" > "$LOG" 2>&1; }
stack_on passwd
attempt vscalice 'Current PIN for Alice: ' $PIN 'New PIN for Alice: ' $NEW_PIN \
    'New PIN again: ' $NEW_PIN 'The PIN was changed.' @none && opens $NEW_PIN
check $? "changes the PIN"
refill Alice
attempt vscalice 'Current PIN for Alice: ' 87654321 'New PIN for Alice: ' $NEW_PIN \
    'New PIN again: ' $NEW_PIN 'Wrong PIN. 4 tries left.' @none '(4 tries left): ' 87654321
[ $? = 10 ] && [ "$(tries Alice)" = 4 ] && opens $PIN
check $? "the same wrong PIN again costs one try, and nothing is changed"
refill Alice
attempt vscalice 'Current PIN for Alice: ' $PIN 'New PIN for Alice: ' short 'at least 8' @none \
    'New PIN for Alice: ' @int
[ $? != 0 ] && opens $PIN
check $? "a PIN against the card's rules, then Ctrl-C: nothing is changed"
stack_off
OTHER=Another-Passw0rd
attempt vscbob 'Current password: ' wrong
cp "$LOG" "$W/without"
stack_on passwd
attempt vscbob 'Current password: ' wrong
cmp -s "$LOG" "$W/without"
check $? "no card: as without the module"
attempt vscbob 'Current password: ' "$PASSWORD" 'New password: ' $OTHER 'Retype new password: ' $OTHER
check $? "no card: changes the password"
usermod -p "$(openssl passwd -6 "$PASSWORD")" vscbob
before=$(getent shadow vscbert vscalice)
attempt vscbert '(VSC-BLOCKED)' @none
[ $? = 10 ] && ! shown 'New password' && [ "$(getent shadow vscbert vscalice)" = "$before" ]
check $? "card blocked: nothing is changed, and no new password asked for without the old one"
attempt vscalice 'Current PIN for Alice: ' ''
[ $? = 10 ] && ! shown 'New password' && [ "$(getent shadow vscbert vscalice)" = "$before" ]
check $? "no PIN: no new password without the old one"
fresh
talk passwd vscalice -- 'New password: ' "$PASSWORD" 'Retype new password: ' "$PASSWORD"
check $? "root sets a password, and is asked for no PIN"

# ---- su to root, by root, and where nobody is
NAME=su
stack_on su
root_password
fresh
talk setpriv --reuid vsccarol --regid vsccarol --init-groups su root -c 'echo "IN as $(id -un)"' -- \
    'Password: ' "$PASSWORD" && is_in root && ! shown PIN
check $? "to root: the password at once"
fresh
talk setpriv --reuid vsccarol --regid vsccarol --init-groups su root -c 'echo "IN as $(id -un)"' -- \
    'Password: ' "$CAROLS_PIN"
nobody_in
check $? "to root: not by one's own card"
fresh
talk su - vscalice -- && is_in vscalice && no_card_used && ! in_session VSC_CARD
check $? "by root: nothing is asked"
fresh
by vsccarol su - vscalice < /dev/null > "$LOG" 2>&1
nobody_in && [ "$(tries Alice)" = 5 ] && no_helpers
check $? "nobody there to answer: no try"
for i in 1 2 3; do echo "wrong PIN $i" | vscmgr csr Alice --pin stdin --out "$W/csr"; done > "$LOG" 2>&1
fresh
talk setpriv --reuid vsccarol --regid vsccarol --init-groups su - vscalice -- 'Password: ' "$PASSWORD" &&
    is_in vscalice && ! shown 'PIN for' && said 'code=reserved' && [ "$(tries Alice)" = 2 ]
check $? "the last tries are the owner's: another user is asked for the password"
refill Alice

# ---- cron, with the profile in all stacks
NAME=cron
stack_on > "$LOG" 2>&1
check $? "the profile is in its stack"
fresh
echo "@reboot vscalice (id -un; env) > $W/cron/out" > /etc/cron.d/test
mkdir -m 1777 "$W/cron"
cron -f > "$LOG" 2>&1 &
CRON=$!
until_true test -s "$W/cron/out" && grep -qx vscalice "$W/cron/out" && no_card_used &&
    ! grep -q VSC_ "$W/cron/out"
check $? "a job runs, and no card is asked"
kill $CRON
timeout 300 pamtester cron vscalice authenticate < /dev/null > "$LOG" 2>&1
[ $? = 1 ] && [ "$(tries Alice)" = 5 ] && no_helpers
check $? "who asks where nobody is burns no try"
runuser -u vscalice -- id -un > "$LOG" 2>&1 && grep -qx vscalice "$LOG" && no_helpers
check $? "runuser asks nothing"

# ---- the profile
NAME="su, pam-auth-update" SERVICES=()
attempt() {
    local user=$1
    shift
    fresh
    talk setpriv --reuid vsccarol --regid vsccarol --init-groups su - "$user" -- "$@"
}
cases_pin
cases_password
cases_blocked
cases_no_card
cases_refused
cases_must_change
NAME="su, change-within" CURRENT=()
setting 'change_pin = [ "su-l" ];'
cases_must_change
setting
login_end
echo "1..$number"
