//! Each law is shown trees that break it.

use tidy::{Kind, Tree, Use, laws};

use crate::{Law, PROJECT, notices};

/// The project with one edit.
fn edited(file: &str, from: &str, to: &str) -> Tree {
    PROJECT.clone().edit(file, from, to)
}

/// Only this file.
fn file_alone(file: &str, text: &str) -> Tree {
    PROJECT.bare().with(file, text)
}

#[test]
fn a_dependency_in_the_wrong_direction() {
    let law = laws::dependencies_point_inwards;
    let table = [
        ("connect", "sync", Kind::Normal, "connect may not depend on sync"),
        ("domain", "shell", Kind::Normal, "domain may not depend on shell"),
        ("store", "salt-edge", Kind::Normal, "store may not depend on salt-edge"),
        ("sync", "simulator", Kind::Build, "only a dev-dependency"),
        ("domain", "tokio", Kind::Normal, "take tokio out of domain"),
        ("domain", "axum", Kind::Normal, "axum belongs to []"),
        ("sync", "aws-sdk-dynamodb", Kind::Normal, r#"belongs to ["store", "shell"]"#),
        ("store", "reqwest", Kind::Normal, r#"belongs to ["salt-edge"]"#),
        ("webhook", "aws-sdk-sqs", Kind::Normal, r#"belongs to ["shell"]"#),
        ("connect", "lambda_http", Kind::Normal, r#"belongs to ["shell"]"#),
        ("revoke", "rand", Kind::Normal, "rand belongs to []"),
    ];
    for (package, on, kind, words) in table {
        let broken = PROJECT.bare().depending(package, Use { name: on.to_owned(), kind });
        let folder = PROJECT.packages().iter().find(|known| known.name == package);
        let folder = folder.map(|package| package.folder.as_str()).unwrap_or_default();
        notices(law, &PROJECT.bare(), &broken, &format!("{folder}/Cargo.toml"), words);
    }
}

#[test]
fn a_dev_dependency_on_a_test_crate_is_allowed() {
    let simulator = Use { name: "simulator".to_owned(), kind: Kind::Dev };
    let tree = PROJECT.bare().depending("salt-edge", simulator);
    assert_eq!(laws::dependencies_point_inwards(&tree), []);
}

#[test]
fn a_dependency_without_a_reason() {
    let broken = edited("Cargo.toml", "\n[workspace.lints.rust]", "\nserde_qs = \"1\"\n\n[x]");
    notices(
        laws::each_dependency_has_a_reason,
        &PROJECT,
        &broken,
        "Cargo.toml",
        "say in a comment",
    );
}

#[test]
fn source_that_breaks_a_law() {
    let pure: Law = laws::only_the_shell_touches_the_machine;
    let table: &[(Law, &str, &str, &str)] = &[
        (pure, "shared/domain", "fn f() { let _ = jiff::Timestamp::now(); }", "shell::Clock"),
        (pure, "functions/sync", "use std::time::SystemTime;", "SystemTime outside"),
        (pure, "functions/sync", "fn f() { std::time::Instant::now(); }", "Instant::now outside"),
        (pure, "shared/store", r#"fn f() { std::env::var("X").ok(); }"#, "shell::Env"),
        (pure, "shared/store", "use ring::rand::SystemRandom;", "shell::Entropy"),
        (laws::no_floats, "shared/shell", "const A: f64 = 1.5;", "f64 is a float"),
        (laws::no_floats, "functions/sync", "fn f() { g(1.5); }", "1.5 is a float"),
        (
            laws::no_floats,
            "functions/sync",
            "fn f() { t.as_secs_f32(); }",
            "as_secs_f32 is a float",
        ),
        (laws::domain_does_not_wait, "shared/domain", "async fn f() {}", "load first"),
        (laws::one_macro, "shared/store", "macro_rules! keys { () => {} }", "only macro_rules!"),
        (
            laws::nothing_is_left_for_later,
            "shared/store",
            concat!("fn f() { to", "do!() }"),
            "write it",
        ),
        (
            laws::nothing_is_left_for_later,
            "shared/store",
            concat!("#[", "ignore] fn f() {}"),
            "no test is ignored",
        ),
        (
            laws::nothing_is_left_for_later,
            "shared/store",
            concat!("// TO", "DO: later"),
            "do it now",
        ),
    ];
    for (law, room, source, words) in table {
        let file = format!("{room}/src/broken.rs");
        notices(*law, &PROJECT.bare(), &file_alone(&file, source), &file, words);
    }
}

#[test]
fn a_field_of_a_tuple_is_no_float_and_a_comment_reads_no_clock() {
    let source = "/// As `Timestamp::now` says, 1.5 f64.\nfn f() { x.0.1 }";
    let tree = file_alone("shared/store/src/sound.rs", source);
    assert_eq!(laws::no_floats(&tree), []);
    assert_eq!(laws::only_the_shell_touches_the_machine(&tree), []);
}

#[test]
fn a_vendor_in_a_signature() {
    let file = "functions/sync/src/broken.rs";
    for source in [
        "pub fn f(client: &aws_sdk_dynamodb::Client) {}",
        "use aws_sdk_sqs::Client as Queue;\npub(crate) fn f(client: Option<Queue>) {}",
        "use lambda_http::{Request, Response};\nimpl X { pub async fn f(&self) -> Response<()> {} }",
        "pub fn f() -> impl Fn(reqwest::Url) {}",
        "pub fn f<T: Into<http::HeaderMap>>(t: T) {}",
    ] {
        let broken = file_alone(file, source);
        notices(
            laws::no_vendor_in_a_signature,
            &PROJECT.bare(),
            &broken,
            file,
            "is a vendor's type",
        );
    }
    let inside = "use aws_sdk_sqs::Client;\nfn f() { let _ = Client::new; }";
    let sound = file_alone(file, inside);
    assert_eq!(laws::no_vendor_in_a_signature(&sound), []);
}

#[test]
fn a_route_that_is_not_everywhere() {
    let (template, contract) = ("template.yaml", "infra/openapi.yaml");
    let (connect, revoke) = ("functions/connect/src/lib.rs", "functions/revoke/src/lib.rs");
    let lost = "is not in infra/openapi.yaml";
    let arm = "\"GET /v1/institutions\" =>";
    let table = [
        (template, "Path: /v1/institutions", "Path: /v1/banks", template, lost),
        (contract, "  /v1/institutions:", "  /v1/banks:", contract, "is not in template.yaml"),
        (connect, "\"GET /v1/institutions\",", "", template, "is not in the ROUTES"),
        (revoke, "\"DELETE /v1", "\"GET /gone\", \"DELETE /v1", revoke, "is not in template.yaml"),
        (connect, arm, "\"GET /gone\" =>", connect, "has no arm"),
        (
            template,
            "AuthorizationScopes: [halite:read]",
            "Authorizer: NONE",
            template,
            "the access",
        ),
        (
            contract,
            r#"halite: ["halite:read"]"#,
            r#"halite: ["halite:write"]"#,
            template,
            "the access",
        ),
        (template, "Auth: { Authorizer: NONE }", "Auth: {}", template, "say who may call"),
        (
            contract,
            "x-halite-function: connect",
            "x-halite-function: sync",
            template,
            "the function",
        ),
        (template, "Method: DELETE", "Method: PUT", template, lost),
    ];
    for (file, from, to, told, words) in table {
        let broken = edited(file, from, to);
        notices(laws::routes_are_the_same_everywhere, &PROJECT, &broken, told, words);
    }
}

#[test]
fn a_code_that_is_not_in_the_contract() {
    let mut files = PROJECT.files();
    let (problem, _) = files.find(|(_, text)| text.contains("pub enum Code {")).unwrap();
    let contract = "infra/openapi.yaml";
    let action = "shared/domain/src/next_action.rs";
    let table = [
        (
            problem,
            "    MalformedJson,",
            "    MalformedJson,\n    OddJson,",
            problem,
            "odd_json is not in",
        ),
        (
            contract,
            "\n        - malformed_json\n",
            "\n        - odd_json\n",
            contract,
            "odd_json is no Code",
        ),
        (action, "    WaitBudget,", "    WaitBudget,\n    Sleep,", action, "sleep is not in"),
        (
            contract,
            "            - wait_budget",
            "            - sleep",
            contract,
            "sleep is no NextAction",
        ),
    ];
    for (file, from, to, told, words) in table {
        let broken = edited(file, from, to);
        notices(laws::contract_lists_every_code, &PROJECT, &broken, told, words);
    }
}

#[test]
fn a_setting_that_is_not_given_or_not_read() {
    let (template, sync) = ("template.yaml", "functions/sync/src/start.rs");
    let (schedule, law) = ("functions/schedule/src/lib.rs", laws::settings_are_read_and_set);
    let table = [
        (
            template,
            "HALITE_RETURN_URLS:",
            "HALITE_RETURN_URL:",
            template,
            "nothing in functions/connect",
        ),
        (sync, "\"HALITE_MODE\"", "\"HALITE_MOOD\"", sync, "HALITE_MOOD is not set for Sync"),
        (
            schedule,
            "\"HALITE_TABLE\"",
            "\"HALITE_LIST\"",
            schedule,
            "HALITE_LIST is not set for Schedule",
        ),
    ];
    for (file, from, to, told, words) in table {
        notices(law, &PROJECT, &edited(file, from, to), told, words);
    }
}

#[test]
fn what_is_too_long() {
    let file = "shared/store/src/long.rs";
    let long = "// a line\n".repeat(301);
    notices(
        laws::files_are_short,
        &PROJECT.bare(),
        &file_alone(file, &long),
        file,
        "301 lines without tests",
    );
    let tests = format!("mod tests {{\n{long}}}\n");
    assert_eq!(laws::files_are_short(&file_alone(file, &tests)), [], "tests do not count");

    let function = |body: String| format!("impl X {{\nfn f() {{\n{body}}}\n}}\n");
    let broken = file_alone(file, &function("g();\n".repeat(59)));
    notices(laws::functions_are_short, &PROJECT.bare(), &broken, file, "f has 61 lines");
    let rows = "1 => 2,\n".repeat(80);
    let table = file_alone(file, &function(format!("match x {{\n{rows}}}\n")));
    assert_eq!(laws::functions_are_short(&table), [], "the rows of a table do not count");
    let work = file_alone(file, &function(format!("match x {{\n{rows}3 => {{}}}}\n")));
    notices(laws::functions_are_short, &PROJECT.bare(), &work, file, "f has 84 lines");
}

#[test]
fn a_name_that_refuses_nothing() {
    let law = laws::names_say_something;
    for file in ["shared/store/src/utils.rs", "tests/e2e/tests/common/mod.rs", "tests/misc.rs"] {
        notices(law, &PROJECT.bare(), &file_alone(file, ""), file, "call it after what it does");
    }
}

#[test]
fn a_trap_that_no_test_shows() {
    let (law, file) = (laws::each_trap_has_its_test, "tests/traps.md");
    for (from, to, words) in [
        ("| 33 |", "| 34 |", "trap 33 comes here"),
        ("`trap_33_a_", "`trap_33_the_", "is no test"),
        ("`trap_33_a_category_may_be_absent`", "nothing", "no test shows trap 33"),
        ("\n| 39 |", "\n|", "trap 39 is missing"),
    ] {
        notices(law, &PROJECT, &edited(file, from, to), file, words);
    }
}

#[test]
fn a_document_that_lags_behind() {
    let law = laws::documents_name_what_is_there;
    let (map, readme) = ("ARCHITECTURE.md", "README.md");
    let folders: Vec<&str> = PROJECT.packages().iter().map(|one| one.folder.as_str()).collect();
    let commands = "`cargo run`, `tests/run`, `sam build`, `sam deploy`";
    let sound = PROJECT.bare().with(map, &folders.join(", ")).with(readme, commands);
    assert_eq!(law(&sound), []);
    let broken = sound.clone().edit(readme, "tests/run", "cargo test");
    notices(law, &sound, &broken, readme, "`tests/run` is not explained");
    let broken = sound.clone().edit(map, "shared/domain", "the core");
    notices(law, &sound, &broken, map, "shared/domain is not on the map");

    let file = "infra/NOTES.md";
    let text = "\nSee [there](../gone.md), [here](openapi.yaml) and [far](https://example.com/).";
    let broken = file_alone(file, text).with("infra/openapi.yaml", "");
    let told = laws::links_lead_somewhere(&broken);
    assert_eq!(told.len(), 1, "only one link is dead: {told:?}");
    notices(laws::links_lead_somewhere, &PROJECT.bare(), &broken, file, "../gone.md is not there");
}
