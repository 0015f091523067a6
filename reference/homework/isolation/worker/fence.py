"""What the process forbids itself before the submission's code runs. None of it can be taken back afterwards."""

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from collections.abc import Sequence
from typing import Any

MB = 1 << 20
# Linux system calls by machine: fork, vfork, clone, clone3, execve, execveat, socket, ptrace, process_vm_readv
CALLS = {
    "x86_64": (0xC000003E, {"denied": (57, 58, 59, 322, 41, 101, 310, 311), "clone": 56, "clone3": 435}),
    "aarch64": (0xC00000B7, {"denied": (221, 281, 198, 117, 270, 271), "clone": 220, "clone3": 435}),
}
NETWORK = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.__new__",
    "urllib.Request",
)
PROCESSES = (
    "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "subprocess.Popen",
    "pty.spawn",
)  # fmt: skip
FILES = (
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.link", "os.symlink", "os.truncate",
    "os.listdir", "os.scandir", "shutil.rmtree", "shutil.move", "shutil.copyfile",
)  # fmt: skip
INTERNAL = ("ctypes.dlopen", "ctypes.dlsym", "os.kill", "os.killpg", "os.putenv", "signal.pthread_kill")


class Breach(PermissionError):
    """The submission tried what it may not do."""


def limit(memory_mb: int, seconds: float, file_mb: int = 16) -> None:
    """Resource limits: address space, size of files, open files, no core dumps."""
    for kind, value in (
        (resource.RLIMIT_AS, memory_mb * MB),
        (resource.RLIMIT_FSIZE, file_mb * MB),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
    ):
        _, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    allow_seconds(seconds)


def allow_seconds(seconds: float) -> None:
    """Processor time from now on; the other side watches the clock, this only catches what it may miss."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + 2 * seconds) + 2, hard))


def without_processes() -> bool:
    """No new processes, programs or sockets, by seccomp; threads stay. False where the system has none.

    The filter sees the machine and the number of a call: a call of the list ends with EPERM, clone without
    CLONE_THREAD too, clone3 with ENOSYS (its flags are out of sight; the C library then uses clone).
    """
    if sys.platform != "linux" or platform.machine() not in CALLS:
        return False
    machine, calls = CALLS[platform.machine()]
    code = _filter(machine, calls)
    libc = ctypes.CDLL(None, use_errno=True)
    program = ctypes.create_string_buffer(code)
    head = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(program))
    no_new_privileges, set_seccomp, mode_filter = 38, 22, 2
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(set_seccomp, mode_filter, head, 0, 0) == 0)


def _filter(machine: int, calls: dict[str, Any]) -> bytes:
    """A BPF program: 8 bytes an instruction, (code, jump if true, jump if false, operand)."""
    load, equal, at_least, masked, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, deny, absent = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
    clone_thread = 0x00010000
    number, arch, argument = 0, 4, 16  # where they lie in struct seccomp_data
    denied = calls["denied"]
    lines = [(load, 0, 0, arch), (equal, 1, 0, machine), (give, 0, 0, deny), (load, 0, 0, number)]
    lines += [(at_least, 0, 1, 0x40000000), (give, 0, 0, deny)]  # the x32 way round the numbers
    for call in denied:
        lines += [(equal, 0, 1, call), (give, 0, 0, deny)]
    lines += [(equal, 0, 1, calls["clone3"]), (give, 0, 0, absent)]
    lines += [(equal, 0, 3, calls["clone"]), (load, 0, 0, argument), (masked, 1, 0, clone_thread), (give, 0, 0, deny)]
    lines += [(give, 0, 0, allow)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


class Guard:
    """Watches what the interpreter is asked to do: refuses, and remembers what was tried.

    `readable`: folders that may be read (Python, NumPy); `own`: the one that may be written.
    """

    def __init__(self, readable: Sequence[str], own: str) -> None:
        self.readable = tuple(os.path.realpath(folder) + os.sep for folder in readable if folder)
        self.own = os.path.realpath(own) + os.sep
        self.tried: list[str] = []
        self.open = True

    def close(self) -> None:
        """From here on everything is watched."""
        self.open = False
        sys.addaudithook(self._hook)

    def take(self) -> list[str]:
        """What was tried since the last time, each once."""
        tried, self.tried = list(dict.fromkeys(self.tried)), []
        return tried

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            self._file(*args)
        elif event in NETWORK:
            self._refuse("open a network connection")
        elif event in PROCESSES:
            self._refuse("start another process")
        elif event in FILES:
            if not all(self._within(path, event in ("os.listdir", "os.scandir")) for path in args[:1]):
                self._refuse("change or list files outside of its own folder")
        elif event in INTERNAL:
            self._refuse("reach around the interpreter")

    def _file(self, path: Any, mode: Any, flags: Any) -> None:
        if isinstance(path, int):
            return
        writes = bool(isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))
        if not self._within(path, not writes):
            name = os.path.basename(os.fsdecode(path))[:40] if isinstance(path, str | bytes) else "?"
            self._refuse(f"{'write' if writes else 'read'} the file {name}")

    def _within(self, path: Any, reading: bool) -> bool:
        if isinstance(path, int):
            return True
        real = os.path.realpath(os.fsdecode(path) if path is not None else ".") + os.sep
        return real.startswith(self.own) or (reading and real.startswith(self.readable)) or real == "/dev/null/"

    def _refuse(self, what: str) -> None:
        if len(self.tried) < 50:
            self.tried.append(f"it tried to {what}")
        raise Breach(f"a submission may not {what}")
