//! Clocks.

use preview1::{Errno, Ptr, Result};

use crate::guest::{Guest, RESULT};

fn time(guest: &mut Guest, clock: u32) -> Result<u64> {
    guest.call(|c, m| c.clock_time_get(m, clock, u64::MAX, RESULT))?;
    Ok(guest.u64_at(RESULT))
}

fn resolution(guest: &mut Guest, clock: u32) -> Result<u64> {
    guest.call(|c, m| c.clock_res_get(m, clock, RESULT))?;
    Ok(guest.u64_at(RESULT))
}

#[test]
fn there_are_two_clocks() {
    let mut guest = Guest::new();
    guest.calls.outside_mut().now = 5;
    assert_eq!(time(&mut guest, 0), Ok(1_700_000_000_000_000_005));
    assert_eq!(time(&mut guest, 1), Ok(5));
    assert_eq!(resolution(&mut guest, 0), Ok(1_000));
    assert_eq!(resolution(&mut guest, 1), Ok(1));
}

#[test]
fn cpu_time_is_not_counted() {
    let mut guest = Guest::new();
    for clock in [2, 3] {
        assert_eq!(time(&mut guest, clock), Err(Errno::BADF));
        assert_eq!(resolution(&mut guest, clock), Err(Errno::BADF));
    }
    for clock in [4, u32::MAX] {
        assert_eq!(time(&mut guest, clock), Err(Errno::INVAL));
        assert_eq!(resolution(&mut guest, clock), Err(Errno::INVAL));
    }
}

#[test]
fn a_result_outside_the_memory_faults() {
    let mut guest = Guest::new();
    let end = Ptr(guest.memory.len() as u32 - 7);
    let answers = guest.call(|c, m| [c.clock_time_get(m, 0, 0, end), c.clock_res_get(m, 0, end)]);
    assert_eq!(answers, [Err(Errno::FAULT); 2]);
}
