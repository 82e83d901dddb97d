#!/usr/bin/env bash
# Makes a folder that holds a small Debian with Swift in it, for machines whose own packages have no Swift, and
# prints its path. Made once (about 2 minutes) and found again after that; of several callers one makes it and the
# others wait. Packages come from where this machine's own apt takes them.
#   DOORKNOCK_SWIFT_CACHE  the folder to keep it in (/var/cache/doorknock-swift)
# Exits with 3 where it cannot be made at all, 1 where making it failed.
set -euo pipefail

release=trixie
swift='Swift version 6.'
# What a build links beside Swift: libcrypto for SQLCipher, and the system's SQLite for the test that the core's own
# stays out of its way.
packages=swiftlang,libc6-dev,libstdc++-14-dev,libssl-dev,libsqlite3-dev
# Debuggers, editors' helpers, manuals and static Swift libraries: over a gigabyte that no build and no test reads.
leave_out=(
    '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*'
    '/usr/libexec/swift/bin/lldb*' '/usr/libexec/swift/lib/liblldb*'
    /usr/libexec/swift/bin/clangd /usr/libexec/swift/bin/sourcekit-lsp
    /usr/libexec/swift/lib/libsourcekitdInProc.so
    '/usr/libexec/swift/lib/swift_static/*' '/usr/libexec/swift/lib/swift/embedded/*'
    '/usr/libexec/swift/lib/swift/FrameworkABIBaseline/*'
)

say() { echo "swift root: $*" >&2; }
cannot() { say "$*"; exit 3; }
failed() { say "$*"; exit 1; }

cache=${DOORKNOCK_SWIFT_CACHE:-/var/cache/doorknock-swift}
# Another recipe is another folder.
recipe=$(sha256sum "${BASH_SOURCE[0]}" | cut -c1-12)
root=$cache/$release-$recipe
found() { [ -e "$root/.complete" ]; }
answer() { echo "$root"; exit 0; }

found && answer
[ "$(uname -sm)" = "Linux x86_64" ] || [ "$(uname -sm)" = "Linux aarch64" ] || cannot "made on Linux only"
[ "$(id -u)" = 0 ] || cannot "must be root to make it"
. /etc/os-release
[ "${ID:-}" = debian ] || cannot "made on Debian only, out of its own archive"
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
found && answer

free=$(df --output=avail -m "$cache" | tail -1)
[ "$free" -ge 4000 ] || failed "needs 4 GB in $cache, where $free MB are free"

# Where apt takes this release from: stanzas first, then the older one-line form.
mirror=$(
    for list in /etc/apt/sources.list.d/*.sources; do
        if [ -e "$list" ]; then grep -v '^#' "$list"; echo; fi
    done | awk -v RS= -v FS='\n' -v want="$VERSION_CODENAME" '{
        uri = ""; ours = 0
        for (i = 1; i <= NF; i++) {
            n = split($i, word, " ")
            if (word[1] == "URIs:") uri = word[2]
            if (word[1] == "Suites:") for (j = 2; j <= n; j++) ours += word[j] == want
        }
        if (ours && uri) { print uri; exit }
    }'
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -nE "s/^deb +(\[[^]]*\] +)?([^ ]+) +$VERSION_CODENAME .*/\2/p" || true
)
mirror=${mirror%%$'\n'*}
[ -n "$mirror" ] || failed "apt has no source for $VERSION_CODENAME"
# Logs do not tell where packages come from.
anonymous() { sed -uE 's#https?://[^ ]*#<mirror>#g'; }

if ! command -v mmdebstrap >/dev/null; then
    say "installing mmdebstrap"
    {
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends mmdebstrap debian-archive-keyring
    } </dev/null 2>&1 | anonymous >"$cache/apt.log" || failed "apt-get failed: $cache/apt.log"
fi

say "making $release with ${packages//,/, }: about 2 minutes, 550 MB to download"
new=$root.new
rm -rf --one-file-system "$new"
excludes=()
for path in "${leave_out[@]}"; do excludes+=("--dpkgopt=path-exclude=$path"); done
# A mirror may be older than its lists allow; what it serves is signed all the same.
mmdebstrap --mode=root --variant=minbase --include="$packages" "${excludes[@]}" \
    --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' \
    --aptopt='Acquire::Retries "5"' \
    --customize-hook='rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*' \
    "$release" "$new" "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" \
    </dev/null 2>&1 | anonymous >"$cache/make.log" || failed "mmdebstrap failed: $cache/make.log"

# It counts once it has compiled and run something.
mkdir "$new/try"
echo 'import Foundation; print("ran", Date().timeIntervalSince1970 > 0)' >"$new/try/main.swift"
said=$(
    unshare --mount --propagation private bash -euc '
        mount --rbind /proc "$1/proc"
        mount --rbind /dev "$1/dev"
        exec chroot "$1" /usr/bin/env -i HOME=/tmp LANG=C.UTF-8 PATH=/usr/bin:/bin bash -euc \
            "swift --version 2>&1; cd /try; swiftc -o try main.swift; ./try"
    ' bash "$new" 2>&1
) || failed "it compiles nothing: $said"
[[ $said == *"$swift"* && $said == *"ran true"* ]] || failed "not the Swift that was wanted: $said"
rm -r "$new/try"

# Earlier recipes are of no more use.
find "$cache" -mindepth 1 -maxdepth 1 -type d ! -path "$new" -exec rm -rf --one-file-system {} +
touch "$new/.complete"
mv "$new" "$root"
say "made: $(du -sh "$root" | cut -f1)"
answer
