//! Every property holds for what is in its corpus: seeds, and what once broke it.

use std::fs;
use std::path::Path;

use fuzz_properties::PROPERTIES;

#[test]
fn every_property_holds_for_its_corpus() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    for (name, property) in PROPERTIES {
        let folder = corpora.join(name);
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut count = 0;
        for file in files {
            let path = file.expect("a file").path();
            println!("{}", path.display());
            property(&fs::read(path).expect("readable"));
            count += 1;
        }
        assert!(count > 0, "{name} has no corpus");
    }
}
