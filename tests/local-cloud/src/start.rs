//! Assembly: from the template's text to a running local cloud.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use crate::aws::{Aws, UNBOUND};
use crate::cloud::{LocalCloud, Shared};
use crate::gateway::Gateway;
use crate::invocations::{Hosted, Invocations};
use crate::issuer::Issuer;
use crate::keys::Keys;
use crate::options::{Options, TENANT, TemplateText};
use crate::queues::Queues;
use crate::servers::{Place, Servers};
use crate::tap::Tap;
use crate::template::{self, Function, Given, REGION, Template};
use crate::{StartError, engine, functions, keep, page, salt_edge, secrets};

impl LocalCloud {
    /// Starts everything that the template describes, or says in one sentence why not.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        // A second local cloud in one process finds a provider installed; it is the same one.
        drop(rustls::crypto::ring::default_provider().install_default());
        let places = Places::take(&options).await?;
        let ground = Ground::new(options, &places)?;
        let template = ground.template(&ground.options.salt_edge.url)?;
        engine::agrees(&template.table).map_err(|refusal| refusal.of(&ground.file))?;
        let folder = keep::folder(&ground.options.data)?;
        let folder = folder.as_deref();
        let database = engine::open(folder, &ground.options.clock)?;
        let queues = Queues::new(template.queues.clone(), keep::read(folder, "queues.json")?);
        let invocations = Arc::new(Invocations::default());
        let parts = Parts {
            http: http_client()?,
            tap: Tap::new(invocations.clone()),
            queues: Arc::new(queues),
            issuer: Arc::new(Issuer::new(&ground.page)?),
            table: table_client(&ground.aws)?,
            invocations,
        };

        let mut servers = Servers::new();
        let aws = ground.aws(&template, &parts, folder, &places.engine.url)?;
        servers.serve_engine(places.engine, database.clone());
        servers.serve(places.aws, crate::aws::router(Arc::new(aws)));
        engine::prepare(&parts.table, &template.table).await?;
        for function in &template.functions {
            ground.host(function, &parts, &mut servers).await?;
        }
        let shared = ground.shared(&template, &parts, database, folder);
        let (api, clock) = (template.api, ground.options.clock);
        let gateway =
            Gateway::new(api, &template.functions, parts.issuer.clone(), parts.invocations, clock)
                .watched(shared.watch.clone());
        servers.serve(places.api, Arc::new(gateway).router());
        let config = shared.clone();
        let site = page::router(Arc::new(move || config.page_config()));
        servers.serve(places.page, site.merge(parts.issuer.router()));
        Ok(Self::new(shared, servers))
    }
}

/// The addresses, taken before the template is read, because it is told of them.
struct Places {
    aws: Place,
    engine: Place,
    api: Place,
    page: Place,
}

impl Places {
    async fn take(options: &Options) -> Result<Self, StartError> {
        Ok(Self {
            page: Place::take(options.ports.page).await?,
            api: Place::take(options.ports.api).await?,
            aws: Place::take(0).await?,
            engine: Place::take(0).await?,
        })
    }
}

/// What several functions of the local cloud share while it starts.
struct Parts {
    http: reqwest::Client,
    tap: Tap,
    queues: Arc<Queues>,
    issuer: Arc<Issuer>,
    table: aws_sdk_dynamodb::Client,
    invocations: Arc<Invocations>,
}

/// What the template is evaluated with.
struct Ground {
    options: Options,
    file: String,
    text: String,
    aws: String,
    api: String,
    page: String,
}

impl Ground {
    fn new(options: Options, places: &Places) -> Result<Self, StartError> {
        let (file, text) = match &options.template {
            TemplateText::Text(text) => ("template.yaml".to_owned(), text.clone()),
            TemplateText::File(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|source| StartError::File { path: path.clone(), source })?;
                let name = path.file_name().unwrap_or(path.as_os_str());
                (name.to_string_lossy().into_owned(), text)
            }
        };
        let (aws, api, page) =
            (places.aws.url.clone(), places.api.url.clone(), places.page.url.clone());
        Ok(Self { options, file, text, aws, api, page })
    }

    /// The template with Salt Edge at this address.
    fn template(&self, salt_edge: &str) -> Result<Template, StartError> {
        let mut parameters = self.parameters();
        parameters.insert("SaltEdgeUrl".to_owned(), salt_edge.to_owned());
        parameters.extend(self.options.parameters.clone());
        let given = Given { parameters: &parameters, queues: self.aws.clone() };
        template::read(&self.text, &given).map_err(|refusal| refusal.of(&self.file))
    }

    fn parameters(&self) -> BTreeMap<String, String> {
        let mut return_urls = self.options.return_urls.clone();
        let own = [format!("{}/return", self.page), format!("{}/", self.page)];
        return_urls.entry(TENANT.to_owned()).or_default().extend(own);
        let mut parameters = BTreeMap::from([
            ("CallbackBaseUrl", self.api.clone()),
            ("JwtIssuer", self.page.clone()),
            ("AllowedOrigins", self.page.clone()),
            ("ReturnUrls", json!(return_urls).to_string()),
            ("IncludeSandboxes", "true".to_owned()),
        ]);
        if let Some(key) = &self.options.salt_edge.callback_key {
            parameters.insert("CallbackKey6", key.clone());
        }
        if let Some(dashboard) = &self.options.salt_edge.dashboard {
            parameters.insert("DashboardUrl", dashboard.clone());
        }
        parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn aws(
        &self,
        template: &Template,
        parts: &Parts,
        folder: Option<&Path>,
        engine: &str,
    ) -> Result<Aws, StartError> {
        let role = |function: &Function| (function.package.clone(), function.allows.clone());
        Ok(Aws {
            queues: parts.queues.clone(),
            secrets: secrets::texts(&template.secrets, &self.options, folder)?,
            keys: Keys::open(&template.signing_keys, folder)?,
            engine: engine.to_owned(),
            http: parts.http.clone(),
            roles: template.functions.iter().map(role).collect(),
            table_arn: template.table.arn(),
            clock: self.options.clock.clone(),
            tap: parts.tap.clone(),
        })
    }

    /// Starts one function with the environment that the template gives it.
    async fn host(
        &self,
        function: &Function,
        parts: &Parts,
        servers: &mut Servers,
    ) -> Result<(), StartError> {
        let package = function.package.as_str();
        let environment = if self.options.salt_edge.tapped {
            let way = self.way(package, parts, servers).await?;
            let template = self.template(&way)?;
            let own = template.functions.into_iter().find(|one| one.package == package);
            own.map(|own| own.environment).unwrap_or_default()
        } else {
            function.environment.clone()
        };
        let machine = machine(&self.aws, package);
        let environment: Vec<_> = environment.into_iter().chain(machine).collect();
        let platform = shell::Platform {
            env: environment.iter().cloned().collect(),
            clock: self.options.clock.shared(),
            entropy: self.options.entropy.clone(),
        };
        let started = functions::start(package, platform).await?;
        functions::compare(function, &started).map_err(|refusal| refusal.of(&self.file))?;
        let hosted = Hosted { function: started, timeout: function.timeout, environment };
        parts.invocations.host(package, hosted);
        Ok(())
    }

    /// Opens the function's own way to Salt Edge; its base URL.
    async fn way(
        &self,
        package: &str,
        parts: &Parts,
        servers: &mut Servers,
    ) -> Result<String, StartError> {
        let url = url::Url::parse(&self.options.salt_edge.url)
            .map_err(|error| StartError::given("Salt Edge's address", &error))?;
        let place = Place::take(0).await?;
        let base = format!("{}{}", place.url, url.path().trim_end_matches('/'));
        let way = salt_edge::Way {
            function: package.to_owned(),
            origin: url.origin().ascii_serialization(),
            http: parts.http.clone(),
            tap: parts.tap.clone(),
        };
        servers.serve(place, salt_edge::router(Arc::new(way)));
        Ok(base)
    }

    fn shared(
        &self,
        template: &Template,
        parts: &Parts,
        database: dynoxide::Database,
        folder: Option<&Path>,
    ) -> Arc<Shared> {
        Arc::new(Shared {
            api: self.api.clone(),
            page: self.page.clone(),
            dashboard: template.variable("HALITE_DASHBOARD_URL"),
            mode: template.variable("HALITE_MODE"),
            clock: self.options.clock.clone(),
            audience: template.api.audience.first().cloned().unwrap_or_default(),
            issuer: parts.issuer.clone(),
            queues: parts.queues.clone(),
            invocations: parts.invocations.clone(),
            tap: parts.tap.clone(),
            sources: template
                .functions
                .iter()
                .filter_map(|f| f.source.clone().map(|source| (f.package.clone(), source)))
                .collect(),
            rates: template
                .functions
                .iter()
                .filter_map(|f| f.rate.map(|rate| (f.package.clone(), rate)))
                .collect(),
            table: parts.table.clone(),
            table_name: template.table.name.clone(),
            database,
            folder: folder.map(Path::to_path_buf),
            pump: std::sync::Mutex::default(),
            watch: Arc::default(),
        })
    }
}

/// What Lambda itself puts into a function's environment, and where its services are here.
fn machine(aws: &str, package: &str) -> Vec<(String, String)> {
    let endpoint = format!("{aws}/{package}");
    [
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &endpoint),
        ("AWS_ENDPOINT_URL_SQS", &endpoint),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &endpoint),
        ("AWS_ENDPOINT_URL_KMS", &endpoint),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn http_client() -> Result<reqwest::Client, StartError> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| StartError::given("the HTTP client", &error))
}

/// The embedder's own client of the table; no role holds it back.
fn table_client(aws: &str) -> Result<aws_sdk_dynamodb::Client, StartError> {
    let environment = machine(aws, UNBOUND).into_iter().collect();
    let aws = shell::Aws::from_env(&environment);
    Ok(aws.map_err(|error| StartError::given("the table's client", &error))?.dynamodb())
}
