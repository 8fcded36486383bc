#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A store on a disk that is full, of every size up to what a card needs, and on a read-only one:
# clear errors, and nothing is lost. Needs root, for a mount namespace of its own.
set -u
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
if missing=$(tpm_missing jq openssl tpm2_getcap); then
    echo "1..0 # SKIP $missing"; exit 0
fi
if [ "$(id -u)" != 0 ] || ! unshare --mount true 2> /dev/null; then
    echo "1..0 # SKIP not root, or no mount namespaces"; exit 0
fi
[ -n "${VSC_DISK_INSIDE:-}" ] ||
    VSC_DISK_INSIDE=1 B=$B exec unshare --mount --propagation private "$0"
W=$(mktemp -d) || exit 1
trap 'umount "$W/store" 2> /dev/null; tpm_stop; rm -rf "$W"' EXIT
export TSS2_LOG=all+NONE
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
printf 'card = { store = "%s/store"; tcti = "%s"; };\nhelpers = { card_user = ""; };\n' \
    "$W" "$TCTI" > "$W/conf"
mkdir "$W/store"
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
nv() { tpm2_getcap handles-nv-index | grep -c 0x; }
create() { printf '12345678\n' | vscmgr create --name Card --pin stdin --generate --key p256; }
opens() { printf '%s\n' "$1" | vscmgr csr Card --pin stdin > "$W/csr" 2> "$W/err"; }
refused() { # PATTERN COMMAND...: exit status 3 and words
    local pattern=$1 status
    shift
    "$@" > "$W/out" 2>&1
    status=$?
    [ $status = 3 ] && grep -qE "$pattern" "$W/out" && return
    echo "# $*: exit $status"; sed 's/^/#   /' "$W/out"
    return 1
}

# ---- a disk with room for so many pages, until a card fits
bad=0 pages=0 errors=0
while pages=$((pages + 1)); do
    mount -t tmpfs -o "size=$((pages * 4))k,nr_inodes=64" tmpfs "$W/store" || exit 1
    if create > "$W/out" 2>&1; then break; fi
    errors=$((errors + 1))
    tail -n 1 "$W/out" | grep -q 'No space left' || { bad=1; sed "s/^/# $pages: /" "$W/out"; }
    [ "$(vscmgr list --json | jq length)" = 0 ] && [ "$(nv)" = 0 ] ||
        { bad=1; echo "# $pages pages: $(nv) NV indices stay"; }
    umount "$W/store"
    [ $pages -lt 40 ] || break
done
echo "# a card fits into $pages pages"
[ $bad = 0 ] && [ $errors -gt 2 ] && opens 12345678
check $? "create_on_a_full_disk_is_a_clear_error_and_leaves_nothing"

# ---- a card on a disk that is full now
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$W/ca.key" -out "$W/ca.pem" -subj /CN=CA -days 9 \
    2> "$W/err"
openssl x509 -req -in "$W/csr" -CA "$W/ca.pem" -CAkey "$W/ca.key" -days 9 -out "$W/cert.pem" \
    2> "$W/err"
mount -o remount,size=400k "$W/store"
vscmgr generate Card --key p256 --quiet && vscmgr import Card "$W/cert.pem" --quiet
before=$(vscmgr list --json)
fill() { head -c 900000 /dev/zero > "$W/store/ballast" 2> /dev/null; }
fill
refused 'No space left' vscmgr generate Card --key p256 && refused 'No space left' \
    vscmgr import Card "$W/cert.pem" && refused 'No space left' vscmgr set-owner Card nobody
check $? "generate_import_and_set_owner_say_that_the_disk_is_full"
[ "$(vscmgr list --json)" = "$before" ] && opens 12345678 &&
    [ -z "$(find "$W/store" -name '.new-*')" ]
check $? "and_nothing_is_lost_or_left_behind"
KEY=010203040506070801020304050607080102030405060708
printf '12345678\n87654321\n' | vscmgr passwd Card --pin stdin > "$W/out" 2>&1 && opens 87654321 &&
    printf '%s\n12345678\n' $KEY | vscmgr unblock Card --adminkey stdin > "$W/out" 2>&1 &&
    opens 12345678
check $? "passwd_and_unblock_need_no_disk"
rm "$W/store/ballast"
vscmgr set-owner Card nobody --quiet && vscmgr delete-key Card 01 --yes --quiet &&
    vscmgr set-owner Card --none --quiet && vscmgr generate Card --key p256 --quiet && opens 12345678
check $? "with_room_again_all_goes_on"

# ---- a read-only disk
before=$(vscmgr list --json)
mount -o remount,ro "$W/store"
refused 'Read-only' vscmgr generate Card --key p256 &&
    refused 'Read-only' vscmgr import Card "$W/cert.pem" &&
    refused 'Read-only' vscmgr set-owner Card nobody &&
    refused 'Read-only' vscmgr delete-key Card 00 --yes &&
    refused 'Read-only' vscmgr destroy --name Card --yes &&
    refused 'Read-only' eval 'printf "12345678\n" | vscmgr create --name Other --pin stdin'
check $? "on_a_read_only_disk_each_change_says_so"
[ "$(vscmgr list --json)" = "$before" ] && [ "$(nv)" = 2 ] && opens 12345678
check $? "and_the_card_still_signs"
mount -o remount,rw "$W/store"
vscmgr destroy --name Card --yes --quiet && [ "$(nv)" = 0 ]
check $? "in_the_end_it_can_be_destroyed"
echo "1..$n"
exit $failed
