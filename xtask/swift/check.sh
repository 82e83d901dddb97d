#!/usr/bin/env bash
# Type-checks the Swift that nothing else here compiles: what is for Apple's systems only, against stand-ins of
# Apple's modules (stubs/), the sample app's screens, and every Swift block of the guide; and builds the reference.
# Ends with a line as cargo's.
#   check.sh OUT GUIDE   folders: for what is made, and with the guide's blocks, one file each
set -uo pipefail
out=$1 guide=$2
stubs=$(cd "$(dirname "${BASH_SOURCE[0]}")/stubs" && pwd)
shim=$(cd "$stubs/../../../ios-shim" && pwd)
includes=(-I "$out" -I "$shim/Sources/DoorknockCoreFFI" -I "$shim/Sources/DoorknockTestingFFI")
passed=0 failed=0
swiftc=(swiftc) docc=(docc) target=$(swiftc -print-target-info | sed -n 's/.*"moduleTriple": "\(.*\)".*/\1/p')
modules=(Security UIKit BackgroundTasks SwiftUI)
if [ "$(uname)" = Darwin ]; then
    # Here Apple's own modules are to be had.
    target=$(uname -m)-apple-ios17.0-simulator
    swiftc=(xcrun --sdk iphonesimulator swiftc -target "$target") docc=(xcrun docc) modules=()
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
    note "$what" "${swiftc[@]}" -parse-as-library "${includes[@]}" -warnings-as-errors "$@"
}
note() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then
        echo "ok: $what"
        passed=$((passed + 1))
    else
        echo "FAILED: $what"
        failed=$((failed + 1))
    fi
}
reference() { # MODULE...: one reference of all of them, whose links lead somewhere
    local graphs=$out/graphs module extract=swift-symbolgraph-extract
    [ "$(uname)" != Darwin ] || extract="xcrun $extract -sdk $(xcrun --sdk iphonesimulator --show-sdk-path)"
    rm -rf "$graphs" "$out/reference"
    mkdir -p "$graphs"
    for module in "$@"; do
        $extract -module-name "$module" -target "$target" "${includes[@]}" -minimum-access-level public \
            -output-dir "$graphs" || return 1
    done
    "${docc[@]}" convert --fallback-display-name Doorknock --fallback-bundle-identifier doorknock --warnings-as-errors \
        --additional-symbol-graph-dir "$graphs" --output-path "$out/reference"
}
sources() { find "$1" -name '*.swift' | sort; }

echo "Running types (swiftc)"
for stub in ${modules[@]+"${modules[@]}"}; do swift "$stub" 5 "$stubs/$stub.swift"; done
for core in DoorknockCore DoorknockTestingCore; do swift "$core" 5 "$shim/Sources/$core/$core.swift"; done
# With the stand-ins in reach, everything behind `#if canImport` is compiled.
swift Doorknock 6 $(sources "$shim/Sources/Doorknock")
swift DoorknockTesting 6 $(sources "$shim/Sources/DoorknockTesting")
swift SampleModel 6 $(sources "$shim/Sample/Sources/SampleModel")
note "the reference, in target/swift/check/reference" reference Doorknock DoorknockCore DoorknockTesting
run "the sample app's screens" -typecheck -module-name Sample -swift-version 6 $(sources "$shim/Sample/App")
for block in $(sources "$guide"); do
    run "guide: $(basename "$block" .swift)" -typecheck -module-name Guide -swift-version 6 "$block"
done
echo "test result: $([ $failed = 0 ] && echo ok || echo FAILED). $passed passed; $failed failed; 0 ignored"
[ $failed = 0 ]
