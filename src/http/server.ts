import { readFile } from "node:fs/promises";
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteOptions,
} from "fastify";
import { type Clock, systemClock } from "../base/clock.ts";
import { uuidv7 } from "../base/ids.ts";
import { challengeOf } from "../gate/challenge.ts";
import { isByHttps } from "../gate/credential.ts";
import type { Tenancy } from "../start.ts";
import { accessLogger } from "./access-log.ts";
import { addRoute } from "./add-route.ts";
import { auditor } from "./audit-trail.ts";
import { authenticator } from "./authenticate.ts";
import { authoriser } from "./authorise.ts";
import { serveConsole } from "./console-files.ts";
import { Cursors } from "./cursor.ts";
import { renderErrorPage } from "./error-page.ts";
import { httpError } from "./errors.ts";
import type { House } from "./house.ts";
import { sweepKeys } from "./idempotency.ts";
import {
  BODY_BYTES_MAX,
  DRAIN_MS,
  IDEMPOTENCY_SWEEP_MS,
  KEEP_ALIVE_MS,
  PARAMETER_CHARACTERS_MAX,
  RECEIVE_TIMEOUT_MS,
} from "./limits.ts";
import { renderOpenApi } from "./openapi.ts";
import { asExpected, PROBLEM_TYPE, toProblem } from "./problem.ts";
import { RefusalTally } from "./refusal-tally.ts";
import { routes } from "./routes.ts";
import { addScim } from "./scim.ts";
import { addSecurityHeaders, hostChecker } from "./security.ts";
import { addSsoEndpoints } from "./sso-endpoints.ts";

export interface ServerOptions {
  readonly tenancy: Tenancy;
  /** Default: `server.host` of the configuration. */
  readonly host?: string;
  readonly clock?: Clock;
  /** Folder of the built console; null serves the API alone. */
  readonly consoleDir?: string | null;
}

/** The server, ready to listen. Its requests pass the hooks below in this order. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { tenancy } = options;
  const background = new Background();
  const house = await openHouse(options, background);
  await tenancy.internals.limits.open();
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: PARAMETER_CHARACTERS_MAX },
    forceCloseConnections: "idle",
    trustProxy:
      tenancy.config.server.trustedProxies.length > 0 ? [...tenancy.config.server.trustedProxies] : false,
    // An id of the caller's choice could be made to look like another request's in the audit trail.
    requestIdHeader: false,
    genReqId: () => uuidv7(),
    frameworkErrors: (error, request, reply) => void sendFrameworkError(house, error, request, reply),
    clientErrorHandler,
  });
  app.decorateRequest("principal", null);
  app.decorateRequest("subject", null);
  app.decorateRequest("told");
  // Each request has its own, from its first hook on.
  app.decorateRequest("audited", null as unknown as FastifyRequest["audited"]);
  app.decorateRequest("isByHttps", false);
  const { publicUrl } = tenancy.config.server;
  app.addHook("onRequest", async (request) => {
    request.isByHttps = isByHttps(request, publicUrl);
    request.audited = {};
  });
  app.removeContentTypeParser("text/plain");

  app.addHook("onRequest", addSecurityHeaders);
  app.addHook("onRequest", hostChecker(options.host ?? tenancy.config.server.host));
  app.addHook("onRequest", authenticator(house));
  app.addHook("onRequest", authoriser(house));
  const refusals = new RefusalTally({
    audit: tenancy.internals.audit,
    clock: house.clock,
    onError: (error) => house.log.error("Refusals could not be counted", { error: error.message }),
  });
  app.addHook("onSend", auditor(house, refusals));
  app.addHook("onClose", () => refusals.close());
  app.addHook("onResponse", accessLogger(house.log));
  app.setErrorHandler((failure, request, reply) => sendProblem(house, failure, request, reply));

  const declared: RouteOptions[] = [];
  app.addHook("onRoute", (each) => void declared.push(each));
  for (const each of routes) addRoute(app, house, each);
  const document = renderOpenApi(routes, house.version);
  app.get("/openapi.json", { config: { isPublic: true, action: null } }, async () => document);
  const errorPage = renderErrorPage();
  app.get("/docs/errors", { config: { isPublic: true, action: null } }, async (_, reply) =>
    reply.type("text/html; charset=utf-8").send(errorPage),
  );
  addSsoEndpoints(app, house);
  addScim(app, house);
  await serveConsole(app, options.consoleDir ?? null);

  // Links in mails and passkeys need the port, which may be any free one.
  app.addHook("onListen", async () => {
    const address = app.server.address();
    if (typeof address === "object" && address) house.identity.site.listensAt(address.port);
  });
  keepHouse(app, house, background);
  await app.ready();
  const silent = declared.find(({ config }) => config?.action === undefined);
  if (silent)
    throw new Error(`${silent.url} says neither what it leaves in the audit log nor that it leaves nothing.`);
  return app;
}

/** Listens, and returns the URL. Throws server.port_taken or server.address_refused. */
export async function listen(app: FastifyInstance, at: { host: string; port: number }): Promise<string> {
  try {
    // A copy: Fastify writes into what it is given, and the configuration is frozen.
    await app.listen({ ...at });
  } catch (failure) {
    const { code, message } = failure as { code?: string; message: string };
    if (code === "EADDRINUSE") throw httpError("server.port_taken", at, { cause: failure });
    if (code === undefined) throw failure;
    throw httpError("server.address_refused", { ...at, reason: message }, { cause: failure });
  }
  const address = app.server.address();
  const port = typeof address === "object" && address ? address.port : at.port;
  const isEvery = at.host === "0.0.0.0" || at.host === "::";
  const host = isEvery ? "127.0.0.1" : at.host;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

async function openHouse(options: ServerOptions, background: Background): Promise<House> {
  const { tenancy, clock = systemClock } = options;
  const { rootKey, log, identity } = tenancy.internals;
  return {
    tenancy,
    operators: identity.parts,
    identity: identity.parts,
    credentials: identity.credentials,
    access: await tenancy.internals.access(),
    cursors: new Cursors(rootKey.derive("cursors")),
    clock,
    log,
    version: await readVersion(),
    inBackground: (what, work) => background.run(what, work, log),
  };
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version; // our own file
}

/** Work that requests began and that outlives them. */
class Background {
  readonly #running = new Set<Promise<void>>();
  #isClosing = false;

  run(what: string, work: () => Promise<unknown>, log: House["log"]): void {
    const running = work()
      .then(() => undefined)
      .catch((error: Error) => {
        if (!this.#isClosing) log.error(what, { error });
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits a little: all of it is durable, and another process or the next start goes on with what remains. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosing = true;
    await withinMs(Promise.all(this.#running), timeoutMs);
  }
}

function keepHouse(app: FastifyInstance, house: House, background: Background): void {
  const { control } = house.tenancy.internals;
  const sweep = setInterval(() => {
    sweepKeys(control, house.clock.now()).catch((error: Error) =>
      house.log.warn("Old idempotency keys could not be swept", { error: error.message }),
    );
  }, IDEMPOTENCY_SWEEP_MS);
  sweep.unref();
  let cut: NodeJS.Timeout | undefined;
  // A connection that is kept alive after its last answer would be waited for.
  app.addHook("onSend", async (_, reply) => {
    if (cut) reply.header("connection", "close");
  });
  app.addHook("preClose", async () => {
    clearInterval(sweep);
    cut = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
  });
  app.addHook("onClose", async () => {
    clearTimeout(cut);
    await background.close(DRAIN_MS);
  });
}

async function withinMs(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

function sendProblem(house: House, failure: unknown, request: FastifyRequest, reply: FastifyReply) {
  const error = asExpected(failure);
  request.audited.code = error.code;
  if (error.status >= 500) {
    house.log.error(error.message, { error: failure, requestId: request.id, code: error.code });
  }
  const challenge = challengeOf(error);
  if (challenge) reply.header("www-authenticate", challenge);
  const { retryAfterS } = error.details;
  if (typeof retryAfterS === "number") reply.header("retry-after", retryAfterS);
  return reply.code(error.status).type(PROBLEM_TYPE).send(toProblem(error, request.id));
}

/** What the router itself refuses; hooks have not run. */
async function sendFrameworkError(
  house: House,
  failure: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  await addSecurityHeaders(request, reply);
  const error = asExpected(failure);
  const body = JSON.stringify(toProblem(error, request.id));
  if (error.status >= 500) house.log.error(error.message, { error: failure, requestId: request.id });
  reply.code(error.status).type(PROBLEM_TYPE).serializer(String).send(body);
}

/** What is not HTTP, or came too slowly. There is no request yet to answer by. */
function clientErrorHandler(failure: Error, socket: NodeJS.Socket & { writable?: boolean }): void {
  if ((failure as { code?: string }).code === "ECONNRESET" || !socket.writable) return;
  const error = httpError("request.bad_http");
  const body = JSON.stringify(toProblem(error, uuidv7()));
  const head = [
    "HTTP/1.1 400 Bad Request",
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
