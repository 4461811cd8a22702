//! The network: there is none.

use crate::report::{verdict, Verdict};
use crate::sys;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

const WITHIN: Duration = Duration::from_millis(300);

pub fn routes() -> Verdict {
    let v4 = sys::read("/proc/self/net/route")
        .lines()
        .skip(1)
        .map(str::to_string)
        .collect::<Vec<_>>();
    let v6 = sys::read("/proc/self/net/ipv6_route");
    let others = v6
        .lines()
        .filter(|line| !line.ends_with(" lo"))
        .map(str::to_string);
    verdict(v4.into_iter().chain(others).collect(), "no route")
}

pub fn interfaces() -> Verdict {
    let table = sys::read("/proc/self/net/dev");
    let names: Vec<&str> = table
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.trim())
        .collect();
    if names == ["lo"] {
        Verdict::Ok("lo".into())
    } else {
        Verdict::Fail(names.join(", "))
    }
}

/// Whether the error says that there is no way there, not only nobody.
fn is_no_way(error: &std::io::Error) -> bool {
    let none = [
        libc::ENETUNREACH,
        libc::ENETDOWN,
        libc::EHOSTUNREACH,
        libc::EADDRNOTAVAIL,
        libc::EAFNOSUPPORT,
        libc::EPERM,
        libc::EACCES,
    ];
    error
        .raw_os_error()
        .map_or(false, |errno| none.contains(&errno))
}

pub fn name_servers() -> Verdict {
    let configured = sys::read("/etc/resolv.conf");
    let named = configured
        .lines()
        .filter_map(|line| line.strip_prefix("nameserver"))
        .filter_map(|address| format!("{}:53", address.trim()).parse::<SocketAddr>().ok());
    let well_known = ["8.8.8.8:53", "1.1.1.1:53", "127.0.0.11:53"]
        .iter()
        .filter_map(|address| address.parse().ok());
    let problem = named
        .chain(well_known)
        .find_map(|server| asked(server).err());
    verdict(
        problem.into_iter().collect(),
        "no name server answers or has a way to it",
    )
}

/// A query for the root; that it can be sent is a problem, unless it goes to nobody on this very host.
fn asked(server: SocketAddr) -> Result<(), String> {
    let query = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1];
    let bind = if server.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    let socket = match UdpSocket::bind(bind) {
        Ok(socket) => socket,
        Err(_) => return Ok(()),
    };
    let _ = socket.set_read_timeout(Some(WITHIN));
    let sent = socket.connect(server).and_then(|_| socket.send(&query));
    match sent {
        Err(error) if is_no_way(&error) => Ok(()),
        Err(error) => Err(format!("{server}: {error}")),
        Ok(_) if !server.ip().is_loopback() => Err(format!("a query to {server} was sent")),
        Ok(_) => match socket.recv(&mut [0; 512]) {
            Ok(_) => Err(format!("{server} answered")),
            Err(_) => Ok(()),
        },
    }
}

pub fn outside() -> Verdict {
    let addresses = [
        "169.254.169.254:80",
        "169.254.170.2:80",
        "1.1.1.1:443",
        "8.8.8.8:53",
        "10.0.0.1:443",
        "172.17.0.1:22",
        "192.168.0.1:80",
        "[2606:4700:4700::1111]:443",
        "[fd00:ec2::254]:80",
    ];
    let problem = addresses.iter().find_map(|address| reached(address).err());
    verdict(problem.into_iter().collect(), "no address has a way to it")
}

/// Also of addresses on this host: whether anybody listens there.
pub fn reached(address: &str) -> Result<(), String> {
    let parsed: SocketAddr = address
        .parse()
        .map_err(|_| format!("{address} is no address"))?;
    match TcpStream::connect_timeout(&parsed, WITHIN) {
        Ok(_) => Err(format!("{address} is connected")),
        Err(error) if is_no_way(&error) => Ok(()),
        Err(error) if parsed.ip().is_loopback() && error.kind() == ErrorKind::ConnectionRefused => {
            Ok(())
        }
        Err(error) => Err(format!("{address} has a way to it: {error}")),
    }
}

pub fn abstract_sockets() -> Verdict {
    let table = sys::read("/proc/self/net/unix");
    let names: Vec<String> = table
        .lines()
        .skip(1)
        .filter_map(|line| line.split(" @").nth(1))
        .map(|name| format!("@{name}"))
        .collect();
    verdict(names, "none")
}
