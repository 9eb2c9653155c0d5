//! The world of `wit/shim.wit`, generated.

wit_bindgen::generate!({
    path: "../../../wit",
    world: "shim",
    generate_all,
});
