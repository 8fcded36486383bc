# SPDX-License-Identifier: BSD-2-Clause
# A site for real login programs in a throwaway root (tests/rig/throwaway.sh): source this file inside
# it. It builds on tests/rig/site.sh and tests/rig/tpm.sh.
#
#   login_site [REMOTE...]   make install, a software TPM, a CA, the configuration (services REMOTE may
#                            be asked from another machine), a log, the users with their passwords, and
#                            vscalice's card. Every user has the password $PASSWORD, every card 5 tries
#                            and the PIN $PIN (Carol: $CAROLS_PIN). A login shell of theirs says
#                            "IN as USER", tells its environment, and ends.
#   login_card USER [OPTION...]  a card for USER, named after it (vscalice: Alice), with a certificate;
#                            OPTIONs are those of vscmgr create
#   login_cards              the cards of the situations:
#                              vscalice  Alice   good
#                              vscbob    -       no card
#                              vsccarol  Carol   good, another user's
#                              vscbert   Bert    blocked
#                              vscruth   Ruth    revoked certificate
#                              vscmax    Max     must_change
#   login_end                stop what was started, remove the work folder
#
#   tries CARD               the tries left
#   refill CARD [OPTION...]  the counter full again, PIN 12345678 (--must-change: and to be changed)
#   block CARD               use all tries up
#   revoke CARD / restore    the certificate of CARD is on the list / the list without it
#   setting LINES            the configuration with these lines more (none: as login_site made it)
#   stack_on SERVICE...      the shipped sample of each in place
#   stack_on                 the pam-auth-update profile instead, for all programs
#   stack_off                the stacks without the module
#   between SERVICE COMMAND  its stack runs this after authentication, before the account is checked
#   listen                   vsc-card --listen, for programs without root
#   kill_card / stop_card    kill vsc-card while it waits / let it hang; cont_card: go on
#   cards_away / cards_back  this computer has no card at all / has them again
#   only CARD / all_cards    it has no other card / has them all again
#   waiting                  wait until vsc-card waits for a PIN
#   said LINE                a log line of the module holds LINE (since `fresh`)
#   fresh                    forget the log so far
#   talk COMMAND... -- PATTERN ANSWER...   a conversation at a terminal, see tests/login/talk
#   ok STATUS "PROGRAM: case"
#
# $LOG is what the step at hand showed, $MESSAGES the syslog.

. tests/rig/site.sh
PASSWORD='One-Passw0rd!' # as long as a PIN: a program that answers every prompt with it shows it
PIN=12345678
CAROLS_PIN=carols-pin
ADMIN=010203040506070801020304050607080102030405060708
CONF=/etc/pam_vsc/pam_vsc.conf
MESSAGES=$W/messages
LOGIN_USERS="vscalice vscbob vsccarol vscbert vscruth vscmax"
LISTENER= LOGGER=
export TSS2_LOG=all+NONE

login_log() {
    tests/login/syslogd "$MESSAGES" &
    LOGGER=$!
    until_true sh -c '[ "$(stat -c %a /dev/log)" = 666 ]'
}

login_users() {
    local user hash
    hash=$(openssl passwd -6 "$PASSWORD") || return 1
    for user in $LOGIN_USERS; do
        id "$user" > /dev/null 2>&1 || useradd -m -s /bin/bash "$user" || return 1
        usermod -p "$hash" -s /bin/bash "$user" && touch "/home/$user/.hushlogin" || return 1
        echo 'echo "IN as $(id -un)"; env; exit' > "/home/$user/.bash_profile" || return 1
    done
}

card_of() {
    local name=${1#vsc}
    printf '%s\n' "${name^}"
}

login_card() {
    local user=$1 name
    shift
    name=$(card_of "$user")
    local pin=$PIN
    [ "$name" != Carol ] || pin=$CAROLS_PIN
    printf '%s\n' $pin $ADMIN | vscmgr create --name "$name" --owner "$user" --pin stdin \
        --adminkey stdin --generate --key p256 "$@" &&
        echo $pin | vscmgr csr "$name" --upn "$user@corp.test" --pin stdin --out "$W/$name.csr" &&
        tests/pki/make-pki.sh issue "$W/pki" "$W/$name.csr" "$W/$name.pem" --upn "$user@corp.test" &&
        vscmgr import "$name" "$W/$name.pem"
}

login_cards() {
    login_card vsccarol && login_card vscbert && login_card vscruth &&
        login_card vscmax --must-change && block Bert && revoke Ruth && lists_kept
}

login_site() {
    {
        site_install && login_log && site_trust && cp "$CONF" "$W/base.conf" &&
            remote "$@" && login_users && login_card vscalice && lists_kept
    } > "$LOG" 2>&1
}

login_end() {
    [ -z "$LISTENER" ] || kill "$LISTENER"
    [ -z "$LOGGER" ] || kill "$LOGGER"
    wait "$LISTENER" "$LOGGER" 2> /dev/null
    site_end
}

# ---- configuration

setting() {
    cp "$W/base.conf" "$CONF"
    [ $# = 0 ] || printf '%s\n' "login = { remote = [ $REMOTE ];" "$@" '};' >> "$CONF"
    [ $# != 0 ] || printf 'login = { remote = [ %s ]; };\n' "$REMOTE" >> "$CONF"
}
# remote SERVICE...: these may be asked from another machine
remote() {
    REMOTE=
    local service
    for service in "$@"; do REMOTE="$REMOTE${REMOTE:+, }\"$service\""; done
    setting
}

# ---- cards

tries() { vscmgr show "$1" --json | jq -r .tries_left; }
refill() {
    local name=$1
    shift
    printf '%s\n' $ADMIN $PIN | vscmgr unblock "$name" --adminkey stdin "$@" > /dev/null
}
block() {
    while [ "$(tries "$1")" -gt 0 ]; do
        echo "a wrong PIN" | vscmgr csr "$1" --pin stdin --out "$W/none" > /dev/null 2>&1
    done
    [ "$(tries "$1")" = 0 ]
}
revoke() {
    tests/pki/make-pki.sh revoke "$W/pki" "$W/$1.pem" && cp "$W"/pki/crls/* /etc/pam_vsc/crls/
}
lists_kept() {
    rm -rf "$W/crls" && cp -r /etc/pam_vsc/crls "$W/crls"
}
restore() { cp "$W"/crls/* /etc/pam_vsc/crls/; }

# ---- helpers

listen() {
    /usr/libexec/pam_vsc/vsc-card --listen /run/pam_vsc/card.sock 2> "$W/listen.log" &
    LISTENER=$!
    until_socket /run/pam_vsc/card.sock
}
# Of vsc-card those that serve, not the one that listens.
card_helpers() { pgrep -x vsc-card | grep -vx "${LISTENER:-none}"; }
waiting() { until_true card_helpers; }
kill_card() { waiting && kill -KILL $(card_helpers); }
stop_card() { waiting && kill -STOP $(card_helpers); }
cont_card() { kill -CONT $(card_helpers); }
cards_away() { mv /var/lib/pam_vsc/cards "$W/cards" && mkdir -m 755 /var/lib/pam_vsc/cards; }
cards_back() { rmdir /var/lib/pam_vsc/cards && mv "$W/cards" /var/lib/pam_vsc/cards; }
only() {
    mkdir -m 755 "$W/aside" && find /var/lib/pam_vsc/cards -mindepth 1 -maxdepth 1 \
        ! -name "$(vscmgr list --json | jq -r ".[] | select(.name == \"$1\") | .id")" \
        -exec mv -t "$W/aside" {} +
}
all_cards() { mv "$W"/aside/* /var/lib/pam_vsc/cards/ && rmdir "$W/aside"; }

# ---- what is seen

fresh() { : > "$MESSAGES"; }
said() { until_true grep -q -- "$1" "$MESSAGES"; }
talk() { tests/login/talk "$LOG" "$@"; }

# ---- stacks

PAM_BEFORE=$W/pam.d
SAMPLES=/usr/share/pam_vsc/pam.d
stack_off() {
    [ -d "$PAM_BEFORE" ] || cp -a /etc/pam.d "$PAM_BEFORE" || return 1
    rm -rf /etc/pam.d && cp -a "$PAM_BEFORE" /etc/pam.d
}
stack_on() {
    local service
    stack_off || return 1
    [ $# != 0 ] || DEBIAN_FRONTEND=noninteractive pam-auth-update --enable vsc || return 1
    for service in "$@"; do install -m 644 "$SAMPLES/$service" /etc/pam.d/ || return 1; done
}
between() {
    printf '#!/bin/sh\n%s\n' "$2" > "$W/between" && chmod 755 "$W/between"
    sed -i "0,/^account.*pam_vsc/s||account optional pam_exec.so quiet seteuid $W/between\n&|" "/etc/pam.d/$1"
}
