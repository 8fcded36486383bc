# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/domain/30-names.sh.
set -u
. tests/domain/rig.sh

check() { ok "$1" "$MEMBER: ${flavour}$2"; }
attempt() { # [NAME]
    fresh
    echo $PIN | "$B/tests/sign_in" vsc-test "$@" > "$LOG" 2>&1
}
# in_as ACCOUNT [NAME]: by NAME, or without one; the program ends up with NAME, or with ACCOUNT
in_as() { attempt "${@:2}" && grep -qF " asked=1 " "$LOG" && grep -qF " user=${2:-$1} " "$LOG"; }
kept_out() { # REASON|- [NAME]: nothing is asked
    ! attempt "${@:2}" && ! grep -q 'PIN for' "$LOG" && { [ "$1" = - ] || grep -q "(VSC-$1)" "$LOG"; }
}

spellings() {
    local name templates=('%D\%u' '%u@%d') other=%u
    [ "$SHORT" = no ] || { templates+=(%u); other='x%u'; }
    card_for alice good
    for name in 'CORP\alice' 'corp\ALICE' alice@corp.test ALICE@CORP.TEST $([ $SHORT = no ] || echo alice); do
        in_as "$(account alice)" "$name"
        check $? "$name signs in"
    done
    [ "$SHORT" = yes ] || { kept_out - alice; check $? "alice is nobody"; }
    kept_out - "$(account bob)"
    check $? "$(account bob) has no card"
    in_as "$(account alice)"
    check $? "without a name it is $(account alice)"
    for name in "${templates[@]}"; do
        rule "$name" && in_as "$(account alice)" "$(account alice)"
        check $? "the template $name names her"
    done
    rule "$other" && kept_out NO-MAPPING "$(account alice)"
    check $? "the template $other names nobody"
    SETTINGS[mapping]='rules = ( { method = "sid"; } );'
    configure && in_as "$(account alice)" "$(account alice)"
    check $? "her SID names her, without a template"
}

# lena and root of /etc/passwd are not those of the directory (CVE-2025-11561).
namesakes() {
    local policy template='%u@%d'
    card_for alice expired # without a name no other card lets in
    for policy in directory never; do
        SETTINGS[policy]="strong_mapping = \"$policy\";"
        rule %u && card_for lena good && owner_is lena && kept_out - lena && kept_out -
        check $? "the local lena is not let in, strong mapping $policy"
        card_for lena no-sid && owner_is lena && kept_out - lena && kept_out -
        check $? "nor without a SID in the certificate"
        rule "$template" && card_for root good && owner_is root && kept_out - root
        check $? "root of the directory is not let in as root"
        rule %u && kept_out - root && kept_out - && ! grep -q 'result=success' "$MESSAGES"
        check $? "nor with the local template"
    done
    unset "SETTINGS[policy]"
    rule "$template" && card_for lena good
    if [ "$SHORT" = no ]; then
        in_as "$(account lena)" "$(account lena)"
        check $? "lena of the directory is let in as $(account lena)"
    else
        kept_out - lena && kept_out - 'CORP\lena' && kept_out - lena@corp.test && kept_out -
        check $? "lena of the directory shares her name and is refused"
    fi
}
owner_is() { vscmgr set-owner "${2:-$1}" "$1" > /dev/null; }

# alice's number is 0, or somebody else's of /etc/passwd.
numbers() {
    local uid rules
    flavour=
    member winbind > "$LOG" 2>&1 && card_for alice good && uid=$(id -u 'CORP\alice') &&
        useradd -o -u "$uid" mallory && owner_is mallory alice && kept_out - mallory &&
        kept_out ACCOUNT-REFUSED 'CORP\alice'
    check $? "somebody with alice's number in /etc/passwd is not let in, nor is she"
    userdel mallory
    number_0 && directory_start winbind winbindd --foreground --no-process-group && until_true is_number_0
    check $? "winbind is told to give alice the number 0"
    for rules in '{ method = "sid"; }' '{ method = "upn"; suffix = "corp.test"; account = "%D\\%u"; }' \
        '{ method = "upn"; suffix = "corp.test"; account = "%u"; }'; do
        SETTINGS[mapping]="min_uid = 0; refuse = [ ]; rules = ( $rules );"
        configure && kept_out - 'CORP\alice' && kept_out - root && kept_out -
        check $? "and she is not let in, by $rules"
    done
}
is_number_0() { [ "$(wbinfo -S "$(sid alice)")" = 0 ]; }
number_0() {
    directory_off
    sed -i "/idmap config $WORKGROUP : range/d" /etc/samba/smb.conf
    printf "    idmap config $WORKGROUP : %s\n" 'range = 0-999999' "base_rid = $(sid alice | sed 's/.*-//')" \
        >> /etc/samba/smb.conf
    forget
}

domain_site
ok $? "samba: a domain and a joined member"
for source in winbind sssd; do
    for flavour in '' 'short names: '; do
        member $source ${flavour:+short} > "$LOG" 2>&1
        check $? "knows $(account alice)"
        spellings
        namesakes
    done
done
numbers
domain_end
echo "1..$number"
