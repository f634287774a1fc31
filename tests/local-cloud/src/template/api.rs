//! The HTTP API: authoriser, CORS, and the routes that functions' events add to it.

use super::yaml::Node;
use super::{Refusal, Resource};

/// The one HTTP API.
#[derive(Debug)]
pub(crate) struct Api {
    /// Logical id.
    pub(crate) id: String,
    /// Claim `iss` that a token must carry.
    pub(crate) issuer: String,
    /// Values of claim `aud` that are accepted.
    pub(crate) audience: Vec<String>,
    /// What browsers on other origins may do.
    pub(crate) cors: Cors,
    /// Name of the authoriser that routes have unless they say otherwise.
    authorizer: String,
}

/// `CorsConfiguration`; without one no page on another origin may call.
#[derive(Debug, Default)]
pub(crate) struct Cors {
    /// Origins, exactly, or `*`.
    pub(crate) origins: Vec<String>,
    /// Methods.
    pub(crate) methods: Vec<String>,
    /// Request headers.
    pub(crate) headers: Vec<String>,
    /// Response headers that a page may read.
    pub(crate) exposed: Vec<String>,
    /// Seconds that a browser may remember this.
    pub(crate) max_age: u32,
}

/// One route of the API.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// HTTP method.
    pub(crate) method: String,
    /// Path with `{parameters}`.
    pub(crate) path: String,
    /// Whether anybody may call it.
    pub(crate) public: bool,
    /// Scopes of which the token must carry one; empty asks for none.
    pub(crate) scopes: Vec<String>,
    /// Line of its event.
    pub(crate) line: usize,
}

impl Route {
    /// The gateway's name of the route: `GET /v1/accounts/{id}`.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

#[cfg(test)]
impl Api {
    /// An API of these properties.
    pub(crate) fn for_tests(issuer: &str, audience: &str, cors: Cors) -> Self {
        Self {
            id: "Api".to_owned(),
            issuer: issuer.to_owned(),
            audience: vec![audience.to_owned()],
            cors,
            authorizer: "halite".to_owned(),
        }
    }
}

/// The one `AWS::Serverless::HttpApi`.
pub(crate) fn read(resources: &[Resource], line: usize) -> Result<Api, Refusal> {
    let mut apis = resources.iter().filter(|one| one.kind == "AWS::Serverless::HttpApi");
    let (Some(resource), None) = (apis.next(), apis.next()) else {
        return Err(Refusal::at(line, "exactly one AWS::Serverless::HttpApi is served here"));
    };
    let properties = &resource.properties;
    properties.only(&[
        "Description",
        "FailOnWarnings",
        "Auth",
        "CorsConfiguration",
        "DefaultRouteSettings",
        "AccessLogSettings",
    ])?;
    let auth = properties.need("Auth")?;
    auth.only(&["DefaultAuthorizer", "Authorizers"])?;
    let name = auth.need("DefaultAuthorizer")?;
    let authorizer = auth
        .need("Authorizers")?
        .get(name.text()?)
        .ok_or_else(|| Refusal::at(name.line, "DefaultAuthorizer names none of the Authorizers"))?;
    authorizer.only(&["IdentitySource", "JwtConfiguration"])?;
    let source = authorizer.need("IdentitySource")?;
    if source.text()? != "$request.header.Authorization" {
        return Err(Refusal::at(source.line, "the token is read from Authorization only"));
    }
    let jwt = authorizer.need("JwtConfiguration")?;
    jwt.only(&["issuer", "audience"])?;
    Ok(Api {
        id: resource.id.clone(),
        issuer: jwt.need("issuer")?.text()?.to_owned(),
        audience: jwt.need("audience")?.texts()?,
        cors: properties.get("CorsConfiguration").map_or(Ok(Cors::default()), cors)?,
        authorizer: name.text()?.to_owned(),
    })
}

fn cors(node: &Node) -> Result<Cors, Refusal> {
    node.only(&["AllowOrigins", "AllowMethods", "AllowHeaders", "ExposeHeaders", "MaxAge"])?;
    Ok(Cors {
        origins: node.need("AllowOrigins")?.texts()?,
        methods: node.need("AllowMethods")?.texts()?,
        headers: node.need("AllowHeaders")?.texts()?,
        exposed: node.get("ExposeHeaders").map_or(Ok(Vec::new()), Node::texts)?,
        max_age: node.get("MaxAge").map_or(Ok(0), Node::number)?,
    })
}

/// The properties of one `HttpApi` event.
pub(crate) fn route(api: &Api, event: &Node) -> Result<Route, Refusal> {
    event.only(&["ApiId", "Method", "Path", "Auth"])?;
    let auth = event.get("Auth");
    if let Some(auth) = auth {
        auth.only(&["Authorizer", "AuthorizationScopes"])?;
    }
    let named = auth.and_then(|auth| auth.get("Authorizer"));
    let public = match named {
        None => false,
        Some(name) if name.text()? == "NONE" => true,
        Some(name) if name.text()? == api.authorizer => false,
        Some(name) => {
            return Err(Refusal::at(name.line, format!("there is no authoriser {}", name.text()?)));
        }
    };
    let scopes = auth.and_then(|auth| auth.get("AuthorizationScopes"));
    let path = event.need("Path")?;
    if !path.text()?.starts_with('/') || path.text()?.contains('+') {
        return Err(Refusal::at(
            path.line,
            "a path begins with / and has no greedy parameter here",
        ));
    }
    Ok(Route {
        method: event.need("Method")?.text()?.to_owned(),
        path: path.text()?.to_owned(),
        public,
        scopes: scopes.map_or(Ok(Vec::new()), Node::texts)?,
        line: event.line,
    })
}
