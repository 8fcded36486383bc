# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/52-greetd-greeter.sh.
set -u
. tests/login/rig.sh
. tests/login/rig-greetd.sh
. tests/login/rig-screen.sh
. tests/login/rig-greeter.sh
. tests/login/greeter-cases.sh

NAME=greetd
begin() { greeter_start; }
finish() { greeter_end; }

login_site && { login_cards && stack_on greetd && listen; } >> "$LOG" 2>&1 && greeter_prepare &&
    WATCH=/usr/bin/vsc-watch greeter_settings && install -m 644 conf/pam.d/greetd /etc/pam.d/ &&
    screen_start && screen_bus _greetd && screen_reader _greetd
ok $? "rig: an installed site with cards, greetd and a screen"
greeter_cases
screen_end
login_end
echo "1..$number"
