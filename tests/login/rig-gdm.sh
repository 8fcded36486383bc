# SPDX-License-Identifier: BSD-2-Clause
# gdm as a whole, with screens that come over XDMCP: source this file in a root where systemd is process 1
# (tests/login/rig-systemd.sh), after tests/login/rig.sh and tests/login/rig-screen.sh.
#
#   gdm_site             the site (login_site) with vsc-card.socket, gdm's stacks, the module that
#                        announces cards in NSS's database, and a session that tells whose it is
#   gdm_screen           a screen, and on it gdm's login screen, once it can be read. Tried anew where
#                        the X server or the screen does not come up, which is no verdict.
#   gdm_screen_end       close it, with the session that may be on it
#   gdm_end              stop all of it
#
#   click PATTERN        with the mouse, on what shows PATTERN
#   asked TEXT           wait until PAM has asked TEXT (since `fresh`), and there is room to answer. The
#                        text itself is drawn in the entry, where a screen reader does not find it.
#   answer TEXT          type it, and Enter
#   told PATTERN         wait until a message shows it
#   pam_sent TEXT        PAM has sent such a text (since `fresh`)
#   users_shown          wait until the list of users shows
#   session USER [LINE...]  wait until USER's session runs; these patterns stand in its environment
#   no_session           nobody has a session
#   shot NAME            a picture in $B/login-pictures/gdm-NAME.png
#
# What a session is told in its environment stands in $SESSIONS/USER.

GDM_PORT=13177
SESSIONS=$W/sessions
SITE_TPM="tpm_start_unix $W/tpm /run/vsc-test-tpm" # vsc-card@.service has no network
GDM_DISPLAY=50

login_log() {
    journalctl -q -f -n 0 -o short >> "$MESSAGES" &
    LOGGER=$!
}
# Of vsc-card those that the login process started, not those of the socket.
card_helpers() { pgrep -x vsc-card -P "$(pgrep -d, -x gdm-session-wor)"; }

gdm_session_files() {
    mkdir -p "$SESSIONS" /var/lib/AccountsService/users && chmod 1777 "$SESSIONS" || return 1
    cat > /usr/local/bin/vsc-session << END
#!/bin/sh
env > "$SESSIONS/.\$(id -un)" && mv "$SESSIONS/.\$(id -un)" "$SESSIONS/\$(id -un)"
exec sleep 600
END
    chmod 755 /usr/local/bin/vsc-session
    printf '[Desktop Entry]\nName=Test\nExec=/usr/local/bin/vsc-session\nType=Application\n' \
        > /usr/share/xsessions/vsc-test.desktop
    for user in $LOGIN_USERS; do
        printf '[User]\nSession=vsc-test\nXSession=vsc-test\nSystemAccount=false\n' \
            > "/var/lib/AccountsService/users/$user"
    done
}

gdm_files() {
    printf '%s\n' '[daemon]' WaylandEnable=false '[debug]' Enable=true '[xdmcp]' Enable=true \
        "Port=$GDM_PORT" DisplaysPerHost=16 > /etc/gdm3/daemon.conf
    printf '%s\n' '[org/gnome/desktop/interface]' toolkit-accessibility=true enable-animations=false \
        > /usr/share/gdm/dconf/95-vsc-test
    # A user namespace cannot be made in a chroot; without the service gnome-settings-daemon crashes.
    mkdir -p /etc/systemd/system/upower.service.d
    printf '[Service]\nPrivateUsers=no\n' > /etc/systemd/system/upower.service.d/vsc-test.conf
    mkdir -p /etc/pki/nssdb && certutil -N -d sql:/etc/pki/nssdb --empty-password &&
        modutil -force -dbdir sql:/etc/pki/nssdb -add pam_vsc \
            -libfile "$(echo /usr/lib/*/pkcs11/vsc-announce.so)" && chmod go+r /etc/pki/nssdb/*
}

gdm_site() {
    login_site gdm-password gdm-smartcard && {
        update-alternatives --install /etc/pam.d/gdm-smartcard gdm-smartcard \
            "$SAMPLES/gdm-smartcard-vsc" 60 && stack_on && gdm_session_files && gdm_files &&
            systemctl daemon-reload && systemctl start vsc-card.socket
    } >> "$LOG" 2>&1
}

# ---- screens

greeter_value() { # NAME: in the environment of the login screen
    tr '\0' '\n' < "/proc/$(pgrep -o -u Debian-gdm -x gnome-shell)/environ" | sed -n "s/^$1=//p"
}
gdm_listens() { ss -Hlun "sport = :$GDM_PORT" | grep -q .; }
gdm_is_read() {
    until_true 60 pgrep -u Debian-gdm -x gnome-shell || return 1
    XAUTHORITY=$(greeter_value XAUTHORITY) BUS=$(greeter_value DBUS_SESSION_BUS_ADDRESS)
    export XAUTHORITY
    screen_reader Debian-gdm && screen_has menu '^System$'
}

gdm_screen() {
    local try
    for try in 1 2 3; do
        gdm_screen_end
        fresh
        GDM_DISPLAY=$((GDM_DISPLAY + 1))
        export DISPLAY=127.0.0.1:$GDM_DISPLAY
        systemctl restart gdm && until_true 60 gdm_listens || continue
        Xvfb ":$GDM_DISPLAY" -port $GDM_PORT -query 127.0.0.1 -once -screen 0 1024x768x24 -listen tcp \
            +extension GLX +extension COMPOSITE > "$W/xvfb.log" 2>&1 3>&- &
        SCREEN_PID=$!
        gdm_is_read && return 0
        echo "# screen $try did not come up"
    done
    return 1
}

gdm_screen_end() {
    local user
    screen_end
    systemctl stop gdm
    for user in $LOGIN_USERS; do pkill -KILL -u "$user"; done
    rm -f "$SESSIONS"/*
}

gdm_end() {
    gdm_screen_end
    login_end
}

# ---- what a person does and sees

click() {
    fresh
    local place text=${1#^}
    screen_has '*' "$1" && screen_ask tree || return 1
    place=$(grep -F -- "\"${text%$}" "$LOG" | sed -nE '$s/.* ([0-9]+),([0-9]+) ([0-9]+)x([0-9]+)$/\1 \2 \3 \4/p')
    set -- $place
    [ $# = 4 ] && xdotool mousemove $(($1 + $3 / 2)) $(($2 + $4 / 2)) click 1
}

pam_texts() { grep -aE "GdmSessionWorker: .*payload" "$MESSAGES"; }
pam_sent() { pam_texts | grep -qF -- "$1"; }
asked() {
    local role='password text'
    [ "$1" != Username: ] || role=text
    until_true pam_sent "$1" && screen_ask wait "$SCREEN_PATIENCE" "$role" focused,sensitive '.*'
}
answer() {
    fresh
    screen_type "$1" && screen_key Return
}
told() { screen_has label "$1"; }
users_shown() { screen_has 'push button' '^vscbob$' && screen_has 'push button' '^Not listed'; }

sessions() { ls "$SESSIONS"; }
session() {
    local user=$1 line
    shift
    until_true test -e "$SESSIONS/$user" && [ "$(sessions)" = "$user" ] || return 1
    for line; do grep -q -- "$line" "$SESSIONS/$user" || return 1; done
    cp "$SESSIONS/$user" "$W/session.env"
}
no_session() { [ -z "$(sessions)" ]; }
shot() { screen_drawn "gdm-$1"; }
