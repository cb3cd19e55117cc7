"""What people type instead of what there is, and what to tell them; two examples for the end of each --help."""

import difflib

import click

EXAMPLES = {
    "train": ("tendigits train", "tendigits train --recipe best --out best.npz"),
    "recipes": ("tendigits recipes", "tendigits train --recipe fast"),
    "evaluate": ("tendigits evaluate", "tendigits evaluate model.npz --data digits --plots figures"),
    "robustness": ("tendigits robustness", "tendigits robustness model.npz best.npz --json"),
    "score": ("tendigits score --seeds 5 --epochs 5", "tendigits score --seeds 5 --against '--optimizer adam'"),
    "predict": ("tendigits predict three.png", "tendigits predict scans/ --model model.npz --json"),
    "read": ("tendigits read page.jpg", "tendigits read form.png --grid"),
    "sheet": ("tendigits sheet --out sheet.pdf", "tendigits collect photo.jpg --out hand"),
    "collect": ("tendigits collect photo.jpg --out hand", "tendigits train --from model.npz --data hand"),
    "distort": ("tendigits distort --data digits --times 20 --out many", "tendigits train --data many"),
    "draw": ("tendigits draw", "tendigits draw model.npz --out page.html --no-open"),
    "watch": ("tendigits watch", "tendigits watch --help"),
    "export": ("tendigits export --to onnx", "tendigits export model.npz --to c --out digits.h"),
    "info": ("tendigits info", "tendigits info model.npz --json"),
    "doctor": ("tendigits doctor", "tendigits doctor > report.txt"),
    "completion": ("tendigits completion bash >> ~/.bashrc", "tendigits completion zsh >> ~/.zshrc"),
}
OTHER_NAMES = {  # of options, in other programs
    **dict.fromkeys(("lr", "eta", "rate", "learning_rate_init", "learning-rate-init"), "--learning-rate"),
    **dict.fromkeys(("bs", "batch", "batchsize", "minibatch"), "--batch-size"),
    **dict.fromkeys(("layers", "units", "hidden-layers", "hidden_layer_sizes", "hidden-layer-sizes"), "--hidden"),
    **dict.fromkeys(("opt", "solver"), "--optimizer"),
    **dict.fromkeys(("wd", "decay", "l2", "alpha"), "--weight-decay"),
    **dict.fromkeys(("o", "output", "save", "save-as", "model"), "--out"),
    **dict.fromkeys(("dataset", "d", "input"), "--data"),
    **dict.fromkeys(("e", "n-epochs", "iterations", "max-iter", "max_iter"), "--epochs"),
    **dict.fromkeys(("random-state", "random_state"), "--seed"),
    **dict.fromkeys(("jobs", "threads", "processes", "n_jobs", "n-jobs"), "--workers"),
    **dict.fromkeys(("format", "f"), "--to"),
    **dict.fromkeys(("continue",), "--resume"),
}


def examples(name: str) -> str:
    """Write the examples of a command, for the end of its --help.

    Parameters
    ----------
    name : str
        The command.

    Returns
    -------
    str
        Three lines, which click does not wrap.
    """
    return "\n".join(["\b", "Examples:", *(f"  {example}" for example in EXAMPLES[name])])


def no_such_option(error: click.NoSuchOption) -> str:
    """Say what to type instead of an option that there is not.

    Parameters
    ----------
    error : click.NoSuchOption
        What click says.

    Returns
    -------
    str
        A sentence or two.
    """
    context = error.ctx
    if context is None:
        return error.format_message()
    options = {name: each for each in context.command.params for name in each.opts if name.startswith("--")}
    typed = error.option_name.lstrip("-").lower()
    meant = OTHER_NAMES.get(typed)
    if typed == "model" and any(each.name in ("model", "models") for each in context.command.params):
        return f"The model is named without an option: {context.command_path} MODEL."
    if meant not in options:
        close = difflib.get_close_matches(f"--{typed.replace('_', '-')}", set(options) - {"--help"}, 1)
        meant = close[0] if close else None
    told = f"type {meant}" if meant else f"`{context.command_path.partition(' --')[0]} --help` lists those there are"
    return f"There is no option {error.option_name}: {told}."
