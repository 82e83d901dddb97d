// swift-tools-version: 6.0
import PackageDescription

// What of the sample app needs no screen. The screens are in App; see README.md.
let package = Package(
    name: "sample",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "SampleModel", targets: ["SampleModel"])],
    dependencies: [.package(name: "ios-shim", path: "..")],
    targets: [
        .target(name: "SampleModel", dependencies: [.product(name: "Doorknock", package: "ios-shim")]),
    ]
)
