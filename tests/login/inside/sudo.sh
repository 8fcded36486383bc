# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/21-sudo.sh.
set -u
. tests/login/rig.sh
. tests/login/cases.sh

login_site && login_cards >> "$LOG" 2>&1
ok $? "sudo: an installed site with cards"

# Who is in shows it by a command as root.
NAME=sudo SERVICES=(sudo) GONE=('Sorry, try again.' @hangup) \
    PASS='[sudo] password for ' SILENT=yes
echo 'ALL ALL=(ALL) ALL' > /etc/sudoers.d/all
attempt() {
    local user=$1
    shift
    fresh
    talk setpriv --reuid "$user" --regid "$user" --init-groups sudo -k \
        sh -c 'echo "IN as $SUDO_USER"; env' -- "$@"
}
cases_all
login_end
echo "1..$number"
