//! What both servers begin with.

use std::future::Future;
use tokio::net::{TcpListener, TcpStream};

/// Accepts connections on 127.0.0.1, at the port that the command line names,
/// and gives each a task. There is one thread, since the server has one core.
pub fn serve<F: Future<Output = ()> + Send + 'static>(handle: impl Fn(TcpStream) -> F) -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|p| p.parse::<u16>().ok()).expect("usage: PROGRAM PORT");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(handle(stream));
        }
    })
}
