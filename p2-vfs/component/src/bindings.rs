//! The world `vfs` of `wit/vfs.wit`, generated.

wit_bindgen::generate!({
    path: "../../wit",
    world: "vfs",
    generate_all,
    pub_export_macro: true,
});
