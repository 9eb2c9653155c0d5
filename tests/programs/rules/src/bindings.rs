//! What a command of WASI 0.2 is beside its files.

wit_bindgen::generate!({
    inline: "
        package test:p2-rules;

        world rules {
            import wasi:cli/environment@0.2.12;
            import wasi:cli/stdout@0.2.12;

            export wasi:cli/run@0.2.12;
        }
    ",
    path: "../../../wit",
    generate_all,
});
