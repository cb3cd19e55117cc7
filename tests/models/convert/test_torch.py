"""PyTorch's state dicts: each network predicts the same on both sides."""

import numpy as np
import pytest

from tendigits import InputError, Network, export
from tendigits.models.convert.torch import read_state_dict, state_dict


def test_a_state_dict_has_pytorchs_names_and_shapes(small):
    shapes = {name: tensor.shape for name, tensor in state_dict(small).items()}
    assert shapes == {"0.weight": (5, 6), "0.bias": (5,), "3.weight": (3, 5), "3.bias": (3,)}


@pytest.mark.parametrize("to", ["torch-state-dict", "safetensors"])
def test_pytorch_loads_it_into_a_sequential(small, x, torch, tmp_path, to):
    if to == "safetensors":
        load = pytest.importorskip("safetensors.torch", reason="safetensors is not installed").load_file
    else:
        load = torch.load
    export(small, tmp_path / "model", to)
    nn = torch.nn
    model = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Dropout(0.3), nn.Linear(5, 3), nn.Softmax(dim=1)).double()
    model.load_state_dict(load(tmp_path / "model"))
    theirs = model.eval()(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(theirs, small.predict_proba(x), rtol=1e-12)


def test_there_and_back(small, x, torch, tmp_path):
    export(small, tmp_path / "model.pt", "torch-state-dict")
    back = Network.from_torch(tmp_path / "model.pt")
    np.testing.assert_array_equal(back.predict_proba(x), small.predict_proba(x))


def probabilities(torch, model, x):
    """What PyTorch's model finds."""
    return torch.softmax(model(torch.tensor(x, dtype=torch.float32)), 1).detach().numpy()


@pytest.mark.parametrize("prefix", ["", "body."])
def test_a_sequential_of_pytorch(torch, x, tmp_path, prefix):
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(6, 9), nn.ReLU(), nn.Dropout(), nn.Linear(9, 7, bias=False), nn.ReLU(),
        *(nn.Linear(7, 7) if i % 2 == 0 else nn.ReLU() for i in range(6)), nn.Linear(7, 5), nn.Linear(5, 3),
    ).eval()  # fmt: skip
    state = {prefix + name: tensor for name, tensor in model.state_dict().items()}
    ours = Network.from_torch(state, activation="relu")
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours.predict_proba(x.astype(np.float32)), probabilities(torch, model, x), atol=1e-6)
    torch.save(state, tmp_path / "model.pt")
    np.testing.assert_array_equal(Network.from_torch(tmp_path / "model.pt", activation="relu").params, ours.params)
    safetensors = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")
    safetensors.save_file(state, tmp_path / "model.safetensors")
    np.testing.assert_array_equal(
        Network.from_safetensors(tmp_path / "model.safetensors", activation="relu").params, ours.params
    )


def test_sequentials_in_a_sequential(torch, x):
    nn = torch.nn
    torch.manual_seed(0)
    body = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 6))
    model = nn.Sequential(body, nn.ReLU(), nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 3))
    ours = Network.from_torch(model.state_dict(), activation="relu")
    np.testing.assert_array_equal(Network.from_torch(model).params, ours.params)
    np.testing.assert_allclose(ours.predict_proba(x), probabilities(torch, model, x), atol=1e-6)


def test_a_module_may_stand_at_several_places(torch, x):
    nn = torch.nn
    torch.manual_seed(0)
    relu, middle = nn.ReLU(), nn.Linear(6, 6)
    model = nn.Sequential(nn.Linear(6, 6), relu, middle, relu, middle, relu, nn.Linear(6, 3))
    ours = Network.from_torch(model)
    assert [name for name, *_ in ours.spec] == ["Linear", "ReLU"] * 3 + ["Linear"]
    np.testing.assert_allclose(ours.predict_proba(x), probabilities(torch, model, x), atol=1e-6)


def test_layers_by_name_and_half_precision(torch, x):
    torch.manual_seed(0)
    model = torch.nn.Sequential()
    for name, module in [
        ("hidden", torch.nn.Linear(6, 4)),
        ("active", torch.nn.ReLU()),
        ("out", torch.nn.Linear(4, 2)),
    ]:
        model.add_module(name, module)
    theirs = probabilities(torch, model, x)
    np.testing.assert_allclose(Network.from_torch(model).predict_proba(x), theirs, atol=1e-6)
    half = Network.from_torch(model.bfloat16())
    assert half.dtype == np.float32
    np.testing.assert_allclose(half.predict_proba(x), theirs, atol=0.02)


def sequential(torch, activation):
    nn = torch.nn
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 9), activation, nn.Linear(9, 3))


def test_what_stands_between_the_layers_is_never_guessed(torch, x, tmp_path):
    nn = torch.nn
    for other in (nn.Tanh(), nn.LeakyReLU(), nn.GELU(), nn.BatchNorm1d(9), nn.Softmax(1)):
        model = sequential(torch, other)
        with pytest.raises(InputError, match=f"A model with {type(other).__name__} cannot be read"):
            Network.from_torch(model)
        torch.save({n: t for n, t in model.state_dict().items() if not n.startswith("1")}, tmp_path / "m.pt")
        with pytest.raises(InputError, match="does not say what stands between its layers"):
            Network.from_torch(tmp_path / "m.pt")
    with pytest.raises(InputError, match="'tanh' cannot be read"):
        Network.from_torch(model.state_dict(), activation="tanh")
    for odd in (nn.Sequential(nn.ReLU(), nn.Linear(6, 3)), nn.ReLU(), nn.Sequential(nn.Linear(6, 3), nn.ReLU())):
        with pytest.raises(InputError, match=r"cannot be read|ends with a Linear"):
            Network.from_torch(odd)


def test_a_model_is_read_by_its_modules(torch, x):
    model = sequential(torch, torch.nn.ReLU())
    np.testing.assert_allclose(Network.from_torch(model).predict_proba(x), probabilities(torch, model, x), atol=1e-6)
    linear = sequential(torch, torch.nn.Identity())
    np.testing.assert_allclose(Network.from_torch(linear).predict_proba(x), probabilities(torch, linear, x), atol=1e-6)


def test_odd_tensors_and_names_are_refused(torch, tmp_path):
    weight = torch.ones(3, 3)
    odd = {
        "sparse": weight.to_sparse(),
        "meta": weight.to("meta"),
        "complex": weight + 1j,
        "whole numbers": weight.long(),
        "a few numbers that claim to be many": torch.ones(1).expand(10**6, 10**6),
        "no tensor": "text",
    }
    with pytest.warns(UserWarning, match="deprecated"):
        odd["quantized"] = torch.quantize_per_tensor(weight, 0.1, 0, torch.qint8)
    for name, tensor in odd.items():
        with pytest.raises(InputError, match=r"The tensor '0\.weight' (cannot|must)"):
            Network.from_torch({"0.weight": tensor})
        if name not in ("meta", "no tensor"):
            torch.save({"0.weight": tensor}, tmp_path / "odd.pt")
            with pytest.raises(InputError, match=r"The tensor '0\.weight'|holds no state dict"):
                Network.from_torch(tmp_path / "odd.pt")
    for name in (0, None, ("0", "weight"), "²" + ".weight", "9" * 5000 + ".weight", "..", ""):
        with pytest.raises(InputError):
            Network.from_torch({name: weight, "1.bias": weight})


def test_a_torch_that_runs_code_from_files_is_refused(torch, tmp_path, monkeypatch):
    monkeypatch.setattr(torch, "__version__", "2.5.1+cpu")
    with pytest.raises(InputError, match=r"2\.5\.1\+cpu may run code from a file"):
        Network.from_torch(tmp_path / "m.pt")


W, b = np.zeros((3, 3)), np.zeros(3)


@pytest.mark.parametrize(
    "tensors",
    [
        {"0.weight": np.zeros((4, 1, 3, 3)), "0.bias": np.zeros(4)},
        {"0.weight": W, "0.bias": b, "1.weight": b, "1.bias": b, "1.running_mean": b, "2.weight": W},
        {"0.weight_ih": W, "0.weight_hh": W},
        {"weird": b},
        {},
    ],
)
def test_other_layers_are_refused(tensors):
    with pytest.raises(InputError, match="Linear and ReLU"):
        read_state_dict(tensors)


def test_tensors_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match=r"weight of shape \(3, 3\), but a bias of \(4,\)"):
        read_state_dict({"0.weight": W, "0.bias": np.zeros(4)})
    with pytest.raises(InputError, match="do not fit"):
        Network.from_torch({"0.weight": np.zeros((4, 3)), "2.weight": np.zeros((2, 5))}, activation="relu")
    with pytest.raises(InputError, match="state dict is needed"):
        Network.from_torch([W, b])


@pytest.mark.parametrize("name", ["noise", "nowhere"])
def test_files_that_hold_none_are_named(torch, tmp_path, name):
    (tmp_path / "noise").write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match=f"{name} (holds no|cannot be read)") as error:
        Network.from_torch(tmp_path / name)
    assert "\n" not in str(error.value)
