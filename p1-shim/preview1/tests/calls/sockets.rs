//! Sockets: there are none.

use preview1::{Errno, Fd};

use crate::guest::{Guest, INPUT, RESULT, ROOT, STDOUT};

#[test]
fn an_open_descriptor_is_not_a_socket() {
    let mut guest = Guest::new();
    let file = guest.create("file", b"");
    for fd in [STDOUT, ROOT, file] {
        let answers = guest.call(|c, m| {
            [
                c.sock_accept(m, fd, 0, RESULT),
                c.sock_recv(m, fd, INPUT, 0, 0, RESULT, RESULT),
                c.sock_send(m, fd, INPUT, 0, 0, RESULT),
                c.sock_shutdown(m, fd, 3),
            ]
        });
        assert_eq!(answers, [Err(Errno::NOTSOCK); 4]);
    }
    let shutdown = guest.call(|c, m| c.sock_shutdown(m, Fd(99), 0));
    assert_eq!(shutdown, Err(Errno::BADF));
}
