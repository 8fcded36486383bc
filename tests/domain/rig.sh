# SPDX-License-Identifier: BSD-2-Clause
# An Active Directory domain and a member of it, in a throwaway root (tests/rig/throwaway.sh): source this
# file inside it. The root is the member client1.corp.test, with a software TPM, pam_vsc installed and the
# service vsc-test; the domain controller dc1.corp.test (Samba) has a network, a host name, an /etc, a /run
# and a /var/lib/samba of its own, and a cable to the member. It builds on tests/login/rig.sh, whose
# functions are at hand as well (until_true, said, fresh, listen, tries, refill, block, talk, ok).
#
#   domain_site              the domain and the member, joined; no directory's accounts yet (member)
#   domain_end               stop what was started, remove the work folder
#   member winbind|sssd|local [short]  where the accounts come from, from now on; also the rules of `configure`.
#                            short: names without the domain ("winbind use default domain", and SSSD's
#                            use_fully_qualified_names = False)
#   account USER             the name of a directory's user on this member: CORP\USER, USER@corp.test, USER
#   rule TEMPLATE            a UPN of corp.test is the account TEMPLATE, and configure
#   on dc|member CMD...      run it there
#   cable out|in             between the member and the domain controller
#
#   users of the domain      alice, bob; dora is disabled, erik's account has expired, luca is locked out,
#                            sven must use a card; carl is carl@corp.example; nora's certificates have no
#                            UPN, but the directory has her altSecurityIdentities; lena and root have
#                            namesakes in the member's /etc/passwd. Passwords: $PASSWORD, administrator's
#                            $ADMIN_PASSWORD
#   users of the member      vscalice, vscbob, lena; with `member local` also alice and bob
#   sid USER                 of a domain's user
#   PKI ($PKI)               "Test Root CA"; below it "Test Issuing CA", whose certificate is in
#                            NTAuthCertificates, and "Test Offside CA", whose is not; "Foreign Root CA".
#                            In the directory: NTAuthCertificates, Certification Authorities, AIA, and CDP
#                            with their lists; these also at http://dc1.corp.test/crl/{root,sub,offside}.crl
#   pki VERB ARG...          tests/pki/make-pki.sh VERB $PKI ARG...
#   publish                  put the lists as they are now into the directory and on the web server
#
#   card_for USER KIND [OPTION...]  USER's card (PIN $PIN, one for each) has a certificate of that kind:
#                            good expired revoked wrong-eku no-upn other-user other-sid not-ntauth untrusted, or no-sid;
#                            OPTIONs are those of "make-pki.sh issue" more
#   certificate_of USER KIND the file with it
#   SETTINGS[GROUP]=TEXT     what a group of pam_vsc.conf says; SETTINGS[top]: what stands outside of groups
#   configure                write /etc/pam_vsc/pam_vsc.conf
#   trust by-hand|directory|none  anchors, intermediates, NTAuth and lists are put in place by hand / only the
#                            root is, and `certcheck refresh` gets the rest from the directory / all are away
#   sign_in NAME [PIN]       as this account, by authenticate and acct_mgmt of vsc-test; $LOG has what was seen
#
# $LOG is what the step at hand showed, $MESSAGES the syslog.

. tests/domain/site.sh
. tests/login/rig.sh

declare -A SETTINGS
MEMBER=none SHORT=no TRUST=none
DC=          # a process that holds its namespaces
STARTED=()   # pids, the last one first
SITE=${SITE:-$B/domain/site.tar}

on() { # dc|member CMD...
    local where=$1
    shift
    case $where in
    dc) nsenter -t "$DC" --net --uts --mount --root --wd -- "$@" ;;
    member) "$@" ;;
    *) return 1 ;;
    esac
}
cable() {
    case $1 in
    out) on dc ip link set ve-dc down ;;
    in) on dc ip link set ve-dc up && until_true ping_dc ;;
    *) return 1 ;;
    esac
}
ping_dc() { (exec 3<> "/dev/tcp/$DC_ADDRESS/389"); }
pki() { tests/pki/make-pki.sh "$1" "$PKI" "${@:2}"; }
sid() { sed -n "s/^$1 //p" "$PKI/sids"; }
begin() { # COMMAND...: in the background, until domain_end
    "$@" &
    STARTED=($! "${STARTED[@]}")
}
end() { # PID
    local other left=()
    kill "$1" 2> /dev/null
    wait "$1" 2> /dev/null
    for other in "${STARTED[@]}"; do [ "$other" = "$1" ] || left+=("$other"); done
    STARTED=("${left[@]}")
}

# ---- the domain controller

dc_files() { # in its mount namespace
    mount -t tmpfs -o mode=755 run /run && mkdir /run/samba "$W/dc/log" "$W/dc/cache" &&
        mount --bind "$W/dc/var/lib/samba" /var/lib/samba && mount --bind "$W/dc/log" /var/log/samba &&
        mount --bind "$W/dc/cache" /var/cache/samba && cp -a /etc "$W/dc/etc.new" &&
        cp "$W/dc/etc/samba/smb.conf" "$W/dc/etc.new/samba/" && mount --bind "$W/dc/etc.new" /etc || return 1
    echo "nameserver 127.0.0.1" > /etc/resolv.conf
    printf '127.0.0.1 localhost\n%s dc1.%s dc1\n' $DC_ADDRESS $DOMAIN > /etc/hosts
    echo dc1 > /etc/hostname
    hostname dc1
    cat > /etc/krb5.conf << END
[libdefaults]
    default_realm = $REALM
    dns_lookup_realm = false
[realms]
    $REALM = {
        kdc = 127.0.0.1
    }
[kdc]
    enable-pkinit = yes
    pkinit_identity = FILE:$PKI/dc1/cert.pem,$PKI/dc1/key.pem
    pkinit_anchors = FILE:$PKI/ca/sub/cert.pem
    pkinit_principal_in_certificate = yes
END
}
dc_hold() {
    mkfifo "$W/held"
    begin unshare --net --uts --mount bash -c '. tests/domain/site.sh; W=$1
        '"$(declare -f dc_files)"'
        dc_files && ip link set lo up && echo made > "$W/held" && exec sleep infinity' - "$W" 
    DC=${STARTED[0]}
    [ "$(timeout 60 cat "$W/held")" = made ]
}
dc_listens() { # PORT...
    local port
    for port in "$@"; do (exec 3<> "/dev/tcp/$DC_ADDRESS/$port") || return 1; done
}
dc_start() {
    mkdir -p "$W/dc" /srv/http/crl && tar -C "$W/dc" -xf "$SITE" && mv "$W/dc/srv/pki" /srv/ && dc_hold &&
        ip link add ve-member type veth peer name ve-dc netns "$DC" &&
        ip addr add $MEMBER_ADDRESS/24 dev ve-member && ip link set ve-member up &&
        on dc ip addr add $DC_ADDRESS/24 dev ve-dc && on dc ip link set ve-dc up || return 1
    cp $PKI/crls/*.crl /srv/http/crl/
    # on NAME in the background would be a shell that waits for it
    begin nsenter -t "$DC" --net --uts --mount --root --wd -- samba -F --no-process-group > "$W/samba.log" 2>&1
    begin nsenter -t "$DC" --net --uts --mount --root --wd -- \
        python3 -m http.server 80 --bind $DC_ADDRESS --directory /srv/http > "$W/http.log" 2>&1
    until_true dc_listens 53 80 88 389 445 464 636
}

# ---- the member

member_files() {
    hostname client1
    echo "nameserver $DC_ADDRESS" > /etc/resolv.conf
    echo 'options timeout:3 attempts:2' >> /etc/resolv.conf
    printf '127.0.0.1 localhost\n%s client1.%s client1\n' $MEMBER_ADDRESS $DOMAIN > /etc/hosts
    cat > /etc/krb5.conf << END
[libdefaults]
    default_realm = $REALM
    dns_lookup_realm = false
    rdns = false
    pkinit_anchors = FILE:$PKI/anchors/root.pem
    pkinit_pool = FILE:$PKI/ca/sub/cert.pem
END
    cat > /etc/samba/smb.conf << END
[global]
    workgroup = $WORKGROUP
    realm = $REALM
    security = ads
    netbios name = CLIENT1
    kerberos method = secrets and keytab
    idmap config * : backend = tdb
    idmap config * : range = 3000-7999
    idmap config $WORKGROUP : backend = rid
    idmap config $WORKGROUP : range = 10000-999999
    winbind offline logon = yes
    winbind use default domain = no
    template shell = /bin/bash
END
    mkdir -p /run/samba /etc/sssd/conf.d
    cat > /etc/sssd/sssd.conf << END
[sssd]
services = nss, pam
domains = $DOMAIN
config_file_version = 2
[domain/$DOMAIN]
id_provider = ad
auth_provider = none
access_provider = permit
ad_domain = $DOMAIN
ad_server = dc1.$DOMAIN
krb5_realm = $REALM
ldap_sasl_authid = CLIENT1\$@$REALM
ldap_id_mapping = True
use_fully_qualified_names = True
default_shell = /bin/bash
cache_credentials = True
dyndns_update = False
END
    chmod 600 /etc/sssd/sssd.conf
}
# The domain controller listens a while before all of its parts have an answer.
joined() { net ads join -U "administrator%$ADMIN_PASSWORD" --no-dns-updates > "$W/join.log" 2>&1; }
member_join() {
    local try
    until_true joined || { cat "$W/join.log"; return 1; }
    klist -k || return 1
    for try in 1 2 3 4; do echo "wrong $try" | kinit -c "$W/luca" "luca@$REALM" > /dev/null 2>&1; done
    echo "$PASSWORD" | kinit -c "$W/luca" "luca@$REALM" 2>&1 | grep -i revoked
}

directory_off() {
    [ -z "${DIRECTORY:-}" ] || end "$DIRECTORY"
    DIRECTORY=
    sed -i 's/^\(passwd\|group\|shadow\):.*/\1: files/' /etc/nsswitch.conf
}
# directory_on SOURCE COMMAND...: until it knows alice
directory_on() { directory_start "$@" && until_true getent passwd "$(account alice)"; }
directory_start() {
    local source=$1
    shift
    sed -i "s/^\(passwd\|group\):.*/\1: files $source/" /etc/nsswitch.conf
    begin "$@" >> "$W/$source.log" 2>&1
    DIRECTORY=${STARTED[0]}
}
rule() { # the backslash of a template is one of the configuration's strings
    SETTINGS[mapping]="rules = ( { method = \"upn\"; suffix = \"$DOMAIN\"; account = \"${1//\\/\\\\}\"; } );"
    configure
}
short_names() { # yes|no
    local full=True
    [ "$1" = no ] || full=False
    sed -i "s/\(winbind use default domain =\).*/\1 $1/" /etc/samba/smb.conf
    sed -i "s/\(use_fully_qualified_names =\).*/\1 $full/" /etc/sssd/sssd.conf
    forget
}
forget() { # what winbind and SSSD keep of accounts; neither runs
    rm -f /var/lib/sss/db/* /var/lib/sss/mc/* /run/samba/gencache.tdb /var/lib/samba/winbindd_cache.tdb
}
member() {
    local short=no
    directory_off
    MEMBER=$1
    [ "${2:-}" != short ] || short=yes
    [ "$short" = "$SHORT" ] || short_names $short || return 1
    SHORT=$short
    case $MEMBER in
    winbind)
        rule '%D\%u' && directory_on winbind winbindd --foreground --no-process-group
        ;;
    sssd)
        rule '%u@%d' && directory_on sss sssd --interactive
        ;;
    local)
        forget # SSSD's files answer without it
        id alice > /dev/null 2>&1 || { useradd alice && useradd bob; }
        rule '%u'
        ;;
    *) return 1 ;;
    esac
}
account() {
    case $MEMBER,$SHORT in
    winbind,no) printf '%s\\%s\n' $WORKGROUP "$1" ;;
    sssd,no) printf '%s@%s\n' "$1" $DOMAIN ;;
    *) printf '%s\n' "$1" ;;
    esac
}

# ---- pam_vsc

configure() {
    local group
    {
        printf '%s\n' "${SETTINGS[top]:-}"
        for group in "${!SETTINGS[@]}"; do
            [ "$group" = top ] || printf '%s = { %s };\n' "$group" "${SETTINGS[$group]}"
        done
    } > "$CONF"
}

trust() {
    local folder from
    for folder in anchors intermediates crls ntauth; do
        rm -rf "/etc/pam_vsc/$folder" && mkdir -m 755 "/etc/pam_vsc/$folder" || return 1
    done
    rm -rf /var/cache/pam_vsc/*
    unset "SETTINGS[trust]"
    TRUST=$1
    case $TRUST in
    by-hand)
        SETTINGS[trust]='ntauth = "/etc/pam_vsc/ntauth";'
        cp $PKI/anchors/root.pem /etc/pam_vsc/anchors/ && cp $PKI/intermediates/*.pem /etc/pam_vsc/intermediates/ &&
            cp $PKI/crls/*.crl /etc/pam_vsc/crls/ && cp $PKI/ca/sub/cert.pem /etc/pam_vsc/ntauth/sub.pem
        ;;
    directory)
        SETTINGS[trust]='ntauth = "directory";' SETTINGS[directory]="uri = \"ldap://dc1.$DOMAIN\"; roots = true;"
        cp $PKI/anchors/root.pem /etc/pam_vsc/anchors/
        ;;
    none) ;;
    *) return 1 ;;
    esac && configure
}

publish() {
    local ca name
    for ca in root sub offside; do
        case $ca in root) name=$CA_ROOT ;; sub) name=$CA_SUB ;; offside) name=$CA_OFFSIDE ;; esac
        cp $PKI/crls/$ca.crl /srv/http/crl/$ca.crl
        printf 'dn: CN=%s,CN=dc1,CN=CDP,%s\nchangetype: modify\nreplace: certificateRevocationList\n' "$name" "$SERVICES"
        printf 'certificateRevocationList:: %s\n\n' "$(openssl crl -in $PKI/crls/$ca.crl -outform DER | base64 -w 0)"
    done > "$W/lists.ldif"
    on dc ldbmodify -H /var/lib/samba/private/sam.ldb < "$W/lists.ldif"
}

certificate_of() { printf '%s\n' "$W/certificates/$1-$2.pem"; }
directory_url() { # CN,... ATTRIBUTE CLASS
    local dn="$1,$SERVICES"
    printf 'ldap:///%s?%s?base?objectClass=%s\n' "${dn// /%20}" "$2" "$3"
}
# issue_for USER KIND [OPTION...]
issue_for() {
    local user=$1 kind=$2 ca=sub name=$CA_SUB upn=$1@$DOMAIN
    local -a options=()
    shift 2
    case $user in
    carl) upn=carl@corp.example ;;
    nora) upn= options=(--serial $NORAS_SERIAL) ;;
    esac
    case $kind in
    expired) options+=(--expired) ;;
    wrong-eku) options+=(--eku emailProtection) ;;
    no-upn) upn= ;;
    other-user) upn=bob@$DOMAIN options+=(--sid "$(sid bob)") ;;
    other-sid) options+=(--sid "$(sid bob)") ;;
    not-ntauth) ca=offside name=$CA_OFFSIDE ;;
    untrusted) ca=stranger name=$CA_STRANGER ;;
    esac
    case $user,$kind in
    nora,* | *,other-* | *,no-sid) ;;
    *) options+=(--sid "$(sid "$user")") ;;
    esac
    if [ -n "$upn" ]; then options+=(--upn "$upn"); else options+=(--no-upn); fi
    pki issue "$W/certificates/$user.csr" "$(certificate_of "$user" "$kind")" --ca $ca "${options[@]}" \
        --extension 'crlDistributionPoints = cdp' --extension 'authorityInfoAccess = @aia' \
        --extension '[cdp]' --extension 'fullname = @lists' \
        --extension '[lists]' --extension "URI.1 = http://dc1.$DOMAIN/crl/$ca.crl" \
        --extension "URI.2 = $(directory_url "CN=$name,CN=dc1,CN=CDP" certificateRevocationList cRLDistributionPoint)" \
        --extension '[aia]' \
        --extension "caIssuers;URI.1 = $(directory_url "CN=$name,CN=AIA" cACertificate certificationAuthority)" "$@"
}

card_of_user() { # USER: a card, and a request
    local user=$1
    mkdir -p "$W/certificates"
    if [ -e "$W/certificates/$user.csr" ]; then
        vscmgr set-owner "$user" "$(account "$user")"
        return
    fi
    printf '%s\n' $PIN $ADMIN | vscmgr create --name "$user" --owner "$(account "$user")" --pin stdin \
        --adminkey stdin --generate --key rsa2048 &&
        echo $PIN | vscmgr csr "$user" --subject "/CN=$user" --pin stdin --out "$W/certificates/$user.csr"
}
card_for() {
    local user=$1 kind=$2 file
    shift 2
    {
        file=$(certificate_of "$user" "$kind")
        card_of_user "$user" || return 1
        if [ $# -gt 0 ] || [ ! -e "$file" ]; then
            issue_for "$user" "$kind" "$@" || return 1
            [ "$kind" != revoked ] || revoke_file "$file" || return 1
        fi
        vscmgr import "$user" "$file"
    } >> "$LOG" 2>&1
}
revoke_file() {
    pki revoke "$1" && publish || return 1
    [ "$TRUST" != by-hand ] || cp $PKI/crls/*.crl /etc/pam_vsc/crls/
}
sign_in() { # NAME [PIN]
    fresh
    printf '%s\n' "${2:-$PIN}" | pamtester vsc-test "$1" authenticate acct_mgmt > "$LOG" 2>&1
}

domain_site() {
    {
        site_install && login_log && dc_start && member_files && member_join && useradd lena &&
            tpm_start "$W/tpm" || return 1
        SETTINGS[card]="tcti = \"$TCTI\";"
        printf '%s required pam_vsc.so\n' auth account session > /etc/pam.d/vsc-test
        trust by-hand
    } > "$LOG" 2>&1
}
domain_end() {
    local pid
    for pid in "${STARTED[@]}"; do kill "$pid" 2> /dev/null; done
    wait "${STARTED[@]}" 2> /dev/null
    login_end
}
