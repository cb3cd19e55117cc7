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
# # The bug museum
#
# Ten bugs that turn up in learners' code, and in published tutorials too. Each hangs here beside the right version: the
# broken line, its learning curve, what the gradient check says about it, and the fix.
#
# The network is the one from the lesson, [`mnist.ipynb`](../mnist.ipynb): 784 pixels, 128 hidden units,
# 10 digits, in NumPy. The names are the same. You need nothing from there but the idea of a gradient.
#
# As you walk through, keep one question in mind: **would I have noticed?** Some of these bugs shout. Some
# only whisper. And one leaves the learning curve where it was, until a single image comes along.
#
# You need `numpy`, `scikit-learn` and `matplotlib`. After the data has loaded, everything runs in about a minute.
# Reading it takes about an hour: five minutes for each exhibit, your guess included.
#
# What is printed under a curve comes from a run on one machine. What is asserted holds on yours, if the notebook runs
# to its end; the rest is *measured here, not asserted*. The **gradient check** by **finite differences** is the
# lesson's.

# %% [markdown]
# ## The rooms behind the museum
#
# A few short cells of machinery: settings, data, network, gradient check, training, and the function that
# draws each exhibit.

# %%
import html
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")   # for small matrices one thread is the fastest

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator
from sklearn.datasets import fetch_openml, load_digits

SEED = 0
N_TRAIN, N_VAL = 10_000, 2_000       # a slice of MNIST is enough to see a bug
HIDDEN, BATCH_SIZE, LEARNING_RATE = 128, 128, 0.2
QUICK = os.environ.get("TENDIGITS_LESSON_QUICK") == "1"    # small data, no download
BLUE, ORANGE = "#0072B2", "#D55E00"  # right is blue, broken is orange, in every picture

# %% [markdown]
# **Data.** MNIST comes through scikit-learn. Where it cannot be reached, the small digits that ship inside
# scikit-learn take its place: each is drawn into a 20×20 box and centred by its centre of mass, as MNIST's
# are.

# %%
def redraw(image):
    """An 8x8 digit (0..16) as 28x28 pixels (0..255), the way MNIST frames its digits."""
    stretch = np.array([np.interp(np.linspace(0, 7, 20), range(8), row) for row in np.eye(8)])
    canvas = np.zeros((28, 28))
    canvas[4:24, 4:24] = stretch.T @ image @ stretch * (255 / 16)
    index = np.arange(28)
    centre = (canvas.sum(1) @ index, canvas.sum(0) @ index) / canvas.sum()
    shift = np.clip(np.rint(13.5 - centre), -4, 4).astype(int)
    return np.roll(canvas, tuple(shift), axis=(0, 1)).ravel()

# %%
def load():
    """Pixels (n, 784) from 0 to 255, labels (n,), the name of the data, and why not MNIST."""
    reason = "QUICK is on"
    if not QUICK:
        try:
            X, y = fetch_openml("mnist_784", version=1, as_frame=False,
                                parser="liac-arff", return_X_y=True)
            return X.astype(float), y.astype(int), "MNIST", ""
        except Exception as problem:  # no network, a closed port, a broken file: the show goes on
            reason = f"MNIST could not be loaded, {type(problem).__name__}"
    digits = load_digits()
    pixels = np.array([redraw(image) for image in digits.images])
    return pixels, digits.target, "scikit-learn's bundled digits", f" ({reason})"

# %%
pixels, labels, source, why = load()
print(f"Using {source}{why}: {len(pixels):,} images of {pixels.shape[1]} pixels.")

# %%
def one_hot(labels, n_classes=10):
    return np.eye(n_classes)[labels]

if source != "MNIST":
    N_TRAIN, N_VAL = 1_400, 397
EPOCHS, LOOKS = (8, 4) if source == "MNIST" else (16, 1)    # rounds, and measurements in each
order = np.random.default_rng(SEED).permutation(min(len(pixels), 60_000))[:N_TRAIN + N_VAL]
X_train, X_val = np.split(pixels[order] / 255, [N_TRAIN])
labels_train, labels_val = np.split(labels[order], [N_TRAIN])
Y_train, Y_val = one_hot(labels_train), one_hot(labels_val)

assert X_train.shape == (N_TRAIN, 784)
assert X_train.min() >= 0
assert X_train.max() <= 1
print(f"{N_TRAIN:,} images to train on, {N_VAL:,} to validate on.")

# %% [markdown]
# The test set stays out of this: bugs are found on validation data.
#
# **The network.** Rows are examples. He initialisation, ReLU, softmax and cross-entropy, both kept stable
# by subtracting the largest logit *of each row*.

# %%
def init_params(rng, sizes=(784, HIDDEN, 10)):
    n_in, n_hidden, n_out = sizes
    return {"W1": rng.normal(0, np.sqrt(2 / n_in), (n_in, n_hidden)), "b1": np.zeros(n_hidden),
            "W2": rng.normal(0, np.sqrt(2 / n_hidden), (n_hidden, n_out)), "b2": np.zeros(n_out)}

def relu(z):
    return np.maximum(z, 0)

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def cross_entropy(logits, Y):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=1)) - (shifted * Y).sum(axis=1)).mean()

# %%
def forward(params, X):
    z1 = X @ params["W1"] + params["b1"]
    a1 = relu(z1)
    return z1, a1, a1 @ params["W2"] + params["b2"]

def backpropagate(params, X, z1, a1, dlogits):
    dz1 = dlogits @ params["W2"].T * (z1 > 0)
    return {"W1": X.T @ dz1, "b1": dz1.sum(axis=0),
            "W2": a1.T @ dlogits, "b2": dlogits.sum(axis=0)}

def backward(params, X, Y):
    z1, a1, logits = forward(params, X)
    return backpropagate(params, X, z1, a1, (softmax(logits) - Y) / len(X))

# %% [markdown]
# **The gradient check.** Move one parameter a little up and a little down. The change in the loss gives its slope, and
# nobody had to derive it:
#
# $$\frac{L(\theta + \varepsilon) - L(\theta - \varepsilon)}{2\varepsilon}.$$
#
# Compare it with what `backward` says. We look at 40 places in each array and keep the largest difference, relative to
# the largest slope (or to `FLOOR`, if all slopes are smaller: the finite difference itself is good to about nine
# decimals, no better). Rounding errors alone stay far below `TOLERANCE`.

# %%
TOLERANCE, FLOOR = 1e-5, 1e-4

def slope(params, name, i, X, Y, loss, epsilon=1e-5):
    values, kept = params[name].reshape(-1), params[name].flat[i]   # a view: writing to it is felt
    values[i] = kept + epsilon
    above = loss(forward(params, X)[2], Y)
    values[i] = kept - epsilon
    below = loss(forward(params, X)[2], Y)
    values[i] = kept
    return (above - below) / (2 * epsilon)

# %%
def compare(numeric, exact):
    largest = max(np.abs(numeric).max(), np.abs(exact).max())
    return np.abs(numeric - exact).max() / max(largest, FLOOR)

def gradient_check(params, X, Y, backward=backward, loss=cross_entropy):
    """For each array: its largest relative difference, or infinity for a wrong shape."""
    rng, grads, result = np.random.default_rng(SEED), backward(params, X, Y), {}
    for name, values in params.items():
        places = rng.choice(values.size, min(40, values.size), replace=False)
        if grads[name].shape != values.shape:
            result[name] = np.inf
        else:
            numeric = np.array([slope(params, name, i, X, Y, loss) for i in places])
            result[name] = compare(numeric, grads[name].flat[places])
    return result

# %%
def found(check):
    """The arrays whose gradient is wrong. Not a number counts as wrong."""
    return [name for name, difference in check.items() if not difference < TOLERANCE]

def say(what, check):
    numbers = "  ".join(f"{name} {difference:7.1e}" for name, difference in check.items())
    verdict = "WRONG in " + ", ".join(found(check)) if found(check) else "passes"
    print(f"{what:<34} {numbers}   {verdict}")

params = init_params(np.random.default_rng(SEED))
X_few, Y_few = X_train[:20], Y_train[:20]      # an ordinary small batch, used all day
check_right = gradient_check(params, X_few, Y_few)
say("the right network", check_right)
assert not found(check_right)

# %% [markdown]
# **Training.** Plain mini-batch gradient descent. Apart from the bug, the two runs of an exhibit start alike and see
# the same batches in the same order, so a difference between two curves has one cause. Examples left over at the end,
# too few for a batch, wait for the next epoch.

# %%
def accuracy(params, X, Y):
    return (forward(params, X)[2].argmax(axis=1) == Y.argmax(axis=1)).mean()

def update(params, grads, learning_rate):
    for name in params:
        params[name] -= learning_rate * grads[name]

def right_step(params, X, Y, learning_rate, backward):
    update(params, backward(params, X, Y), learning_rate)

def measure(history, epoch, params, validation, loss, accuracy):
    X, Y = validation
    history["epoch"].append(epoch)
    history["accuracy"].append(accuracy(params, X, Y))
    history["loss"].append(loss(forward(params, X)[2], Y))

# %%
def train(start, X, Y, backward=backward, step=right_step, loss=cross_entropy, accuracy=accuracy,
          learning_rate=LEARNING_RATE, batch_size=BATCH_SIZE, validation=(X_val, Y_val), epochs=EPOCHS):
    """Returns the trained parameters and the history: `LOOKS` measurements an epoch."""
    params, rng = {name: values.copy() for name, values in start.items()}, np.random.default_rng(SEED)
    history, steps = {"epoch": [], "accuracy": [], "loss": []}, len(X) // batch_size
    measure(history, 0, params, validation, loss, accuracy)
    for epoch in range(epochs):
        shuffled = rng.permutation(len(X))
        for i in range(steps):
            rows = shuffled[i * batch_size:(i + 1) * batch_size]
            step(params, X[rows], Y[rows], learning_rate, backward)
            if (i + 1) in {steps * look // LOOKS for look in range(1, LOOKS + 1)}:
                measure(history, epoch + (i + 1) / steps, params, validation, loss, accuracy)
    return params, history

# %% [markdown]
# **The exhibit.** Two curves in one picture, and a line in the museum's book, which becomes the table at
# the end. The loss axis is logarithmic, and ends at 1,000 for runs that explode.

# %%
def scale_loss(axis, broken):
    """A logarithmic loss axis that ends at 1,000, with a mark where the loss is no longer a number."""
    axis.set_yscale("log")
    axis.set_ylim(top=min(axis.get_ylim()[1], 1000))
    axis.yaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter="{x:g}", minor_formatter="")
    lost = np.flatnonzero(~np.isfinite(broken["loss"]))
    if lost.size:
        axis.axvline(broken["epoch"][lost[0]], color=ORANGE, linestyle=":", label="not a number from here")
        axis.legend(loc="best")

# %%
BACK, FRONT = {"linewidth": 4, "alpha": 0.7}, {"linewidth": 2, "linestyle": "--"}

def draw(right, broken, title, names=("right", "broken")):
    _, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    for axis, what in zip(axes, ("accuracy", "loss"), strict=True):
        axis.plot(right["epoch"], right[what], color=BLUE, label=names[0], **BACK)
        axis.plot(broken["epoch"], np.minimum(broken[what], 1e4), color=ORANGE, label=names[1], **FRONT)
        axis.set(xlabel="epoch", ylabel=f"validation {what}")
        axis.grid(alpha=0.3)
    axes[0].set(ylim=(0, 1.02))
    axes[0].legend(loc="best")
    scale_loss(axes[1], broken)
    plt.suptitle(title)
    plt.show()

# %%
museum = []

def exhibit(bug, right, broken, checks, symptom, names=("right", "broken")):
    draw(right, broken, f"Exhibit {len(museum) + 1}", names)
    row = {"bug": bug, "right": right["accuracy"][-1], "broken": broken["accuracy"][-1],
           "checks": checks, "symptom": symptom}
    museum.append(row)
    for where, check in checks.items():
        say(where, check)
    print(f"final validation accuracy: right {row['right']:.1%}, broken {row['broken']:.1%}")
    return row["right"], row["broken"]

trained, right = train(params, X_train, Y_train)
print(f"The right network reaches {right['accuracy'][-1]:.1%} after {EPOCHS} epochs.")
assert right["accuracy"][-1] > 0.9
assert abs(right["loss"][0] - np.log(10)) < 0.5      # before learning: about ln 10, a blind guess

# %% [markdown]
# The doors are open. Each exhibit is a question: look at the curve and the symptoms, guess, and only then open the
# fold. (The cells that make the curve are folded as well, if your notebook viewer can fold cells. Click to see them.)

# %% [markdown]
# ## Exhibit 1
#
# **Symptoms:** none on its own: it learns, only less well. The curve is below. **What is wrong? How would you find it?**
#
# <details><summary>The diagnosis</summary>
#
# **ReLU's derivative with `>=`, after ReLU**
#
# ```python
# dz1 = dlogits @ params["W2"].T * (a1 >= 0)     # broken
# ```
#
# It looks harmless: who cares about the single point zero? But `a1` comes *after* ReLU, and nothing that
# comes out of ReLU is below zero. So the condition is always true, and the mask masks nothing.
# [NumPy's own MNIST tutorial](https://numpy.org/numpy-tutorials/tutorial-deep-learning-on-mnist/) has
# been published with this derivative.
#
# </details>

# %% jupyter={"source_hidden": true}
def backward_ge(params, X, Y):
    _, a1, logits = forward(params, X)
    dlogits = (softmax(logits) - Y) / len(X)
    dz1 = dlogits @ params["W2"].T * (a1 >= 0)                      # <- the bug
    return {"W1": X.T @ dz1, "b1": dz1.sum(axis=0),
            "W2": a1.T @ dlogits, "b2": dlogits.sum(axis=0)}

z1, a1, _ = forward(params, X_train)
print(f"the mask lets through: a1 >= 0 {np.mean(a1 >= 0):.0%},  z1 > 0 {np.mean(z1 > 0):.0%}")
assert np.all(a1 >= 0)                          # the broken mask is True everywhere
assert np.array_equal(z1 >= 0, z1 > 0)          # before ReLU, >= would have made no difference

# %% jupyter={"source_hidden": true}
# alt: validation accuracy and loss of the right and the broken network: the broken one learns too, only less well
_, broken = train(params, X_train, Y_train, backward=backward_ge)
checks = {"ordinary batch": gradient_check(params, X_few, Y_few, backward_ge)}
good, bad = exhibit("ReLU's derivative with >= after ReLU", right, broken, checks,
                    "none by itself: it learns, only less well")
ratio = broken["loss"][-1] / right["loss"][-1]
print(f"the broken network's last loss is {ratio:.2f} times the right one's")
assert found(checks["ordinary batch"]) == ["W1", "b1"]
assert bad > 0.85
assert ratio > 1.05
assert source != "MNIST" or good - bad > 0.01

# %% [markdown]
# <details><summary>More about exhibit 1</summary>
#
# **It still learns.** That is what makes it dangerous. The second layer gets its true gradient and makes
# the best of a first layer that is pushed in a wrong direction. Nobody who sees only the broken curve would
# suspect a thing. The cost is paid quietly, in a larger loss and a lower accuracy.
#
# **The gradient check** finds it at once, and even says where: `W1` and `b1` are wrong, `W2` and `b2` are
# right. So the mistake lies between them.
#
# **The fix:** `(z1 > 0)`, or just as well `(a1 > 0)`.
#
# *A curve that rises proves that something is learned, not that the gradient is right.*
#
# </details>

# %% [markdown]
# ## Exhibit 2
#
# **Symptoms:** fine for a long time, then nan from one step to the next. The curve is below. **What is wrong? How would you find it?**
#
# <details><summary>The diagnosis</summary>
#
# **the maximum over the whole batch in softmax**
#
# ```python
# e = np.exp(z - z.max())                        # broken: one maximum for all rows
# ```
#
# Softmax does not change when a number is subtracted from a whole row, so on paper any number will do. Subtracting the
# largest of the *batch* is mathematically harmless.
#
# </details>

# %% jupyter={"source_hidden": true}
def softmax_batch_max(z):
    e = np.exp(z - z.max())                                         # <- the bug
    return e / e.sum(axis=1, keepdims=True)

def backward_batch_max(params, X, Y):
    z1, a1, logits = forward(params, X)
    return backpropagate(params, X, z1, a1, (softmax_batch_max(logits) - Y) / len(X))

clean_trained, clean = train(params, X_train, Y_train, backward=backward_batch_max)
tops = forward(trained, X_train)[2].max(axis=1)
print(f"largest difference between the two loss curves: "
      f"{np.abs(np.array(clean['loss']) - right['loss']).max():.0e}")
print(f"after training, the rows' largest logits lie at most {np.ptp(tops):.0f} apart")
assert np.allclose(clean["loss"], right["loss"], rtol=1e-6)

# %% [markdown]
# <details><summary>More about exhibit 2</summary>
#
# Same curve. Now when does it bite? `np.exp` of anything below about −745 is zero. If one row's logits lie
# that far above another's, the other row becomes 0/0: not a number.
#
# </details>

# %% jupyter={"source_hidden": true}
for gap in (10, 100, 700, 800):
    rows = np.array([[0.0, 1.0], [gap, gap + 1.0]])     # both rows say the same thing
    with np.errstate(invalid="ignore"):
        first = softmax_batch_max(rows)[0]
    print(f"rows {gap:>3} apart: first row {first},  should be {softmax(rows)[0]}")
    assert np.allclose(first, softmax(rows)[0]) == (gap < 745)
assert np.exp(-746.0) == 0 < np.exp(-744.0)

# %% [markdown]
# <details><summary>More about exhibit 2</summary>
#
# Can that happen to us? Training goes on, and among the new images there is one that somebody forgot to divide by 255.
# One image in the whole training set, and one that the network reads correctly. Its logits grow with its pixels.
#
# </details>

# %% jupyter={"source_hidden": true}
bright = np.flatnonzero(forward(trained, X_train)[2].argmax(axis=1) == labels_train)[0]
X_bright = X_train.copy()
X_bright[bright] *= 255                                                 # one forgotten image
rows = np.append(np.arange(bright + 1, bright + 21), bright)            # 20 ordinary images and this one

def then(first, more):
    """Two histories, one after the other."""
    return {"epoch": first["epoch"] + [EPOCHS + epoch for epoch in more["epoch"]],
            **{what: first[what] + more[what] for what in ("accuracy", "loss")}}

with np.errstate(invalid="ignore"):
    _, right_more = train(trained, X_bright, Y_train, epochs=EPOCHS // 2)
    _, more = train(clean_trained, X_bright, Y_train, backward=backward_batch_max, epochs=EPOCHS // 2)

# %% jupyter={"source_hidden": true}
# alt: validation accuracy and loss of the right and the broken network: the broken one is fine for a long time, then nan from one step to the next
with np.errstate(invalid="ignore"):
    checks = {"ordinary batch": gradient_check(params, X_few, Y_few, backward_batch_max),
              "with the forgotten image, trained": gradient_check(
                  trained, X_bright[rows], Y_train[rows], backward_batch_max)}
good, bad = exhibit("The maximum over the whole batch in softmax", then(right, right_more),
                    then(clean, more), checks, "fine for a long time, then nan from one step to the next")
tops = forward(trained, X_bright[rows])[2].max(axis=1)
died = more["epoch"][np.flatnonzero(np.isnan(more["loss"]))[0]]
print(f"largest logits: the forgotten image {tops[-1]:,.0f}, its neighbours {tops[:-1].min():.0f} "
      f"to {tops[:-1].max():.0f}; not a number {died:.2f} epochs later")
assert not found(checks["ordinary batch"])
assert tops[-1] - tops[:-1].max() > 745
assert set(found(checks["with the forgotten image, trained"])) == {"W1", "b1", "W2", "b2"}
assert bad == np.mean(labels_val == 0)
assert good > 0.9

# %% [markdown]
# <details><summary>More about exhibit 2</summary>
#
# The right softmax takes the forgotten image in its stride. The broken one turns *every other row* of that
# batch into nan, the gradient with it, and after one step every parameter. Then `argmax` of nothing but nan
# answers 0, so the "accuracy" is the share of zeros.
#
# **The gradient check** passes on an ordinary batch, because there the two formulas agree. It
# finds the bug only on a batch whose rows lie far apart. A check is as good as the batch it looks at.
#
# **The fix:** `z.max(axis=1, keepdims=True)`: for each row its own maximum.
#
# *Equal on paper is not equal in floating point.*
#
# </details>

# %% [markdown]
# ## Exhibit 3
#
# **Symptoms:** none in the curve; another batch size crashes. The curve is below. **What is wrong? How would you find it?**
#
# <details><summary>The diagnosis</summary>
#
# **the bias gradient summed over the wrong axis**
#
# ```python
# "b1": dz1.sum(axis=1)                          # broken: sums over units, not over examples
# ```
#
# `dz1` has a row for each example and a column for each unit. The bias is shared by all examples, so its
# gradient sums over the rows: `axis=0`. The wrong axis gives one number for each *example*, which should
# not fit the bias at all. Unless the batch is as large as the layer. Ours is: 128 and 128.
#
# </details>

# %% jupyter={"source_hidden": true}
def backward_axis(params, X, Y):
    z1, a1, logits = forward(params, X)
    dlogits = (softmax(logits) - Y) / len(X)
    dz1 = dlogits @ params["W2"].T * (z1 > 0)
    return {"W1": X.T @ dz1, "b1": dz1.sum(axis=1),                  # <- the bug
            "W2": a1.T @ dlogits, "b2": dlogits.sum(axis=0)}

try:
    train(params, X_train, Y_train, backward=backward_axis, batch_size=100)
    raise AssertionError("a batch of 100 should not fit a bias of 128")
except ValueError as problem:
    print("batch size 100:", problem)

# %% jupyter={"source_hidden": true}
# alt: validation accuracy and loss of the right and the broken network: the two curves are nearly alike
_, broken = train(params, X_train, Y_train, backward=backward_axis)    # 128: not a word of complaint
checks = {"ordinary batch": gradient_check(params, X_few, Y_few, backward_axis),
          "batch of 128, shapes fit": gradient_check(
              params, X_train[:128], Y_train[:128], backward_axis)}
good, bad = exhibit("The bias gradient summed over the wrong axis", right, broken, checks,
                    "none in the curve; another batch size crashes")
assert checks["ordinary batch"]["b1"] == np.inf                        # a shape that does not fit
assert all(found(check) == ["b1"] for check in checks.values())
assert abs(good - bad) < 0.03

# %% [markdown]
# <details><summary>More about exhibit 3</summary>
#
# **The curve hides it.** The weights do nearly all the work, and 128 biases fed with noise hardly disturb them.
#
# **The gradient check** finds it on both batches. With 20 images the shape is wrong (shown as `inf`). With
# 128 the shape fits, and the values give it away.
#
# The same slip in the second layer has a twist. Every row of $p - y$ sums to one minus one. Summed over the
# wrong axis, that gradient is zero: an output bias that never learns.
#
# </details>

# %% jupyter={"source_hidden": true}
dlogits = (softmax(forward(params, X_few)[2]) - Y_few) / len(X_few)
print("wrong axis, largest:", np.abs(dlogits.sum(axis=1)).max().round(12))
print("right axis:", dlogits.sum(axis=0).round(2))
assert np.allclose(dlogits.sum(axis=1), 0)
assert not np.allclose(dlogits.sum(axis=0), 0)

# %% [markdown]
# <details><summary>More about exhibit 3</summary>
#
# **The fix:** `dz1.sum(axis=0)`. And while you test, choose sizes that differ: batch 20, hidden 128,
# classes 10. Then a wrong axis cannot fit by accident.
#
# *Equal sizes hide swapped axes.*
#
# </details>

# %% [markdown]
# ## Exhibit 4
#
# **Symptoms:** huge first loss, then stuck at one answer, loss near ln 10. The curve is below. **What is wrong? How would you find it?**
#
# <details><summary>The diagnosis</summary>
#
# **pixels not scaled**
#
# ```python
# X = pixels                                     # broken: 0 to 255
# X = pixels / 255                               # right: 0 to 1
# ```
#
# Pixels 255 times too large make the first logits 255 times too large. And the gradient of `W1` carries the
# pixels as a factor. The first steps are then so violent that they throw the hidden units far to the negative
# side, where ReLU is flat and no gradient comes back.
#
# </details>

# %% jupyter={"source_hidden": true}
# alt: validation accuracy and loss of the right and the broken network: the broken one has a huge first loss, then gets stuck near ln 10
X_raw, X_val_raw = X_train * 255, X_val * 255
raw_params, broken = train(params, X_raw, Y_train, validation=(X_val_raw, Y_val))
checks = {"ordinary batch": gradient_check(params, X_raw[:20], Y_few)}
good, bad = exhibit("Pixels not scaled", right, broken, checks,
                    "huge first loss, then stuck at one answer, loss near ln 10")
alive = [np.mean((forward(p, X)[0] > 0).any(axis=0))
         for p, X in ((trained, X_val), (raw_params, X_val_raw))]
print(f"hidden units that still answer to some image: right {alive[0]:.0%}, broken {alive[1]:.0%}")
print(f"first loss {broken['loss'][0]:.0f}, last loss {broken['loss'][-1]:.3f}, ln 10 = {np.log(10):.3f}")
assert not found(checks["ordinary batch"])
assert bad < 0.3
assert alive[1] < 0.2 < 0.6 < alive[0]
assert broken["loss"][0] > 100

# %% [markdown]
# <details><summary>More about exhibit 4</summary>
#
# **The gradient check** passes. The gradient is right; it is the right gradient of a badly posed problem.
#
# Does a smaller learning rate save it? Partly:
#
# </details>

# %% jupyter={"source_hidden": true}
rescued = {}
for rate in (1e-5, 1e-4, 1e-3):
    _, history = train(params, X_raw, Y_train, learning_rate=rate, validation=(X_val_raw, Y_val))
    rescued[rate] = history["accuracy"][-1]
    print(f"raw pixels, learning rate {rate:g}: {rescued[rate]:.1%}")
assert bad < max(rescued.values()) < right["accuracy"][-1] - 0.01

# %% [markdown]
# <details><summary>More about exhibit 4</summary>
#
# Why not fully? Because two things are wrong at once, and by different amounts. `W1` starts 255 times too large for
# these pixels. And its steps are 255² = 65,025 times too large: once because the gradient carries the pixels, once
# because the pixels multiply the step again. Correct exactly these two, and raw pixels give the very same curve:
#
# </details>

# %% jupyter={"source_hidden": true}
def mended_step(params, X, Y, learning_rate, backward):
    grads = backward(params, X, Y)
    grads["W1"] /= 255 ** 2
    update(params, grads, learning_rate)

start = {**params, "W1": params["W1"] / 255}
_, mended = train(start, X_raw, Y_train, step=mended_step, validation=(X_val_raw, Y_val))
print(f"raw pixels, both mended: {mended['accuracy'][-1]:.1%}, largest difference between the loss curves: "
      f"{np.abs(np.array(mended['loss']) - right['loss']).max():.0e}")
assert np.allclose(mended["loss"], right["loss"], rtol=1e-3)

# %% [markdown]
# <details><summary>More about exhibit 4</summary>
#
# **The fix:** divide by 255, in one place, for training, validation and every later image alike.
#
# *Look at the first loss: it should be near ln 10, not in the hundreds.*
#
# </details>

# %% [markdown]
# ## Exhibit 5
#
# **Symptoms:** stuck near chance; with a larger batch the same rate learns. The curve is below. **What is wrong? How would you find it?**
#
# <details><summary>The diagnosis</summary>
#
# **a learning rate too high for the batch**
#
# ```python
# train(..., batch_size=2, learning_rate=0.5)    # broken: 0.5 was chosen with a batch of 128
# ```
#
# With a batch of 128 the rate 0.5 serves well, as the last line under the picture shows. Nothing about it is wrong,
# except that it belongs to that batch size. A batch of 2 averages almost nothing out: each step follows two images
# wherever they point.
#
# </details>

# %% jupyter={"source_hidden": true}
rate, small = 0.5, 2
fitting_rate = rate * small / BATCH_SIZE                    # the rate shrinks with the batch
_, large = train(params, X_train, Y_train, learning_rate=rate)
_, broken = train(params, X_train, Y_train, batch_size=small, learning_rate=rate, epochs=EPOCHS // 2)
_, right_small = train(params, X_train, Y_train, batch_size=small, learning_rate=fitting_rate,
                       epochs=EPOCHS // 2)

# %% jupyter={"source_hidden": true}
# alt: validation accuracy and loss of the right and the broken network: the broken one is stuck near chance
checks = {"batch of 2": gradient_check(params, X_train[:small], Y_train[:small])}
good, bad = exhibit("Learning rate too high for the batch", right_small, broken, checks,
                    "stuck near chance; with a larger batch the same rate learns",
                    (f"rate {fitting_rate:.4f}", f"rate {rate}"))
print(f"the same rate {rate} with a batch of {BATCH_SIZE}: {large['accuracy'][-1]:.1%}")
assert not found(checks["batch of 2"])
assert bad < 0.6
assert good > 0.85
assert large["accuracy"][-1] > 0.9

# %% jupyter={"source_hidden": true}
def spread(size, n=50):
    """How far the gradients of batches of this size lie from the average gradient, relative to it."""
    rng, whole = np.random.default_rng(SEED), backward(params, X_train, Y_train)["W1"]
    batches = [rng.choice(N_TRAIN, size, replace=False) for _ in range(n)]
    away = [np.linalg.norm(backward(params, X_train[b], Y_train[b])["W1"] - whole) for b in batches]
    return np.mean(away) / np.linalg.norm(whole)

noise = {size: spread(size) for size in (2, 128)}
for size, value in noise.items():
    print(f"batch of {size:>3}: the noise is {value:.1f} times as long as the gradient")
assert noise[2] > 5 * noise[128]

# %% [markdown]
# <details><summary>More about exhibit 5</summary>
#
# **The gradient check** passes, and must: the gradient of these two images is right. The step
# along it is too long.
#
# **The fix:** a smaller rate. A useful first guess: halve the rate when you halve the batch.
#
# *A learning rate is half a setting. The other half is the batch size.*
#
# </details>

# %% [markdown]
# ## Exhibit 6
#
# **Symptoms:** loss settles at the variance of the targets; one answer for all. The curve is below. **What is wrong? How would you find it?**
#
# <details><summary>The diagnosis</summary>
#
# **`(n,) - (n, 1)`**
#
# ```python
# error = score - target                         # broken: (n,) minus (n, 1) is (n, n)
# ```
#
# NumPy stretches a row and a column into a table (**broadcasting**): every score minus every target. There is no
# warning. For this exhibit the network gets a single output and a simpler question, *is the digit odd?*, with the
# squared error. The targets are a column. The scores have lost their second axis.
#
# </details>

# %% jupyter={"source_hidden": true}
odd_train, odd_val = (labels_train % 2)[:, None], (labels_val % 2)[:, None]        # columns: (n, 1)
odd_few = odd_train[:20]

def squared_error(logits, Y):
    return ((logits - Y) ** 2).mean()

def squared_error_table(logits, Y):
    score = logits[:, 0]
    return ((score - Y) ** 2).mean()                                # <- the bug: (n,) - (n, 1)

def odd_accuracy(params, X, Y):
    return ((forward(params, X)[2] > 0.5) == Y).mean()

logits = forward(init_params(np.random.default_rng(SEED), (784, HIDDEN, 1)), X_few)[2]
print("right", (logits - odd_few).shape, "  broken", (logits[:, 0] - odd_few).shape)
assert (logits[:, 0] - odd_few).shape == (20, 20)

# %% [markdown]
# <details><summary>More about exhibit 6</summary>
#
# The gradients below are derived faithfully, each from its own loss. This is also what automatic
# differentiation would do.
#
# </details>

# %% jupyter={"source_hidden": true}
def backward_odd(params, X, Y):
    z1, a1, logits = forward(params, X)
    return backpropagate(params, X, z1, a1, 2 * (logits - Y) / len(X))

def backward_table(params, X, Y):
    z1, a1, logits = forward(params, X)
    table = logits[:, 0] - Y                       # row i, column j: score of j minus target of i
    return backpropagate(params, X, z1, a1, 2 * table.mean(axis=0)[:, None] / len(X))

odd_params = init_params(np.random.default_rng(SEED), sizes=(784, HIDDEN, 1))
settings = {"accuracy": odd_accuracy, "learning_rate": 0.05, "validation": (X_val, odd_val)}
odd_trained, odd_right = train(odd_params, X_train, odd_train, backward_odd, loss=squared_error, **settings)
table_trained, broken = train(odd_params, X_train, odd_train, backward_table,
                              loss=squared_error_table, **settings)

# %% jupyter={"source_hidden": true}
# alt: validation accuracy and loss of the right and the broken network: the broken one's loss settles at the variance of the targets
checks = {"ordinary batch": gradient_check(
              odd_params, X_few, odd_few, backward_table, squared_error_table),
          "slip in the loss only": gradient_check(
              odd_params, X_few, odd_few, backward_odd, squared_error_table)}
good, bad = exhibit("(n,) - (n, 1) broadcasting", odd_right, broken, checks,
                    "loss settles at the variance of the targets; one answer for all")
scores = [forward(p, X_val)[2] for p in (odd_trained, table_trained)]
print(f"spread of the scores: right {scores[0].std():.2f}, broken {scores[1].std():.2f}, "
      f"around {scores[1].mean():.2f}")
print(f"last broken loss {broken['loss'][-1]:.3f}; variance of the targets {odd_val.var():.3f}")
assert not found(checks["ordinary batch"])
assert found(checks["slip in the loss only"])
assert bad < 0.7 < 0.85 < good
assert scores[1].std() < 0.15 < 0.3 < scores[0].std()
assert abs(broken["loss"][-1] - odd_val.var()) < 0.03

# %% [markdown]
# <details><summary>More about exhibit 6</summary>
#
# Every score is compared with every target, so the best a score can do is to lie near the average
# target. The loss goes down, then stops at the targets' variance. It looks like a network too small for
# its task.
#
# **The gradient check** passes: the gradient is the right one *for this loss*. The check compares `backward`
# with the loss; it cannot know that the loss is not the one you meant. Only when the slip sits in one of
# the two does it object.
#
# **The fix:** keep both as columns, and say so: `assert logits.shape == Y.shape` as the first line of a loss.
#
# *The gradient check trusts the loss. An assert on two shapes does not.*
#
# </details>

# %% [markdown]
# ## Exhibit 7
#
# **Symptoms:** explodes at a rate that suits the right network; none at a smaller one. The curve is below. **What is wrong? How would you find it?**
#
# <details><summary>The diagnosis</summary>
#
# **W2 updated before its old value is used**
#
# ```python
# params["W2"] -= learning_rate * (a1.T @ dlogits)
# dz1 = dlogits @ params["W2"].T * (z1 > 0)      # broken: this is the new W2
# ```
#
# Backpropagation asks: how did the loss come about *with the weights that were used*? If you update each layer as soon
# as its gradient is known, you ask with other weights.
#
# </details>

# %% jupyter={"source_hidden": true}
def early_step(params, X, Y, learning_rate, backward=None):
    z1, a1, logits = forward(params, X)
    dlogits = (softmax(logits) - Y) / len(X)
    params["W2"] -= learning_rate * (a1.T @ dlogits)                # <- the bug: too early
    params["b2"] -= learning_rate * dlogits.sum(axis=0)
    dz1 = dlogits @ params["W2"].T * (z1 > 0)
    params["W1"] -= learning_rate * (X.T @ dz1)
    params["b1"] -= learning_rate * dz1.sum(axis=0)

def gradient_of_step(step, rate):
    """A step has no gradient to show, so read it off: (before - after) / rate."""
    def backward_from_step(params, X, Y):
        after = {name: values.copy() for name, values in params.items()}
        step(after, X, Y, rate, backward)
        return {name: (params[name] - after[name]) / rate for name in params}
    return backward_from_step

# %% jupyter={"source_hidden": true}
rates = (LEARNING_RATE, 1e-2, 1e-4, 1e-7)
by_rate = [gradient_check(params, X_few, Y_few, gradient_of_step(early_step, rate)) for rate in rates]
reference = gradient_check(params, X_few, Y_few, gradient_of_step(right_step, LEARNING_RATE))
for rate, check in zip(rates, by_rate, strict=True):
    say(f"early step, rate {rate:g}", check)
say("right step, for comparison", reference)
assert not found(reference)
assert 50 < by_rate[1]["W1"] / by_rate[2]["W1"] < 200       # a hundredth of the rate and of the error

# %% jupyter={"source_hidden": true}
# alt: validation accuracy and loss of the right and the broken network: the broken one learns, and then explodes
checks = {f"step at rate {rates[0]:g}": by_rate[0], f"step at rate {rates[-1]:g}": by_rate[-1]}
with np.errstate(over="ignore", invalid="ignore"):
    _, broken = train(params, X_train, Y_train, step=early_step)
    good, bad = exhibit("W2 updated before its old value is used", right, broken, checks,
                        "explodes at a rate that suits the right network; none at a smaller one")
assert found(by_rate[0]) == ["W1", "b1"]
assert not found(by_rate[-1])
assert good > 0.9
assert bad < 0.3

# %% [markdown]
# <details><summary>More about exhibit 7</summary>
#
# It learns, and then it explodes. So is it a bug that shouts? Only when the rate is high enough:
#
# </details>

# %% jupyter={"source_hidden": true}
finals = {}
for rate in (0.02, 0.05, 0.3):
    with np.errstate(over="ignore", invalid="ignore"):
        runs = [train(params, X_train, Y_train, step=step, learning_rate=rate)[1]
                for step in (right_step, early_step)]
    finals[rate] = [run["accuracy"][-1] for run in runs]
    print(f"learning rate {rate:<4}: right {finals[rate][0]:.1%}, broken {finals[rate][1]:.1%}")
assert all(abs(np.subtract(*finals[rate])) < 0.02 for rate in (0.02, 0.05))
assert finals[0.3][0] > 0.9
assert finals[0.3][1] < 0.3

# %% [markdown]
# <details><summary>More about exhibit 7</summary>
#
# **At a small rate it trains as well as the right one.** The new `W2` is nearly the old one. A learner who meets
# the explosion, lowers the rate and sees it gone will blame the rate.
#
# Where does the explosion come from? Write $\delta$ for `dlogits` and $\eta$ for the learning rate. The new $W_2$
# is $W_2 - \eta\, a_1^\top \delta$, so the hidden units that are active receive the extra gradient
#
# $$-\eta\,(\delta\delta^\top)\, a_1.$$
#
# On the whole, a step *against* it makes active units more active, and the more so the more active they are. That feeds
# on itself.
#
# </details>

# %% jupyter={"source_hidden": true}
z1, a1, logits = forward(params, X_few)
dlogits, kept = (softmax(logits) - Y_few) / len(X_few), params["W2"]
early = kept - LEARNING_RATE * a1.T @ dlogits
extra = dlogits @ early.T - dlogits @ kept.T
assert np.allclose(extra, -LEARNING_RATE * (dlogits @ dlogits.T) @ a1)        # the formula above
assert np.sum(extra * a1) < 0                                # so a step against it makes a1 larger
print(f"extra gradient along the activations: {np.sum(extra * a1):.4f} (negative: they will grow)")

# %% [markdown]
# <details><summary>More about exhibit 7</summary>
#
# **The gradient check** has a blind spot here. A check that calls a tidy `backward` never sees the bug,
# because it lives in the step. Read the gradient off the step itself and it shows in `W1` and `b1`, with an error
# in proportion to the learning rate. At a rate of 1e-7 the same check passes.
#
# **The fix:** compute all gradients, then update. Two functions, `backward` and `update`, make the mistake hard to
# write.
#
# *Check the code that runs, with the settings it runs with.*
#
# </details>

# %% [markdown]
# ## Exhibit 8
#
# **Symptoms:** first loss exactly ln 10, and it stays there. The curve is below. **What is wrong? How would you find it?**
#
# <details><summary>The diagnosis</summary>
#
# **zero initialisation**
#
# ```python
# W1, W2 = np.zeros((784, 128)), np.zeros((128, 10))      # broken
# ```
#
# With `W1` at zero every hidden unit is zero, so `W2` gets no gradient. With `W2` at zero nothing comes back
# through it, so `W1` gets none either. Only `b2` can move.
#
# </details>

# %% jupyter={"source_hidden": true}
# alt: validation accuracy and loss of the right and the broken network: the broken one's loss starts at ln 10 and stays there
zeros = {name: np.zeros_like(values) for name, values in params.items()}
zero_trained, broken = train(zeros, X_train, Y_train)
checks = {"ordinary batch": gradient_check(zeros, X_few, Y_few)}
good, bad = exhibit("Zero initialisation", right, broken, checks,
                    "first loss exactly ln 10, and it stays there")
moved = [name for name in zeros if zero_trained[name].any()]
print(f"moved during training: {moved};  first loss {broken['loss'][0]:.6f},  ln 10 = {np.log(10):.6f}")
assert moved == ["b2"]
assert np.isclose(broken["loss"][0], np.log(10))
assert not found(checks["ordinary batch"])
assert bad < 0.2

# %% [markdown]
# <details><summary>More about exhibit 8</summary>
#
# **The gradient check** passes, with a difference of exactly zero: three of the four gradients *are*
# zero, and `backward` says so.
#
# Is it the zero that hurts? No: it is the sameness. Units that start equal get equal gradients and stay equal; random
# weights *break the symmetry*. Zeros in `W2` alone do little harm, because a random `W1` keeps the units apart.
#
# </details>

# %% jupyter={"source_hidden": true}
same = {"W1": np.full((784, HIDDEN), 0.01), "b1": np.zeros(HIDDEN),
        "W2": np.full((HIDDEN, 10), 0.01), "b2": np.zeros(10)}
same_trained, same_history = train(same, X_train, Y_train, learning_rate=0.05)
_, random_history = train(params, X_train, Y_train, learning_rate=0.05)
_, half_history = train({**params, "W2": zeros["W2"]}, X_train, Y_train)
different = np.abs(same_trained["W1"] - same_trained["W1"][:, :1]).max()
print(f"all weights 0.01: {same_history['accuracy'][-1]:.1%} (random weights at the same rate: "
      f"{random_history['accuracy'][-1]:.1%}); its 128 units differ by {different:.0e}")
print(f"only W2 zero, W1 random: {half_history['accuracy'][-1]:.1%}")
assert different < 1e-9
assert same_history["accuracy"][-1] < random_history["accuracy"][-1] - 0.2
assert half_history["accuracy"][-1] > good - 0.03

# %% [markdown]
# <details><summary>More about exhibit 8</summary>
#
# **The fix:** random weights of the right size, `rng.normal(0, np.sqrt(2 / n_in), ...)`. Biases may
# start at zero.
#
# *A hidden layer whose units are all alike is one unit.*
#
# </details>

# %% [markdown]
# ## Exhibit 9
#
# **Symptoms:** accuracy at chance, validation loss near ln 10 or above. The curve is below. **What is wrong? How would you find it?**
#
# <details><summary>The diagnosis</summary>
#
# **shuffled images, unshuffled labels**
#
# ```python
# X = X[rng.permutation(len(X))]                 # broken: the labels stay where they were
# ```
#
# The most human of bugs: two arrays that belong together, and only one of them moved.
#
# </details>

# %% jupyter={"source_hidden": true}
# alt: ten images, each with the label that now stands beside it: most do not belong together
X_shuffled = X_train[np.random.default_rng(SEED).permutation(N_TRAIN)]              # <- the bug
_, axes = plt.subplots(1, 10, figsize=(9, 1.3), layout="constrained")
for axis, image, label in zip(axes, X_shuffled[:10], labels_train[:10], strict=True):
    axis.imshow(image.reshape(28, 28), cmap="gray_r")
    axis.set_title(f"“{label}”")
    axis.set_axis_off()
plt.show()
agree = np.mean((X_shuffled[:, None] == X_train[:, None]).all(axis=(1, 2)))
print(f"images still beside their own label: {agree:.2%}")
assert agree < 0.01

# %% jupyter={"source_hidden": true}
# alt: validation accuracy and loss of the right and the broken network: the broken one's accuracy is at chance, its loss near ln 10 or above
_, broken = train(params, X_shuffled, Y_train)
checks = {"ordinary batch": gradient_check(params, X_shuffled[:20], Y_few)}
good, bad = exhibit("Shuffled images with unshuffled labels", right, broken, checks,
                    "accuracy at chance, validation loss near ln 10 or above")
few, _ = train(params, X_shuffled[:20], Y_few, batch_size=20, learning_rate=0.1, epochs=400,
               validation=(X_few, Y_few))
memorised = accuracy(few, X_shuffled[:20], Y_few)
print(f"lowest validation loss {min(broken['loss']):.2f}, ln 10 = {np.log(10):.2f}")
print(f"can it memorise 20 wrongly labelled images? {memorised:.0%} of them")
assert not found(checks["ordinary batch"])
assert memorised == 1
assert bad < 0.25
assert min(broken["loss"]) > np.log(10) - 0.1

# %% [markdown]
# <details><summary>More about exhibit 9</summary>
#
# **The gradient check** passes. It asks whether the gradient fits the loss, and has never seen a digit. The other good
# habit fails too: *overfit twenty images first* succeeds, because a network can memorise nonsense as well.
#
# What finds it is the oldest instrument: look at ten images with their labels, taken from the very arrays that
# go into `train`.
#
# **The fix:** shuffle an index and use it for both: `X[rows], Y[rows]`.
#
# *Look at what goes in.*
#
# </details>

# %% [markdown]
# ## Exhibit 10
#
# **Symptoms:** loss starts just below -ln(eps) = 18.4 and falls slowly, if at all. The curve is below. **What is wrong? How would you find it?**
#
# <details><summary>The diagnosis</summary>
#
# **`log(p + eps)` hides the dead predictions**
#
# ```python
# loss = -np.log(p[true] + 1e-8)                 # broken: can never exceed 18.4
# ```
#
# The small number is there so that `log(0)` does not crash. It also puts a lid on the loss: a
# confident mistake costs 18.4 and no more, however confident. Where the loss is flat, the gradient is zero.
# The prediction is dead: it no longer asks for anything.
#
# </details>

# %% jupyter={"source_hidden": true}
EPS = 1e-8

def capped_loss(logits, Y):
    return -(Y * np.log(softmax(logits) + EPS)).sum(axis=1).mean()  # <- the bug

def backward_capped(params, X, Y):
    z1, a1, logits = forward(params, X)
    p = softmax(logits)
    dp = -Y / (p + EPS) / len(X)                                    # the derivative of capped_loss
    dlogits = p * (dp - (dp * p).sum(axis=1, keepdims=True))        # through softmax
    return backpropagate(params, X, z1, a1, dlogits)

# %% jupyter={"source_hidden": true}
pushes = {}
for logit in (0, -10, -20, -40):                       # the true class falls further and further behind
    z, Y = np.array([[logit, 0.0]]), np.array([[1.0, 0.0]])
    p = softmax(z)[0, 0]
    pushes[logit] = (1 - p) * p / (p + EPS)
    print(f"logit {logit:>3}: true loss {cross_entropy(z, Y):5.1f}, capped {capped_loss(z, Y):5.1f};  "
          f"push on the logit: true {1 - p:.2f}, capped {pushes[logit]:.0e}")
assert pushes[-40] < 1e-9
assert capped_loss(z, Y) < -np.log(EPS) < cross_entropy(z, Y)

# %% [markdown]
# <details><summary>More about exhibit 10</summary>
#
# With a good start predictions hardly ever fall so low, and the two networks are twins. So give both the
# start that many first attempts have: weights straight from `rng.normal(0, 1)`, far too large. Now nearly
# every wrong prediction is dead before the first step.
#
# </details>

# %% jupyter={"source_hidden": true}
_, twin = train(params, X_train, Y_train, backward_capped, loss=capped_loss)
rng = np.random.default_rng(SEED)
big = {name: rng.normal(0, 1, values.shape) if name[0] == "W" else values
       for name, values in params.items()}
p = softmax(forward(big, X_train)[2])
dead = (p * Y_train).sum(axis=1) < EPS
dead_if_wrong = np.mean(dead[p.argmax(axis=1) != labels_train])
_, right_big = train(big, X_train, Y_train, learning_rate=0.02)
big_trained, broken = train(big, X_train, Y_train, backward_capped, loss=capped_loss, learning_rate=0.02)
print(f"good start: {twin['accuracy'][-1]:.1%} with the bug, {right['accuracy'][-1]:.1%} without")
print(f"large start: {dead.mean():.0%} of all predictions are dead, {dead_if_wrong:.0%} of the wrong ones")
assert abs(twin["accuracy"][-1] - right["accuracy"][-1]) < 0.03
assert dead.mean() > 0.7
assert dead_if_wrong > 0.9

# %% jupyter={"source_hidden": true}
# alt: validation accuracy and loss of the right and the broken network: the broken one's loss starts just below -ln(eps) = 18.4 and falls slowly, if at all
checks = {"ordinary batch": gradient_check(params, X_few, Y_few, backward_capped, capped_loss),
          "dead predictions": gradient_check(big, X_few, Y_few, backward_capped, capped_loss),
          "dead, p - y as gradient": gradient_check(big, X_few, Y_few, backward, capped_loss)}
good, bad = exhibit("log(p + eps) hides dead predictions", right_big, broken, checks,
                    "loss starts just below -ln(eps) = 18.4 and falls slowly, if at all")
true_loss = cross_entropy(forward(big_trained, X_val)[2], Y_val)
print(f"at the end the broken run reports a loss of {broken['loss'][-1]:.1f}; "
      f"the true one is {true_loss:,.0f}")
assert not found(checks["ordinary batch"])
assert not found(checks["dead predictions"])
assert found(checks["dead, p - y as gradient"])
assert not found(gradient_check(params, X_few, Y_few, backward, capped_loss))    # not on an ordinary one
assert bad < good - 0.15
assert broken["loss"][0] < -np.log(EPS) < min(true_loss, right_big["loss"][0])

# %% [markdown]
# <details><summary>More about exhibit 10</summary>
#
# Look at the right half of the picture: at the start the broken loss is the *smaller* one. It looks better
# because it does not count.
#
# **The gradient check** passes, even on a batch of dead predictions: their gradient is zero, and the capped loss
# agrees. It objects only if you mix the two worlds, the lid on the loss and $p - y$ as the gradient, and only on a
# batch that has dead predictions in it.
#
# **The fix:** never take the logarithm of a softmax. Compute the loss from the logits, with log-sum-exp, as
# `cross_entropy` above does. It needs no epsilon.
#
# *An epsilon that hides an error does not remove it.*
#
# </details>

# %% [markdown]
# ## The whole collection
#
# How many of the ten does the gradient check find?

# %%
at_once = [number for number, row in enumerate(museum, 1) if found(next(iter(row["checks"].values())))]
elsewhere = [number for number, row in enumerate(museum, 1)
             if number not in at_once and any(found(check) for check in row["checks"].values())]
never = [number for number in range(1, 11) if number not in at_once + elsewhere]
print(f"at the first try: {at_once};  only in special circumstances: {elsewhere};  not at all: {never}")
assert (at_once, elsewhere, never) == ([1, 3, 7], [2, 6, 10], [4, 5, 8, 9])

# %% [markdown]
# The gradient check answers one question, and answers it well: *is this gradient the slope of this loss, on this batch,
# at these parameters?* It cannot know whether the loss is the one you meant (6, 10), whether the batch is a hard one
# (2), whether the step is sensible (5), whether the start is (8), or whether the data are (4, 9). For those there are
# other instruments, older and simpler: look at the data, look at the first loss, assert the shapes, compare two runs
# that differ in one thing.
#
# And the curve alone? Compare the two columns of accuracies below: some bugs cost almost nothing
# that a curve could show.

# %%
class Table:
    """Rows of text, shown as a table in a notebook and as lines elsewhere."""
    def __init__(self, *rows):
        self.rows = rows
    def __repr__(self):
        return "\n".join(" | ".join(row) for row in self.rows)
    def _repr_html_(self):
        cell = '<td style="text-align:left">{}</td>'
        lines = ("".join(cell.format(html.escape(text)) for text in row) for row in self.rows)
        head, *body = (f"<tr>{line}</tr>" for line in lines)
        return f"<table><thead>{head.replace('td', 'th')}</thead><tbody>{''.join(body)}</tbody></table>"

def verdict(check):
    return "yes (" + ", ".join(found(check)) + ")" if found(check) else "no"

# %%
rows = [("bug", "does the gradient check find it?", "accuracy, broken", "accuracy, right", "symptom")]
for number, row in enumerate(museum, 1):
    findings = "; ".join(f"{where}: {verdict(check)}" for where, check in row["checks"].items())
    rows.append((f"{number}. {row['bug']}", findings, f"{row['broken']:.1%}", f"{row['right']:.1%}",
                 row["symptom"]))
assert len(museum) == 10
Table(*rows)
