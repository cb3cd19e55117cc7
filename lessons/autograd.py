# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Autograd: the same gradients, found by themselves
#
# In the first lesson, [`mnist.ipynb`](../mnist.ipynb), we derived the gradient by hand, line by line. PyTorch,
# TensorFlow and JAX do not ask you to. They find it by themselves. This chapter builds what they do, **automatic
# differentiation**, in about a hundred lines of NumPy: an array that remembers how it was computed. Then it trains the
# network of the first lesson with it, without one derived formula, and gets the same gradients to twelve decimals. At
# the end, the same network is written in PyTorch, the lines side by side.
#
# If this notebook runs to its end, everything it asserts holds on your machine. Times are *measured here, not
# asserted*.
#
# - **You need:** Python, and `pip install numpy scikit-learn matplotlib notebook`; PyTorch if you have it
# - **You should know:** the first lesson, up to section 8; what a class is in Python
# - **It takes:** about a minute to run, plus a download of 15 MB the first time; two hours to read
# - **Offline, or short of time?** `QUICK = True`, below, uses small digits that come with scikit-learn
#
# **The path**, with the minutes a careful reader needs: 1 An array that remembers (15) · 2 The way back (15) ·
# 3 Broadcasting (15) · 4 More operations (20) · 5 The graph, drawn (10) · 6 The network of the first lesson (15) ·
# 7 Training (10) · 8 The same in PyTorch (15) · 9 Exercises (30)

# %%
import os
import time
import traceback
import warnings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices this small gain nothing from threads

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import fetch_openml, load_digits

SEED = 0
BATCH_SIZE, LEARNING_RATE = 50, 0.2
QUICK = os.environ.get("TENDIGITS_LESSON_QUICK") == "1"  # or True: small digits, no download
GREY, GREEN, YELLOW = "#777777", "#009E73", "#FFE680"
plt.rcParams.update({"figure.dpi": 90, "font.size": 10, "legend.frameon": False})

# %% [markdown]
# ## 1. An array that remembers
#
# **Claim.** To find the gradient of a computation, it is enough to know, for each single step, how to go back through
# it.
#
# That is the **chain rule**: if $y$ comes from $x$, and the loss from $y$, then
# $\frac{\partial\,\text{loss}}{\partial x} = \frac{\partial\,\text{loss}}{\partial y}\cdot\frac{\partial y}{\partial x}$.
# So each result remembers its **parents**, the arrays that it was computed from, and for each parent a small function,
# the *way back*: given the gradient along the result, it returns the gradient along this parent. (Other books call it a
# vector-Jacobian product.)
#
# A `Tensor` is an array with such a memory. (In mathematics a tensor is more than that. In this field, any array is
# called one.)

# %%
class Tensor:
    """An array that remembers how it was computed, and can say how a loss depends on it."""

    def __init__(self, data, parents=(), name=""):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)  # the gradient of the loss along it, once known
        self.parents = parents                # pairs: a tensor, and the way back to it
        self.name = name                      # of the operation, or of the variable

    def __repr__(self):
        return f"Tensor({self.name or 'value'}, shape {self.data.shape})"


def tensor(value):
    """A Tensor as it is; anything else as a Tensor without parents."""
    return value if isinstance(value, Tensor) else Tensor(value)


# %% [markdown]
# The first two operations. Each states its way back right beside its way forward. For a sum, the gradient goes to both
# parents as it is. For a product, it goes to each, times *the other*.

# %%
def add(a, b):
    a, b = tensor(a), tensor(b)
    return Tensor(a.data + b.data, [(a, lambda g: g), (b, lambda g: g)], "+")


# %%
def multiply(a, b):
    a, b = tensor(a), tensor(b)
    return Tensor(a.data * b.data, [(a, lambda g: g * b.data), (b, lambda g: g * a.data)], "×")


Tensor.__add__ = Tensor.__radd__ = add  # so that a + b, and 1 + a, call it
Tensor.__mul__ = Tensor.__rmul__ = multiply

# %% [markdown]
# Compute something, and look at what it remembers.

# %%
a, b = Tensor(3.0, name="a"), Tensor(4.0, name="b")
y = a * b + a
print("y =", y.data, "  its parents:", [parent for parent, _ in y.parents])
assert y.data == 15 and y.parents[1][0] is a

# %% [markdown]
# > **Take away.** A computation is a graph, the **computational graph**: each result points to what it was made of.

# %% [markdown]
# ## 2. The way back
#
# **Claim.** Walk the graph from the loss to the inputs, each result before its parents, and *add up* what arrives.
#
# Each result before its parents: only when a tensor has heard from everything that used it may it pass its gradient on.
# An order in which every parent comes before its children is called **topological**; we walk it backward. Going through
# the graph this way, from one loss to all inputs, is called **reverse mode**: one walk for all gradients.
#
# **Predict.** In `y = a * b + a` with a = 3 and b = 4, what is the slope of `y` along `a`?
#
# <details><summary>Answer</summary>
#
# 5: 4 through the product, and 1 through the sum. `a` was used twice, so two gradients arrive, and they add up.
#
# </details>

# %%
def topological(last):
    """All tensors that `last` was computed from, and itself: parents before children."""
    seen, order = set(), []

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent, _ in node.parents:
                visit(parent)
            order.append(node)

    visit(last)
    return order


# %%
def simple_backward(loss):
    """Fill in the gradient of `loss` along every tensor that it was computed from."""
    loss.grad = np.ones_like(loss.data)  # a loss changes as fast as itself
    for node in reversed(topological(loss)):
        for parent, way_back in node.parents:
            parent.grad = parent.grad + way_back(node.grad)


simple_backward(y)
print("dy/da =", a.grad, "  dy/db =", b.grad)
assert a.grad == 5 and b.grad == 3

# %% [markdown]
# **Gradients pile up.** Run backward once more, and the new ones are added to those that are already there. Every
# library with a `backward()` method has this trap, and so PyTorch programs call `zero_grad()` before each step.

# %%
simple_backward(y)
print("after a second backward: dy/da =", a.grad)
assert a.grad != 5

# %% [markdown]
# > **Take away.** Backward is one walk through the graph, in reverse. What was used twice gets two gradients, added.

# %% [markdown]
# ## 3. Broadcasting
#
# **Claim.** What forward repeats, backward adds up.
#
# NumPy stretches a bias of shape (3,) over a batch of shape (2, 3): each number is used twice. Each use sends back a
# gradient, so they must be summed, until the gradient has the shape of its tensor again. This is the whole difficulty
# of a *tensor* autograd, and it is five lines long.
#
# **Predict.** A (2, 1) column times a (2, 3) table: over which axis must the column's gradient be summed?
#
# <details><summary>Answer</summary>
#
# Over axis 1, the one along which it was stretched, and the axis stays, with length 1.
#
# </details>

# %%
def unbroadcast(grad, shape):
    """Sum a gradient over the axes along which an array of this shape was stretched."""
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))  # axes that were put in front
    stretched = tuple(axis for axis, n in enumerate(shape) if n == 1)
    return grad.sum(axis=stretched, keepdims=True)


# %%
assert unbroadcast(np.ones((2, 3)), (3,)).tolist() == [2, 2, 2]
assert unbroadcast(np.ones((2, 3)), (2, 1)).tolist() == [[3], [3]]
assert unbroadcast(np.ones((2, 3)), ()) == 6


# %%
def backward_pass(loss):
    """Fill in the gradient of `loss` along every tensor that it was computed from."""
    loss.grad = np.ones_like(loss.data)
    for node in reversed(topological(loss)):
        for parent, way_back in node.parents:
            parent.grad = parent.grad + unbroadcast(way_back(node.grad), parent.data.shape)


Tensor.backward = backward_pass

# %% [markdown]
# The gradient check is the first lesson's: finite differences. `check` computes with tensors, goes back, and compares
# with what comes out when each number is changed a little. The loss is the sum of all results, each times a random
# weight.

# %%
def numerical_gradient(loss, array, h=1e-6):
    """The slopes of loss() along the entries of an array, by finite differences."""
    slopes = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        middle = array[index]
        array[index] = middle + h
        up = loss()
        array[index] = middle - h
        slopes[index] = (up - loss()) / (2 * h)
        array[index] = middle  # as it was
    return slopes


# %%
def check(name, operation, *shapes):
    """Compare an operation's way back with finite differences, for inputs of these shapes."""
    rng = np.random.default_rng(SEED)
    inputs = [Tensor(rng.uniform(0.5, 2, shape)) for shape in shapes]
    weight = rng.normal(size=operation(*inputs).data.shape)
    Tensor.backward(total(operation(*inputs) * weight))
    worst = 0
    for x in inputs:
        slopes = numerical_gradient(lambda: np.sum(operation(*inputs).data * weight), x.data)
        worst = max(worst, np.abs(x.grad - slopes).max())
    print(f"{name:>12} {', '.join(map(str, shapes)):<18} largest difference {worst:.1e}")
    assert worst < 1e-7


# %% [markdown]
# For this we need one more operation, the sum. Each summand has the slope 1, so the gradient goes to all of them:
# backward repeats what forward summed. (The opposite of broadcasting!)

# %%
def total(x, axis=None, keepdims=False):
    x = tensor(x)

    def way_back(g):
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        return np.broadcast_to(g, x.data.shape)

    return Tensor(x.data.sum(axis=axis, keepdims=keepdims), [(x, way_back)], "sum")


Tensor.sum = total
check("sum", total, (3, 4))
check("sum, axis 1", lambda x: x.sum(axis=1), (3, 4))
check("keepdims", lambda x: x.sum(axis=1, keepdims=True), (3, 4))

# %%
for shapes in [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (2, 3)), ((), (2, 3))]:
    check("+", lambda a, b: a + b, *shapes)
    check("×", lambda a, b: a * b, *shapes)

# %% [markdown]
# > **Take away.** Sum and broadcasting are each other's way back.

# %% [markdown]
# ## 4. More operations
#
# **Claim.** Seven more operations are enough for a neural network.
#
# The matrix product is steps 2 and 3 of the first lesson: $dA = dZ\,B^{\mathsf T}$ and $dB = A^{\mathsf T}dZ$.

# %%
def matmul(a, b):
    a, b = tensor(a), tensor(b)
    return Tensor(a.data @ b.data, [(a, lambda g: g @ b.data.T), (b, lambda g: a.data.T @ g)], "@")


# %%
def power(a, n):
    a = tensor(a)
    return Tensor(a.data**n, [(a, lambda g: g * n * a.data ** (n - 1))], f"power {n}")


Tensor.__matmul__, Tensor.__pow__ = matmul, power
check("@", lambda a, b: a @ b, (3, 4), (4, 2))
check("power", lambda a: a**3, (3, 4))

# %% [markdown]
# Some need no way back of their own, because they are made of others: $a - b$ is $a + b \cdot (-1)$, and $a / b$ is
# $a \cdot b^{-1}$.

# %%
Tensor.__neg__ = lambda a: a * -1
Tensor.__sub__ = lambda a, b: a + (b * -1 if isinstance(b, Tensor) else -np.asarray(b))
Tensor.__truediv__ = lambda a, b: a * tensor(b) ** -1
check("-", lambda a, b: a - b, (2, 3), (3,))
check("/", lambda a, b: a / b, (2, 3), (2, 1))

# %%
def exp(x):
    y = np.exp(x.data)
    return Tensor(y, [(x, lambda g: g * y)], "exp")


def log(x):
    return Tensor(np.log(x.data), [(x, lambda g: g / x.data)], "log")


# %%
def relu(x):
    return Tensor(np.maximum(x.data, 0), [(x, lambda g: g * (x.data > 0))], "ReLU")


Tensor.exp, Tensor.log, Tensor.relu = exp, log, relu
check("exp", exp, (3, 4))
check("log", log, (3, 4))
check("ReLU", lambda x: relu(x - 1.1), (3, 4))

# %% [markdown]
# That is all. Count the lines: the class, ten operations and the walk are about a hundred, blank lines and
# documentation included.
#
# > **Take away.** An operation is two lines: what it computes, and its way back. Check each as you write it.

# %% [markdown]
# ## 5. The graph, drawn
#
# **Claim.** You can see what an autograd sees.
#
# Here is the smallest network of the first lesson, with two inputs, two hidden units and two classes, and its loss.
# Softmax and cross-entropy are written with the operations above. The maximum is taken off as before, as a plain
# number: it does not change the result, so no gradient need flow through it.

# %%
def cross_entropy(logits, Y):
    """Mean over the batch of -ln(probability of the right class); Y is one-hot."""
    shifted = logits - logits.data.max(axis=1, keepdims=True)
    log_p = shifted - shifted.exp().sum(axis=1, keepdims=True).log()
    return (log_p * Y).sum() * (-1 / len(Y))


def network(params, X):
    """Images to logits: forward, and nothing else."""
    hidden = (tensor(X) @ params["W1"] + params["b1"]).relu()
    return hidden @ params["W2"] + params["b2"]


# %%
small = {"W1": Tensor([[1, -1], [-0.25, 0.25]], name="W1"), "b1": Tensor([0, 0], name="b1"),
         "W2": Tensor([[1, 3], [2, -1]], name="W2"), "b2": Tensor([0, 0], name="b2")}
x, y = Tensor([[1.0, 2.0]], name="x"), np.array([[1.0, 0.0]])
loss = cross_entropy(network(small, x), y)
loss.backward()
print(f"loss {loss.data:.3f}\ndW2\n{small['W2'].grad.round(3)}\ndW1\n{small['W1'].grad.round(3)}")
assert np.allclose(small["W1"].grad, [[1.462, 0], [2.924, 0]], atol=1e-3)  # as by hand, there
assert np.allclose(small["W2"].grad, [[-0.366, 0.366], [0, 0]], atol=1e-3)

# %%
def place(last):
    """Where to draw each tensor: its depth to the right; those of one depth below each other."""
    depth, rows, where = {}, {}, {}
    for node in topological(last):
        depth[node] = 1 + max((depth[parent] for parent, _ in node.parents), default=-1)
    for node in reversed(topological(last)):  # inputs move up to those who use them
        for parent, _ in node.parents:
            if not parent.parents:
                depth[parent] = depth[node] - 1
    for node in topological(last):
        rows[depth[node]] = rows.get(depth[node], -1) + 1
        where[node] = depth[node], -rows[depth[node]]
    return where


# %%
def draw_graph(last):
    """Draw the graph of a computation: inputs in yellow, arrows from parent to child."""
    where = place(last)
    _, ax = plt.subplots(figsize=(9.4, 2.6))
    for node, (x, y) in where.items():
        ax.text(x, y, node.name or "number", ha="center", va="center", fontsize=8,
                bbox={"boxstyle": "round", "fc": "white" if node.parents else YELLOW, "ec": GREY})
        for parent, _ in node.parents:
            bend = -0.3 if x - where[parent][0] > 1 else 0  # around those in between
            ax.annotate("", (x, y), where[parent], arrowprops={
                "arrowstyle": "->", "color": GREY, "shrinkA": 11, "shrinkB": 11,
                "connectionstyle": f"arc3,rad={bend}"})
    ax.set(xlim=(-0.8, max(x for x, _ in where.values()) + 0.8), ylim=(-1.6, 1))
    ax.axis("off")
    plt.show()


# %%
# alt: the graph of the small network: from x and W1 through @, +, ReLU, @, + and the steps of the loss to a single number
draw_graph(loss)

# %% [markdown]
# Read from left to right, it is the forward pass. Turn the arrows around, and it is the backward pass. Compare it with
# the map of the first lesson: the same stations, and between them the single steps that we took by hand in section 8.
#
# > **Take away.** A framework records this graph while you compute. `loss.backward()` walks it.

# %% [markdown]
# ## 6. The network of the first lesson
#
# **Claim.** Autograd and the formulas derived by hand agree to twelve decimals.

# %%
def load_mnist():
    """Return MNIST from OpenML, or from scikit-learn's own cache after the first time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without network, scikit-learn warns before it gives up
        X, y = fetch_openml("mnist_784", version=1, return_X_y=True, as_frame=False,
                            parser="liac-arff")
    return X.astype(np.uint8, order="C"), y.astype(int)  # "C": row after row in memory


def load_bundled():
    """Return scikit-learn's 1,797 small digits, stretched to 20 x 20 and framed to 28 x 28."""
    pictures, labels = load_digits().images, load_digits().target
    stretch = np.array([np.interp(np.linspace(0, 7, 20), range(8), row) for row in np.eye(8)])
    framed = np.pad(stretch.T @ pictures @ stretch * (255 / 16), ((0, 0), (4, 4), (4, 4)))
    return np.round(framed).astype(np.uint8).reshape(-1, 784), labels


# %%
def load_images():
    """Return images, labels and their source: MNIST if it can be had, else the bundled digits."""
    if QUICK:
        print("QUICK: using scikit-learn's bundled digits. The numbers in the text are MNIST's.")
        return *load_bundled(), "bundled digits"
    try:
        return *load_mnist(), "MNIST"
    except Exception as problem:
        print(f"MNIST could not be loaded ({type(problem).__name__}): using scikit-learn's bundled "
              "digits. The numbers in the text are MNIST's.")
        return *load_bundled(), "bundled digits"


# %%
images, labels, SOURCE = load_images()
MNIST = SOURCE == "MNIST"
N_TRAIN, N_VAL = (50_000, 10_000) if MNIST else (1_400, 397)
X_train, X_val = images[:N_TRAIN] / 255, images[N_TRAIN:N_TRAIN + N_VAL] / 255
y_train, y_val = labels[:N_TRAIN], labels[N_TRAIN:N_TRAIN + N_VAL]
Y_train, Y_val = np.eye(10)[y_train], np.eye(10)[y_val]  # one-hot
print(f"{SOURCE}: images {images.shape} {images.dtype}, {N_TRAIN:,} to learn from, {N_VAL:,} to validate on")
del images, labels  # this chapter has no need of the test set

# %% [markdown]
# On one side, the formulas of section 8 of the first lesson. On the other, the walk through the graph.

# %%
def init_params(rng, sizes=(784, 128, 10)):
    """He initialisation: weights from N(0, 2 / n_in), biases zero."""
    n_in, n_hidden, n_out = sizes
    return {"W1": rng.normal(0, np.sqrt(2 / n_in), (n_in, n_hidden)), "b1": np.zeros(n_hidden),
            "W2": rng.normal(0, np.sqrt(2 / n_hidden), (n_hidden, n_out)), "b2": np.zeros(n_out)}


def backward(params, X, Y):
    """The gradient by the formulas of the first lesson, section 8."""
    z1 = X @ params["W1"] + params["b1"]
    a1 = np.maximum(z1, 0)
    e = np.exp(a1 @ params["W2"] + params["b2"])
    dlogits = (e / e.sum(axis=1, keepdims=True) - Y) / len(X)
    dz1 = (dlogits @ params["W2"].T) * (z1 > 0)
    return {"W1": X.T @ dz1, "b1": dz1.sum(axis=0), "W2": a1.T @ dlogits, "b2": dlogits.sum(axis=0)}


# %%
def gradients(params, X, Y):
    """The gradient by autograd, and the loss."""
    tensors = {name: Tensor(value, name=name) for name, value in params.items()}
    loss = cross_entropy(network(tensors, X), Y)
    loss.backward()
    return {name: value.grad for name, value in tensors.items()}, float(loss.data)


params = init_params(np.random.default_rng(SEED))
found, _ = gradients(params, X_train[:100], Y_train[:100])
derived = backward(params, X_train[:100], Y_train[:100])
for name in params:
    difference = np.abs(found[name] - derived[name]).max()
    print(f"{name} {found[name].shape!s:>11}   largest difference {difference:.1e}")
    assert difference < 1e-12

# %% [markdown]
# What does the convenience cost? Measured here, not asserted:

# %%
def best_time(function, rounds=20):
    """The shortest of several times that a function took, in milliseconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        function()
        times.append(1000 * (time.perf_counter() - started))
    return min(times)


# %%
batch = params, X_train[:50], Y_train[:50]
print(f"a batch of 50: by hand {best_time(lambda: backward(*batch)):.2f} ms, "
      f"autograd {best_time(lambda: gradients(*batch)):.2f} ms")

# %% [markdown]
# Autograd also computes what nobody asked for: the gradient along the images, 50 × 784 numbers. Frameworks ask you
# which tensors need a gradient (`requires_grad`), and save that work.
#
# > **Take away.** Automatic gradients are not approximations. They are the same formulas, put together by a program.

# %% [markdown]
# ## 7. Training
#
# **Claim.** One pass over the images, without a derived formula, and the network reads about 95 of 100 digits.

# %%
def train(params, X, Y, rng, epochs):
    """Mini-batch gradient descent with gradients from autograd; params change in place."""
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), BATCH_SIZE):
            batch = order[start:start + BATCH_SIZE]
            grads, loss = gradients(params, X[batch], Y[batch])
            for name in params:
                params[name] -= LEARNING_RATE * grads[name]
            losses.append(loss)
    return losses


# %%
# alt: the loss of each batch, noisy and falling from 2.3 to a few tenths
rng = np.random.default_rng(SEED)
params = init_params(rng)
losses = train(params, X_train, Y_train, rng, epochs=1 if MNIST else 15)
right = network(params, X_val).data.argmax(axis=1) == y_val
print(f"{right.mean():.1%} of the validation digits")
_, ax = plt.subplots(figsize=(6.5, 2.6))
ax.plot(losses, color=GREY, linewidth=0.5)
ax.set(xlabel="step", ylabel="loss of the batch", ylim=(0, 2.5))
plt.show()
assert right.mean() > (0.94 if MNIST else 0.9)

# %% [markdown]
# Now change the network: another layer, another loss, another nonlinearity. You change `network` or `cross_entropy`,
# and nothing else. That is why everybody uses autograd.
#
# > **Take away.** Write forward; backward comes for free. And when it misbehaves, you know what it is doing.

# %% [markdown]
# ## 8. The same in PyTorch
#
# **Claim.** You can read PyTorch now.
#
# | here | in PyTorch | what it is |
# |---|---|---|
# | `Tensor(W, name="W1")` | `torch.tensor(W, requires_grad=True)` | an array that remembers |
# | `X @ W1 + b1` | `X @ W1 + b1`, or `nn.Linear(784, 128)(X)` | a layer |
# | `.relu()` | `.relu()`, or `nn.ReLU()` | the nonlinearity |
# | `cross_entropy(logits, Y)` | `F.cross_entropy(logits, labels)` | takes labels, not one-hot rows |
# | `loss.backward()` | `loss.backward()` | the walk through the graph |
# | `value.grad` | `value.grad` | the gradient |
# | new tensors in each step | `optimizer.zero_grad()` | or the gradients pile up |
# | `params[name] -= rate * grad` | `optimizer.step()`, with `torch.optim.SGD` | a step downhill |
#
# If PyTorch is installed, the next cells run the same network in it, and compare.

# %%
try:
    import torch
except ImportError:
    torch = None
    print("PyTorch is not installed here: read on, and come back when it is.")

# %%
def torch_gradients(params, X, labels):
    """The gradient of the same network and loss, by PyTorch."""
    W1, b1, W2, b2 = (torch.tensor(params[k], requires_grad=True) for k in ("W1", "b1", "W2", "b2"))
    hidden = (torch.tensor(X) @ W1 + b1).relu()
    logits = hidden @ W2 + b2
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
    loss.backward()
    return {"W1": W1.grad.numpy(), "b1": b1.grad.numpy(), "W2": W2.grad.numpy(), "b2": b2.grad.numpy()}


if torch is not None:
    theirs = torch_gradients(params, X_train[:100], y_train[:100])
    ours, _ = gradients(params, X_train[:100], Y_train[:100])
    for name in params:
        print(f"{name}: largest difference {np.abs(ours[name] - theirs[name]).max():.1e}")
        assert np.abs(ours[name] - theirs[name]).max() < 1e-12

# %% [markdown]
# And this is how a PyTorch program usually looks. Each line has a counterpart above.

# %%
def train_in_torch(X, labels, epochs=1):
    """The network of the first lesson, in PyTorch's own words."""
    model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    X, labels = torch.tensor(X, dtype=torch.float32), torch.tensor(labels)
    for _ in range(epochs):
        for batch in torch.randperm(len(X)).split(BATCH_SIZE):
            optimizer.zero_grad()                                    # gradients pile up
            loss = torch.nn.functional.cross_entropy(model(X[batch]), labels[batch])
            loss.backward()                                          # the walk
            optimizer.step()                                         # a step downhill
    return model


# %%
if torch is not None:
    torch.manual_seed(SEED)
    model = train_in_torch(X_train, y_train, epochs=1 if MNIST else 15)
    answers = model(torch.tensor(X_val, dtype=torch.float32)).argmax(dim=1).numpy()
    print(f"PyTorch: {np.mean(answers == y_val):.1%} of the validation digits")
    assert np.mean(answers == y_val) > (0.93 if MNIST else 0.85)

# %% [markdown]
# > **Take away.** PyTorch is this chapter, with a thousand operations instead of ten, and on a GPU.

# %% [markdown]
# ## 9. Exercises
#
# Fill in the function, run its cell, then run the cell that checks it. Solutions are in `lessons/solutions.py`.

# %%
def same(answer, right):
    """True if both have the same shape and, but for rounding, the same values."""
    return np.shape(answer) == np.shape(right) and np.allclose(answer, right, rtol=1e-5, atol=1e-8)


# %%
def expect(what, answer, right, *mistakes):
    """Pass if answer equals right. Otherwise say what is wrong; known mistakes by name."""
    assert answer is not None, f"{what}: nothing was returned yet."
    assert np.asarray(answer).dtype.kind in "biuf", f"{what}: numbers are needed, not {answer!r}."
    if same(answer, right):
        return
    for wrong, message in mistakes:
        assert not same(answer, wrong), f"{what}: {message}"
    shape, wanted = np.shape(answer), np.shape(right)
    assert shape == wanted, f"{what}: shape {shape}, but {wanted} is needed."
    away = np.abs(np.subtract(answer, right, dtype=float))
    worst = np.unravel_index(away.argmax(), shape)  # argmax finds a nan first
    place = f" at {tuple(map(int, worst))}" if shape else ""
    raise AssertionError(f"{what}{place}: {np.asarray(answer)[worst]:.6g} was returned, "
                         f"{np.asarray(right)[worst]:.6g} expected.")


# %%
def verdict(check):
    """Run a check and print what it says."""
    try:
        check()
        print(f"{check.__name__}: correct. Well done!")
    except Exception as problem:
        frames = traceback.extract_tb(problem.__traceback__)[1:]
        if frames[-1].name.startswith(("expect", "check_")) and isinstance(problem, AssertionError):
            print(f"{check.__name__}: not yet. {problem}")
        else:  # not the check's own words: an exception in the code that it called
            yours = [frame for frame in frames if "site-packages" not in frame.filename][-1]
            print(f"{check.__name__}: not yet. {type(problem).__name__} in {yours.name}, "
                  f"line {yours.lineno}: {problem}\n    {yours.line}")


# %% [markdown]
# ### Exercise 1 (easy): tanh
#
# Write the operation $\tanh$, with its way back. (Its slope is $1 - \tanh(x)^2$.)

# %%
def tanh_tensor(x):
    """The tanh of a Tensor, as a Tensor that remembers."""
    ...  # your code here


# %%
def check_tanh_tensor():
    x = Tensor(np.random.default_rng(0).normal(size=(3, 4)))
    y, t = tanh_tensor(x), np.tanh(x.data)
    assert isinstance(y, Tensor), "a Tensor is needed; nothing of that kind was returned yet."
    expect("value", y.data, t)
    assert any(parent is x for parent, _ in y.parents), "y does not remember x: give it parents."
    (y * 2).sum().backward()
    expect("gradient", x.grad, 2 * (1 - t**2),
           (1 - t**2, "multiply with g, the gradient that comes back."),
           (2 * (1 - x.data**2), "the slope is 1 - tanh(x) squared, not 1 - x squared."),
           (2 * (1 - t), "the slope is 1 - tanh(x) squared."))


verdict(check_tanh_tensor)

# %% [markdown]
# ### Exercise 2 (medium): the mean
#
# Write the mean over one axis, $\frac1n\sum x$, for tensors. You can build it from operations that are there, or give
# it a way back of its own.

# %%
def mean_tensor(x, axis):
    """The mean of a Tensor over one axis, as a Tensor that remembers."""
    ...  # your code here


# %%
def check_mean_tensor():
    for axis, n in ((0, 3), (1, 4)):
        x = Tensor(np.random.default_rng(0).normal(size=(3, 4)))
        y = mean_tensor(x, axis)
        assert isinstance(y, Tensor), "a Tensor is needed; nothing of that kind was returned yet."
        expect("value", y.data, x.data.mean(axis=axis),
               (x.data.sum(axis=axis), "this is the sum: divide by n."),
               (x.data.sum(axis=axis) / x.data.size, "divide by the length of this axis only."),
               (x.data.mean(), "only over one axis."))
        y.sum().backward()
        expect("gradient", x.grad, np.full((3, 4), 1 / n),
               (np.ones((3, 4)), "each number has only one n-th of a say: divide."),
               (np.zeros((3, 4)), "y does not remember x: give it parents."))


verdict(check_mean_tensor)

# %% [markdown]
# ### And then
#
# - Write `convolve` as an operation, with the two ways back of `lessons/convolution.ipynb`.
# - Give tensors a `requires_grad`, and measure what it saves.
# - Differentiate twice: let the way back compute with tensors. What changes?
