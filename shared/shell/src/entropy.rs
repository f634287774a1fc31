//! Randomness, as a thing that is handed in.

use std::{fmt, sync::Arc};

use ring::rand::{SecureRandom, SystemRandom};

/// The source failed: without randomness nothing may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the machine gave no random bytes")]
pub struct NoEntropy;

type Fill = dyn Fn(&mut [u8]) -> Result<(), NoEntropy> + Send + Sync;

/// Gives random bytes that nobody can guess.
#[derive(Clone)]
pub struct Entropy(Arc<Fill>);

impl Entropy {
    /// The machine's source.
    pub fn system() -> Self {
        let source = SystemRandom::new();
        Self(Arc::new(move |bytes| source.fill(bytes).map_err(|_| NoEntropy)))
    }

    /// A source that asks `fill`.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |bytes| {
            fill(bytes);
            Ok(())
        }))
    }

    /// `N` random bytes. Errors: [`NoEntropy`].
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoEntropy> {
        let mut bytes = [0; N];
        (self.0)(&mut bytes)?;
        Ok(bytes)
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}
