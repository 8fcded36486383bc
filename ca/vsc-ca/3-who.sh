# SPDX-License-Identifier: BSD-2-Clause
# ---- who, and as what --------------------------------------------------------------------------------

account_of() { # UID
    local name
    name=$(getent passwd "$1" | cut -d: -f1) || refuse "uid $1 has no account"
    matches "$name" "$ACCOUNT" || refuse "uid $1: an account with this name cannot enroll"
    [ "$(id -u -- "$name" 2> /dev/null)" = "$1" ] || refuse "uid $1 has no account of its own"
    printf '%s\n' "$name"
}
identity() { # ACCOUNT FIELD: 2 the UPN, 3 the SID; what root has set, else the rule
    local own=
    [ ! -f "$FOLDER/identities" ] ||
        own=$(awk -F '\t' -v who="$1" -v n="$2" '$1 == who { print $n }' "$FOLDER/identities")
    [ -n "$own" ] || [ "$2" != 2 ] || own=$1@$(value "$FOLDER/ca.conf" upn_suffix)
    [ "$own" = - ] || printf '%s\n' "$own"
}
may_enroll() { # ACCOUNT TEMPLATE-FILE
    local allowed gid gids
    for allowed in $(value "$2" users); do
        [ "$allowed" != "$1" ] || return 0
    done
    gids=" $(id -G -- "$1") "
    for allowed in $(value "$2" groups); do
        gid=$(getent group "$allowed" | cut -d: -f3) || continue
        [[ $gids != *" $gid "* ]] || return 0
    done
    return 1
}
template_file() { # NAME
    matches "$1" "$NAME" && [ -f "$FOLDER/templates/$1.conf" ] || refuse "there is no template \"${1:0:64}\""
    printf '%s\n' "$FOLDER/templates/$1.conf"
}
templates_of() { # ACCOUNT: their names
    local file
    for file in "$FOLDER"/templates/*.conf; do
        ! may_enroll "$1" "$file" || basename -- "$file" .conf
    done
}

