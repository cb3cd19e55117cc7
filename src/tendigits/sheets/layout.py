"""Where everything is on a sheet, in millimetres from its upper left corner, and which digit belongs in which box."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..errors import InputError

PAPERS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
MARK = 16.0  # from the edges of the paper to the centre of a corner mark
UNIT = 1.7  # of a mark, which is 7 × 7 of them: a black ring around white around a black square
SIDE, TOP, BOTTOM = 12.0, 33.0, 26.0  # between the edges of the paper and the boxes
ABOVE, GAP = 4.0, 2.0  # above a box, where the guide stands; between boxes
SMALLEST, LARGEST = 8.0, 30.0  # sides of a box
MOST = 255  # repeats, and pages
WRITER_BYTES = 16


@dataclass(frozen=True)
class Box:
    """A box to write in.

    Parameters
    ----------
    row, column : int
        Its place, counted from 0.
    left, top, right, bottom : float
        Its sides, in millimetres.
    digit : int or None
        What to write there; None on a blank sheet.
    """

    row: int
    column: int
    left: float
    top: float
    right: float
    bottom: float
    digit: int | None


@dataclass(frozen=True)
class Layout:
    """One page of a form.

    Parameters
    ----------
    rows, columns : int
        Boxes down and across.
    digits : tuple of int
        The digits to write; empty for a blank sheet, whose numbers are to be read.
    repeat : int
        How often each is to be written, over all pages.
    writer : str
        A pseudonym, at most 16 bytes of UTF-8; may be empty.
    paper : {"a4", "letter"}
        The paper.
    page, pages : int
        Which page it is, from 1 on, and of how many.

    Raises
    ------
    InputError
        If this does not fit on paper.
    """

    rows: int = 12
    columns: int = 10
    digits: tuple[int, ...] = tuple(range(10))
    repeat: int = 12
    writer: str = ""
    paper: str = "a4"
    page: int = 1
    pages: int = 1

    def __post_init__(self) -> None:
        if self.paper not in PAPERS:
            raise InputError(f"There is no paper {self.paper!r}: choose one of {', '.join(PAPERS)}.")
        if not (1 <= self.rows <= MOST and 1 <= self.columns <= MOST) or min(self.box_size) < SMALLEST:
            raise InputError(
                f"{self.rows} rows of {self.columns} boxes do not fit: a box should be at least {SMALLEST:g} mm wide "
                "and high; ask for fewer."
            )
        if len(set(self.digits)) < len(self.digits) or not set(self.digits) <= set(range(10)):
            raise InputError("Digits are 0 to 9, each at most once.")
        if not (1 <= self.repeat <= MOST and 1 <= self.page <= self.pages <= MOST):
            raise InputError(f"A form has 1 to {MOST} pages, and each digit is repeated 1 to {MOST} times.")
        if not self.writer.isprintable() or len(self.writer.encode()) > WRITER_BYTES:
            raise InputError(f"{self.writer!r} is too long or odd for a pseudonym: use at most {WRITER_BYTES} letters.")

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the paper, in millimetres."""
        return PAPERS[self.paper]

    @property
    def marks(self) -> tuple[tuple[float, float], ...]:
        """The centres (x, y) of the corner marks, clockwise from the upper left."""
        width, height = self.size
        right, bottom = width - MARK, height - MARK
        return (MARK, MARK), (right, MARK), (right, bottom), (MARK, bottom)

    @property
    def box_size(self) -> tuple[float, float]:
        """Width and height of a box, in millimetres."""
        width, height = self.size
        wide = (width - 2 * SIDE) / self.columns - GAP
        high = (height - TOP - BOTTOM) / self.rows - ABOVE
        return min(wide, LARGEST), min(high, LARGEST)

    def boxes(self) -> Iterator[Box]:
        """Go through the boxes of this page, row by row; after the last digit there are no more.

        Yields
        ------
        Box
            The next box.
        """
        (width, height), per_page = self.box_size, self.rows * self.columns
        for i in range(per_page):
            number = (self.page - 1) * per_page + i
            if self.digits and number >= len(self.digits) * self.repeat:
                return
            row, column = divmod(i, self.columns)
            left, top = SIDE + GAP / 2 + column * (width + GAP), TOP + ABOVE + row * (height + ABOVE)
            digit = self.digits[number % len(self.digits)] if self.digits else None
            yield Box(row, column, left, top, left + width, top + height, digit)


def form(
    *,
    rows: int = 12,
    columns: int = 10,
    digits: tuple[int, ...] = tuple(range(10)),
    repeat: int | None = None,
    writer: str = "",
    paper: str = "a4",
) -> list[Layout]:
    """Lay out a form of as many pages as it takes.

    Parameters
    ----------
    rows, columns : int, optional
        Boxes down and across a page.
    digits : tuple of int, optional
        The digits to write; empty for one blank page.
    repeat : int, optional
        How often each is to be written; by default as often as one page has room for.
    writer : str, optional
        A pseudonym.
    paper : {"a4", "letter"}, optional
        The paper.

    Returns
    -------
    list of Layout
        The pages.

    Raises
    ------
    InputError
        If this does not fit on paper.

    Examples
    --------
    >>> [len(list(page.boxes())) for page in form(repeat=30)]
    [120, 120, 60]
    """
    if repeat is not None and not 1 <= repeat <= MOST:
        raise InputError(f"Each digit is repeated 1 to {MOST} times, not {repeat}.")
    n = max(len(digits), 1)
    repeat = min(MOST, max(1, rows * columns // n)) if repeat is None else repeat
    first = Layout(rows, columns, digits, repeat, writer, paper)
    pages = -(-n * repeat // (rows * columns)) if digits else 1
    if pages > MOST:
        raise InputError(f"That takes {pages} pages; a form has at most {MOST}.")
    return [replace(first, page=page + 1, pages=pages) for page in range(pages)]
