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
# # How sure is sure?
#
# A network always answers, and it always gives a probability with its answer. "I am 99 % sure": is that true? This
# chapter asks how far the network's certainty can be trusted: on digits, on things that are not digits, on digits that
# somebody has tampered with, and on the handwriting of people it has never met.
#
# If this notebook runs to its end, everything it asserts holds on your machine. What is only printed is *measured here,
# not asserted*.
#
# - **You need:** Python, and `pip install numpy scikit-learn matplotlib notebook`
# - **You should know:** the first lesson, [`mnist.ipynb`](../mnist.ipynb), up to section 12
# - **It takes:** about a minute to run, plus a download of 15 MB the first time; two hours to read
# - **Offline, or short of time?** `QUICK = True`, below, uses small digits that come with scikit-learn
#
# **The path**, with the minutes a careful reader needs: 1 A network that is too sure (10) · 2 The reliability diagram
# (15) · 3 Temperature (15) · 4 When to say nothing (10) · 5 Not a digit (15) · 6 One step against it (20) · 7 The map
# of the hidden space (10) · 8 Who wrote it? (15) · 9 Exercises (30)

# %%
import os
import traceback
import warnings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices this small gain nothing from threads

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import fetch_openml, load_digits

SEED = 0
QUICK = os.environ.get("TENDIGITS_LESSON_QUICK") == "1"  # or True: small digits, no download
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#777777"     # right, wrong, and neither
plt.rcParams.update({"figure.dpi": 90, "font.size": 10, "axes.spines.top": False,
                     "axes.spines.right": False, "legend.frameon": False})

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
N_TRAIN, N_VAL = (50_000, 10_000) if MNIST else (1_200, 397)
X_train, X_val = images[:N_TRAIN] / 255, images[N_TRAIN:N_TRAIN + N_VAL] / 255
y_train, y_val = labels[:N_TRAIN], labels[N_TRAIN:N_TRAIN + N_VAL]
Y_train, Y_val = np.eye(10)[y_train], np.eye(10)[y_val]  # one-hot
print(f"{SOURCE}: images {images.shape} {images.dtype}, {N_TRAIN:,} to learn from, {N_VAL:,} to validate on")
X_test, y_test = images[N_TRAIN + N_VAL:] / 255, labels[N_TRAIN + N_VAL:]  # for section 8 only

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
# ## 1. A network that is too sure
#
# **Claim.** A network that has learned its images by heart is surer than it should be (*overconfident*).
#
# We train on few images and for a long time, as many people do. The loss rewards certainty without end: once all
# training images are read correctly, the only way to a smaller loss is to be surer still.

# %%
def train(X, Y, epochs, rate=0.2, batch_size=50):
    """Mini-batch gradient descent from a fixed start."""
    rng = np.random.default_rng(SEED)
    params = init_params(rng)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start:start + batch_size]
            for name, grad in backward(params, X[batch], Y[batch]).items():
                params[name] -= rate * grad
    return params


# %%
N = 5000 if MNIST else 1200
params = train(X_train[:N], Y_train[:N], epochs=40)
logits = forward(params, X_val)[2]
p = softmax(logits)
answer, sure, right = p.argmax(axis=1), p.max(axis=1), p.argmax(axis=1) == y_val
print(f"accuracy {right.mean():.1%}, mean certainty {sure.mean():.1%}")
assert right.mean() > 0.9

# %% [markdown]
# ## 2. The reliability diagram
#
# **Claim.** Certainty can be checked: of all answers given with a certainty of 80 % (most books say *confidence*), 80 %
# should be right. If this holds for every certainty, the network is **calibrated**.
#
# Sort the answers into bins by their certainty. In each bin, compare the mean certainty with the share that is right.
# Drawn as bars, this is a **reliability diagram**. The mean distance between the two, weighted by the number of
# answers, is the **expected calibration error**, ECE.
#
# **Predict.** Will the bars lie above the diagonal (too modest) or below it (too sure)?
#
# <details><summary>Answer</summary>
#
# Below: too sure, most of all in the middle.
#
# </details>

# %%
def reliability(p, labels, bins=10):
    """For each bin of certainty: its mean certainty, its share of right answers, and its size."""
    sure, right = p.max(axis=1), p.argmax(axis=1) == labels
    number = np.minimum((sure * bins).astype(int), bins - 1)
    rows = [(sure[number == b].mean(), right[number == b].mean(), np.sum(number == b))
            for b in range(bins) if np.any(number == b)]
    return np.array(rows).T


def calibration_error(p, labels):
    """The mean distance between certainty and share of right answers: ECE."""
    certainty, share, size = reliability(p, labels)
    return np.sum(size * np.abs(certainty - share)) / size.sum()


perfect = np.random.default_rng(SEED).random(100_000)  # two classes; class 1 with probability p
both = np.column_stack([1 - perfect, perfect])
assert calibration_error(both, np.random.default_rng(1).random(100_000) < perfect) < 0.01  # calibrated

# %%
def draw_reliability(ax, p, labels, title):
    """Draw the share of right answers against their certainty; the diagonal is what it should be."""
    certainty, share, size = reliability(p, labels)
    ax.bar(certainty, share, width=0.07, color=BLUE)
    ax.plot([0, 1], [0, 1], color=GREY, linestyle=":")
    for x, y, n in zip(certainty, share, size):
        ax.text(x, y + 0.02, f"{n:.0f}", ha="center", fontsize=7)
    ax.set(xlim=(0, 1.05), ylim=(0, 1.12), xlabel="certainty", ylabel="share right",
           title=f"{title}: ECE {100 * calibration_error(p, labels):.1f} %")


# %%
# alt: the share of right answers over their certainty; most bars end below the diagonal: the network is too sure
figure, ax = plt.subplots(figsize=(4.6, 3.4), layout="constrained")
draw_reliability(ax, p, y_val, "as trained")
plt.show()
print(f"expected calibration error {calibration_error(p, y_val):.2%}; the numbers on the bars count answers")

# %% [markdown]
# > **Take away.** A probability is a claim about many answers. Count, and you know whether it is true.

# %% [markdown]
# ## 3. Temperature
#
# **Claim.** One number repairs most of it: divide all logits by a **temperature** $T$ before softmax.
#
# $T > 1$ makes every answer less sure, and changes none of them: the largest logit stays the largest. We choose $T$ on
# one half of the validation images, by the smallest cross-entropy, and try it on the other half.
#
# **Predict.** Does the temperature change the accuracy?
#
# <details><summary>Answer</summary>
#
# No. Dividing all logits by the same number keeps their order.
#
# </details>

# %%
half = len(y_val) // 2
temperatures = np.geomspace(0.3, 5, 60)
losses = [cross_entropy(logits[:half] / T, Y_val[:half]) for T in temperatures]
T = temperatures[np.argmin(losses)]
before, after = softmax(logits[half:]), softmax(logits[half:] / T)
errors = calibration_error(before, y_val[half:]), calibration_error(after, y_val[half:])
print(f"T = {T:.2f}: ECE {errors[0]:.2%} before, {errors[1]:.2%} after; cross-entropy "
      f"{cross_entropy(logits[half:], Y_val[half:]):.3f} before, {cross_entropy(logits[half:] / T, Y_val[half:]):.3f} after")
assert np.array_equal(before.argmax(axis=1), after.argmax(axis=1))
assert not MNIST or (T > 1 and errors[1] < errors[0])

# %%
# alt: two reliability diagrams: before, most bars below the diagonal; after, close to it
figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
draw_reliability(axes[0], before, y_val[half:], "before")
draw_reliability(axes[1], after, y_val[half:], f"after, T = {T:.1f}")
plt.show()

# %% [markdown]
# > **Take away.** Accuracy and honesty are two different things. The second costs one number.

# %% [markdown]
# ## 4. When to say nothing
#
# **Claim.** A network that may say "I do not know" makes far fewer mistakes.
#
# It answers only if its certainty is above a threshold. The rest goes to a human. **Coverage** is the share of images
# that it answers.
#
# **Predict.** If a tenth of the images goes to a human, how many of the mistakes go with them?
#
# <details><summary>Answer</summary>
#
# Most of them: mistakes are where the network is unsure.
#
# </details>

# %%
order = np.argsort(-sure)  # the surest first
coverage = np.arange(1, len(sure) + 1) / len(sure)
mistakes = np.cumsum(~right[order]) / np.arange(1, len(sure) + 1)
kept = int(0.9 * len(sure))
print(f"all answered: {1 - right.mean():.2%} mistakes; the surest nine tenths: {mistakes[kept - 1]:.2%}")
assert mistakes[kept - 1] < 0.7 * (1 - right.mean())

# %%
# alt: the share of mistakes over the share answered: near zero for the surest half, rising steeply at the end
figure, ax = plt.subplots(figsize=(6, 2.6))
ax.plot(100 * coverage, 100 * mistakes, color=ORANGE)
ax.set(xlabel="answered, %", ylabel="mistakes, %")
ax.grid(alpha=0.25)
plt.show()

# %% [markdown]
# ## 5. Not a digit
#
# **Claim.** Softmax knows ten answers, and "none of these" is not among them. So it can be sure of nonsense, too.

# %%
rng = np.random.default_rng(SEED)
some = X_val[:200].reshape(-1, 28, 28)
strangers = {
    "noise": rng.random((200, 28, 28)),
    "shuffled": rng.permuted(some.reshape(200, -1), axis=1).reshape(-1, 28, 28),
    "inverted": 1 - some,
    "upside down": some[:, ::-1],
    "two digits": np.maximum(some, np.roll(some, 1, axis=0)),
}

# %% [markdown]
# **Predict.** Of which of these kinds is the network most often more than 90 % sure?
#
# <details><summary>Answer</summary>
#
# Of two digits on top of each other, of inverted ones, and of those upside down: of more than half of each. No kind is
# safe.
#
# </details>

# %%
# alt: for each kind of stranger, ten examples with the network's answer and its certainty above
figure, axes = plt.subplots(5, 10, figsize=(9.4, 5.6), layout="constrained")
for row, (name, pictures) in zip(axes, strangers.items()):
    q = softmax(forward(params, pictures.reshape(-1, 784))[2])
    print(f"{name:>12}: mean certainty {q.max(axis=1).mean():.0%}; more than 90 % sure of "
          f"{np.mean(q.max(axis=1) > 0.9):.0%}")
    for ax, picture, one in zip(row, pictures, q):
        ax.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        ax.set_title(f"{one.argmax()}: {one.max():.0%}", fontsize=8, pad=2)
        ax.axis("off")
    row[0].text(-0.3, 0.5, name, rotation=90, va="center", ha="center", transform=row[0].transAxes)
plt.show()

# %% [markdown]
# A better question than "how sure?" is "how far from all that I have seen?". Measure it where the network thinks: in
# the 128 hidden outputs. The distance to the nearest of 2,000 training images, compared with what is usual for digits,
# is a **novelty score**. Finding inputs that are not like the training data is called *out-of-distribution detection*.

# %%
def hidden(X):
    """The hidden outputs, all of length 1, so that only their direction counts."""
    a1 = forward(params, X.reshape(-1, 784))[1]
    return a1 / (np.linalg.norm(a1, axis=1, keepdims=True) + 1e-12)


known = hidden(X_train[:2000])


def novelty(X):
    """How far each image is from the nearest training image, among hidden outputs."""
    return 1 - (hidden(X) @ known.T).max(axis=1)


threshold = np.quantile(novelty(X_val[200:1200]), 0.95)  # refuses 5 % of the digits
for name, pictures in {"digits": some, **strangers}.items():
    print(f"{name:>12}: refused by novelty {np.mean(novelty(pictures) > threshold):4.0%}; by certainty below 90 % "
          f"{np.mean(softmax(forward(params, pictures.reshape(-1, 784))[2]).max(axis=1) < 0.9):4.0%}")
assert np.mean(novelty(some) > threshold) < 0.15
assert np.mean(novelty(strangers["noise"]) > threshold) > 0.9

# %% [markdown]
# Novelty refuses all the noise, and all the shuffled and inverted digits. But it, too, lets most of the overlapping
# pairs pass.
#
# > **Take away.** Certainty says which of the ten. It does not say whether it is one of the ten.

# %% [markdown]
# ## 6. One step against it
#
# **Claim.** The same gradient that teaches the network can be used to fool it.
#
# Backpropagation stopped at the first layer's weights. One line more gives the slope along the *pixels*,
# $dX = dz_1 W_1^{\mathsf T}$: how to change the image so that the loss *rises*. Take its sign, and change each pixel by
# the same small $\epsilon$ in that direction. This is the *fast gradient sign method*, and the result is an
# **adversarial example**.

# %%
def input_gradient(params, X, Y):
    """The slope of the loss along each pixel, for each image by itself."""
    z1, _, logits = forward(params, X)
    return ((softmax(logits) - Y) @ params["W2"].T * (z1 > 0)) @ params["W1"].T


dX, x, h = input_gradient(params, X_val[:1], Y_val[:1]), X_val[:1].copy(), 1e-5
for pixel in np.argsort(-np.abs(dX[0]))[:20]:  # checked, as always
    step = h * np.eye(784)[pixel]
    up, down = (cross_entropy(forward(params, x + sign * step)[2], Y_val[:1]) for sign in (1, -1))
    assert np.isclose((up - down) / (2 * h), dX[0, pixel], rtol=1e-3, atol=1e-9)

# %% [markdown]
# **Predict.** Change each pixel by a tenth of the way from paper to ink. How many digits does the network still read if
# the change is random? And if it follows the slope?
#
# <details><summary>Answer</summary>
#
# Random: nearly as many as before. Along the slope: few.
#
# </details>

# %%
sizes = np.array([0, 0.02, 0.05, 0.1, 0.15, 0.2])
X_some, Y_some, y_some = X_val[:1000], Y_val[:1000], y_val[:1000]
along = np.sign(input_gradient(params, X_some, Y_some))
random = np.random.default_rng(SEED).choice([-1, 1], along.shape)
read = {name: [accuracy(forward(params, np.clip(X_some + e * way, 0, 1))[2], y_some) for e in sizes]
        for name, way in {"random": random, "along the slope": along}.items()}
for name, shares in read.items():
    print(f"{name:>16}:", *(f"{share:6.1%}" for share in shares))
assert read["along the slope"][3] < read["random"][3] - 0.3

# %%
# alt: accuracy over the size of the change: random changes hardly matter, changes along the slope bring it down at once
figure, ax = plt.subplots(figsize=(6, 2.6))
ax.plot(sizes, 100 * np.array(read["random"]), "o-", color=GREY, label="random")
ax.plot(sizes, 100 * np.array(read["along the slope"]), "s-", color=ORANGE, label="along the slope")
ax.set(xlabel="change of each pixel", ylabel="accuracy, %")
ax.legend()
plt.show()

# %%
# alt: above, ten digits, read correctly; below, the same with a change along the slope: still readable, and answered wrongly
figure, axes = plt.subplots(2, 10, figsize=(9.4, 2.3), layout="constrained")
fooled = np.clip(X_some + 0.1 * along, 0, 1)
for row, X in zip(axes, (X_some, fooled)):
    q = softmax(forward(params, X)[2])
    for ax, picture, one, label in zip(row, X, q, y_some):
        ax.imshow(picture.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
        ax.set_title(f"{one.argmax()}: {one.max():.0%}", fontsize=8, color=BLUE if one.argmax() == label else ORANGE)
        ax.axis("off")
plt.show()

# %% [markdown]
# No human would be misled. Why, then, is the network? 784 tiny changes, each in just the wrong direction, add up in the
# weighted sums. It was never asked to be smooth, only to be right on its images. Training on such examples
# (*adversarial training*) helps, but is expensive.
#
# > **Take away.** High accuracy on ordinary images says nothing about images that someone has made to deceive.

# %% [markdown]
# ## 7. The map of the hidden space
#
# **Claim.** You can see where the network is unsure: at the borders between the digits.
#
# Each image is a point in the space of the 128 hidden outputs. The two directions in which the points vary most, found
# by **principal component analysis** (PCA), make a map.

# %%
a1 = forward(params, X_val[:1500])[1]
centred = a1 - a1.mean(axis=0)
directions = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2]
where = centred @ directions
share = where.var(axis=0).sum() / centred.var(axis=0).sum()
print(f"this map shows {share:.0%} of the variance; the rest lies in directions that you cannot see")
assert np.allclose(directions.T @ directions, np.eye(2))

# %%
# alt: a map of 1,500 digits as numerals in ten colours: clouds for each digit, overlapping in the middle, mistakes ringed in orange
figure, ax = plt.subplots(figsize=(8.5, 6))
for (x, y), label in zip(where, y_val):
    ax.text(x, y, str(label), color=plt.cm.tab10(label), fontsize=7, ha="center", va="center")
wrong = np.flatnonzero(~right[:1500])
ax.scatter(*where[wrong].T, s=90, facecolor="none", edgecolor=ORANGE, label="misread")
ax.set(xlim=(where[:, 0].min() - 0.5, where[:, 0].max() + 0.5),
       ylim=(where[:, 1].min() - 0.5, where[:, 1].max() + 0.5), xticks=[], yticks=[])
ax.legend(loc="upper right")
plt.show()

# %% [markdown]
# Neighbours on the map are digits that look alike to the network: 4, 7 and 9; 3, 5 and 8. A map of two dimensions
# pushes things together that are far apart in the other 126: do not read distances off it.

# %% [markdown]
# ## 8. Who wrote it?
#
# **Claim.** "97 % sure" is a statement about writers, too.
#
# MNIST's test digits come from two groups of writers, employees of the American Census Bureau and American high-school
# students, half of them from each, one group after the other. (Only here does this chapter look at the test set, and
# nothing is chosen by it.)
#
# **Predict.** Which group does the network read better? Is it equally well calibrated for both?
#
# <details><summary>Answer</summary>
#
# Run and see. It is not the same for both, although the training images come from both groups.
#
# </details>

# %%
middle = len(y_test) // 2
groups = {"first half": slice(0, middle), "second half": slice(middle, None)}
for name, part in groups.items():
    z = forward(params, X_test[part])[2]
    print(f"{name:>16}: accuracy {accuracy(z, y_test[part]):.1%}, ECE {calibration_error(softmax(z), y_test[part]):.1%}, "
          f"with temperature {calibration_error(softmax(z / T), y_test[part]):.1%}")

# %% [markdown]
# The data set's own page says that the first half is the cleaner and easier one. This network finds the opposite. (In
# "Cold Case: The Lost MNIST Digits", 2019, Yadav and Bottou traced each digit back to its writer.) Measure, whatever
# the label on the box says.
#
# If two groups of Americans differ by as much as this, what about children, people who learned to write in another
# country, or people with a tremor? A number without the writers it was measured on is half a number. Before a network
# reads the forms of real people, collect digits from *these* people, and measure on them: accuracy, and calibration,
# for each group.
#
# > **Take away.** Certainty is learned from data, and holds for people like those in the data.

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
# ### Exercise 1 (easy): the Brier score
#
# Another measure of honesty: compare the ten probabilities with what they ought to be, 1 for the label and 0 for all
# others. For one image, the Brier score is the *sum* of the ten squared differences; for many images, it is the *mean*
# of their scores. Zero is best; an answer that is certain and wrong gets 2.

# %%
def brier_score(p, labels):
    """The Brier score of probabilities p, (n, classes), for n labels."""
    ...  # your code here


# %%
def check_brier_score():
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.5, 0.25], [1, 0, 0]])
    d = p - np.eye(3)[labels := np.array([0, 1, 1, 2])]
    expect("four images", brier_score(p, labels), 0.84375,
           ((d**2).mean(), "this is the mean over the classes, too: for one image, it is the sum."),
           ((d**2).sum(), "this is the sum over the images: take their mean."),
           ((1 - p[range(4), labels]) ** 2, "one number for each image: take their mean, and count all classes."),
           (((1 - p[range(4), labels]) ** 2).mean(), "the probabilities of the other classes count as well."),
           ((d**2).sum(axis=1), "one number for each image: take their mean."),
           (np.sqrt((d**2).sum(axis=1)).mean(), "no root."),
           (np.abs(d).sum(axis=1).mean(), "square the differences."))


verdict(check_brier_score)

# %% [markdown]
# ### Exercise 2 (medium): how much can be answered?
#
# Section 4 fixed the coverage and counted the mistakes. Somebody who is responsible for them asks the other way round:
# *at most one answer in a hundred may be wrong; how many images can the machine take?* Let it answer the surest images
# first. Find the **largest** share of the images such that, of those answered, at most the share `allowed` is answered
# wrongly; 0 if there is none.

# %%
def largest_coverage(p, labels, allowed):
    """The largest share of images that can be answered with at most the share `allowed` of mistakes."""
    ...  # your code here


# %%
def check_largest_coverage():
    right = np.array([1, 1, 0, 1, 1, 1, 1, 0, 0, 1], bool)  # from the surest to the least sure
    certainty = np.linspace(0.95, 0.5, 10)
    p = np.column_stack([certainty, 1 - certainty])
    mixed = np.random.default_rng(0).permutation(10)
    expect("one wrong answer in five allowed", largest_coverage(p[mixed], (~right).astype(int)[mixed], 0.2), 0.7,
           (0.2, "do not stop at the first mistake: with more right answers its share falls again."),
           (0.8, "the share of mistakes is counted among those answered, not among all."),
           (0.1, "the surest are answered first."), (0.6, "count the last one, too."),
           (7, "this is a number of images: a share is needed."))
    expect("no mistakes allowed", largest_coverage(p, (~right).astype(int), 0), 0.2)
    expect("all wrong", largest_coverage(p, np.ones(10, int), 0.2), 0.0)


verdict(check_largest_coverage)

# %% [markdown]
# ### And then
#
# - Train on all 50,000 images for five epochs. How calibrated is that network?
# - Average the probabilities of five networks. Does that improve calibration, too?
# - Make the adversarial step small and repeat it. How small a change is enough?
# - Talk about it: where would you want a machine to say "I do not know"? Who pays for its mistakes?
