#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The owner of a card without administrator rights and without group tss: vscmgr over the socket, from
# an empty card to a certificate, and unblocking; another user is refused each of it.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
if missing=$(tpm_missing jq openssl); then echo "1..0 # SKIP $missing"; exit 0; fi
[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP needs several user ids: root only"; exit 0; }

D=$(mktemp -d) || exit 1
LISTENER=
trap '[ -n "$LISTENER" ] && kill "$LISTENER" && wait "$LISTENER"; tpm_stop; rm -rf "$D"' EXIT
chmod 755 "$D"
export TSS2_LOG=all+NONE
MASTER=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
TESTS=0 FAILED=0
check() {
    local status=$?
    TESTS=$((TESTS + 1))
    if [ $status -eq 0 ]; then echo "ok $TESTS - $1"; else echo "not ok $TESTS - $1"; FAILED=1
        sed 's/^/# /' "$D/out" "$D/log" 2>/dev/null; fi
}
# A user whom nobody has put into group tss, and who cannot reach the checkout's folder either.
as() { # USER COMMAND...
    setpriv --reuid "$1" --regid "$1" --clear-groups env -i TSS2_LOG=all+NONE "$D/vscmgr" "${@:2}" -c "$D/conf" \
        > "$D/out" 2>&1
}
said() { grep -qE -- "$1" "$D/out"; }

tpm_start "$D/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
cp "$B/vscmgr" "$D/vscmgr"
cat > "$D/conf" <<CONF
card = { store = "$D/store"; tcti = "$TCTI"; socket = "$D/card.sock"; };
helpers = { card_user = "nobody"; check_user = ""; };
CONF
tests/pki/make-pki.sh base "$D/pki" daemon corp.test > "$D/out" 2>&1 &&
    printf '%s\n' 12345678 87654321 "$MASTER" | "$B/vscmgr" create --name Alice --owner daemon \
        --pin stdin --adminkey random --puk stdin --helpdesk stdin --tries 3 -c "$D/conf" >> "$D/out" 2>&1
check "an administrator makes an empty card with a PUK and a help desk"
chmod 700 "$D/tpm"
"$B/vsc-card" -c "$D/conf" --listen "$D/card.sock" 2> "$D/log" &
LISTENER=$!
until_socket "$D/card.sock"

as daemon list --json && jq -e '.[0].name == "Alice" and .[0].owner == "daemon"' "$D/out" > "$D/jq"
check "the owner lists the own card"
as bin list --json && jq -e '.[0].owner == null and (.[0].keys | length) == 0' "$D/out" > "$D/jq"
check "another user sees its name and no more"
as daemon generate Alice --key p256 && said 'Key 00 \(p256) is made on Alice' &&
    [ "$(stat -c %U "$D/store/cards/0000/keys/00/key.priv")" = nobody ]
check "the owner makes a key"
as bin generate Alice; [ $? = 1 ] && said 'not permitted' && [ ! -e "$D/store/cards/0000/keys/01" ]
check "another user makes none"
echo 12345678 | as daemon csr Alice --upn daemon@corp.test --pin stdin && cp "$D/out" "$D/a.csr" &&
    openssl req -in "$D/a.csr" -noout -verify > "$D/out" 2>&1 && said OK
check "the owner makes a request"
echo 12345678 | as bin csr Alice --pin stdin; [ $? = 1 ] && ! said BEGIN && said 'not permitted'
check "another user makes none of the card"
tests/pki/make-pki.sh issue "$D/pki" "$D/a.csr" "$D/a.pem" --upn daemon@corp.test > "$D/out" 2>&1
chmod 644 "$D/a.pem"
as bin import Alice "$D/a.pem"; [ $? = 1 ] && said 'not permitted'
check "another user stores no certificate"
as daemon import Alice "$D/a.pem" && as daemon show Alice --json &&
    jq -e '.keys[0].certificate.upn == "daemon@corp.test" and .keys[0].default and .tries_left == 3 and
        .keys[0].type == "p256" and .puk' "$D/out" > "$D/jq"
check "the owner stores the certificate, and sees it"
openssl ecparam -genkey -name prime256v1 -out "$D/k.pem" 2> "$D/out"
openssl req -new -x509 -key "$D/k.pem" -subj /CN=x -out "$D/x.pem" 2> "$D/out"; chmod 644 "$D/x.pem"
as daemon import Alice "$D/x.pem"; [ $? = 1 ] && said 'no such key'
check "a certificate of another key is refused"
echo garbage > "$D/g.pem"
as daemon import Alice "$D/g.pem"; [ $? = 2 ] && said 'no certificate'
check "a file without a certificate is refused"
as daemon generate Alice --key p384 && as daemon delete-key Alice 01 --yes && as daemon show Alice --json &&
    jq -e '(.keys | length) == 1' "$D/out" > "$D/jq"
check "the owner makes another key, and deletes it"
as bin delete-key Alice 00 --yes; [ $? = 1 ] && [ -e "$D/store/cards/0000/keys/00/key.priv" ]
check "another user deletes none"
printf '12345678\nnew-pin-1\n' | as daemon passwd Alice --pin stdin
check "the owner changes the PIN"
printf 'new-pin-1\nstolen-pin\n' | as bin passwd Alice --pin stdin; [ $? = 1 ] && said 'not permitted'
check "another user does not, even with it"
for i in 1 2 3; do echo "wrong pin $i" | as daemon csr Alice --pin stdin; done
as daemon show Alice --json; jq -e .blocked "$D/out" > "$D/jq"
check "three wrong PINs block the card"
as bin show Alice && said 'blocked'
check "another user sees that it is blocked"
as bin show Alice --json && jq -e '.blocked and .tries_left == null and .pin_policy == null and .puk == null' \
    "$D/out" > "$D/jq"
check "and as JSON no number that is none"
printf '87654321\nstolen-pin\n' | as bin unblock Alice --puk stdin; [ $? = 1 ] && said 'not permitted'
check "another user does not unblock it, even with the PUK"
as bin unblock Alice --puk stdin < /dev/null; [ $? = 1 ] && said 'not yours'
check "and is not asked for it"
printf '11111111\nnew-pin-2\n' | as daemon unblock Alice --puk stdin; [ $? = 1 ] && said '2 tries'
check "a wrong PUK is counted by the card"
printf '87654321\nnew-pin-2\n' | as daemon unblock Alice --puk stdin
check "the owner unblocks with the PUK"
printf '87654321\n24681357\n' | as daemon change-puk Alice --puk stdin
check "the owner changes the PUK"
echo new-pin-2 | as daemon csr Alice --pin stdin && said BEGIN
check "and signs with the new PIN"
# The help desk: the owner waits with a challenge; answer and new PIN are lines to descriptor 4.
challenge_as() { # USER: sets card, challenge and person
    mkfifo "$D/in"
    setpriv --reuid "$1" --regid "$1" --clear-groups env -i TSS2_LOG=all+NONE "$D/vscmgr" \
        unblock Alice --challenge --pin stdin -c "$D/conf" < "$D/in" > "$D/out" 2>&1 &
    person=$!
    exec 4> "$D/in"
    rm "$D/in"
    while kill -0 "$person" 2> "$D/err" && ! said challenge; do sleep 0.05; done
    card=$(sed -n 's/^ *card  *//p' "$D/out") challenge=$(sed -n 's/^ *challenge  *//p' "$D/out")
}
answer() { printf '%s\n' "$MASTER" | "$B/vscmgr" answer --master stdin --card "$card" --challenge "$challenge"; }
tell() { # LINE...: returns the command's status
    [ $# = 0 ] || printf '%s\n' "$@" >&4
    exec 4>&-
    wait "$person"
}
for i in 1 2 3; do echo "wrong pin $i" | as daemon csr Alice --pin stdin; done
challenge_as bin; tell; [ $? = 1 ] && said 'not permitted' && [ -z "$challenge" ]
check "another user gets no challenge"
challenge_as daemon; old=$(answer)
[ "$card" = "$("$B/vscmgr" show Alice --json -c "$D/conf" | jq -r .helpdesk)" ] && as bin list &&
    said Alice
check "the owner gets a challenge, and others are served meanwhile"
tell; [ $? = 2 ] && ! tpm2_getcap handles-loaded-session | grep -q 0x
check "leaving ends the challenge"
challenge_as daemon; tell "$old" new-pin-3; [ $? = 1 ] && said 'not the help desk'
check "the answer to an earlier challenge is refused, with the words for it"
challenge_as daemon; tell "$(tr -d - <<< "$(answer)" | sed 's/./& /g')" short; [ $? = 1 ] && said 'PIN does not fit'
check "the new PIN keeps to the policy, and any form of an answer is taken"
challenge_as daemon; tell "$(answer)" new-pin-3; [ $? = 0 ] && said 'new PIN and 3 tries'
check "the owner unblocks by the help desk"
echo new-pin-3 | as daemon csr Alice --pin stdin && said BEGIN
check "and signs with the PIN that was set by it"
as daemon show Alice --json && jq -e ".helpdesk == \"$card\"" "$D/out" > "$D/jq" && as bin list --json &&
    ! said "$card"
check "the owner sees the number at the help desk, and another user does not"
# A card that gets another owner while a request of the old one waits for the store.
exec 5< "$D/store/lock"
flock 5
setpriv --reuid daemon --regid daemon --clear-groups "$D/vscmgr" generate Alice --key p256 -c "$D/conf" \
    > "$D/out" 2>&1 5<&- &
person=$!
sleep 0.5
cp -p "$D/store/cards/0000/card.conf" "$D/card.conf"
sed -i "s/^owner = daemon/owner = bin/; s/^owner_uid = .*/owner_uid = $(id -u bin)/" "$D/store/cards/0000/card.conf"
exec 5<&-
wait "$person"; [ $? = 1 ] && said 'not permitted' && [ ! -e "$D/store/cards/0000/keys/01" ]
check "an owner who is none any more when the store is free makes no key"
cat "$D/card.conf" > "$D/store/cards/0000/card.conf"
for command in "unblock Alice --adminkey default" "rotate-adminkey Alice" "set-owner Alice bin" \
    "destroy --name Alice --yes" "create --name Mine --adminkey random"; do
    as daemon $command < /dev/null; [ $? = 1 ] && said "administrator's"
    check "an owner may not: ${command%% *}"
done
kill "$LISTENER"; wait "$LISTENER" 2> /dev/null; LISTENER=
as daemon list; [ $? = 3 ] && said 'card.sock'
check "without vsc-card's socket the error names it"
tpm2_getcap handles-loaded-session > "$D/out" 2>&1; ! grep -q 0x "$D/out"
check "no session is left in the TPM"

echo "1..$TESTS"
exit $FAILED
