//! Which functions of the shim an application can reach. The others are left out, and their imports
//! with them: a program that never asks for random bytes must not demand them of its host.

use wasmparser::{ConstExpr, ElementItems, ExternalKind, Operator, OperatorsReader, TableInit};

use super::link::{AppLink, Links, ShimLink};
use crate::shim::Shim;

/// The shim's functions, imports first, each alive or not.
pub(super) struct Live(Vec<bool>);

impl Live {
    /// Marks what can be reached from the application's imports, the shim's kept exports, its start
    /// function, its element segments and the initial values of its globals and tables.
    ///
    /// Element segments count as a whole: which of their functions a `call_indirect` picks is not
    /// known.
    pub(super) fn mark(shim: &Shim<'_>, links: &Links) -> wasmparser::Result<Self> {
        let mut marking = Marking {
            links,
            live: vec![false; shim.module.function_types().len()],
            pending: Vec::new(),
        };
        for link in &links.app {
            match link {
                AppLink::Shim(function) => marking.reach(*function),
                AppLink::Kept | AppLink::Stub(_) => {}
            }
        }
        marking.reach_roots(shim)?;
        marking.spread(shim)?;
        Ok(Self(marking.live))
    }

    pub(super) fn contains(&self, function: u32) -> bool {
        self.0.get(function as usize).copied().unwrap_or(false)
    }

    /// The live function imports with their function index and what becomes of them.
    pub(super) fn imports<'l>(
        &self,
        links: &'l Links,
    ) -> impl Iterator<Item = (u32, &'l ShimLink)> {
        (0..)
            .zip(&links.shim)
            .filter(|(index, _)| self.contains(*index))
    }
}

struct Marking<'l> {
    links: &'l Links,
    live: Vec<bool>,
    /// Live functions whose bodies have not been read.
    pending: Vec<u32>,
}

impl Marking<'_> {
    /// An index that the shim does not have is left to the validator.
    fn reach(&mut self, function: u32) {
        if let Some(live @ false) = self.live.get_mut(function as usize) {
            *live = true;
            self.pending.push(function);
        }
    }

    fn is_glue(&self, function: u32) -> bool {
        let link = self.links.shim.get(function as usize);
        matches!(link, Some(ShimLink::Glue(_)))
    }

    fn reach_roots(&mut self, shim: &Shim<'_>) -> wasmparser::Result<()> {
        let module = &shim.module;
        for export in module
            .exports
            .iter()
            .filter(|export| shim.is_kept_export(export.name))
        {
            if export.kind == ExternalKind::Func {
                self.reach(export.index);
            }
        }
        if let Some(start) = module.start {
            self.reach(start);
        }
        for global in module.globals.clone().into_iter().flatten() {
            self.reach_expr(&global?.init_expr)?;
        }
        for table in module.tables.clone().into_iter().flatten() {
            if let TableInit::Expr(expr) = table?.init {
                self.reach_expr(&expr)?;
            }
        }
        for element in module.elements.clone().into_iter().flatten() {
            match element?.items {
                ElementItems::Functions(functions) => {
                    for function in functions {
                        self.reach(function?);
                    }
                }
                ElementItems::Expressions(_, exprs) => {
                    for expr in exprs {
                        self.reach_expr(&expr?)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn spread(&mut self, shim: &Shim<'_>) -> wasmparser::Result<()> {
        while let Some(function) = self.pending.pop() {
            let body = function.checked_sub(shim.module.imported_functions());
            let body = body.and_then(|index| shim.module.bodies.get(index as usize));
            if let Some(body) = body {
                self.reach_operators(body.get_operators_reader()?)?;
            }
        }
        Ok(())
    }

    fn reach_expr(&mut self, expr: &ConstExpr<'_>) -> wasmparser::Result<()> {
        self.reach_operators(expr.get_operators_reader())
    }

    fn reach_operators(&mut self, mut operators: OperatorsReader<'_>) -> wasmparser::Result<()> {
        while !operators.eof() {
            match operators.read()? {
                // A call of glue becomes an instruction and needs no function.
                Operator::Call { function_index } if self.is_glue(function_index) => {}
                Operator::Call { function_index }
                | Operator::ReturnCall { function_index }
                | Operator::RefFunc { function_index } => self.reach(function_index),
                _ => {}
            }
        }
        Ok(())
    }
}
