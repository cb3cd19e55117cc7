"""Progress: shown where someone watches, and silent elsewhere."""

import shutil
import sys
from types import SimpleNamespace

from tendigits._util import progress
from tendigits.data.mnist import load_mnist


def test_progress_is_silent_unless_someone_watches(tiny_mirror, data_home, capsys, monkeypatch):
    monkeypatch.setattr(progress, "DELAY", 0)
    urls = [f"{tiny_mirror.url}/whole"]
    load_mnist(mirrors=urls)
    assert capsys.readouterr() == ("", "")
    shutil.rmtree(data_home)
    load_mnist(mirrors=urls, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Reading MNIST from OpenML; the first time takes about a minute." in err
    assert "t10k-images-idx3-ubyte.gz" in err


def test_progress_is_shown_in_a_notebook_without_widgets(tiny_mirror, monkeypatch, capsys):
    kernel = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: kernel))
    monkeypatch.setattr(progress, "DELAY", 0)
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    load_mnist(mirrors=[f"{tiny_mirror.url}/whole"])
    assert "train-images-idx3-ubyte.gz" in capsys.readouterr().err
