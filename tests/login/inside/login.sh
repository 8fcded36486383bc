# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/22-login.sh.
set -u
. tests/login/rig.sh
. tests/login/cases.sh

login_site && login_cards >> "$LOG" 2>&1
ok $? "login: an installed site with cards"

NAME=login SERVICES=(login) GONE=('Login incorrect' @hangup)
attempt() {
    local user=$1
    shift
    fresh
    talk login ${user:+"$user"} -- "$@"
}
cases_all
cases_no_name
cases_no_name_unusable
setting 'list_identities = "never";'
attempt '' 'login:' vscbob "$PASS" "$PASSWORD" && is_in vscbob && ! shown Number && ! shown Alice &&
    said 'not allowed: asked without a name'
ok $? "login: without a name, list_identities = never: no card is offered, the name is asked"
kept_out '' 'login:' vscalice "$PASS" $PIN && [ "$(tries Alice)" = 5 ]
ok $? "login: without a name, list_identities = never: the PIN is no password"
let_in vscalice 'PIN for Alice: ' $PIN
ok $? "login: with a name, list_identities = never: the PIN is asked for"
setting
login_end
echo "1..$number"
