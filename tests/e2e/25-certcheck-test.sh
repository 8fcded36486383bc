#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# "certcheck test": a policy under test by a file of expected verdicts.
set -u
B=${B:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
pki=$work/pki
count=0 failed=0

ok() { # STATUS NAME: 0 is ok
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; return; fi
    echo "not ok $count - $2"
    failed=1
}
exits() { # STATUS NAME COMMAND...: and keeps what it said
    local want=$1 name=$2 got
    shift 2
    "$@" > "$work/out" 2> "$work/err"
    got=$?
    [ "$got" -eq "$want" ] || { echo "# exit status $got"; sed 's/^/# /' "$work/out" "$work/err"; }
    ok $((got != want)) "$name"
}
says() { grep -qF -- "$2" "$work/out" "$work/err"; ok $? "$1"; }
json() { jq -e "$2" "$work/out" > /dev/null 2>&1; ok $? "$1"; }

tests/pki/make-pki.sh "$pki" nobody corp.test || exit 1
cat > "$work/conf" <<END
trust = { anchors = "$pki/anchors"; intermediates = "$pki/intermediates"; };
revocation = { crls = "$pki/crls"; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); };
END
run() { "$B/certcheck" test -c "$work/conf" "$@"; }
write() { printf '%s\n' "$@" > "$pki/policy"; } # LINE...: certificates lie beside it
# bad LINE TEXT LINES...: the file is refused there, with this text
bad() {
    local line=$1 text=$2
    shift 2
    write "$@"
    exits 2 "refused: $text" run "$pki/policy"
    says "with file and line" "$pki/policy:$line: "
    says "and what is wrong" "$text"
    [ ! -s "$work/out" ]; ok $? "and no case is tried"
}

# ---- the verdicts ---------------------------------------------------------------------------------
write '# who may sign in' \
    'certs/good.pem -> accepted nobody' \
    'certs/good.pem -> accepted   # whoever it is' \
    '' \
    'certs/good.pem user=nobody service=sudo -> accepted nobody' \
    'certs/good.pem user=daemon -> refused account-mismatch' \
    'certs/good.pem service=sshd -> refused service-refused' \
    'certs/expired.pem -> refused VSC-EXPIRED' \
    'certs/expired.pem user=daemon -> refused account-mismatch expired' \
    'certs/expired.pem user=daemon -> refused expired ...' \
    'certs/revoked.pem -> refused' \
    'certs/revoked.pem revocation=off -> accepted nobody' \
    'certs/good.pem at=2020-01-01T00:00:00Z revocation=off -> refused not-yet-valid' \
    'certs/client-auth.pem purpose=client-auth -> accepted' \
    'certs/no-upn.pem no-mapping -> accepted' \
    'certs/malformed.der -> refused malformed-certificate' \
    "$pki/certs/good.pem -> accepted"
exits 0 "all as expected" run "$pki/policy"
says "in TAP: a line for each case with its line in the file" "ok 1 - $pki/policy:2: certs/good.pem -> accepted nobody"
says "without its comment" "$pki/policy:3: certs/good.pem -> accepted"
says "a plan" "1..15"
says "and a sum" "# 15 as expected, 0 not"
exits 0 "-c before the command" "$B/certcheck" -c "$work/conf" test "$pki/policy"
exits 0 "from another folder: certificates lie beside the file" env -C "$work" "$(realpath "$B")/certcheck" test -c "$work/conf" pki/policy
exits 0 "in the file's own folder" env -C "$pki" "$(realpath "$B")/certcheck" test -c "$work/conf" policy
exits 0 "--json" run --json "$pki/policy"
json "file, cases, failed" '.failed == 0 and (.cases | length == 15) and .cases[0] == {"line": 2, "case": "certs/good.pem -> accepted nobody", "as_expected": true, "got": "accepted nobody"}'

# ---- each way to differ ---------------------------------------------------------------------------
differs() { # LINE GOT
    write "$1"
    exits 1 "not as expected: $1" run "$pki/policy"
    says "and what it is" "# but: $2"
}
differs 'certs/good.pem -> refused' 'accepted nobody'
differs 'certs/good.pem -> refused expired' 'accepted nobody'
differs 'certs/good.pem -> accepted daemon' 'accepted nobody'
differs 'certs/good.pem no-mapping -> accepted nobody' 'accepted'
differs 'certs/expired.pem -> accepted' 'refused expired'
differs 'certs/expired.pem -> refused revoked' 'refused expired'
differs 'certs/expired.pem -> refused expired revoked' 'refused expired'
differs 'certs/expired.pem -> refused revoked ...' 'refused expired'
differs 'certs/expired.pem user=daemon -> refused expired' 'refused expired account-mismatch'
write 'certs/good.pem -> accepted' 'certs/expired.pem -> accepted' 'certs/good.pem -> accepted'
exits 1 "one of three" run "$pki/policy"
says "has its number" "not ok 2 - "
says "and its reasons" "#   expired: the certificate has expired"
says "the others are tried" "ok 3 - "
says "the sum" "# 2 as expected, 1 not"
exits 1 "--json of it" run --json "$pki/policy"
json "has it" '.failed == 1 and .cases[1].as_expected == false and .cases[1].got == "refused expired"'

# ---- options --------------------------------------------------------------------------------------
write 'set service=sshd' 'certs/good.pem -> refused service-refused' 'certs/good.pem service= -> accepted' \
    'certs/good.pem service=sudo -> accepted' 'set service= user=daemon' 'certs/good.pem -> refused account-mismatch'
exits 0 "set holds for the lines below, a line's own options come first, and an empty one takes back" run "$pki/policy"
write 'certs/good.pem -> refused account-mismatch' 'certs/good.pem user=nobody -> accepted'
exits 0 "an option of the command line holds for all lines that do not say otherwise" run --user daemon "$pki/policy"
write 'certs/good.pem -> refused revocation-unknown'
exits 0 "--crl for the whole run" run --crl "$pki/crls-none" "$pki/policy"
cp "$pki/certs/good.pem" "$pki/certs/a \"b\" # c.pem"
write '"certs/a \"b\" # c.pem" -> accepted nobody'
exits 0 "a name in quotes" run "$pki/policy"
says "whose # is no directive of TAP" 'a \"b\" \# c.pem'
cp "$pki/certs/good.pem" "$pki/set"
write '"set" -> accepted' './set -> accepted'
exits 0 "a certificate that is called set" run "$pki/policy"
printf 'certs/good.pem -> accepted\r\n' > "$pki/policy"
exits 0 "lines that end as Windows ends them" run "$pki/policy"
write 'certs/good.pem -> accepted'; cp "$pki/policy" "$pki/other"
exits 0 "several files" run "$pki/policy" "$pki/other"
says "one plan" "1..2"
write 'certs/nowhere.pem -> refused' 'certs/good.pem -> accepted'
exits 2 "a certificate that cannot be read" run "$pki/policy"
says "fails its case" "not ok 1 - "
says "with the reason" "# but: $pki/certs/nowhere.pem: No such file"
says "the others are tried" "ok 2 - "

# ---- bad files ------------------------------------------------------------------------------------
bad 2 'revokd: there is no such reason; did you mean revoked?' '' 'certs/good.pem -> refused revokd'
bad 1 'blocked: there is no such reason' 'certs/good.pem -> refused blocked'
bad 1 '"->" must stand behind' 'certs/good.pem accepted'
bad 1 '"->" must stand behind' 'certs/good.pem'
bad 1 '"accepted" or "refused" must stand behind' 'certs/good.pem ->'
bad 1 '"accepted" or "refused" must stand behind' 'certs/good.pem -> maybe'
bad 1 'more than an account behind "accepted"' 'certs/good.pem -> accepted a b'
bad 1 'color=: there is no such option' 'certs/good.pem color=red -> accepted'
bad 1 'purpose=server: there is no such choice' 'certs/good.pem purpose=server -> accepted'
bad 3 'at=tomorrow: not YYYY-MM-DDTHH:MM:SSZ' '#' '#' 'certs/good.pem at=tomorrow -> accepted'
bad 1 'at=2026-02-30T00:00:00Z: there is no such time' 'set at=2026-02-30T00:00:00Z'
bad 1 'a quote does not end' '"certs/good.pem -> accepted'
bad 1 'a blank is missing behind a quote' '"certs/good.pem"x -> accepted'
bad 1 "the certificate's name is empty" '"" -> accepted'
bad 1 'only options may stand behind "set"' 'set certs/good.pem -> accepted'
bad 1 'only options may stand behind "set"' 'set'
bad 1 'the line is too long' "$(printf 'x%.0s' {1..5000}) -> accepted"
bad 1 'too many words' "certs/good.pem -> refused$(printf ' expired%.0s' {1..70})"
printf 'certs/good.pem -> accepted\ncerts/\0good.pem -> accepted\n' > "$pki/policy"
exits 2 "a NUL byte" run "$pki/policy"
says "has its line" "$pki/policy:2: a NUL byte"
for _ in {1..4097}; do echo 'certs/good.pem -> accepted'; done > "$pki/policy"
exits 2 "4,097 cases are too many" run "$pki/policy"
says "the line is named" "$pki/policy:4097: too many cases"
yes 'set user=nobody' | head -n 4097 > "$pki/policy"
exits 2 "so are 4,097 set lines" run "$pki/policy"
head -c 1100000 /dev/zero | tr '\0' '\n' > "$pki/policy"
exits 2 "a file of more than a megabyte" run "$pki/policy"
: > "$pki/policy"
exits 2 "an empty file" run "$pki/policy"
says "tests nothing" "$pki/policy: no case is in it"
exits 2 "a file that is not there" run "$work/nowhere"
says "is named" "$work/nowhere: No such file"
exits 2 "a folder" run "$pki"
write 'certs/good.pem -> accepted'
exits 2 "a good and a bad file: nothing is tried" run "$pki/policy" "$work/nowhere"
[ ! -s "$work/out" ]; ok $? "at all"
exits 2 "without a file" run
exits 2 "a bad option" run --nonsense "$pki/policy"
exits 2 "a bad configuration" "$B/certcheck" test -c "$work/nowhere" "$pki/policy"
printf '\033[2J\342\200\256.pem -> refused\n' > "$pki/policy"
exits 2 "a name with control characters" run "$pki/policy"
! LC_ALL=C grep -q $'[\033\342]' "$work/out" "$work/err"; ok $? "is shown escaped"

write 'certs/good.pem -> accepted'
exits 3 "an output that cannot be written" sh -c "\"$B/certcheck\" test -c \"$work/conf\" \"$pki/policy\" > /dev/full"
exits 3 "nor as JSON" sh -c "\"$B/certcheck\" test --json -c \"$work/conf\" \"$pki/policy\" > /dev/full"
exits 3 "nor what explain tells" sh -c "\"$B/certcheck\" explain > /dev/full"

# ---- the example of the manual --------------------------------------------------------------------
sed -n '/^# who.verdicts:/,/^\.Ed/p' man/certcheck.1 | sed '/^\.Ed/d' > "$pki/policy"
mkdir "$pki/people"
for name in alice left old; do cp "$pki/certs/good.pem" "$pki/people/$name.pem"; done
"$B/certcheck" test -c "$work/conf" --json "$pki/policy" > "$work/out" 2> "$work/err"
json "certcheck(1)'s example is a file that can be tried" '(.cases | length) >= 4'
echo "1..$count"
exit $failed
