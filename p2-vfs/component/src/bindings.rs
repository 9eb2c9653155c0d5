//! The world `vfs` of `wit/vfs.wit`, generated.

wit_bindgen::generate!({
    path: "../../wit",
    world: "vfs",
    generate_all,
});
