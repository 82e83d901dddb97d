"""Padding and compression."""

import functools
import pathlib

import zstandard

MAGIC = bytes.fromhex("28b52ffd")
DICTIONARIES = pathlib.Path(__file__).parents[3] / "core/seal/dictionaries"


def padded(length):
    if length <= 256:
        return max(64, -(-length // 8) * 8)
    exponent = length.bit_length() - 1
    mask = (1 << exponent - exponent.bit_length()) - 1
    return length + mask & ~mask


@functools.cache
def dictionary(number):
    return (DICTIONARIES / f"{number}.zdict").read_bytes()


def inflate(frame, window, limit, number=0):
    """One zstd frame, with this dictionary or (0) none."""
    shared = zstandard.ZstdCompressionDict(dictionary(number)) if number else None
    reader = zstandard.ZstdDecompressor(dict_data=shared, max_window_size=window)
    return reader.decompress(frame, max_output_size=limit, allow_extra_data=False)
