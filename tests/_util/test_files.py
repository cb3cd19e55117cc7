"""Files that are never half-written, and a reader that believes nothing."""

import io
import os
import zipfile

import numpy as np
import pytest

from tendigits import InputError
from tendigits._util.files import check_other, check_writable, read_npz, replacing, write_npz


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "some.npz"
    write_npz(path, {"a": np.arange(1000.0)}, {"n": 1})
    return path


def test_round_trip(saved):
    arrays, metadata = read_npz(saved)
    np.testing.assert_array_equal(arrays["a"], np.arange(1000.0))
    assert (list(arrays), metadata) == (["a"], {"n": 1})


def test_the_same_content_gives_the_same_bytes(saved, tmp_path):
    write_npz(tmp_path / "again.npz", {"a": np.arange(1000.0)}, {"n": 1})
    assert (tmp_path / "again.npz").read_bytes() == saved.read_bytes()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(saved):
    before = saved.read_bytes()
    with pytest.raises(ZeroDivisionError), replacing(saved) as file:
        file.write(b"half" * (1 // 0))
    assert saved.read_bytes() == before
    assert os.listdir(saved.parent) == [saved.name]


@pytest.mark.parametrize("kept", [0, 1, 10, 100, 4000, -1])
def test_a_truncated_file_is_refused(saved, kept):
    saved.write_bytes(saved.read_bytes()[:kept])
    with pytest.raises(InputError, match="not a tendigits file, or is damaged"):
        read_npz(saved)


def test_a_changed_byte_is_found(saved):
    content = bytearray(saved.read_bytes())
    content[2000] ^= 1
    saved.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_npz(saved)


def npz(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def npy(array=None, header=None):
    file = io.BytesIO()
    if header:
        np.lib.format.write_array_header_1_0(file, header)
    else:
        np.save(file, array)
    return file.getvalue()


def test_a_header_that_claims_an_absurd_size_is_refused(tmp_path):
    header = {"descr": "<f4", "fortran_order": False, "shape": (10**14,)}
    npz(tmp_path / "x.npz", {"params.npy": npy(header=header) + b"1234", "metadata.npy": npy(np.array("{}"))})
    with pytest.raises(InputError, match="damaged"):
        read_npz(tmp_path / "x.npz")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    npz(tmp_path / "x.npz", {"params.npy": bytes(10**8)}, zipfile.ZIP_DEFLATED)
    with pytest.raises(InputError, match="claims to hold"):
        read_npz(tmp_path / "x.npz")


def test_pickles_are_never_opened(tmp_path):
    np.savez(tmp_path / "x.npz", metadata=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError, match="damaged"):
        read_npz(tmp_path / "x.npz")


@pytest.mark.parametrize("metadata", ["[]", "3", "no json", '"text"'])
def test_metadata_must_be_a_json_object(tmp_path, metadata):
    np.savez(tmp_path / "x.npz", metadata=np.array(metadata))
    with pytest.raises(InputError, match="damaged"):
        read_npz(tmp_path / "x.npz")


def test_other_files_are_refused(tmp_path):
    np.save(tmp_path / "array.npy", np.arange(3))
    (tmp_path / "text.npz").write_text("hello")
    for name in ("array.npy", "text.npz"):
        with pytest.raises(InputError, match="not a tendigits file"):
            read_npz(tmp_path / name)


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_npz(tmp_path / "nowhere.npz")
    with pytest.raises(InputError, match="is not a file"):
        read_npz(tmp_path)


def test_check_writable(tmp_path):
    check_writable(tmp_path / "model.npz")
    assert os.listdir(tmp_path) == []
    with pytest.raises(InputError, match="is a folder"):
        check_writable(tmp_path)
    with pytest.raises(InputError, match="cannot be written"):
        check_writable(tmp_path / "no" / "folder" / "model.npz")


posix = pytest.mark.skipif(os.name == "nt", reason="Windows has neither modes nor pipes in folders")


@posix
def test_links_are_followed_and_modes_kept(saved, tmp_path):
    saved.chmod(0o600)
    link = tmp_path / "link.npz"
    link.symlink_to(saved)
    write_npz(link, {}, {"n": 2})
    assert link.is_symlink()
    assert read_npz(saved)[1] == {"n": 2}
    assert saved.stat().st_mode & 0o777 == 0o600


@posix
def test_a_pipe_is_written_to_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    check_writable(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replacing(pipe) as file:
        file.write(b"hello")
    assert os.read(reader, 10) == b"hello"
    os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="there is no /dev/fd here")
def test_a_pipe_without_a_name_is_written_to():
    reader, writer = os.pipe()
    check_writable(f"/dev/fd/{writer}")
    with replacing(f"/dev/fd/{writer}") as file:
        file.write(b"hello")
    assert os.read(reader, 10) == b"hello"
    os.close(reader)
    os.close(writer)


@posix
def test_a_file_to_read_is_not_to_be_written(saved, tmp_path):
    (tmp_path / "link.npz").symlink_to(saved)
    check_other(saved, ["digits", tmp_path, tmp_path / "none.npz"])
    check_other(tmp_path / "none.npz", [tmp_path / "none.npz"])
    with pytest.raises(InputError, match=r"link\.npz is to be read, and would be replaced"):
        check_other(tmp_path / "link.npz", ["digits", saved])


def test_what_a_killed_process_left_is_cleaned_and_what_is_being_written_is_not(tmp_path):
    path = tmp_path / "x"
    (tmp_path / ".x.0123abcd.tmp").write_bytes(b"stale")
    (tmp_path / ".x.mine.tmp").write_bytes(b"somebody's")
    with replacing(path) as outer:
        outer.write(b"outer")
        with replacing(path) as inner:
            inner.write(b"inner")
    assert path.read_bytes() == b"outer"
    assert sorted(os.listdir(tmp_path)) == [".x.mine.tmp", "x"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_is_named():
    with pytest.raises(OSError, match="No space") as caught, replacing("/dev/full") as file:
        file.write(b"x" * 10**6)
    assert caught.value.filename == "/dev/full"
