//! What a merge did, for those who ask.

use super::link::AppLink;
use super::sections::Inputs;
use crate::Emit;
use crate::encode::custom;
use crate::stage::{Stage, Step};

impl Inputs<'_, '_> {
    /// The record of the merge.
    pub(super) fn stages(&self) -> Vec<Stage> {
        let mut stages = Vec::new();
        stages.extend(self.bound());
        stages.extend(self.stubs());
        stages.extend(self.dropped_sections());
        match self.shim.emit {
            // Whoever runs components runs two memories, too.
            Emit::Component => {}
            Emit::Core => stages.push(Stage::warning(
                Step::Merge,
                "the result uses multi-memory, which wazero, default WAMR and old browsers lack",
            )),
        }
        stages
    }

    /// Nothing for a shim that is merged with no application.
    fn bound(&self) -> Option<Stage> {
        let is_bound = |link: &&AppLink| matches!(link, AppLink::Shim(_));
        let bound = self.links.app.iter().filter(is_bound).count();
        let files = match self.links.ask_for_image() {
            true => "which keeps its own files",
            false => "which has somebody else's files",
        };
        let note = format!("bound {bound} preview1 imports to the shim, {files}");
        (!self.app.memories.is_empty()).then(|| Stage::note(Step::Merge, note))
    }

    fn stubs(&self) -> impl Iterator<Item = Stage> {
        let imports = self.app.function_imports().zip(&self.links.app);
        imports.filter_map(|((_, import), link)| match link {
            AppLink::Stub(stub) => {
                let note = format!(
                    "replaced {}.{} by a function that {stub}",
                    import.module, import.name
                );
                Some(Stage::note(Step::Merge, note))
            }
            AppLink::Kept | AppLink::Shim(_) => None,
        })
    }

    /// The application's custom sections that the result lacks.
    fn dropped_sections(&self) -> Option<Stage> {
        let names = custom::dropped(self.app)?;
        let note = format!("left out custom sections that no longer hold: {names}");
        Some(Stage::note(Step::Merge, note))
    }
}
