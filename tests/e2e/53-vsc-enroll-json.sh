#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-enroll --json is one value of JSON for every command, also where it fails: before it has found a
# profile or a card, or with an array begun; and then that value tells why.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
if missing=$(enroll_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
export TSS2_LOG=all+NONE
TESTS=0 FAILED=0
trap enroll_end EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }
COMMANDS="list templates request import renew cancel status check pulse"
O=2:object
: > "$D/answer.pem"
person() { # USER WORD... What is freed is not read again: its bytes are others then
    echo 12345678 | setpriv --reuid "$1" --regid "$1" --clear-groups env -i MALLOC_PERTURB_=165 HOME="$D" \
        XDG_STATE_HOME="$D/state-$1" "$D/vsc-enroll" "${@:2}"
}
json() { # USER CONF WORD...: the JSON in $D/json
    person "$1" "${@:3}" -c "$2" --pin stdin --json > "$D/json" 2> "$D/out"
}
# A failure is an object, or is told in one of an array; where there is none, none is told.
tells() { # STATUS TYPE
    jq -es "length == 1 and (.[0] | type) == \"$2\"" "$D/json" > "$D/jq" || return 1
    if [ "$1" = 0 ]; then
        jq -e '[.. | objects | .why // empty] == []' "$D/json"
    elif [ "$2" = array ]; then
        jq -e 'length > 0 and all(.card == null and .certificate == null and (.why | length > 0))' "$D/json"
    else
        jq -e '.result == "failed" and .code == null and (.why | length > 0)' "$D/json"
    fi > "$D/jq"
}
# each WHAT USER CONF STATUS:TYPE...: of the commands, in their order. Statuses: man/vsc-enroll.1
each() {
    local what=$1 user=$2 conf=$3 command words status
    shift 3
    for command in $COMMANDS; do
        words=$command
        [ $command != import ] || words="import $D/answer.pem"
        json "$user" "$conf" $words $MORE
        status=$?
        TESTS=$((TESTS + 1))
        if [ $status = "${1%:*}" ] && tells $status "${1#*:}"; then
            echo "ok $TESTS - $what: $command"
        else
            FAILED=1
            echo "not ok $TESTS - $what: $command (status $status)"
            sed 's/^/# /' "$D/json" "$D/out"
        fi
        shift
    done
}
SHOWN=(json show)
MORE=
profile other 'backend = "file";' 'users = [ "games" ];'
each "no profile is for the user" daemon "$D/conf" 0:array 1:object 1:object 1:object 1:object 1:object 0:array 0:array 0:array
profile paper 'backend = "file";'
# Paper has no templates to ask for, and nothing is due.
each "another user's card" bin "$D/conf" 0:array $O 1:object 1:object 1:object 1:object 1:array 1:array 0:array
sed 's,socket = [^;]*,socket = "/nowhere",' "$D/conf" > "$D/deaf.conf"
each "nobody at the socket" daemon "$D/deaf.conf" 0:array $O 3:object 3:object 3:object 3:object 3:array 3:array 0:array
echo 'colour = "red";' > "$D/bad.conf"
each "a configuration with a fault" daemon "$D/bad.conf" $O $O $O $O $O $O $O $O $O
each "no configuration" daemon "$D/none.conf" $O $O $O $O $O $O $O $O $O
MORE="--card Nobody's"
each "no such card" daemon "$D/conf" 0:array $O 1:object 1:object 1:object 1:object 1:array 1:array 0:array
MORE="--profile none"
each "no such profile" daemon "$D/conf" 0:array $O $O $O $O $O $O $O $O
MORE="--profile other"
each "a profile for others" daemon "$D/conf" 0:array 1:object 1:object 1:object 1:object 1:object 1:object 1:object 1:object
MORE="--at yesterday"
each "a time that is none" daemon "$D/conf" $O $O $O $O $O $O $O $O $O
MORE="--wait 0"
each "an option that is wrong, before --json" daemon "$D/conf" $O $O $O $O $O $O $O $O $O
MORE=
STATE=$D/state-daemon/pam_vsc/enroll
echo '{"version":' > "$STATE/paper.json" && chown daemon "$STATE/paper.json"
each "a state that cannot be read" daemon "$D/conf" 0:array $O 3:object 3:object 3:object 3:object 3:array 3:array 3:array
profile zweites 'backend = "file";'
for command in status check; do
    json daemon "$D/conf" $command
    [ $? = 3 ] && jq -es 'length == 1 and (.[0] | map([.profile, .card, .why != null]) == [["paper", null, true], ["zweites", "Alice", false]])' "$D/json" > "$D/jq"
    check "the profile behind one that fails is in the array too: $command"
done
rm "$STATE/paper.json" "$D/enroll.d/zweites.conf"
json daemon "$D/conf" request --out /nowhere/a.csr
[ $? = 3 ] && jq -es 'length == 1 and (.[0] | .profile == "paper" and .card == "Alice" and .phase == "requested" and .result == "failed" and (.why | length > 0))' "$D/json" > "$D/jq"
check "a failure behind the card tells profile and card"
bad=0
for command in list status check request pulse "list --nonsense"; do
    person daemon $command -c "$D/conf" --pin stdin --json > /dev/full 2> "$D/out"
    case $?:$command in 3:*|2:*nonsense) ;; *) echo "# $command"; bad=1 ;; esac
done
[ $bad = 0 ]
check "a standard output that takes nothing is a fault of the system"
json daemon "$D/conf" cancel
[ $? = 0 ] && jq -es 'length == 1 and .[0].phase == "idle" and .[0].why == null' "$D/json" > "$D/jq"
check "cancel is an object"
# The CA does not answer before the card is gone.
mv "$D/enroll.d/paper.conf" "$D/paper.conf"
profile slow 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];"
hold
json daemon "$D/conf" request &
REQUEST=$!
until_true held
"$B/vscmgr" destroy --name Alice --yes -c "$D/conf" > "$D/show" 2>&1
echo 'say 2 no' > "$D/mode"
let_go
wait $REQUEST
[ $? = 1 ] && jq -es 'length == 1 and (.[0] | .profile == "slow" and .card == null and .result == "failed" and .code != null and (.why | length > 0))' "$D/json" > "$D/jq"
check "the card is gone when the CA refuses: refused, and no card is told"
mv "$D/paper.conf" "$D/enroll.d/paper.conf"
echo 'colour = "red";' >> "$D/enroll.d/paper.conf"
each "a profile with a fault" daemon "$D/conf" $O $O $O $O $O $O $O $O $O
COMMANDS="nothing import pulse"
MORE="one two --notify"
each "a command line that is wrong" daemon "$D/conf" $O $O $O
for words in "" "import" "pulse --notify" "list --yes" "list --wait" "--help" "list --json"; do
    person daemon --json $words > "$D/json" 2> "$D/out"
    [ $? = 2 ] && tells 2 object
    check "a command line that is wrong, behind --json: $words"
done
person daemon list --nonsense > "$D/json" 2> "$D/out"
[ $? = 2 ] && [ ! -s "$D/json" ] && said nonsense
check "without --json standard error tells alone"
echo "1..$TESTS"
exit $FAILED
