# SPDX-License-Identifier: BSD-2-Clause
# How a suite of tests/domain starts: source this file.
#
#   domain SCRIPT [ARG..]   run what belongs in a throwaway root (tests/rig/throwaway.sh), where rig.sh is
#                           sourced. The domain itself is made once for all suites and kept in
#                           $B/domain/site.tar, for a few days; each suite starts a copy.

B=${B:-build}
export B
. tests/rig/throwaway.sh

site_is_fresh() {
    local source
    [ -n "$(find "$B/domain/site.tar" -mtime -5 2> /dev/null)" ] || return 1
    for source in tests/domain/site.sh tests/domain/inside/make-site.sh tests/domain/inside/users.py; do
        [ "$B/domain/site.tar" -nt $source ] || return 1
    done
}
site_make() {
    mkdir -p "$B/domain" || return 1
    (
        flock 9
        site_is_fresh && exit 0
        throwaway tests/domain/inside/make-site.sh > "$B/domain/site.tar.new" 2> "$B/domain/site.log" 9>&- &&
            mv "$B/domain/site.tar.new" "$B/domain/site.tar"
    ) 9> "$B/domain/lock"
}

domain() {
    local why
    why=$(throwaway_missing) && { echo "1..0 # SKIP $why"; return 0; }
    site_make || { echo "Bail out! The domain cannot be made:"; tail -n 30 "$B/domain/site.log"; return 1; }
    throwaway "$@"
}
