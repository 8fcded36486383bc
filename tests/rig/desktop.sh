# SPDX-License-Identifier: BSD-2-Clause
# A desktop for vsc-enroll pulse --notify: python-dbusmock's notification daemon on a bus of its own, a
# played pinentry and a played journal. Source this file after tests/rig/enroll.sh, in a mount namespace of
# the test's own, for the journal stands where that of the machine would.
#   desktop_missing         prints what is not there, and is true when something is
#   desktop_start           after enroll_start; the configuration names the pinentry. desktop_stop ends it
#   server CAPABILITIES     begin to show notices, in the place of the one before; server_stop
#   pulse OPTION...         a pulse of the timer, in the background; end_of_pulse STATUS waits for its end
#   at_notice [N]           wait until so many notices were shown; signal NAME SIGNATURE ID ARG says something
#                           of one, as a click; notices, shown, told look at them
#   answers LINE...         what pinentry will answer, PIN and WRONG; questions: how many it had
#   event WORD              wait until the journal has it
OURS=() SERVER='' PULSE=''
PIN='D 12345678\nOK' WRONG='D 11111111\nOK'

desktop_missing() {
    local program
    for program in dbus-daemon busctl unshare; do
        command -v $program > /dev/null || { echo "no $program"; return 0; }
    done
    /usr/bin/python3 -c 'import dbusmock' 2> /dev/null || { echo "no python3-dbusmock"; return 0; }
    return 1
}

play_journal() {
    mount -t tmpfs tmpfs /run/systemd 2> /dev/null || { mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd; } || return 1
    mkdir -p /run/systemd/journal
    cat > "$D/journal.py" <<'PY'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/run/systemd/journal/socket")
os.chmod("/run/systemd/journal/socket", 0o666)
with open(sys.argv[1], "ab", buffering=0) as f:
    while True:
        f.write(s.recv(65536) + b"\n")
PY
    : > "$D/journal"
    /usr/bin/python3 "$D/journal.py" "$D/journal" & OURS+=($!)
    until_true test -S /run/systemd/journal/socket || return 1
}
# pinentry: its answers to GETPIN and CONFIRM stand in a file, one a line, and what it was told is kept.
play_pinentry() {
    : > "$D/asked-pin"; : > "$D/answers"; chown daemon "$D/asked-pin" "$D/answers"
    cat > "$D/pinentry" <<SH
#!/bin/bash
{ env; tr '\0' '\n' < /proc/\$\$/cmdline; } > "$D/user/pinentry-env"
echo 'OK Pleased to meet you'
while read -r line; do
    echo "\$line" >> "$D/asked-pin"
    case \$line in
    GETPIN | CONFIRM)
        answer=\$(head -n 1 "$D/answers")
        sed 1d "$D/answers" > "$D/user/rest"; cat "$D/user/rest" > "$D/answers"
        printf '%b\n' "\${answer:-ERR 83886179 canceled}" ;;
    SETTIMEOUT*) echo 'ERR 83886355 not known' ;;
    *) echo OK ;;
    esac
done
SH
    chmod 755 "$D/pinentry"
    sed "s,profiles = \"$D/enroll.d\",&; pinentry = \"$D/pinentry\"," -i "$D/conf"
}
answers() { printf '%s\n' "$@" > "$D/answers"; : > "$D/asked-pin"; }
questions() { grep -cE '^(GETPIN|CONFIRM)' "$D/asked-pin"; }

# The bus of the user's session, and who shows notices on it.
play_bus() {
    BUS=unix:path=$D/bus
    cat > "$D/bus.conf" <<END
<busconfig><type>session</type><listen>unix:path=$D/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
END
    chmod 1777 "$D"
    setpriv --reuid daemon --regid daemon --clear-groups dbus-daemon --config-file="$D/bus.conf" --nofork --nopidfile > "$D/bus.log" 2>&1 & OURS+=($!)
    until_true test -S "$D/bus" || return 1
    chmod 755 "$D"
}
desktop_start() { play_journal && play_pinentry && play_bus; }
desktop_stop() {
    local pid
    for pid in "${OURS[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done
}
on_bus() { setpriv --reuid daemon --regid daemon --clear-groups env DBUS_SESSION_BUS_ADDRESS="$BUS" "$@"; }
server_stop() { [ -z "$SERVER" ] || { kill "$SERVER"; wait "$SERVER" 2> /dev/null; }; SERVER=; }
server() { # CAPABILITIES
    server_stop
    : > "$D/said"
    setpriv --reuid daemon --regid daemon --clear-groups env DBUS_SESSION_BUS_ADDRESS="$BUS" \
        /usr/bin/python3 -u -m dbusmock --template notification_daemon -p "{\"capabilities\": \"$1\"}" >> "$D/said" 2> "$D/server.log" & SERVER=$!
    OURS+=("$SERVER")
    until_true on_bus busctl --address="$BUS" call org.freedesktop.Notifications /org/freedesktop/Notifications org.freedesktop.Notifications GetCapabilities > "$D/capabilities" 2>&1
}
signal() { # NAME SIGNATURE ARG...
    on_bus busctl --address="$BUS" call org.freedesktop.Notifications /org/freedesktop/Notifications org.freedesktop.DBus.Mock EmitSignal sssav \
        org.freedesktop.Notifications "$1" "$2" 2 u "$3" "${2:1:1}" "$4" > "$D/emitted" 2>&1
}
notices() { grep -c ' Notify ' "$D/said"; }
shown() { [ "$(notices)" -ge "$1" ]; }
told() { grep -q -- "$1" "$D/said"; }
has_event() {
    local id
    id=$(grep -oE "\"$1\", \"[0-9a-f]{32}\"" enroll/events.h | sed 's/.*"\(.*\)"/\1/')
    grep -qx "MESSAGE_ID=$id" "$D/journal" && grep -qx "VSC_EVENT=$1" "$D/journal"
}
event() { until_true has_event "$1"; } # WORD: an entry, with the id of its kind
pulse() { # OPTION...: in the background, as the timer starts it
    : > "$D/journal"
    setpriv --reuid daemon --regid daemon --clear-groups env -i XDG_STATE_HOME="$D/state-daemon" HOME="$D" DBUS_SESSION_BUS_ADDRESS="$BUS" "${SESSION[@]}" \
        "$D/vsc-enroll" pulse --notify -c "$D/conf" "$@" > "$D/pulse" 2>&1 < /dev/null & PULSE=$!
}
ended() { ! kill -0 "$PULSE" 2> /dev/null; }
end_of_pulse() { # STATUS
    local status
    until_true ended || { kill "$PULSE"; return 1; }
    wait "$PULSE"; status=$?
    [ $status = "$1" ] || { echo "# status $status"; return 1; }
}
at_notice() { until_true shown "${1:-1}"; }
