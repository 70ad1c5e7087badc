import { defineErrors } from "../base/errors.ts";

export const { table: httpErrors, error: httpError } = defineErrors({
  "auth.unknown_host": {
    status: 421,
    sentence: "This server does not answer to the host name of the request.",
    cure: "Use http://127.0.0.1 or http://localhost with the server's port.",
  },
  "request.invalid": {
    status: 422,
    sentence: "The request is not acceptable.",
    cure: "Mend the fields that `errors` lists.",
  },
  "request.bad_json": {
    status: 400,
    sentence: "The body is not JSON that can be read.",
    cure: "Send one JSON object, in UTF-8.",
  },
  "request.bad_url": {
    status: 400,
    sentence: "The URL cannot be read.",
    cure: "Percent-encode what is not a letter, digit, hyphen, dot, underscore or tilde.",
  },
  "request.bad_http": {
    status: 400,
    sentence: "The request is not HTTP that can be read.",
    cure: "Check headers and length of the body.",
  },
  "request.unsupported_type": {
    status: 415,
    sentence: "The body is of another type than JSON.",
    cure: "Send `Content-Type: application/json`.",
  },
  "request.too_large": {
    status: 413,
    sentence: "The body is larger than {max} bytes.",
    cure: "Send less at once.",
  },
  "request.no_route": {
    status: 404,
    sentence: "There is nothing at this method and path.",
    cure: "GET /openapi.json lists what there is.",
  },
  "file.link_invalid": {
    status: 404,
    sentence: "This link opens no file: it has expired, or never did.",
    cure: "Ask the app that gave it for a new one.",
  },
  "request.bad_cursor": {
    status: 422,
    sentence: "The `cursor` is not one that this list gave out.",
    cure: "Send `nextCursor` of the page before unchanged, with the same filters; or start without a cursor.",
  },
  "request.idempotency_mismatch": {
    status: 422,
    sentence: "The `Idempotency-Key` was used for another request.",
    cure: "Draw a new key for each request, and repeat it only with the same body.",
  },
  "request.idempotency_key_invalid": {
    status: 422,
    sentence: "Expected `Idempotency-Key` to be 1 to 200 visible ASCII characters.",
    cure: "Send a UUID.",
  },
  "request.in_progress": {
    status: 409,
    sentence: "A request with this `Idempotency-Key` is still being worked on.",
    cure: "Repeat it in a second: the answer will be there.",
  },
  "request.outcome_unknown": {
    status: 409,
    sentence: "The server stopped while it worked on the request with this `Idempotency-Key`.",
    cure: "Look whether it was done; if not, send it again with a new key.",
  },
  "request.secret_shown_once": {
    status: 409,
    sentence: "The request with this `Idempotency-Key` was answered, with a secret that is not stored.",
    cure: "If the answer was lost, revoke what it made and send the request with a new key.",
  },
  "server.failed": {
    status: 500,
    sentence: "The server failed at this request; the fault is ours.",
    cure: "Try again; if it stays, look up the request id in the server's log.",
  },
  "server.database_unreachable": {
    status: 503,
    sentence: "The database cannot be reached.",
    cure: "Try again in a moment; the server reconnects by itself.",
  },
  "server.port_taken": {
    status: 500,
    sentence: "Port {port} of {host} is in use by another program.",
    cure: "Set `server.port` in tenancy.config.ts to another port, or end that program.",
  },
  "server.address_refused": {
    status: 500,
    sentence: "The server cannot listen on {host}, port {port}: {reason}.",
    cure: "Correct `server.host` and `server.port` in tenancy.config.ts.",
  },
});
