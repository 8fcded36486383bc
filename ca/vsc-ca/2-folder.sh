# SPDX-License-Identifier: BSD-2-Clause
# ---- the folder ----------------------------------------------------------------------------------------

# Nobody else may have put anything there, nor into a folder above it.
check_folder() {
    local path=$FOLDER owner mode
    [ -f "$FOLDER/ca.conf" ] || misused "$FOLDER is no CA: vsc-ca init makes one"
    [ ! -L "$FOLDER" ] || broken "$FOLDER is a symbolic link"
    read -r owner mode < <(stat -c '%u %a' -- "$FOLDER")
    [ "$owner" = "$EUID" ] && [ $((8#$mode & 8#77)) = 0 ] || broken "$FOLDER must be the caller's, with mode 0700"
    while [ "$path" != / ]; do
        path=$(dirname -- "$path")
        read -r owner mode < <(stat -L -c '%u %a' -- "$path")
        [ "$owner" = 0 ] || [ "$owner" = "$EUID" ] || broken "$path is somebody else's"
        [ $((8#$mode & 8#22)) = 0 ] || { [ "$owner" = 0 ] && [ $((8#$mode & 8#1000)) != 0 ]; } ||
            broken "$path can be changed by others"
    done
}

begin() { # a folder for this run; what dead runs left is old
    check_folder
    find "$FOLDER/work" -mindepth 1 -maxdepth 1 -mmin +30 -exec rm -rf -- {} +
    WORK=$(mktemp -d "$FOLDER/work/XXXXXXXX") || broken "no room in $FOLDER"
}
# Until the end of this process, and of an openssl that outlives it.
lock() {
    exec {LOCK}>> "$FOLDER/lock"
    flock -w 60 "$LOCK" || broken "another vsc-ca is at work"
}
value() { sed -n "/^$2 = /{s///p;q}" -- "$1"; } # FILE KEY
# Into its place at once and for good. A full disk shows here at the latest.
put() { # FILE PLACE
    sync -- "$1" && mv -fT -- "$1" "$2" && sync -- "$(dirname -- "$2")" || broken "$2 cannot be written"
}
write() { # FILE: standard input
    cat > "$WORK/written" || broken "no room in $FOLDER"
    put "$WORK/written" "$1"
}

