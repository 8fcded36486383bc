# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/52-greeter-whole.sh.
set -u
. tests/login/rig.sh
. tests/login/rig-greetd.sh
. tests/login/rig-screen.sh
. tests/login/rig-greeter.sh

to_pin() { # CARD: from the tiles to its PIN
    screen_has "$TILE" "smart card $1" && screen_type "$2" && screen_focus "$TILE" "smart card $1" &&
        screen_key Return && screen_focus "$PIN_ENTRY" "^PIN for $1"
}

login_site && login_card vsccarol >> "$LOG" 2>&1 && login_card vscbert >> "$LOG" 2>&1 &&
    block Bert && stack_on greetd && listen && greetd_prepare && greeter_whole && screen_start &&
    screen_bus _greetd && screen_reader _greetd && screen_no_pointer
ok $? "rig: a site with cards, greetd, a screen and its reader"

greeter_start
screen_has "$TILE" 'virtual smart card Alice$' && screen_has "$TILE" 'virtual smart card Carol$' &&
    screen_has "$TILE" 'virtual smart card Bert$' && screen_drawn greeter-whole-cards
is "whole: the cards of the computer"
to_pin Alice a && enter 87654321 && screen_has alert '^Wrong PIN\. 4 tries left\.$' &&
    screen_focus "$PIN_ENTRY" '4 tries left' && [ "$(tries Alice)" = 4 ] && no_session
is "whole: a wrong PIN costs one try, and is asked again"
enter $PIN && session_of vscalice && [ "$(tries Alice)" = 5 ] && said 'code=accepted'
is "whole: the right PIN leads to the session"
greeter_end

greeter_start
screen_has "$TILE" 'virtual smart card Bert$' && screen_type b && screen_key Return &&
    screen_has alert '^Bert is blocked\. .*\(VSC-BLOCKED\)\.$' && screen_has "$TILE" '^vscalice@corp\.test' &&
    no_session
is "whole: a blocked card beside others cannot be used, and they can"
screen_key Escape
screen_has "$TILE" 'user name and a password$' && screen_type u && screen_key Return &&
    screen_focus text '^User name$' && enter vscbob && screen_focus "$PIN_ENTRY" '^Password$' &&
    enter "$PASSWORD" && session_of vscbob
is "whole: and the password leads somebody without a card to the session"
greeter_end
screen_end
login_end
echo "1..$number"
