# SPDX-License-Identifier: BSD-2-Clause
# greetd without a console, for tests: source this file after tests/login/rig.sh or
# tests/rig/site.sh, inside a throwaway root.
#
#   greetd_start COMMAND     greetd, with COMMAND (a line for sh) as the greeter, as _greetd
#   greetd_end               stop it, and what it started
#   greetd_is_over           it has ended, as it does when a greeter leaves without a session, or the session
#                            runs
#   greetd_service LINE..    these lines as the PAM service greetd; the greeter's own lets everybody in
#   greeter_pid NAME         the greeter's process
#
# The session that is asked for is $SESSION, a command that tells in $STARTED who runs it.
#   session_of USER          until it runs, as USER and nobody else
#   no_session               there was none

STARTED=/tmp/session-started
SESSION=/usr/local/bin/test-session
GREETD_PID=

greetd_prepare() {
    printf '#!/bin/sh\nid -un >> %s\nenv > %s.env\nexec sleep 600\n' $STARTED $STARTED > $SESSION
    chmod 755 $SESSION
    printf '%s\n' 'auth required pam_permit.so' 'account required pam_permit.so' \
        'session required pam_permit.so' > /etc/pam.d/greetd-greeter
}

greetd_service() {
    printf '%s\n' "$@" > /etc/pam.d/greetd
}

greetd_start() {
    rm -f $STARTED $STARTED.env
    cat > "$W/greetd.toml" <<TOML
[terminal]
vt = "none"
[general]
source_profile = false
runfile = "$W/greetd.run"
[default_session]
command = "$1"
user = "_greetd"
TOML
    rm -f "$W/greetd.run"
    # A session of its own, so that all of it can be ended.
    setsid greetd -c "$W/greetd.toml" > "$W/greetd.log" 2>&1 3>&- &
    GREETD_PID=$!
}

greetd_is_over() { session_runs || ! kill -0 "$GREETD_PID" 2> /dev/null; }

helpers_over() { ! card_helpers && ! pgrep -x vsc-check; } > /dev/null

greetd_end() {
    [ -n "$GREETD_PID" ] || return 0
    # Its workers do not notice that it is gone; systemd would end them with the unit.
    pkill -KILL -f 'greetd --session-worker'
    kill -KILL "$GREETD_PID" 2> /dev/null
    wait "$GREETD_PID" 2> /dev/null
    GREETD_PID=
    pkill -KILL -u _greetd -f "$W"
    until_true helpers_over # the TPM has room for one at a time
}

greeter_pid() { pgrep -u _greetd -x "$1"; }
session_runs() { [ -s $STARTED ]; }
session_of() {
    until_true session_runs && [ "$(cat $STARTED)" = "$1" ] &&
        until_true pgrep -u "$1" -f sleep # it has told its name before it sleeps
}
no_session() { [ ! -e $STARTED ]; }
