"""The IDX format: what is written is read again, and what is damaged is refused."""

import contextlib
import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from sources import change_a_byte

from tendigits.data.idx import idx_bytes, read_idx
from tendigits.errors import InputError

shapes = arrays_of.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6)
idx_arrays = arrays_of.arrays(st.sampled_from(["u1", "i1", "<i2", ">i4", "<f4", ">f8"]), shapes)


@given(idx_arrays, st.booleans())
def test_idx_round_trip(array, gzipped):
    content = idx_bytes(array)
    again = read_idx(gzip.compress(content) if gzipped else content)
    np.testing.assert_array_equal(again, array)
    assert again.dtype == array.dtype.newbyteorder("=")
    assert again.flags.writeable
    assert idx_bytes(again) == content


def test_idx_as_the_format_says():
    array = np.array([[1, -2, 3]], np.int16)
    content = bytes([0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 1, 0xFF, 0xFE, 0, 3])
    assert idx_bytes(array) == content
    np.testing.assert_array_equal(read_idx(content), array)


def test_idx_has_no_other_types():
    with pytest.raises(InputError, match="no int64 values"):
        idx_bytes(np.zeros(3, np.int64))


@given(idx_arrays.filter(lambda array: array.size), st.data())
def test_idx_cut_anywhere_is_refused(array, draw):
    content = idx_bytes(array)
    cut = content[: draw.draw(st.integers(0, len(content) - 1))]
    for damaged in (cut, gzip.compress(cut), content + b"\0", gzip.compress(content + b"\0")):
        with pytest.raises(InputError):
            read_idx(damaged)
    packed = gzip.compress(content)
    with pytest.raises(InputError):
        read_idx(packed[: draw.draw(st.integers(0, len(packed) - 1))])


@given(st.binary(max_size=40))
def test_idx_of_anything_is_an_array_or_a_clear_error(content):
    with contextlib.suppress(InputError):
        assert idx_bytes(read_idx(content)) == content


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("lengths", [(2**32 - 1, 28, 28), (2**32 - 1,) * 3, (0, 2**32 - 1, 2**32 - 1)])
def test_idx_that_claims_an_absurd_size(pack, lengths):
    content = struct.pack(">HBB3I", 0, 8, 3, *lengths)
    with pytest.raises(InputError, match="claims to hold"):
        read_idx(pack(content))


def test_idx_takes_memory_for_what_is_there_not_for_what_is_claimed():
    import tracemalloc

    content = struct.pack(">HBB3I", 0, 8, 3, 2**21, 32, 31) + b"little"
    tracemalloc.start()
    with pytest.raises(InputError, match=r"promises 2,097,152 × 32 × 31 values, .* truncated: it holds 6"):
        read_idx(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**7


def test_idx_that_is_damaged_is_named(tmp_path):
    path = tmp_path / "labels.gz"
    content = gzip.compress(idx_bytes(np.arange(100, dtype=np.uint8)))
    path.write_bytes(change_a_byte(content, 60))
    with pytest.raises(InputError, match=r"labels\.gz cannot be read, or is damaged"):
        read_idx(path)
    path.write_bytes(content[:-9])
    with pytest.raises(InputError, match=r"labels\.gz .*end-of-stream"):
        read_idx(path)
