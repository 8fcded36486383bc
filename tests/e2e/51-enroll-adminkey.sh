#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The administrator key that a profile's cards begin with, and its rotation by root once a user has
# enrolled: vsc-enroll opens no file of it, the new key is kept for the help desk, and nobody else gets it.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
if missing=$(enroll_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
export TSS2_LOG=all+NONE
trap enroll_end EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }
root() { "$B/vscmgr" "$@" -c "$D/conf" > "$D/out" 2>&1; }
unblock() { printf '%s\n' "$2" 12345678 | root unblock "$1" --adminkey stdin; } # CARD KEY
INITIAL=0123456789abcdef0123456789abcdef0123456789abcdef
OTHER=fedcba9876543210fedcba9876543210fedcba9876543210
staff() { # LINE...: the profile
    profile staff 'backend = "helper";' "helper = \"$D/helper-ca.sh\"; arguments = [ \"$D\" ];" "$@"
}
sed -i "s,socket = ,admin_keys = \"$D/adminkeys\"; socket = ," "$D/conf"
root destroy --name Alice --yes
printf '%s\n' 12345678 "$INITIAL" | root create --name Alice --owner daemon --pin stdin --adminkey stdin --tries 5
mkdir -m 700 "$D/keys-of-root" && (umask 077; echo "$INITIAL" > "$D/keys-of-root/initial")
staff "admin_key = \"$D/keys-of-root/initial\"; rotate_adminkey = true;"

# ---- before anybody is enrolled
root rotate-adminkey --all && [ ! -s "$D/out" ] && [ ! -e "$D/adminkeys" ] && unblock Alice "$INITIAL"
check "before an enrollment there is nothing to rotate"
root rotate-adminkey Alice --profile staff; [ $? = 1 ] && said 'no certificate of the profile'
check "nor for one card"

# ---- an enrollment, which knows nothing of it
enroll request && said 'staff: enrolled on Alice' && [ "$(keys)" = 1 ] && unblock Alice "$INITIAL"
check "an ordinary user enrolls, who cannot read the key's file"
mkfifo -m 644 "$D/fifo"
staff "admin_key = \"$D/fifo\"; rotate_adminkey = true;"
timeout 60 setpriv --reuid daemon --regid daemon --clear-groups env -i XDG_STATE_HOME="$D/state-daemon" "$D/vsc-enroll" status -c "$D/conf" > "$D/out" 2>&1 &&
    said 'enrolled until'
check "vsc-enroll opens no file of the key, nor would it end here"
staff "admin_key = \"$D/keys-of-root/initial\"; rotate_adminkey = true;"

# ---- who may, and what is asked of the files
cp "$B/vscmgr" "$D/"
setpriv --reuid daemon --regid daemon --clear-groups env -i "$D/vscmgr" rotate-adminkey --all -c "$D/conf" > "$D/out" 2>&1; [ $? = 1 ] && said "administrator's to do" && unblock Alice "$INITIAL"
check "its owner rotates nothing"
chmod 640 "$D/keys-of-root/initial"
root rotate-adminkey --all; [ $? != 0 ] && said 'others may read it' && unblock Alice "$INITIAL"
check "a key file that others may read is refused"
chmod 600 "$D/keys-of-root/initial"
mkdir -m 755 "$D/adminkeys"
root rotate-adminkey --all; [ $? != 0 ] && said "nobody else's to read" && unblock Alice "$INITIAL"
check "a folder that others may read keeps no key"
rmdir "$D/adminkeys"
echo "$OTHER" > "$D/keys-of-root/initial"
root rotate-adminkey --all; [ $? = 1 ] && said 'Alice: wrong administrator key' && [ -z "$(ls -A "$D/adminkeys")" ] && unblock Alice "$INITIAL"
check "another initial key than the card's: told, and nothing is kept"
echo "not a key" > "$D/keys-of-root/initial"
root rotate-adminkey --all; [ $? != 0 ] && said 'holds no administrator key' && unblock Alice "$INITIAL"
check "a file without a key"
echo "$INITIAL" > "$D/keys-of-root/initial"
staff "admin_key = \"$D/keys-of-root/initial\"; rotate_adminkey = true; users = [ \"bin\" ];"
root rotate-adminkey --all && [ ! -s "$D/out" ] && unblock Alice "$INITIAL"
check "a profile for others leaves the card alone"
staff "admin_key = \"$D/keys-of-root/initial\";"
root rotate-adminkey --all && [ ! -s "$D/out" ] && unblock Alice "$INITIAL"
check "a profile that does not ask for it leaves the card alone"
staff 'rotate_adminkey = true;'
root rotate-adminkey --all; [ $? = 2 ] && said 'staff.conf:1: admin_key: is missing'
check "a profile that asks for it and names no key is an error"
enroll status; [ $? = 2 ] && said 'staff.conf:1: admin_key: is missing'
check "to vsc-enroll too"
staff "admin_key = \"$D/keys-of-root/initial\"; rotate_adminkey = true; groups = [ \"$(id -gn daemon)\" ];"

# ---- rotated
root rotate-adminkey --all && said '^The administrator key of Alice is changed, and kept.$'
check "once a user is enrolled, root rotates the key"
kept=("$D"/adminkeys/*)
[ ${#kept[@]} = 1 ] && [ "$(stat -c '%a %u' "$D/adminkeys" "${kept[0]}" | tr '\n' ' ')" = '700 0 600 0 ' ] && ! grep -q "$INITIAL" "${kept[0]}" &&
    grep -q '^# card 0000 (Alice), owner daemon$' "${kept[0]}"
check "the new key is kept, for root alone"
unblock Alice "$INITIAL"; [ $? = 1 ] && said 'wrong administrator key'
check "the initial key, which all know, is dead"
root rotate-adminkey --all && [ ! -s "$D/out" ] && root rotate-adminkey Alice --profile staff; [ $? = 1 ] && said 'its key is kept'
check "and that was once"
for i in 1 2 3 4 5; do echo 11111111 | "$B/vscmgr" csr Alice --pin stdin -c "$D/conf" > "$D/out" 2>&1; done
echo 87654321 | root unblock Alice --adminkey kept --pin stdin && said 'has a new PIN and 5 tries' && echo 87654321 | "$B/vscmgr" csr Alice --pin stdin -c "$D/conf" > "$D/csr" 2> "$D/out"
check "the help desk unblocks the card with the key that is kept"
unblock Alice "$(head -n 1 "${kept[0]}")"
check "which is the first line of the file"
root list --json && jq -e '.[0].keys | length == 1' "$D/out" > "$D/jq" && as daemon check && said 'enrolled until'
check "the card is as it was"
before=$(cat "${kept[0]}")
root rotate-adminkey Alice --adminkey kept --new kept && said 'changed, and kept' && [ "$(cat "${kept[0]}")" != "$before" ] && unblock Alice "$(head -n 1 "${kept[0]}")"
check "a key that is kept can be changed for another"
printf '%s\n' "$INITIAL" | root rotate-adminkey Alice --adminkey kept --new stdin && [ -z "$(ls -A "$D/adminkeys")" ] && unblock Alice "$INITIAL"
check "a key that is kept and true no more is forgotten"
root unblock Alice --adminkey kept --pin stdin; [ $? != 0 ] && said 'no administrator key of Alice is kept'
check "and cannot be used"

# ---- several cards
printf '%s\n' 12345678 "$OTHER" | root create --name Other --owner daemon --pin stdin --adminkey stdin --generate --key p256
echo 12345678 | "$B/vscmgr" csr Other --pin stdin --upn daemon@corp.test -c "$D/conf" > "$D/user/csr" 2> "$D/out" && chmod 644 "$D/user/csr" &&
    tests/pki/make-pki.sh issue "$D/pki" "$D/user/csr" "$D/other.pem" > "$D/out" 2>&1 && root import Other "$D/other.pem"
check "another card, of another administrator key, with a certificate"
root rotate-adminkey --all; [ $? = 1 ] && said 'of Alice is changed, and kept' && said 'Other: wrong administrator key' && [ "$(find "$D/adminkeys" -type f | wc -l)" = 1 ]
check "a card that fails does not keep the others waiting"
root destroy --name Alice --yes && [ -z "$(ls -A "$D/adminkeys")" ]
check "the key of a card that is destroyed goes with it"
root rotate-adminkey --all --profile staff; [ $? = 2 ] && root rotate-adminkey Other --profile staff --new kept; [ $? = 2 ]
check "ways that exclude each other are usage errors"

echo "1..$TESTS"
exit $FAILED
