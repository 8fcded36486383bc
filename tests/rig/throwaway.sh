# SPDX-License-Identifier: BSD-2-Clause
# A throwaway copy of the whole system for tests that must touch /etc, users or installed programs:
# source this file.
#
#   throwaway_missing        prints why it cannot be had here, and is true then
#   throwaway SCRIPT [ARG..] run a bash script in it, as root: an overlay of / in a mount, pid, host
#                            name and network namespace of its own, with the folder of the script and the
#                            build at their usual places. All of it is gone at the end, also when
#                            the caller is killed. The upper layer, where every change lies, is
#                            /upper inside. Only what is written to $B/login-pictures stays, where
#                            the caller made that folder.

throwaway_missing() {
    [ "$(id -u)" = 0 ] || { echo "needs root"; return 0; }
    unshare --mount --pid --fork --net true 2>/dev/null || { echo "no namespaces"; return 0; }
    return 1
}

throwaway() {
    local base status alive keeper
    base=$(mktemp -d /tmp/vsc-root.XXXXXX) || return 1
    # It ends when nobody holds the pipe any more; never rmdir another's: that would take the mounts
    # away from under it.
    exec {alive}> >(trap '' TERM INT HUP; cat > /dev/null; exec rmdir "$base")
    keeper=$!
    setpriv --pdeathsig KILL unshare --mount --pid --net --ipc --uts --fork --kill-child bash -c '
        set -e
        ip link set lo up 2>/dev/null || ifconfig lo up
        mount --make-rprivate /
        base=$1; shift
        mount -t tmpfs -o mode=755,size=2g tmpfs "$base"
        mkdir "$base/upper" "$base/work" "$base/root"
        mount -t overlay overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$base/root"
        root=$base/root
        mount -t proc proc "$root/proc"
        mount -t tmpfs -o mode=755 dev "$root/dev"
        for node in null zero full random urandom tty; do
            touch "$root/dev/$node"; mount --bind "/dev/$node" "$root/dev/$node"
        done
        mkdir "$root/dev/pts" && mkdir -m 1777 "$root/dev/shm"
        mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts"
        ln -s pts/ptmx "$root/dev/ptmx"; ln -s /proc/self/fd "$root/dev/fd"
        mount -t tmpfs -o mode=755 run "$root/run"
        mount -t tmpfs -o mode=1777 tmp "$root/tmp"
        mkdir -p "$root/upper"; mount --bind "$base/upper" "$root/upper"
        here=$1; shift
        pictures=$(realpath -m "$B/login-pictures")
        [ ! -d "$pictures" ] || mount --bind "$pictures" "$root$pictures"
        exec chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            HOME=/root LC_ALL=C B="$B" sh -c "cd \"\$0\" && exec bash \"\$@\"" "$here" "$@"
        ' - "$base" "$PWD" "$@"
    status=$?
    exec {alive}>&-
    wait "$keeper"
    return $status
}
