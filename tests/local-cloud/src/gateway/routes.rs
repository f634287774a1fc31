//! Which route a request meets.

use std::collections::BTreeMap;

use axum::http::Method;

use crate::template::{Function, Route};

/// All routes, most exact first.
pub(crate) struct Routes(Vec<(Route, String)>);

/// The route that a request met.
pub(crate) struct Found<'a> {
    /// The route.
    pub(crate) route: &'a Route,
    /// The function behind it.
    pub(crate) function: &'a str,
    /// Values of its path parameters, percent-decoded.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Routes {
    /// The routes of these functions.
    pub(crate) fn new(functions: &[Function]) -> Self {
        let of = |function: &Function| {
            let package = function.package.clone();
            function.routes.clone().into_iter().map(move |route| (route, package.clone()))
        };
        let mut routes: Vec<_> = functions.iter().flat_map(of).collect();
        // Of two paths that fit, the one with fewer parameters is meant.
        routes.sort_by_key(|(route, _)| route.path.matches('{').count());
        Self(routes)
    }

    /// The most exact route for this method and path.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        self.0.iter().find_map(|(route, function)| {
            let parameters = (route.method == method.as_str()).then(|| fit(&route.path, path));
            parameters.flatten().map(|parameters| Found { route, function, parameters })
        })
    }
}

fn fit(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(given)) => {
                let name = wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                match name {
                    Some(name) if !given.is_empty() => {
                        parameters.insert(name.to_owned(), decoded(given));
                    }
                    None if wanted == given => {}
                    Some(_) | None => return None,
                }
            }
            (Some(_), None) | (None, Some(_)) => return None,
        }
    }
}

/// Percent-decoded; a plus in a path is a plus.
fn decoded(segment: &str) -> String {
    let form = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(form.as_bytes())
        .next()
        .map_or_else(|| segment.to_owned(), |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_segment_by_segment() {
        for (pattern, path, want) in [
            ("/v1/accounts/{id}", "/v1/accounts/acc_1", Some("acc_1")),
            ("/v1/accounts/{id}", "/v1/accounts/a%2Fb", Some("a/b")),
            ("/v1/accounts/{id}", "/v1/accounts/a+b", Some("a+b")),
            ("/v1/accounts/{id}", "/v1/accounts/", None),
            ("/v1/accounts/{id}", "/v1/accounts", None),
            ("/v1/accounts/{id}", "/v1/accounts/a/b", None),
            ("/v1/accounts/{id}", "/v1/account/a", None),
        ] {
            let got = fit(pattern, path).map(|found| found["id"].clone());
            assert_eq!(got.as_deref(), want, "{path}");
        }
    }
}
