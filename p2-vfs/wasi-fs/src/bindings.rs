//! The world `files` of `wit/files.wit`, generated.

wit_bindgen::generate!({
    path: "../../wit",
    world: "files",
    generate_all,
});
