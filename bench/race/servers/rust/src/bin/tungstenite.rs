//! The echo server of tokio-tungstenite's own examples: what comes is forwarded
//! to where it came from. forward flushes when nothing more is there to be read,
//! so that the answers to all that one read has brought go out together.

use futures_util::{StreamExt, TryStreamExt, future};

fn main() -> std::io::Result<()> {
    servers::serve(|stream| async {
        if let Ok(ws) = tokio_tungstenite::accept_async(stream).await {
            let (write, read) = ws.split();
            let data = |m: &tokio_tungstenite::tungstenite::Message| future::ready(m.is_text() || m.is_binary());
            let _ = read.try_filter(data).forward(write).await;
        }
    })
}
