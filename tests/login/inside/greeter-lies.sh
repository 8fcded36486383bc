# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/56-greeter-lies.sh.
set -u
. tests/login/rig.sh
. tests/login/rig-greetd.sh

ALICE='{"type":"create_session","username":"vscalice"}'
NOBODY='{"type":"create_session","username":""}'
START="{\"type\":\"start_session\",\"cmd\":[\"$SESSION\"],\"env\":[]}"
CANCEL='{"type":"cancel_session"}'
NOTHING='{"type":"post_auth_message_response"}'
say() { printf '{"type":"post_auth_message_response","response":"%s"}' "$1"; }

play() { # STEP..: as the greeter; $LOG has what greetd answered
    printf '%s\n' "$@" > "$W/steps"
    cp tests/login/greetd-client "$W/client" && chmod 755 "$W/client" "$W"
    install -o _greetd -m 600 /dev/null "$W/replies"
    greetd_start "$W/client $W/steps $W/replies"
    until_true grep -q '^left' "$W/replies"
    cp "$W/replies" "$LOG"
    # A session that was granted starts when the greeter has left.
    until_true 3 greetd_is_over # sometimes it waits for the worker
    cat "$W/greetd.log" >> "$LOG"
}
replies() { # TYPE..: of greetd's answers, in turn
    [ "$(sed -n 's/.*"type":"\([a-z_]*\)".*/\1/p; s/^none$/none/p' "$W/replies" | xargs)" = "$*" ]
}
kept_out() { # WHAT STATUS
    local status=$2
    sleep 0.5 # a session that is started against our will would be there by now
    no_session && [ "$status" = 0 ]
    ok $? "greetd: $1"
    cp "$LOG" "$W/last"
    greetd_end
}

login_site && login_card vsccarol >> "$LOG" 2>&1 && greetd_prepare && cp conf/pam.d/greetd /etc/pam.d/
ok $? "rig: an installed site, and greetd"

play "$ALICE" "$(say $PIN)" "$START"
replies auth_message success success && session_of vscalice
ok $? "greetd: an honest greeter and the right PIN: a session (to compare with)"
greetd_end; pkill -KILL -u vscalice

play "$START"
replies error; kept_out "a session without any conversation" $?
play "$ALICE" "$START"
replies auth_message error; kept_out "a session instead of the PIN" $?
play "$ALICE" "$(say 87654321)" "$START"
replies auth_message auth_message error; kept_out "a session after a wrong PIN" $?
refill Alice
play "$ALICE" "$(say $PIN)" "$CANCEL" "$START"
replies auth_message success success error; kept_out "a session after it was given up" $?
play "$ALICE" "$(say '')" "$(say '')" "$START"
! grep -q '"type":"success"' "$W/replies"; kept_out "answers of nothing to every question" $?
play "$ALICE" "$NOTHING" "$START"
! grep -q '"type":"success"' "$W/replies"; kept_out "no answer at all" $?
play '{"type":"create_session","username":"vscbob"}' "$(say $PIN)" "$START"
! grep -q '"type":"success"' "$W/replies"; kept_out "another user's name with the PIN" $?
play '{"type":"create_session","username":"root"}' "$(say $PIN)" "$START"
! grep -q '"type":"success"' "$W/replies"; kept_out "root's name with the PIN" $?
play "$(say $PIN)" "$START"
replies error error; kept_out "an answer that nobody asked for" $?
play "$ALICE" "$NOBODY" "$(say $PIN)" "$START"
replies auth_message error success success && session_of vscalice
ok $? "greetd: a second conversation within the first is none"
greetd_end; pkill -KILL -u vscalice
play "$ALICE" again "$START"
replies auth_message error; kept_out "a session over another connection" $?
play "head 4294967295" "raw 7b7d" end
kept_out "a frame of 4 GiB" 0
play "head 100" "raw 7b" end
kept_out "a frame that is cut short" 0
play "raw 020000007b7d" reply "$START"
! grep -q '"type":"success"' "$W/replies"; kept_out "a message of no type" $?
play "raw 04000000fffefdfc" reply "$START"
! grep -q '"type":"success"' "$W/replies"; kept_out "what is not JSON" $?
play "$ALICE" end
replies auth_message; kept_out "a greeter that leaves within the conversation" $?
no_helpers
ok $? "greetd: no helper is left of all that"
[ "$(tries Carol)" = 5 ] && [ "$(tries Alice)" = 5 ]
ok $? "greetd: and no try was used up by it"
login_end
echo "1..$number"
