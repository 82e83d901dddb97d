//! Writing and strict reading of the protocol's messages.

use minicbor::{Decode, Decoder, Encode};

use super::LIST_LIMIT;

/// Bytes that are not exactly one value of the expected shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a message of the hub protocol")]
pub struct Malformed;

/// The value's bytes.
#[must_use]
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    // Writing to memory cannot fail, and no type here refuses to be encoded.
    minicbor::to_vec(value).unwrap_or_default()
}

/// Reads exactly one value; bytes after it are an error.
pub fn decode<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, Malformed> {
    let mut decoder = Decoder::new(bytes);
    let value = decoder.decode().map_err(|_| Malformed)?;
    if decoder.position() == bytes.len() {
        Ok(value)
    } else {
        Err(Malformed)
    }
}

/// Reads a list whose length is only a claim: it grows as items arrive, and each adds its weight.
fn bounded<'b, T>(
    d: &mut Decoder<'b>,
    mut item: impl FnMut(&mut Decoder<'b>) -> Result<T, minicbor::decode::Error>,
    weight: impl Fn(&T) -> usize,
) -> Result<Vec<T>, minicbor::decode::Error> {
    let wrong = || minicbor::decode::Error::message("a list of known, bounded length is expected");
    let length = d.array()?.ok_or_else(wrong)?;
    let (mut out, mut total) = (Vec::new(), 0);
    for _ in 0..length {
        let item = item(d)?;
        total += weight(&item);
        if total > LIST_LIMIT {
            return Err(wrong());
        }
        out.push(item);
    }
    Ok(out)
}

/// A list of byte strings as `Vec<Vec<u8>>`.
pub(super) mod list {
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self as write, Encoder, Write};

    pub(in crate::wire) fn encode<C, W: Write>(
        items: &[Vec<u8>],
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), write::Error<W::Error>> {
        e.array(items.len() as u64)?;
        for item in items {
            e.bytes(item)?;
        }
        Ok(())
    }

    pub(in crate::wire) fn decode<C>(
        d: &mut Decoder<'_>,
        _: &mut C,
    ) -> Result<Vec<Vec<u8>>, Error> {
        super::bounded(d, |d| Ok(d.bytes()?.to_vec()), |_| 1)
    }
}

/// The items of one space.
pub(super) mod items {
    use crate::wire::PulledItem;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self as write, Encoder, Write};

    pub(in crate::wire) fn encode<C, W: Write>(
        items: &[PulledItem],
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), write::Error<W::Error>> {
        e.encode(items)?.ok()
    }

    pub(in crate::wire) fn decode<C>(
        d: &mut Decoder<'_>,
        _: &mut C,
    ) -> Result<Vec<PulledItem>, Error> {
        super::bounded(d, Decoder::decode, |_| 1)
    }
}

/// The spaces of one answer, whose items are bounded together.
pub(super) mod pulled {
    use crate::wire::Pulled;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self as write, Encoder, Write};

    pub(in crate::wire) fn encode<C, W: Write>(
        pulled: &[Pulled],
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), write::Error<W::Error>> {
        e.encode(pulled)?.ok()
    }

    pub(in crate::wire) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Pulled>, Error> {
        super::bounded(d, Decoder::decode, |pulled: &Pulled| pulled.items.len())
    }
}
