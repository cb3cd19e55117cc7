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
# # A class makes its own data set
#
# In the lesson, the network learned from the handwriting of American census employees and students, and we tested it on
# the same kind of people. Now it is your turn. Your class writes digits on printed sheets, photographs them, and makes
# a data set of its own. Then you train, compare, and talk about whose hands a network has seen.
#
# This chapter, unlike the others, uses the package: `pip install tendigits[all]`, or `pip install .[all]` in this
# project's folder. If the notebook runs to its end, everything it asserts holds on your machine.
#
# - **You need:** a printer, dark pens, a phone; Python, and the package `tendigits`
# - **You should know:** what training, validation and test mean (the first lesson, section 2)
# - **It takes:** about half a minute to run; a double period with a class
# - **No class at hand?** Leave `PHOTOS` empty: five imagined pupils fill in the sheets
#
# **The path**, with minutes: 0 Before you begin (10) · 1 Print and write (20) · 2 Collect (15) · 3 Look (10) · 4 Train
# and compare (20) · 5 Talk (15)

# %% [markdown]
# ## 0. Before you begin
#
# Handwriting belongs to a person. Anybody may say no, and nobody needs to give a reason. Use **pseudonyms** ("pupil
# 7"), keep the list of names off the computer, and agree on when the pictures and the data set will be deleted. Nothing
# here leaves your computer.

# %%
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import matplotlib.pyplot as plt
import numpy as np

import tendigits
from tendigits.sheets.draw import figure
from tendigits.sheets.layout import form

# %%
PHOTOS = []   # your photos: ["photo1.jpg", "photo2.jpg"]
FOLDER = Path(tempfile.mkdtemp())  # or a folder of yours, to keep what is made
QUICK = os.environ.get("TENDIGITS_LESSON_QUICK") == "1"
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#777777"  # after, before, and neither
print("QUICK" if QUICK else "Let us begin.")

# %%
def run(*arguments):
    """Run a command as in a terminal, `tendigits ...`, and show what it says."""
    print("$ tendigits", *arguments)
    done = subprocess.run([sys.executable, "-m", "tendigits", *map(str, arguments)], cwd=FOLDER,
                          capture_output=True, text=True)
    said = (done.stdout + done.stderr).replace(str(FOLDER), "").strip()
    print("\n".join(line for line in said.splitlines() if "epoch" not in line.lower()))
    assert done.returncode in (0, 2), "the command failed; it says why above"


# %% [markdown]
# ## 1. Print and write
#
# Each box of a sheet says which digit belongs in it. The squares in the corners tell the program where the boxes are,
# even if the photo is askew. Print a sheet for each pupil.

# %%
run("sheet", "--writer", "pupil 1", "--writer", "pupil 2", "--rows", 6)
assert (FOLDER / "sheet.pdf").exists()

# %% [markdown]
# No class at hand? Then five imagined pupils write. Their 1 has a long upstroke, as in much of Europe, and each leans
# in their own way. (Strokes through points, as in section 13 of the first lesson.)

# %%
def arc(x, y, width, height, start, stop):
    """Points on an ellipse, from one angle to another (degrees, clockwise from the right)."""
    angle = np.radians(np.linspace(start, stop, 20))
    return [(x + width * np.cos(a), y + height * np.sin(a)) for a in angle]


# %%
STROKES = {  # (x, y), from the top left of a square of side 1
    0: [arc(0.5, 0.5, 0.3, 0.5, 0, 360)],
    1: [[(0.15, 0.5), (0.6, 0.0), (0.6, 1.0)]],  # a long upstroke
    2: [[*arc(0.5, 0.28, 0.3, 0.28, 180, 390), (0.15, 1.0), (0.85, 1.0)]],
    3: [[*arc(0.45, 0.25, 0.3, 0.25, 200, 430), *arc(0.45, 0.74, 0.33, 0.26, 280, 520)]],
    4: [[(0.3, 0.0), (0.15, 0.55), (0.85, 0.55)], [(0.7, 0.1), (0.65, 1.0)]],
    5: [[(0.8, 0.0), (0.3, 0.0), (0.25, 0.42), *arc(0.45, 0.68, 0.33, 0.31, 240, 510)]],
    6: [[(0.65, 0.0), (0.3, 0.45), *arc(0.48, 0.73, 0.27, 0.27, 190, 550)]],
    7: [[(0.15, 0.05), (0.8, 0.0), (0.4, 1.0)], [(0.3, 0.5), (0.8, 0.5)]],  # with a bar
    8: [arc(0.5, 0.25, 0.25, 0.25, 90, 450), arc(0.5, 0.75, 0.29, 0.25, -90, 270)],
    9: [[*arc(0.48, 0.27, 0.27, 0.27, 0, 360), (0.75, 0.3), (0.65, 1.0)]],
}

# %%
def imagined_photo(number, rows=6):
    """A sheet filled in by an imagined pupil, as a picture file; return its name."""
    rng = np.random.default_rng(number)
    page = form(rows=rows, writer=f"pupil {number}")[0]
    sheet, lean, pen = figure(page), rng.uniform(-0.25, 0.25), rng.uniform(1.5, 3)
    for box in page.boxes():
        side = (box.right - box.left) * rng.uniform(0.5, 0.7)
        left, top = box.left + 0.2 * (box.right - box.left), box.top + 0.17 * (box.bottom - box.top)
        for stroke in STROKES[box.digit]:
            x, y = (np.array(stroke) + rng.normal(0, 0.02, np.shape(stroke))).T
            sheet.axes[0].plot(left + side * (0.9 * x + lean * (0.5 - y)), top + side * y, color="#333355", linewidth=pen)
    sheet.savefig(FOLDER / f"pupil{number}.png", dpi=110)
    return f"pupil{number}.png"


photos = [str(Path(photo).resolve()) for photo in PHOTOS] or [imagined_photo(i) for i in range(1, 6)]
print(len(photos), "photos")

# %%
# alt: a filled sheet: four marks in the corners, rows of boxes, a digit written in each
figure_, ax = plt.subplots(figsize=(4, 5.6))
ax.imshow(plt.imread(FOLDER / photos[0]), cmap="gray")
ax.axis("off")
plt.show()

# %% [markdown]
# ## 2. Collect
#
# One command finds the boxes, cuts out the digits, and brings them into MNIST's format. If it cannot read something, it
# says what, and why. `--review` makes a page on which you click whatever was written wrongly.

# %%
run("collect", *photos, "--out", "class", "--review")
data = tendigits.load(FOLDER / "class")
print(f"{len(data.train_labels)} digits to learn from, {len(data.test_labels)} to test on")
assert len(data.train_labels) > 0 and len(data.test_labels) > 0

# %% [markdown]
# ## 3. Look
#
# **Predict.** Should the test set of your class hold some digits from *everybody*, or all digits from *some*?
#
# <details><summary>Answer</summary>
#
# All digits from some. Otherwise the network has seen the test writers' hands, and the number says nothing about a new
# pupil. The package holds out whole writers where it can.
#
# </details>

# %%
writers = set(data.train_writers), set(data.test_writers)
print("to learn from:", ", ".join(sorted(writers[0])), "  to test on:", ", ".join(sorted(writers[1])))
assert not writers[0] & writers[1] or len(writers[0]) < 3  # whole writers are held out

# %%
# alt: thirty digits of the class, with the digit that was asked for above each
figure_, axes = plt.subplots(3, 10, figsize=(9.4, 3.2), layout="constrained")
chosen = np.random.default_rng(0).choice(len(data.train_labels), 30, replace=len(data.train_labels) < 30)
for ax, i in zip(axes.flat, chosen):
    ax.imshow(data.train_images[i], cmap="gray_r")
    ax.set_title(data.train_labels[i], fontsize=9, pad=2)
    ax.axis("off")
plt.show()

# %% [markdown]
# Is there a picture that does not show its digit? Open `review.html` in the folder, click that picture, replace
# `labels.csv` with the corrected one, and load again. A data set is only as good as the person who looked through it.
#
# ## 4. Train and compare
#
# Two networks: one that knows only the world it was trained on, and one that went on and learned from your class. Both
# are tested on pupils whom neither has seen.
#
# **Predict.** Which digits will the first network misread most?
#
# <details><summary>Answer</summary>
#
# Those that your class writes differently from its training data. For the imagined class, the 1 with its long upstroke
# is a candidate; see whether that is so.
#
# </details>

# %%
OTHERS = "digits" if QUICK else "auto"  # auto: MNIST if it can be had
run("train", "--data", OTHERS, "--epochs", 3, "--out", "before.npz")
run("train", "--data", "class", "--from", "before.npz", "--out", "after.npz")

# %%
before, after = (tendigits.Network.load(FOLDER / name) for name in ("before.npz", "after.npz"))
X, y = data.test_images.reshape(len(data.test_labels), -1), data.test_labels
right = {name: network.predict(X) == y for name, network in (("before", before), ("after", after))}
for name, ok in right.items():
    careful = (ok.sum() + 2) / (len(ok) + 4)  # two more right, two more wrong: else 100 % has no margin
    margin = 1.96 * np.sqrt(careful * (1 - careful) / (len(ok) + 4))
    print(f"{name:>6}: {ok.mean():.1%} of {len(ok)} digits of unseen pupils, ± {margin:.1%}")
assert right["after"].mean() >= right["before"].mean() - 0.05

# %%
# alt: for each digit, the share read before and after learning from the class, as two bars
figure_, ax = plt.subplots(figsize=(8.5, 2.6))
for shift, (name, ok), color in zip((-0.2, 0.2), right.items(), (ORANGE, BLUE)):
    ax.bar(np.arange(10) + shift, [100 * ok[y == d].mean() for d in range(10)], width=0.4, color=color, label=name)
ax.set(xlabel="digit", ylabel="read correctly, %", xticks=range(10))
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# The margins are wide: a few dozen digits from one or two pupils are not many. And what did the second network forget
# of the old world? The output of `train` tells you: *so much before, so much after*.

# %%
run("evaluate", "after.npz", "--data", "class", "--by", "writer")

# %% [markdown]
# ## 5. Talk
#
# - Whose hands had the first network seen? How could you have known *before* it failed?
# - In your class: who is not in the data set? Left-handed pupils? Those who were ill? Those who said no?
# - Who decided what a correct 1 looks like?
# - The second network reads your class better, and perhaps others worse. When is that a fair trade?
# - A school wants to read all its forms by machine, and the network is wrong for one pupil in every form. Who notices?
#   Who can complain?
#
# > **Take away.** A data set is a choice of people. Make the choice on purpose, write it down, and tell those who use
# > the network.
