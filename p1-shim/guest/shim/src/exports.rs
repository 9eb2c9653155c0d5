//! The exported functions.

/// Exports the functions of preview 1 under their own names; to be called by
/// [`preview1::for_each_function!`].
///
/// In scope must be `PROGRAM`, a static [`Program`](crate::Program), and `Fd` and `Ptr` of
/// `preview1`.
#[macro_export]
macro_rules! export_functions {
    (
        answering { $($name:ident($($parameter:ident: $type:ty),*);)* }
        ending { $exit:ident($code:ident: $code_type:ty); }
    ) => {
        $(
            #[unsafe(no_mangle)]
            extern "C" fn $name($($parameter: $type),*) -> u32 {
                let memory = &mut $crate::Application;
                let answer = PROGRAM.call(|preview1| preview1.$name(memory, $($parameter),*));
                preview1::Errno::code(answer)
            }
        )*

        #[unsafe(no_mangle)]
        extern "C" fn $exit($code: $code_type) {
            match PROGRAM.call(|preview1| preview1.$exit(&mut $crate::Application, $code)) {}
        }
    };
}
