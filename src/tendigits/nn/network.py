"""The network: a list of layers over one flat vector of parameters.

`params` and `grads` are two flat vectors; every layer's W, b, dW, db are views of them. So an optimizer step is a few
vector operations, a checkpoint is one array, and a gradient check is one loop. The price: write
`network.params[...] = values`, never `network.params = values`.
"""

from collections.abc import Sequence
from copy import copy
from math import prod
from pathlib import Path
from typing import Any, Self

import numpy as np

from .._util.arrays import Array, Rng, Seed, Shape, as_rows, dense, finite, scale, unshared, view_rows
from ..errors import Elsewhere, InputError
from .layers import Layer, Linear, ReLU
from .loss import softmax

CHUNK = 1000  # images predicted at a time: enough for a fast matrix product, in little memory
SURE = 0.99  # the highest probability from which float32 is precise enough


class Network:
    """A feed-forward network: images in, one logit per class out.

    Parameters
    ----------
    layers : sequence of int or of Layer
        Widths, such as [784, 128, 10], which stands for Linear, ReLU, Linear; or layers. A layer that another network
        has, or that stands there twice, is copied: no two share parameters.
    seed : int, numpy.random.Generator or None
        For the starting weights; None leaves every parameter at zero.
    dtype : dtype
        float32, or float64 for gradient checks.

    Attributes
    ----------
    params, grads : ndarray of float, shape (n_params,)
        All parameters, and their gradients.
    weight_slices : list of slice
        The slices of these vectors that hold the weights subject to decay.
    shapes : list of tuple of int
        The shape of one example as it enters the network, and as it leaves each layer.
    classes : ndarray, shape (n_classes,)
        The name of each output.
    divisor : float or None
        What uint8 inputs are divided by: 255 for pixels, 1 for features used unscaled. Set by `fit`. While it is
        None, uint8 is divided by 255, and the range of floats is not checked.
    info : dict
        How the network was made, in types that JSON has.
    novelty : dict of str to ndarray, or None
        The novelty score's threshold for this network, from `analysis.novelty.measure`; None if not measured.

    Examples
    --------
    >>> network = Network([784, 128, 10])
    >>> network
    Network([784, 128, 10], dtype=float32): 101,770 parameters
    >>> network.predict_proba(np.zeros((1, 28, 28), np.uint8)).shape
    (1, 10)

    """

    fit = Elsewhere("A network is trained by a function: tendigits.fit(network, (images, labels)), not network.fit.")
    divisor: float | None = None

    def __init__(
        self, layers: Sequence[int] | Sequence[Layer], *, seed: Seed | None = 0, dtype: Any = np.float32
    ) -> None:
        self.layers, self.shapes = checked_layers(layers)
        n_params = sum(prod(shape) for layer in self.layers for shape in layer.shapes.values())
        self._bind(np.zeros(n_params, dtype), np.zeros(n_params, dtype))
        self.first = next(i for i, layer in enumerate(self.layers) if layer.shapes)  # the first with parameters
        self.classes: Array = np.arange(self.sizes[-1])
        self.info: dict[str, Any] = {}
        self.novelty: dict[str, Array] | None = None
        if seed is not None:
            rng = np.random.default_rng(seed)
            for layer in self.layers:
                layer.initialize(rng)

    def _bind(self, params: Array, grads: Array) -> None:
        """Make each layer's parameters (`W`) and their gradients (`dW`) views of the two flat vectors."""
        self.params, self.grads, self.weight_slices = params, grads, list[slice]()
        start = 0
        for layer in self.layers:
            for name, shape in layer.shapes.items():
                where = slice(start, start := start + prod(shape))
                setattr(layer, name, params[where].reshape(shape))
                setattr(layer, f"d{name}", grads[where].reshape(shape))
                self.weight_slices += [where] if name in layer.decays else []

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of parameters, activations and gradients."""
        return self.params.dtype

    @property
    def sizes(self) -> list[int]:
        """The input width and the output width of each layer with parameters, such as [784, 128, 10]."""
        named = zip(self.layers, self.shapes[1:], strict=True)
        return [prod(self.shapes[0]), *(prod(shape) for layer, shape in named if layer.shapes)]

    @property
    def weights(self) -> list[Array]:
        """The weight matrices, which decay: views, without the biases."""
        return [getattr(layer, name) for layer in self.layers for name in layer.decays]

    # ------------------------------------------------------------------ forward and backward

    def forward(self, x: Array) -> Array:
        """Compute the logits of float rows. Stores nothing, so threads may share the network.

        Parameters
        ----------
        x : ndarray of float, shape (n, n_in)
            Rows, as `scale` makes them.

        Returns
        -------
        ndarray of float, shape (n, n_classes)
            The logits.

        """
        for last, layer in zip([None, *self.layers], self.layers, strict=False):
            x = layer.forward(x, x if layer.in_place and last and last.shapes else None)  # x is ours: `last` made it
        return x

    def activations(self, x: Array, out: Sequence[Array] | None = None, rng: Rng = None) -> list[Array]:
        """Run the forward pass in training mode; return the input and every layer's output.

        Parameters
        ----------
        x : ndarray of float, shape (n, n_in)
            Rows, as `scale` makes them.
        out : sequence of ndarray, optional
            For each layer, the array to write its output to; see `Buffers`.
        rng : numpy.random.Generator, optional
            For layers that draw random numbers, such as Dropout.

        Returns
        -------
        list of ndarray
            [x, y_1, …, logits].

        """
        ys = [x]
        for i, layer in enumerate(self.layers):
            y = out[i] if out else None
            ys.append(layer.forward(ys[i], y) if layer.trains_alike else layer.forward_train(ys[i], rng, y))
        return ys

    def backward(self, ys: Sequence[Array], dlogits: Array, out: Sequence[Array] | None = None) -> None:
        """Fill `grads`, layer by layer from the last.

        The gradient of the first layer's input, a third of all the work, is of no use and is never computed.

        Parameters
        ----------
        ys : sequence of ndarray
            The activations [x, y_1, …, logits].
        dlogits : ndarray of float, shape (n, n_classes)
            The gradient of the loss with respect to the logits.
        out : sequence of ndarray, optional
            For each layer, the array to write the gradient of its output to; see `Buffers`.

        References
        ----------
        Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", 1986.

        """
        dy = dlogits
        for i in reversed(range(self.first, len(self.layers))):
            layer, x, y = self.layers[i], ys[i], ys[i + 1]
            layer.backward_params(x, dy)
            if i > self.first:
                dy = layer.backward_input(x, y, dy, out[i - 1] if out else None)

    # ------------------------------------------------------------------ prediction

    @np.errstate(over="ignore", invalid="ignore")
    def logits(self, images: Any, dtype: Any = None) -> Array:
        """Compute the logits of images.

        Parameters
        ----------
        images : array-like of uint8 or float, shape (n, n_in) or (n, height, width)
            Pixels, 0 to 255, if uint8, which are divided by `divisor`; floats are taken as they are.
        dtype : dtype, optional
            The precision to compute in; by default the network's own.

        Returns
        -------
        ndarray of float, shape (n, n_classes)
            The logits.

        Raises
        ------
        InputError
            If the images do not fit the network, contain NaN or infinity, or make its answer overflow.

        """
        rows = as_rows(images, self.sizes[0], self.divisor)
        logits = np.empty((rows.shape[0], self.sizes[-1]), dtype or self.dtype)
        for start in range(0, len(logits), CHUNK):
            x = dense(rows[start : start + CHUNK])
            x = x if x.dtype == logits.dtype else scale(x, np.empty(x.shape, logits.dtype), self.divisor)
            logits[start : start + CHUNK] = self.forward(x)
        return finite(logits)

    def predict_proba(self, images: Any) -> Array:
        """Compute the probabilities of all classes, within 1e-6 of those in float64.

        An error dz in the logits changes a probability p by at most 2 p (1 - p) dz. In float32 dz is about 1e-5, so
        only images about which the network is in doubt need float64.

        Parameters
        ----------
        images : array-like of uint8 or float, shape (n, n_in) or (n, height, width)
            As for `logits`.

        Returns
        -------
        ndarray of float, shape (n, n_classes)
            The probabilities; each row sums to one.

        Raises
        ------
        InputError
            If the images do not fit the network, contain NaN or infinity, or make its answer overflow.

        """
        p = softmax(self.logits(images))
        doubtful = p.max(axis=1) < SURE
        if self.dtype != np.float64 and doubtful.any():
            p[doubtful] = softmax(self.logits(view_rows(images, self.sizes[0])[doubtful], np.float64))
        return p

    def predict(self, images: Any) -> Array:
        """Name the most probable class of each image, by `predict_proba`.

        Parameters
        ----------
        images : array-like of uint8 or float, shape (n, n_in) or (n, height, width)
            As for `logits`.

        Returns
        -------
        ndarray, shape (n,)
            Elements of `classes`.

        Raises
        ------
        InputError
            If the images do not fit the network, contain NaN or infinity, or make its answer overflow.

        """
        return np.asarray(self.classes[self.predict_proba(images).argmax(axis=1)])

    # ------------------------------------------------------------------ by `models`, imported when called

    @property
    def spec(self) -> list[list[Any]]:
        """The layers as JSON, such as [["Linear", 784, 128], ["ReLU"], ["Linear", 128, 10]]."""
        return [layer.spec for layer in self.layers]

    def save(self, path: Path | str) -> None:
        """Write the network to an .npz file; `tendigits.models.model_file` describes it.

        Parameters
        ----------
        path : path-like
            The file to write, whole or not at all.

        """
        from ..models.model_file import save

        save(self, path)

    @staticmethod
    def load(path: Path | str) -> "Network":
        """Read a network that `save` wrote, or a .json file of `tendigits export` or of one of the pages.

        Parameters
        ----------
        path : path-like
            The .npz or .json file.

        Returns
        -------
        Network
            The network.

        Raises
        ------
        InputError
            If the file is anything else.

        """
        from ..models.model_file import load

        return load(path)

    @staticmethod
    def from_safetensors(path: Path | str, activation: str | None = None) -> "Network":
        """Read a .safetensors file of `tendigits export`, or of a torch.nn.Sequential.

        Parameters
        ----------
        path : path-like
            The file.
        activation : "relu", optional
            What stands between its layers, where the file does not say.

        Returns
        -------
        Network
            The network.

        Raises
        ------
        InputError
            If the file is anything else.

        """
        from ..models.convert.safetensors import from_safetensors

        return from_safetensors(path, activation)

    @staticmethod
    def from_torch(source: Any, activation: str | None = None) -> "Network":
        """Take over the parameters of a torch.nn.Sequential of Linear and ReLU.

        Parameters
        ----------
        source : torch.nn.Sequential, mapping of str to tensor, or path-like
            The model, or its state dict, or the file that holds that.
        activation : "relu", optional
            What stands between the layers: a state dict does not say.

        Returns
        -------
        Network
            The same network.

        Raises
        ------
        InputError
            If the source is anything else.

        """
        from ..models.convert.torch import from_torch

        return from_torch(source, activation)

    @staticmethod
    def from_sklearn(mlp: Any) -> "Network":
        """Copy the parameters of a fitted scikit-learn MLPClassifier, whatever its activation.

        Parameters
        ----------
        mlp : sklearn.neural_network.MLPClassifier
            It may have been fitted to any features; they are taken as they are.

        Returns
        -------
        Network
            The same network.

        Raises
        ------
        InputError
            If it is anything else.

        """
        from ..models.convert.sklearn import from_sklearn

        return from_sklearn(mlp)

    @staticmethod
    def ensemble(networks: Sequence["Network"]) -> "Network":
        """Join networks into one that averages their logits; see `tendigits.models.ensemble`.

        Parameters
        ----------
        networks : sequence of Network
            Networks that know the same classes, in the same order.

        Returns
        -------
        Ensemble
            A network that predicts, but does not train.

        Raises
        ------
        InputError
            If the networks differ in inputs or classes.

        """
        from ..models.ensemble import Ensemble

        return Ensemble(networks)

    def replica(self, params: Array, grads: Array) -> Self:
        """Make a replica of the network over other vectors, as for another worker.

        Parameters
        ----------
        params, grads : ndarray, shape (n_params,)
            The replica's parameters and gradients, used as they are.

        Returns
        -------
        Network
            The replica, which shares all else with this network.

        """
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.layers = [copy(layer) for layer in self.layers]
        twin._bind(params, grads)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        # By default, pickle, copy and skops would turn the layers' views into arrays of their own.
        from ..models.model_file import state_of

        return state_of(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        from ..models.model_file import rebuild

        self.__dict__.update(rebuild(**state).__dict__)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.sizes}, dtype={self.dtype}): {self.params.size:,} parameters"


def checked_layers(layers: Sequence[Any]) -> tuple[list[Layer], list[Shape]]:
    """Turn widths into layers, and follow the shape of an example through all of them.

    Parameters
    ----------
    layers : sequence of int or of Layer
        As for `Network`.

    Returns
    -------
    layers : list of Layer
        The layers.
    shapes : list of tuple of int
        The shape of one example as it enters the first layer, and as it leaves each.

    Raises
    ------
    InputError
        If the layers do not fit together, or do not make a network.

    """
    layers = unshared(layers if len(layers) and all(isinstance(each, Layer) for each in layers) else _dense(layers))
    if layers[0].in_shape is None or not layers[-1].shapes:
        raise InputError("A network must begin with Linear or Reshape, and end with a layer that has parameters.")
    shapes: list[Shape] = [layers[0].in_shape]
    for layer in layers:
        shapes.append(layer.out_shape(shapes[-1]))
    if len(shapes[-1]) != 1:
        raise InputError(f"A network ends with a row of logits, one for each class, not {shapes[-1]}.")
    return layers, shapes


def _dense(sizes: Sequence[Any]) -> Sequence[Layer]:
    """Turn widths [784, 128, 10] into layers: Linear, ReLU, Linear."""
    if len(sizes) < 2 or not all(isinstance(s, int | np.integer) and s is not True and s > 0 for s in sizes):
        raise InputError(f"A network needs two or more layer sizes, positive integers, or layers, not {list(sizes)}.")
    pairs = zip(map(int, sizes[:-1]), map(int, sizes[1:]), strict=True)
    return [layer for n_in, n_out in pairs for layer in (Linear(n_in, n_out), ReLU())][:-1]
