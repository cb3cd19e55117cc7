"""Networks that arrive: each predicts what its source predicts."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor

from tendigits import InputError, Network
from tendigits.models.convert.export import export
from tendigits.models.convert.foreign import read_state_dict
from tendigits.nn.layers import Dropout, Linear, ReLU

X = np.random.default_rng(0).standard_normal((20, 6))


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.fixture
def network():
    network = Network([Linear(6, 5), ReLU(), Dropout(0.3), Linear(5, 3)], seed=1)
    network.params += 0.1
    network.classes = np.array(["a", "b", "c"])
    network.info = {"data": {"name": "six numbers"}}
    return network


# our own files


def test_safetensors_there_and_back(network, tmp_path):
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    export(network, tmp_path / "model.safetensors", "safetensors")
    back = Network.from_safetensors(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(back.params, network.params)
    np.testing.assert_array_equal(back.predict(X), network.predict(X))
    assert (back.spec, back.info, back.dtype) == (network.spec, network.info, network.dtype)
    assert back.classes.tolist() == ["a", "b", "c"]


def test_a_state_dict_there_and_back(network, torch, tmp_path):
    export(network, tmp_path / "model.pt", "torch-state-dict")
    back = Network.from_torch(tmp_path / "model.pt")
    np.testing.assert_array_equal(back.predict_proba(X), network.predict_proba(X))


# PyTorch


@pytest.mark.parametrize("prefix", ["", "body."])
def test_a_sequential_of_pytorch(torch, tmp_path, prefix):
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(6, 9), nn.ReLU(), nn.Dropout(), nn.Linear(9, 7, bias=False), nn.ReLU(),
        *(nn.Linear(7, 7) if i % 2 == 0 else nn.ReLU() for i in range(6)), nn.Linear(7, 5), nn.Linear(5, 3),
    ).eval()  # fmt: skip
    state = {prefix + name: tensor for name, tensor in model.state_dict().items()}
    theirs = torch.softmax(model(torch.tensor(X, dtype=torch.float32)), 1).detach().numpy()
    ours = Network.from_torch(state)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours.predict_proba(X.astype(np.float32)), theirs, atol=1e-6)
    torch.save(state, tmp_path / "model.pt")
    np.testing.assert_array_equal(Network.from_torch(tmp_path / "model.pt").params, ours.params)
    safetensors = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")
    safetensors.save_file(state, tmp_path / "model.safetensors")
    np.testing.assert_array_equal(Network.from_safetensors(tmp_path / "model.safetensors").params, ours.params)


def test_sequentials_in_a_sequential(torch):
    nn = torch.nn
    torch.manual_seed(0)
    body = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 6))
    model = nn.Sequential(body, nn.ReLU(), nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 3))
    theirs = torch.softmax(model(torch.tensor(X, dtype=torch.float32)), 1).detach().numpy()
    np.testing.assert_allclose(Network.from_torch(model.state_dict()).predict_proba(X), theirs, atol=1e-6)


def test_layers_by_name_and_half_precision(torch):
    names = {"hidden": torch.nn.Linear(6, 4), "active": torch.nn.ReLU(), "out": torch.nn.Linear(4, 2)}
    model = torch.nn.Sequential()
    for name, module in names.items():
        model.add_module(name, module)
    theirs = torch.softmax(model(torch.tensor(X, dtype=torch.float32)), 1).detach().numpy()
    np.testing.assert_allclose(Network.from_torch(model.state_dict()).predict_proba(X), theirs, atol=1e-6)
    half = Network.from_torch(model.bfloat16().state_dict())
    assert half.dtype == np.float32
    np.testing.assert_allclose(half.predict_proba(X), theirs, atol=0.02)


def test_other_layers_are_refused(tmp_path):
    W, b = np.zeros((3, 3)), np.zeros(3)
    for tensors in [
        {"0.weight": np.zeros((4, 1, 3, 3)), "0.bias": np.zeros(4)},
        {"0.weight": W, "0.bias": b, "1.weight": b, "1.bias": b, "1.running_mean": b, "2.weight": W},
        {"0.weight_ih": W, "0.weight_hh": W},
        {"weird": b},
        {},
    ]:
        with pytest.raises(InputError, match="Linear and ReLU"):
            read_state_dict(tensors)
    with pytest.raises(InputError, match=r"weight of shape \(3, 3\), but a bias of \(4,\)"):
        read_state_dict({"0.weight": W, "0.bias": np.zeros(4)})
    with pytest.raises(InputError, match="do not fit"):
        Network.from_torch({"0.weight": np.zeros((4, 3)), "2.weight": np.zeros((2, 5))})
    with pytest.raises(InputError, match="state dict is needed"):
        Network.from_torch([W, b])


def test_files_that_are_none_are_named(torch, tmp_path):
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    (tmp_path / "noise").write_bytes(bytes(range(256)))
    for read in (Network.from_torch, Network.from_safetensors):
        for name in ("noise", "nowhere"):
            with pytest.raises(InputError, match=f"{name} (holds no|cannot be read)") as error:
                read(tmp_path / name)
            assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"layers": "{"}, "holds no network that can be read"),
        ({"layers": "5"}, "holds no valid model"),
        ({"layers": '[["Magic", 3]]'}, "Magic.* is not a layer"),
        ({"classes": "null"}, "holds no valid model"),
        ({"classes": "[1, 1, 2]"}, "names 3 classes for 3 outputs"),
        ({"info": "7"}, "holds no valid model"),
    ],
)
def test_headers_that_make_no_sense_are_named(tmp_path, header, message):
    numpy = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    numpy.save_file({"0.weight": np.ones((3, 3), np.float32)}, tmp_path / "odd", header)
    with pytest.raises(InputError, match=f"odd .*{message}"):
        Network.from_safetensors(tmp_path / "odd")


def test_safetensors_keep_no_order_but_that_of_the_numbers(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    first, second = np.eye(3, dtype=np.float32), np.ones((3, 3), np.float32)
    numpy.save_file({"2.weight": first, "10.weight": second}, tmp_path / "numbered")
    np.testing.assert_array_equal(Network.from_safetensors(tmp_path / "numbered").weights, [first, second])
    numpy.save_file({"into.weight": first, "from.weight": second}, tmp_path / "named")
    with pytest.raises(InputError, match=r"named .*order of its layers is unknown: from, into"):
        Network.from_safetensors(tmp_path / "named")


# scikit-learn


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("hidden", [(), (6,), (6, 4)])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_mlp_classifier(hidden, n_classes, dtype):
    features, y = load_iris(return_X_y=True)
    features, y = features[y < n_classes].astype(dtype), np.array(["x", "y", "z"])[y[y < n_classes]]
    mlp = MLPClassifier(hidden, max_iter=20, random_state=0).fit(features, y)
    ours = Network.from_sklearn(mlp)
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours.predict_proba(features), mlp.predict_proba(features), atol=1e-6)
    np.testing.assert_array_equal(ours.predict(features), mlp.predict(features))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_other_models_are_refused():
    features, y = load_iris(return_X_y=True)
    several = np.column_stack([y == 0, y == 1])
    for model, message in [
        (MLPClassifier(), "fitted MLPClassifier is needed"),
        (MLPRegressor(max_iter=2).fit(features, y), "fitted MLPClassifier is needed"),
        ("mlp", "fitted MLPClassifier is needed"),
        (MLPClassifier(max_iter=2, activation="tanh").fit(features, y), "'tanh'"),
        (MLPClassifier(max_iter=2).fit(features, several), "several labels"),
    ]:
        with pytest.raises(InputError, match=message):
            Network.from_sklearn(model)
