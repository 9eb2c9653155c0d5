//! Chooses the locks of shuttle.

fn main() {
    println!("cargo::rustc-cfg=shuttle");
}
