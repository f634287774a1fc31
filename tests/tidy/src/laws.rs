//! The laws. None is broken by an empty list of faults.

mod cloud;
mod contract;
mod dependencies;
mod documents;
mod operations;
mod purity;
mod routes;
mod settings;
mod signatures;
mod size;
mod words;

pub use cloud::{
    deleting_the_stack_loses_nothing, functions_are_bounded, no_message_gets_lost, nothing_is_open,
    parameters_say_what_they_are, what_is_kept_is_safe,
};
pub use contract::contract_lists_every_code;
pub use dependencies::{dependencies_point_inwards, each_dependency_has_a_reason};
pub use documents::{documents_name_what_is_there, each_trap_has_its_test, links_lead_somewhere};
pub use operations::{each_alarm_has_an_entry, nothing_fails_unseen, what_is_counted_is_watched};
pub use purity::{domain_does_not_wait, no_floats, only_the_shell_touches_the_machine};
pub use routes::routes_are_the_same_everywhere;
pub use settings::settings_are_read_and_set;
pub use signatures::no_vendor_in_a_signature;
pub use size::{files_are_short, functions_are_short};
pub use words::{names_say_something, nothing_is_left_for_later, one_macro};
