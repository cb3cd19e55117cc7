"""Draw the cheat sheet: the lesson on one page of A4.

    python lessons/cheatsheet.py cheatsheet.pdf
"""

import sys

import matplotlib.pyplot as plt

A4 = (8.27, 11.69)  # inches
STATIONS = {"X": "(n, 784)", "z1": "(n, 128)", "a1": "(n, 128)", "logits": "(n, 10)", "p": "(n, 10)", "loss": ""}
STEPS = ("X @ W1 + b1", "max(z1, 0)", "a1 @ W2 + b2", "softmax", "−ln p[right]")
BOXES = {
    "Forward": (
        r"$z_1 = XW_1 + b_1 \qquad a_1 = \max(z_1, 0) \qquad \mathrm{logits} = a_1W_2 + b_2$",
        r"$p_k = e^{z_k - c}\,/\,\sum_j e^{z_j - c}$, with $c$ the row's maximum",
        r"$\mathrm{loss} = -\frac{1}{n}\sum \ln p_{right}$;   before learning: $\ln 10 = 2.303$",
    ),
    "Backward": (
        r"$d\mathrm{logits} = (p - y)/n$",
        r"$dW_2 = a_1^T\,d\mathrm{logits} \qquad db_2 = \sum d\mathrm{logits}$",
        r"$dz_1 = (d\mathrm{logits}\;W_2^T)\cdot[z_1 > 0]$",
        r"$dW_1 = X^T dz_1 \qquad db_1 = \sum dz_1$",
        r"a gradient has the shape of what it belongs to; check it: $\frac{L(w + h) - L(w - h)}{2h}$, $h = 10^{-5}$",
    ),
    "Step": (
        r"SGD: $W \leftarrow W - \eta\,dW$",
        r"momentum: $v \leftarrow \beta v + dW$, $W \leftarrow W - \eta v$",
        r"Adam: $m, s$ = means of $g, g^2$;  $W \leftarrow W - \eta\,\hat m/(\sqrt{\hat s} + \epsilon)$",
        r"weight decay: $dW + s\,W$ (not for biases);  start: $W \sim N(0, 2/n_{in})$, $b = 0$",
    ),
    "Shapes in NumPy": (
        "(n, in) @ (in, out) + (out,) → (n, out)",
        "A.sum(axis=0): down the columns;  A.sum(axis=1, keepdims=True): along the rows, stays a column",
        "(n,) − (n, 1) is (n, n): assert the shapes",
    ),
    "When it does not learn": (
        "loss at the start far from ln 10: scale of the input (÷ 255), or of the weights",
        "loss explodes: learning rate too high for the batch size;  nothing moves: too low",
        "cannot learn 20 images by heart: a bug; run the gradient check",
        "learns, but badly: look at ten images with their labels, taken from what goes into training",
        "training good, validation bad: overfitting; more data, stop earlier, decay, dropout",
    ),
    "Honest numbers": (
        "train: to learn;  validation: to choose;  test: once",
        r"accuracy $\pm\ 1.96\sqrt{a(1 - a)/n}$;  10,000 images, 98 %: $\pm$ 0.27 %",
        "whose hands?  a test set from the same writers says nothing about others",
    ),
}


def draw_network(ax):
    """Draw the map of the network: its arrays with their shapes, and the step between each two."""
    for x, (name, shape) in enumerate(STATIONS.items()):
        box = {"boxstyle": "round", "facecolor": "#FFF6CC", "edgecolor": "#777777"}
        ax.text(x, 0, f"{name}\n{shape}" if shape else name, ha="center", va="center", fontsize=9, bbox=box)
    for x, step in enumerate(STEPS):
        ax.annotate("", (x + 0.7, 0), (x + 0.3, 0), arrowprops={"arrowstyle": "->"})
        ax.text(x + 0.5, 0.75, step, ha="center", fontsize=7.5)
    ax.set(xlim=(-0.5, 5.5), ylim=(-1, 1.2))
    ax.axis("off")


def sheet():
    """Return the page as a figure."""
    figure = plt.figure(figsize=A4)
    figure.text(0.07, 0.95, "A neural network on one page", fontsize=18, weight="bold")
    draw_network(figure.add_axes((0.05, 0.85, 0.9, 0.08)))
    y = 0.83
    for title, lines in BOXES.items():
        figure.text(0.07, y, title, fontsize=12, weight="bold", color="#0072B2")
        for line in lines:
            y -= 0.0235
            figure.text(0.09, y, line, fontsize=9.5)
        y -= 0.034
    figure.text(0.07, 0.03, "tendigits: mnist.ipynb, sections 4 to 11; more in lessons/glossary.md", fontsize=8, color="#777777")
    return figure


if __name__ == "__main__":
    sheet().savefig(sys.argv[1] if len(sys.argv) > 1 else "cheatsheet.pdf", metadata={"CreationDate": None})
