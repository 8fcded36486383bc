# SPDX-License-Identifier: BSD-2-Clause
# A client of vsc-card that stays (tests/client), for what is to be looked at meanwhile: source this file
# after one that sources tests/rig/until.sh.
#
#   client_open OUT ARG...   start it with these arguments; what it says goes to OUT
#   client_said LINE...      give it these commands, and wait until it has answered each
#   client_close             end it

client_open() {
    CLIENT_OUT=$1
    : > "$CLIENT_OUT"
    mkfifo "$CLIENT_OUT.in" || return 1
    "${B:-build}/tests/card_client" "${@:2}" < "$CLIENT_OUT.in" > "$CLIENT_OUT" 2>&1 &
    CLIENT=$!
    exec {CLIENT_IN}> "$CLIENT_OUT.in"
    rm "$CLIENT_OUT.in"
}
client_answered() { [ "$(grep -c "^$1:" "$CLIENT_OUT")" -gt "$2" ]; }
client_said() {
    local line before
    for line; do
        before=$(grep -c "^${line%% *}:" "$CLIENT_OUT")
        echo "$line" >&"$CLIENT_IN"
        until_true client_answered "${line%% *}" "$before" || return 1
    done
}
client_close() {
    exec {CLIENT_IN}>&-
    wait "$CLIENT"
}
