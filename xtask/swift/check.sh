#!/usr/bin/env bash
# Type-checks the Swift that nothing else here compiles: what is for Apple's systems only, against stand-ins of
# Apple's modules (stubs/), the sample app's screens, and every Swift block of the guide. Ends with a line as cargo's.
#   check.sh OUT GUIDE   folders: for what is made, and with the guide's blocks, one file each
set -uo pipefail
out=$1 guide=$2
stubs=$(cd "$(dirname "${BASH_SOURCE[0]}")/stubs" && pwd)
shim=$(cd "$stubs/../../../ios-shim" && pwd)
passed=0 failed=0
swiftc=(swiftc) modules=(Security UIKit BackgroundTasks SwiftUI)
if [ "$(uname)" = Darwin ]; then
    # Here Apple's own modules are to be had.
    swiftc=(xcrun --sdk iphonesimulator swiftc -target "$(uname -m)-apple-ios17.0-simulator") modules=()
fi
mkdir -p "$out"

swift() { # NAME VERSION FILE...: a module, with its functions' bodies checked
    local name=$1 version=$2
    shift 2
    run "module $name" -emit-module -module-name "$name" -swift-version "$version" -package-name doorknock \
        -o "$out/$name.swiftmodule" "$@"
}
run() { # WHAT ARGUMENT...
    local what=$1
    shift
    if "${swiftc[@]}" -parse-as-library -I "$out" -I "$shim/Sources/DoorknockCoreFFI" -I "$shim/Sources/DoorknockTestingFFI" \
        -warnings-as-errors "$@"; then
        echo "ok: $what"
        passed=$((passed + 1))
    else
        echo "FAILED: $what"
        failed=$((failed + 1))
    fi
}
sources() { find "$1" -name '*.swift' | sort; }

echo "Running types (swiftc)"
for stub in ${modules[@]+"${modules[@]}"}; do swift "$stub" 5 "$stubs/$stub.swift"; done
for core in DoorknockCore DoorknockTestingCore; do swift "$core" 5 "$shim/Sources/$core/$core.swift"; done
# With the stand-ins in reach, everything behind `#if canImport` is compiled.
swift Doorknock 6 $(sources "$shim/Sources/Doorknock")
swift DoorknockTesting 6 $(sources "$shim/Sources/DoorknockTesting")
swift SampleModel 6 $(sources "$shim/Sample/Sources/SampleModel")
run "the sample app's screens" -typecheck -module-name Sample -swift-version 6 $(sources "$shim/Sample/App")
for block in $(sources "$guide"); do
    run "guide: $(basename "$block" .swift)" -typecheck -module-name Guide -swift-version 6 "$block"
done
echo "test result: $([ $failed = 0 ] && echo ok || echo FAILED). $passed passed; $failed failed; 0 ignored"
[ $failed = 0 ]
