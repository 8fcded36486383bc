# SPDX-License-Identifier: BSD-2-Clause
# A small site for `certcheck refresh`: source this file.
#
#   refresh_site          in $W, a new folder: a CA (pki/), a web server on 127.0.0.1:$PORT that
#                         serves www/ (tests/httpd; its log is $W/web.log), a store (store/) and a
#                         configuration (conf); $CACHE is the cache
#   refresh_card OPTION.. a card's certificate, and its key's: card.pem; options of make-pki.sh issue
#   refresh_end           stop the servers, remove the folder
#   refresh [OPTION..]    certcheck refresh with that configuration
#   check CERT            certcheck --no-mapping with it
#   publish FILE NAME     put a file into www/ in one step
#   how NAME WORDS        what else the server does with it (tests/httpd/httpd_main.c); none: nothing
#   exits STATUS NAME COMMAND..   run it, keep what it says in $W/out and $W/err; a TAP line
#   says NAME PATTERN, json NAME FILTER, ok STATUS NAME   TAP lines about it
#   state                 a number that is another one when a list or answer in the cache is

. "$(dirname "${BASH_SOURCE[0]}")/until.sh"
B=${B:-build}
W=$(mktemp -d) && chmod 755 "$W"
CACHE=$W/cache
count=0 failed=0
servers=()

ok() {
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; return; fi
    echo "not ok $count - $2"
    failed=1
}

exits() {
    local want=$1 name=$2 got
    shift 2
    "$@" > "$W/out" 2> "$W/err"
    got=$?
    [ "$got" -eq "$want" ] || { echo "# exit status $got"; sed 's/^/# /' "$W/out" "$W/err"; }
    ok $((got != want)) "$name"
}

says() {
    local found=0
    grep -qE -- "$2" "$W/out" "$W/err" || found=1
    [ $found = 0 ] || sed 's/^/# /' "$W/out" "$W/err"
    ok $found "$1"
}

json() {
    jq -e "$2" "$W/out" > /dev/null 2>&1
    ok $? "$1"
}

refresh() { "$B/certcheck" refresh -c "$W/conf" "$@"; }
check() { "$B/certcheck" -c "$W/conf" --no-mapping --json "$@"; }
state() { (cd "$CACHE" && find crl ocsp certs hand -type f ! -name '.*' -exec sha256sum {} + | sort | sha256sum); }
publish() { cp "$1" "$W/www/.new" && mv "$W/www/.new" "$W/www/$2"; }
how() {
    rm -f "$W/www/$1.how"
    [ -z "${2:-}" ] || { echo "$2" > "$W/www/$1.how"; touch "$W/www/$1"; }
}

refresh_conf() { # MORE LINES: after the usual ones
    cat > "$W/conf" <<END
card = { store = "$W/store"; };
helpers = { fetch_user = "${FETCH_USER:-}"; };
trust = { anchors = "$W/pki/anchors"; intermediates = "$W/intermediates"; };
revocation = { crls = "$W/hand"; cache = "$CACHE"; };
$*
END
}

refresh_site() {
    mkdir -p "$W"/{www,hand,intermediates,store/cards/0000/keys/00}
    "$B/tests/httpd" "$W/port" "$W/www" "$W/web.log" &
    servers+=($!)
    tests/pki/make-pki.sh base "$W/pki" nobody corp.test || return 1
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$W/card.key" 2> /dev/null
    openssl req -new -key "$W/card.key" -subj /CN=nobody -out "$W/card.csr"
    until_true [ -s "$W/port" ] || return 1
    PORT=$(cat "$W/port")
    WEB=http://127.0.0.1:$PORT
    refresh_conf
}

refresh_card() {
    tests/pki/make-pki.sh issue "$W/pki" "$W/card.csr" "$W/card.pem" "$@" &&
        cp "$W/card.pem" "$W/store/cards/0000/keys/00/cert.pem"
}

refresh_end() {
    [ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2> /dev/null
    wait 2> /dev/null
    rm -rf "$W"
}
