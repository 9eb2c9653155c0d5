//! The standard streams.

use preview1::{Errno, Ptr};

use crate::guest::{Guest, INPUT, MEMORY, RESULT, SET, STDERR, STDIN, STDOUT};

#[test]
fn output_reaches_its_stream_unchanged() {
    let mut guest = Guest::new();
    assert_eq!(guest.write(STDOUT, b"hello\n\0\xff"), Ok(8));
    assert_eq!(guest.writev(STDERR, &[b"two", b"", b" pieces"]), Ok(10));
    assert_eq!(guest.calls.outside().stdout, b"hello\n\0\xff");
    assert_eq!(guest.calls.outside().stderr, b"two pieces");
}

#[test]
fn input_fills_the_buffers_and_ends() {
    let mut guest = Guest::new();
    guest.calls.outside_mut().stdin.extend(b"0123456789");
    assert_eq!(guest.readv(STDIN, &[2, 0, 5]).unwrap(), b"0123456");
    assert_eq!(guest.read(STDIN, 100).unwrap(), b"789");
    assert_eq!(guest.read(STDIN, 100).unwrap(), b"");
}

#[test]
fn a_stream_has_one_direction() {
    let mut guest = Guest::new();
    assert_eq!(guest.write(STDIN, b"x"), Err(Errno::BADF));
    assert_eq!(guest.read(STDOUT, 1), Err(Errno::BADF));
    assert_eq!(guest.read(STDERR, 1), Err(Errno::BADF));
}

#[test]
fn a_stream_has_no_position() {
    let mut guest = Guest::new();
    for fd in [STDIN, STDOUT] {
        assert_eq!(guest.seek(fd, 0, SET), Err(Errno::SPIPE));
        assert_eq!(guest.tell(fd), Err(Errno::SPIPE));
        assert_eq!(guest.pread(fd, 1, 0), Err(Errno::SPIPE));
        assert_eq!(guest.pwrite(fd, b"x", 0), Err(Errno::SPIPE));
        let advise = guest.call(|c, m| c.fd_advise(m, fd, 0, 0, 0));
        assert_eq!(advise, Err(Errno::SPIPE));
    }
}

#[test]
fn a_stream_has_no_size_and_is_not_synced() {
    let mut guest = Guest::new();
    for fd in [STDIN, STDERR] {
        assert_eq!(guest.set_size(fd, 0), Err(Errno::INVAL));
        assert_eq!(guest.allocate(fd, 0, 1), Err(Errno::INVAL));
        assert_eq!(guest.call(|c, m| c.fd_sync(m, fd)), Err(Errno::INVAL));
        assert_eq!(guest.call(|c, m| c.fd_datasync(m, fd)), Err(Errno::INVAL));
    }
}

#[test]
fn nothing_is_written_or_consumed_when_the_count_has_no_place() {
    let mut guest = Guest::new();
    guest.calls.outside_mut().stdin.extend(b"input");
    guest.put_iovecs(&[4]);
    let nowhere = Ptr(MEMORY - 3);
    let answers = guest.call(|c, m| {
        [
            c.fd_write(m, STDOUT, INPUT, 1, nowhere),
            c.fd_read(m, STDIN, INPUT, 1, nowhere),
        ]
    });
    assert_eq!(answers, [Err(Errno::FAULT); 2]);
    assert!(guest.calls.outside().stdout.is_empty());
    assert_eq!(guest.calls.outside().stdin.len(), 5);
    assert_eq!(
        guest.call(|c, m| c.fd_write(m, STDOUT, INPUT, 1, RESULT)),
        Ok(())
    );
}
