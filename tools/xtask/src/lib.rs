//! What keeps the committed guest modules, the vendored interface definitions and the promise of
//! preview 1 true.
//!
//! The guests are WebAssembly that most machines cannot build, so they are committed. A manifest
//! beside them says from which sources, by which compiler and with which flags they were made:
//! [`guests::check`] compares all of it in an ordinary test, [`guests::verify`] builds again.
//! [`conformance`] runs the official tests, [`fuzz`] looks for inputs that break what must hold.

pub mod checkout;
mod command;
pub mod conformance;
pub mod fuzz;
pub mod guests;
pub mod wit;
