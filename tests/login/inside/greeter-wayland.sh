# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/53-greeter-wayland.sh.
set -u
. tests/login/rig.sh
. tests/login/rig-greetd.sh
. tests/login/rig-screen.sh
. tests/login/rig-greeter.sh

RUNTIME=/run/user/greeter
# A login screen's own seat has DRM, libinput and a GPU; here there are a window and pixman.
GREETER_ENV="WLR_BACKENDS=x11 WLR_RENDERER=pixman XDG_RUNTIME_DIR=$RUNTIME GDK_BACKEND=wayland cage -s --"
greeter_on_wayland() { # it has no window of X's, and speaks to cage
    local pid
    pid=$(pgrep -u _greetd -x vsc-greeter) && grep -qz '^WAYLAND_DISPLAY=wayland-0$' "/proc/$pid/environ" &&
        grep -qz '^GDK_BACKEND=wayland$' "/proc/$pid/environ"
}

login_site && stack_on greetd >> "$LOG" 2>&1 && listen && greetd_prepare && greeter_whole &&
    install -d -o _greetd -m 700 $RUNTIME && screen_start && screen_bus _greetd && screen_reader _greetd
ok $? "rig: a site with a card, greetd, and a screen for cage"

greeter_start
screen_has "$TILE" 'virtual smart card Alice$' && screen_drawn greeter-wayland-card && greeter_on_wayland
is "Wayland: under cage, as the manual page has it, the card is a tile"
screen_focus "$TILE" 'virtual smart card Alice$' && screen_key Return && screen_focus "$PIN_ENTRY" '^PIN for Alice' &&
    enter 87654321 && screen_has alert '^Wrong PIN\. 4 tries left\.$' && no_session
is "Wayland: a wrong PIN is told"
screen_focus "$PIN_ENTRY" '^PIN for Alice' && screen_drawn greeter-wayland-pin && enter $PIN && session_of vscalice &&
    [ "$(tries Alice)" = 5 ]
is "Wayland: the right PIN leads to the session"
greetd_end
pkill -KILL -u _greetd -x cage
screen_end
login_end
echo "1..$number"
