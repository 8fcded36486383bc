# SPDX-License-Identifier: BSD-2-Clause
# A screen without a screen, for login screens: source this file inside a throwaway root.
#
#   screen_start [SIZE]         Xvfb on a free display (1024x768): sets DISPLAY
#   screen_bus USER             a session bus of that user, and on it what a screen reader listens to:
#                               sets BUS, for the environment of the program that is looked at
#   screen_reader USER          start reading (tests/login/atspi.py), as that user
#   screen_end                  stop all of it
#
#   screen_has ROLE PATTERN [STATES]   until it shows (a regular expression; "*" is any role)
#   screen_gone ROLE PATTERN    until it does not
#   screen_focus ROLE PATTERN   until it has the keyboard
#   screen_go KEY ROLE PATTERN  press KEY until it has the keyboard
#   screen_named                everything that takes the keyboard has a name
#   screen_tidy                 nothing is cut off, sticks out or lies over another
#   screen_tree                 print what is there
#   screen_key KEY..            press keys, by their X names
#   screen_type TEXT            type
#   screen_no_pointer           the pointer out of the way
#   screen_picture NAME         keep a picture of it in $B/login-pictures/NAME.png
#   screen_drawn NAME           ... which shows more than one plain colour
#
# What a command of the reader prints stands in $LOG.

SCREEN_PATIENCE=${SCREEN_PATIENCE:-120} # seconds; the machine may be loaded
SCREEN_PID= SCREEN_BUS_PID= SCREEN_READER_PID=

screen_wait() { # COMMAND..: until it succeeds
    local end=$((SECONDS + SCREEN_PATIENCE))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

screen_start() {
    local folder
    folder=$(mktemp -d) && mkfifo "$folder/display" || return 1
    # -noreset: a client that leaves does not take the settings with it.
    Xvfb -displayfd 5 -screen 0 "${1:-1024x768}x24" -nolisten tcp -ac -noreset -dpi 96 \
        5> "$folder/display.fd" > "$folder/log" 2>&1 3>&- &
    SCREEN_PID=$!
    screen_wait test -s "$folder/display.fd" || return 1
    DISPLAY=:$(cat "$folder/display.fd")
    export DISPLAY
    rm -rf "$folder"
}

screen_bus() {
    local address
    address=$(mktemp)
    setpriv --reuid "$1" --regid "$1" --init-groups env -i PATH="$PATH" DISPLAY="$DISPLAY" \
        HOME=/tmp LC_ALL=C.UTF-8 \
        dbus-daemon --session --nofork --print-address=5 5> "$address" > /dev/null 2>&1 3>&- &
    SCREEN_BUS_PID=$!
    screen_wait test -s "$address" || return 1
    BUS=$(cat "$address")
    rm -f "$address"
}

screen_reader() {
    coproc SCREEN_READER {
        exec setpriv --reuid "$1" --regid "$1" --init-groups env -i PATH="$PATH" DISPLAY="$DISPLAY" \
            HOME=/tmp LC_ALL=C.UTF-8 PYTHONUNBUFFERED=1 DBUS_SESSION_BUS_ADDRESS="$BUS" \
            /usr/bin/python3 -W ignore tests/login/atspi.py 2>> "$LOG.reader"
    }
    # A coprocess's own descriptors are not to be had in a pipeline.
    exec {SCREEN_TO}>&"${SCREEN_READER[1]}" {SCREEN_FROM}<&"${SCREEN_READER[0]}"
}

screen_ask() { # WORD..
    local line
    printf '%s\t' "$@" | sed 's/\t$/\n/' >&"$SCREEN_TO" || return 1
    : > "$LOG"
    while IFS= read -r line <&"$SCREEN_FROM"; do
        case $line in
        ok) return 0 ;;
        no) return 1 ;;
        esac
        printf '%s\n' "$line" >> "$LOG"
    done
    cat "$LOG.reader" >> "$LOG"
    return 1
}

screen_has() { screen_ask wait "$SCREEN_PATIENCE" "$1" "${3:-}" "$2"; }
screen_gone() { screen_ask gone "$SCREEN_PATIENCE" "$1" "$2"; }
screen_focus() { screen_ask wait "$SCREEN_PATIENCE" "$1" focused "$2"; }
screen_go() {
    local i
    screen_has "$2" "$3" && screen_focus '*' '' || return 1
    for i in $(seq 12); do
        screen_ask wait 1 "$2" focused "$3" && return 0
        screen_ask remember && screen_key "$1" && screen_ask moved "$SCREEN_PATIENCE" || return 1
    done
    return 1
}
# While a screen is being drawn anew it is read half old, half new.
screen_named() { screen_wait screen_ask nameless; }
screen_tidy() { screen_wait screen_ask tidy; }
screen_tree() { screen_ask tree; cat "$LOG"; }
screen_key() { xdotool key --delay 40 "$@"; }
screen_type() { xdotool type --delay 40 -- "$1"; }
screen_picture() { import -window root "$B/login-pictures/$1.png" 2>> "$LOG"; }
screen_no_pointer() { xdotool mousemove 0 4000; } # what it lies over looks different
screen_is_drawn() {
    screen_picture "$1" && [ "$(identify -format %k "$B/login-pictures/$1.png")" -gt 16 ]
}
screen_drawn() { screen_wait screen_is_drawn "$1"; }

screen_stop() {
    [ -n "$1" ] || return 0
    kill "$1" 2> /dev/null
    wait "$1" 2> /dev/null
    return 0
}

screen_end() {
    screen_stop "${SCREEN_READER_PID:-}"
    screen_stop "$SCREEN_BUS_PID"
    screen_stop "$SCREEN_PID"
    SCREEN_PID= SCREEN_BUS_PID= SCREEN_READER_PID=
}
