# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/40-greetd.sh.
set -u
. tests/login/rig.sh
. tests/login/cases.sh
export W

login_site && login_cards >> "$LOG" 2>&1
ok $? "greetd: an installed site with cards"

NAME=greetd SERVICES=(greetd) CURRENT=()
attempt() {
    local user=$1
    shift
    fresh
    tests/login/greet "$LOG" "$user" -- "$@"
}
cases_all
cases_no_name
cases_no_name_unusable
login_end
echo "1..$number"
