//! `wasi:filesystem`, generated. Streams, errors and times are wasmtime-wasi's.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "generated; the definitions are documented in wit/deps"
)]

wasmtime::component::bindgen!({
    inline: "
        package monaka-wrap:host;

        world files {
            import wasi:filesystem/preopens@0.2.12;
            import wasi:filesystem/types@0.2.12;
        }
    ",
    path: [
        "../../wit/deps/io.wit",
        "../../wit/deps/clocks.wit",
        "../../wit/deps/filesystem.wit",
    ],
    imports: { default: trappable },
    require_store_data_send: true,
    with: {
        "wasi:clocks": wasmtime_wasi::p2::bindings::clocks,
        "wasi:io": wasmtime_wasi::p2::bindings::io,
    },
    trappable_error_type: {
        "wasi:filesystem/types.error-code" => super::convert::Failure,
    },
});
