"""Who takes part: one class each, imported only in the process that runs it."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any


@dataclass(frozen=True)
class Entry:
    """A contestant as the tables know it.

    home: the module and class that run it. packages: what must be installed. kind: "ours", "peer", "plain" for
    NumPy as a lesson writes it, or "limit" for what no one who uses the same matrix product can beat.
    """

    label: str
    home: str
    packages: tuple[str, ...] = ()
    kind: str = "peer"

    @property
    def absent(self) -> list[str]:
        """The packages that are missing."""
        return [package for package in self.packages if find_spec(package) is None]

    def make(self, threads: int) -> Any:
        """Import and set up the contestant."""
        module, name = self.home.split(":")
        return getattr(import_module(f"{__name__}.{module}"), name)(threads)


TRAINING = {
    "tendigits": Entry("tendigits", "tendigits:Tendigits", ("tendigits",), "ours"),
    "numpy": Entry("NumPy, as a lesson writes it", "numpy:Lesson", kind="plain"),
    "torch": Entry("PyTorch, eager", "torch:Eager", ("torch",)),
    "torch-compiled": Entry("PyTorch, compiled", "torch:Compiled", ("torch",)),
    "jax": Entry("JAX, jitted steps", "jax:Steps", ("jax",)),
    "jax-scan": Entry("JAX, jitted epoch", "jax:Scan", ("jax",)),
    "sklearn": Entry("scikit-learn", "sklearn:Classifier", ("sklearn",)),
    "keras": Entry("Keras", "keras:Model", ("keras",)),
    "products": Entry("two matrix products alone", "products:Products", kind="limit"),
}
PREDICTING = {
    "tendigits": TRAINING["tendigits"],
    "torch": TRAINING["torch"],
    "onnxruntime": Entry("onnxruntime", "onnxruntime:Session", ("onnxruntime", "onnx")),
}
PICTURES = {
    "distort-tendigits": Entry("tendigits", "pictures_tendigits:Distort", ("tendigits",), "ours"),
    "distort-torch": Entry("PyTorch", "pictures_torch:Distort", ("torch",)),
    "convolve-tendigits": Entry("tendigits", "pictures_tendigits:Convolve", ("tendigits",), "ours"),
    "convolve-torch": Entry("PyTorch", "pictures_torch:Convolve", ("torch",)),
}
CONTESTANTS = TRAINING | PREDICTING | PICTURES
