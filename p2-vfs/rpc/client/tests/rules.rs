//! The rules of every file system, over TCP to a real server.

mod support;

use std::process::ExitCode;

use fs_core::FileSystem;
use fs_testsuite::{
    DescriptorOf, ReadOnlyTree, Rule, Subject, TwoFileSystems, read_only_rules, rules,
    two_file_systems_rules,
};
use libtest_mimic::{Arguments, Trial};
use rpc_client::{Attachment, Consistency, RemoteFs, Tcp};
use support::{attach, attach_when_free, serve};

/// A client of a server of its own.
struct Remote(Consistency);

impl Remote {
    fn attachment(&self) -> Attachment {
        Attachment {
            consistency: self.0,
            ..Attachment::default()
        }
    }
}

const CONSISTENCIES: [(&str, Consistency); 3] = [
    ("strict", Consistency::Strict),
    ("cto", Consistency::CloseToOpen),
    ("private", Consistency::Private),
];

impl Subject for Remote {
    type FileSystem = RemoteFs<Tcp>;

    fn fresh(&self) -> RemoteFs<Tcp> {
        attach(serve(), &self.attachment())
    }
}

impl TwoFileSystems for Remote {
    fn two_file_systems(&self) -> [RemoteFs<Tcp>; 2] {
        [self.fresh(), self.fresh()]
    }
}

impl ReadOnlyTree for Remote {
    type ReadOnly = RemoteFs<Tcp>;

    fn read_only(&self, plant: impl FnOnce(&DescriptorOf<Self>)) -> RemoteFs<Tcp> {
        let server = serve();
        let writer = attach(server.clone(), &Attachment::default());
        plant(&writer.preopens()[0].descriptor);
        drop(writer);
        let read_only = Attachment {
            read_only: true,
            ..self.attachment()
        };
        attach_when_free(server, &read_only)
    }
}

fn main() -> ExitCode {
    let mut trials = Vec::new();
    for (name, consistency) in CONSISTENCIES {
        let lists = [rules(), two_file_systems_rules(), read_only_rules()];
        trials.extend(lists.into_iter().flatten().map(|rule: Rule<Remote>| {
            Trial::test(format!("{name}::{}", rule.name), move || {
                (rule.check)(&Remote(consistency));
                Ok(())
            })
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
