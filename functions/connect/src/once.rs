//! A link session is begun once for each `Idempotency-Key`, however often the request comes.

use std::future::Future;

use domain::{limits::ANSWER_KEPT, session::LinkSession};
use shell::{Answer, Call, Code, OneRequest, Problem, Seal, token, token_hash};
use store::{Answered, StoreError};

use crate::{limits, start::Parts, view};

/// Answers the request as it was answered before, or stores the session that `new` makes together with
/// the answer: one transaction, so that nothing of it is ever there alone.
///
/// A request that is refused is not kept: it has done nothing, and may be mended and sent again.
pub(crate) async fn begin(
    parts: &Parts,
    call: &Call,
    new: impl Future<Output = Result<LinkSession, Problem>>,
) -> Result<Answer, Problem> {
    let tenant = &call.caller()?.tenant;
    let request = call.one_request()?;
    let bank = parts.bank.get().await?;
    let seal = Seal::new(&bank.account_key, "answers")?;
    if let Some(answered) = parts.table.answered(tenant, &request.name, call.now).await? {
        return again(&answered, &request, &seal);
    }
    let session = new.await?;
    for customer in session.about() {
        if parts.table.erasing(tenant, customer).await?.is_some() {
            return Err(Problem::new(Code::BeingErased));
        }
    }
    if let Err(spent) = limits::count(parts, call, session.whose()).await {
        // The same request, a moment earlier, may have taken the last place.
        let answered = parts.table.answered_now(tenant, &request.name, call.now).await?;
        return answered.map_or(Err(spent), |answered| again(&answered, &request, &seal));
    }
    let token = token(&parts.entropy)?;
    let url = format!("{}/connect/{token}", parts.public_url);
    let answer = view::created(parts, &session, url, call);
    let answered = Answered {
        sealed: seal.close(&parts.entropy, &request.name, answer.body())?,
        status: answer.status(),
        until: call.now + ANSWER_KEPT,
        request: request.name.clone(),
        payload: request.payload.clone(),
    };
    match parts.table.create_session(&session, &token_hash(&token), &answered).await {
        Ok(()) => Ok(answer),
        // The same request was faster, or this very one was stored and its answer got lost.
        Err(StoreError::Conflict) => {
            let answered = parts.table.answered_now(tenant, &request.name, call.now).await?;
            again(&answered.ok_or_else(in_use)?, &request, &seal)
        }
        Err(StoreError::Contended) => Err(in_use()),
        Err(error) => Err(error.into()),
    }
}

fn again(answered: &Answered, request: &OneRequest, seal: &Seal) -> Result<Answer, Problem> {
    if answered.payload != request.payload {
        let detail = "a new request needs a new key; the old one is kept for 24 hours";
        return Err(Problem::new(Code::IdempotencyKeyReused).with_detail(detail));
    }
    let body = seal.open(&answered.request, &answered.sealed)?;
    Ok(Answer::again(answered.status, body))
}

fn in_use() -> Problem {
    Problem::new(Code::IdempotencyKeyInUse).with_detail("send it again: it gets the same answer")
}
