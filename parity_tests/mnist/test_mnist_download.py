"""The download of MNIST, from a server of our own."""

import gzip
import hashlib
import http.server
import logging
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mnist_files import FILES, PARTS, Arrays, idx, npz, refused, same

from scratch import mnist
from scratch.mnist import MIRRORS, Mirror, load_mnist


class Server:
    """Serves `files` (name -> content) and notes what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        served = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.answer(body=False)

            def do_GET(self) -> None:
                self.answer(body=True)

            def answer(self, body: bool) -> None:
                name = self.path.lstrip("/")
                served.asked.append(f"{self.command} {name}")
                content = served.files.get(name)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                if body and content:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv("CROSSCHECK_OFFLINE")
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def offer(server: Server, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> None:
    server.files.update(files)
    mirror = Mirror(server.url, {name: sha256(content) for name, content in files.items()})
    monkeypatch.setattr(mnist, "MIRRORS", (mirror,))


def cached() -> list[str]:
    where = Path.home() / "cache" / "mnist"
    return sorted(path.name for path in where.iterdir()) if where.exists() else []


def test_downloads_npz_once(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    data = load_mnist()
    same(data, accepted)
    assert data.source.endswith(str(Path.home() / "cache" / "mnist"))
    assert cached() == ["mnist.npz"]
    assert load_mnist().fingerprint == data.fingerprint
    assert server.asked == ["HEAD mnist.npz", "GET mnist.npz"]


def test_second_mirror_serves_idx(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{FILES[part]}.gz": gzip.compress(idx(accepted[part])) for part in PARTS}
    offer(server, monkeypatch, files)
    gone = Mirror(server.url, {"mnist.npz": "0" * 64})
    monkeypatch.setattr(mnist, "MIRRORS", (gone, *mnist.MIRRORS))
    same(load_mnist(), accepted)
    assert cached() == sorted(files)


def test_a_damaged_download_cache_is_replaced(
    accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    where = Path.home() / "cache" / "mnist"
    where.mkdir(parents=True)
    (where / "mnist.npz").write_bytes(b"PK half a file")
    assert load_mnist().is_mnist


def test_a_wrong_hash_leaves_nothing_behind(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    server.files["mnist.npz"] = b"<html>please sign in to this network</html>"
    assert not load_mnist().is_mnist
    assert "GET mnist.npz" in server.asked
    assert cached() == []


def test_a_mirror_with_a_wrong_hash_gives_way_to_the_next(
    accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    wrong = Mirror(server.url, {"mnist.npz": "0" * 64})
    monkeypatch.setattr(mnist, "MIRRORS", (wrong, *mnist.MIRRORS))
    assert load_mnist().is_mnist
    assert cached() == ["mnist.npz"]


def test_a_folder_that_cannot_be_written(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    (Path.home() / "cache").write_text("a file where the cache should be")
    assert not load_mnist().is_mnist


@pytest.mark.parametrize("how", ["argument", "variable"])
def test_no_download_when_told_so(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    if how == "variable":
        monkeypatch.setenv("CROSSCHECK_OFFLINE", "1")
    assert not load_mnist(download=how != "argument").is_mnist
    assert server.asked == []
    assert cached() == []


def test_no_download_when_a_folder_is_named(
    accepted: Arrays, server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    refused("holds no MNIST", folder=folder)
    assert server.asked == []


def test_a_silent_server_does_not_hold_up_the_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CROSSCHECK_OFFLINE")
    monkeypatch.setattr(mnist, "ANSWER_WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        monkeypatch.setattr(mnist, "MIRRORS", (Mirror(url + "a/", {"mnist.npz": "0" * 64}),) * 2)
        begin = time.monotonic()
        assert not load_mnist().is_mnist
        assert time.monotonic() - begin < 3
    assert capfd.readouterr() == ("", "")


def test_a_slow_name_server_does_not_hold_up_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def wait(*_: object, **__: object) -> None:
        released.wait(20)
        raise OSError("no such name")

    monkeypatch.delenv("CROSSCHECK_OFFLINE")
    monkeypatch.setattr(mnist, "ANSWER_WITHIN", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", wait)
    before = set(threading.enumerate())
    begin = time.monotonic()
    assert not load_mnist().is_mnist
    assert time.monotonic() - begin < 3
    # Nor may a thread that still waits hold up the end of the program.
    assert all(thread.daemon for thread in set(threading.enumerate()) - before)
    released.set()


def test_the_download_is_quiet(
    accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import pooch  # type: ignore[import-untyped]

    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    log: logging.Logger = pooch.get_logger()
    records: list[logging.LogRecord] = []
    log.setLevel("INFO")  # as pooch has it
    monkeypatch.setattr(log, "handle", records.append)
    assert load_mnist().is_mnist
    assert capfd.readouterr() == ("", "")
    assert not records
    assert log.level == logging.INFO


def test_without_pooch(accepted: Arrays, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(server, monkeypatch, {"mnist.npz": npz(accepted)})
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert not load_mnist().is_mnist


def test_every_mirror_offers_a_whole_mnist() -> None:
    for mirror in MIRRORS:
        assert mirror.base.startswith("https://")
        assert mirror.base.endswith("/")
        assert set(mirror.files) in ({"mnist.npz"}, {f"{name}.gz" for name in FILES.values()})
        assert all(len(digest) == 64 for digest in mirror.files.values())
