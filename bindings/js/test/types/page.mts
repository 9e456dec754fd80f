// With the browser's condition there is no serve().
import * as golws from "golws";

const ws: golws.WebSocket = new golws.WebSocket("ws://localhost/");
void ws;
// @ts-expect-error: a page does not listen
golws.serve({});
