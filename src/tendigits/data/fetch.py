"""A file from the web: by HTTP and HTTPS alone, no larger than it may be, and not without end."""

import time
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from .._util.progress import progress_bar
from .._util.text import printable
from ..errors import InputError

SLOWEST = 10_000  # bytes a second that a server must send on average


def fetch(url: str, file: BinaryIO, limit: int, timeout: float, progress: bool | None) -> None:
    """Download a file.

    Parameters
    ----------
    url : str
        Where it is.
    file : binary file
        Where it goes.
    limit : int
        The most bytes it may have.
    timeout : float
        How many seconds the other side may stay silent.
    progress : bool or None
        Whether to show a bar; None means in a terminal or a notebook.

    Raises
    ------
    InputError
        If it is too large, broke off, or is not asked for by HTTP.
    OSError
        If it cannot be reached, or comes too slowly.
    """
    _check_scheme(url)
    name, n, started = url.rpartition("/")[2], 0, time.monotonic()
    with build_opener(_OnlyHttp).open(url, timeout=timeout) as response:
        promised = response.length  # None where the server does not say
        with progress_bar(total=promised, unit="B", description=name, shown=progress) as bar:
            while n <= limit and (chunk := response.read1(2**16)):
                file.write(chunk)
                n += len(chunk)
                bar.update(len(chunk))
                if time.monotonic() - started > timeout + n / SLOWEST:
                    raise TimeoutError(f"{name} came too slowly: less than {SLOWEST:,} bytes a second")
    if n > limit:
        raise InputError(f"{name} is larger than the original.")
    if promised is not None and n != promised:
        raise InputError(f"{name} broke off after {n:,} of {promised:,} bytes.")


class _OnlyHttp(HTTPRedirectHandler):
    """Follows redirects to HTTP and HTTPS alone: urllib would go to FTP as well."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        try:
            _check_scheme(newurl)
        except InputError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check_scheme(url: str) -> None:
    if ":" in url and not url.lower().startswith(("http://", "https://")):
        raise InputError(f"{url} is not asked: only http:// and https:// are.")


def reason(error: Exception) -> str:
    """Say why a source failed.

    Parameters
    ----------
    error : Exception
        What it raised.

    Returns
    -------
    str
        A few words.
    """
    if isinstance(error, HTTPError):
        error.close()  # it holds the connection open
    return printable(error if isinstance(error, OSError | InputError) else repr(error))
