# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/30-lockers.sh.
#
# A locker tells nothing but by going away. It answers every question with the one text that was typed.
set -u
. tests/login/rig.sh

SHORT=short-7 # a password that can be no PIN
login_site && login_cards >> "$LOG" 2>&1 && stack_on i3lock swaylock && listen
ok $? "lockers: an installed site with cards"
: > "$W/locker.log"

# ---- one of the two at a time: locks USER, types TEXT
runtime_of() { echo "/run/user/$(id -u "$1")"; }
of_user() { # USER COMMAND...
    local user=$1
    shift
    as "$user" HOME="/home/$user" DISPLAY=:47 XDG_RUNTIME_DIR="$(runtime_of "$user")" \
        WAYLAND_DISPLAY=wayland-1 "$@"
}
x_start() {
    Xvfb :47 -screen 0 800x600x24 -nolisten tcp -ac > "$W/xvfb.log" 2>&1 &
    until_true env DISPLAY=:47 xdpyinfo
}
sway_has_keyboard() { swaymsg -s "$(echo "$1"/sway-ipc.*)" -t get_inputs | grep -q '"type": "keyboard"'; }
sway_start() { # USER: a screen of his own
    local runtime
    runtime=$(runtime_of "$1")
    install -d -o "$1" -g "$1" -m 700 "$runtime" && : > "$W/sway.conf" || return 1
    of_user "$1" env -u WAYLAND_DISPLAY -u DISPLAY WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 \
        WLR_RENDERER=pixman sway -c "$W/sway.conf" > "$W/sway.log" 2>&1 &
    until_socket "$runtime/wayland-1" || return 1
    # A keyboard that is there all the time: a locker hears nothing of the first keys of a new one.
    of_user "$1" wtype -s 3600000 > "$W/wtype.log" 2>&1 &
    until_true sway_has_keyboard "$runtime"
}
i3lock_locks() { of_user "$1" env -u WAYLAND_DISPLAY i3lock -c 224466; }
i3lock_types() { DISPLAY=:47 xdotool type --delay 20 "$2" && DISPLAY=:47 xdotool key Return; }
swaylock_locks() { of_user "$1" swaylock -f -c 224466; }
swaylock_types() { of_user "$1" wtype -s 200 -d 20 "$2" -k Return; }

is_locked() { pgrep -x -u "$1" "$NAME" > /dev/null; }
is_open() { ! is_locked "$1"; }
lock() {
    fresh
    is_locked "$1" || "${NAME}_locks" "$1" >> "$W/locker.log" 2>&1
}
unlocks() { # USER TEXT
    lock "$1" && "${NAME}_types" "$1" "$2" && until_true is_open "$1"
}
# swaylock hears nothing while PAM makes it wait after a failure; i3lock hears it later.
refusals() { grep -c 'pam_authenticate failed' "$W/locker.log"; }
is_listening() { [ "$NAME" = i3lock ] || [ "$(refusals)" -gt "$1" ]; }
# stays USER TEXT LINE: locked, once LINE is in the log
stays() {
    local before
    lock "$1" && before=$(refusals)
    "${NAME}_types" "$1" "$2" && said "$3" && until_true is_listening "$before" &&
        sleep 0.3 && is_locked "$1"
}
check() {
    tail -n 5 "$W/locker.log" "$MESSAGES" > "$LOG"
    ok "$1" "$NAME: $2"
}

locker_cases() {
    local refused="pam_unix($NAME:auth): authentication failure"
    refill Alice
    unlocks vscalice $PIN && [ "$(tries Alice)" = 5 ]
    check $? "right PIN"
    stays vscalice 87654321 'code=wrong-pin' && [ "$(tries Alice)" = 4 ]
    check $? "a wrong PIN costs one try, though every question is answered with it"
    unlocks vscalice $PIN && [ "$(tries Alice)" = 5 ]
    check $? "then the right one"
    stays vscalice "$CAROLS_PIN" 'code=wrong-pin' && [ "$(tries Alice)$(tries Carol)" = 45 ]
    check $? "another user's PIN"
    stays vscalice '' 'code=declined' && [ "$(tries Alice)" = 4 ]
    check $? "no answer"
    unlocks vscalice $SHORT && said 'code=not-a-pin' && [ "$(tries Alice)" = 4 ]
    check $? "a password that can be no PIN: the password, and no try"
    stays vscalice wrong "$refused" && [ "$(tries Alice)" = 4 ]
    check $? "a wrong one"
    refill Alice && unlocks vscalice $PIN
    check $? "and in again"

    unlocks vscbert "$PASSWORD" && said 'code=blocked'
    check $? "card blocked: the password"
    stays vscbert $PIN "$refused"
    check $? "card blocked, and its PIN"
    unlocks vscbert "$PASSWORD"
    check $? "card blocked: the password after that"

    unlocks vscbob "$PASSWORD" && ! said_now 'CARD_SIGN'
    check $? "another user's card: the password"
    stays vscbob $PIN "$refused" && [ "$(tries Alice)$(tries Carol)" = 55 ]
    check $? "another user's card: its PIN is nothing"
    cards_away
    unlocks vscbob "$PASSWORD"
    check $? "no card: the password"
    stays vscbob wrong "$refused"
    check $? "no card: a wrong password"
    unlocks vscbob "$PASSWORD"
    check $? "no card: the password after that"
    cards_back

    stays vscruth $PIN 'code=revoked'
    check $? "certificate revoked: refused"
    stays vscruth "$PASSWORD" 'code=revoked'
    check $? "certificate revoked: refused with the password too"
    pkill -x -u vscruth "$NAME"

    kill "$LISTENER" && wait "$LISTENER" 2> /dev/null
    unlocks vscalice $SHORT && said 'code=helper'
    check $? "no vsc-card listens: the password"
    stays vscalice $PIN "$refused"
    check $? "no vsc-card listens: the PIN is nothing"
    listen
    unlocks vscalice $PIN
    check $? "it listens again: the PIN"
    setting 'timeout = 10;'
    kill -STOP "$LISTENER"
    unlocks vscalice $SHORT && said 'code=deadline'
    check $? "vsc-card hangs: the password, within the deadline"
    kill -CONT "$LISTENER"
    setting
    [ "$(tries Alice)" = 5 ]
    check $? "and no try is lost"
}
said_now() { grep -q -- "$1" "$MESSAGES"; }

usermod -p "$(openssl passwd -6 $SHORT)" vscalice
x_start
ok $? "i3lock: a screen"
NAME=i3lock
locker_cases
sway_start vscalice && sway_start vscbert && sway_start vscbob && sway_start vscruth
ok $? "swaylock: a screen for each user"
NAME=swaylock
locker_cases
login_end
echo "1..$number"
