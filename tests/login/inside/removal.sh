#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The part of tests/login/85-removal.sh that runs in the throwaway root.
set -u
. tests/login/rig.sh
. tests/login/rig-greetd.sh
. tests/rig/softhsm.sh
. tests/login/rig-token.sh
SITE_TPM="tpm_start_unix $W/tpm /run/vsc-test-tpm"
RECORDS=/run/pam_vsc/sessions

not() { ! "$@"; }
result() { # STATUS WHAT: with what the system's log has, after a failure
    [ "$1" = 0 ] || journalctl --no-pager -q -b -t login -t vsc-card -t vsc-removal -t vsc-check >> "$LOG"
    ok "$1" "$2"
}
setting() { # REMOVAL
    cp "$W/conf" $CONF
    echo "login = { removal = \"$1\"; };" >> $CONF
}

# A session at a terminal that lasts until it is ended: login's conversation is in $LOG.
begin() { # USER PROMPT
    rm -f "$LOG"
    tests/login/talk "$LOG" login "$1" -- "$2" 12345678 "IN as $1" @none > /dev/null 2>&1 &
    TALKER=$!
    until_true grep -q "^IN as $1" "$LOG" && until_true grep -q '^THE END' "$LOG" && until_true pgrep -u "$1" -x sleep
}
# expect may be waiting for a login that has ended a moment before, and is deaf then.
end() {
    kill "$TALKER" 2> /dev/null
    for _ in $(seq 50); do kill -0 "$TALKER" 2> /dev/null || break; sleep 0.1; done
    kill -KILL "$TALKER" 2> /dev/null
    wait "$TALKER" 2> /dev/null
}
logind_session() { loginctl list-sessions --no-legend | awk -v user="$1" '$3 == user { print $1 }'; }
in_session() { grep -q "^$1" "$LOG"; }
export TALK_TIMEOUT=1800 # for as long as a session lasts
records() { ls $RECORDS; }
locks() { grep -c 'member=Lock' "$W/bus"; }
locked() { [ "$(locks)" = "$1" ]; } # TIMES

{
    site_install && site_trust && site_card && token_start vscbob && token_named $CONF &&
        cp $CONF "$W/conf" && setting lock && install -m 644 conf/pam.d/login /etc/pam.d/login
    for user in vscalice vscbob; do
        usermod -s /bin/bash $user && touch /home/$user/.hushlogin
        echo 'echo "IN as $(id -un)"; env; echo THE END; exec sleep 3600' > /home/$user/.bash_profile
    done
    systemctl daemon-reload && systemctl enable --now vsc-removal.path && systemctl is-active vsc-removal.path
} > "$LOG" 2>&1
result $? "login: an installed site with a token and a virtual card"
dbus-monitor --system "type='signal',interface='org.freedesktop.login1.Session'" > "$W/bus" 2>&1 &
MONITOR=$!
until_true grep -q NameAcquired "$W/bus"

# ---- a token

begin vscbob 'PIN for vscbob: '
result $? "login: a session with a token"
in_session PKCS11_LOGIN_TOKEN_NAME=vscbob && in_session VSC_TOKEN_ID=p11:token.so-
result $? "login: the session knows the token by its label"
ID=$(logind_session vscbob)
[ -n "$ID" ] && [ "$(records)" = "$ID" ] && [ "$(stat -c '%U %a' $RECORDS $RECORDS/"$ID" | tr '\n' ' ')" = "root 700 root 600 " ] &&
    grep -qx "leader $(loginctl show-session "$ID" --value -p Leader)" $RECORDS/"$ID" &&
    until_true systemctl is-active vsc-removal.service
result $? "login: its record is root's, names logind's leader, and starts vsc-removal"
sleep 6
locked 0
result $? "login: nothing happens while the token is there"
take_out
until_true locked 1
result $? "login: the session is locked when the token is taken out"
put_back
sleep 5
locked 1 && [ -n "$(logind_session vscbob)" ]
result $? "login: the token put back does nothing"
setting logout
systemctl restart vsc-removal.service
take_out
until_true eval '[ -z "$(logind_session vscbob)" ]' && until_true eval '! kill -0 $TALKER'
result $? "login: with logout the session ends"
until_true eval '[ -z "$(records)" ]' && until_true not systemctl is-active vsc-removal.service
result $? "login: its record goes, and vsc-removal with the last one"
end
put_back

# ---- a session that ends by itself

setting lock
begin vscbob 'PIN for vscbob: ' && until_true eval '[ -n "$(records)" ]'
pkill -u vscbob -x sleep
until_true eval '[ -z "$(records)" ]' && until_true not systemctl is-active vsc-removal.service && locked 1
result $? "login: a session that ends takes its record away"
end

# ---- none, and a virtual card

setting none
begin vscbob 'PIN for vscbob: '
until_true eval '[ -z "$(records)" ]' && take_out && sleep 5 && locked 1 && [ -n "$(logind_session vscbob)" ]
result $? "login: with none nothing happens, and nothing runs"
pkill -u vscbob -x sleep
end
setting lock
begin vscalice 'PIN for Alice: '
[ -n "$(logind_session vscalice)" ] && [ -z "$(records)" ] && ! in_session PKCS11_LOGIN_TOKEN_NAME &&
    ! in_session VSC_TOKEN_ID
result $? "login: a virtual card leaves no record"
vscmgr destroy --name Alice --yes > /dev/null && sleep 5 && locked 1 && [ -n "$(logind_session vscalice)" ] &&
    ! systemctl is-active -q vsc-removal.service
result $? "login: nothing happens when a virtual card goes"
pkill -u vscalice -x sleep
end
put_back

# ---- greetd, whose worker opens the session

greetd_step() { printf '{"type":"%s"%s}\n' "$1" "${2:-}"; }
# A greeter that asks for a session as USER, once: greetd starts it anew after the session.
cat > "$W/greeter" <<END
#!/bin/sh
[ ! -s $STARTED ] || exec tail -f $W/steps
exec $W/client $W/steps $W/replies
END
chmod 755 "$W/greeter"
greetd_begin() { # USER PIN
    { greetd_step create_session ",\"username\":\"$1\"" &&
        greetd_step post_auth_message_response ",\"response\":\"$2\"" &&
        greetd_step start_session ",\"cmd\":[\"$SESSION\"],\"env\":[]"; } > "$W/steps"
    install -o _greetd -m 600 /dev/null "$W/replies"
    greetd_start "$W/greeter"
    until_true grep -q '^left' "$W/replies"
    session_of "$1"
}
greetd_result() { # STATUS WHAT
    cat "$W/replies" "$W/greetd.log" > "$LOG"
    loginctl list-sessions >> "$LOG"
    head -n 20 $RECORDS/* >> "$LOG" 2>&1
    ok "$1" "greetd: $2"
}
greetd_over() { # its session has ended by itself
    until_true eval '[ -z "$(logind_session vscbob)" ]' && until_true eval '[ -z "$(records)" ]' &&
        until_true not systemctl is-active vsc-removal.service
}
setting lock
install -m 755 tests/login/greetd-client "$W/client" && greetd_prepare && install -m 644 conf/pam.d/greetd /etc/pam.d/
greetd_begin vscbob 12345678 && grep -q '"auth_message":"PIN for vscbob: "' "$W/replies" &&
    grep -qx PKCS11_LOGIN_TOKEN_NAME=vscbob $STARTED.env && grep -q '^VSC_TOKEN_ID=p11:token.so-' $STARTED.env
greetd_result $? "a session with a token, which it knows by its label"
ID=$(logind_session vscbob)
[ -n "$ID" ] && [ "$(records)" = "$ID" ] && grep -qx "XDG_SESSION_ID=$ID" $STARTED.env &&
    grep -qx "service greetd" $RECORDS/"$ID" &&
    grep -qx "leader $(loginctl show-session "$ID" --value -p Leader)" $RECORDS/"$ID" &&
    until_true systemctl is-active vsc-removal.service
greetd_result $? "its record names logind's leader, and starts vsc-removal"
before=$(locks)
take_out
until_true locked $((before + 1))
greetd_result $? "the session is locked when the token is taken out"
put_back
pkill -u vscbob -x sleep
greetd_over
greetd_result $? "its record ends with the session"
greetd_end
setting logout
greetd_begin vscbob 12345678 && until_true systemctl is-active vsc-removal.service
take_out
greetd_over
greetd_result $? "with logout the session and its record end"
greetd_end
put_back

# ---- the pam-auth-update profiles: after pam_systemd

DEBIAN_FRONTEND=noninteractive pam-auth-update --enable vsc vsc-session > "$LOG" 2>&1
grep -n 'pam_systemd\|pam_vsc' /etc/pam.d/common-session >> "$LOG"
awk '/pam_systemd/ { systemd = NR } /pam_vsc/ { vsc = NR } END { exit !(systemd && vsc > systemd) }' /etc/pam.d/common-session
result $? "login: the profile's session line stands after pam_systemd's"
journalctl --no-pager -q -b -p warning -u 'vsc-removal*' | grep -v '\.cpp([0-9]*):' > "$LOG"
[ ! -s "$LOG" ] && [ -z "$(systemctl list-units --no-legend --state=failed 'vsc-*')" ]
result $? "login: vsc-removal complained of nothing"
kill $MONITOR
site_end
echo "1..$number"
