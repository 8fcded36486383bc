#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The part of tests/login/71-announce.sh that runs in the throwaway root.
set -u
. tests/login/rig.sh
. tests/rig/softhsm.sh
. tests/login/rig-token.sh
NAME='Virtual smart card'
SEEN=$W/seen
mkdir -m 1777 "$SEEN"

# The settings daemon in a session that is to end when the token is taken out; what it calls is noted.
cat > "$W/session.sh" <<'END'
export GSETTINGS_BACKEND=keyfile XDG_CONFIG_HOME=$1/conf
gsettings set org.gnome.settings-daemon.peripherals.smartcard removal-action force-logout
dbus-monitor --session type=method_call,interface=org.gnome.SessionManager > "$1/calls" 2>&1 &
until grep -q member=NameLost "$1/calls"; do sleep 0.1; done # the bus gives up the name of one who only listens
exec /usr/libexec/gsd-smartcard --verbose > "$1/daemon" 2>&1
END
session() { # [NAME=VALUE]: until `session_end`
    rm -rf "${SEEN:?}"/*
    as vscalice env "$@" dbus-run-session -- bash "$W/session.sh" "$SEEN" > "$W/session.log" 2>&1 &
    SESSION=$!
}
session_end() {
    pkill -u vscalice
    pkill -u vscbob
    wait $SESSION 2> /dev/null
    cat "$SEEN/daemon" "$SEEN/calls" > "$LOG"
}
noted() { until_true grep -q -- "$1" "$SEEN/daemon"; }
# The configuration counts from the next connection on.
announce() {
    setting "announce = \"$1\";"
    pkill -x vsc-card -P "$LISTENER"
    return 0
}

{
    login_site && listen && announce always && mkdir -p /etc/pki/nssdb &&
        certutil -N -d sql:/etc/pki/nssdb --empty-password &&
        modutil -force -dbdir sql:/etc/pki/nssdb -add pam_vsc \
            -libfile "$(echo /usr/lib/*/pkcs11/vsc-announce.so)" && chmod go+r /etc/pki/nssdb/*
} > "$LOG" 2>&1
ok $? "gdm: the module stands in NSS's database"

session A=
noted "Token '$NAME'" && noted 'Inserted: yes'
status=$?
announce never
noted 'removal event' && noted 'Inserted: no' && sleep 2 && ! grep -q member=Logout "$SEEN/calls" &&
    until_true grep -q member=RegisterClient "$SEEN/calls" || status=1
session_end
ok $status "gdm: an announcement ends, and nothing happens to the session"
announce always
session PKCS11_LOGIN_TOKEN_NAME="$NAME"
noted 'Inserted: yes'
announce never
noted 'removal event' && until_true grep -q member=Logout "$SEEN/calls"
status=$?
session_end
ok $status "gdm: (it would, were the token named in the session's environment)"

# ---- a token, in a session that was opened with it

token_session() { # a session of login's whose shell is the settings daemon's
    rm -rf "${SEEN:?}"/*
    TALK_TIMEOUT=1800 tests/login/talk "$W/talk" login vscbob -- 'PIN for vscbob: ' $PIN > /dev/null 2>&1 &
    SESSION=$!
}
{
    token_start vscbob removable && token_named "$W/base.conf" && setting && chmod -R a+rwX $TOKEN_STATE &&
        modutil -force -dbdir sql:/etc/pki/nssdb -add token -libfile $TOKENS/token.so &&
        stack_on login && echo "env > $SEEN/env; exec dbus-run-session -- bash $W/session.sh $SEEN" \
            > /home/vscbob/.bash_profile
} > "$LOG" 2>&1
ok $? "gdm: a token's module stands in NSS's database too"
token_session
until_true grep -qx PKCS11_LOGIN_TOKEN_NAME=vscbob "$SEEN/env" && noted "Token 'vscbob'" && noted 'Inserted: yes' &&
    ! grep -q member=Logout "$SEEN/calls"
status=$?
take_out
noted 'removal event' && until_true grep -q member=Logout "$SEEN/calls" || status=1
session_end
cat "$W/talk" >> "$LOG"
ok $status "gdm: the token that the module named is taken out: GNOME's own setting ends the session"
put_back

announce always
p11-kit list-modules > "$LOG" 2>&1
! grep -q vsc-announce "$LOG"
ok $? "gdm: p11-kit loads the module in no other program"
cp /usr/bin/p11-kit "$W/gsd-smartcard" && "$W/gsd-smartcard" list-modules > "$LOG" 2>&1 &&
    grep -A12 vsc-announce "$LOG" | grep -q "token: $NAME"
ok $? "gdm: p11-kit loads it in GNOME's settings daemon, and the token is there"
echo "1..$number"
login_end
