//! Reading and writing the CBOR arrays of the format: definite lengths, trailing elements that a
//! newer version added are skipped, nothing is allocated on a length's word alone.

use std::convert::Infallible;

use minicbor::encode::Error;
use minicbor::{Decoder, Encoder};

/// The bytes are not what the format says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

impl From<minicbor::decode::Error> for Malformed {
    fn from(_: minicbor::decode::Error) -> Self {
        Self
    }
}

pub(crate) type Result<T> = std::result::Result<T, Malformed>;
pub(crate) type Writer = Encoder<Vec<u8>>;
pub(crate) type WriteError = Error<Infallible>;

/// Encodes into a vector, which cannot fail.
pub(crate) fn write(
    fill: impl FnOnce(&mut Writer) -> std::result::Result<(), WriteError>,
) -> Vec<u8> {
    let mut writer = Encoder::new(Vec::new());
    match fill(&mut writer) {
        Ok(()) => writer.into_writer(),
        Err(_) => unreachable!("writing plain CBOR into memory"),
    }
}

/// Reads one array that fills `bytes` to the end.
pub(crate) fn read<'b, T>(
    bytes: &'b [u8],
    fields: impl FnOnce(&mut Fields<'_, 'b>) -> Result<T>,
) -> Result<T> {
    let mut decoder = Decoder::new(bytes);
    let value = array(&mut decoder, fields)?;
    if decoder.position() == bytes.len() {
        Ok(value)
    } else {
        Err(Malformed)
    }
}

/// Reads an array at the decoder's place; elements that `fields` leaves unread are skipped.
pub(crate) fn array<'b, T>(
    decoder: &mut Decoder<'b>,
    fields: impl FnOnce(&mut Fields<'_, 'b>) -> Result<T>,
) -> Result<T> {
    let left = decoder.array()?.ok_or(Malformed)?;
    let mut reader = Fields { decoder, left };
    let value = fields(&mut reader)?;
    while reader.left > 0 {
        reader.next()?.skip()?;
    }
    Ok(value)
}

/// An array's elements, read one after the other.
pub(crate) struct Fields<'d, 'b> {
    decoder: &'d mut Decoder<'b>,
    left: u64,
}

impl<'b> Fields<'_, 'b> {
    /// The decoder at the next element; an absent one is malformed.
    fn next(&mut self) -> Result<&mut Decoder<'b>> {
        self.left = self.left.checked_sub(1).ok_or(Malformed)?;
        Ok(self.decoder)
    }

    pub(crate) fn uint(&mut self) -> Result<u64> {
        Ok(self.next()?.u64()?)
    }

    pub(crate) fn int(&mut self) -> Result<i64> {
        Ok(self.next()?.i64()?)
    }

    pub(crate) fn text(&mut self) -> Result<&'b str> {
        Ok(self.next()?.str()?)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'b [u8]> {
        Ok(self.next()?.bytes()?)
    }

    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.bytes()?.try_into().map_err(|_| Malformed)
    }

    /// A nested array of at most `most` items.
    pub(crate) fn list<T>(
        &mut self,
        most: usize,
        mut item: impl FnMut(&mut Decoder<'b>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let decoder = self.next()?;
        let count = decoder.array()?.ok_or(Malformed)?;
        if usize::try_from(count).map_or(true, |count| count > most) {
            return Err(Malformed);
        }
        (0..count).map(|_| item(decoder)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(bytes: &[u8]) -> Result<u64> {
        read(bytes, |fields| fields.uint())
    }

    #[test]
    fn later_elements_are_skipped_and_missing_ones_noticed() {
        assert_eq!(first(&[0x81, 7]), Ok(7));
        assert_eq!(first(&[0x83, 7, 0x81, 0xf6, 0x61, b'x']), Ok(7));
        assert_eq!(first(&[0x80]), Err(Malformed));
        assert_eq!(
            first(&[0x81, 7, 0]),
            Err(Malformed),
            "bytes behind the array"
        );
        assert_eq!(first(&[0x9f, 7, 0xff]), Err(Malformed), "indefinite length");
    }

    #[test]
    fn huge_lengths_and_deep_nesting_end_in_an_error() {
        let huge = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(first(&huge), Err(Malformed));
        assert_eq!(first(&[&huge[..], &[7]].concat()), Err(Malformed));
        for byte in [0x81, 0x82, 0x9f, 0xa1, 0xbf, 0xc1] {
            let nested = [vec![0x82, 7], vec![byte; 1 << 20]].concat();
            assert_eq!(first(&nested), Err(Malformed), "{byte:x}");
        }
        let bytes = |major: u8| [&[0x81, major][..], &[0xff; 8]].concat();
        assert_eq!(
            read(&bytes(0x5b), |f| f.bytes().map(<[u8]>::len)),
            Err(Malformed)
        );
        assert_eq!(
            read(&bytes(0x7b), |f| f.text().map(str::len)),
            Err(Malformed)
        );
        assert_eq!(
            read(&bytes(0x9b), |f| f.list(usize::MAX, |d| Ok(d.u64()?))),
            Err(Malformed),
            "no room is made for a list before its items are there"
        );
    }
}
