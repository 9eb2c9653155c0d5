//! What a rewrite did, for those who ask.

use super::exit;
use super::layout::Layout;
use super::memory::REALLOC;
use crate::encode::custom;
use crate::module::Module;
use crate::stage::{Stage, Step};

impl Layout {
    /// The record of the rewrite of `app`.
    pub(super) fn stages(&self, app: &Module<'_>) -> Vec<Stage> {
        let mut notes = vec![match &self.memory {
            Some(memory) => memory.extent.note(),
            None => format!("the module exports {REALLOC}: the adapter asks it for memory"),
        }];
        if self
            .imports
            .iter()
            .any(|import| import.module == exit::MODULE)
        {
            notes.push(format!(
                "proc_exit is {} of {}: the host gets the exit code",
                exit::FUNCTION,
                exit::MODULE
            ));
        }
        if !self.guarded.is_empty() {
            let names = self.guarded.join(", ");
            notes.push(format!("put functions in front of the adapter's {names}"));
        }
        if app.start.is_some() {
            notes.push("moved the start function to the beginning of _start".to_owned());
        }
        if let Some(names) = custom::dropped(app) {
            notes.push(format!(
                "left out custom sections that no longer hold: {names}"
            ));
        }
        let stage = |note| Stage::note(Step::Rewrite, note);
        notes.into_iter().map(stage).collect()
    }
}
