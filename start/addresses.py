"""The address to listen on: who has it when it is taken, and under which names people reach it."""

import errno
import fcntl
import os
import re
import socket
import struct
from pathlib import Path

from tornado.netutil import bind_sockets

from start import StartError
from start.environment import env_name

#: Addresses that stand for all of the machine's.
EVERYWHERE = ("", "0.0.0.0", "::")

_SIOCGIFADDR = 0x8915
#: Networks inside the machine: containers', virtual machines'.
_INNER = re.compile(r"lo|docker|br-|veth|virbr|cni|podman|flannel")
_LISTENING = "0A"


def urls(host: str, port: int, tls: bool) -> list[str]:
    """Where the server that listens on `host` is found; the last one is for this machine."""
    scheme = "https" if tls else "http"
    hosts = [*_lan(), "::1" if host == "::" else "127.0.0.1"] if host in EVERYWHERE else [host]
    return [f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}" for name in hosts]


def bind(section: str, host: str, port: int, backlog: int) -> list[socket.socket]:
    """Sockets that listen where `section` of the settings says. Raises `StartError`."""
    try:
        return bind_sockets(port, host or None, backlog=backlog)
    except OSError as error:
        raise StartError(why_not(host, port, error, section)) from None


def why_not(host: str, port: int, error: OSError, section: str = "server") -> str:
    """One line on why nobody can listen there, and what to do."""
    place = f"{f'[{host}]' if ':' in host else host}:{port}"
    said = f"cannot listen on {place}: {error.strerror or error}"
    if error.errno == errno.EADDRINUSE:
        holder = _holder(port)
        other = port + 1 if port < 65535 else 8080
        option = f"--port {other} or " if section == "server" else ""
        return (
            f"{said}{f' by {holder}' if holder else ''}."
            f" Stop what listens there, or choose another port: {option}{env_name(section, 'port')}={other}"
        )
    if error.errno == errno.EACCES and port < 1024:
        option = "--port 8080" if section == "server" else f"{env_name(section, 'port')}=9109"
        return f"{said}. Ports below 1024 are the administrator's: choose another one, say {option}"
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return f"{said}. {section}.host is an address of this machine, 127.0.0.1, or 0.0.0.0 for all it has"
    return said


def _lan() -> list[str]:
    """The machine's IPv4 addresses that others can reach, as far as the system tells."""
    found = []
    try:
        interfaces = socket.if_nameindex()
    except OSError:  # a sandbox that has no netlink
        return []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in interfaces:
            if _INNER.match(name):
                continue
            try:
                told = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:  # no IPv4 address, or another system's number for the question
                continue
            found.append(socket.inet_ntoa(told[20:24]))
    return list(dict.fromkeys(address for address in found if not address.startswith("127.")))


def _holder(port: int) -> str:
    """The process that listens on `port`, "" when the system does not say or it is another user's."""
    try:
        sockets = {f"socket:[{inode}]" for inode in _listening(port)}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                files = os.listdir(process / "fd")
                if any(os.readlink(process / "fd" / file) in sockets for file in files):
                    return f"process {process.name} ({(process / 'comm').read_text().strip()})"
            except OSError:
                continue
    except OSError:
        pass
    return ""


def _listening(port: int) -> list[str]:
    """The inodes of the sockets that listen on `port`."""
    found = []
    for table in ("tcp", "tcp6"):
        path = Path("/proc/net", table)
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                found.append(fields[9])
    return found
