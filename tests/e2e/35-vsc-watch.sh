#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-watch --json before real cards in a software TPM: what each user sees of each change, that the helper
# may go and come back, and how often the TPM is asked.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/proxy.sh
if missing=$(tpm_missing jq openssl); then echo "1..0 # SKIP $missing"; exit 0; fi
[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP needs several user ids: root only"; exit 0; }

D=$(mktemp -d) || exit 1
LISTENER= WATCHERS=()
end() {
    local pid
    for pid in "${WATCHERS[@]}" $LISTENER; do kill "$pid"; wait "$pid"; done 2>/dev/null
    proxy_stop; tpm_stop; rm -rf "$D"
}
trap end EXIT
chmod 755 "$D"
export TSS2_LOG=all+NONE
TESTS=0 FAILED=0
check() {
    local status=$?
    TESTS=$((TESTS + 1))
    if [ $status -eq 0 ]; then echo "ok $TESTS - $1"; else echo "not ok $TESTS - $1"; FAILED=1
        tail -n 3 "$D"/*.out "$D/log" 2>/dev/null | sed 's/^/# /'; fi
}
vscmgr() { "$B/vscmgr" "$@" -c "$D/conf" >"$D/vscmgr.out" 2>&1; }
card() { # UID COMMAND...: through the socket
    printf '%s\n' "${@:2}" | timeout 300 "$B/tests/card_client" "$D/card.sock" "$1" >"$D/card.out" 2>&1
}
configure() { # LOGIN SETTINGS
    cat >"$D/conf" <<CONF
card = { store = "$D/store"; tcti = "$TCTI"; };
helpers = { card_user = "nobody"; check_user = ""; };
login = { $1 };
CONF
}
helper_start() {
    "$B/vsc-card" -c "$D/conf" --listen "$D/card.sock" 2>"$D/log" &
    LISTENER=$!
}
helper_stop() { kill "$LISTENER"; wait "$LISTENER"; LISTENER=; }
as() { # USER OPTION...
    setpriv --reuid "$1" --regid "$1" --clear-groups env -i "$D/vsc-watch" --socket "$D/card.sock" "${@:2}"
}
watch() { # NAME USER: its lines go to NAME.out
    setpriv --reuid "$2" --regid "$2" --clear-groups \
        env -i "$D/vsc-watch" --socket "$D/card.sock" --json >"$D/$1.out" 2>"$D/$1.err" &
    WATCHERS+=($!)
    told "$1" '.event == "state"'
}
watch_end() {
    local pid
    for pid in "${WATCHERS[@]}"; do kill "$pid"; wait "$pid"; done 2>/dev/null
    WATCHERS=()
}
# NAME FILTER [MARK]: a line after the MARK-th makes the filter true.
has_told() { tail -n "+$((${3:-0} + 1))" "$D/$1.out" | jq -es "any(.[]; $2)"; }
told() { until_true has_told "$@"; }
mark() { wc -l <"$D/$1.out"; } # NAME: so many lines are there
polls() { grep -c ' NV_Read ' "$D/tpm.log"; }

tpm_start "$D/tpm" && proxy_start "$D/tpm.log" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
cp "$B/vsc-watch" "$D/vsc-watch"
mkdir -p "$D/store/cards"
configure 'announce = "single";'

as bin --json --once >"$D/none.out" 2>"$D/none.err"; [ $? = 3 ] && [ ! -s "$D/none.out" ] &&
    grep -q "^vsc-watch: $D/card.sock: cannot be asked (is vsc-card.socket started?): " "$D/none.err"
check "--once without the helper ends with 3, and says why"
"$B/vsc-watch" --nonsense 2>"$D/none.err"; one=$?
"$B/vsc-watch" --socket relative 2>>"$D/none.err"; two=$?
"$B/vsc-watch" word 2>>"$D/none.err"; three=$?
[ "$one$two$three" = 222 ] && [ "$(wc -l <"$D/none.err")" = 3 ] &&
    [ "$("$B/vsc-watch" --version)" = "vsc-watch $(cat VERSION)" ]
check "usage errors end with 2, --version tells the version"

setpriv --reuid daemon --regid daemon --clear-groups \
    env -i "$D/vsc-watch" --socket "$D/card.sock" --json >"$D/early.out" 2>&1 &
WATCHERS+=($!)
told early '.event == "helper-gone"' && [ "$(mark early)" = 1 ]
check "where the helper is not there from the start, helper-gone is the first line, and said once"
helper_start
told early '.event == "state" and .cards == []' && [ "$(jq -r .event "$D/early.out" | tr '\n' ' ')" = "helper-gone helper-back state " ]
check "it comes: helper-back, then the state"
watch_end

: >"$D/tpm.log"
sleep 3
[ ! -s "$D/tpm.log" ]
check "nobody watches: the TPM is not asked"

watch owner daemon && watch other bin
m=$(mark owner)
printf '%s\n' 12345678 87654321 | "$B/vscmgr" create --name TestVSC --owner daemon --pin stdin --puk stdin \
    --adminkey random --tries 3 --generate -c "$D/conf" >"$D/vscmgr.out" 2>&1
told owner '.event == "card-added" and .card.name == "TestVSC" and .card.mine' "$m" &&
    told other '.event == "card-added" and .card.name == "TestVSC" and (.card.mine | not)'
check "a card is made: both see it, and whose it is"
told owner '.card.tries_left == 3 and .card.tries_max == 3' "$m" &&
    ! grep -q '"tries_left":[0-9]' "$D/other.out"
check "the owner sees the tries, another user does not"

tests/pki/make-pki.sh base "$D/pki" daemon corp.test >"$D/pki.out" 2>&1 &&
    echo 12345678 | "$B/vscmgr" csr TestVSC --upn daemon@corp.test --pin stdin -c "$D/conf" >"$D/a.csr" 2>"$D/pki.out" &&
    tests/pki/make-pki.sh issue "$D/pki" "$D/a.csr" "$D/a.pem" --upn daemon@corp.test >"$D/pki.out" 2>&1 &&
    vscmgr import TestVSC "$D/a.pem"
told owner '.event == "card-changed" and (.changes | index("certificates")) and
    .card.certificates[0].upn == "daemon@corp.test" and .card.certificates[0].days_left > 300' &&
    told owner '.event == "announce" and .announce' && told other '.event == "announce" and .announce' &&
    ! grep -q 'corp.test' "$D/other.out"
check "a certificate is stored: the owner sees it, the others only that a login screen may begin with a card"

m=$(mark owner)
card "$(id -u daemon)" list "sign TestVSC 0 wrong-pin"
told owner '.event == "card-changed" and .changes == ["tries"] and .card.tries_left == 2' "$m"
check "a wrong PIN costs a try, and the owner sees it"
n=$(mark other)
card "$(id -u daemon)" list "sign TestVSC 0 wrong-pin" "sign TestVSC 0 wrong-pin"
told owner '.event == "card-changed" and (.changes | index("blocked")) and .card.state == "blocked" and .card.tries_left == 0' "$m" &&
    told other '.event == "card-changed" and .changes == ["blocked"] and .card.state == "blocked"' "$n"
check "the last wrong PIN blocks it, and everybody sees that"
printf '%s\n' 87654321 12345678 | "$B/vscmgr" unblock TestVSC --puk stdin -c "$D/conf" >"$D/vscmgr.out" 2>&1
told owner '.event == "card-changed" and (.changes | index("unblocked")) and .card.state == "ready" and .card.tries_left == 3' "$m" &&
    told other '.event == "card-changed" and .changes == ["unblocked"]' "$n"
check "it is unblocked, and everybody sees that"

sleep 2
: >"$D/tpm.log"
begun=$(date +%s)
sleep 6
lasted=$(($(date +%s) - begun)) polls=$(polls)
[ "$polls" -le $((lasted / 2 + 1)) ]
check "two watchers for $lasted seconds in which nothing happens: the TPM is asked $polls times, not more than every 2 s"
watch third root
: >"$D/tpm.log"
begun=$(date +%s)
for i in 1 2 3 4 5 6; do card "$(id -u daemon)" list "sign TestVSC 0 12345678"; sleep 1; done
lasted=$(($(date +%s) - begun)) polls=$(polls)
[ "$(grep -c ' Sign ' "$D/tpm.log")" = 6 ] && [ "$polls" -ge 2 ] && [ "$polls" -le $((lasted / 2 + 1)) ]
check "three watchers for $lasted seconds with a PIN in each: the TPM is asked $polls times, not more than every 2 s"
[ "$(jq -r .event "$D/third.out")" = state ]
check "what changes nothing is no line"

m=$(mark owner)
vscmgr create --name Second --pin default --tries 3
told owner '.event == "card-added" and .card.id == "0001" and .card.owner == null and .card.state == "ready"' "$m" &&
    told third '.event == "card-added" and .card.id == "0001" and .card.tries_max == 3'
check "a second card is added"
vscmgr set-owner Second bin
told third '.event == "card-changed" and .card.id == "0001" and .changes == ["owner"] and .card.owner != null'
check "it gets an owner, who is told by name"
vscmgr destroy --name Second --yes
told owner '.event == "card-removed" and .id == "0001"' "$m" && told other '.event == "card-removed" and .id == "0001"'
check "it is destroyed: card-removed"

m=$(mark owner)
children=$(pgrep -P "$LISTENER" | sort)
kill -KILL $children
sleep 3
card 0 list "sign TestVSC 0 wrong-pin"
told owner '.event == "card-changed" and .changes == ["tries"]' "$m" &&
    [ -z "$(tail -n "+$((m + 1))" "$D/owner.out" | jq -r 'select(.event | startswith("helper")) | .event')" ]
check "the helper's process for a connection is killed: another takes its place, and nobody is told"
m=$(mark owner)
children=$(pgrep -P "$LISTENER" | sort)
kill -KILL "$LISTENER" $children
wait "$LISTENER" 2>/dev/null
LISTENER=
told owner '.event == "helper-gone"' "$m"
check "the helper is killed: helper-gone"
sleep 3
[ "$(tail -n "+$((m + 1))" "$D/owner.out" | wc -l)" = 1 ]
check "which is said once"
helper_start
told owner '.event == "helper-back"' "$m" && told owner '.event == "state" and (.cards | length) == 1' "$m"
check "it is started again: helper-back, and the whole picture"

helper_stop
watch_end
for policy in own never; do
    configure "list_identities = \"$policy\"; announce = \"always\";"
    helper_start
    until_socket "$D/card.sock"
    as daemon --json --once >"$D/owner.out" && as bin --json --once >"$D/other.out" &&
        jq -e '(.announce | not) and (.cards | length) == 1 and .cards[0].mine' "$D/owner.out" >"$D/jq" &&
        jq -e '(.announce | not) and .cards == []' "$D/other.out" >"$D/jq"
    check "list_identities = $policy: the owner sees the own card, another user none"
    helper_stop
done

configure ''
helper_start
until_socket "$D/card.sock"
as daemon --once >"$D/words.out" && grep -q '^TestVSC (0000, .*): ready, 2 of 3 tries left$' "$D/words.out" &&
    grep -qE '^    key 00: daemon@corp.test, until 20[0-9TZ:-]* \([0-9]+ days\)$' "$D/words.out"
check "without --json it is words for people"
mkfifo "$D/pipe"
as daemon --json >"$D/pipe" &
WATCHERS=($!)
head -n 1 "$D/pipe" >"$D/head.out"
until_ended "${WATCHERS[0]}"
wait "${WATCHERS[0]}" && jq -e '.event == "state"' "$D/head.out" >"$D/jq"
check "its reader goes: it ends by itself, with 0 and no word"
WATCHERS=()
: >"$D/tpm.log"
sleep 3
[ ! -s "$D/tpm.log" ]
check "and the TPM is asked no more"

echo "1..$TESTS"
exit $FAILED
