#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Unblocking by a help desk: a person at the card's machine, another at the help desk's.
set -u
shopt -s lastpipe # the last of a pipe counts in this shell
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
if missing=$(tpm_missing expect jq tpm2_getcap); then
    echo "1..0 # SKIP $missing"; exit 0
fi
W=$(mktemp -d) || exit 1
trap 'tpm_stop; rm -rf "$W"' EXIT
export TSS2_LOG=all+NONE
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
is() { # NAME WANTED-STATUS PATTERN COMMAND...: exit status and a pattern in all that it says
    local name=$1 wanted=$2 pattern=$3 status
    shift 3
    "$@" > "$W/out" 2>&1
    status=$?
    [ "$status" = "$wanted" ] && grep -qE -- "$pattern" "$W/out"
    check $? "$name"
    [ "$failed" = 0 ] || [ "$status" = "$wanted" ] || sed 's/^/# /' "$W/out"
}
terminals() { [ -c /dev/ptmx ]; }
no_terminal() { # NAME
    n=$((n + 1))
    echo "ok $n - $1 # SKIP no pseudo-terminals"
}
left_in_tpm() { tpm2_getcap handles-loaded-session; tpm2_getcap handles-transient; }

MASTER=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
OTHER_MASTER=11112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
cat > "$W/conf" <<CONF
card = { store = "$W/store"; tcti = "$TCTI"; };
helpers = { card_user = ""; check_user = ""; };
CONF
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
# The help desk: its own machine, without TPM and configuration.
answer() { # CARD CHALLENGE [MASTER]
    printf '%s\n' "${3:-$MASTER}" | "$B/vscmgr" answer --master stdin --card "$1" --challenge "$2"
}
create() { # NAME MASTER OPTIONS...
    local name=$1 master=$2
    shift 2
    printf '%s\n' "$master" | vscmgr create --name "$name" --generate --key p256 --tries 3 \
        --helpdesk stdin "$@" > "$W/out" 2>&1
}
opens() { # NAME PIN
    printf '%s\n' "$2" | vscmgr csr "$1" --pin stdin > "$W/csr" 2> "$W/err"
}
block() { # NAME
    local i
    for i in 1 2 3; do opens "$1" 'wrong PIN 9'; done
    vscmgr show "$1" --json | jq -e '.blocked' > "$W/jq"
}
# A person waits with the challenge: answer and new PIN are lines to descriptor 4.
ask() { # NAME: sets card and challenge
    mkfifo "$W/in" && { "$B/vscmgr" unblock "$1" --challenge --pin stdin -c "$W/conf" \
        < "$W/in" > "$W/said" 2>&1 & } && person=$! && exec 4> "$W/in" && rm "$W/in"
    while kill -0 "$person" 2> "$W/err" && ! grep -q challenge "$W/said"; do sleep 0.05; done
    card=$(sed -n 's/^ *card  *//p' "$W/said")
    challenge=$(sed -n 's/^ *challenge  *//p' "$W/said")
}
tell() { # STATUS PATTERN LINE...: what the person types, and what comes of it
    local wanted=$1 pattern=$2 status
    shift 2
    printf '%s\n' "$@" >&4
    exec 4>&-
    wait "$person"
    status=$?
    [ "$status" = "$wanted" ] && grep -qE -- "$pattern" "$W/said" || { sed 's/^/# /' "$W/said"; false; }
}

create Card "$MASTER"
check $? "create_with_a_help_desk"
! grep -rqi "$MASTER" "$W/store" "$W/out" && ! grep -qr "$(printf '%s' "$MASTER" | head -c 32)" "$W/store"
check $? "the_master_key_is_not_kept"
printf '0011\n' | vscmgr create --name Bad --helpdesk stdin > "$W/out" 2>&1
[ $? = 2 ] && grep -q '64 hexadecimal digits' "$W/out"
check $? "a_master_key_has_64_digits"
create Other "$MASTER" && create Foreign "$OTHER_MASTER" --puk default
check $? "with a PUK as well"
printf '12345678\n' | vscmgr create --name Plain > "$W/out" 2>&1
is "a card without a help desk says so" 1 'made without --helpdesk' \
    vscmgr unblock Plain --challenge --pin stdin

block Card
check $? "the card is blocked"
ask Card
[[ $card =~ ^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$ && $challenge =~ ^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$ ]]
check $? "challenge_is_26_letters_and_digits_and_2_to_check"
! grep -q $'\033' "$W/said"
check $? "no QR code where there is no terminal"
text=$(answer "$card" "$challenge")
[[ $text =~ ^([0-9A-Z]{6}-){8}[0-9A-Z]{6}$ ]]
check $? "answer_is_52_letters_and_digits_and_2_to_check"
[ "$(printf '%s\n' "$MASTER" | "$B/vscmgr" answer --master stdin \
        --challenge "VSC1:${card//-/}:${challenge//-/}")" = "$text" ] &&
    [ "$(printf '%s\n' "$MASTER" "$card" "$challenge" | "$B/vscmgr" answer --master stdin)" = "$text" ]
check $? "answer_takes_the_text_of_the_qr_code_and_lines_of_standard_input"
[ "$(answer "${card,,}" "${challenge//-/ }")" = "$text" ]
check $? "codes are read in either case, with blanks"
tell 0 'new PIN and 3 tries' "$(tr -d - <<< "${text,,}")" 'fresh PIN 1'
check $? "unblock_challenge_with_the_answer"
opens Card 'fresh PIN 1' && ! opens Card 12345678
check $? "the new PIN opens the card, the old one does not"
[ -z "$(left_in_tpm)" ]
check $? "nothing stays in the TPM"
old=$text

ask Card
tell 1 'not the help desk.s answer' "$old" 'fresh PIN 2'
check $? "replay_is_refused"
ask Other
others=$(answer "$card" "$challenge")
ask_other=$card
tell 2 'typing error' "$(tr '0-9' '1-90' <<< "$others")" 'fresh PIN 2'
check $? "a_typing_error_is_told"
ask Card
tell 1 'not the help desk.s answer' "$others" 'fresh PIN 2'
check $? "another_card_s_answer_is_refused"
ask Card
tell 1 'not the help desk.s answer' "$(answer "$ask_other" "$challenge")" 'fresh PIN 2'
check $? "an_answer_for_another_card_s_number_is_refused"
ask Card
tell 1 'not the help desk.s answer' "$(answer "$card" "$challenge" "$OTHER_MASTER")" 'fresh PIN 2'
check $? "another_master_key_is_refused"
ask Card
tell 1 'PIN does not fit' "$(answer "$card" "$challenge")" 'short'
check $? "the new PIN keeps to the policy"
opens Card 'fresh PIN 1'
check $? "none of these changed the card"

# Leaving ends the challenge.
ask Card
left=$(answer "$card" "$challenge")
exec 4>&-
wait "$person"
[ $? = 2 ] && [ -z "$(left_in_tpm)" ]
check $? "leaving_ends_the_challenge"
ask Card
tell 1 'not the help desk.s answer' "$left" 'fresh PIN 2'
check $? "and_its_answer_is_worth_nothing"
ask Card
kill -INT "$person"; kill -TERM "$person"
exec 4>&-
wait "$person"
[ $? != 0 ] && [ -z "$(left_in_tpm)" ]
check $? "a_signal_ends_the_challenge_too"
ask Card
kill -ALRM "$person"
wait "$person"
[ $? = 2 ] && [ -z "$(left_in_tpm)" ]
check $? "a_forgotten_challenge_ends_too"
exec 4>&-
ask Card
restarted=$(answer "$card" "$challenge")
tpm_stop
tell 3 'TPM' "$restarted" 'fresh PIN 2'
check $? "a TPM that went away is an error"
tpm_start "$W/tpm"
sed -i "s/tcti = \"[^\"]*\"/tcti = \"$TCTI\"/" "$W/conf"
ask Card
tell 1 'not the help desk.s answer' "$restarted" 'fresh PIN 2'
check $? "an_answer_after_a_restart_is_refused"
opens Card 'fresh PIN 1'
check $? "and the card opens as before"

# The master key stays at the help desk: only the new card's own key is told to its machine.
mkfifo "$W/in" && { "$B/vscmgr" create --name Apart --generate --key p256 --helpdesk-key stdin \
    -c "$W/conf" < "$W/in" > "$W/said" 2>&1 & } && person=$! && exec 4> "$W/in" && rm "$W/in"
while kill -0 "$person" 2> "$W/err" && ! grep -q "card's number" "$W/said"; do sleep 0.05; done
number=$(sed -n "s/.*card's number: //p" "$W/said")
key=$(printf '%s\n' "$MASTER" "$number" | "$B/vscmgr" answer --master stdin --card-key)
tell 0 'Device instance ID' "$key"
check $? "create_with_the_card_s_own_key"
ask Apart
[ "$card" = "$number" ]
check $? "the card has the number that was told"
[ "$(vscmgr show Apart --json | jq -r .helpdesk)" = "$number" ] &&
    vscmgr show Apart | grep -q "with a help desk, card $number\$" &&
    vscmgr show Plain | grep -q 'without a help desk'
check $? "show_tells_the_card_s_number"
tell 0 'new PIN' "$(answer "$card" "$challenge")" 'fresh PIN 4' && opens Apart 'fresh PIN 4'
check $? "and_the_help_desk_unblocks_it"
printf '%s\n' "${key/[2-9]/0}" | vscmgr create --name Bad --helpdesk-key stdin > "$W/out" 2>&1
[ $? = 2 ] && grep -q "the card's key: there is an error" "$W/out"
check $? "a_typing_error_in_the_card_s_key_makes_no_card"
is "one of the two" 2 'helpdesk-key' vscmgr create --name Bad --helpdesk stdin --helpdesk-key stdin

# The help desk's mistakes.
is "answer_finds_errors_in_the_codes" 2 'card: there is an error' \
    answer "0${card:1}X" "$challenge"
is "a challenge with a wrong letter" 2 'challenge: there is an error' answer "$card" "${challenge/[2-9]/0}"
is "a wrong master key's form" 2 '64 hexadecimal digits' answer "$card" "$challenge" 1234
is "unblock takes one way only" 2 'one of' vscmgr unblock Card --challenge --puk stdin
is "--pin is for --challenge" 2 'challenge' vscmgr unblock Card --pin stdin

# At a terminal.
cat > "$W/person" <<'EXP'
log_user 1
set timeout 300
lassign $argv B conf master
spawn $B/vscmgr unblock Other --challenge -c $conf
expect -re {card +([-0-9A-Z]+)} { set card $expect_out(1,string) } timeout { exit 9 }
expect -re {challenge +([-0-9A-Z]+)} { set challenge $expect_out(1,string) } timeout { exit 9 }
expect "Answer: " {} timeout { exit 9 }
set text [exec sh -c "echo $master | $B/vscmgr answer --master stdin --card $card --challenge $challenge"]
send "$text 0\r"
expect "typing error" {} timeout { exit 9 }
expect "Answer: " {} timeout { exit 9 }
send "$text\r"
expect "New PIN: " {} timeout { exit 9 }
send "short\r"
expect "again: " {} timeout { exit 9 }
send "short\r"
expect "Answer: " {} timeout { exit 9 }
send "[string map {0 o 1 l - { }} [string tolower $text]]\r"
expect "New PIN: " {} timeout { exit 9 }
send "fresh PIN 3\r"
expect "again: " {} timeout { exit 9 }
send "fresh PIN 3\r"
expect eof
catch wait result
exit [lindex $result 3]
EXP
if terminals; then
    LC_ALL=C.UTF-8 expect "$W/person" "$B" "$W/conf" "$MASTER" > "$W/out" && opens Other 'fresh PIN 3'
    check $? "at_a_terminal_typing_errors_are_asked_again"
    [ "$(grep -c '[▀▄█]' "$W/out")" -ge 17 ]
    check $? "qr_code_in_half_blocks"
    LC_ALL=C expect "$W/person" "$B" "$W/conf" "$MASTER" > "$W/out" &&
        [ "$(grep -c $'\033\\[107m  ' "$W/out")" -ge 33 ] && ! grep -q '[▀▄█]' "$W/out"
    check $? "qr_code_without_utf8"
else
    no_terminal "at_a_terminal_typing_errors_are_asked_again"
    no_terminal "qr_code_in_half_blocks"
    no_terminal "qr_code_without_utf8"
fi

echo "1..$n"
exit $failed
