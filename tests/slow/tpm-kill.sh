#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vscmgr killed at every write, rename, sync and TPM command of create, passwd, unblock,
# rotate-adminkey, change-puk, generate, delete-key, set-owner, import and destroy, and vsc-card of a
# PIN change: afterwards there is a card that opens with the old or the new PIN, or no card and no NV
# index; and every other change is wholly done or not at all.
set -u
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
. "$HERE/../rig/proxy.sh"
if missing=$(tpm_missing jq openssl tpm2_getcap); then
    echo "1..0 # SKIP $missing"; exit 0
fi
W=$(mktemp -d) || exit 1
chmod 755 "$W"
trap 'proxy_stop; tpm_stop; rm -rf "$W"' EXIT
export TSS2_LOG=all+NONE
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
wrong() { # a word to what went wrong at a point
    echo "# $*"
    bad=$((bad + 1))
}

tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
configure() {
    printf 'card = { store = "%s/store"; tcti = "%s"; };\nhelpers = { card_user = "%s"; };\n' \
        "$W" "$TCTI" "$(id -un | grep -q root && echo nobody)" > "$W/conf"
}
configure
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
cards() { vscmgr list --json 2>> "$W/err" | jq length; }
nv() { tpm2_getcap handles-nv-index | grep -c 0x; }
opens() { printf '%s\n' "$1" | vscmgr csr Card --pin stdin > "$W/csr" 2>> "$W/err"; }
# killed_at POINT INPUT COMMAND...: 137 when the point was reached, else the command's own status.
killed_at() {
    local at=$1 input=$2
    shift 2
    # A shell of its own: this one would tell of each kill.
    printf "$input" | KILL_AT=$at KILL_COUNT="$W/count" LD_PRELOAD="$B/tests/kill_shim.so" \
        "$B/vscmgr" "$@" -c "$W/conf" > "$W/out" 2>> "$W/err"
}
exec 2> "$W/shell" # "Killed" by the shell

# ---- create
bad=0 with=0 without=0 at=0
while at=$((at + 1)); do
    killed_at $at '' create --name Card --puk default --generate --key p256
    status=$?
    tpm_flush
    [ $status = 137 ] || break
    case $(cards) in
    1)
        with=$((with + 1))
        opens 12345678 || wrong "point $at: the card does not open"
        [ "$(nv)" = 3 ] || wrong "point $at: $(nv) NV indices with a card"
        vscmgr destroy --name Card --yes > "$W/out" 2>> "$W/err" || wrong "point $at: destroy"
        ;;
    0)
        without=$((without + 1))
        [ "$(nv)" = 0 ] || wrong "point $at: $(nv) NV indices and no card"
        [ -z "$(ls -A "$W/store/cards" 2>> "$W/err")" ] || wrong "point $at: $(ls -A "$W/store/cards")"
        ;;
    *) wrong "point $at: list fails" ;;
    esac
done
points=$((at - 1))
echo "# create: $points points, $with times a card, $without times none"
[ $status = 0 ] && [ "$(cat "$W/count")" = "$points" ] && [ "$points" -ge 20 ]
check $? "create_reaches_its_kill_points"
[ $bad = 0 ] && [ "$with" -gt 0 ] && [ "$without" -gt 0 ]
check $? "create_killed_at_every_point_leaves_a_card_or_nothing"

# ---- passwd
by_vscmgr() { # POINT OLD NEW: a change of the PIN; 137 when the point was reached
    killed_at "$1" "$2\n$3\n" passwd Card --pin stdin
}
by_vsc_card() { # the same; vsc-card is started without an environment, so a script stands before it
    mkdir -p "$W/helper"
    printf '#!/bin/sh\nKILL_AT=%s LD_PRELOAD=%s exec %s "$@"\n' "$1" "$B/tests/kill_shim.so" \
        "$B/vsc-card" > "$W/helper/vsc-card"
    chmod 755 "$W/helper/vsc-card"
    printf 'list\nchange Card %s %s\n' "$2" "$3" |
        "$B/tests/card_client" "spawn:$W/helper:$W/conf" > "$W/out" 2>> "$W/err"
    if grep -q '^change: success' "$W/out"; then return 0; fi
    grep -q '^change: fault: a helper cannot be used' "$W/out" && return 137
}
change() { # NAME BY: of the card that is there; its PIN is $pin
    local now=$pin next=87654321 swap
    [ "$now" != "$next" ] || next=12345678
    bad=0 old=0 new=0 at=0
    while at=$((at + 1)); do
        $2 $at "$now" "$next"
        status=$?
        tpm_flush
        [ $status = 137 ] || break
        if opens "$now"; then
            old=$((old + 1))
            ! opens "$next" || wrong "point $at: both PINs open the card"
            opens "$now" || wrong "point $at: a wrong PIN closed it"
        elif opens "$next"; then
            new=$((new + 1))
            swap=$now now=$next next=$swap
        else
            wrong "point $at: no PIN opens the card"
        fi
    done
    points=$((at - 1))
    echo "# $1: $points points, $old times the old PIN, $new times the new"
    [ $status = 0 ] && [ "$points" -ge 6 ]
    check $? "$1_reaches_its_kill_points"
    [ $bad = 0 ] && [ "$old" -gt 0 ] && [ "$new" -gt 0 ]
    check $? "$1_killed_at_every_point_leaves_the_old_or_the_new_pin"
    pin=$next
}
pin=12345678
[ "$(cards)" = 1 ]
check $? "the create that was not killed made a card"
change passwd by_vscmgr
change vsc_card by_vsc_card
KEY=010203040506070801020304050607080102030405060708
OTHER=FF0203040506070801020304050607080102030405060708
by_admin_key() { killed_at "$1" "$KEY\n$3\n" unblock Card --adminkey stdin; }
by_puk() { killed_at "$1" "12345678\n$3\n" unblock Card --puk stdin; }
change unblock_by_adminkey by_admin_key
change unblock_by_puk by_puk

# ---- the secrets of the administrator and of the PUK
# A secret is right if it can be changed to itself.
right_key() { printf '%s\n%s\n' "$1" "$1" | vscmgr rotate-adminkey Card --adminkey stdin --new stdin; }
right_puk() { printf '%s\n%s\n' "$1" "$1" | vscmgr change-puk Card --puk stdin; }
rotate() { # NAME RIGHT OLD NEW COMMAND...: of a secret; afterwards it is the old one again
    local name=$1 right=$2 now=$3 next=$4 first=$3 swap
    shift 4
    bad=0 old=0 new=0 at=0
    while at=$((at + 1)); do
        killed_at $at "$now\n$next\n" "$@"
        status=$?
        tpm_flush
        [ $status = 137 ] || break
        if $right "$now" > "$W/out" 2>> "$W/err"; then
            old=$((old + 1))
        elif $right "$next" > "$W/out" 2>> "$W/err"; then
            new=$((new + 1))
            swap=$now now=$next next=$swap
        else
            wrong "point $at: neither the old nor the new one is right"
        fi
    done
    echo "# $name: $((at - 1)) points, $old times the old one, $new times the new"
    [ $status = 0 ] && [ $at -gt 6 ] && [ $bad = 0 ] && [ "$old" -gt 0 ] && [ "$new" -gt 0 ]
    check $? "${name}_killed_at_every_point_leaves_the_old_or_the_new_one"
    # The change that was not killed made it $next.
    [ "$next" = "$first" ] ||
        printf '%s\n%s\n' "$next" "$first" | vscmgr "$@" > "$W/out" 2>> "$W/err"
}
rotate rotate_adminkey right_key $KEY $OTHER rotate-adminkey Card --adminkey stdin --new stdin
rotate change_puk right_puk 12345678 55667788 change-puk Card --puk stdin

# ---- keys, owner
keys() { vscmgr list --json 2>> "$W/err" | jq '.[0].keys | length'; }
bad=0 at=0 with=0 without=0
while at=$((at + 1)); do
    killed_at $at '' generate Card --key p256 --quiet
    status=$?
    tpm_flush
    [ $status = 137 ] || break
    case $(keys) in
    1) without=$((without + 1)) ;;
    2) with=$((with + 1)) ;;
    *) wrong "point $at: $(keys) keys" ;;
    esac
    opens "$pin" || wrong "point $at: the card does not open"
    # The next change cleans up what was left.
    vscmgr set-owner Card --none > "$W/out" || wrong "point $at: the next change"
    [ -z "$(find "$W/store" -name '.new-*')" ] || wrong "point $at: $(find "$W/store" -name '.new-*')"
    [ "$(keys)" != 2 ] || vscmgr delete-key Card 01 --yes --quiet || wrong "point $at: delete-key"
done
echo "# generate: $((at - 1)) points, $with times with the key, $without times without"
[ $status = 0 ] && [ $bad = 0 ] && [ "$without" -gt 0 ] && [ "$(keys)" = 2 ]
check $? "generate_killed_at_every_point_leaves_a_whole_key_or_none"
bad=0 at=0 with=0 without=0
while at=$((at + 1)); do
    killed_at $at '' delete-key Card 01 --yes --quiet
    status=$?
    [ $status = 137 ] || break
    case $(keys) in
    1) without=$((without + 1)) ;;
    2) with=$((with + 1)) ;;
    *) wrong "point $at: $(keys) keys" ;;
    esac
    opens "$pin" || wrong "point $at: the card does not open"
    vscmgr set-owner Card --none > "$W/out" || wrong "point $at: the next change"
    [ -z "$(find "$W/store" -name '.del-*')" ] || wrong "point $at: $(find "$W/store" -name '.del-*')"
    [ "$(keys)" = 2 ] || vscmgr generate Card --key p256 --quiet || wrong "point $at: generate"
done
echo "# delete-key: $((at - 1)) points, $with times with the key, $without times without"
[ $status = 0 ] && [ $bad = 0 ] && [ "$with" -gt 0 ] && [ "$without" -gt 0 ] && [ "$(keys)" = 1 ]
check $? "delete_key_killed_at_every_point_leaves_a_whole_key_or_none"
owner() { vscmgr list --json 2>> "$W/err" | jq -r '.[0].owner'; }
bad=0 at=0
while at=$((at + 1)); do
    killed_at $at '' set-owner Card nobody
    status=$?
    [ $status = 137 ] || break
    case $(owner) in null | nobody) ;; *) wrong "point $at: owner $(owner)" ;; esac
    opens "$pin" || wrong "point $at: the card does not open"
    vscmgr set-owner Card --none > "$W/out" || wrong "point $at: the next change"
done
[ $status = 0 ] && [ $bad = 0 ] && [ $at -gt 4 ] && [ "$(owner)" = nobody ]
check $? "set_owner_killed_at_every_point_leaves_the_old_or_the_new_owner"

# ---- import
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$W/ca.key" -out "$W/ca.pem" -subj /CN=CA -days 9
opens "$pin" && openssl x509 -req -in "$W/csr" -CA "$W/ca.pem" -CAkey "$W/ca.key" -days 9 \
    -out "$W/cert.pem"
cat "$W/ca.pem" >> "$W/cert.pem"
bad=0 at=0
while at=$((at + 1)); do
    killed_at $at '' import Card "$W/cert.pem"
    status=$?
    [ $status = 137 ] || break
    vscmgr list --json | jq -e '.[0].keys[0].type == "p256"' > "$W/out" || wrong "point $at: list"
    # The next change cleans up what was left.
    vscmgr import Card "$W/cert.pem" > "$W/out" || wrong "point $at: the next import"
    [ -z "$(find "$W/store" -name '.new-*')" ] || wrong "point $at: $(find "$W/store" -name '.new-*')"
    rm -f "$W/store/cards/0000/keys/default" "$W/store/cards/0000/keys/00/"*.pem
done
opens "$pin" || wrong "the card does not open"
[ $status = 0 ] && [ $bad = 0 ] && [ $at -gt 6 ]
check $? "import_killed_at_every_point_leaves_a_card_that_opens"

# ---- destroy
bad=0 at=0 with=0 without=0
while at=$((at + 1)); do
    killed_at $at '' destroy --name Card --yes
    status=$?
    tpm_flush
    [ $status = 137 ] || break
    case $(cards) in
    1)
        with=$((with + 1))
        opens "$pin" && [ "$(nv)" = 3 ] || wrong "point $at: the card does not open"
        ;;
    0)
        without=$((without + 1))
        [ "$(nv)" = 0 ] && [ -z "$(ls -A "$W/store/cards")" ] || wrong "point $at: leftovers"
        printf '12345678\n' | vscmgr create --name Card --pin stdin --puk default --generate \
            --key p256 > "$W/out"
        pin=12345678
        ;;
    *) wrong "point $at: list fails" ;;
    esac
done
echo "# destroy: $((at - 1)) points, $with times a card, $without times none"
[ $status = 0 ] && [ $bad = 0 ] && [ "$with" -gt 0 ] && [ "$without" -gt 0 ] && [ "$(nv)" = 0 ]
check $? "destroy_killed_at_every_point_leaves_a_card_or_nothing"

# ---- the fallback: there a PIN change writes a file
tpm2_changeauth -c lockout lockoutpass && proxy_start "$W/log" "$PROXY_NO_PIN_FAIL" && configure &&
    vscmgr create --name Card --generate --key p256 > "$W/out" && [ "$(nv)" = 0 ]
check $? "a fallback card can be made"
pin=12345678
change fallback_passwd by_vscmgr
# The wrong PINs of that were counted on the machine's own counter.
tpm2_dictionarylockout -c -p lockoutpass
change fallback_vsc_card by_vsc_card

echo "1..$n"
exit $failed
