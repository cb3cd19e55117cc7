"""The network: a list of layers over one flat vector of parameters.

`params` and `grads` are two flat vectors; every layer's W, b, dW, db are views of them. So an optimizer step is a
few vector operations, a checkpoint is one array, and the gradient check is one loop. The price: write
`network.params[...] = values`, never `network.params = values`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._util.arrays import as_rows, scale
from .._util.files import read_npz, write_npz
from ..errors import InputError
from .layers import LAYERS, Array, Conv2D, Ensemble, Layer, Linear, ReLU, Reshape, Shape
from .loss import softmax, softmax_cross_entropy

if TYPE_CHECKING:
    from .buffers import Workspace

FORMAT = "tendigits model 1"
CHUNK = 1000  # images predicted at a time: enough to keep the matrix product busy, and little memory
SURE = 0.99  # a largest probability from which float32 is exact enough


class Network:
    """A feed-forward network: images in, one logit per class out.

    layers: sizes such as [784, 128, 10], which stand for Linear, ReLU, Linear; or a list of layers.
    seed: an int or a generator for the starting weights; None leaves every parameter zero.
    dtype: float32, or float64 for gradient checks.
    """

    def __init__(
        self,
        layers: Sequence[int] | Sequence[Layer],
        *,
        seed: int | np.random.Generator | None = 0,
        dtype: Any = np.float32,
    ) -> None:
        self.layers, self.shapes = _checked(layers)
        n_params = sum(layer.size for layer in self.layers)
        self.first = next(i for i, layer in enumerate(self.layers) if layer.size)  # the first that learns
        self.params = np.zeros(n_params, dtype)
        self.grads = np.zeros(n_params, dtype)
        self._bind()
        self.classes: Array = np.arange(self.sizes[-1])
        self.info: dict[str, Any] = {}
        if seed is not None:
            self._initialize(np.random.default_rng(seed))

    def _bind(self) -> None:
        start = 0
        for layer in self.layers:
            part = slice(start, start + layer.size)
            layer.bind(self.params[part], self.grads[part])
            start = part.stop

    def _initialize(self, rng: np.random.Generator) -> None:
        for layer in self.layers:
            layer.initialize(rng)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of every number in the network."""
        dtype: np.dtype[Any] = self.params.dtype
        return dtype

    @property
    def sizes(self) -> list[int]:
        """The widths [784, 128, 10], say: of what comes in, and of what leaves each layer that learns."""
        named = zip(self.layers, self.shapes[1:], strict=True)
        return [prod(self.shapes[0]), *(prod(shape) for layer, shape in named if layer.size)]

    @property
    def weights(self) -> list[Array]:
        """The weight matrices: views, and without the biases, which no one decays."""
        return [layer.W for layer in self.layers if isinstance(layer, Linear | Conv2D)]

    @property
    def weight_slices(self) -> list[slice]:
        """Where in `params` the weight matrices lie."""
        ends = accumulate(layer.size for layer in self.layers)
        return [
            slice(end - layer.size, end - layer.size + layer.W.size)
            for end, layer in zip(ends, self.layers, strict=True)
            if isinstance(layer, Linear | Conv2D)
        ]

    # ------------------------------------------------------------------ forward and backward

    def forward(self, x: Array) -> Array:
        """Compute the logits (n, n_classes) of float rows x (n, n_in). Keeps nothing, so threads may share it."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def activations(
        self, x: Array, out: Sequence[Array] | None = None, rng: np.random.Generator | None = None
    ) -> list[Array]:
        """Compute, as training does, [x, y_1, …, logits]: what entered the network and what left each layer.

        The results go into `out` where it is given; `rng` is for layers that need chance, as Dropout does.
        """
        ys = [x]
        for i, layer in enumerate(self.layers):
            ys.append(layer.forward_train(ys[i], rng, out[i] if out else None))
        return ys

    def backward(self, ys: Sequence[Array], dlogits: Array, out: Sequence[Array] | None = None) -> None:
        """Fill `grads`, given all activations and the gradient of the loss with respect to the logits.

        The input gradient of the first layer, a third of all the work, is nobody's question and is never computed.
        """
        dy = dlogits
        for i in reversed(range(self.first, len(self.layers))):
            layer, x, y = self.layers[i], ys[i], ys[i + 1]
            layer.backward_params(x, dy)
            if i > self.first:
                dy = layer.backward_input(x, y, dy, out=out[i - 1] if out else None)

    def gradient(
        self,
        x: Array,
        labels: Array,
        workspace: "Workspace | None" = None,
        *,
        weights: Array | None = None,
        total: float | None = None,
        rng: np.random.Generator | None = None,
    ) -> tuple[float, int]:
        """Fill `grads` with the gradient of the mean loss; return that loss and how many of n were right.

        x: (n, n_in); labels: (n,) class indices; weights: (n,), how much each example counts, or None for all alike;
        total: what the batch counts of which these examples are a part.
        """
        ys = self.activations(x, workspace.ys if workspace else None, rng)
        loss, correct = softmax_cross_entropy(ys[-1], labels, weights, total)
        self.backward(ys, ys[-1], workspace.dys if workspace else None)
        return loss, correct

    # ------------------------------------------------------------------ prediction

    def logits(self, images: Any, dtype: Any = None) -> Array:
        """Compute logits (n, n_classes) for uint8 images (0 to 255) or float rows (taken as they are).

        dtype: the precision to compute in; None is the network's own.
        """
        rows = as_rows(images, self.sizes[0])
        logits = np.empty((len(rows), self.sizes[-1]), dtype or self.dtype)
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            if chunk.dtype != logits.dtype:
                chunk = scale(chunk, np.empty(chunk.shape, logits.dtype))
            logits[start : start + CHUNK] = self.forward(chunk)
        return logits

    def predict_proba(self, images: Any) -> Array:
        """Compute probabilities (n, n_classes), each row summing to one, as float64 would find them to within 1e-6.

        An error dz in the logits moves a probability p by at most 2 p (1 - p) dz. The dz of float32 is about 1e-5, so
        only images that leave the network in doubt need float64.
        """
        rows = as_rows(images, self.sizes[0])
        p = softmax(self.logits(rows))
        doubtful = p.max(axis=1) < SURE
        if doubtful.any():
            p[doubtful] = softmax(self.logits(rows[doubtful], np.float64))
        return p

    def predict(self, images: Any) -> Array:
        """Name the most probable class of each image, shape (n,)."""
        classes: Array = self.classes[self.logits(images).argmax(axis=1)]
        return classes

    # ------------------------------------------------------------------ on disk and in other processes

    @property
    def spec(self) -> list[list[Any]]:
        """The layers as JSON, [["Linear", 784, 128], ["ReLU"], ["Linear", 128, 10]] say."""
        return [layer.spec for layer in self.layers]

    def save(self, path: Path | str) -> None:
        """Write weights, layers, classes and `info` to an .npz file, all or nothing."""
        about = {"format": FORMAT, "layers": self.spec, "classes": self.classes.tolist(), "info": self.info}
        write_npz(path, {"params": self.params}, about)

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read what `save` wrote. Raises InputError, in one sentence, for anything else."""
        arrays, about = read_npz(path)
        if about.get("format") != FORMAT:
            raise InputError(f"{path} is not a model: its format is {about.get('format')!r}, not {FORMAT!r}.")
        with _naming(path):
            return cls.rebuild(about["layers"], arrays["params"], about["classes"], about["info"])

    @classmethod
    def from_safetensors(cls, path: Path | str) -> Self:
        """Read a file of `tendigits export`, or one of a torch.nn.Sequential. Raises InputError for anything else."""
        from ..models.convert.safetensors import read_safetensors

        parts = read_safetensors(path)
        with _naming(path):
            return cls.rebuild(*parts)

    @classmethod
    def from_torch(cls, source: Any) -> Self:
        """Take over a torch.nn.Sequential of Linear and ReLU: its state dict, or the file that holds it."""
        from ..models.convert.torch import read_torch

        return cls.rebuild(*read_torch(source))

    @classmethod
    def from_sklearn(cls, mlp: Any) -> Self:
        """Take over a fitted MLPClassifier with ReLU; its features are floats, taken as they are."""
        from ..models.convert.sklearn import read_sklearn

        return cls.rebuild(*read_sklearn(mlp))

    def replica(self, params: Array, grads: Array) -> Self:
        """Make the same network once more, over these two vectors: for another worker."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.layers = [_layer(spec) for spec in self.spec]
        twin.params, twin.grads = params, grads
        twin._bind()
        return twin

    @classmethod
    def ensemble(cls, networks: Sequence["Network"]) -> Self:
        """Join networks that know the same classes: the logits are the mean of theirs, the parameters copies."""
        if not networks:
            raise InputError("An ensemble needs a network or more.")
        if any(network.classes.tolist() != networks[0].classes.tolist() for network in networks):
            raise InputError("The networks of an ensemble must know the same classes, in the same order.")
        params = np.concatenate([network.params for network in networks])
        spec = [["Ensemble", *(network.spec for network in networks)]]
        return cls.rebuild(spec, params, networks[0].classes.tolist(), {})

    @classmethod
    def rebuild(cls, spec: Sequence[Sequence[Any]], params: Array, classes: Any, info: dict[str, Any]) -> Self:
        """Make a network from its parts; raises InputError where they do not fit each other."""
        layers, _ = _checked([_layer(entry) for entry in spec])
        n_params = sum(layer.size for layer in layers)
        if params.dtype.kind != "f" or params.shape != (n_params,) or not np.isfinite(params).all():
            raise InputError(
                f"its layers need {n_params:,} finite floats, and it has {params.shape} of {params.dtype}."
            )
        network = cls(layers, seed=None, dtype=params.dtype)
        network.params[...] = params
        if len(set(classes)) != network.sizes[-1] or len(classes) != network.sizes[-1]:
            raise InputError(f"it names {len(classes)} classes for {network.sizes[-1]} outputs.")
        network.classes, network.info = np.asarray(classes), dict(info)
        return network

    def __getstate__(self) -> dict[str, Any]:
        # Left to themselves, pickle, copy and skops would tear the views off the flat vectors.
        return {"spec": self.spec, "params": self.params, "classes": self.classes.tolist(), "info": self.info}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(type(self).rebuild(**state).__dict__)

    def __repr__(self) -> str:
        return f"Network({self.sizes}, dtype={self.dtype}): {self.params.size:,} parameters"


@contextmanager
def _naming(path: Path | str) -> Iterator[None]:
    """Name the file whose parts make no network."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} holds no valid model: {error}") from error


def _checked(layers: Sequence[Any]) -> tuple[list[Layer], list[Shape]]:
    """Spell out sizes as layers; follow the shape of an example from the input through all of them."""
    layers = list(layers) if any(isinstance(layer, Layer) for layer in layers) else _dense(layers)
    if not isinstance(layers[0], Linear | Reshape | Ensemble) or not isinstance(layers[-1], Linear | Ensemble):
        raise InputError("A network begins with Linear or Reshape, and ends with Linear.")
    shapes = [layers[0].in_shape]
    for layer in layers:
        shapes.append(layer.out_shape(shapes[-1]))
    return layers, shapes


def _dense(sizes: Sequence[Any]) -> list[Layer]:
    """Sizes [784, 128, 10] as layers: Linear, ReLU, Linear."""
    if len(sizes) < 2 or not all(isinstance(size, int | np.integer) and size > 0 for size in sizes):
        raise InputError(f"A network needs two or more layer sizes, positive integers, not {list(sizes)}.")
    layers: list[Layer] = []
    for n_in, n_out in pairwise(map(int, sizes)):
        layers += [Linear(n_in, n_out), ReLU()]
    return layers[:-1]


def _layer(spec: Sequence[Any]) -> Layer:
    """Make a layer from its spec, ["Linear", 784, 128] say."""
    name, *arguments = spec
    if name == "Ensemble":
        return Ensemble(*([_layer(entry) for entry in member] for member in arguments))
    if name not in LAYERS or not all(isinstance(argument, int | float) and argument >= 0 for argument in arguments):
        raise InputError(f"{spec} is not a layer.")
    return LAYERS[name](*arguments)
