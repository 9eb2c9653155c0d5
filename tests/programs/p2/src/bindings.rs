//! What a command of WASI 0.2 can import.

wit_bindgen::generate!({
    inline: "
        package test:p2-calls;

        world calls {
            import wasi:cli/environment@0.2.12;
            import wasi:cli/stdin@0.2.12;
            import wasi:cli/stdout@0.2.12;
            import wasi:cli/stderr@0.2.12;
            import wasi:clocks/monotonic-clock@0.2.12;
            import wasi:clocks/wall-clock@0.2.12;
            import wasi:filesystem/preopens@0.2.12;
            import wasi:filesystem/types@0.2.12;
            import wasi:io/error@0.2.12;
            import wasi:io/poll@0.2.12;
            import wasi:io/streams@0.2.12;
            import wasi:sockets/instance-network@0.2.12;
            import wasi:sockets/tcp@0.2.12;
            import wasi:sockets/tcp-create-socket@0.2.12;

            export wasi:cli/run@0.2.12;
        }
    ",
    path: "../../../wit",
    generate_all,
});
