//! Wakes a worker when the middleware has a message.

use std::sync::{Arc, Weak};

use crate::workers::{ReadyQueue, Serve};

/// A callback for the middleware that puts `serve` into the queue. Weak, because `serve` owns the subscription that
/// owns it.
pub fn wake<T: Serve + 'static>(serve: Weak<T>, queue: Arc<ReadyQueue>) -> Box<dyn Fn() + Send + Sync> {
    Box::new(move || {
        if let Some(serve) = serve.upgrade() {
            queue.push(serve);
        }
    })
}
