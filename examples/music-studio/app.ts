import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import { sendProblem, tenancyPlugin } from "../../src/embed/fastify.ts";
import type { Tenancy } from "../../src/index.ts";
import { api, unsafeSearch } from "./api.ts";
import { pages } from "./pages.ts";
import { refusalPage } from "./refusal.ts";

export interface AppOptions {
  /** Studios are `<slug>.<base domain>`. */
  readonly baseDomain: string;
  /** False: requests leave no records in the audit log; the benchmark compares. Default true. */
  readonly isAudited?: boolean;
  /** Registers a route with an SQL injection in it. */
  readonly unsafeSearchForTests?: boolean;
}

/** The app for all studios. Which one a request is for, the Host header says. */
export async function buildApp(tenancy: Tenancy, options: AppOptions): Promise<FastifyInstance> {
  // What a route does not know it refuses, rather than dropping it in silence.
  const app = fastify({ ajv: { customOptions: { removeAdditional: false } } });
  await app.register(
    tenancyPlugin(tenancy, {
      resolve: { by: "host", baseDomain: options.baseDomain },
      handleErrors: false,
      ...(options.isAudited === false ? { audit: false } : {}),
    }),
  );
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.setErrorHandler((failure: FastifyError, request, reply) => {
    if (sendsHtml(request)) return refusalPage(failure, reply);
    if (sendProblem(failure, request, reply)) return reply;
    // What the database says of wrong input: a missing reference, a broken check.
    if (/^23\d{3}$/.test(failure.code ?? "")) return reply.code(422).send({ message: failure.message });
    return reply.send(failure);
  });
  app.setNotFoundHandler((request, reply) =>
    sendsHtml(request)
      ? refusalPage({ statusCode: 404 }, reply)
      : reply.code(404).send({ statusCode: 404, message: "There is nothing here." }),
  );
  app.get("/health", { config: { tenant: false } }, async () => ({ status: "ok" }));
  await app.register(api);
  await app.register(pages(tenancy, options.baseDomain));
  if (options.unsafeSearchForTests) await app.register(unsafeSearch);
  return app;
}

function sendsHtml({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes("text/html") ?? false;
}
