//! What Halite stands on.

use domain::bank::{BankError, RemoteConsentState, RemoteTransaction, Rows, Verdict};
use domain::id::{RemoteAccountId, RemoteConnectionId};
use jiff::SignedDuration;
use secrecy::ExposeSecret;

use crate::{Failure, Finding, Ground, Linked, call::told, ground::BANK};

/// An id that no service gives out.
const NOBODY: &str = "1";

/// After this a bank may be asked again. Source: `refresh_timeout`, usually 60 minutes.
pub(crate) const PAUSE: SignedDuration = SignedDuration::from_hours(2);

/// Asks for everything that must be so.
pub async fn musts(ground: &Ground) -> Result<Vec<Finding>, Failure> {
    let mut found = vec![keys(ground).await, forged(ground).await?];
    found.extend(catalogue(ground).await);
    found.extend(visit(ground).await?);
    found.push(gone(ground).await?);
    if let Some(linked) = &ground.linked {
        found.extend(connection(ground, linked).await?);
        found.extend(rows(ground, &linked.connection).await?);
        found.push(ask(ground, &linked.connection).await?);
    }
    Ok(found)
}

/// A finding of something that either is done or is an error.
fn done<T>(
    what: &'static str,
    result: Result<T, BankError>,
    says: impl Fn(T) -> String,
) -> Finding {
    match result {
        Ok(answer) => Finding::must(what, true, says(answer)),
        Err(error) => Finding::must(what, false, told(&error)),
    }
}

async fn keys(ground: &Ground) -> Finding {
    done("our keys are accepted", control(ground).await, |()| "yes".to_owned())
}

/// These keys read a customer of ours.
async fn control(ground: &Ground) -> Result<(), BankError> {
    let customer = ground.client.customer(&ground.new_customer("control"), ground.now()).await?;
    ground.client.control(&customer, ground.now()).await
}

async fn forged(ground: &Ground) -> Result<Finding, Failure> {
    let (signed, sent) = (r#"{"data":{"identifier":"a"}}"#, r#"{"data":{"identifier":"b"}}"#);
    let reply = ground.caller.forged("/customers", signed, sent).await?;
    let refused = reply.class() == Some("SignatureNotMatch");
    Ok(Finding::must("a body that was not signed is refused", refused, reply.says()))
}

async fn catalogue(ground: &Ground) -> Vec<Finding> {
    let listed = match ground.client.institutions(true, ground.now()).await {
        Ok(listed) => listed,
        Err(error) => return vec![Finding::must("the catalogue is read", false, told(&error))],
    };
    let (banks, apart) = (listed.rows.len(), listed.quarantined.len());
    let sandbox = listed.rows.iter().find(|bank| bank.id.as_str() == BANK);
    let unattended = sandbox.is_some_and(|bank| bank.unattended && bank.country == "XF");
    vec![
        Finding::must(
            "the catalogue is read",
            apart == 0,
            format!("{banks} banks, {apart} unread"),
        ),
        Finding::must("a sandbox bank can be asked unattended", unattended, BANK),
    ]
}

/// A customer and the pages that would link a bank.
async fn visit(ground: &Ground) -> Result<Vec<Finding>, Failure> {
    let (client, now) = (&ground.client, ground.now());
    let customer = client.customer(&ground.new_customer("twice"), now).await;
    let again = client.customer(&ground.new_customer("twice"), now).await;
    let (Ok(customer), Ok(again)) = (&customer, &again) else {
        let error = customer.err().or(again.err()).as_ref().map(told).unwrap_or_default();
        return Ok(vec![Finding::must("a customer is made once", false, error)]);
    };
    let same = customer == again;
    let mut found =
        vec![Finding::must("a customer is made once", same, "the second call finds it")];
    let opened = client.open(&ground.pages(customer.clone())?, now).await;
    let lasts = opened.as_ref().is_ok_and(|pages| pages.expires_at.is_none_or(|end| end > now));
    found.push(match opened {
        Ok(pages) => {
            let host = url::Url::parse(pages.url.expose_secret())?.origin().ascii_serialization();
            Finding::must("pages open for a customer", lasts, host)
        }
        Err(error) => Finding::must("pages open for a customer", false, told(&error)),
    });
    Ok(found)
}

/// What a removal is proven by: not there, while the same keys read something else.
async fn gone(ground: &Ground) -> Result<Finding, Failure> {
    let what = "what is not there is said not to be there";
    let (missing, now) = (NOBODY.parse()?, ground.now());
    let shown = ground.client.connection(&missing, now).await;
    let control = control(ground).await.is_ok();
    Ok(match shown {
        Err(error) => {
            let gone = matches!(error, BankError::Refused { verdict: Verdict::Gone, .. });
            Finding::must(what, gone && control, told(&error))
        }
        Ok(_) => Finding::must(what, false, "a connection nobody made is shown"),
    })
}

async fn connection(ground: &Ground, linked: &Linked) -> Result<Vec<Finding>, Failure> {
    let (client, now) = (&ground.client, ground.now());
    let shown = client.connection(&linked.connection, now).await?;
    let attempt = shown.attempt.as_ref();
    let ended = attempt.is_some_and(|attempt| attempt.finished && attempt.success_at.is_some());
    let tagged = attempt.and_then(|attempt| attempt.tag.clone()) == Some(ground.tag()?);
    let listed = client.connections(&shown.customer, now).await?;
    let found = listed.iter().any(|one| one.id == shown.id);
    let consents = client.consents(&linked.connection, now).await?;
    let active = consents.iter().filter(|one| one.state == RemoteConsentState::Active);
    let active = active.collect::<Vec<_>>();
    let dated = active.iter().all(|one| one.expires_at.is_some() || one.created_at.is_some());
    let mut findings = vec![
        Finding::must("an attempt says that it succeeded", ended, "last_attempt.success_at"),
        Finding::must("a customer's connections are listed", found, listed.len().to_string()),
        Finding::must("one consent is in force", active.len() == 1, consents.len().to_string()),
        Finding::must("a consent says from when or until when", dated, "created_at, expires_at"),
    ];
    if linked.returned.is_some() {
        let what = "our mark comes back on the attempt";
        findings.push(Finding::must(what, tagged, "last_attempt.custom_fields"));
    }
    Ok(findings)
}

async fn rows(ground: &Ground, id: &RemoteConnectionId) -> Result<Vec<Finding>, Failure> {
    let accounts = ground.client.accounts(id, ground.now()).await?;
    let said = format!("{}, {} unread", accounts.rows.len(), accounts.quarantined.len());
    let all = !accounts.rows.is_empty() && accounts.quarantined.is_empty();
    let mut found = vec![Finding::must("accounts are read", all, said)];
    for account in accounts.rows.iter().take(1) {
        found.extend(of_account(ground, id, &account.id).await?);
    }
    Ok(found)
}

async fn of_account(
    ground: &Ground,
    id: &RemoteConnectionId,
    account: &RemoteAccountId,
) -> Result<Vec<Finding>, Failure> {
    let (client, now) = (&ground.client, ground.now());
    let booked = client.transactions(id, account, Rows::Booked, None, now).await?;
    let pending = client.transactions(id, account, Rows::Pending, None, now).await?;
    let apart = client.transactions(id, account, Rows::Duplicated, None, now).await?;
    let unread = booked.quarantined.len() + pending.quarantined.len() + apart.quarantined.len();
    let counts = [booked.rows.len(), pending.rows.len(), apart.rows.len()];
    let said = format!("{counts:?} booked, pending, set aside; {unread} unread");
    let ids =
        |rows: &[RemoteTransaction]| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    let booked = ids(&booked.rows);
    let twice = ids(&pending.rows).iter().any(|row| booked.contains(row));
    let mut found = vec![
        Finding::must("rows are read", unread == 0 && !booked.is_empty(), said),
        Finding::must("a row is booked or pending, not both", !twice, "by id"),
        Finding::must(
            "booked rows come in the order of their ids",
            booked.is_sorted(),
            "ascending",
        ),
    ];
    if let Some(middle) = booked.get(booked.len() / 2) {
        let tail = client.transactions(id, account, Rows::Booked, Some(middle), now).await?;
        let tail = ids(&tail.rows);
        let newer = booked.iter().filter(|row| *row > middle).all(|row| tail.contains(row));
        let older = tail.iter().any(|row| row < middle);
        let with = if tail.contains(middle) { "with" } else { "without" };
        let said = format!("{} of {}, {with} that row", tail.len(), booked.len());
        found.push(Finding::must("reading goes on from a row's id", newer && !older, said));
    }
    Ok(found)
}

/// An ask is taken, or refused with the instant of a later one: never left open.
async fn ask(ground: &Ground, id: &RemoteConnectionId) -> Result<Finding, Failure> {
    let what = "an ask is taken, or told when";
    if let Some(later) = &ground.later {
        later(PAUSE).await;
    }
    let tag = ground.tag()?;
    Ok(match ground.client.ask(id, &tag, ground.now()).await {
        Ok(_) => Finding::must(what, true, "taken"),
        Err(error) => {
            let when = matches!(&error, BankError::Refused { failure, .. } if failure.not_before.is_some());
            Finding::must(what, when, told(&error))
        }
    })
}
