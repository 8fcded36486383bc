# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/domain/50-offline.sh.
set -u
. tests/domain/rig.sh

HOUR=3600
WHERE="uri = \"ldap://dc1.$DOMAIN\"; roots = true;"

# limits MAX_AGE MAX_STALE
limits() {
    SETTINGS[directory]="$WHERE max_age = $1;" SETTINGS[revocation]="max_stale = $2;"
    configure
}
# What is published is fetched anew: the lists of both issuers.
fetch() {
    rm -rf /var/cache/pam_vsc/*
    card_for alice not-ntauth && certcheck refresh; card_for alice good && certcheck refresh
    FETCHED=$(stat -c %Y /var/cache/pam_vsc/directory/ntauth)
}
# Lists whose time was over an hour ago, with every revocation that there is.
publish_old() {
    local ca
    OVER=$(($(date +%s) - HOUR))
    for ca in root sub offside; do
        openssl ca -config "$PKI/ca/$ca/ca.cnf" -gencrl -out "$PKI/crls/$ca.crl" \
            -crl_lastupdate "$(date -u -d "@$((OVER - 24 * HOUR))" +%Y%m%d%H%M%SZ)" \
            -crl_nextupdate "$(date -u -d "@$OVER" +%Y%m%d%H%M%SZ)" || return 1
    done
    publish
}
pulled() { cable out && ! certcheck refresh; }
at() { date -d "@$1" '+%Y-%m-%d %H:%M'; }
later_than() { [ "$(date +%s)" -gt "$1" ]; }

lines_of_age() { grep -c 'out of date' "$LOG"; }
accepted() { # WHAT: without a word of what is old
    card_for alice good && sign_in "$(account alice)" && [ "$(lines_of_age)" = 0 ]
    ok $? "$MEMBER: $1"
}
accepted_with() { # LIST WHAT: and one line says that this is old
    card_for alice good && sign_in "$(account alice)" && [ "$(lines_of_age)" = 1 ] &&
        grep -qF "out of date: $1." "$LOG"
    ok $? "$MEMBER: $2"
}
refused() { # KIND CODE WHAT: before the PIN
    card_for alice "$1" && ! sign_in "$(account alice)" && grep -q "(VSC-${2^^})" "$LOG" && ! grep -q 'PIN for' "$LOG"
    ok $? "$MEMBER: $3"
}

# The module and its helpers, to the last system call: the directory's accounts come from a socket of this computer,
# and nothing is sent to an address of a network.
asks_no_network() {
    echo $PIN | strace -f -qq -e trace=socket,connect,sendto,sendmsg,sendmmsg -o "$W/trace" \
        pamtester vsc-test "$(account alice)" authenticate acct_mgmt > "$LOG" 2>&1 || return 1
    grep -q AF_UNIX "$W/trace" || return 1
    # swtpm is the computer's own TPM, on the loopback.
    ! grep -E 'sa_family=AF_INET6?' "$W/trace" | grep -v 'inet_addr("127\.0\.0\.1")' >> "$LOG"
}
# Who keeps the account has a word in the account check as well, and tells its groups; offline those of a log-in that
# was before.
keeper_agrees() {
    local module=pam_winbind.so
    [ "$MEMBER" = winbind ] || module=pam_sss.so
    printf '%s\n' 'auth required pam_vsc.so' 'account required pam_vsc.so' "account required $module" \
        'session required pam_vsc.so' > /etc/pam.d/vsc-keeper
    card_for alice good && id "$(account alice)" > "$LOG" 2>&1 && echo $PIN |
        pamtester vsc-keeper "$(account alice)" authenticate acct_mgmt open_session >> "$LOG" 2>&1
}
silent() {
    card_for alice good && echo $PIN |
        pamtester vsc-test "$(account alice)" 'authenticate(PAM_SILENT)' > "$LOG" 2>&1 && [ "$(lines_of_age)" = 0 ]
}

domain_site && trust directory
ok $? "samba: a domain and a joined member"
for source in winbind sssd; do
    { [ $source = winbind ] || cable in; member $source && limits 604800 0 && pki crl && publish &&
        for kind in good revoked not-ntauth; do card_for alice $kind || break; done; fetch; } > "$LOG" 2>&1
    accepted "online, with lists just fetched"
    keeper_agrees
    ok $? "$source: online, the account is agreed to by who keeps it"

    # ---- the cable is pulled, and what was fetched is in its time
    pulled > "$LOG" 2>&1
    ok $? "$source: the cable is pulled, refresh says that it reaches nobody"
    accepted "offline, by what was fetched"
    asks_no_network
    ok $? "$source: offline, no network is asked"
    keeper_agrees
    ok $? "$source: offline, the account and its groups are known, and agreed to by who keeps it"
    refused revoked revoked "offline, a revocation that was known before"
    refused not-ntauth issuer-not-ntauth "offline, NTAuthCertificates narrow as before"

    # ---- what the directory said gets old
    until_true later_than "$FETCHED"
    limits 0 $((2 * HOUR))
    accepted_with "directory data (since $(at "$FETCHED"))" "offline, old facts of the directory within max_stale, told"
    limits 0 0
    refused good directory-stale "offline, old facts of the directory beyond it"

    # ---- the lists' time is over
    { cable in && limits 604800 $((2 * HOUR)) && publish_old && fetch && pulled; } > "$LOG" 2>&1
    ok $? "$source: lists whose time is over, and the cable is pulled"
    accepted_with "revocation list of $CA_SUB (since $(at "$OVER")), revocation list of $CA_ROOT (since $(at "$OVER"))" \
        "offline, past nextUpdate within max_stale, told"
    silent
    ok $? "$source: offline, with PAM_SILENT nothing is told"
    asks_no_network
    ok $? "$source: offline, with old lists no network is asked"
    refused revoked revoked "offline, a revocation in an old list"
    limits 604800 $((HOUR / 2))
    refused good crl-stale "offline, past nextUpdate and max_stale"
    refused revoked revoked "offline, a revocation in a list that is too old"
done
domain_end
echo "1..$number"
