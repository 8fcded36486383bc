# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/domain/30-accounts.sh.
set -u
. tests/domain/rig.sh

SAM=/var/lib/samba/private/sam.ldb
refresh() { certcheck refresh > "$LOG" 2>&1; }
# fetched USER: the last refresh has what the directory says of this account
fetched() { grep -E "^stored +account " "$LOG" | grep -qF "($1)"; }
rules() { SETTINGS[mapping]="rules = ( $* );" && configure; }
modify() { on dc ldbmodify -H $SAM > "$W/modify.log" 2>&1; } # < LDIF
claims() { # USER VALUE: its only altSecurityIdentities; "": none
    printf 'dn: CN=%s,CN=Users,%s\nchangetype: modify\nreplace: altSecurityIdentities\n' "$1" "$BASE"
    [ -z "$2" ] || printf 'altSecurityIdentities: %s\n' "$2"
}
asks() { grep -q 'PIN for' "$LOG"; }
accepted() { # NAME WHAT
    sign_in "$1" && asks
    ok $? "$MEMBER: $2"
}
refused() { # NAME CODE WHAT: before the PIN
    ! sign_in "$1" && grep -q "(VSC-$2)" "$LOG" && ! asks
    ok $? "$MEMBER: $3"
}
# closed NAME CODE TEXT WHAT: the PIN is right, and the account check ends it
closed() {
    ! sign_in "$1" && asks && grep -q "(VSC-$2)" "$LOG" && grep -qi "$3" "$LOG" && said "vsc-test:auth.*result=success" &&
        said "vsc-test:account.*code=$(tr A-Z a-z <<< "$2")"
    ok $? "$MEMBER: $4"
}

DIRECTORY_RULES='{ method = "altsecid"; }, { method = "upn"; }'
domain_site
SETTINGS[directory]="uri = \"ldap://dc1.$DOMAIN\";"
ok $? "samba: a domain and a joined member"

for source in winbind sssd; do
    member $source > "$LOG" 2>&1
    ok $? "$source: knows $(account alice)"
    by_name=${SETTINGS[mapping]}
    rm -rf /var/cache/pam_vsc/*
    for user in alice bob carl dora erik luca lena root; do card_for $user good; done
    card_for nora good --subject /CN=nora

    # ---- before the directory was asked
    rules "$DIRECTORY_RULES"
    refused "$(account alice)" NO-MAPPING "rules that ask the directory give nobody an account before a refresh"
    refused "$(account nora)" NO-UPN "a certificate without a UPN is refused before a refresh"
    SETTINGS[mapping]=$by_name && configure
    accepted "$(account dora)" "a disabled account is not known to be so before a refresh"

    # ---- names
    refresh
    fetched "$(account alice)" && fetched "$(account nora)" && ! grep -q vscalice "$LOG"
    ok $? "$source: refresh asks for the owners of cards"
    accepted 'CORP\alice' "CORP\\alice signs in by UPN and SID"
    accepted "alice@$DOMAIN" "alice@$DOMAIN signs in by UPN and SID"
    rules '{ method = "sid"; }'
    accepted 'CORP\alice' "CORP\\alice signs in by SID alone"
    rules "$DIRECTORY_RULES"
    accepted 'CORP\alice' "CORP\\alice signs in by the directory's UPN"
    accepted "alice@$DOMAIN" "alice@$DOMAIN signs in by the directory's UPN"
    sign_in "$(account bob)" && said "user=$(account bob | sed 's/\\/.*/').*card=bob"
    ok $? "$source: bob signs in by the directory's UPN"

    # ---- suffixes and altSecurityIdentities
    accepted "$(account carl)" "a UPN of another suffix is the account's that has it in the directory"
    SETTINGS[mapping]=$by_name && configure
    refused "$(account carl)" NO-MAPPING "and no rule by the domain's suffix takes it"
    rules "$DIRECTORY_RULES"
    accepted "$(account nora)" "an account that has altSecurityIdentities alone"
    { claims bob "$NORAS_ALTSECID"; } | modify && refresh
    refused "$(account nora)" AMBIGUOUS-MAPPING "two that claim one certificate"
    { claims bob ""; } | modify && { claims nora 'X509:<S>CN=nora'; } | modify && refresh
    grep -q 'weak values' "$LOG"
    ok $? "$source: refresh tells of weak values"
    refused "$(account nora)" NO-UPN "a weak value does not count"
    { claims nora "$NORAS_ALTSECID"; } | modify && refresh
    accepted "$(account nora)" "and the strong one does again"

    # ---- accounts that are closed
    closed "$(account dora)" ACCOUNT-DISABLED 'permission denied' "a disabled account"
    closed "$(account erik)" ACCOUNT-EXPIRED 'expired' "an expired account"
    closed "$(account luca)" ACCOUNT-LOCKED 'permission denied' "a locked account"
    accepted "$(account alice)" "others are not concerned"
    certcheck "$(certificate_of dora good)" > "$LOG" 2>&1
    [ $? = 1 ] && grep -q ACCOUNT-DISABLED "$LOG"
    ok $? "$source: certcheck says so too"
    on dc samba-tool user enable dora -H $SAM > "$LOG" 2>&1 && closed "$(account dora)" ACCOUNT-DISABLED 'permission denied' \
        "it stays closed until the next refresh"
    refresh
    accepted "$(account dora)" "and is open after it"
    on dc samba-tool user disable dora -H $SAM > "$LOG" 2>&1 && refresh

    # ---- namesakes
    ! sign_in lena && ! asks
    ok $? "$source: lena of /etc/passwd does not sign in with the directory's lena's card"
    accepted "$(account lena)" "the directory's lena does"
    ! sign_in root && ! asks
    ok $? "$source: root does not sign in with the card of the directory's root"

    # ---- without the directory
    cable out
    ! refresh && grep -q '^failed' "$LOG"
    ok $? "$source: refresh tells that the directory is away"
    accepted "$(account alice)" "offline, by the directory's UPN"
    accepted "$(account nora)" "offline, by altSecurityIdentities"
    closed "$(account dora)" ACCOUNT-DISABLED 'permission denied' "offline, a disabled account"
    closed "$(account erik)" ACCOUNT-EXPIRED 'expired' "offline, an expired account"
    closed "$(account luca)" ACCOUNT-LOCKED 'permission denied' "offline, a locked account"
    SETTINGS[directory]="uri = \"ldap://dc1.$DOMAIN\"; max_age = 0;" && configure
    refused "$(account carl)" NO-MAPPING "what is too old gives nobody an account"
    SETTINGS[mapping]=$by_name && configure
    closed "$(account dora)" ACCOUNT-DISABLED 'permission denied' "and still closes one"
    SETTINGS[directory]="uri = \"ldap://dc1.$DOMAIN\";" && configure
    cable in > "$LOG" 2>&1
    ok $? "$source: the cable is back"
done
domain_end
echo "1..$number"
