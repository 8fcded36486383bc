#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Who certcheck refresh is: started by root, by its service, and by anybody else.
set -u
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
FETCH_USER=nobody
. tests/rig/refresh.sh
trap refresh_end EXIT
refresh_site || exit 1

cp "$W/pki/intermediates/sub.pem" "$W/intermediates/"
cp "$W/pki/crls/root.crl" "$W/hand/"
publish "$W/pki/crls/sub.crl" sub.crl
refresh_card --extension "crlDistributionPoints = URI:$WEB/sub.crl" || exit 1
chmod 700 "$W/store/cards/0000"
cp "$B/certcheck" "$B/certcheck-refresh" "$W/" # where anybody can start them
status_is() { # NAME VALUE PATTERN of /proc/PID/status
    grep -qE "^$1:[[:space:]]+$2" "/proc/$pid/status"
}
# While the server holds an answer back, look at the process.
held() { # COMMAND..
    how sub.crl hang
    : > "$W/web.log"
    "$@" > "$W/out" 2> "$W/err" &
    pid=$!
    until_true grep -q 'GET /sub.crl' "$W/web.log"
}
look() { # NAME
    status_is Uid '65534[[:space:]]+65534[[:space:]]+65534' && status_is Groups '$'
    ok $? "$1: it is that user, without groups"
    status_is CapEff 0000000000000000 && status_is CapPrm 0000000000000000 && status_is CapAmb 0000000000000000
    ok $? "$1: it has no capability"
    status_is NoNewPrivs 1 && status_is Seccomp 2
    ok $? "$1: no new rights, and its system calls are filtered"
    [ "$(stat -c %u "/proc/$pid/mem")" = 0 ] && [ "$(readlink "/proc/$pid/cwd")" = / ]
    ok $? "$1: nobody can look into it"
    how sub.crl
    kill "$pid"; wait "$pid" 2> /dev/null
}

# ---- root -----------------------------------------------------------------------------------------
held "$W/certcheck" refresh -c "$W/conf"
look "started by root"
[ "$(stat -c %U "$CACHE")" = nobody ]
ok $? "the cache is made, and is that user's"
exits 0 "started by root it reads the cards and fetches" "$W/certcheck" refresh -c "$W/conf"
says "the list is stored" '^stored +crl'
[ "$(find "$CACHE" ! -user nobody | wc -l)" = 0 ]
ok $? "everything in the cache is that user's"
sed -i 's/nobody/nosuchuser/' "$W/conf"
exits 2 "a user that does not exist is no reason to stay root" "$W/certcheck" refresh -c "$W/conf"
sed -i 's/nosuchuser/root/' "$W/conf"
exits 2 "nor is root" "$W/certcheck" refresh -c "$W/conf"
sed -i 's/"root"/"nobody"/' "$W/conf"

# ---- the service: that user, who may read everything at first -------------------------------------
as_service() {
    exec setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all,+dac_read_search \
        --ambient-caps=-all,+dac_read_search --bounding-set=-all,+dac_read_search --no-new-privs "$@"
}
held as_service "$W/certcheck" refresh -c "$W/conf"
look "started by its service"
exits 0 "it reads the cards and fetches" bash -c "$(declare -f as_service); as_service '$W/certcheck' refresh -c '$W/conf'"
says "the list is unchanged" '^unchanged +crl'

# ---- anybody --------------------------------------------------------------------------------------
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
exits 1 "anybody who may not read the cards" as_nobody "$W/certcheck" refresh -c "$W/conf"
says "is told" '^failed +card .*0000: Permission denied'
chmod -R a+rX "$W/store"
exits 0 "who may read them needs no more" as_nobody "$W/certcheck" refresh -c "$W/conf"
chown -R daemon "$CACHE"
exits 3 "another user's cache is not used" as_nobody "$W/certcheck" refresh -c "$W/conf"
says "it is told" 'belongs to user'
chown -R nobody "$CACHE"; chmod 777 "$CACHE"
exits 3 "nor one that others can write" "$W/certcheck" refresh -c "$W/conf"
chmod 755 "$CACHE"
rm -rf "$CACHE/crl"; ln -s /etc "$CACHE/crl"
exits 3 "a link in the cache is not followed" "$W/certcheck" refresh -c "$W/conf"
rm "$CACHE/crl"

# ---- a hostile environment ------------------------------------------------------------------------
exits 0 "nothing is taken from the environment" env http_proxy=http://127.0.0.1:1 ALL_PROXY=socks5://127.0.0.1:1 \
    LDAPCONF=/nowhere OPENSSL_CONF="$W/conf" SSL_CERT_FILE=/nowhere HOME=/nowhere CURL_HOME=/nowhere \
    "$W/certcheck" refresh -c "$W/conf"
exits 0 "closed descriptors do no harm" bash -c "'$W/certcheck' refresh -c '$W/conf' <&- > '$W/closed' 2> '$W/closed.err'"

# ---- the units ------------------------------------------------------------------------------------
if command -v systemd-analyze > /dev/null; then
    mkdir "$W/units"
    sed 's,@PREFIX@/bin/certcheck,/bin/true,' conf/systemd/vsc-refresh.service > "$W/units/vsc-refresh.service"
    cp conf/systemd/vsc-refresh.timer "$W/units/"
    exits 0 "systemd understands the units" systemd-analyze verify --man=no "$W"/units/*
    [ ! -s "$W/err" ]; ok $? "without a warning"
else
    ok 0 "systemd understands the units # SKIP no systemd"
    ok 0 "without a warning # SKIP no systemd"
fi
echo "1..$count"
exit $failed
