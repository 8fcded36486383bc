#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vscmgr's command lines, ours and Windows', with their output, JSON and exit codes.
set -u
shopt -s lastpipe # the last of a pipe counts in this shell
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
if missing=$(tpm_missing jq openssl expect tpm2_getcap); then
    echo "1..0 # SKIP $missing"; exit 0
fi
W=$(mktemp -d) || exit 1
trap 'tpm_stop; rm -rf "$W"' EXIT
export TSS2_LOG=all+NONE
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
# A bare root may have no pseudo-terminals: then what asks on one cannot be tried there.
terminals() { [ -c /dev/ptmx ]; }
no_terminal() { # NAME
    n=$((n + 1))
    echo "ok $n - $1 # SKIP no pseudo-terminals"
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
json() { # NAME FILTER: the last JSON output fulfils it
    jq -e "$2" "$W/json" > "$W/jq.out" 2>&1
    check $? "$1"
}
nv_count() { tpm2_getcap handles-nv-index | grep -c 0x; }

tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
cat > "$W/conf" <<CONF
card = { store = "$W/store"; tcti = "$TCTI"; };
helpers = { card_user = ""; check_user = ""; };
CONF
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
tpmvscmgr() { "$B/tpmvscmgr" "$@" -c "$W/conf"; }

is "list of no store is empty" 0 '^\[\]$' vscmgr list --json
is "windows_create_word_for_word" 0 'ROOT.SMARTCARDREADER.0000' \
    tpmvscmgr create /name TestVSC /pin default /adminkey random /generate
[ "$(tail -n 1 "$W/out")" = 'Device instance ID: ROOT\SMARTCARDREADER\0000' ]
check $? "create_prints_the_device_instance_id_as_its_last_line"
grep -q 'warning: the default PIN .* not for production' "$W/out"
check $? "the default PIN is warned of"
tpmvscmgr create /name MyVSC /pin default /adminkey default /generate > "$W/o" 2> "$W/e"
[ $? = 0 ] && [ "$(tail -n 1 "$W/o")" = 'Device instance ID: ROOT\SMARTCARDREADER\0001' ] &&
    grep -q 'default administrator key' "$W/e" && ! grep -q warning "$W/o"
check $? "the second Windows form works, and warnings go to standard error"
is "windows_options_in_any_case" 0 '0002' \
    tpmvscmgr CREATE /NAME UpperVSC /Pin DEFAULT /AdminKey RANDOM
is "windows_quiet_keeps_the_last_line" 0 '^Device instance ID: .*0003$' \
    tpmvscmgr create /quiet /name Quiet /pin default /adminkey random
is "a name may be used once" 1 'TestVSC' vscmgr create --name TestVSC
for bad in 'a/b' 'a\b' 'a:b' '' '123456789012345678901234567890123' $'tab\t' $'\xff'; do
    is "name $(printf %q "$bad") is refused" 2 'name' vscmgr create "--name=$bad"
done
is "windows_machine_prints_the_command_for_ssh" 2 \
    '^ssh root@other tpmvscmgr create /name X /adminkey RANDOM' \
    tpmvscmgr create /name X /machine other /adminkey RANDOM
"$B/tpmvscmgr" create /Machine other /name "It's a \$card" /pin prompt 2> "$W/err" |
    sed 's/^ssh -t root@other /printf "%s\\n" /' > "$W/remote.sh"
# What ssh hands on is joined by blanks and read by a second shell.
[ "$(sh "$W/remote.sh" | tr '\n' ' ' | sed 's/^tpmvscmgr /printf "<%s>" /' | sh)" = \
    "<create></name><It's a \$card></pin><prompt>" ]
check $? "windows_machine_quotes_for_both_shells"
for bad in '-oProxyCommand=x' 'a b' ''; do
    is "windows_machine_refuses_$bad" 2 'no name of a computer' \
        tpmvscmgr create /name X /machine "$bad"
done
is "windows_conf_before_the_command" 1 'TestVSC' \
    "$B/tpmvscmgr" -c "$W/conf" Create /Name TestVSC /pin default /adminkey random
is "conf_before_the_command" 0 '^\[' "$B/vscmgr" -c "$W/conf" list --json
is "windows_help" 0 'TPMVSCMGR CREATE .*/name <name>' tpmvscmgr '/?'
is "windows_help after a command" 0 'minlen <number>' tpmvscmgr create '/?'
is "windows_help where nothing is said, which is exit 2" 2 'TPMVSCMGR DESTROY' "$B/tpmvscmgr"
is "an unknown Windows option is a usage error" 2 'frob' tpmvscmgr create /name X /frob

printf 'old PIN 1\n0102030405060708010203040506070801020304050607FF\n' |
    vscmgr create --name Alice --pin stdin --adminkey stdin --owner nobody --key p256 --generate \
        --tries 3 --json > "$W/json" 2> "$W/err"
check $? "create reads PIN and administrator key from standard input"
json "create_json" '.id == "0004" and .name == "Alice" and .owner == "nobody" and
    .instance == "ROOT\\SMARTCARDREADER\\0004" and .keys[0].type == "p256"'
[ ! -s "$W/err" ] && check 0 "nothing is warned of when nothing is a default" ||
    check 1 "nothing is warned of when nothing is a default"
for type in rsa3072 p384; do
    is "a key of type $type can be made" 0 Device vscmgr create --name "K-$type" --generate --key $type
    vscmgr show "K-$type" --json > "$W/json"
    json "show tells the type $type" ".keys[0].type == \"$type\""
    echo 12345678 | is "a key of type $type signs" 0 'verify OK' \
        openssl req -verify -noout -in <(vscmgr csr "K-$type" --pin stdin 2>&1)
done
bad=0 creations=0
for creation in "$W"/store/cards/*/keys/*/creation; do
    # Each with its length before it: TPM2B_CREATION_DATA, TPM2B_DIGEST (of that), TPMT_TK_CREATION.
    creations=$((creations + 1))
    size=$((16#$(head -c 6 "$creation" | tail -c 2 | od -An -tx1 | tr -d ' ')))
    [ "$(tail -c +7 "$creation" | head -c "$size" | sha256sum | cut -d' ' -f1)" = \
        "$(tail -c +$((size + 13)) "$creation" | head -c 32 | od -An -v -tx1 | tr -d ' \n')" ] &&
        [ "$(tail -c +$((size + 49)) "$creation" | head -c 2 | od -An -tx1)" = ' 80 21' ] || bad=1
done
[ $bad = 0 ] && [ $creations = "$(vscmgr list --json | jq '[.[].keys | length] | add')" ]
check $? "creation data and ticket of every key are kept"
is "an owner must exist" 2 'no account' vscmgr create --name X --owner no-such-user-here
is "tries have limits" 2 'tries' vscmgr create --name X --tries 2
is "tries have limits above too" 2 'tries' vscmgr create --name X --tries 16
printf 'short\n' | is "a short PIN is refused" 1 'at least 8' vscmgr create --name X --pin stdin
printf '12345678\nxyz\n' | is "an administrator key is hexadecimal" 2 '48 hex' \
    vscmgr create --name X --pin stdin --adminkey stdin
: | is "an empty standard input is no PIN" 2 'standard input' vscmgr create --name X --pin stdin
[ "$(vscmgr list --json | jq length)" = 7 ] && [ "$(nv_count)" = 14 ]
check $? "what was refused left no card and no NV index"

vscmgr list --json > "$W/json"
json "list_json_has_the_contract_s_keys" \
    'all(.[]; (keys | sort) == ["id", "keys", "name", "owner"]) and .[0].owner == null and
     all(.[].keys[]; (keys | sort) == ["certificate", "default", "id", "type"])'
vscmgr show Alice --json > "$W/json"
json "show_json_has_the_contract_s_keys" \
    '.tries_left == 3 and .tries_max == 3 and .blocked == false and .tpm_locked_seconds == 0'
is "show takes an id" 0 'Alice' vscmgr show 0004
is "show takes an instance id in any case" 0 'Alice' vscmgr show 'Root\SmartCardReader\0004'
is "show takes what a shell leaves of an unquoted instance id" 0 'Alice' \
    vscmgr show ROOT\SMARTCARDREADER\0004
is "show of no such card" 1 'no card' vscmgr show Nobody

printf 'wrong PIN\n' | is "a wrong PIN is exit 1 and tells the tries" 1 '2 tries left' \
    vscmgr csr Alice --pin stdin
vscmgr show Alice --json > "$W/json"
json "show counts without using a try up" '.tries_left == 2'
printf 'old PIN 1\n' | vscmgr csr Alice --pin stdin --upn alice@corp.test > "$W/csr" 2> "$W/err" &&
    openssl req -in "$W/csr" -noout -verify -subject -text > "$W/text" 2>&1 &&
    grep -q 'verify OK' "$W/text" && grep -q 'CN = nobody' "$W/text" &&
    grep -q 'UPN::alice@corp.test' "$W/text" && grep -q 'Microsoft Smartcard Login' "$W/text" &&
    grep -q 'TLS Web Client Authentication' "$W/text" && grep -q 'Digital Signature' "$W/text"
check $? "csr_is_signed_by_the_card_and_asks_for_what_a_logon_needs"
subject() { # DN
    printf 'old PIN 1\n' | vscmgr csr Alice --pin stdin --out "$W/csr" --subject "$1" 2> "$W/err" &&
        openssl req -in "$W/csr" -noout -subject -nameopt RFC2253
}
[ "$(subject '/O=Corp/CN=alice')" = 'subject=CN=alice,O=Corp' ] &&
    [ "$(subject 'CN=alice,O=Corp')" = 'subject=CN=alice,O=Corp' ]
check $? "csr_subject_in_both_forms"
[ "$(subject 'CN=Smith\, Alice+UID=as,O=A\2bB')" = 'subject=CN=Smith\, Alice+UID=as,O=A\+B' ]
check $? "csr subjects may hold escapes and joined parts"
for bad in 'CN' '=x' 'CN=' 'XX=1' 'CN=a,,O=b' 'CN=a\'; do
    printf 'old PIN 1\n' | is "subject $bad is refused" 2 'subject' \
        vscmgr csr Alice --pin stdin --subject "$bad"
done
for bad in alice @x 'a@' 'a@b@c' 'a b@c'; do
    printf 'old PIN 1\n' | is "UPN $bad is refused" 2 'upn' vscmgr csr Alice --pin stdin --upn "$bad"
done

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$W/ca.key" -out "$W/ca.pem" -subj /CN=CA \
    -days 30 2> "$W/err"
printf 'old PIN 1\n' | vscmgr csr Alice --pin stdin --upn alice@corp.test --out "$W/csr"
openssl x509 -req -in "$W/csr" -CA "$W/ca.pem" -CAkey "$W/ca.key" -days 10 -out "$W/cert.pem" \
    -copy_extensions copyall 2> "$W/err"
cat "$W/cert.pem" "$W/ca.pem" > "$W/chain.pem"
openssl x509 -in "$W/cert.pem" -outform DER -out "$W/cert.der"
is "import refuses a certificate of another key" 1 'none of the card' vscmgr import Alice "$W/ca.pem"
is "import refuses what is no certificate" 2 'no certificate' vscmgr import Alice "$W/conf"
is "import of a missing file" 2 'No such file' vscmgr import Alice "$W/none"
is "import of DER" 0 'stored' vscmgr import Alice "$W/cert.der"
[ ! -e "$W/store/cards/0004/keys/00/chain.pem" ]
check $? "DER brings no chain"
is "import_makes_the_key_the_default_and_keeps_the_chain" 0 'stored' \
    vscmgr import Alice "$W/chain.pem"
vscmgr list --json | jq '.[4]' > "$W/json"
json "list_json_tells_the_certificate" '.keys[0].default and (.keys[0].certificate |
    (keys | sort) == ["issuer", "not_after", "serial", "sha256", "subject", "upn"] and
    .upn == "alice@corp.test" and .issuer == "CN=CA" and (.not_after | test("^20..-..-..T..:..:..Z$")))'
openssl x509 -in "$W/store/cards/0004/keys/00/chain.pem" -noout -subject | grep -q 'CN = CA'
check $? "the issuers are kept beside it"

printf 'wrong\nnew PIN 2\n' | is "passwd refuses a wrong old PIN" 1 '2 tries left' \
    vscmgr passwd Alice --pin stdin
printf 'old PIN 1\nshort\n' | is "passwd refuses a PIN that breaks the policy" 1 'at least 8' \
    vscmgr passwd Alice --pin stdin
printf 'old PIN 1\nnew PIN 2\n' | is "passwd_changes_the_pin" 0 'is changed' \
    vscmgr passwd Alice --pin stdin
printf 'old PIN 1\n' | is "the old PIN is wrong now" 1 'wrong PIN' vscmgr csr Alice --pin stdin
printf 'new PIN 2\n' | is "the new PIN is right" 0 'BEGIN' vscmgr csr Alice --pin stdin
cat > "$W/tty.exp" <<EXPECT
set timeout 300
spawn $B/vscmgr passwd Alice -c $W/conf
expect "Old PIN: "; send "new PIN 2\r"
expect "New PIN: "; send "typed PIN 3\r"
expect "New PIN again: "; send "typed PIN 3\r"
expect "is changed"; expect eof
catch wait result; exit [lindex \$result 3]
EXPECT
if terminals; then
    expect -f "$W/tty.exp" > "$W/tty" 2>&1
    [ $? = 0 ] && ! grep -q 'typed PIN' "$W/tty"
    check $? "passwd_asks_on_the_terminal_without_echo"
else
    no_terminal "passwd_asks_on_the_terminal_without_echo"
    printf 'new PIN 2\ntyped PIN 3\n' | vscmgr passwd Alice --pin stdin --quiet
fi
cat > "$W/int.exp" <<EXPECT
set timeout 300
spawn bash -c {trap : INT; $B/vscmgr csr Alice -c $W/conf; echo status \$?; stty -a}
expect "PIN: "; send "\003"
expect "status 130"
expect -re {[ ]echo[ ]} {exit 0} timeout {exit 1} eof {exit 1}
EXPECT
if terminals; then
    expect -f "$W/int.exp" > "$W/tty" 2>&1
    check $? "ctrl_c_at_a_prompt_gives_the_terminal_back"
else
    no_terminal "ctrl_c_at_a_prompt_gives_the_terminal_back"
fi
printf '%s\n' 'wrong 111' | is "wrong once" 1 '2 tries' vscmgr csr Alice --pin stdin
printf '%s\n' 'wrong 111' | is "wrong twice" 1 '1 try left' vscmgr csr Alice --pin stdin
printf '%s\n' 'wrong 111' | is "the last try blocks" 1 'VSC-BLOCKED' vscmgr csr Alice --pin stdin
printf '%s\n' 'typed PIN 3' | is "a blocked card refuses the right PIN" 1 'VSC-BLOCKED' \
    vscmgr csr Alice --pin stdin
is "show of a blocked card" 0 'blocked after 3' vscmgr show Alice

is "doctor finds what this store lacks" 1 "no-anchor" vscmgr doctor
is "an unknown command" 2 'unknown command' vscmgr frob
is "no command" 2 'command is missing' "$B/vscmgr"
is "an unknown option" 2 'frob' vscmgr list --frob
is "a configuration that was named must be there" 2 "$W/none" "$B/vscmgr" list -c "$W/none"
is "help" 0 '^usage: vscmgr create' "$B/vscmgr" --help
is "version" 0 '^vscmgr [0-9]' "$B/vscmgr" --version

is "destroy without a terminal wants --yes" 2 'wants --yes' vscmgr destroy --name Alice < /dev/null
cat > "$W/yes.exp" <<EXPECT
set timeout 300
spawn $B/vscmgr destroy --name Alice -c $W/conf
expect "Type yes: "; send "no\r"; expect eof
catch wait result; exit [lindex \$result 3]
EXPECT
if terminals; then
    expect -f "$W/yes.exp" > "$W/tty" 2>&1
    [ $? = 1 ] && vscmgr show Alice > /dev/null
    check $? "destroy asks on a terminal, and no is no"
else
    no_terminal "destroy asks on a terminal, and no is no"
fi
is "destroy by name" 0 '0004 destroyed' vscmgr destroy --name Alice --yes
is "windows_destroy_word_for_word" 0 'destroyed' \
    tpmvscmgr destroy /instance 'ROOT\SMARTCARDREADER\0000'
is "a card can be destroyed once" 1 'no card' vscmgr destroy --instance 0000 --yes
is "the lowest free id is used" 0 '0000$' vscmgr create --name Again
for id in 0000 0001 0002 0003 0005 0006; do vscmgr destroy --instance $id --yes > "$W/out" 2>&1; done
[ "$(nv_count)" = 0 ] && [ -z "$(ls -A "$W/store/cards")" ]
check $? "destroy_leaves_no_index_and_no_file"
printf 'card = { store = "%s/store2"; tcti = "swtpm:host=127.0.0.1,port=1"; };\n' "$W" > "$W/bad"
is "no TPM is exit 3" 3 'TPM' "$B/vscmgr" create --name X -c "$W/bad"
[ -z "$(ls -A "$W/store2/cards")" ]
check $? "and leaves nothing in the store"

echo "1..$n"
exit $failed
