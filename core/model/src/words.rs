//! Enumerations of the model. A value has a code that is frozen, for it stands in records, a word for programs and a
//! term for people; all three are declared in one line.

/// A code as an enumeration that keeps codes of newer versions.
macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $word:literal, $zh:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
            /// A value of a newer version: kept, and shown as unknown.
            Other(u8),
        }

        impl $name {
            /// Every value this version knows, in order of code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The same as words of a [`crate::kind::Shape`].
            pub const WORDS: crate::kind::Words = &[$(crate::kind::Word {
                code: $code, word: $word, zh: $zh,
            }),*];

            /// The frozen code.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)* Self::Other(code) => code }
            }

            /// From a code.
            #[must_use]
            pub const fn from_code(code: u8) -> Self {
                match code { $($code => Self::$variant,)* other => Self::Other(other) }
            }

            /// The word on the command line and in JSON.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* Self::Other(_) => "unknown" }
            }

            /// The Chinese term.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* Self::Other(_) => "未知" }
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self, e: &mut minicbor::Encoder<W>, _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.u8(self.code())?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                d.u8().map(Self::from_code)
            }
        }
    };
}
pub(crate) use open_enum;

/// A code as an enumeration that knows each of its values: a code of a newer version is none of them.
macro_rules! closed_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $word:literal, $zh:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl $name {
            /// Every value, in order of code.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];

            /// The same as words of a [`crate::kind::Shape`].
            pub const WORDS: crate::kind::Words = &[$(crate::kind::Word {
                code: $code, word: $word, zh: $zh,
            }),*];

            /// The frozen code.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)* }
            }

            /// The value with this code; `None` for one of a newer version.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }

            /// The word on the command line and in JSON.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The Chinese term.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }
        }
    };
}
pub(crate) use closed_enum;
