// The names of Apple's SwiftUI that the sample app and the guide use, so that they can be type-checked where there is no
// Apple SDK. Shapes only: what a screen looks like nobody can see from here.
@_exported import Foundation
@_exported import Observation

@MainActor public protocol View {
    associatedtype Body: View
    @ViewBuilder var body: Body { get }
}
extension Never: View { public var body: Never { return fatalError() } }
public struct Some: View { public var body: Never { return fatalError() } }

@MainActor @resultBuilder public enum ViewBuilder {
    public static func buildExpression<V: View>(_ view: V) -> V { view }
    public static func buildBlock<each V: View>(_ views: repeat each V) -> Some { Some() }
    public static func buildIf<V: View>(_ view: V?) -> V? { view }
    public static func buildEither<A: View, B: View>(first: A) -> Either<A, B> { Either() }
    public static func buildEither<A: View, B: View>(second: B) -> Either<A, B> { Either() }
}
extension Optional: View where Wrapped: View { public var body: Never { return fatalError() } }
public struct Either<A: View, B: View>: View { public var body: Never { return fatalError() } }

@MainActor public protocol Scene {
    associatedtype Body: Scene
    @SceneBuilder var body: Body { get }
}
extension Never: Scene {}
@resultBuilder public enum SceneBuilder {
    public static func buildBlock<S: Scene>(_ scene: S) -> S { scene }
}
@MainActor public protocol App {
    associatedtype Body: Scene
    @SceneBuilder var body: Body { get }
    init()
}
extension App { public static func main() {} }
public struct WindowGroup<Content: View>: Scene {
    public init(@ViewBuilder content: () -> Content) {}
    public var body: Never { return fatalError() }
}

@propertyWrapper public struct State<Value> {
    public init(wrappedValue: Value) {}
    public init(initialValue: Value) {}
    public var wrappedValue: Value { get { fatalError() } nonmutating set {} }
    public var projectedValue: Binding<Value> { Binding() }
}
extension State where Value: ExpressibleByNilLiteral { public init() {} }
@propertyWrapper @dynamicMemberLookup public struct Binding<Value> {
    public init() {}
    public var wrappedValue: Value { get { fatalError() } nonmutating set {} }
    public var projectedValue: Binding<Value> { self }
    public subscript<T>(dynamicMember path: WritableKeyPath<Value, T>) -> Binding<T> { Binding<T>() }
}
@propertyWrapper public struct Environment<Value> {
    public init(_ path: KeyPath<EnvironmentValues, Value>) {}
    public var wrappedValue: Value { fatalError() }
}
public struct EnvironmentValues { public var dismiss: DismissAction { DismissAction() } }
@MainActor public struct DismissAction {
    nonisolated init() {}
    public func callAsFunction() {}
}

public struct Text: View {
    public init<S: StringProtocol>(_ text: S) {}
    public init(_ date: Date, format: Date.FormatStyle) {}
    public init(_ date: Date, format: Date.RelativeFormatStyle) {}
    public func font(_ font: Font) -> Text { self }
    public func foregroundStyle(_ style: Style) -> Text { self }
    public var body: Never { return fatalError() }
}
public enum Font { case footnote, headline }
public enum Style { case red, green, secondary }
public enum HorizontalAlignment { case leading, center }
public enum Axis { case vertical, horizontal }
public enum Children { case combine, ignore }
public struct Image: View {
    public init(systemName: String) {}
    public var body: Never { return fatalError() }
}
public struct Label: View {
    public init(_ title: String, systemImage: String) {}
    public var body: Never { return fatalError() }
}
public struct Spacer: View {
    public init() {}
    public var body: Never { return fatalError() }
}
public struct ProgressView: View {
    public init(_ title: String) {}
    public var body: Never { return fatalError() }
}
public struct ContentUnavailableView: View {
    public init(_ title: String, systemImage: String) {}
    public var body: Never { return fatalError() }
}
public struct Holder<Content: View>: View {
    public init(@ViewBuilder content: () -> Content) {}
    public init(_ title: String, @ViewBuilder content: () -> Content) {}
    public init(alignment: HorizontalAlignment, @ViewBuilder content: () -> Content) {}
    public var body: Never { return fatalError() }
}
public typealias Form = Holder
public typealias Section = Holder
public typealias TabView = Holder
public typealias NavigationStack = Holder
public typealias HStack = Holder
public typealias VStack = Holder
public typealias Group = Holder
public struct List<Row: View>: View {
    public init<Items: RandomAccessCollection, ID: Hashable>(
        _ items: Items, id: KeyPath<Items.Element, ID>, @ViewBuilder row: @escaping (Items.Element) -> Row) {}
    public var body: Never { return fatalError() }
}
public struct ForEach<Row: View>: View {
    public init<Items: RandomAccessCollection, ID: Hashable>(
        _ items: Items, id: KeyPath<Items.Element, ID>, @ViewBuilder row: @escaping (Items.Element) -> Row) {}
    public var body: Never { return fatalError() }
}
public struct NavigationLink<Shown: View, Target: View>: View {
    public init(@ViewBuilder destination: () -> Target, @ViewBuilder label: () -> Shown) {}
    public var body: Never { return fatalError() }
}
public struct LabeledContent<Content: View>: View {
    public init(_ title: String, @ViewBuilder content: () -> Content) {}
    public var body: Never { return fatalError() }
}
extension LabeledContent where Content == Text {
    public init(_ title: String, value: String) {}
}
public struct Button: View {
    public init(_ title: String, action: @escaping @MainActor () -> Void) {}
    public var body: Never { return fatalError() }
}
public struct Toggle: View {
    public init(_ title: String, isOn: Binding<Bool>) {}
    public var body: Never { return fatalError() }
}
public struct TextField: View {
    public init(_ title: String, text: Binding<String>) {}
    public init(_ title: String, text: Binding<String>, axis: Axis) {}
    public var body: Never { return fatalError() }
}
public struct Picker<Choice: Hashable, Content: View>: View {
    public init(_ title: String, selection: Binding<Choice>, @ViewBuilder content: () -> Content) {}
    public var body: Never { return fatalError() }
}

extension View {
    public func task(_ action: @escaping @MainActor @Sendable () async -> Void) -> some View { self }
    public func refreshable(action: @escaping @MainActor @Sendable () async -> Void) -> some View { self }
    public func tag<V: Hashable>(_ tag: V) -> some View { self }
    public func tabItem<V: View>(@ViewBuilder _ label: () -> V) -> some View { self }
    public func navigationTitle(_ title: String) -> some View { self }
    public func overlay<V: View>(@ViewBuilder content: () -> V) -> some View { self }
    public func padding() -> some View { self }
    public func disabled(_ disabled: Bool) -> some View { self }
    public func foregroundStyle(_ style: Style) -> some View { self }
    public func accessibilityElement(children: Children) -> some View { self }
}
