"""Sphinx's configuration; `python -m docs OUT` builds the site."""

from pathlib import Path

import tendigits

HERE = Path(__file__).parent

project = "tendigits"
author = "The tendigits authors"
project_copyright = author
version = release = tendigits.__version__
language = "en"
root_doc = "docs/index"
PARALLEL = "src/tendigits/training/parallel/README.md"
include_patterns = ["docs/**", "lessons/*", "*.ipynb", "*.md", "benchmarks/*.md", PARALLEL]
exclude_patterns = ["README.md", "docs/live"]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "docs.mathml",
]
html_math_renderer = "mathml"
suppress_warnings = ["mystnb.unknown_mime_type"]

myst_enable_extensions = ["colon_fence", "dollarmath", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the lessons are run by their own tests, and keep what they printed
nb_render_markdown_format = "myst"

default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say them
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
numpydoc_xref_param_type = True
numpydoc_xref_ignore = {"optional", "default", "of", "or", "shape", "dtype", "with", "a", "an", "the", "in", "each"}

intersphinx_mapping = {  # the inventories lie here, so that nothing is fetched
    "python": ("https://docs.python.org/3", str(HERE / "inventories" / "python.inv")),
    "numpy": ("https://numpy.org/doc/stable", str(HERE / "inventories" / "numpy.inv")),
    "sklearn": ("https://scikit-learn.org/stable", str(HERE / "inventories" / "sklearn.inv")),
}

copybutton_prompt_text = r">>> |\.\.\. |\$ |    \$ "
copybutton_prompt_is_regexp = True

html_theme = "pydata_sphinx_theme"
html_title = "tendigits"
html_extra_path = ["live"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_theme_options = {
    "logo": {"text": "tendigits"},
    "navbar_align": "left",
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
}
html_sidebars = {f"docs/{page}": [] for page in ("index", "start", "faq", "compare")}  # nothing is below them
html_context = {"default_mode": "auto"}
html_show_sourcelink = True


def leave_module_docstrings(app, what, name, obj, options, lines):
    """Take away what a module says of itself, which is Markdown: its page has it already."""
    if what == "module":
        lines.clear()


def skip_metadata_routing(app, what, name, obj, skip, options):
    """Leave out what scikit-learn puts into every estimator to route metadata."""
    return True if name.endswith(("_request", "_metadata_routing")) else None


def setup(app):
    """Connect the above."""
    app.connect("autodoc-process-docstring", leave_module_docstrings, priority=900)
    app.connect("autodoc-skip-member", skip_metadata_routing)
