# SPDX-License-Identifier: BSD-2-Clause
# certcheck refresh killed at every point where that may matter: source this file after tests/rig/refresh.sh.
#
#   keep_old                 the cache as it is now is what each run begins with, but for certificates and lists by
#                            hand: so that all of it is to be done again
#   again                    the cache is that
#   kill_refresh CODE COMMAND...   $neither: how often card.pem was neither accepted nor refused for CODE alone
#                            after a kill; $wrong: how often COMMAND failed after the refresh that came next, or
#                            that left a temporary file. A TAP line: it was killed at each point

keep_old() {
    cp -a "$CACHE" "$W/old"
    rm "$W/old/certs/"* "$W/old/hand/"*
}
again() { rm -rf "$CACHE"; cp -a "$W/old" "$CACHE"; }

kill_refresh() {
    local code=$1 killed=0 answer
    shift
    neither=0 wrong=0
    while [ "$killed" -lt 500 ]; do
        again
        env KILL_AT=$((killed + 1)) LD_PRELOAD="$B/tests/kill_shim.so" "$B/certcheck" refresh -c "$W/conf" > "$W/out" 2>&1
        [ $? = 137 ] || break
        killed=$((killed + 1))
        # The issuer itself may be missing at that point.
        check --intermediates "$W/pki/intermediates" "$W/card.pem" > "$W/out" 2>&1
        answer=$(jq -r '[.accepted, .reasons[].code] | join(" ")' "$W/out")
        [ "$answer" = true ] || [ "$answer" = "false $code" ] ||
            { neither=$((neither + 1)); sed 's/^/# /' "$W/out"; }
        refresh > "$W/out" 2>&1 && "$@" && [ -z "$(find "$CACHE" -name '.new-*')" ] ||
            { wrong=$((wrong + 1)); echo "# at $killed"; sed 's/^/# /' "$W/out"; }
    done
    [ "$killed" -gt 10 ] && [ "$killed" -lt 500 ]
    ok $? "killed at each point"
    echo "# $killed points"
}
