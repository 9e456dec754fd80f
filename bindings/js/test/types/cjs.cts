// As above, by require().
import golws = require("golws");
import slim = require("golws/slim");

async function uses(): Promise<void> {
  await slim.init("lws.wasm");
  const ws: golws.WebSocket = new golws.WebSocket("ws://localhost/");
  const m: golws.Message | undefined = await ws.receive();
  void m;
}
void uses;
