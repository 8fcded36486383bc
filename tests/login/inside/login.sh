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
login_end
echo "1..$number"
