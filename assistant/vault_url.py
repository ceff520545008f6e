"""A store's files behind an fsspec URL, such as s3://bucket/prefix: by the hash of their content, each kept once.

An object is put in one request, so it is there whole or not at all; where a file system can't promise that, it is
written beside its place and then moved there.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

from fusion.errors import BadSetting, FoilError

_AT_ONCE = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"}  # where an object appears whole
_TOLD = 160  # characters of another library's message


class UrlVault:
    """What `assistant.vault.Vault` is in a folder."""

    def __init__(self, url: str) -> None:
        """Take an address; BadSetting where it is none, or says what belongs into no address."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s@?#]+", url) or "::" in url:
            raise BadSetting(
                f"{_plain(url)!r:.120} is no address for a store's files; expected PROTOCOL://PLACE, such as "
                "s3://bucket/prefix, without keys in it"
            )
        self.url = url.rstrip("/")

    def path(self, sha256: str) -> str:
        return f"{self.url}/{sha256[:2]}/{sha256}"

    def holds(self, sha256: str) -> bool:
        with self._told():
            return bool(self._files.exists(self.path(sha256)))

    def put(self, content: bytes) -> str:
        """Keep these bytes and return their hash; a copy that was altered meanwhile stands."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if self.holds(sha256):
            if problem := self.problem(sha256):
                raise FoilError(f"{path}: this file {problem}, so nothing new can rest on it; run: foil audit verify")
            return sha256
        try:
            with self._told():
                if self._protocol in _AT_ONCE:
                    self._files.pipe_file(path, content)
                else:
                    self._moved(path, content)
                kept = self._files.info(path)["size"]
        except FileNotFoundError as error:
            raise FoilError(f"{self.url}: there is no such place; make the bucket, or name another") from error
        if kept != len(content):
            raise FoilError(f"{path}: {kept} of {len(content)} bytes arrived, so nothing is recorded; try again")
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the bytes of a hash; FoilError if they aren't what they were."""
        content, problem = self._look(sha256)
        if problem:
            raise FoilError(f"{self.path(sha256)}: this file {problem}")
        return content

    def problem(self, sha256: str) -> str | None:
        """Return what is wrong with a file, to follow "this file"; None if it is as it was."""
        return self._look(sha256)[1]

    def remove(self, sha256: str) -> None:
        with self._told(), suppress(FileNotFoundError):
            self._files.rm_file(self.path(sha256))

    def check(self) -> None:
        """Ask once whether anybody is there; BadSetting or FoilError, in a sentence, where not."""
        self.holds("0" * 64)

    def _look(self, sha256: str) -> tuple[bytes, str | None]:
        """Return a file's bytes, and what is wrong with them."""
        try:
            with self._told():
                content: bytes = self._files.cat_file(self.path(sha256))
        except FileNotFoundError:
            return b"", "is missing"
        same = hashlib.sha256(content).hexdigest() == sha256
        return content, None if same else "was altered"

    def _moved(self, path: str, content: bytes) -> None:
        aside = f"{path}.{secrets.token_hex(4)}.tmp"
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        try:
            self._files.pipe_file(aside, content)
            self._files.mv(aside, path)
        finally:
            if self._files.exists(aside):
                self._files.rm_file(aside)

    @property
    def _protocol(self) -> str:
        return self.url.partition("://")[0].lower()

    @cached_property
    def _files(self) -> Any:
        """Return fsspec's file system of the address, which reads its keys from where its library always does."""
        import fsspec

        try:
            return fsspec.core.url_to_fs(self.url, use_listings_cache=False)[0]
        except ImportError as error:
            extra = "foil[s3]" if self._protocol in ("s3", "s3a") else f"what fsspec needs for {self._protocol}"
            raise BadSetting(f"{self.url}: its library is missing ({error}); run: pip install '{extra}'") from error
        except ValueError as error:
            raise BadSetting(f"{self.url}: {error!s:.{_TOLD}}; expected s3://bucket/prefix or its like") from error

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in a sentence what went wrong on the way; each file system's library has errors of its own."""
        try:
            yield
        except (FoilError, FileNotFoundError):
            raise
        except PermissionError as error:
            raise FoilError(
                f"{self.url}: no right to do that ({error!s:.{_TOLD}}); check the keys and rights"
            ) from error
        except Exception as error:
            kind = type(error).__name__
            what = "no keys were found" if "Credential" in kind else f"it can't be reached or written to ({kind})"
            raise FoilError(f"{self.url}: {what}: {error!s:.{_TOLD}}; check address, network and keys") from error


def _plain(url: str) -> str:
    """Return an address without the name and password in it."""
    return re.sub(r"//[^/]*@", "//...@", url)
