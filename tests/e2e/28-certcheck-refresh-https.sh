#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certcheck refresh over HTTPS: whose certificate a server may have, and no way back to HTTP.
set -u
. tests/rig/refresh.sh
trap refresh_end EXIT
refresh_site || exit 1

serve() { # NAME MODE: `openssl s_server` with certificate NAME; its port is $TLS
    for _ in $(seq 20); do
        TLS=$((20000 + RANDOM % 12000))
        (cd "$W/www" && exec openssl s_server -accept "127.0.0.1:$TLS" -cert "$W/$1.pem" \
            -key "$W/$1.key" "-$2" -quiet) < /dev/null > "$W/s_server.log" 2>&1 &
        servers+=($!)
        until_port "$TLS" "${servers[-1]}" && return 0
    done
    return 1
}
certificate() { # NAME SAN [OPTION..]
    local name=$1 san=$2
    shift 2
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$W/$name.key" 2> /dev/null
    openssl req -new -key "$W/$name.key" -subj /CN=web -out "$W/$name.csr"
    tests/pki/make-pki.sh issue "$W/pki" "$W/$name.csr" "$W/$name.pem" --no-upn --ca root \
        --eku 1.3.6.1.5.5.7.3.1 --extension "subjectAltName = $san" "$@"
}
asks() { # STATUS NAME PATTERN: with the list at the server at hand
    refresh_card --extension "crlDistributionPoints = URI:https://127.0.0.1:$TLS/${4:-sub.crl}" || exit 1
    rm -rf "$CACHE"
    exits "$1" "$2" refresh
    says "$2: it is told" "$3"
}

cp "$W/pki/intermediates/sub.pem" "$W/intermediates/"
cp "$W/pki/crls/root.crl" "$W/hand/"
publish "$W/pki/crls/sub.crl" sub.crl
certificate good IP:127.0.0.1
certificate name DNS:elsewhere.test
certificate expired IP:127.0.0.1 --expired

serve good WWW || exit 1
asks 0 "a server certified by the domain's CA" '^stored +crl +https:'
serve name WWW || exit 1
asks 1 "a server with a certificate for another name" '^failed +crl.*(subject|name)'
serve expired WWW || exit 1
asks 1 "a server whose certificate has expired" '^failed +crl.*expired'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=web -days 30 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$W/self.key" -out "$W/self.pem" 2> /dev/null
serve self WWW || exit 1
asks 1 "a server that certified itself" '^failed +crl.*certificate'
printf 'HTTP/1.0 302 Found\r\nLocation: %s/sub.crl\r\n\r\n' "$WEB" > "$W/www/moved"
serve good HTTP || exit 1
asks 1 "a redirect from https to http" '^failed +crl.*no redirect leads from https to http' moved
! grep -q . "$W/web.log" 2> /dev/null
ok $? "nobody asked there"
echo "1..$count"
exit $failed
