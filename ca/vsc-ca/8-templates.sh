# SPDX-License-Identifier: BSD-2-Clause
# ---- templates -----------------------------------------------------------------------------------------

T_KEYS='p256 p384 rsa' T_SIZE=2048 T_DAYS=365 T_RENEWAL=42 T_USERS='' T_GROUPS='' T_APPROVAL=no T_PROMPT=yes T_ATTESTATION=none
template_options() { # OPTION...
    while [ $# -gt 0 ]; do
        [ $# -ge 2 ] || misused "$1 wants a value"
        case $1 in
        --keys) T_KEYS=${2//,/ }
            matches "$T_KEYS" '(p256|p384|rsa)( (p256|p384|rsa)){0,2}' || misused "--keys: of p256,p384,rsa" ;;
        --min-key-size) T_SIZE=$2
            matches "$2" '2048|3072|4096' || misused "--min-key-size: 2048, 3072 or 4096" ;;
        --validity) T_DAYS=$2
            matches "$2" '[1-9][0-9]{0,3}' || misused "--validity: days" ;;
        --renewal) T_RENEWAL=$2
            matches "$2" '[1-9][0-9]{0,3}' && [ "$2" -le 3650 ] || misused "--renewal: 1 to 3650 days before the end" ;;
        --allow-user | --allow-group)
            matches "$2" "$ACCOUNT" || misused "$1: not a name: $2"
            if [ "$1" = --allow-user ]; then T_USERS+="${T_USERS:+ }$2"; else T_GROUPS+="${T_GROUPS:+ }$2"; fi ;;
        --approval | --prompt)
            matches "$2" 'yes|no' || misused "$1: yes or no"
            if [ "$1" = --approval ]; then T_APPROVAL=$2; else T_PROMPT=$2; fi ;;
        --attestation) T_ATTESTATION=$2
            matches "$2" 'required|none' || misused "--attestation: required or none" ;;
        *) misused "template: unknown option $1" ;;
        esac
        shift 2
    done
    [ "$T_RENEWAL" -lt "$T_DAYS" ] || misused "--renewal must be less than --validity"
}
write_template() { # NAME OID VERSION
    write "$FOLDER/templates/$1.conf" <<END
base = Smartcard Logon
oid = $2
version = $3
keys = $T_KEYS
min_key_size = $T_SIZE
validity_days = $T_DAYS
renewal_days = $T_RENEWAL
users = $T_USERS
groups = $T_GROUPS
approval = $T_APPROVAL
prompt = $T_PROMPT
attestation = $T_ATTESTATION
END
}
template_duplicate() { # BASE NAME OPTION...
    local name=${2:-} oid=1.3.6.1.4.1.311.21.8 arc
    [ "${1:-}" = "Smartcard Logon" ] || refuse "there is no template \"${1:-}\" to duplicate, only \"Smartcard Logon\""
    matches "$name" "$NAME" && [ "$name" != "Smartcard Logon" ] || misused "not a name for a template: \"$name\""
    template_options "${@:3}"
    begin
    lock
    [ ! -e "$FOLDER/templates/$name.conf" ] || refuse "there is a template \"$name\""
    # As Windows does: an identifier of its own, by chance.
    for arc in $(od -An -N 15 -tu1 /dev/urandom | tr -s ' \n' ' ' | awk '{ for (i = 1; i < NF; i += 3) print $i * 65536 + $(i + 1) * 256 + $(i + 2) }'); do
        oid+=.$arc
    done
    write_template "$name" "$oid" 100
}
template_change() { # NAME OPTION...: a higher version, by which others see that it has changed
    local file
    [ $# -ge 1 ] || misused "template change NAME OPTION..."
    begin
    lock
    file=$(template_file "$1")
    T_KEYS=$(value "$file" keys) T_SIZE=$(value "$file" min_key_size) T_DAYS=$(value "$file" validity_days)
    T_RENEWAL=$(value "$file" renewal_days) T_APPROVAL=$(value "$file" approval) T_PROMPT=$(value "$file" prompt)
    T_ATTESTATION=$(value "$file" attestation)
    # Who may enroll is said anew or stays.
    [[ " $* " == *' --allow-'* ]] || { T_USERS=$(value "$file" users); T_GROUPS=$(value "$file" groups); }
    template_options "${@:2}"
    write_template "$1" "$(value "$file" oid)" $(($(value "$file" version) + 1))
}
as_list() { # WORD...: an array of libconfig
    local word list=
    for word in "$@"; do list+="${list:+, }\"$word\""; done
    printf '[ %s ]\n' "$list"
}
key_of() { # TEMPLATE-FILE: the first kind that a card makes
    local kind size
    size=$(value "$1" min_key_size)
    for kind in $(value "$1" keys); do
        [ "$kind" = rsa ] || { echo "$kind"; return; }
        [ "$size" -gt 3072 ] || { echo "rsa$size"; return; }
    done
    refuse "no card makes the keys that the template asks for"
}
# What vsc-enroll.conf(5) asks of a profile: renewal, prompt and version are the template's.
write_profile() { # NAME FILE
    local list
    cat <<END
# By vsc-ca template profile; make it anew when the template has changed.
name = "${1//[^A-Za-z0-9_-]/-}";
backend = "helper";
helper = "$LIBEXECDIR/local-ca-submit";
template = "$1";
upn = "%u@$(value "$FOLDER/ca.conf" upn_suffix)";
anchors = "/etc/pam_vsc/anchors";
key = "$(key_of "$2")";
renew_days = $(value "$2" renewal_days);
prompt = $([ "$(value "$2" prompt)" = yes ] && echo true || echo false);
attestation = $([ "$(value "$2" attestation)" = required ] && echo true || echo false);
version = $(value "$2" version);
END
    for list in users groups; do
        # shellcheck disable=SC2046 # names without blanks
        [ -z "$(value "$2" $list)" ] || echo "$list = $(as_list $(value "$2" $list));"
    done
}
template_profile() { # NAME [--out FILE]
    local file
    [ $# = 1 ] || { [ $# = 3 ] && [ "$2" = --out ]; } || misused "template profile NAME [--out FILE]"
    begin
    file=$(template_file "$1")
    [ -n "$(value "$file" users)$(value "$file" groups)" ] || refuse "nobody may enroll with the template \"$1\""
    key_of "$file" > "$WORK/key"
    write_profile "$1" "$file" > "$WORK/profile" || broken "no room in $FOLDER"
    if [ $# = 3 ]; then deliver "$WORK/profile" "$3"; else cat "$WORK/profile"; fi
}
command_template() {
    local verb=${1:-} file
    shift $(($# > 0 ? 1 : 0))
    case $verb in
    duplicate) template_duplicate "$@" ;;
    change) template_change "$@" ;;
    profile) template_profile "$@" ;;
    list)
        check_folder
        for file in "$FOLDER"/templates/*.conf; do basename -- "$file" .conf; done ;;
    show)
        [ $# = 1 ] || misused "template show NAME"
        check_folder
        file=$(template_file "$1")
        cat -- "$file" ;;
    remove)
        [ $# = 1 ] || misused "template remove NAME"
        begin
        lock
        file=$(template_file "$1")
        rm -- "$file" ;;
    *) misused "template duplicate|change|profile|list|show|remove" ;;
    esac
}

