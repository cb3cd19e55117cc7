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
# # Generalisation: knowing, not just remembering
#
# The network of the first lesson, [`mnist.ipynb`](../mnist.ipynb), did better on the images it had learned from than on
# new ones. The first part of this chapter makes that gap as wide as it can be, looks at it, and tries four ways to
# narrow it. Such a gap shows **overfitting**; whatever narrows it is called **regularisation**. The second part looks
# at how a network gets to its weights: **optimisers**, seen on the real loss, and how to reach 98 % in seconds.
#
# If this notebook runs to its end, everything it asserts holds on your machine. Times, and whatever else is marked so,
# are *measured here, not asserted*. Each result below is one run with one seed: small differences between two curves
# mean nothing.
#
# - **You need:** Python, and `pip install numpy scikit-learn matplotlib notebook`
# - **You should know:** the first lesson, up to section 10
# - **It takes:** two to three minutes to run, plus a download of 15 MB the first time; two hours to read
# - **Offline, or short of time?** `QUICK = True`, below, uses small digits that come with scikit-learn
#
# **The path**, with the minutes a careful reader needs: 1 Five hundred images (10) · 2 Stop in time (10) ·
# 3 Small weights (10) · 4 Dropout (15) · 5 More data (10) · 6 All side by side (5) · 7 Random labels (10) ·
# 8 The landscape (15) · 9 SGD, momentum, Adam (20) · 10 The schedule (10) · 11 98 % in seconds (20) · 12 Exercises (30)

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
QUICK = os.environ.get("TENDIGITS_LESSON_QUICK") == "1"  # or True: small digits, no download
EPOCHS = 30 if QUICK else 100  # how many times a network meets its few images
FEW = 500                      # images to learn from, in the first part

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
# The network of the first lesson, in two cells.

# %%
def init_params(rng, sizes=(784, 128, 10)):
    """He initialisation: weights from N(0, 2 / n_in), biases zero."""
    n_in, n_hidden, n_out = sizes
    return {"W1": rng.normal(0, np.sqrt(2 / n_in), (n_in, n_hidden)), "b1": np.zeros(n_hidden),
            "W2": rng.normal(0, np.sqrt(2 / n_hidden), (n_hidden, n_out)), "b2": np.zeros(n_out)}


def softmax(z):
    """Scores (n, classes) to probabilities; every row adds up to 1."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# %%
def cross_entropy(logits, Y):
    """Mean over the batch of -ln(probability of the right class); Y is one-hot."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.sum(Y * log_p) / len(Y)


def forward(params, X):
    """Images (n, 784) to hidden sums z1, hidden outputs a1, and ten scores: the logits."""
    z1 = X @ params["W1"] + params["b1"]
    a1 = np.maximum(z1, 0)
    return z1, a1, a1 @ params["W2"] + params["b2"]


# %%
def backward(params, X, Y):
    """The gradient of the loss along every parameter, in a dict with the same keys."""
    z1, a1, logits = forward(params, X)
    dlogits = (softmax(logits) - Y) / len(X)
    dz1 = (dlogits @ params["W2"].T) * (z1 > 0)
    return {"W1": X.T @ dz1, "b1": dz1.sum(axis=0),
            "W2": a1.T @ dlogits, "b2": dlogits.sum(axis=0)}


def accuracy(logits, labels):
    """The share of rows whose largest logit is the right one."""
    return float(np.mean(logits.argmax(axis=1) == labels))


# %% [markdown]
# Colours as in all chapters: training is grey, validation green. Colours that only tell curves apart are black, sky
# blue, wine red and amber.

# %%
COLOURS = {"training": "#777777", "validation": "#009E73"}
NEUTRAL = "#000000", "#56B4E9", "#882255", "#E69F00", "#0072B2", "#D55E00"
plt.rcParams.update({"figure.dpi": 90, "font.size": 10, "axes.spines.top": False,
                     "axes.spines.right": False, "legend.frameon": False})


def show_curves(ax, curves, xlabel, ylabel, x=None):
    """Draw each named curve against its index, or against x."""
    for (name, y), neutral in zip(curves.items(), NEUTRAL):
        ax.plot(np.arange(1, len(y) + 1) if x is None else x, y, color=COLOURS.get(name, neutral), label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(alpha=0.25)
    ax.legend()


# %% [markdown]
# ## 1. Five hundred images
#
# **Claim.** With few images, a network learns them by heart, and its validation loss turns around.
#
# The training loop is the first lesson's, with three options for later: `change` alters the images of a batch, `decay`
# shrinks the weights, and `drop` switches hidden units off.

# %%
def gradient(params, X, Y, rng, drop=0.0):
    """The gradient, with each hidden unit switched off with probability `drop`."""
    z1, a1, _ = forward(params, X)
    mask = (rng.random(a1.shape) >= drop) / (1 - drop)  # the others are louder, so that the sum stays the same
    a1 = a1 * mask
    dlogits = (softmax(a1 @ params["W2"] + params["b2"]) - Y) / len(X)
    dz1 = (dlogits @ params["W2"].T) * mask * (z1 > 0)
    return {"W1": X.T @ dz1, "b1": dz1.sum(axis=0),
            "W2": a1.T @ dlogits, "b2": dlogits.sum(axis=0)}


ours = gradient(params := init_params(np.random.default_rng(SEED)), X_train[:20], Y_train[:20],
                np.random.default_rng(SEED))
for name, grad in backward(params, X_train[:20], Y_train[:20]).items():
    assert np.allclose(ours[name], grad)  # without dropout, it is the first lesson's

# %%
def note(history, params, X, Y, y):
    """Write down loss and accuracy on the training and on the validation images."""
    X_some, Y_some, y_some = X_val[:2000], Y_val[:2000], y_val[:2000]
    for name, (images, one_hot, labels) in {"training": (X, Y, y),
                                            "validation": (X_some, Y_some, y_some)}.items():
        logits = forward(params, images)[2]
        history[name].append(cross_entropy(logits, one_hot))
        history[name + " accuracy"].append(accuracy(logits, labels))


# %%
def fit(X, Y, y, epochs, rate=0.2, batch_size=50, change=None, decay=0.0, drop=0.0):
    """Train a new network; return its parameters and its history, epoch by epoch."""
    rng = np.random.default_rng(SEED)
    params, names = init_params(rng), ("training", "validation")
    history = {key: [] for name in names for key in (name, name + " accuracy")}
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start:start + batch_size]
            x = X[batch] if change is None else change(X[batch], rng)
            grads = gradient(params, x, Y[batch], rng, drop)
            for name in params:
                params[name] -= rate * (grads[name] + decay * params[name] * (name[0] == "W"))
        note(history, params, X, Y, y)
    return params, history


# %% [markdown]
# **Predict.** 500 images, 100 epochs. What will the training loss do, and what the validation loss?
#
# <details><summary>Answer</summary>
#
# Training: it goes to zero. Validation: it falls, reaches its lowest point early, and then slowly *rises*.
#
# </details>

# %%
X_few, Y_few, y_few = X_train[:FEW], Y_train[:FEW], y_train[:FEW]
params, plain = fit(X_few, Y_few, y_few, EPOCHS)
lowest = int(np.argmin(plain["validation"]))
print(f"lowest validation loss {plain['validation'][lowest]:.3f} after epoch {lowest + 1}; "
      f"at the end {plain['validation'][-1]:.3f}, and training {plain['training'][-1]:.4f}")
print(f"accuracy: training {plain['training accuracy'][-1]:.1%}, "
      f"validation {plain['validation accuracy'][-1]:.1%}")
assert plain["training accuracy"][-1] == 1 and plain["validation"][-1] > 10 * plain["training"][-1]

# %%
# alt: over the epochs, training loss goes to zero while validation loss falls, turns, and rises; accuracies stay far apart
figure, axes = plt.subplots(1, 2, figsize=(9.4, 3), layout="constrained")
show_curves(axes[0], {name: plain[name] for name in COLOURS}, "epoch", "loss")
show_curves(axes[1], {name: 100 * np.array(plain[name + " accuracy"]) for name in COLOURS},
            "epoch", "accuracy, %")
plt.show()

# %% [markdown]
# The space between the curves is the **generalisation gap**. All 500 images are read correctly, with a probability near
# 1. Of new images, more than one in ten is misread, and often with the same confidence: that is what makes the loss
# rise, although the accuracy does not fall.
#
# > **Take away.** A training loss near zero says that the network has a good memory. It does not say that it has
# > understood anything.

# %% [markdown]
# ## 2. Stop in time
#
# **Claim.** The cheapest cure is to stop at the lowest validation loss: **early stopping**.
#
# Keep the best parameters so far, and stop when there has been no improvement for a while (the *patience*). The history
# above shows what that would have gained.

# %%
patience = 10
best = [int(np.argmin(plain["validation"][:epoch + 1])) for epoch in range(EPOCHS)]
stopped = next((epoch for epoch in range(EPOCHS) if epoch - best[epoch] >= patience), EPOCHS - 1)
kept = best[stopped]
print(f"stopped after epoch {stopped + 1}, kept epoch {kept + 1}: loss {plain['validation'][kept]:.3f} "
      f"instead of {plain['validation'][-1]:.3f}")
assert plain["validation"][kept] <= plain["validation"][-1]

# %% [markdown]
# The loss is lower, and time is saved. The accuracy hardly changes: the network only becomes less sure of its mistakes.
#
# > **Take away.** Watch validation, keep the best, stop. It costs nothing but a copy.

# %% [markdown]
# ## 3. Small weights
#
# **Claim.** Making large weights costly keeps the training loss from reaching zero, and narrows the gap.
#
# **Weight decay**, or L2 regularisation, adds $\frac s2\sum W^2$ to the loss, so $sW$ to the gradient: in each step,
# every weight shrinks a little, and only those that are needed are pushed back.
#
# **Predict.** What will a very strong decay do?
#
# <details><summary>Answer</summary>
#
# It lets no weight grow, and so little is learned: both losses stay high. The best strength lies between none and too
# much, and validation finds it.
#
# </details>

# %%
decayed = {f"decay {s:g}": fit(X_few, Y_few, y_few, EPOCHS, decay=s)[1] for s in (0.003, 0.01, 0.1)}
for name, history in decayed.items():
    print(f"{name:>11}: training {history['training'][-1]:.3f}, validation {history['validation'][-1]:.3f}, "
          f"accuracy {history['validation accuracy'][-1]:.1%}")
assert decayed["decay 0.01"]["validation"][-1] < plain["validation"][-1] + 0.02
assert decayed["decay 0.1"]["training"][-1] > decayed["decay 0.003"]["training"][-1]

# %%
# alt: validation loss over the epochs without decay and with three strengths; a moderate one ends lowest
figure, ax = plt.subplots(figsize=(6.5, 3))
show_curves(ax, {"no decay": plain["validation"]} |
            {name: history["validation"] for name, history in decayed.items()},
            "epoch", "validation loss")
plt.show()

# %% [markdown]
# > **Take away.** Large weights are a sign of learning by heart. Make them cost something.

# %% [markdown]
# ## 4. Dropout
#
# **Claim.** If any unit may be missing, none can be relied on, and no single unit can hold an image by heart.
#
# In each step, each hidden unit is switched off with a certain probability, here one half. The others are doubled, so
# that the sum stays as large as it was. When the network is *used*, all units are there.

# %%
_, dropped = fit(X_few, Y_few, y_few, EPOCHS, drop=0.5)
print(f"dropout: training {dropped['training'][-1]:.3f}, validation {dropped['validation'][-1]:.3f}, "
      f"accuracy {dropped['validation accuracy'][-1]:.1%} (without: {plain['validation accuracy'][-1]:.1%})")
assert dropped["validation"][-1] < plain["validation"][-1] + 0.1  # a cure, or at least no poison

# %% [markdown]
# Here it does next to nothing: with 500 images and 128 units, even the thinned networks have room enough to learn
# everything by heart. Dropout was made for networks much larger than this one, and there it was a breakthrough. A cure
# that is in every textbook need not be one for *your* network.
#
# > **Take away.** Dropout is noise: many thinned networks, trained as one. Measure whether it helps.

# %% [markdown]
# ## 5. More data
#
# **Claim.** Nothing closes the gap like more images, and copies that are moved a little count as more images, too.
# (Training on altered copies is called **data augmentation**.)
#
# **Predict.** Which will do more: the best of these cures, or ten times as many images?
#
# <details><summary>Answer</summary>
#
# Ten times as many images.
#
# </details>

# %%
def moved(X, rng):
    """Move each image by up to one pixel in each direction."""
    pictures = X.reshape(-1, 28, 28)
    down, right = rng.integers(-1, 2, (2, len(X)))
    rows = (np.arange(28) - down[:, None]) % 28
    columns = (np.arange(28) - right[:, None]) % 28
    return pictures[np.arange(len(X))[:, None, None], rows[:, :, None], columns[:, None, :]].reshape(X.shape)


_, augmented = fit(X_few, Y_few, y_few, EPOCHS, change=moved)
sizes = (250, 500, 1000, 5000, 20_000) if MNIST else (100, 250, 500, 1400)
growing = {n: fit(X_train[:n], Y_train[:n], y_train[:n], max(10, EPOCHS * 500 // n))[1] for n in sizes}
for n, history in growing.items():
    print(f"{n:6,} images: training {history['training accuracy'][-1]:.1%}, "
          f"validation {history['validation accuracy'][-1]:.1%}")
assert growing[sizes[-1]]["validation accuracy"][-1] > growing[sizes[0]]["validation accuracy"][-1]

# %%
# alt: accuracy over the number of training images: training stays at the top, validation rises towards it
figure, ax = plt.subplots(figsize=(6.5, 3))
show_curves(ax, {name: [100 * h[name + " accuracy"][-1] for h in growing.values()] for name in COLOURS},
            "training images", "accuracy, %", x=sizes)
ax.set_xscale("log")
plt.show()

# %% [markdown]
# > **Take away.** Before you tune anything, ask whether you can have more data.

# %% [markdown]
# ## 6. All side by side

# %%
# alt: validation loss and accuracy over the epochs for the plain network, weight decay, dropout and moved copies
cures = {"plain": plain, "decay 0.01": decayed["decay 0.01"], "dropout": dropped, "moved copies": augmented}
figure, axes = plt.subplots(1, 2, figsize=(9.4, 3.2), layout="constrained")
show_curves(axes[0], {name: h["validation"] for name, h in cures.items()}, "epoch", "validation loss")
show_curves(axes[1], {name: 100 * np.array(h["validation accuracy"]) for name, h in cures.items()},
            "epoch", "validation accuracy, %")
plt.show()
for name, history in cures.items():
    print(f"{name:>13}: validation loss {history['validation'][-1]:.3f}, "
          f"accuracy {history['validation accuracy'][-1]:.1%}; gap {history['validation'][-1] - history['training'][-1]:.3f}")

# %% [markdown]
# Moved copies win clearly, in loss and in accuracy. Weight decay keeps the loss from rising, and leaves the accuracy
# where it was. Dropout does nothing here. With one seed and 2,000 validation images, a percentage point is within
# chance. Only your own validation images can tell which cure is best for *your* data, and only with several seeds.

# %% [markdown]
# ## 7. Random labels
#
# **Claim.** The same network can learn *anything* by heart, even what has no rule at all.
#
# Give each of the 500 images a label drawn at random. There is nothing to understand.
#
# **Predict.** What accuracy will it reach on the training images, and what on new ones?
#
# <details><summary>Answer</summary>
#
# 100 %, given time, and 10 %: pure memory.
#
# </details>

# %%
by_lot = np.random.default_rng(SEED).integers(0, 10, FEW)
_, lottery = fit(X_few, np.eye(10)[by_lot], by_lot, EPOCHS, batch_size=20)
print(f"random labels: training {lottery['training accuracy'][-1]:.1%}, "
      f"validation {lottery['validation accuracy'][-1]:.1%}")
assert lottery["training accuracy"][-1] > (0.95 if MNIST else 0.2)
assert lottery["validation accuracy"][-1] < 0.25

# %%
# alt: training loss over the epochs: with true labels it falls at once, with random labels slowly, and to zero as well
figure, ax = plt.subplots(figsize=(6.5, 2.6))
show_curves(ax, {"true labels": plain["training"], "random labels": lottery["training"]}, "epoch", "training loss")
plt.show()

# %% [markdown]
# So why does it generalise at all, when it could just as well learn by heart? Look at the two curves: what follows a
# rule is learned *faster*. Gradient descent finds the rule before it has to memorise. Why that is so is not fully
# understood to this day.
#
# > **Take away.** That a network fits its training data proves nothing. (Zhang and others showed it for large networks
# > in 2017.)

# %% [markdown]
# ## 8. The landscape
#
# **Claim.** The loss is a surface over 101,770 dimensions, and a slice of it can be drawn.
#
# From the start of training, go in two directions: the first leads to the end of training; the second is random, and
# just as long. At each point of this plane, compute the loss. This is a real slice of the real loss, though it has only
# two dimensions of many.

# %%
def flat(params):
    """All parameters in one row."""
    return np.concatenate([value.ravel() for value in params.values()])


def unflat(row):
    """A row of 101,770 numbers as parameters again."""
    shapes = {"W1": (784, 128), "b1": (128,), "W2": (128, 10), "b2": (10,)}
    cuts = np.cumsum([np.prod(shape) for shape in shapes.values()])[:-1]
    return {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), np.split(row, cuts))}


begin = flat(init_params(np.random.default_rng(SEED)))
assert np.array_equal(flat(unflat(begin)), begin)

# %%
X_slice, Y_slice = X_train[:300], Y_train[:300]
end = flat(params)
ahead = end - begin
aside = np.random.default_rng(SEED + 1).normal(size=len(begin))
aside -= ahead * (aside @ ahead) / (ahead @ ahead)  # at a right angle
aside *= np.linalg.norm(ahead) / np.linalg.norm(aside)
u, v = np.linspace(-0.6, 2, 27), np.linspace(-1.6, 1.6, 27)


def loss_at(point):
    return cross_entropy(forward(unflat(point), X_slice)[2], Y_slice)


surface = np.array([[loss_at(begin + a * ahead + b * aside) for a in u] for b in v])
assert np.isclose(loss_at(begin), cross_entropy(forward(unflat(begin), X_slice)[2], Y_slice))

# %% [markdown]
# ## 9. SGD, momentum, Adam
#
# **Claim.** There are several ways to go downhill, and on this surface each takes a different path.
#
# | optimiser | step | idea |
# |---|---|---|
# | **SGD** | $w \leftarrow w - \eta\,g$ | against the slope |
# | **momentum** | $v \leftarrow \beta v + g,\quad w \leftarrow w - \eta\,v$ | a heavy ball: what keeps pointing the same way adds up |
# | **Adam** | $m, s$: running means of $g$ and $g^2$; $w \leftarrow w - \eta\,\hat m / (\sqrt{\hat s} + \epsilon)$ | each weight has a step of its own, as long where slopes are small as where they are large |
#
# (Here $g$ is the gradient and $\eta$ the learning rate; $\hat m = m / (1 - \beta_1^t)$ and
# $\hat s = s / (1 - \beta_2^t)$ at step $t$: the means begin at zero, and would otherwise be too small at first.)

# %%
def sgd(w, g, memory, rate):
    return w - rate * g


def momentum(w, g, memory, rate, beta=0.9):
    memory["v"] = beta * memory.get("v", 0) + g
    return w - rate * memory["v"]


def adam(w, g, memory, rate, beta1=0.9, beta2=0.999):
    t = memory["t"] = memory.get("t", 0) + 1
    memory["m"] = beta1 * memory.get("m", 0) + (1 - beta1) * g
    memory["s"] = beta2 * memory.get("s", 0) + (1 - beta2) * g**2
    m, s = memory["m"] / (1 - beta1**t), memory["s"] / (1 - beta2**t)
    return w - rate * m / (np.sqrt(s) + 1e-8)


OPTIMISERS = {"SGD": (sgd, 0.2), "momentum": (momentum, 0.05), "Adam": (adam, 0.002)}

# %% [markdown]
# First on the slice: two coordinates instead of 101,770, and finite differences for their slopes. All begin at the same
# point.

# %%
def walk(step, rate, steps=40):
    """The points (a, b) on the slice that an optimiser visits."""
    point, memory, path, h = np.array([0.0, 1.3]), {}, [], 1e-4

    def loss(a, b):
        return loss_at(begin + a * ahead + b * aside)

    for _ in range(steps):
        path.append(point)
        a, b = point
        slope = np.array([loss(a + h, b) - loss(a - h, b), loss(a, b + h) - loss(a, b - h)]) / (2 * h)
        point = step(point, slope, memory, rate)
    return np.array(path)


paths = {"SGD": walk(sgd, 0.03), "momentum": walk(momentum, 0.008), "Adam": walk(adam, 0.1)}
final = {name: loss_at(begin + path[-1] @ np.array([ahead, aside])) for name, path in paths.items()}
print("loss after 40 steps:", {name: round(float(loss), 3) for name, loss in final.items()})
assert min(final.values()) < loss_at(begin + 1.3 * aside)

# %%
# alt: contour lines of the loss over two directions, a valley with its floor to the right, and the paths of SGD, momentum and Adam into it
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
levels = np.geomspace(surface.min() + 1e-3, surface.max(), 18)
ax.contour(u, v, surface, levels=levels, colors="#BBBBBB", linewidths=0.8)
for (name, path), color in zip(paths.items(), NEUTRAL):
    ax.plot(*path.T, color=color, marker=".", label=name)
ax.plot([0, 1], [0, 0], "k*", markersize=9)
ax.annotate("start of training", (0, 0), (0.03, -0.25))
ax.annotate("end", (1, 0), (1.03, -0.25))
ax.set(xlabel="from start to end of training", ylabel="a random direction", xlim=(-0.6, 2), ylim=(-1.6, 1.6))
ax.legend()
plt.show()

# %% [markdown]
# SGD goes straight down and slows where it is flat. Momentum gathers speed, and may overshoot the floor of the valley
# and swing back. Adam takes steps of nearly the same length in both directions, whatever the slopes are.
#
# Now the real thing: all parameters, mini-batches, one epoch. Each optimiser has the best of a few learning rates,
# chosen beforehand.

# %%
def race(step, rate, X, Y, epochs=1, batch_size=50, schedule=lambda progress: 1.0):
    """Train with an optimiser; return the parameters, and the validation loss as it went."""
    rng = np.random.default_rng(SEED)
    w, memory, losses = flat(init_params(rng)), {}, []
    batches = [batch for _ in range(epochs) for batch in rng.permutation(len(X)).reshape(-1, batch_size)]
    for i, batch in enumerate(batches):
        grad = flat(backward(unflat(w), X[batch], Y[batch]))
        w = step(w, grad, memory, rate * schedule(i / len(batches)))
        if (i + 1) % (len(batches) // 40) == 0:
            losses.append(cross_entropy(forward(unflat(w), X_val[:1000])[2], Y_val[:1000]))
    return unflat(w), losses


# %%
n = 20_000 if MNIST else 1_400
laps = 1 if MNIST else 8
races = {name: race(step, rate, X_train[:n], Y_train[:n], laps) for name, (step, rate) in OPTIMISERS.items()}
for name, (_, losses) in races.items():
    print(f"{name:>9}: validation loss {losses[-1]:.3f}")
    assert losses[-1] < 0.5

# %%
# alt: validation loss over one epoch for SGD, momentum and Adam: all fall fast and end close together
figure, ax = plt.subplots(figsize=(6.5, 3))
show_curves(ax, {name: losses for name, (_, losses) in races.items()}, "fortieths of the training", "validation loss")
ax.set_ylim(0, 1)
plt.show()

# %% [markdown]
# For a network this small, all three will do. Adam's merit is that one rate, about 0.001, works tolerably well almost
# everywhere.
#
# > **Take away.** The optimiser is a matter of taste as long as its rate is right. A wrong rate spoils any of them.

# %% [markdown]
# ## 10. The schedule
#
# **Claim.** Take long steps at first, to get about, and short steps at the end, to settle: the result is then no longer
# a matter of luck. Such a plan for the learning rate is called a **schedule**.
#
# **Predict.** The same rate throughout, or one that falls to zero: which ends lower?
#
# <details><summary>Answer</summary>
#
# In a training run as short as this one, they end about equally low, but the falling one without jumps. With a constant
# rate, the last step is as noisy as the first, and may be a bad one. The longer the training, the more a falling rate
# pays off.
#
# </details>

# %%
laps = 4 if MNIST else 20
constant = race(momentum, 0.05, X_train[:n], Y_train[:n], laps)
falling = race(momentum, 0.05, X_train[:n], Y_train[:n], laps, schedule=lambda progress: 1 - progress)
print(f"constant {constant[1][-1]:.3f}, falling {falling[1][-1]:.3f}")
assert falling[1][-1] < constant[1][-1] + 0.02

# %%
# alt: validation loss with a constant rate stays noisy; with a falling rate it settles smoothly, about as low
figure, ax = plt.subplots(figsize=(6.5, 3))
show_curves(ax, {"constant rate": constant[1], "falling to zero": falling[1]}, "fortieths of the training", "validation loss")
ax.set_ylim(0, 0.5)
plt.show()

# %% [markdown]
# > **Take away.** Let the learning rate fall to zero.

# %% [markdown]
# ## 11. To 98 % in seconds
#
# **Claim.** Images of digits vary in few directions. Train in 64 of them, and much time is saved while almost nothing
# is lost.
#
# The **principal components** are the directions in which the images vary most: the eigenvectors of their covariance
# matrix with the largest eigenvalues. An image $x$ becomes its coordinates $z = (x - m)P$ along them, where $m$ is the
# mean image.
#
# **Predict.** Of 784 pixels, how many directions hold nine tenths of all the variance?
#
# <details><summary>Answer</summary>
#
# Fewer than a hundred. Neighbouring pixels are alike, the border is always blank, and strokes are smooth.
#
# </details>

# %%
K = 64
mean = X_train.mean(axis=0)
sample = X_train[::max(1, len(X_train) // 6000)] - mean  # enough to find the directions
values, vectors = np.linalg.eigh(sample.T @ sample / len(sample))
values, vectors = values[::-1], vectors[:, ::-1]         # the largest first
P = vectors[:, :K]
share = np.cumsum(values) / values.sum()
print(f"{K} of 784 directions hold {share[K - 1]:.1%} of the variance")
assert np.allclose(P.T @ P, np.eye(K)) and share[K - 1] > 0.8

# %%
# alt: the share of the variance held by the first directions rises steeply and bends over; 64 of them hold nearly nine tenths
figure, ax = plt.subplots(figsize=(6.5, 2.6))
ax.plot(np.arange(1, 785), 100 * share, color=NEUTRAL[0])
ax.axvline(K, color=COLOURS["training"], linestyle=":")
ax.set(xlabel="directions", ylabel="share of the variance, %")
plt.show()

# %%
# alt: above, the first ten directions, wavy patterns of red and blue; below, ten digits; last, the same digits from 64 numbers each, hardly changed
figure, axes = plt.subplots(3, 10, figsize=(9.4, 3), layout="constrained")
again = mean + (X_val[:10] - mean) @ P @ P.T
for i in range(10):
    axes[0, i].imshow(P[:, i].reshape(28, 28), cmap="RdBu_r", vmin=-0.15, vmax=0.15)
    axes[1, i].imshow(X_val[i].reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
    axes[2, i].imshow(again[i].reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
for ax in axes.flat:
    ax.axis("off")
plt.show()

# %% [markdown]
# Now the same network takes 64 numbers instead of 784. A step needs a twelfth of the multiplications in the first
# layer.

# %%
def learn(X, Y, epochs, rate=0.1, batch_size=50):
    """SGD with momentum and a falling rate, in float32; return parameters and seconds."""
    rng, started = np.random.default_rng(SEED), time.process_time()
    params = {k: v.astype(np.float32) for k, v in init_params(rng, (X.shape[1], 128, 10)).items()}
    velocity = {k: np.zeros_like(v) for k, v in params.items()}
    for epoch in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start:start + batch_size]
            step = rate * (1 - (epoch + start / len(X)) / epochs)
            for name, grad in backward(params, X[batch], Y[batch]).items():
                velocity[name] = 0.9 * velocity[name] + grad
                params[name] -= np.float32(step) * velocity[name]
    return params, time.process_time() - started


# %%
X32, Y32 = X_train.astype(np.float32), Y_train.astype(np.float32)
started = time.process_time()
Z32 = (X32 - mean.astype(np.float32)) @ P.astype(np.float32)
projected = time.process_time() - started
laps = 8 if MNIST else 20
pixels, pixels_time = learn(X32, Y32, laps, rate=0.03)
small, small_time = learn(Z32, Y32, laps, rate=0.03)
by_pixels = accuracy(forward(pixels, X_val)[2], y_val)
by_components = accuracy(forward(small, (X_val - mean) @ P)[2], y_val)
print(f"784 pixels: {by_pixels:.2%} in {pixels_time:.1f} s;  {K} components: {by_components:.2%} in "
      f"{small_time:.1f} s, and {projected:.1f} s to project (processor seconds, measured, not asserted)")
assert by_components > by_pixels - 0.01 and by_components > (0.97 if MNIST else 0.85)

# %% [markdown]
# **And back again.** The result can be turned into an ordinary network over pixels. Its first layer computes
# $zW' + b' = (x - m)PW' + b'$, which is $xW + b$ with
#
# $$W = P\,W' \qquad b = b' - m\,W .$$

# %%
W = P @ small["W1"]
folded = small | {"W1": W, "b1": small["b1"] - mean @ W}
difference = np.abs(forward(folded, X_val)[2] - forward(small, (X_val - mean) @ P)[2]).max()
print("W1 is", folded["W1"].shape, f"again; largest difference of the logits {difference:.0e}")
assert folded["W1"].shape == (784, 128) and difference < 1e-3

# %% [markdown]
# In a training run this short, nothing is lost: the two differ by no more than chance. The last tenths of a per cent up
# to 98 % take more epochs, but still only seconds. The package beside this notebook trains this way when it is asked to
# hurry.
#
# > **Take away.** Momentum, a falling rate, float32 and fewer dimensions: each is a few lines, and together they turn
# > minutes into seconds.

# %% [markdown]
# ## 12. Exercises
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
# ### Exercise 1 (easy): patience
#
# Section 2 looked at the whole curve, and then went back. In practice one does not wait for the end: training stops as
# soon as the validation loss has not improved for `patience` epochs in a row. Given the losses of all epochs, which
# epoch's weights are kept? Return its number, counting from 0. A loss that merely equals the lowest so far is no
# improvement.

# %%
def kept_epoch(losses, patience):
    """The epoch whose weights early stopping keeps."""
    ...  # your code here


# %%
def check_kept_epoch():
    expect("losses 5 4 3 3.5 3.2 3.1 2 1, patience 3", kept_epoch([5, 4, 3, 3.5, 3.2, 3.1, 2, 1], 3), 2,
           (7, "after three epochs without improvement it is over: what would have come later is never seen."),
           (5, "this is the epoch at which training stops: return the one whose weights are kept."),
           (3, "this is the loss, or an epoch counted from 1; epochs are counted from 0."))
    expect("losses 3 2 2 2 2 1, patience 3", kept_epoch([3, 2, 2, 2, 2, 1], 3), 1,
           (5, "as low as before is no improvement: patience runs out at epoch 4."),
           (4, "of equal losses, the first is kept."))
    expect("losses 3 2 4 1, patience 2", kept_epoch([3, 2, 4, 1], 2), 3,
           (1, "one epoch without improvement is fewer than two: go on."))


verdict(check_kept_epoch)

# %% [markdown]
# ### Exercise 2 (medium): AdamW
#
# Weight decay added to the gradient, as in section 3, does not suit Adam: Adam divides each slope by its own size, the
# decay's share with it, so that weights with large slopes hardly decay at all. *AdamW* takes the decay out of the
# gradient. It makes Adam's step, and shrinks the weights *from before that step* by $\eta\lambda$ of themselves:
# $w \leftarrow \text{Adam}(w, g) - \eta \lambda w$. Write it, with $\eta$ as `rate` and $\lambda$ as `decay`; you may
# call `adam` from section 9. Return the new weights.

# %%
def adamw(w, g, memory, rate, decay):
    """Adam's step, with weight decay beside it."""
    ...  # your code here


# %%
def check_adamw():
    w, *gradients = np.random.default_rng(0).normal(size=(3, 5))
    ours, yours = {}, {}
    for step, g in enumerate(gradients, start=1):
        plain = adam(w, g, ours, 0.01)
        wrong = adam(w, g + 0.5 * w, dict(yours), 0.01)
        expect(f"step {step}", adamw(w.copy(), g.copy(), yours, 0.01, 0.5), plain - 0.01 * 0.5 * w,
               (plain, "the weights do not decay. (Decay in the gradient? Adam divides it away.)"),
               (wrong, "this decay went through Adam, which divides it away: keep it out of the gradient."),
               (plain - 0.5 * w, "the learning rate is missing from the decay."),
               (plain + 0.01 * 0.5 * w, "weights are to shrink: subtract."),
               (plain * (1 - 0.01 * 0.5), "the weights from before the step decay, not those after it."))
        w = plain - 0.01 * 0.5 * w


verdict(check_adamw)

# %% [markdown]
# ### And then
#
# - Combine the cures of part one. Do they add up?
# - With 500 images, how many hidden units are best? (Fewer than 128? Surprisingly not.)
# - Draw section 8's slice with another random direction. How alike are the two?
# - Train on 16, 32, 128 components. Where does it begin to cost accuracy?
