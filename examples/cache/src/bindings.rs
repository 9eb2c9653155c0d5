//! What a handler of HTTP requests can import, and files.

wit_bindgen::generate!({
    inline: "
        package example:cache-server;

        world handler {
            import wasi:filesystem/preopens@0.2.12;
            import wasi:filesystem/types@0.2.12;
            import wasi:http/types@0.2.12;
            import wasi:io/streams@0.2.12;

            export wasi:http/incoming-handler@0.2.12;
        }
    ",
    path: "../../wit",
    generate_all,
});
