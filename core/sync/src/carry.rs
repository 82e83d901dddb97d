//! The records of a sync file (`docs/sync-by-file.md`): what a hub would have been told, in a file.
//!
//! A record is a CBOR array that begins with its kind. A kind that this version does not know is passed over,
//! and so are elements behind those it knows.

use doorknock_model::ids::DeviceId;
use minicbor::decode::{Decoder, Error};

use crate::wire::Malformed;

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Kind 0, the first: who wrote the file, and when.
    Head {
        /// The device that wrote it.
        device: DeviceId,
        /// Unix milliseconds by its clock.
        at: i64,
    },
    /// Kind 1: statements of the charter, in order and without a gap.
    Statement {
        /// Its position; 0 is the first.
        position: u64,
        /// The statement.
        bytes: Vec<u8>,
    },
    /// Kind 2: an entry.
    Entry(CarriedEntry),
    /// A kind of a newer version.
    Unknown(u64),
}

/// An entry, and what its carrier knows of the hub and it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedEntry {
    /// The entry.
    pub bytes: Vec<u8>,
    /// The hub's receipt.
    pub receipt: Option<CarriedReceipt>,
    /// Where the carrier saw it in the hub's log: its word, not the hub's.
    pub seen: Option<u64>,
}

/// A receipt without what the entry says itself: its hash and space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarriedReceipt {
    /// The position in the space's log.
    pub position: u64,
    /// The running hash there.
    pub running: [u8; 32],
    /// The hub's signature, context `receipt`.
    pub signature: [u8; 64],
}

impl Record {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = minicbor::Encoder::new(Vec::new());
        // Writing to memory cannot fail.
        let _ = self.write(&mut e);
        e.into_writer()
    }

    fn write(
        &self,
        e: &mut minicbor::Encoder<Vec<u8>>,
    ) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
        match self {
            Self::Head { device, at } => e.array(3)?.u8(0)?.bytes(&device.0)?.i64(*at)?.ok(),
            Self::Statement { position, bytes } => {
                e.array(3)?.u8(1)?.u64(*position)?.bytes(bytes)?.ok()
            }
            Self::Entry(entry) => {
                e.array(4)?.u8(2)?.bytes(&entry.bytes)?;
                match entry.receipt {
                    Some(receipt) => e
                        .array(3)?
                        .u64(receipt.position)?
                        .bytes(&receipt.running)?
                        .bytes(&receipt.signature)?,
                    None => e.null()?,
                };
                match entry.seen {
                    Some(position) => e.u64(position)?.ok(),
                    None => e.null()?.ok(),
                }
            }
            Self::Unknown(kind) => e.array(1)?.u64(*kind)?.ok(),
        }
    }

    /// Reads a record that fills these bytes.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut d = Decoder::new(bytes);
        let (left, record) = read(&mut d).map_err(|_| Malformed)?;
        for _ in 0..left {
            d.skip().map_err(|_| Malformed)?;
        }
        if d.position() == bytes.len() {
            Ok(record)
        } else {
            Err(Malformed)
        }
    }
}

/// A record, and how many elements behind it are left.
fn read(d: &mut Decoder<'_>) -> Result<(u64, Record), Error> {
    let wrong = || Error::message("not a record of a sync file");
    let length = d.array()?.ok_or_else(wrong)?;
    let kind = d.u64()?;
    let (read, record) = match kind {
        0 => {
            let device = DeviceId(fixed(d)?);
            (
                3,
                Record::Head {
                    device,
                    at: d.i64()?,
                },
            )
        }
        1 => {
            let (position, bytes) = (d.u64()?, d.bytes()?.to_vec());
            (3, Record::Statement { position, bytes })
        }
        2 => {
            let bytes = d.bytes()?.to_vec();
            let receipt = optional(d)?.then(|| receipt(d)).transpose()?;
            let seen = optional(d)?.then(|| d.u64()).transpose()?;
            let entry = CarriedEntry {
                bytes,
                receipt,
                seen,
            };
            (4, Record::Entry(entry))
        }
        other => (1, Record::Unknown(other)),
    };
    Ok((length.checked_sub(read).ok_or_else(wrong)?, record))
}

fn receipt(d: &mut Decoder<'_>) -> Result<CarriedReceipt, Error> {
    let wrong = || Error::message("not a receipt");
    let length = d.array()?.ok_or_else(wrong)?;
    let receipt = CarriedReceipt {
        position: d.u64()?,
        running: fixed(d)?,
        signature: fixed(d)?,
    };
    for _ in 0..length.checked_sub(3).ok_or_else(wrong)? {
        d.skip()?;
    }
    Ok(receipt)
}

/// Whether a value follows; a null is passed over.
fn optional(d: &mut Decoder<'_>) -> Result<bool, Error> {
    let null = d.datatype()? == minicbor::data::Type::Null;
    if null {
        d.null()?;
    }
    Ok(!null)
}

fn fixed<const N: usize>(d: &mut Decoder<'_>) -> Result<[u8; N], Error> {
    let bytes = d.bytes()?;
    bytes
        .try_into()
        .map_err(|_| Error::message("bytes of another length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<Record> {
        let receipt = CarriedReceipt {
            position: 7,
            running: [1; 32],
            signature: [2; 64],
        };
        let entry = |receipt, seen| {
            let bytes = vec![9; 40];
            Record::Entry(CarriedEntry {
                bytes,
                receipt,
                seen,
            })
        };
        vec![
            Record::Head {
                device: DeviceId([3; 16]),
                at: -5,
            },
            Record::Statement {
                position: 300,
                bytes: vec![4; 30],
            },
            entry(None, None),
            entry(Some(receipt), Some(1)),
            entry(None, Some(u64::MAX)),
            Record::Unknown(77),
        ]
    }

    #[test]
    fn records_read_back_and_their_bytes_are_these() {
        for record in records() {
            assert_eq!(Record::decode(&record.encode()), Ok(record));
        }
        let head = records()[0].encode();
        assert_eq!(
            head,
            [&[0x83, 0, 0x50][..], &[3; 16], &[0x24]].concat(),
            "these bytes are a contract"
        );
        let entry = records()[2].encode();
        assert_eq!(
            entry,
            [&[0x84, 2, 0x58, 40][..], &[9; 40], &[0xf6, 0xf6]].concat()
        );
    }

    #[test]
    fn later_elements_are_passed_over_and_anything_less_or_behind_is_refused() {
        for record in records() {
            let bytes = record.encode();
            let mut longer = bytes.clone();
            longer[0] += 1;
            longer.extend([0x82, 1, 0x61, b'x']);
            assert_eq!(Record::decode(&longer), Ok(record));
            for end in 0..bytes.len() {
                assert_eq!(Record::decode(&bytes[..end]), Err(Malformed));
            }
            assert_eq!(Record::decode(&[&bytes[..], &[0]].concat()), Err(Malformed));
        }
        assert_eq!(
            Record::decode(&[0x9b, 255, 255, 255, 255, 255, 255, 255, 255, 9]),
            Err(Malformed)
        );
        assert_eq!(Record::decode(&[0x81, 0]), Err(Malformed));
    }
}
