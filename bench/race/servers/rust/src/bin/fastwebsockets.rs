//! The echo server of fastwebsockets' own examples: frames are put together by
//! its FragmentCollector, and the opening handshake is hyper's.

use bytes::Bytes;
use fastwebsockets::{FragmentCollector, OpCode, WebSocketError, upgrade};
use http_body_util::Empty;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;

async fn echo(client: upgrade::UpgradeFut) -> Result<(), WebSocketError> {
    let mut ws = FragmentCollector::new(client.await?);
    loop {
        let frame = ws.read_frame().await?;
        match frame.opcode {
            OpCode::Close => return Ok(()),
            OpCode::Text | OpCode::Binary => ws.write_frame(frame).await?,
            _ => {}
        }
    }
}

async fn answer(mut request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, WebSocketError> {
    let (response, client) = upgrade::upgrade(&mut request)?;
    tokio::spawn(tokio::task::unconstrained(async {
        let _ = echo(client).await;
    }));
    Ok(response)
}

fn main() -> std::io::Result<()> {
    servers::serve(|stream| async {
        let http = http1::Builder::new();
        let _ = http.serve_connection(TokioIo::new(stream), service_fn(answer)).with_upgrades().await;
    })
}
