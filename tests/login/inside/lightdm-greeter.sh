# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/54-lightdm-greeter.sh.
set -u
. tests/login/rig.sh
. tests/login/rig-screen.sh
. tests/login/rig-lightdm.sh
. tests/login/greeter-cases.sh

NAME=lightdm OLD_PIN=1
begin() { lightdm_start vsc-greeter greeter-hide-users=true; }
finish() { lightdm_end; }

login_site && { login_cards && stack_on lightdm && listen; } >> "$LOG" 2>&1 && lightdm_prepare &&
    printf '%s\n' '[greeter]' 'animations=false' 'session=test' > /etc/pam_vsc/greeter.conf
ok $? "rig: an installed site with cards, and LightDM"
greeter_cases
login_end
echo "1..$number"
