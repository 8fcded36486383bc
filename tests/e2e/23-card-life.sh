#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A card between creation and end: PIN policy, PUK, unblocking, the administrator key, several keys,
# owner, the TPM's own passwords; what is counted where, and what it costs the TPM.
set -u
shopt -s lastpipe
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
. "$HERE/../rig/proxy.sh"
if missing=$(tpm_missing jq openssl tpm2_getcap tpm2_changeauth); then
    echo "1..0 # SKIP $missing"; exit 0
fi
W=$(mktemp -d) || exit 1
trap 'proxy_stop; tpm_stop; rm -rf "$W"' EXIT
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
shows() { # NAME CARD FILTER: of show --json
    vscmgr show "$2" --json > "$W/json" 2> "$W/err"
    jq -e "$3" "$W/json" > "$W/jq.out" 2>&1
    check $? "$1"
}
lines() { printf '%s\n' "$@"; }
nv_count() { tpm2_getcap handles-nv-index | grep -c 0x; }
lockout_count() {
    tpm2_getcap properties-variable | sed -n 's/.*TPM2_PT_LOCKOUT_COUNTER: *//p'
}

tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
configure() {
    printf 'card = { store = "%s/store"; tcti = "%s"; };\nhelpers = { card_user = ""; };\n' \
        "$W" "$TCTI" > "$W/conf"
}
configure
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
tpmvscmgr() { "$B/tpmvscmgr" "$@" -c "$W/conf"; }
KEY=0102030405060708010203040506070801020304050607FF
OTHER=FF02030405060708010203040506070801020304050607FF

# ---- PIN policy
strict='minlen 6 maxlen 10 uppercase required lowercase allowed digits required specialchars disallowed'
lines secret1 | is "create_checks_the_pin_against_its_policy" 1 'needs uppercase' \
    vscmgr create --name Strict --pin stdin --pinpolicy "$strict"
is "the_default_pin_must_fit_the_policy" 1 'needs uppercase.*default PIN' \
    vscmgr create --name Strict --pinpolicy "$strict"
for bad in 'minlen 3' 'maxlen 128' 'minlen 9 maxlen 8' 'uppercase maybe' 'minlen' 'colour red' \
    'minlen 5 minlen 6' 'uppercase disallowed lowercase disallowed digits disallowed specialchars disallowed' \
    ' '; do
    is "pinpolicy_refuses: $bad" 2 'PIN policy' vscmgr create --name Strict --pinpolicy "$bad"
done
lines Secret1 "$KEY" 11223344 | is "create_takes_policy_and_puk" 0 'ID: .*0000$' \
    vscmgr create --name Strict --pin stdin --adminkey stdin --puk stdin --tries 3 --generate \
    --key p256 --pinpolicy "$strict"
shows "show_json_tells_policy_and_puk" Strict \
    ".puk and (.must_change | not) and .pin_policy == \"$strict\""
is "show_tells_policy_and_puk" 0 'with a PUK' vscmgr show Strict
for command in 'list' 'list --json' 'show Strict' --help; do
    "$B/vscmgr" $command -c "$W/conf" > /dev/full 2> "$W/err"
    [ $? = 3 ] && grep -q 'standard output cannot be written' "$W/err"
    check $? "output_that_cannot_be_written_is_told: ${command%% Strict*}"
done
shows "show_json_tells_that_there_is_no_help_desk" Strict '.helpdesk == null'
lines Secret1 alllower1 | is "passwd_checks_the_policy" 1 'needs uppercase' \
    vscmgr passwd Strict --pin stdin
lines "$KEY" 'With-Special1' | is "unblock_checks_the_policy" 1 'at most 10' \
    vscmgr unblock Strict --adminkey stdin
lines 11223344 'With-1' | is "unblock_by_puk_checks_the_policy" 1 'may not hold special' \
    vscmgr unblock Strict --puk stdin
shows "no_try_is_used_by_a_pin_that_breaks_the_policy" Strict '.tries_left == 3'
lines 12345678 | is "a_puk_has_eight_characters" 1 'a PUK has 8' \
    vscmgr create --name Short --puk stdin --adminkey random --pin stdin <<< $'12345678\nshort'

# ---- wrong secrets are counted where they belong
before=$(lockout_count)
block() { # CARD
    for _ in 1 2 3; do lines 'wrong PIN' | vscmgr csr "$1" --pin stdin > "$W/out" 2>&1; done
}
block Strict
shows "wrong_pins_block_the_card" Strict '.blocked and .tries_left == 0'
lines 99999999 Another1 | is "a_wrong_puk_counts_on_its_own_index" 1 'wrong PUK: 2 tries left' \
    vscmgr unblock Strict --puk stdin
lines "$OTHER" Another1 | is "a_wrong_administrator_key_is_not_counted" 1 \
    'wrong administrator key: of Strict; the TPM does not count' vscmgr unblock Strict --adminkey stdin
lines 'not hexadecimal' Another1 | is "an_administrator_key_is_hexadecimal" 2 '48 hex' \
    vscmgr unblock Strict --adminkey stdin
shows "the_card_is_as_blocked_as_before" Strict '.blocked'
lines 11223344 Another1 | is "unblock_by_puk" 0 'new PIN and 3 tries' \
    vscmgr unblock Strict --puk stdin
lines Secret1 | is "the_old_pin_is_dead" 1 '2 tries left' vscmgr csr Strict --pin stdin
lines Another1 | is "the_new_pin_signs" 0 BEGIN vscmgr csr Strict --pin stdin
block Strict
lines "$KEY" Third111 | is "unblock_by_administrator_key" 0 'new PIN and 3 tries' \
    vscmgr unblock Strict --adminkey stdin
lines Third111 | is "its_pin_signs" 0 BEGIN vscmgr csr Strict --pin stdin
lines 99999999 x | is "change_puk_checks_the_new_one" 1 'a PUK has 8' \
    vscmgr change-puk Strict --puk stdin
lines 99999999 55667788 | is "change_puk_counts_a_wrong_one" 1 'wrong PUK: 2 tries left' \
    vscmgr change-puk Strict --puk stdin
lines 11223344 55667788 | is "change_puk" 0 'PUK of Strict is changed' \
    vscmgr change-puk Strict --puk stdin
lines 11223344 Fourth11 | is "the_old_puk_is_dead" 1 'wrong PUK: 2' vscmgr unblock Strict --puk stdin
lines 11223344 Fourth11 | is "the_puk_again" 1 'wrong PUK: 1 try' vscmgr unblock Strict --puk stdin
lines 11223344 Fourth11 | is "wrong_puks_block_the_puk" 1 'the PUK is blocked.*3 wrong' \
    vscmgr unblock Strict --puk stdin
lines 55667788 Fourth11 | is "a_blocked_puk_refuses_the_right_one" 1 'PUK is blocked' \
    vscmgr unblock Strict --puk stdin
lines Third111 | is "and_the_pin_still_signs" 0 BEGIN vscmgr csr Strict --pin stdin
[ "$(lockout_count)" = "$before" ]
check $? "nothing_was_counted_by_the_tpm_s_lockout"
is "unblock_takes_one_secret" 2 'one of --adminkey' vscmgr unblock Strict --puk stdin --adminkey stdin

# ---- the administrator key
cp -a "$W/store" "$W/store.old"
lines "$OTHER" "$KEY" | is "rotate_wants_the_old_key" 1 'wrong administrator key' \
    vscmgr rotate-adminkey Strict --adminkey stdin --new stdin
lines "$KEY" "$OTHER" | is "rotate_adminkey" 0 'is changed' \
    vscmgr rotate-adminkey Strict --adminkey stdin --new stdin
mv "$W/store" "$W/store.new" && mv "$W/store.old" "$W/store"
lines "$KEY" Fourth11 | is "the_old_key_is_dead_also_with_old_files" 1 'wrong administrator key' \
    vscmgr unblock Strict --adminkey stdin
lines "$OTHER" Fourth11 | is "the_new_key_unblocks" 0 'new PIN' vscmgr unblock Strict --adminkey stdin
lines "$OTHER" | is "rotate_to_random_tells_nobody" 0 '^The administrator key of Strict is changed.$' \
    vscmgr rotate-adminkey Strict --adminkey stdin --new random
[ "$(wc -l < "$W/out")" = 1 ] &&
    lines "$OTHER" Fifth111 | is "and_the_one_before_is_dead" 1 'wrong administrator' \
        vscmgr unblock Strict --adminkey stdin
is "unblock_without_a_puk" 1 'without a PUK' \
    eval 'vscmgr create --name NoPuk && lines 12345678 Fifth111 | vscmgr unblock NoPuk --puk stdin'

# ---- must-change
lines 12345678 | vscmgr create --name First --pin stdin --adminkey default --generate --key p256 \
    --must-change > "$W/out" 2>&1
shows "must_change_at_creation" First .must_change
is "show_tells_must_change" 0 'has to be changed' vscmgr show First
lines 12345678 12345678 | is "the_same_pin_is_no_change" 1 'must not be the old' \
    vscmgr passwd First --pin stdin
shows "and_the_mark_stays" First .must_change
lines 12345678 87654321 | vscmgr passwd First --pin stdin > "$W/out" 2>&1
shows "a_change_of_the_pin_takes_it_away" First '.must_change | not'
lines 010203040506070801020304050607080102030405060708 12121212 |
    vscmgr unblock First --adminkey stdin --must-change --quiet
shows "unblock_can_ask_for_a_change" First .must_change

# ---- owner
is "set_owner" 0 'belongs to nobody\.$' vscmgr set-owner First nobody
vscmgr show First --json | jq -e '.owner == "nobody"' > "$W/out"
check $? "the_owner_is_in_show"
is "set_owner_wants_an_account" 2 'no account' vscmgr set-owner First no-such-user-here
is "set_owner_wants_a_user" 2 'either a user or --none' vscmgr set-owner First
is "set_owner_none" 0 'nobody' vscmgr set-owner First --none
shows "then_it_has_none" First '.owner == null and .must_change'

# ---- several keys
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$W/ca.key" -out "$W/ca.pem" -subj /CN=CA \
    -days 30 2> "$W/err"
enroll() { # KEY
    lines 12121212 | vscmgr csr First --pin stdin --key-id "$1" --out "$W/csr" 2> "$W/err" &&
        openssl x509 -req -in "$W/csr" -CA "$W/ca.pem" -CAkey "$W/ca.key" -days 10 \
            -out "$W/cert-$1.pem" 2> "$W/err" && vscmgr import First "$W/cert-$1.pem" > "$W/out"
}
is "generate" 0 'Key 01 \(p256\) is made' vscmgr generate First --key p256
is "generate_another_type" 0 'Key 02 \(rsa2048\)' vscmgr generate First
is "csr_of_no_such_key" 1 'no key "07"' vscmgr csr First --key-id 07 --pin stdin
enroll 00 && enroll 02 && enroll 01
check $? "csr_and_import_for_each_key"
shows "the_last_enrolled_is_the_default" First \
    '[.keys[] | select(.default).id] == ["01"] and (.keys | length) == 3'
lines 12121212 31313131 | vscmgr passwd First --pin stdin --quiet
good=0
for key in 00 01 02; do
    lines 31313131 | vscmgr csr First --pin stdin --key-id $key > "$W/csr" 2> "$W/err" &&
        good=$((good + 1))
    lines 12121212 | vscmgr csr First --pin stdin --key-id $key > "$W/csr" 2> "$W/err" && good=9
done
[ $good = 3 ]
check $? "a_pin_change_is_one_for_all_keys"
is "delete_key_wants_yes" 2 'wants --yes' vscmgr delete-key First 01 < /dev/null
is "delete_key_of_no_such_key" 1 'no key "09"' vscmgr delete-key First 09 --yes
is "delete_key" 0 'Key 01 of First is deleted' vscmgr delete-key First 01 --yes
shows "then_the_one_enrolled_before_is_the_default" First \
    '[.keys[] | select(.default).id] == ["02"] and [.keys[].id] == ["00", "02"]'
is "the_lowest_free_key_id_is_used" 0 'Key 01' vscmgr generate First --key p256
is "import_finds_the_key_that_a_certificate_is_for" 1 'none of the card' \
    vscmgr import First "$W/cert-01.pem"
for _ in $(seq 27); do vscmgr generate First --key p256 --quiet || break; done
shows "thirty_keys" First '.keys | length == 30'
is "and_not_one_more" 1 '30 keys already' vscmgr generate First --key p256
is "list_shows_thirty" 0 'key 29' vscmgr list
for key in 00 02; do vscmgr delete-key First $key --yes --quiet; done
shows "without_a_certificate_no_key_is_the_default" First \
    'all(.keys[]; .default | not) and (.keys | length) == 28'

# ---- two at once
for key in 01 03 04 05; do vscmgr delete-key First $key --yes --quiet; done
jobs=()
vscmgr generate First --key p256 --quiet 2> "$W/e1" & jobs+=($!)
vscmgr generate First --key p384 --quiet 2> "$W/e2" & jobs+=($!)
(lines 31313131 41414141 | vscmgr passwd First --pin stdin --quiet) 2> "$W/e3" & jobs+=($!)
vscmgr set-owner First nobody --quiet 2> "$W/e4" & jobs+=($!)
wait "${jobs[@]}"
shows "two_commands_at_once_on_one_card_both_happen" First \
    '(.keys | length == 26) and (.keys[0:2] | map(.type) | sort == ["p256", "p384"]) and
     .owner == "nobody"'
cat "$W"/e[1-4] > "$W/err"
lines 41414141 | is "and_the_card_signs_with_the_new_pin" 0 BEGIN \
    vscmgr csr First --pin stdin --key-id 06
jobs=()
for i in 1 2; do
    vscmgr create --name Twin --adminkey random --quiet > "$W/twin$i" 2>&1 & jobs+=($!)
done
wait "${jobs[@]}"
[ "$(cat "$W"/twin[12] | grep -c '^Device instance ID')" = 1 ] &&
    [ "$(vscmgr list --json | jq '[.[] | select(.name == "Twin")] | length')" = 1 ]
check $? "of_two_creations_with_one_name_one_is_refused"
vscmgr destroy --name Twin --yes --quiet

# ---- Windows' options
is "windows_pinpolicy_and_puk" 0 'ID: ' tpmvscmgr create /name Win /adminkey DEFAULT /PIN default \
    /PUK DEFAULT /pinpolicy minlen 4 MAXLEN 8 uppercase DISALLOWED /generate
shows "windows_pinpolicy_is_the_card_s" Win '.puk and (.pin_policy |
    startswith("minlen 4 maxlen 8 uppercase disallowed lowercase allowed"))'
is "windows_pinpolicy_quoted" 0 'ID: ' tpmvscmgr create /name Win2 /adminkey random \
    /pinpolicy 'minlen 6 maxlen 9' /quiet
is "windows_pinpolicy_without_a_value" 2 'value is missing' tpmvscmgr create /name W /pinpolicy /quiet
is "windows_wrong_rule" 2 'PIN policy' tpmvscmgr create /name W /pinpolicy digits MAYBE

# ---- what it costs the TPM
proxy_start "$W/log" && configure
commands() { # COMMAND...: how many TPM commands it takes
    : > "$W/log"
    "$@" > "$W/out" 2> "$W/err"
    wc -l < "$W/log"
}
[ "$(commands vscmgr list --json)" = 0 ]
check $? "list_sends_no_tpm_command"
[ "$(commands vscmgr show First --json)" = 1 ] && grep -q ' NV_Read ' "$W/log"
check $? "show_reads_the_counter_and_nothing_else"
[ "$(commands vscmgr set-owner First nobody)" = 0 ]
check $? "set_owner_sends_no_tpm_command"
[ "$(commands vscmgr delete-key First 07 --yes)" = 0 ]
check $? "delete_key_sends_no_tpm_command"
unblock() { lines 010203040506070801020304050607080102030405060708 45454545 |
    vscmgr unblock First --adminkey stdin; }
echo "# unblock: $(commands unblock) TPM commands, passwd: $(commands eval \
    'lines 45454545 56565656 | vscmgr passwd First --pin stdin'), destroy: $(commands \
    vscmgr destroy --name Win --yes)"
[ "$(commands unblock)" -le 16 ]
check $? "unblock_takes_sixteen_tpm_commands_at_most"
proxy_stop
# Of the counter that is read last, the TPM says that it is not there.
proxy_start "$W/log" --fail 0x14e:0x18b && configure
lines 010203040506070801020304050607080102030405060708 45454545 |
    is "an_unblocked_card_without_its_counter_is_gone" 1 'VSC-CARD-GONE' \
    vscmgr unblock First --adminkey stdin
! grep -q 'tries' "$W/out"
check $? "and_no_tries_are_told"
proxy_stop
configure

# ---- the TPM's own passwords
is "lockoutauth_random_is_shown" 0 'shown only now: [0-9a-f]{32}$' \
    vscmgr create --name Locked --adminkey random --lockoutauth random
password=$(sed -n 's/.*shown only now: //p' "$W/out")
tpm2_dictionarylockout -c -p "$password" > "$W/o" 2>&1 && ! tpm2_dictionarylockout -c > "$W/o" 2>&1
check $? "and_it_is_the_lockout_hierarchy_s"
lines other | is "lockoutauth_only_where_there_is_none" 1 'lockout hierarchy has a password' \
    vscmgr create --name Locked2 --adminkey random --lockoutauth stdin
tpm2_changeauth -c owner ownerpass
is "create_without_the_owner_password" 1 'give it with --ownerauth' vscmgr create --name Owned
lines wrong | is "create_with_a_wrong_owner_password" 1 'owner hierarchy is wrong' \
    vscmgr create --name Owned --ownerauth stdin
count=$(nv_count)
lines ownerpass | is "create_with_the_owner_password" 0 'ID: ' \
    vscmgr create --name Owned --generate --key p256 --ownerauth stdin
lines 12345678 | is "the_card_signs" 0 BEGIN vscmgr csr Owned --pin stdin
shows "its_counter_is_read_by_policy" Owned '.tries_left == 5'
lines 010203040506070801020304050607080102030405060708 45454545 |
    is "unblock_needs_no_owner_password" 0 'new PIN' vscmgr unblock Owned --adminkey stdin
is "destroy_without_the_owner_password" 1 'give it with --ownerauth' \
    vscmgr destroy --name Owned --yes
lines wrong | is "destroy_with_a_wrong_one" 1 'no card|owner hierarchy is wrong' \
    vscmgr destroy --name Owned --yes --ownerauth stdin
lines 45454545 | vscmgr csr Owned --pin stdin > "$W/csr" 2>&1
check $? "a_destroy_that_was_refused_leaves_the_card"
lines ownerpass | is "destroy_with_the_owner_password" 0 destroyed \
    vscmgr destroy --name Owned --yes --ownerauth stdin
[ "$(nv_count)" = "$count" ]
check $? "and_no_index_stays"
for card in Strict NoPuk First Win2 Locked; do
    lines ownerpass | vscmgr destroy --name $card --yes --ownerauth stdin > "$W/out" 2>&1
done
[ "$(nv_count)" = 0 ] && [ -z "$(ls -A "$W/store/cards")" ]
check $? "nothing_is_left"

echo "1..$n"
exit $failed
