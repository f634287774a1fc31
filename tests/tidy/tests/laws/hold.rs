//! The project keeps its laws.

use tidy::laws;

use crate::holds;

#[test]
fn dependencies_point_inwards() {
    holds(laws::dependencies_point_inwards);
}

#[test]
fn each_dependency_has_a_reason() {
    holds(laws::each_dependency_has_a_reason);
}

#[test]
fn no_vendor_in_a_signature() {
    holds(laws::no_vendor_in_a_signature);
}

#[test]
fn only_the_shell_touches_the_machine() {
    holds(laws::only_the_shell_touches_the_machine);
}

#[test]
fn no_floats() {
    holds(laws::no_floats);
}

#[test]
fn domain_does_not_wait() {
    holds(laws::domain_does_not_wait);
}

#[test]
fn routes_are_the_same_everywhere() {
    holds(laws::routes_are_the_same_everywhere);
}

#[test]
fn contract_lists_every_code() {
    holds(laws::contract_lists_every_code);
}

#[test]
fn settings_are_read_and_set() {
    holds(laws::settings_are_read_and_set);
}

#[test]
fn files_are_short() {
    holds(laws::files_are_short);
}

#[test]
fn functions_are_short() {
    holds(laws::functions_are_short);
}

#[test]
fn names_say_something() {
    holds(laws::names_say_something);
}

#[test]
fn nothing_is_left_for_later() {
    holds(laws::nothing_is_left_for_later);
}

#[test]
fn one_macro() {
    holds(laws::one_macro);
}

#[test]
fn documents_name_what_is_there() {
    holds(laws::documents_name_what_is_there);
}

#[test]
fn each_trap_has_its_test() {
    holds(laws::each_trap_has_its_test);
}

#[test]
fn links_lead_somewhere() {
    holds(laws::links_lead_somewhere);
}

#[test]
fn what_is_written_is_up_to_date() {
    holds(tidy::written::what_is_written_is_up_to_date);
}

#[test]
fn no_message_gets_lost() {
    holds(laws::no_message_gets_lost);
}

#[test]
fn what_is_kept_is_safe() {
    holds(laws::what_is_kept_is_safe);
}

#[test]
fn deleting_the_stack_loses_nothing() {
    holds(laws::deleting_the_stack_loses_nothing);
}

#[test]
fn parameters_say_what_they_are() {
    holds(laws::parameters_say_what_they_are);
}

#[test]
fn nothing_is_open() {
    holds(laws::nothing_is_open);
}

#[test]
fn functions_are_bounded() {
    holds(laws::functions_are_bounded);
}

#[test]
fn each_alarm_has_an_entry() {
    holds(laws::each_alarm_has_an_entry);
}

#[test]
fn what_is_counted_is_watched() {
    holds(laws::what_is_counted_is_watched);
}

#[test]
fn nothing_fails_unseen() {
    holds(laws::nothing_fails_unseen);
}
