"""onnxruntime: prediction only, with the same weights in ONNX's own form."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from ..problem import Problem
from .base import Contestant


class Session(Contestant):
    """Three models with the same weights, so that each task is answered by one call and nothing outside of it.

    Pixels to classes: cast, scaling and argmax are part of the model; rows to classes; one row to logits.
    """

    def prepare(self, problem: Problem) -> None:
        """Make the sessions."""
        self.pixels = self.session(problem, TensorProto.UINT8, classes=True)
        self.rows = self.session(problem, TensorProto.FLOAT, classes=True)
        self.row = self.session(problem, TensorProto.FLOAT, classes=False)

    def session(self, problem: Problem, kind: int, *, classes: bool) -> onnxruntime.InferenceSession:
        """Load one model, with this many threads."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        model = make_model(problem.start, kind, classes=classes).SerializeToString()
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def classes(self, images: np.ndarray) -> np.ndarray:
        """All images in one call."""
        session = self.pixels if images.dtype == np.uint8 else self.rows
        return session.run(None, {"x": images})[0]

    def single(self, row: np.ndarray) -> np.ndarray:
        """One row in one call."""
        return self.row.run(None, {"x": row})[0]


def make_model(start: list[np.ndarray], kind: int, *, classes: bool):
    """Write the network as an ONNX graph that takes uint8 pixels or float rows, and answers classes or logits."""
    names = ("W1", "b1", "W2", "b2")
    constants = [numpy_helper.from_array(p, name) for name, p in zip(names, start, strict=True)]
    constants.append(numpy_helper.from_array(np.array(1 / 255, np.float32), "scale"))
    nodes = [
        helper.make_node("Gemm", ["rows", "W1", "b1"], ["z"]),
        helper.make_node("Relu", ["z"], ["a"]),
        helper.make_node("Gemm", ["a", "W2", "b2"], ["logits"]),
    ]
    if kind == TensorProto.UINT8:
        cast = helper.make_node("Cast", ["x"], ["floats"], to=TensorProto.FLOAT)
        nodes = [cast, helper.make_node("Mul", ["floats", "scale"], ["rows"]), *nodes]
    else:
        nodes[0].input[0] = "x"
    if classes:
        nodes.append(helper.make_node("ArgMax", ["logits"], ["y"], axis=1, keepdims=0))
    else:
        nodes[-1].output[0] = "y"
    x = helper.make_tensor_value_info("x", kind, ["n", start[0].shape[0]])
    y = helper.make_tensor_value_info("y", TensorProto.INT64 if classes else TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "784-hidden-10", [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
