#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-removal with the real vsc-card, a SoftHSM token that is taken out and put back, and a loginctl
# that notes what it is told.
set -u
B=${B:-build}
. tests/rig/softhsm.sh
if missing=$(softhsm_missing); then echo "1..0 # SKIP $missing"; exit 0; fi

D=$(mktemp -d) || exit 1
PID=
stop() { [ -z "$PID" ] || { kill "$PID" 2>/dev/null; wait "$PID" 2>/dev/null; PID=; }; }
trap 'stop; rm -rf "$D"' EXIT
chmod 755 "$D"
BUILD=$(cd "$B" && pwd)
TESTS=0 FAILED=0
check() { # NAME: true or false by the status of the last command
    local status=$?
    TESTS=$((TESTS + 1))
    if [ $status -eq 0 ]; then echo "ok $TESTS - $1"; else echo "not ok $TESTS - $1"; FAILED=1
        sed 's/^/# /' "$D/log" "$D/said" 2>/dev/null; fi
}
conf() { # REMOVAL
    mkdir -p "$D/store"
    cat >"$D/conf" <<CONF
card = { store = "$D/store"; pkcs11_modules = [ "$module" ]; };
helpers = { card_user = ""; check_user = ""; };
login = { timeout = 10; removal = "$1"; };
CONF
}
# A loginctl: sessions are lines "ID USER LEADER" of a file.
cat >"$D/loginctl" <<'CTL'
#!/bin/bash
D=${0%/*}
echo "$*" >>"$D/said"
[ -e "$D/deaf" ] && exit 1
case $* in
*show-session*)
    while read -r id user leader; do
        [ "$id" = "$3" ] && printf 'Id=%s\nUser=%s\nLeader=%s\n' "$id" "$user" "$leader" && exit 0
    done <"$D/logind"
    exit 1 ;;
*list-sessions*) while read -r id user leader; do echo "  $id $user alice - -"; done <"$D/logind" ;;
esac
exit 0
CTL
chmod 755 "$D/loginctl"
record() { # SESSION UID LEADER CARD
    mkdir -p -m 700 "$D/sessions"
    (umask 077; printf 'pam_vsc session 1\nsession %s\nuid %s\nleader %s\nservice test\ncard %s\nname Alice\n' \
        "$1" "$2" "$3" "$4" >"$D/.new" && mv "$D/.new" "$D/sessions/$1")
}
removal() { # OPTION...: until it ends
    timeout 60 "$BUILD/vsc-removal" -c "$D/conf" --helpers "$BUILD" --loginctl "$D/loginctl" \
        --sessions "$D/sessions" "$@" >>"$D/log" 2>&1
}
start() {
    "$BUILD/vsc-removal" -c "$D/conf" --helpers "$BUILD" --loginctl "$D/loginctl" \
        --sessions "$D/sessions" >>"$D/log" 2>&1 &
    PID=$!
}
said() { [ "$(grep -c -- "$1" "$D/said" 2>/dev/null)" = "$2" ]; } # PATTERN TIMES
# So many polls of the present vsc-removal have been answered: its vsc-card has been asked.
polls() { local i; for ((i = 0; i < $1; i++)); do sleep 2.2; done; }
fresh() { stop; rm -rf "$D/sessions" "$D/said" "$D/log" "$D/deaf" "$module.away" "$module.broken"; : >"$D/logind"; : >"$D/said"; }

softhsm_start "$D"
softhsm_token Alice 12345678 && softhsm_self_signed ec:P-256 alice "$D/a.key" "$D/a.pem" &&
    softhsm_key Alice 12345678 01 "$D/a.key" "$D/a.pem"
check "test_token_is_made"
module=$(softhsm_module card)
conf lock
CARD=$(echo list | timeout 60 "$BUILD/tests/card_client" "spawn:$BUILD:$D/conf" 2>&1 |
    sed -n 's/^list: id=\(p11:[^ ]*\) name=Alice .*/\1/p')
[ -n "$CARD" ]
check "test_token_has_an_id"

fresh
echo "3 1000 42" >"$D/logind"
record 3 1000 42 "$CARD"
start
until_true said 'show-session 3' 1 && polls 1 && said 'lock-session' 0
check "test_session_stays_open_while_the_token_is_there"
touch "$module.away"
until_true said '^--no-ask-password lock-session 3$' 1
check "test_session_is_locked_when_the_token_is_taken_out"
polls 1
said 'lock-session' 1
check "test_session_is_locked_once"
rm "$module.away"
polls 1
said 'lock-session' 1 && [ -e "$D/sessions/3" ]
check "test_token_put_back_does_nothing"
touch "$module.broken"
polls 2
said 'lock-session' 1
check "test_module_that_breaks_is_no_removal"
rm "$module.broken"
pkill -P "$PID" -x vsc-card
polls 2
said 'lock-session' 1 && kill -0 "$PID"
check "test_vsc_card_that_dies_is_no_removal"
touch "$module.away"
until_true said 'lock-session 3' 2
check "test_and_the_next_removal_counts"
rm "$D/sessions/3"
until_true eval '! kill -0 $PID 2>/dev/null'
wait "$PID"
check "test_it_ends_with_the_last_record"
PID=
said 'terminate-session' 0
check "test_lock_ends_no_session"

fresh
conf logout
printf '3 1000 42\n' >"$D/logind"
record 3 1000 42 "$CARD"
touch "$module.away"
removal --once && said '^--no-ask-password terminate-session 3$' 1 && said 'lock-session' 0
check "test_once_ends_a_session_whose_token_is_gone"

fresh
conf lock
printf '3 1001 42\n4 1000 43\n6 1000 46\n' >"$D/logind"
record 3 1000 42 "$CARD"
record 4 1000 42 "$CARD"
record 5 1000 42 "$CARD"
touch "$module.away"
removal --once
said 'lock-session' 0 && [ ! -e "$D/sessions/3" ] && [ ! -e "$D/sessions/4" ] && [ ! -e "$D/sessions/5" ]
check "test_session_of_another_user_another_leader_or_none_is_left_alone"

fresh
printf '3 1000 42\n' >"$D/logind"
record 3 1000 42 "$CARD"
touch "$D/deaf" "$module.away"
removal --once
said 'lock-session' 0 && [ -e "$D/sessions/3" ]
check "test_nothing_is_done_or_forgotten_while_logind_does_not_answer"

fresh
printf '3 1000 42\n' >"$D/logind"
record 3 1000 42 "p11:other-00000000:1:0011223344556677"
removal --once
said 'lock-session' 0
check "test_token_of_a_module_that_is_not_configured_is_not_gone"

fresh
printf '3 1000 42\n' >"$D/logind"
record 3 1000 42 0000
removal --once
said 'lock-session' 0 && grep -q 'record=3 deleted: it is malformed' "$D/log" && [ ! -e "$D/sessions/3" ]
check "test_record_of_a_virtual_card_is_none"

fresh
conf none
printf '3 1000 42\n' >"$D/logind"
record 3 1000 42 "$CARD"
touch "$module.away"
removal && [ ! -s "$D/said" ] && [ ! -e "$D/sessions/3" ]
check "test_none_does_nothing_and_ends"

fresh
conf lock
printf '3 1000 42\n' >"$D/logind"
record 3 1000 42 "$CARD"
touch "$module.away"
chmod 777 "$D/sessions"
removal --once
[ $? -eq 3 ] && [ ! -s "$D/said" ]
check "test_folder_that_others_can_write_is_not_read"

fresh
removal
check "test_no_folder_is_no_session"
removal word
[ $? -eq 2 ]
check "test_usage"
conf sometimes
removal
[ $? -eq 2 ]
check "test_bad_configuration"

echo "1..$TESTS"
exit $FAILED
