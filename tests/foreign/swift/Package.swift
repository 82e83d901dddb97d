// swift-tools-version: 6.0
import PackageDescription

// The scenario that the other languages go through too, through the Swift package and against a real hub.
let package = Package(
    name: "scenario",
    platforms: [.macOS(.v13)],
    dependencies: [.package(path: "../../../ios-shim")],
    targets: [
        // A second process, to be killed while it holds a home.
        .executableTarget(name: "Holder", dependencies: [.product(name: "Doorknock", package: "ios-shim")]),
        // For `cargo xtask bench`.
        .executableTarget(name: "Measure", dependencies: [.product(name: "Doorknock", package: "ios-shim")]),
        .testTarget(
            name: "ScenarioTests",
            dependencies: ["Holder", .product(name: "Doorknock", package: "ios-shim")]),
    ]
)
