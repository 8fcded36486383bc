# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/25-sshd.sh.
set -u
. tests/login/rig.sh
. tests/login/cases.sh
. tests/login/rig-sshd.sh

login_site sshd && login_cards >> "$LOG" 2>&1
ok $? "sshd: an installed site with cards"

sshd_start
ok $? "sshd: it listens"

NAME="sshd, keyboard-interactive" SERVICES=(sshd)
PASS='Password: ' EOF_THEN=("$PASS" @eof) LOSES_TEXT=yes
attempt() { sshd_talk "$@"; }
cases_all
sshd_end
login_end
echo "1..$number"
