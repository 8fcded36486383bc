# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/53-greeter-wayland.sh.
set -u
. tests/login/rig.sh
. tests/login/rig-greetd.sh
. tests/login/rig-screen.sh

RUNTIME=/run/user/greeter
PIN_ENTRY='password text'
TILE='push button'
is() {
    local status=$?
    [ $status = 0 ] || {
        cat "$W/greeter.log" "$W/greetd.log" >> "$LOG"
        screen_tree
    }
    ok $status "vsc-greeter: $1"
}
prepare() {
    mkdir /tmp/sessions && printf '[Desktop Entry]\nType=Application\nName=Test\nExec=%s\n' $SESSION \
        > /tmp/sessions/test.desktop &&
        printf '%s\n' '[greeter]' 'animations=false' 'wayland_sessions=/tmp/sessions' 'x_sessions=' \
            > /etc/pam_vsc/greeter.conf && install -d -o _greetd -m 700 $RUNTIME
}
# A login screen's own seat has DRM, libinput and a GPU; here there are a window and pixman.
wayland_start() {
    install -o _greetd -m 600 /dev/null "$W/greeter.log"
    greetd_start "env -u WAYLAND_DISPLAY DISPLAY=$DISPLAY WLR_BACKENDS=x11 WLR_RENDERER=pixman XDG_RUNTIME_DIR=$RUNTIME DBUS_SESSION_BUS_ADDRESS=$BUS HOME=/tmp/greeter-home LC_ALL=C.UTF-8 GDK_BACKEND=wayland GSETTINGS_BACKEND=memory cage -s -- vsc-greeter 2>$W/greeter.log"
}
greeter_on_wayland() { # it has no window of X's, and speaks to cage
    local pid
    pid=$(pgrep -u _greetd -x vsc-greeter) && grep -qz '^WAYLAND_DISPLAY=wayland-0$' "/proc/$pid/environ" &&
        grep -qz '^GDK_BACKEND=wayland$' "/proc/$pid/environ"
}
enter() { screen_type "$1" && screen_key Return; }

login_site && stack_on greetd >> "$LOG" 2>&1 && listen && greetd_prepare && prepare && screen_start &&
    screen_bus _greetd && screen_reader _greetd
ok $? "rig: a site with a card, greetd, and a screen for cage"

wayland_start
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
