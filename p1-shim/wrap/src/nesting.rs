//! Where a walk through a component's payloads is: a parser also yields those of nested modules and
//! components.

use wasmparser::Payload;

/// How deep the walk is nested.
#[derive(Default)]
pub(crate) struct Nesting(u32);

impl Nesting {
    /// Takes the walk's next payload; says whether it belongs to the outermost module or component.
    /// What opens a nested one belongs to the outer.
    pub(crate) fn is_outermost(&mut self, payload: &Payload<'_>) -> bool {
        let is_outermost = self.0 == 0;
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => self.0 += 1,
            Payload::End(_) => self.0 = self.0.saturating_sub(1),
            _ => {}
        }
        is_outermost
    }
}
