# SPDX-License-Identifier: BSD-2-Clause
# LightDM on Xvfb, for tests: source this file after tests/login/rig.sh and tests/login/rig-screen.sh,
# inside a throwaway root.
#
#   lightdm_prepare             a system bus, a session "test" that tells in $STARTED who runs it
#   lightdm_start GREETER LINE..  LightDM with that greeter of /usr/share/xgreeters and these lines more
#                               in its [Seat:*], the PAM service lightdm, and a reader of its screen:
#                               sets DISPLAY
#   lightdm_end                 stop all of it
#   session_of USER             until the session runs, as USER and nobody else
#   no_session                  there was none

STARTED=/tmp/session-started
LIGHTDM_PID=
LDM=/tmp/ldm

lightdm_prepare() {
    printf '#!/bin/sh\nid -un >> %s\nenv > %s.env\nexec sleep 600\n' $STARTED $STARTED \
        > /usr/local/bin/test-session
    printf '[Desktop Entry]\nType=Application\nName=Test session\nExec=/usr/local/bin/test-session\n' \
        > /usr/share/xsessions/test.desktop
    # Of what LightDM says to an X server, that which Xvfb understands; it waits for a signal of it.
    cat > /usr/local/bin/test-xserver <<'SH'
#!/bin/bash
args=()
while [ $# -gt 0 ]; do
    case $1 in
    :*) args+=("$1") ;;
    -auth) args+=("$1" "$2"); shift ;;
    esac
    shift
done
exec Xvfb "${args[@]}" -ac -noreset -screen 0 1024x768x24 -nolisten tcp -dpi 96
SH
    printf '#!/bin/sh\nDBUS_SESSION_BUS_ADDRESS=$(cat /tmp/greeter-bus) exec "$@"\n' \
        > /usr/local/bin/test-greeter-wrapper
    chmod 755 /usr/local/bin/test-session /usr/local/bin/test-xserver /usr/local/bin/test-greeter-wrapper
    mkdir -p /run/dbus $LDM/log $LDM/run $LDM/cache && dbus-daemon --system --fork 3>&-
}

lightdm_start() {
    local greeter=$1
    shift
    rm -f $STARTED $STARTED.env
    export DISPLAY=:50
    screen_bus lightdm && echo "$BUS" > /tmp/greeter-bus || return 1
    printf '%s\n' '[LightDM]' 'start-default-seat=true' 'logind-check-graphical=false' \
        'minimum-display-number=50' "log-directory=$LDM/log" "run-directory=$LDM/run" \
        "cache-directory=$LDM/cache" '[Seat:*]' 'type=local' 'pam-service=lightdm' \
        'xserver-command=/usr/local/bin/test-xserver' "greeter-session=$greeter" 'user-session=test' \
        'greeter-wrapper=/usr/local/bin/test-greeter-wrapper' session-wrapper=/usr/bin/env "$@" > "$W/lightdm.conf"
    # With a display of its own it would use Xephyr.
    setsid env -u DISPLAY lightdm -c "$W/lightdm.conf" > "$W/lightdm.log" 2>&1 3>&- &
    LIGHTDM_PID=$!
    screen_wait xdpyinfo > /dev/null 2>&1 && screen_reader lightdm
}

helpers_over() { ! card_helpers && ! pgrep -x vsc-check; } > /dev/null

lightdm_gone() { ! kill -0 "$LIGHTDM_PID"; } 2> /dev/null
lightdm_end() {
    [ -n "$LIGHTDM_PID" ] || return 0
    screen_end
    # It would wait for a session that waits for its greeter.
    pkill -KILL -f 'lightdm --session-child'
    kill "$LIGHTDM_PID" 2> /dev/null
    until_true 5 lightdm_gone || kill -KILL "$LIGHTDM_PID"
    wait "$LIGHTDM_PID" 2> /dev/null
    LIGHTDM_PID=
    pkill -KILL -x Xvfb
    pkill -KILL -u lightdm
    until_true helpers_over # the TPM has room for one at a time
}

session_runs() { [ -s $STARTED ]; }
session_of() {
    until_true session_runs && [ "$(cat $STARTED)" = "$1" ] &&
        until_true pgrep -u "$1" -f sleep # it has told its name before it sleeps
}
no_session() { [ ! -e $STARTED ]; }
