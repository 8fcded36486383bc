# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/20-su.sh.
set -u
. tests/login/rig.sh
. tests/login/cases.sh

login_site && login_cards >> "$LOG" 2>&1
ok $? "su: an installed site with cards"

# vsccarol becomes somebody else.
NAME=su SERVICES=(su)
attempt() {
    local user=$1
    shift
    fresh
    talk setpriv --reuid vsccarol --regid vsccarol --init-groups su - "$user" -- "$@"
}
cases_all
login_end
echo "1..$number"
