#!/usr/bin/env bash
# Runs a command inside the folder that root.sh made, as if it stood on this machine: same working folder, same
# paths. Nothing of it is left when the command ends, also when it is killed, since mounts and processes live in
# namespaces of their own.
#   in.sh ROOT [--bind FOLDER]... [--set NAME=VALUE]... -- COMMAND [ARGUMENT]...
set -euo pipefail
root=$1
shift
binds=() vars=()
while [ "$1" != -- ]; do
    case $1 in
    --bind) binds+=("$2") ;;
    --set) vars+=("$2") ;;
    *) echo "in.sh: what is $1?" >&2; exit 2 ;;
    esac
    shift 2
done
shift
export SWIFT_ROOT=$root SWIFT_BINDS SWIFT_AT=$PWD
SWIFT_BINDS=$(printf '%s\n' "${binds[@]}")
exec unshare --mount --propagation private --pid --fork --kill-child bash -euc '
    mount -t proc proc "$SWIFT_ROOT/proc"
    mount --rbind /dev "$SWIFT_ROOT/dev"
    mount -t tmpfs -o mode=1777 tmpfs "$SWIFT_ROOT/tmp"
    while IFS= read -r folder; do
        mkdir -p "$SWIFT_ROOT$folder"
        mount --bind "$folder" "$SWIFT_ROOT$folder"
    done <<<"$SWIFT_BINDS"
    exec chroot "$SWIFT_ROOT" /usr/bin/env -i -C "$SWIFT_AT" \
        HOME=/tmp LANG=C.UTF-8 TZ=Asia/Shanghai PATH=/usr/bin:/bin:/usr/libexec/swift/bin "$@"
' bash "${vars[@]}" "$@"
