//! Files and a clock.

wit_bindgen::generate!({
    inline: "
        package bench:p2-ops;

        world ops {
            import wasi:clocks/monotonic-clock@0.2.12;
            import wasi:filesystem/preopens@0.2.12;
            import wasi:filesystem/types@0.2.12;

            export run: func() -> list<tuple<string, f64>>;
        }
    ",
    path: "../../../../wit",
    generate_all,
});
