# SPDX-License-Identifier: BSD-2-Clause
# vsc-greeter on a screen of its own, under the real greetd: source this file after
# tests/login/rig.sh, tests/login/rig-greetd.sh and tests/login/rig-screen.sh.
#
#   greeter_prepare         a session "Test session", one "Another session" (the same with SESSION_IS=another in
#                           its environment), the module that plays conversations, a watcher that tells what it
#                           is told to
#   greeter_settings LINE.. /etc/pam_vsc/greeter.conf; $WATCH is the watcher
#   cards LINE..            what vsc-watch tells at the start, see CARD_ALICE and others below
#   card_event LINE         and what it tells then
#   conversation LINE..     what PAM says to greetd (tests/modules/pam_script.c)
#   conversation_ended CODE until the module has returned CODE
#   greeter_start           greetd and vsc-greeter; $GREETER_ENV is set for it, or what it is started by
#   greeter_end
#   greeter_whole           nothing is played but the session: instead of the first two
#
# $TILE and $PIN_ENTRY are the roles of a card and of where its PIN is typed; `enter TEXT` types it. `is WHAT`
# is the case that the last command proves.

PIN_ENTRY='password text'
TILE='push button'
PLAYED=/etc/vsc-played
LINES=/tmp/vsc-lines
GREETER_ENV=
WATCH=/usr/local/bin/played-watch

greeter_prepare() {
    greetd_prepare
    mkdir -m 700 $PLAYED && mkdir /tmp/sessions /tmp/no-sessions || return 1
    install -m 755 "$B/tests/pam_script.so" "/usr/lib/$(gcc -print-multiarch)/security/" || return 1
    # The line buffer of a pipe is no line's; tail writes each at once.
    printf '#!/bin/sh\nexec tail -n +1 -s 0.1 -f %s\n' $LINES > /usr/local/bin/played-watch
    chmod 755 /usr/local/bin/played-watch
    printf '[Desktop Entry]\nType=Application\nName=Test session\nExec=%s\n' $SESSION \
        > /tmp/sessions/test.desktop
    printf '#!/bin/sh\nSESSION_IS=another exec %s\n' $SESSION > /usr/local/bin/another-session
    chmod 755 /usr/local/bin/another-session
    printf '[Desktop Entry]\nType=Application\nName=Another session\nExec=/usr/local/bin/another-session\n' \
        > /tmp/sessions/another.desktop
    greetd_service "auth required pam_script.so file=$PLAYED/conversation" \
        'account required pam_permit.so' 'session required pam_permit.so'
}

greeter_settings() {
    printf '%s\n' '[greeter]' "watch=$WATCH" 'animations=false' \
        'wayland_sessions=/tmp/sessions' 'x_sessions=/tmp/no-sessions' 'session=test' "$@" \
        > /etc/pam_vsc/greeter.conf
}

greeter_whole() {
    mkdir /tmp/sessions && printf '[Desktop Entry]\nType=Application\nName=Test\nExec=%s\n' \
        $SESSION > /tmp/sessions/test.desktop &&
        printf '%s\n' '[greeter]' 'animations=false' 'wayland_sessions=/tmp/sessions' \
            'x_sessions=' > /etc/pam_vsc/greeter.conf
}

is() {
    local status=$?
    [ $status = 0 ] || {
        cat "$W/greeter.log" "$W/greetd.log" >> "$LOG"
        screen_tree
    }
    ok $status "vsc-greeter: $1"
}
enter() { screen_type "$1" && screen_key Return; }

card() { # ID NAME OWNER STATE SECONDS
    printf '{"id":"%s","name":"%s","kind":"tpm","owner":%s,"mine":false,"state":"%s","locked_seconds":%s,"tries_left":null,"tries_max":null,"certificates":[]}' \
        "$1" "$2" "$3" "$4" "${5:-0}"
}
CARD_ALICE=$(card 0000 TestVSC '"Alice Smith"' ready)
CARD_BOB=$(card 0001 Workshop '"Bob Carter"' ready)
CARD_BLOCKED=$(card 0002 Carol '"Carol Jones"' blocked)
CARD_LOCKED=$(card 0003 Dave '"Dave Miller"' locked 3582)
CARD_NOBODY=$(card 0004 Spare null ready)

cards() {
    local IFS=,
    printf '{"v":1,"event":"state","helper":"ok","announce":false,"cards":[%s]}\n' "$*" > $LINES
    chmod 644 $LINES
}
card_event() { printf '{"v":1,"event":%s}\n' "$1" >> $LINES; }

conversation() {
    printf '%s\n' "$@" > $PLAYED/conversation
    rm -f $PLAYED/conversation.log
}
conversation_ended() {
    until_true grep -q "^[0-9]* $1\$" $PLAYED/conversation.log &&
        ! grep -q unexpected $PLAYED/conversation.log
}

greeter_start() {
    install -o _greetd -m 600 /dev/null "$W/greeter.log"
    greetd_start "env DISPLAY=$DISPLAY DBUS_SESSION_BUS_ADDRESS=$BUS HOME=/tmp/greeter-home LC_ALL=C.UTF-8 GDK_BACKEND=x11 GSETTINGS_BACKEND=memory $GREETER_ENV vsc-greeter 2>$W/greeter.log"
}
greeter_end() {
    greetd_end
    pkill -KILL -u _greetd -x vsc-greeter
    pkill -KILL -u vscalice
    screen_gone frame ''
}
